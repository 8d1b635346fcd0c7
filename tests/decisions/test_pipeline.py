"""From the proposal to the release: the letter read before it is approved, many approved at once, the recall, the hour of a release."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions import actions, panels, permissions
from decisions.models import Decision, Proposal
from decisions.preview import parts, preview
from decisions.views.approval import summary
from edsh_portal import clock, events
from edsh_portal.models import Delivery, Event
from edsh_portal.workflow import Refused
from funding import ledger
from funding.models import Grant
from tests.database import rolled_back
from tests.reviews.world import REVIEWING, again, later

from . import world as made
from .test_letter import words

MINUTES = 10


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        yield made.build(here.set_clock, recall_minutes=MINUTES)


@pytest.fixture
def world(built, db, set_clock):
    set_clock(REVIEWING, frozen=True)
    return again(built)


@pytest.fixture
def over(set_clock):
    """The time to recall is over, and what waited for it is done."""

    def pass_it():
        set_clock(later(minutes=MINUTES), frozen=True)
        assert made.work() == []

    return pass_it


def refused(code, verb, *args, **details):
    with pytest.raises(Refused) as caught, transaction.atomic():
        verb(*args, **details)
    assert caught.value.code == code
    return caught.value


def signed_in(client, user):
    client.force_login(user)
    return client


def read(page):
    return " ".join(page.content.decode().replace("\u202f", " ").replace("\u00a0", " ").split())


# ── what is read before the approval ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("number", [0, 1])
def test_the_preview_says_what_the_pdf_will_say(world, number):
    """Every word of the preview is in the letter, in its order; its number and its proof alone come with the approval."""
    dossier = world.dossiers[number]
    if number:
        proposal = actions.propose_refusal(dossier, "Le jury ne l’a pas retenu.", by=world.driss)
    else:
        proposal = made.proposed(world)
    now = clock.now()
    delegation = permissions.signs_under(world.victor, now)
    shown = preview(proposal, by=world.victor, delegation=delegation, at=now)
    decision = actions.approve(proposal, by=world.victor)
    said = "".join(words(decision.snapshot).split())  # in which a tag is a space
    told = [cell for part in shown.parts for cell in (part.words, *(c for row in part.rows for c in row)) if cell]
    missing = [one for one in told if "".join(one.replace("…", decision.number).split()) not in said]
    assert (missing, shown.missing) == ([], [])
    assert len(" ".join(told)) > 1_500 and proposal.motive in " ".join(told)


def test_a_letter_is_read_as_its_reader_sees_it():
    html = """<html><head><title>T</title><style>p{}</style></head><body><p aria-hidden="true">N° <b>1</b></p>
      <h1>Décision <br>n° 1</h1><p>Un <strong>seul</strong>
      texte.</p><table><caption>Parts</caption><tr><th>A</th><td><p>1</p><p>2</p></td></tr></table><ul><li>Fin</li></ul></body></html>"""
    assert parts(html) == [
        ("title", "Décision n° 1", ()),
        ("text", "Un seul texte.", ()),
        ("text", "Parts", ()),
        ("table", "", (("A", "1 2"),)),
        ("text", "Fin", ()),
    ]


def test_the_page_says_rank_score_request_and_letter_then_leads_to_the_next(world, client):
    made.proposed(world)
    made.proposed(world, 2)
    first, second = panels.to_approve(world.victor).values_list("reference", flat=True)
    page = read(signed_in(client, world.victor).get(reverse("decisions:approve", args=[first])))
    rank = world.dossiers[0].rankings.get()
    for fact in (
        f"{rank.rank} · Liste principale",
        "sur 100",
        "1 000 000",
        "800 000,00 € · 80",
        made.MOTIVE,
        "Décision attributive",
    ):
        assert fact in page, fact
    assert page.index("Note du jury") < page.index("La lettre") < page.index("Valider l’engagement de 800 000,00 €")
    answer = client.post(reverse("decisions:approve", args=[first]))
    assert answer["Location"] == reverse("decisions:approve", args=[second])
    assert "Vous pouvez la rappeler jusqu’à 10:10:00" in read(client.get(answer["Location"]))
    assert client.post(answer["Location"])["Location"] == reverse("decisions:batch")


def test_many_are_approved_after_one_summary_and_what_failed_is_said(world, client):
    proposals = [made.proposed(world), made.proposed(world, 2)]
    proposals.append(actions.propose_refusal(world.dossiers[1], "Non retenu par le jury.", by=world.driss))
    assert summary(proposals).replace("\u202f", " ").replace("\u00a0", " ") == "2 aides, 1 200 000,00 € ; 1 rejet"
    made.freeze(world, ledger.summary(made.line())["available"] - 80_000_000)  # the second award lacks its money
    many = reverse("decisions:approve_many")
    page = signed_in(client, world.victor).get(many)
    assert [held.rank for held in page.context["waiting"]] == [1, 2, 3]  # in the order of the list
    chosen = [proposal.pk for proposal in proposals]
    page = read(client.get(many, {"proposals": chosen}))
    assert "Approuver 2 aides, 1 200 000,00 € ; 1 rejet" in page
    answer = client.post(many, {"proposals": chosen})
    told = read(answer)
    assert answer.status_code == 422 and Decision.objects.count() == 2
    assert "Recommencer après l’échec" in told and "400 000,00" in told
    assert [one.pk for one in answer.context["chosen"]] == [proposals[1].pk]
    assert sorted(Decision.objects.values_list("rank", flat=True)) == [1, 2]  # no number is lost by what failed
    again_page = client.post(many, {"proposals": [proposals[0].pk]})
    assert again_page.status_code == 422 and Decision.objects.count() == 2


def test_nobody_approves_their_own_among_many(world, client):
    made.proposed(world)
    assert signed_in(client, world.driss).get(reverse("decisions:approve_many")).status_code == 403
    chosen = [Proposal.objects.get().pk]
    assert (
        signed_in(client, world.aude).post(reverse("decisions:approve_many"), {"proposals": chosen}).status_code == 403
    )
    answers = actions.approve_each(Proposal.objects.all(), by=world.driss)
    assert [(one.decision, bool(one.why)) for one in answers] == [(None, True)]


# ── the recall ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_laid_out_before_the_time_to_recall_is_over(world, set_clock):
    decision = made.approved(world)
    assert decision.recall_until == later(minutes=MINUTES)
    assert [one.reaction for one in made.work()] == ["decisions.seal_decision"]
    set_clock(later(minutes=MINUTES, microseconds=-1), frozen=True)
    assert len(made.work()) == 1
    due = Delivery.objects.filter(pk__in=[pk for pk, _queue in events.due()])
    assert not due.filter(reaction="decisions.seal_decision").exists()
    set_clock(later(minutes=MINUTES), frozen=True)
    assert made.work() == []
    decision.refresh_from_db()
    assert (decision.state, decision.rendered_at) == ("rendered", later(minutes=MINUTES))


def test_who_approved_it_recalls_it_and_the_money_is_available_again(world, set_clock, client):
    before = ledger.summary(made.line())
    decision = made.approved(world)
    page = reverse("decisions:decision", args=[decision.number])
    assert "Rappeler la décision (jusqu’à 10:10:00)" in read(signed_in(client, world.victor).get(page))
    assert "Rappeler la décision" not in read(signed_in(client, world.dora).get(page))
    answer = signed_in(client, world.victor).post(
        reverse("decisions:recall", args=[decision.number]), {"reason": "Faute."}
    )
    assert answer.status_code == 302
    decision.refresh_from_db()
    assert (decision.state, decision.recalled, decision.revoked_reason) == ("revoked", True, "Faute.")
    assert ledger.summary(made.line()) == before
    assert decision.grant.state == "voided"
    assert "Décision rappelée par Victor Essai" in read(client.get(page))
    set_clock(later(minutes=MINUTES), frozen=True)
    assert made.work() == []  # nothing is laid out of it
    decision.refresh_from_db()
    assert decision.document_id is None
    assert world.dossiers[0] in panels.to_propose(world.driss)
    anew = made.approved(world)
    assert (anew.number, anew.grant.state) == ("2022-0002", "reserved")
    assert Grant.objects.filter(application=world.dossiers[0]).count() == 2
    assert Event.objects.filter(kind="decision.recalled").count() == 1


def test_a_recall_is_of_one_person_in_time_and_with_a_reason(world, over, client):
    decision = made.approved(world)
    for name in ("dora", "driss", "aude", "sophie"):
        with pytest.raises(PermissionDenied), transaction.atomic():
            actions.recall(decision, "Erreur.", by=getattr(world, name))
    refused("W02", actions.recall, decision, " ", by=world.victor)
    over()
    refused("P16", actions.recall, decision, "Erreur.", by=world.victor)
    answer = signed_in(client, world.victor).post(
        reverse("decisions:recall", args=[decision.number]), {"reason": "Faute."}
    )
    assert answer.status_code == 422 and "Le délai de rappel de cette décision est passé" in read(answer)
    assert signed_in(client, world.dora).post(reverse("decisions:recall", args=[decision.number])).status_code == 403


def test_the_database_holds_the_recall(world, set_clock, over):
    decision = made.approved(world)
    rows = Decision.objects.filter(pk=decision.pk)
    recalled = {"state": "revoked", "recalled": True, "revoked_at": clock.now(), "revoked_reason": "Faute."}

    def holds(**changes):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**changes)

    holds(**recalled, revoked_by=world.dora)  # by another
    holds(**(recalled | {"recalled": False}), revoked_by=world.victor)  # that no act says
    holds(recall_until=later(days=1))  # what it says never changes
    holds(
        state="rendered",
        rendered_at=clock.now(),
        sha256="0" * 64,
        document=world.dossiers[0].pieces.first().document_id,
    )
    act = ledger.act_of(decision.grant)
    void = ("void", f"void:{decision.grant_id}:{made.line().pk}")
    entry = [f"ae.reserved:{made.line().pk}:{decision.grant_id}", f"ae.available:{made.line().pk}", decision.cents]

    def post(by):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            told = json.dumps([dict(zip(("source", "target", "cents"), entry, strict=True))])
            cursor.execute("SELECT ledger_post(%s, %s, %s, %s, NULL, %s, '{}')", [act, void[1], void[0], by.pk, told])

    post(world.dora)  # the money of what another approved
    set_clock(later(minutes=MINUTES), frozen=True)
    post(world.victor)  # too late
    holds(**(recalled | {"revoked_at": later(minutes=1)}), revoked_by=world.victor)  # back-dated


# ── released at an hour ──────────────────────────────────────────────────────────────────────────────────────────────
def sealed(world, over, *numbers):
    found = [made.refused(world) if n == 1 else made.approved(world, n) for n in numbers]
    over()
    return [Decision.objects.get(pk=one.pk) for one in found]


def test_a_release_waits_for_its_hour_and_shows_nothing_before(world, over, set_clock, client):
    (decision,) = sealed(world, over, 0)
    hour = later(days=3)
    assert actions.plan_release([decision], hour, by=world.dora) == 1
    assert [one.not_before for one in made.work()] == [hour]
    set_clock(hour - timedelta(microseconds=1), frozen=True)
    assert len(made.work()) == 1
    page = reverse("decisions:decision", args=[decision.number])
    assert signed_in(client, world.sophie).get(page).status_code == 404
    assert signed_in(client, world.sophie).get(reverse("decisions:document", args=[decision.number])).status_code == 404
    set_clock(hour, frozen=True)
    assert made.work() == []
    decision.refresh_from_db()
    assert (decision.state, decision.released_by, decision.released_at) == ("notified", world.dora, hour)
    assert client.get(page).status_code == 200


def test_an_hour_is_moved_and_cancelled_before_it_comes(world, over, set_clock):
    first, second = sealed(world, over, 0, 1)
    hour = later(days=3)
    actions.plan_release([first, second], hour, by=world.dora)
    first.refresh_from_db()
    refused("N03", actions.release, [first], by=world.dora)
    actions.plan_release([first], hour + timedelta(days=1), by=world.dora)
    actions.cancel_release([second], by=world.dora)
    set_clock(hour, frozen=True)
    assert len(made.work()) == 1  # that of the hour it was moved to
    assert sorted(Decision.objects.values_list("state", flat=True)) == ["rendered", "rendered"]
    assert list(panels.to_publish()) == [second] and list(panels.planned()) == [first]
    set_clock(hour + timedelta(days=1), frozen=True)
    assert made.work() == []
    first.refresh_from_db()
    assert first.state == "notified"
    refused("N04", actions.plan_release, [second], clock.now(), by=world.dora)
    refused("N01", actions.plan_release, [], later(days=9), by=world.dora)
    refused("W01", actions.cancel_release, [first], by=world.dora)
    for name in ("victor", "driss", "aude"):
        with pytest.raises(PermissionDenied), transaction.atomic():
            actions.plan_release([second], later(days=9), by=getattr(world, name))


def test_the_database_holds_the_embargo(world, over):
    (decision,) = sealed(world, over, 0)
    actions.plan_release([decision], later(days=3), by=world.dora)
    for at in (clock.now(), later(days=4)):  # too early, and by an instant to come
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(state="released", released_at=at, released_by=world.dora)


def test_what_the_hour_cannot_publish_is_said_by_row_and_tried_again(world, over, set_clock, client):
    from applications import actions as dossiers

    (decision,) = sealed(world, over, 0)
    actions.plan_release([decision], later(days=3), by=world.dora)
    dossiers.withdraw(decision.application, "Abandon.", by=world.sophie)
    set_clock(later(days=3), frozen=True)
    made.work()
    batch = reverse("decisions:batch")
    page = read(signed_in(client, world.dora).get(batch))
    assert "a été retiré : retirez la décision au lieu de la publier" in page and "Recommencer après l’échec" in page
    assert signed_in(client, world.aude).post(reverse("decisions:restart")).status_code == 403
    assert signed_in(client, world.dora).post(reverse("decisions:restart"))["Location"] == batch
    assert Delivery.objects.filter(reaction="decisions.release_at_its_hour").get().state == "todo"


def test_the_direction_publishes_now_or_at_an_hour_from_the_page(world, over, client):
    first, second = sealed(world, over, 0, 1)
    release, planned = reverse("decisions:release"), reverse("decisions:planned")
    page = read(signed_in(client, world.dora).get(release))
    assert "1 aide, 800 000,00 € ; 1 rejet" in page and "CHU 0 · Attribution · 800 000,00 €" in page
    assert client.post(release, {"decisions": [first.pk], "due": "2022-11-01T10:00"}).status_code == 422
    assert client.post(release, {"decisions": [first.pk], "due": "2022-11-05T10:00"}).status_code == 302
    first.refresh_from_db()
    assert first.release_at.astimezone(clock.PARIS).isoformat() == "2022-11-05T10:00:00+01:00"
    assert 'publication prévue le <span class="instant">05/11/2022 10:00' in read(
        client.get(reverse("decisions:batch"))
    )
    assert client.post(planned, {"decisions": [first.pk], "due": ""}).status_code == 422
    assert client.post(planned, {"decisions": [first.pk], "due": "2022-11-06T10:00"}).status_code == 302
    assert client.post(planned, {"decisions": [first.pk], "cancel": "1"}).status_code == 302
    assert client.post(release, {"decisions": [first.pk, second.pk]}).status_code == 302
    assert set(Decision.objects.values_list("state", flat=True)) == {"released"}
    for name in ("victor", "driss", "aude"):
        assert signed_in(client, getattr(world, name)).get(planned).status_code == 403


# ── what the pages ask of the database ───────────────────────────────────────────────────────────────────────────────
def test_the_pages_ask_as_much_of_one_as_of_many(world, over, client):
    def asked(user, name, *args):
        signed_in(client, user)
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(f"decisions:{name}", args=args)).status_code == 200
        return len([query for query in found.captured_queries if query["sql"].startswith(("SELECT", "WITH"))])

    made.proposed(world)
    reference = world.dossiers[0].reference
    one = [asked(world.victor, "approve", reference), asked(world.victor, "approve_many")]
    made.proposed(world, 2)
    actions.propose_refusal(world.dossiers[1], "Non retenu par le jury.", by=world.driss)
    assert [asked(world.victor, "approve", reference), asked(world.victor, "approve_many")] == one
    assert one[1] <= 15 and one[0] <= 15, one
