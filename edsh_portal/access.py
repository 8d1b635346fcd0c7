"""No object without its gate: fetch through visibility, then the gate; roles are Django groups."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from . import memory
from .statements import written_once

ROLES = {
    "instructor": _("Instruction"),
    "validator": _("Validation"),
    "expert": _("Expertise"),
    "jury_chair": _("Présidence du jury"),
    "certifier": _("Service fait"),
    "orderer": _("Ordonnancement"),
    "payer": _("Paiement"),
    "direction": _("Direction"),
    "hdh": _("Health Data Hub"),
    "auditor": _("Audit"),
    "administrator": _("Administration"),
}
OFFICERS = ("instructor", "validator")
FINANCE = ("certifier", "orderer", "payer")
# Everyone of the State's side, who may read registers of the call (never who scores: experts see only their files).
STAFF = (*OFFICERS, "jury_chair", *FINANCE, "direction", "auditor", "administrator")


def roles(user: Any) -> frozenset[str]:
    """Names of the person's global roles, read once per request."""
    if not user or not user.is_authenticated or not user.is_active:
        return frozenset()
    pk = user.pk
    return memory.remembered("roles", pk, read=lambda: frozenset(row["name"] for row in _read_roles(pk)))


def know_roles(user: Any, names: Iterable[str]) -> None:
    """They were read with the person: this request asks them no more, until they are forgotten."""
    memory.remembered("roles", user.pk, read=lambda: frozenset(names))


def roles_of(user: Any) -> Any:
    """Names of a person's global roles, of a key or of an OuterRef to one."""
    return Group.objects.filter(user=user, name__in=ROLES).order_by().values("name")


@written_once
def _read_roles(user: int) -> Any:
    return roles_of(user)


def has_role(user: Any, *names: str) -> bool:
    return not roles(user).isdisjoint(names)


def role_required(*names: str) -> Callable:
    """A page of a role: 403 for the others (the sign-in page for anonymous, by LoginRequiredMiddleware)."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_role(request.user, *names):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def fetch(queryset: Any, user: Any, gate: Callable[[Any, Any], bool] | None = None, **lookup: Any) -> Any:
    """The object through its gate: 404 when this person does not see it, PermissionDenied when seen but not allowed.

    `queryset` is a manager or queryset with `visible_to(user)`.
    """
    return let_in(user, gate, queryset.visible_to(user).filter(**lookup).first())


def let_in(user: Any, gate: Callable[[Any, Any], bool] | None, thing: Any) -> Any:
    """What was found among what this person sees, through its gate: refused as fetch() says; `thing` None is unseen."""
    if thing is None:
        raise Http404
    if gate is not None and not gate(user, thing):
        raise PermissionDenied
    return thing
