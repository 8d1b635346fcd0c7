"""Verbs of an amendment: asked for, drafted, sent, signed by whoever it is for; what the State does of it is amended.py's (R82)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from applications.rules import REGISTER_KINDS
from directory.models import Establishment
from edsh_portal import acts
from edsh_portal.access import has_role
from edsh_portal.events import instant, record
from edsh_portal.models import Document
from edsh_portal.workflow import Refused, move, need_reason, need_step

from .. import permissions
from ..amending import Terms
from ..models import Amendment, AmendmentSignature, Claim, Convention, Grant, GrantShare
from ..models.amendment import OF_MEMBERS, OPEN
from ..models.consortium import members_of, parties_of
from . import terms
from .grant import lock_grant


def lock_amendment(amendment: Amendment) -> Amendment:
    """Locks the grant, then rereads the amendment in place."""
    grant = lock_grant(amendment.grant)
    amendment.refresh_from_db()
    amendment.grant = grant
    return amendment


# ── asked for, drafted ───────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_amendment(
    grant: Grant,
    *,
    kind: str,
    reason: str,
    establishment: Establishment | None = None,
    by: Any,
    at: datetime | None = None,
) -> Amendment:
    """The coordinator, or the instruction itself, says what should change of an award whose conventions are signed, and why.

    `establishment`: of a change of the consortium, who joins, leaves, is put out or will coordinate. The instruction alone asks that a
    member be put out.
    """
    lock_grant(grant)
    at = instant(at, grant)
    amendment = Amendment(grant=grant, kind=kind, state="", asked_by=by, asked_at=at)
    move(amendment, "ask_amendment", by)
    amendment.reason = need_reason(reason)
    need_running(grant)
    if grant.amendments.filter(state__in=OPEN).exists():
        raise Refused(_("Un avenant est déjà en cours pour cette aide : attendez sa suite."), code="R82")
    if kind == Amendment.Kind.EXCLUDE and not has_role(by, "instructor"):
        raise PermissionDenied("ask_amendment")
    if kind in OF_MEMBERS:
        _need_place(grant, kind, establishment)
        amendment.establishment = establishment
    amendment.number = grant.amendments.count() + 1
    amendment.save()
    record("amendment.asked", amendment, by=by, at=at, state=amendment.state, grant=grant.pk, kind=kind)
    return amendment


def _need_place(grant: Grant, kind: str, establishment: Establishment | None) -> None:
    """Who joins is not a member, and never was; who leaves or will coordinate is one. Codes R12, R13, R82."""
    if establishment is None:
        raise Refused(_("Choisissez l’établissement."), code="R82", field="establishment")
    members, of = members_of(grant), {"name": establishment}
    if kind == Amendment.Kind.JOIN:
        if establishment.pk in members:
            raise Refused(_("%(name)s est déjà dans le consortium.") % of, code="R12", field="establishment")
        if establishment.kind not in REGISTER_KINDS:
            raise Refused(
                _("%(name)s n’est ni un établissement de santé ni un GCS : il ne peut pas être membre.") % of,
                code="R13",
                field="establishment",
            )
        if grant.changes.filter(establishment=establishment, change="out").exists():
            raise Refused(
                _("%(name)s a quitté ce consortium : il n’y revient pas.") % of, code="R82", field="establishment"
            )
        return
    if establishment.pk not in members:
        raise Refused(_("%(name)s n’est pas membre du consortium.") % of, code="R82", field="establishment")
    if kind == Amendment.Kind.LEAD and members[establishment.pk] == "coordinator":
        raise Refused(_("%(name)s coordonne déjà le projet.") % of, code="R82", field="establishment")
    if kind != Amendment.Kind.LEAD and len(members) == 1:
        raise Refused(
            _("%(name)s est le seul membre : son départ est un arrêt du projet.") % of,
            code="R82",
            field="establishment",
        )


def may_be_amended(amendments: Iterable[Amendment], conventions: Iterable[str]) -> bool:
    """Whether one may be asked for: none is under way, the project has not stopped, every convention (its state) was signed, one runs."""
    states = set(conventions)
    return (
        states <= {"signed", "closed"}
        and "signed" in states
        and not any(one.state in OPEN or (one.state, one.kind) == ("in_force", "stop") for one in amendments)
    )


def need_running(grant: Grant) -> None:
    """Every convention of the award is signed, and one runs."""
    states = set(grant.shares.values_list("convention__state", flat=True))
    if grant.state != "engaged" or not states <= {"signed", "closed"} or "signed" not in states:
        raise Refused(_("Un avenant modifie des conventions signées : avant leur signature, reprenez-les."), code="R82")
    if grant.amendments.filter(state="in_force", kind="stop").exists():
        raise Refused(_("Le projet est arrêté : seul le solde reste à verser."), code="R84")


@transaction.atomic
def draft_amendment(
    amendment: Amendment,
    *,
    months: int | None = None,
    stops_on: date | None = None,
    shares: dict[int, int] | None = None,
    expenses: dict[int, dict[str, int]] | None = None,
    coordinator: int | None = None,
    joins: dict[int, int] | None = None,
    arrived: dict[str, str] | None = None,
    by: Any,
    at: datetime | None = None,
) -> None:
    """What the amendment changes, checked against the ledger and the rules of the deposit; the portal then lays it out.

    What is None stays as it is: `months` of a duration, `stops_on` of a stop, `shares` {share: cents} of all but them,
    `expenses` {establishment: {category: cents}} of what moves work. `coordinator`: the establishment that follows one that leaves;
    `joins` {line: cents} and `arrived` {"work", "vat", "regime"}: of who joins. Codes R82, R84, and that of a rule.
    """
    grant = lock_amendment(amendment).grant
    at = instant(at, amendment)
    move(amendment, "draft_amendment", by)
    need_running(grant)
    of = terms.parts(grant)
    before = terms.stands(grant, of)
    after = {
        **before,
        "months": before["months"] if months is None else months,
        "stops_on": before["stops_on"] if stops_on is None else stops_on.isoformat(),
        "shares": before["shares"] | {str(pk): cents for pk, cents in (shares or {}).items()},
        "expenses": before["expenses"] | {str(pk): _spent(lines) for pk, lines in (expenses or {}).items()},
        "joins": {},
    }
    if amendment.kind == Amendment.Kind.JOIN:
        _join(amendment, after, joins or {}, arrived or {})
    elif amendment.kind in OF_MEMBERS:
        _change_members(amendment, after, of, before, coordinator)
    if before["expenses"] != after["expenses"] or before["shares"] != after["shares"]:
        _need_no_claim(grant)
    terms.need_terms(amendment, of, before, after)
    amendment.before, amendment.after, amendment.drafted_by, amendment.drafted_at = before, after, by, at
    amendment.save(update_fields=["state", "before", "after", "drafted_by", "drafted_at"])
    record("amendment.drafted", amendment, by=by, at=at, state=amendment.state, grant=grant.pk)


def _join(amendment: Amendment, after: Terms, joins: dict[int, int], arrived: dict[str, str]) -> None:
    """A partner more, with the shares that it will have: their keys are taken now, so that what is signed names them."""
    place = str(amendment.establishment_id)
    after["members"] = after["members"] | {place: "partner"}
    after["arrived"] = after["arrived"] | {place: arrived}
    for line, cents in sorted(joins.items()):
        if cents:
            with connection.cursor() as cursor:
                cursor.execute("SELECT share_key()")
                key = str(cursor.fetchone()[0])
            after["joins"][key] = {"establishment": amendment.establishment_id, "line": line}
            after["shares"] = after["shares"] | {key: cents}


def _change_members(
    amendment: Amendment, after: Terms, shares: list[GrantShare], before: Terms, coordinator: int | None
) -> None:
    """Another member coordinates, or one is a member no more, with what the arithmetic leaves it."""
    own = str(amendment.establishment_id)
    members = dict(before["members"])
    if amendment.kind == Amendment.Kind.LEAD:
        members = dict.fromkeys(members, "partner") | {own: "coordinator"}
    else:
        del members[own]
        if coordinator is not None and str(coordinator) in members and before["members"][own] == "coordinator":
            members[str(coordinator)] = "coordinator"
        assert amendment.establishment_id is not None
        left = terms.kept(shares, before, amendment.establishment_id)
        after["shares"] = after["shares"] | {str(pk): cents for pk, cents in left.shares.items()}
        if own in before["expenses"]:
            after["expenses"] = after["expenses"] | {own: left.expenses}
    after["members"] = members


def _spent(lines: dict[str, int]) -> dict[str, int]:
    return {category: cents for category, cents in lines.items() if cents}


def _need_no_claim(grant: Grant) -> None:
    """A statement that is being written or checked keeps the budget that it was opened on."""
    held = Convention.objects.filter(
        share__grant=grant, claims__in=Claim.objects.exclude(state="accepted")
    ).select_related("share__establishment")
    if (found := held.first()) is not None:
        raise Refused(
            _("Un état des dépenses est en cours (%(name)s) : terminez-le avant de modifier le budget.")
            % {"name": found.share.establishment},
            code="R82",
        )


@transaction.atomic
def send_amendment(amendment: Amendment, document: Document, *, at: datetime | None = None) -> None:
    """The portal keeps the sealed PDF and hands it to the beneficiaries. Repeatable: what is sent keeps its document."""
    lock_amendment(amendment)
    if amendment.state != "drafted":
        return
    at = instant(at, amendment)
    move(amendment, "send_amendment", None)
    amendment.document, amendment.sent_at = document, at
    amendment.save(update_fields=["state", "document", "sent_at"])
    record("amendment.sent", amendment, by=None, at=at, state=amendment.state, sha256=document.sha256)


@transaction.atomic
def refuse_amendment(amendment: Amendment, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The instruction says no, with the reason, until the State has signed; another may be asked for."""
    lock_amendment(amendment)
    at = instant(at, amendment)
    move(amendment, "refuse_amendment", by)
    amendment.answer, amendment.decided_at = need_reason(reason), at
    waits = acts.waiting("amendment", amendment)
    if waits is not None:
        raise Refused(_("La signature de l’État est proposée : reprenez-la avant de refuser l’avenant."), code="A01")
    amendment.save(update_fields=["state", "answer", "decided_at"])
    record("amendment.refused", amendment, by=by, at=at, state=amendment.state, grant=amendment.grant_id)


# ── signed ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def sign_amendment(
    amendment: Amendment,
    party: Convention | Establishment,
    *,
    quality: str,
    sha256: str,
    by: Any,
    at: datetime | None = None,
) -> None:
    """A legal representative signs the document that they have read; when the last one has, the State may.

    `party`: the convention that is amended, or the establishment that has none and whose place in the consortium changes.
    """
    lock_amendment(amendment)
    party.refresh_from_db()
    at = instant(at, amendment)
    place = party.share.establishment_id if isinstance(party, Convention) else party.pk
    if not permissions.can_sign_for(by, place):
        raise PermissionDenied("sign_amendment")
    need_step(amendment, "agree", None)
    if not quality.strip():
        raise Refused(
            _("Indiquez en quelle qualité vous signez, par exemple « Directrice générale »."),
            code="R82",
            field="quality",
        )
    if amendment.document is None or amendment.document.sha256 != sha256:
        raise Refused(_("Un autre document a été envoyé depuis : relisez-le avant de le signer."), code="R82")
    of = {"convention": party} if isinstance(party, Convention) else {"establishment": party}
    key = (place, party.pk if isinstance(party, Convention) else None)
    left = [one for one in parties_of(amendment) if one not in signed_by(amendment)]
    if key not in left:
        raise Refused(_("L’avenant est déjà signé pour cet établissement : rechargez la page."), code="R82")
    AmendmentSignature.objects.create(amendment=amendment, **of, quality=quality.strip(), sha256=sha256, by=by, at=at)
    if left == [key]:
        move(amendment, "agree", None)
        amendment.save(update_fields=["state"])
    told: dict[str, Any] = {name: one.pk for name, one in of.items()} | {"sha256": sha256}
    record("amendment.signed", amendment, by=by, at=at, state=amendment.state, **told)


def signed_by(amendment: Amendment) -> dict[tuple[int, int | None], AmendmentSignature]:
    """Its signatures, by the party that each is for, as `parties_of` names them."""
    rows = amendment.signatures.select_related("by", "convention__share")
    found: dict[tuple[int, int | None], AmendmentSignature] = {}
    for one in rows:
        place: Any = one.convention.share.establishment_id if one.convention else one.establishment_id
        found[place, one.convention_id] = one
    return found
