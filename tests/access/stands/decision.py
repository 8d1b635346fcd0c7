"""The award: proposed, approved, published, notified, contested."""

from datetime import timedelta

from applications.models import Application
from decisions import actions as decisions
from decisions.models import Decision, Procedure
from demo import texts
from edsh_portal import acts, clock
from funding.models import Account, Entry, Grant, Line
from tests.heard import heard

from ..routes import REASON
from .cast import Cast, Things, stand, valmont, work
from .jury import closed, on_valmont


@stand
def award_proposed(cast: Cast) -> Things:
    things = closed(cast)
    line = Line.objects.get(code="FR2030")
    members = valmont().memberships.filter(state="accepted").select_related("establishment").order_by("pk")
    made = decisions.propose(
        valmont(), [(m.establishment, line, 10_000_000) for m in members], texts.MOTIVE, by=cast.driss
    )
    return things | {"act": acts.waiting("decision.approve", made).pk, "proposals": [made.pk]}


@stand
def award_returned(cast: Cast) -> Things:
    things = award_proposed(cast)
    decisions.return_proposal(valmont().proposals.get(state="proposed"), REASON, by=cast.victor)
    return things


@stand
def approved(cast: Cast) -> Things:
    things = award_proposed(cast)
    made = decisions.approve(valmont().proposals.get(state="proposed"), by=cast.victor)
    return things | of_grant(made) | {"decision": made.number}


@stand
def rendered(cast: Cast) -> Things:
    things = approved(cast)
    cast.set_clock(Decision.objects.get(number=things["decision"]).recall_until)
    work()
    return things | {"sealed": list(Decision.objects.filter(state="rendered").values_list("pk", flat=True))}


@stand
def timed(cast: Cast) -> Things:
    """dora has set the hour of its publication."""
    things = rendered(cast)
    decisions.plan_release(
        Decision.objects.filter(pk__in=things["sealed"]), clock.now() + timedelta(days=9), by=cast.dora
    )
    return things


@stand
def posting(cast: Cast) -> Things:
    """Published, and to be sent by post: HAUTEROCHE, the first of the reserve, has not agreed to electronic notification."""
    things = closed(cast)
    held, line = Application.objects.get(acronym="HAUTEROCHE"), Line.objects.get(code="FR2030")
    members = held.memberships.filter(state="accepted").select_related("establishment").order_by("pk")
    shares = [(member.establishment, line, 10_000_000) for member in members]
    made = decisions.approve(decisions.propose(held, shares, texts.MOTIVE, by=cast.driss), by=cast.victor)
    cast.set_clock(made.recall_until)
    work()
    decisions.release(list(Decision.objects.filter(state="rendered")), by=cast.dora)
    work()
    return things | of_grant(made) | {"decision": made.number, "today": clock.today().isoformat()}


@stand
def noticed(cast: Cast) -> Things:
    """HAUTEROCHE is notified by post; driss envisages its withdrawal, by a letter to be posted too."""
    things = posting(cast)
    held = Decision.objects.get(number=things["decision"])
    decisions.post_letter(held, "1A 1", clock.today(), by=cast.driss)
    decisions.receive_letter(held, clock.today(), by=cast.driss)
    made = decisions.open_revocation_procedure(held, ground="conditions", motives=REASON, by=cast.driss)
    work()
    return things | {"procedure": made.pk}


@stand
def released(cast: Cast) -> Things:
    """dora has published it, and it is not yet notified."""
    things = rendered(cast)
    decisions.release(list(Decision.objects.filter(state="rendered")), by=cast.dora)
    return things


@stand
def notified(cast: Cast) -> Things:
    """Notified, and nobody has opened it."""
    things = released(cast)
    work()
    made = Decision.objects.get(number=things["decision"])
    assert made.state == "notified"
    return things | {"sha256": made.snapshot_sha256}


@stand
def revoked(cast: Cast) -> Things:
    things = notified(cast)
    heard(Decision.objects.get(number=things["decision"]), by=cast.driss)
    asked = decisions.propose_revocation(Decision.objects.get(number=things["decision"]), REASON, by=cast.victor)
    acts.approve(asked, by=cast.dora)
    return things


def of_grant(made: Decision) -> Things:
    grant = made.grant or Grant.objects.get(application=made.application)
    mine = grant.shares.get(establishment=made.application.coordinator)
    account = Account.objects.filter(balance__isnull=False).order_by("pk").first()
    entry = Entry.objects.order_by("pk").first()
    return {
        "grant": grant.pk,
        "share": mine.pk,
        "siret": mine.establishment.siret,
        "account": account.code,
        "account_pk": account.pk,
        "entry": entry.pk,
        "operation": entry.posting_id,
    }


@stand
def opened(cast: Cast) -> Things:
    """The award of VALMONT is notified and opened; nothing is contracted."""
    things = on_valmont(cast)
    made = Decision.objects.get(application=valmont())
    return things | of_grant(made) | {"decision": made.number, "sha256": made.snapshot_sha256}


@stand
def envisaged(cast: Cast) -> Things:
    things = opened(cast)
    held = Decision.objects.get(number=things["decision"])
    made = decisions.open_revocation_procedure(held, ground="conditions", motives=REASON, by=cast.driss)
    return things | {"procedure": made.pk}


@stand
def observed(cast: Cast) -> Things:
    things = envisaged(cast)
    held, content = Procedure.objects.get(pk=things["procedure"]), texts.page("Observations")
    decisions.observe(held, REASON, content=content, name="observations.pdf", by=cast.alice)
    work()
    return things


@stand
def appealed(cast: Cast) -> Things:
    things = opened(cast)
    held, content = Decision.objects.get(number=things["decision"]), texts.page("Recours")
    made = decisions.lodge_remedy(
        held, kind="gracious", text=REASON, content=content, name="recours.pdf", by=cast.sophie
    )
    work()
    return things | {"remedy": made.pk}
