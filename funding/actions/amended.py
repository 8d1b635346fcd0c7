"""The State's half of an amendment: proposed, approved, and in force by the act of two itself (R82)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts, money
from edsh_portal.events import record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, move

from .. import ledger
from ..models import Amendment, Convention, GrantShare, MemberChange
from . import terms
from .amendment import lock_amendment
from .claim import final_of
from .convention import close_convention, net_paid

AMENDMENT = "amendment"


@transaction.atomic
def propose_amendment(amendment: Amendment, *, by: Any, at: datetime | None = None) -> Act:
    """The instruction asks the direction to sign for the State what every beneficiary has signed."""
    grant = lock_amendment(amendment).grant
    if amendment.state != "agreed" or amendment.document is None:
        raise Refused(_("Tous les bénéficiaires n’ont pas encore signé l’avenant."), code="R82")
    shares = terms.parts(grant)
    if terms.stands(grant, shares) != amendment.before:
        raise Refused(
            _("L’aide a changé depuis la rédaction de l’avenant : refusez-le, et demandez-en un autre."), code="R82"
        )
    moves, given = terms.movements(shares, amendment.after)
    by_pk = {share.pk: share for share in [*shares, *_born(amendment)]}
    postings = [
        ledger.transfer(line=line, moves=[(by_pk[one], by_pk[other], cents) for one, other, cents in done.transfers])
        for line, done in moves
        if done.transfers
    ]
    payload = {
        "amendment": amendment.pk,
        "grant": grant.pk,
        "sha256": amendment.document.sha256,
        "before": amendment.before,
        "after": amendment.after,
        "released": given,
        "postings": postings,
    }
    if given:
        payload["withdraws"] = grant.pk
    return acts.propose(AMENDMENT, amendment, payload, by=by, at=at)


# ── in force ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _born(amendment: Amendment) -> list[GrantShare]:
    """The shares of who joins, that are not rows yet."""
    return [
        GrantShare(
            pk=int(pk),
            grant=amendment.grant,
            establishment_id=one["establishment"],
            line_id=one["line"],
            cents=amendment.after["shares"][pk],
        )
        for pk, one in amendment.after.get("joins", {}).items()
    ]


def _amend(act: Act, amendment: Amendment) -> None:
    """The State has signed: money moves, shares, months and members are what the amendment says, what has nothing left closes."""
    by: Any = act.decided_by
    at: Any = act.decided_at
    grant, shares = amendment.grant, terms.parts(amendment.grant)
    terms.need_terms(amendment, shares, amendment.before, amendment.after)
    moves, _given = terms.movements(shares, amendment.after)
    for share in _born(amendment):
        share.save(force_insert=True)
    _change_members(amendment)
    for movement in act.payload["postings"]:
        ledger.carry(act, movement, at=at)
    by_pk = {share.pk: share for share in shares}
    for line, done in moves:
        if done.released:
            of = {by_pk[pk]: cents for pk, cents in done.released.items()}
            key = f"amendment:{amendment.pk}:{line.pk}"
            ledger.release(shares=of, reason="amendment", act=act, by=by, at=at, key=key)
    for share in shares:
        cents = amendment.after["shares"][str(share.pk)]
        if share.cents != cents:
            share.cents = cents
            share.save(update_fields=["cents"])
    move(amendment, "enter", by)
    amendment.act, amendment.decided_at, amendment.released_cents = act, at, act.payload["released"]
    amendment.save(update_fields=["state", "act", "decided_at", "released_cents"])
    for share in shares:
        if share.convention.state == "signed" and share.convention.months != amendment.after["months"]:
            share.convention.months = amendment.after["months"]
            share.convention.save(update_fields=["months"])
    record("amendment.entered", amendment, by=by, at=at, state=amendment.state, act=act.pk, grant=grant.pk)
    if amendment.kind in ("stop", "leave", "exclude"):
        _close_settled(amendment, by, at)


def _change_members(amendment: Amendment) -> None:
    """The consortium of the award is from now on what the amendment says."""
    old, new = (of.get("members", {}) for of in (amendment.before, amendment.after))
    found = [(place, "out") for place in old if place not in new]
    found += [(place, "in") for place in new if place not in old]
    found += [(place, "lead") for place, role in new.items() if role == "coordinator" != old.get(place)]
    MemberChange.objects.bulk_create(
        MemberChange(amendment=amendment, grant=amendment.grant, establishment_id=int(place), change=change)
        for place, change in found
    )


def _close_settled(amendment: Amendment, by: Any, at: datetime) -> None:
    """Of a project that stops, or of who leaves it, the conventions whose share is already paid, or is nothing, and of which nothing is to
    be claimed back: an advance that no expense justifies yet waits for the final statement."""
    running = Convention.objects.filter(share__grant=amendment.grant).exclude(state="closed")
    if amendment.kind != "stop":
        running = running.filter(share__establishment=amendment.establishment_id)
    for convention in running.select_related("share__establishment", "share__line").order_by("pk"):
        share = convention.share
        share.grant = amendment.grant
        live = convention.instalments.exclude(state="cancelled")
        paid = sum(one.cents for one in live if one.state == "paid")
        due = final_of(convention).aid_cents
        if share.cents == paid and net_paid(share) <= due and not live.exclude(state="paid").exists():
            close_convention(convention, by=by, at=at)


def _version(amendment: Amendment) -> Any:
    shares = terms.parts(amendment.grant)
    return [
        amendment.state,
        str(amendment.document_id),
        {share.pk: [share.cents, terms.floor(share)] for share in shares},
    ]


def _says(act: Act, amendment: Amendment) -> str:
    words = {"kind": amendment.get_kind_display(), "reference": amendment.grant.application.reference}
    return _("Avenant à signer : %(kind)s, dossier %(reference)s") % words


def _facts(act: Act, amendment: Amendment) -> list[acts.Fact]:
    found = terms.compared(amendment.before, amendment.after, terms.parts(amendment.grant))
    released, document = act.payload["released"], amendment.document
    assert document is not None  # « amendment_sent »
    return [
        acts.Fact(_("Dossier"), "", str(amendment.grant.application)),
        *([acts.Fact(_("Établissement"), "", str(amendment.establishment))] if amendment.establishment else []),
        *(acts.Fact(one.label, *terms.told(one)[:2]) for one in found),
        *([acts.Fact(_("Rendu à l’enveloppe, ou caduc"), "", money.display(released))] if released else []),
        acts.Fact(_("Document à signer"), "", document.name, url=_file(amendment)),
        acts.Fact(_("Empreinte SHA-256 de l’avenant"), "", act.payload["sha256"], code=True),
    ]


def _file(amendment: Amendment) -> str:
    return reverse("funding:amendment_file", args=[amendment.pk])


acts.kind(
    AMENDMENT,
    label=gettext_lazy("Avenant"),
    subject=Amendment,
    proposers=("instructor",),
    approvers=("direction",),
    does=_amend,
    says=_says,
    facts=_facts,
    version=_version,
    lock=lock_amendment,
    related=("grant__application", "establishment"),
)
