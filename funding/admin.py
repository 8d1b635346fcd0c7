"""Read-only registers of the money, for the auditor: verbs are the only writers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from edsh_portal.access import has_role

from .models import Convention, Envelope, Grant, Instalment, Line, Posting


class Register(admin.ModelAdmin):
    """Looks, never writes."""

    list_per_page = 25
    show_full_result_count = False
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return has_role(request.user, "auditor")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, "auditor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


COLUMNS = {
    Line: ("code", "label", "call"),
    Envelope: ("version", "act", "opened_at"),
    Grant: ("application", "state", "cents", "reserved_at", "engaged_at"),
    Convention: ("siret", "share", "state", "months", "signed_at"),
    Instalment: ("convention", "kind", "number", "cents", "year", "state"),
    Posting: ("id", "kind", "line", "at", "by", "second", "key"),
}
for model, columns in COLUMNS.items():
    admin.site.register(
        model, type(f"{model.__name__}Register", (Register,), {"list_display": columns, "ordering": ("-pk",)})
    )
