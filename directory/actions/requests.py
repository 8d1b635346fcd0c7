"""Verbs of an account that is asked for: asked, its address proved by a letter, accepted (an invitation leaves) or refused."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, Step, move, need_reason, need_step, steps

from .. import permissions
from ..models import AccountRequest, Establishment, User
from .forgotten import KEPT
from .invitations import write_invitation
from .people import address_of
from .start import digest, instant

LETTER_DAYS = 7  # to prove the address
FOLLOWED_DAYS = 90  # then the same link says where the request stands


def _anyone(_user: Any, _request: AccountRequest) -> bool:
    return True


REQUEST_STEPS = steps(
    "accountrequest",
    AccountRequest,
    [
        Step("ask", ("",), "asked", _anyone, gettext_lazy("Demander un compte")),
        Step("prove", ("asked",), "proved", _anyone, gettext_lazy("Confirmer la demande")),
        Step("accept", ("proved",), "accepted", permissions.can_decide_request, gettext_lazy("Accepter")),
        Step("refuse", ("proved",), "refused", permissions.can_decide_request, gettext_lazy("Refuser"), reason=True),
    ],
)


def _said_of_a_person(full_name: str, function: str, kind: str) -> dict[str, str]:
    """What the person says of themselves, or is said of them."""
    told = {"full_name": full_name.strip(), "function": function.strip(), "kind": kind}
    if not told["full_name"]:
        raise Refused(_("Indiquez le nom complet de la personne."), code="D10", field="full_name")
    if not told["function"]:
        raise Refused(_("Indiquez la fonction de la personne dans l’établissement."), code="D50", field="function")
    if kind not in dict(AccountRequest.KINDS):
        raise Refused(
            _("Choisissez le rôle de la personne : rédiger, ou représenter l’établissement."), code="D12", field="kind"
        )
    return told


@transaction.atomic
def ask_account(
    *,
    email: str,
    full_name: str,
    function: str,
    establishment: Establishment,
    kind: str,
    by: User | None = None,
    at: datetime | None = None,
) -> AccountRequest:
    """Anyone asks for themselves; `by` names somebody of an establishment that it invites. Asked again, the same request stays: only
    another letter leaves. Whether the address has an account changes nothing here: its letter says so."""
    told, email, now = _said_of_a_person(full_name, function, kind), address_of(email), instant(at)
    if not Establishment.objects.in_register().filter(pk=establishment.pk).exists():
        raise Refused(
            _("Un compte se demande pour un établissement de santé ou un GCS : choisissez le vôtre."),
            code="D51",
            field="place",
        )
    first = AccountRequest(asked_at=now, expires_at=clock.days_from(now, LETTER_DAYS), asked_by=by, state="", **told)
    move(first, "ask", None)
    kept = {name: getattr(first, name) for name in ("asked_at", "expires_at", "asked_by", "state", *told)}
    request, _created = AccountRequest.objects.get_or_create(
        email=email, establishment=establishment, decided_at=None, defaults=kept
    )
    request = _locked(request)
    if request.state == AccountRequest.State.ASKED:
        for name, value in (told | {"expires_at": first.expires_at}).items():
            setattr(request, name, value)
        request.save(update_fields=[*told, "expires_at"])
    record("account.asked", request, by=by, at=at, establishment=establishment.pk, state=request.state)
    return request


def _locked(request: AccountRequest) -> AccountRequest:
    rows = AccountRequest.objects.select_related("establishment", "asked_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)


def followed(token: str, at: datetime | None = None) -> AccountRequest:
    """The request that this letter is about; Refused when it tells of none."""
    rows = AccountRequest.objects.select_related("establishment", "asked_by", "invitation")
    request = rows.filter(token_sha256=digest(token), expires_at__gt=at or clock.now()).first()
    if request is None:
        raise Refused(_("Ce lien n’est plus valable : faites une nouvelle demande."), code="D48")
    return request


@transaction.atomic
def prove_address(token: str, *, at: datetime | None = None) -> AccountRequest:
    """Whoever received the letter confirms the request: it goes to those who decide. Confirmed again, nothing changes."""
    request = _locked(followed(token, at))
    if request.state != AccountRequest.State.ASKED:
        return request
    move(request, "prove", None)
    request.proved_at = instant(at)
    request.expires_at = clock.days_from(request.proved_at, FOLLOWED_DAYS)
    request.save(update_fields=["state", "proved_at", "expires_at"])
    record("account.proved", request, by=None, at=at, establishment=request.establishment_id, state=request.state)
    return request


@transaction.atomic
def accept_request(request: AccountRequest, *, kind: str, by: User, at: datetime | None = None) -> AccountRequest:
    """The person is invited as a colleague would be, to be what is chosen here; they choose their password by that letter."""
    request = _locked(request)
    move(request, "accept", by)
    if kind not in dict(AccountRequest.KINDS):
        raise Refused(
            _("Choisissez le rôle de la personne : rédiger, ou représenter l’établissement."), code="D12", field="kind"
        )
    request.invitation = write_invitation(
        request.email, request.full_name, request.establishment, kind, "", by, instant(at)
    )
    return _decide(request, by, at)


@transaction.atomic
def refuse_request(request: AccountRequest, *, reason: str, by: User, at: datetime | None = None) -> AccountRequest:
    request = _locked(request)
    need_step(request, "refuse", by)
    request.reason = need_reason(reason)
    move(request, "refuse", by)
    return _decide(request, by, at)


def _decide(request: AccountRequest, by: User, at: datetime | None) -> AccountRequest:
    request.decided_at, request.decided_by = instant(at), by
    request.save(update_fields=["state", "decided_at", "decided_by", "reason", "invitation"])
    record(
        f"account.{request.state}",
        request,
        by=by,
        at=at,
        establishment=request.establishment_id,
        state=request.state,
        invitation=request.invitation_id,
    )
    return request


def forget_requests(at: datetime | None = None) -> int:
    """In the portal's own name, every minute: a request whose address nobody proved is forgotten, name and address with it. How many."""
    over = AccountRequest.objects.filter(state="asked", expires_at__lt=(at or clock.now()) - KEPT).order_by("pk")
    for request in over:
        with transaction.atomic():
            AccountRequest.objects.filter(pk=request.pk).delete()
            record("account.forgotten", request, by=None)
    return len(over)
