"""People, their roles and where they work: the administrator's pages, read by the auditor."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import acts, clock
from edsh_portal.access import ROLES, fetch, role_required, roles
from edsh_portal.forms import carried
from edsh_portal.lists import page_of

from .. import actions
from ..forms import IN_EXCEPTION, AffiliateForm, GrantRoleForm, PeopleFilter
from ..models import Affiliation, Invitation, User
from ..permissions import can_end_affiliation, can_manage_people, can_see_person
from .signed import Signed

MOST_WAITING = 100  # invitations below the list of people


@role_required("administrator", "auditor")
@require_safe
def people(request: Signed) -> HttpResponse:
    form = PeopleFilter(request.GET)
    form.is_valid()
    asked, found = form.cleaned_data, User.objects.visible_to(request.user).for_list()
    if asked.get("q"):
        found = found.filter(Q(full_name__icontains=asked["q"]) | Q(email__icontains=asked["q"]))
    if asked.get("role") == IN_EXCEPTION:
        found = found.in_exception()
    elif asked.get("role"):
        found = found.filter(groups__name=asked["role"])
    if asked.get("account"):
        found = found.filter(is_active=asked["account"] == "open")
    page = page_of(request, found)
    clock.retold(last_login=page)
    context = {"form": form, "page": page, "may_manage": can_manage_people(request.user), "roles": ROLES}
    if not any(asked.values()):
        context["waiting"] = list(Invitation.objects.unanswered()[:MOST_WAITING])
    return render(request, "directory/people.html", context)


def _person_page(request: Signed, shown: User, **forms) -> HttpResponse:
    shown = User.objects.for_list().get(pk=shown.pk)
    clock.retold(last_login=[shown])
    manages = can_manage_people(request.user)
    context = {"person": shown, "roles": ROLES, "may_manage": manages, "exceptions": shown.role_exceptions.all()}
    context["waiting"] = [acts.waiting(kind, shown) for kind in ("role.grant", "role.revoke")] if manages else []
    grant_form = forms.get("grant_form") or GrantRoleForm(held={group.name for group in shown.role_groups})
    affiliate_form = forms.get("affiliate_form") or AffiliateForm(prefix="a")
    return render(
        request, "directory/person.html", context | {"grant_form": grant_form, "affiliate_form": affiliate_form}
    )


@require_safe
def person(request: Signed, pk: int) -> HttpResponse:
    return _person_page(request, fetch(User.objects, request.user, can_see_person, pk=pk))


@require_POST
def grant_role(request: Signed, pk: int) -> HttpResponse:
    shown = fetch(User.objects, request.user, can_manage_people, pk=pk)
    form = GrantRoleForm(request.POST, held=roles(shown))
    if carried(form, lambda data: actions.propose_role(shown, data["role"], until=data["until"], by=request.user)):
        messages.success(request, _("Le rôle est proposé : un autre administrateur doit l’approuver."))
        return redirect("directory:person", pk)
    return _person_page(request, shown, grant_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_role(request: Signed, pk: int, role: str) -> HttpResponse:
    shown = fetch(User.objects, request.user, can_manage_people, pk=pk)
    if role not in ROLES:
        raise Http404
    if request.method == "POST":
        actions.propose_role_end(shown, role, by=request.user)
        messages.success(request, _("Le retrait est proposé : un autre administrateur doit l’approuver."))
        return redirect("directory:person", pk)
    return render(request, "directory/revoke_role.html", {"person": shown, "role": ROLES[role]})


@require_POST
def affiliate(request: Signed, pk: int) -> HttpResponse:
    shown = fetch(User.objects, request.user, can_manage_people, pk=pk)
    form = AffiliateForm(request.POST, prefix="a")
    if carried(form, lambda data: actions.affiliate(shown, **data, by=request.user)):
        messages.success(request, _("Le rattachement est enregistré."))
        return redirect("directory:person", pk)
    return _person_page(request, shown, affiliate_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def end_affiliation(request: Signed, pk: int) -> HttpResponse:
    link = fetch(
        Affiliation.objects.select_related("user", "establishment__group"), request.user, can_end_affiliation, pk=pk
    )
    if request.method == "POST":
        actions.end_affiliation(link, by=request.user)
        messages.success(request, _("Le rattachement a pris fin."))
        return redirect("directory:person", link.user_id)
    return render(request, "directory/end_affiliation.html", {"link": link})


@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: Signed, pk: int) -> HttpResponse:
    return _turned(request, pk, actions.deactivate, "directory/deactivate.html", _("Le compte est fermé."))


@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: Signed, pk: int) -> HttpResponse:
    return _turned(request, pk, actions.reactivate, "directory/reactivate.html", _("Le compte est rouvert."))


def _turned(request: Signed, pk: int, verb: Callable[..., User], template: str, done: str) -> HttpResponse:
    """An account shut or opened again, once confirmed."""
    shown = fetch(User.objects, request.user, can_manage_people, pk=pk)
    if request.method != "POST":
        return render(request, template, {"person": shown})
    verb(shown, by=request.user)
    messages.success(request, done)
    return redirect("directory:person", pk)
