"""C12: a draft is abandoned and resumed, a withdrawal taken back, a second draft asked twice, a question put before the deposit."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from applications import actions, reactions, verify
from applications.content import freeze
from applications.models import Answer, Application, Departure, Membership, Piece, Printout, ResearchProject
from casework import actions as casework
from casework import panels as casework_panels
from edsh_portal import chain, clock, documents
from edsh_portal.models import Document, Event, Mail
from edsh_portal.verify import findings
from tests.database import as_role, by_hand

from . import world as made
from .test_pages import page, signed
from .test_reactions import work
from .test_verbs import refusal

HOME = reverse("dashboards:home")


def refused(verb, *args, **kwargs):
    try:
        return refusal(verb, *args, **kwargs)
    except PermissionDenied:
        return "forbidden"


def fresh(application):
    return Application.objects.get(pk=application.pk)


def seen(application, *people):
    return [Application.objects.visible_to(who).filter(pk=application.pk).exists() for who in people]


# ── a draft is abandoned ─────────────────────────────────────────────────────────────────────────────────────────────
def test_13_12_an_abandoned_draft_is_unseen_by_all_at_once_and_comes_back_as_it_was(client, world, ready):
    cast = world.cast
    people = (cast.alice, cast.sophie, cast.bruno, cast.aude)
    before, places = freeze.digest(freeze.content(ready)), page("dossier", ready)
    partner = actions.invite_partner(ready, world.nantes, by=cast.alice)
    assert seen(ready, *people) == [True] * 4
    assert refused(actions.abandon, ready, by=cast.alice) == ("W02", "reason")
    assert fresh(ready).state == "draft"
    left = actions.abandon(ready, "Repris par un autre consortium.", by=cast.alice)
    assert (fresh(ready).state, fresh(ready).abandoned_at, left.kind) == ("abandoned", made.NOW, "abandoned")
    assert seen(ready, *people) == [False] * 4
    assert not Membership.objects.visible_to(cast.zoe).filter(pk=partner.pk).exists()
    for who in people:
        signed(client, who)
        assert [client.get(at).status_code for at in (places, page("budgets", ready), page("submit", ready))] == [
            404
        ] * 3
    signed(client, cast.alice)
    assert client.post(page("sync", ready), {}).status_code == 404
    assert refused(actions.save_field, ready, "answers.ambition", "x", read_version=1, by=cast.alice) == "forbidden"
    actions.resume(ready, by=cast.sophie)
    assert (fresh(ready).state, fresh(ready).abandoned_at) == ("draft", None)
    assert seen(ready, *people) == [True] * 4
    actions.remove_member(partner, reason="Essai", by=cast.alice)
    assert freeze.digest(freeze.content(fresh(ready))) == before
    kept = Departure.objects.get()
    assert (kept.left_by, kept.returned_by, kept.returned_at) == (cast.alice, cast.sophie, made.NOW)
    kinds = [event.kind for event in Event.objects.filter(kind__startswith="application.").order_by("pk")][-2:]
    assert kinds == ["application.abandoned", "application.resumed"]
    assert findings() == []


def test_13_12_a_draft_written_alone_is_abandoned_without_a_reason(world, draft):
    assert actions.abandon(draft, by=world.cast.alice).reason == ""


def test_13_12_who_may_abandon_and_take_up_again(world, draft):
    cast = world.cast
    actions.accept_membership(actions.invite_partner(draft, world.brest, by=cast.alice), by=cast.bruno)
    for who in (cast.bruno, cast.zoe, cast.driss, cast.aude):
        assert refused(actions.abandon, draft, "Motif", by=who) == "forbidden"
    actions.abandon(draft, by=cast.alice)
    for who in (cast.bruno, cast.zoe, cast.driss, cast.aude):
        assert refused(actions.resume, draft, by=who) == "forbidden"
        assert not Application.objects.resumable_by(who, made.NOW).exists()
    for who in (cast.alice, cast.sophie):
        assert list(Application.objects.resumable_by(who, made.NOW)) == [draft]
    assert refused(actions.abandon, draft, by=cast.alice) == "forbidden"


def test_13_12_thirty_days_then_no_more(world, draft, set_clock):
    actions.abandon(draft, by=world.cast.alice)
    until = clock.days_from(made.NOW, 30)  # across the change of hour
    assert until - made.NOW == timedelta(days=30)
    set_clock(until, frozen=True)
    assert refused(actions.resume, draft, by=world.cast.alice) == ("D02", None)
    assert not Application.objects.resumable_by(world.cast.alice, until).exists()
    set_clock(until - timedelta(milliseconds=1), frozen=True)
    actions.resume(draft, by=world.cast.alice)
    assert fresh(draft).state == "draft"


def test_13_12_the_cut_off_passes_on_an_abandoned_draft_too(world, draft, set_clock):
    """It is not « not deposited »: nobody wanted it. Resumed, it is."""
    actions.abandon(draft, by=world.cast.alice)
    set_clock(made.CLOSES, frozen=True)
    reactions.lapse_drafts()
    assert fresh(draft).state == "abandoned"
    actions.resume(draft, by=world.cast.alice)
    reactions.lapse_drafts()
    assert fresh(draft).state == "not_deposited"


def test_13_12_what_was_deposited_is_never_abandoned(world, ready):
    actions.submit(ready, by=world.cast.sophie)
    assert refused(actions.abandon, ready, "Motif", by=world.cast.sophie) == "forbidden"


def test_13_12_pages_of_an_abandoned_draft(client, world, ready):
    signed(client, world.cast.alice)
    url = page("abandon", ready)
    assert url in client.get(page("dossier", ready)).content.decode()
    assert "D’autres personnes ont écrit" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    answer = client.post(url, {"reason": "Consortium dissous"}, follow=True)
    assert answer.redirect_chain == [(HOME, 302)]
    said = answer.content.decode()
    assert "1 brouillon abandonné" in said and page("resume", ready) in said
    assert f'href="{page("dossier", ready)}"' not in said
    asked = client.get(page("resume", ready)).content.decode()
    assert "Consortium dissous" in asked and "Alice" in asked
    signed(client, world.cast.bruno)
    assert page("resume", ready) not in client.get(HOME).content.decode()
    assert client.post(page("resume", ready)).status_code == 404
    signed(client, world.cast.sophie)
    answer = client.post(page("resume", ready), follow=True)
    assert answer.redirect_chain == [(page("dossier", ready), 302)] and fresh(ready).state == "draft"
    assert "brouillon abandonné" not in client.get(HOME).content.decode()


def test_13_12_those_who_wrote_and_those_invited_are_told(world, ready):
    actions.invite_partner(ready, world.nantes, by=world.cast.alice)
    actions.abandon(ready, "Motif", by=world.cast.alice)
    work("application.abandoned")
    mails = Mail.objects.filter(event__kind="application.abandoned")
    names = {"alice", "sophie", "bruno", "paula", "zoe"}
    assert set(mails.values_list("address", flat=True)) == {f"{name}@test.invalid" for name in names}
    body = mails.first().body.replace("\u00a0", " ")
    assert "EDSH-1-0001" in body and "CHU de Rennes" in body and "20 octobre 2022" in body and "Motif" not in body


@pytest.mark.django_db(transaction=True)
def test_13_12_after_thirty_days_the_content_goes_by_the_named_purge(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    draft, other = made.fill(world, made.draft(world)), made.draft(world, acronym="AUTRE")
    actions.print_draft(draft, by=world.cast.alice)
    made.examined()
    piece = draft.pieces.get(code="presentation")
    path = documents.path_of(piece.document.sha256)
    actions.abandon(draft, "Motif", by=world.cast.alice)
    chain.sign_roots()

    def purge():
        said = StringIO()
        call_command("purge_drafts", by=world.cast.driss.email, stdout=said)
        return said.getvalue().splitlines()[-1]

    held = Answer.objects.filter(application=draft).count()
    with as_role("owner"):
        assert purge() == "0 texts of drafts that were abandoned" and path.exists()
        committed.set_clock(clock.days_from(made.NOW, 30), frozen=True)
        assert purge() == f"{held} texts of drafts that were abandoned"
        for rows in (Answer, Piece, Printout, ResearchProject):
            assert not rows.objects.filter(application=draft).exists()
        assert not Document.objects.filter(pk=piece.document_id).exists() and not path.exists()
        assert Answer.objects.filter(application=other).exists()
        kept = Application.objects.get(pk=draft.pk)
        assert (kept.state, kept.reference, kept.title, kept.memberships.count()) == (
            "abandoned",
            draft.reference,
            "",
            2,
        )
        assert findings() == []


# ── a withdrawal is taken back ───────────────────────────────────────────────────────────────────────────────────────
def test_13_12_a_withdrawal_is_taken_back_until_the_cut_off(client, world, ready, set_clock):
    sophie = world.cast.sophie
    version = actions.submit(ready, by=sophie)
    actions.withdraw(ready, "Erreur", by=sophie)
    signed(client, sophie)
    assert page("reinstate", ready) in client.get(page("dossier", ready)).content.decode()
    assert refused(actions.reinstate, ready, "Motif", by=world.cast.alice) == "forbidden"
    assert refused(actions.reinstate, ready, "  ", by=sophie) == ("W02", "reason")
    answer = client.post(page("reinstate", ready), {"reason": "Retiré par erreur"}, follow=True)
    assert answer.redirect_chain == [(page("dossier", ready), 302)]
    kept = fresh(ready)
    assert (kept.state, kept.withdrawn_at, kept.version_id, kept.submitted_at) == (
        "submitted", None, version.pk, version.submitted_at,
    )  # fmt: skip
    left = Departure.objects.get()
    assert (left.kind, left.reason, left.returned_reason) == ("withdrawn", "Erreur", "Retiré par erreur")
    actions.withdraw(ready, "Cette fois", by=sophie)
    set_clock(made.CLOSES, frozen=True)
    assert refused(actions.reinstate, ready, "Motif", by=sophie) == ("R01", None)
    assert page("reinstate", ready) not in client.get(page("dossier", ready)).content.decode()
    assert client.post(page("reinstate", ready), {"reason": "Trop tard"}).status_code == 422
    assert fresh(ready).departure.reason == "Cette fois" and findings() == []


def test_13_12_verify_holds_states_against_departures(world, ready):
    sophie = world.cast.sophie
    actions.submit(ready, by=sophie)
    actions.withdraw(ready, "Erreur", by=sophie)
    assert list(verify.verify_departures()) == []
    with by_hand() as cursor:
        cursor.execute("UPDATE applications_departure SET returned_at = portal_now(), returned_by_id = %s", [sophie.pk])
    assert [(f.code, f.what) for f in verify.verify_departures()] == [("departure.missing", ready.reference)]


# ── a second draft asks first ────────────────────────────────────────────────────────────────────────────────────────
def test_13_12_a_second_draft_of_the_same_name_is_asked_twice(client, world, draft):
    signed(client, world.cast.alice)
    url = reverse("applications:create")
    sent = {"coordinator": world.rennes.pk, "wave": world.wave.pk, "acronym": " odh "}
    answer = client.post(url, sent)
    said = answer.content.decode()
    assert answer.status_code == 422 and page("dossier", draft) in said and draft.reference in said
    assert 'type="checkbox" name="again"' in said and Application.objects.count() == 1
    assert client.post(url, sent | {"again": "on"}).status_code == 302 and Application.objects.count() == 2
    assert refused(made.draft, world) == ("D01", "acronym")
    actions.create(world.wave, coordinator=world.rennes, acronym="AUTRE", by=world.cast.alice)
    for held in Application.objects.filter(acronym__iexact="odh"):
        actions.abandon(held, by=world.cast.alice)
    assert made.draft(world).acronym == "ODH"  # an abandoned one stands in nobody's way


# ── a question before the deposit ────────────────────────────────────────────────────────────────────────────────────
def test_13_12_a_question_is_put_and_answered_before_the_deposit(client, world, draft):
    cast = world.cast
    assert refused(casework.open_thread, draft, subject="S", text="T", by=cast.driss) == "forbidden"
    signed(client, cast.driss)
    assert client.get(page("threads", draft)).status_code == 404
    signed(client, cast.alice)
    assert "Poser une question au service instructeur" in client.get(page("dossier", draft)).content.decode()
    asked = client.post(page("open_thread", draft), {"subject": "GCS", "text": "Un GCS peut-il coordonner ?"})
    thread = draft.threads.get()
    assert (
        asked.status_code == 302 and casework_panels.asked_before_deposit(cast.driss).filter(unread__gt=0).count() == 1
    )
    work("thread.opened")
    assert set(Mail.objects.filter(event__kind="thread.opened").values_list("address", flat=True)) == {
        "driss@test.invalid"
    }
    signed(client, cast.driss)
    listed = client.get(reverse("casework:questions")).content.decode()
    assert page("thread", draft, thread.pk) in listed and "CHU de Rennes" in listed
    assert "Questions posées avant le dépôt" in client.get(HOME).content.decode()
    read = client.get(page("thread", draft, thread.pk))
    assert read.status_code == 200 and f'href="{page("dossier", draft)}"' not in read.content.decode()
    assert client.post(page("thread", draft, thread.pk), {"text": "Oui."}).status_code == 302
    assert [client.get(page(name, draft)).status_code for name in ("dossier", "check", "budgets")] == [404] * 3
    signed(client, cast.alice)
    assert "Oui." in client.get(page("thread", draft, thread.pk)).content.decode()
    for who in (cast.emma, cast.claire, cast.nadia, cast.zoe):
        signed(client, who)
        assert client.get(page("thread", draft, thread.pk)).status_code == 404
    actions.abandon(draft, by=cast.alice)
    signed(client, cast.driss)
    assert (
        client.get(page("thread", draft, thread.pk)).status_code == 404
        and casework_panels.asked_before_deposit(cast.driss).filter(unread__gt=0).count() == 0
    )
