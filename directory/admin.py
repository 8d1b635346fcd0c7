"""Read-only registers for who audits and who administers: nothing is ever written here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from edsh_portal.access import has_role

from .models import (
    AccountRequest,
    Affiliation,
    ApiToken,
    Departement,
    Establishment,
    GcsMembership,
    Invitation,
    Region,
    User,
)
from .permissions import can_read_registers


class Register(admin.ModelAdmin):
    """A list and its rows, to read. Other rooms subclass it."""

    actions = None
    list_per_page = 25
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can_read_registers(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_read_registers(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Audited(Register):
    """Seen by who audits alone: who administers has no business right."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return has_role(request.user, "auditor")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, "auditor")


@login_not_required
def one_door(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one way in, the one that counts failures; and one page to change a password, the one that records it."""
    wanted = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('directory:sign_in')}?{urlencode({'next': wanted})}")


def own_page(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    return redirect("directory:change_password")


def may_enter(request: HttpRequest) -> bool:
    """Signed in and not a reader of the registers: 403. The door would only send the person back here, for ever."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return request.user.is_active and request.user.is_staff


admin.site.has_permission = may_enter  # type: ignore[method-assign]  # the one site of Django, with our door
admin.site.login = one_door  # type: ignore[method-assign]  # the same
admin.site.password_change = admin.site.password_change_done = own_page  # type: ignore[method-assign, assignment]  # the same
admin.site.site_header = admin.site.site_title = "Registres"
admin.site.index_title = "Lecture seule"
admin.site.unregister(Group)


@admin.register(User)
class UserRegister(Register):
    list_display = ("full_name", "email", "is_active", "last_login", "created_at")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email")
    fields = ("full_name", "email", "language", "is_active", "last_login", "created_at", "groups")
    ordering = ("full_name",)


@admin.register(Establishment)
class EstablishmentRegister(Register):
    list_display = ("name", "finess", "siret", "kind", "category", "ght_code", "departement", "fictitious")
    list_filter = ("kind", "fictitious", "departement__region")
    list_select_related = ("departement",)
    search_fields = ("name", "finess", "siret")
    ordering = ("sort_key",)


@admin.register(Affiliation)
class AffiliationRegister(Register):
    list_display = ("user", "establishment", "kind", "since_at", "ended_at")
    list_filter = ("kind",)
    list_select_related = ("user", "establishment")
    ordering = ("-pk",)


@admin.register(GcsMembership)
class GcsMembershipRegister(Register):
    list_display = ("gcs", "member")
    list_select_related = ("gcs", "member")
    ordering = ("gcs__sort_key", "member__sort_key")


@admin.register(Invitation)
class InvitationRegister(Register):
    list_display = ("email", "establishment", "kind", "role", "invited_by", "invited_at", "expires_at", "accepted_at")
    list_select_related = ("establishment", "invited_by")
    exclude = ("token_sha256",)
    ordering = ("-pk",)


@admin.register(AccountRequest)
class AccountRequestRegister(Register):
    list_display = (
        "email",
        "establishment",
        "kind",
        "state",
        "asked_by",
        "asked_at",
        "proved_at",
        "decided_at",
        "decided_by",
    )
    list_filter = ("state",)
    list_select_related = ("establishment", "asked_by", "decided_by")
    exclude = ("token_sha256",)
    ordering = ("-pk",)


@admin.register(ApiToken)
class ApiTokenRegister(Register):
    list_display = ("label", "user", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at", "use_count")
    list_select_related = ("user",)
    exclude = ("key_sha256",)
    ordering = ("-pk",)


@admin.register(Region)
class RegionRegister(Register):
    list_display = ("code", "name", "ars", "overseas")
    ordering = ("code",)


@admin.register(Departement)
class DepartementRegister(Register):
    list_display = ("code", "name", "region", "population")
    list_select_related = ("region",)
    ordering = ("code",)
