"""What comes back of an evaluation: flagged, written in versions, approved by the chair, and the applicant's with the decision alone."""

import re
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.urls import reverse

from decisions import actions as decisions
from directory import actions as directory
from edsh_portal import acts, documents, events, pdf
from edsh_portal.models import Act, Delivery, Event
from edsh_portal.workflow import Refused
from edsh_portal.writing import Save
from reviews import actions
from reviews.around import known_of
from reviews.models import Assignment, Discussion, Feedback, FeedbackText, Harmless
from reviews.traces import plain
from tests.access import routes
from tests.database import by_hand
from tests.pages import tight
from tests.printed import markers, runs
from tests.reviews.test_report import says
from tests.reviews.test_traces import bare, cleared

from . import world as made
from .test_letter import words

SAID = "Le socle est décrit avec soin et le calendrier est tenable."
NAMED = (
    "Selon Claire Essai, puis CHLOÉ ESSAI et C. Essai’s note, le Pr Jean Essai et essai claire : je suis d’accord, nous "
    "aussi, I agree, notre CHU de Ploubalay le dit, cl\u00adaire essai."
)


@pytest.fixture
def at(client):
    def ask(person, url, data=None):
        client.force_login(person, backend="directory.backends.EmailBackend")
        return client.get(url) if data is None else client.post(url, data)

    return ask


def work():
    """Every obligation, as the workers would."""
    while waiting := list(
        Delivery.objects.filter(state="todo", reaction="reviews.print_feedback").values_list("pk", flat=True)
    ):
        done = [events.run(pk) for pk in waiting]
        assert all(done), (
            Delivery.objects.filter(pk__in=waiting).exclude(state="done").values_list("reaction", "last_error")
        )


def begun(world, number=0):
    return actions.begin_feedback(world.dossiers[number], by=world.driss)


def written(world, number=0, text=SAID):
    held = begun(world, number)
    texts = dict.fromkeys(actions.feedback.titles(held.application), text)
    actions.save_feedback(held, texts, by=world.driss)
    return held


def approved(world, number=0, text=SAID):
    held = written(world, number, text)
    acts.approve(actions.propose_feedback(held, by=world.driss), by=world.jean)
    work()
    held.refresh_from_db()
    return held


def texts_of(held):
    return {row.number: row.text for row in held.texts.last_of_each()}


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_begins_with_what_the_experts_said_once_the_session_is_closed(world):
    held = begun(world)
    comment = "Un avis motivé et complet."
    assert texts_of(held) == dict.fromkeys((1, 2, 11, 12), f"{comment}\n\n{comment}")
    assert begun(world) == held and Event.objects.filter(kind="feedback.begun").count() == 1
    for person in (world.alice, world.jean, world.aude, world.claire, world.dora):
        with pytest.raises(PermissionDenied):
            actions.save_feedback(held, {1: SAID}, by=person)


def test_every_text_is_a_version_and_what_is_written_twice_is_never_lost(world):
    held = begun(world)
    first = actions.save_texts(held, [Save("texts.1.text", "Un.", 1, uuid.uuid4())], by=world.driss)[0]
    assert (first.version, first.flags) == (2, [])
    again = Save("texts.1.text", "Deux.", 2, uuid.uuid4())
    assert actions.save_texts(held, [again], by=world.driss) == actions.save_texts(held, [again], by=world.driss)
    met = actions.save_texts(held, [Save("texts.1.text", "Trois.", 2, uuid.uuid4())], by=world.driss)[0]
    assert (met.version, met.text) == (4, "Deux.\n\nTrois.")
    with pytest.raises(Refused, match="n’est pas dans la grille"):
        actions.save_texts(held, [Save("texts.7.text", "Autre.", 0, uuid.uuid4())], by=world.driss)
    with pytest.raises(Refused) as wide:
        actions.save_feedback(held, {1: "a" * 8001}, by=world.driss)
    assert (wide.value.code, wide.value.field) == ("F02", "text_1")
    with pytest.raises(Refused) as meets:
        actions.save_feedback(held, {1: "Cinq."}, read={1: "Un."}, by=world.driss)
    assert meets.value.code == "W04"


def test_a_flag_is_edited_away_or_confirmed_with_a_reason(world):
    directory.affiliate(world.claire, made.evaluated.place(500, "CHU de Ploubalay"), kind="employee", by=None)
    held = written(world, text=SAID)
    actions.save_feedback(held, {1: NAMED}, by=world.driss)
    kinds = {flag.partition(":")[0] for flag in held.texts.filter(number=1).latest("version").flags}
    assert kinds == {"person", "employer", "self"}
    with pytest.raises(Refused) as left:
        actions.propose_feedback(held, by=world.driss)
    assert (left.value.code, left.value.field) == ("F03", "text_1")
    actions.save_feedback(held, {1: "Le CHU de Ploubalay est cité par le candidat."}, by=world.driss)
    actions.save_feedback(held, {}, {(1, "employer:chu de ploubalay"): "  "}, by=world.driss)
    assert actions.unanswered(held) == [(1, "employer:chu de ploubalay")]
    told = {(1, "employer:chu de ploubalay"): "Le candidat le cite.", (1, "person:inventé"): "Rien."}
    actions.save_feedback(held, {}, told, by=world.driss)
    assert list(Harmless.objects.values_list("flag", "reason")) == [
        ("employer:chu de ploubalay", "Le candidat le cite.")
    ]
    assert actions.propose_feedback(held, by=world.driss).state == "proposed"
    with pytest.raises(Refused, match="ne change plus"):
        actions.save_feedback(held, {1: SAID}, by=world.driss)


def test_the_rapporteur_writes_it_as_long_as_their_report_counts(world, at):
    dossier = world.dossiers[0]
    own = Assignment.objects.get(application=dossier, expert=world.claire)
    with by_hand():
        told = {"opened_at": own.declared_at, "found": "total", "rapporteur": own, "designated_at": own.declared_at}
        Discussion.objects.create(application=dossier, **told)
    page, begin = (reverse(f"reviews:{name}", args=[dossier.reference]) for name in ("feedback", "begin_feedback"))
    assert at(world.driss, begin, {}).status_code == 403 and at(world.chloe, page).status_code == 404
    assert at(world.claire, begin, {}).headers["Location"] == page
    assert "Retours à rédiger, comme rapporteur" in at(world.claire, reverse("dashboards:home")).content.decode()
    shown = tight(at(world.claire, page).content.decode())
    assert "Expert A" in shown and "Chloe" not in shown
    save = reverse("reviews:save_feedback", args=[dossier.reference])
    texts = {f"text_{number}": SAID for number in (0, 1, 2, 11, 12)}
    assert at(world.claire, save, texts | {"text_1": NAMED}).headers["Location"] == page
    shown = at(world.claire, page).content.decode()
    assert "<mark>Claire Essai</mark>" in shown and "<mark>je</mark>" in shown and 'name="reason_1_0"' in shown
    left = dict.fromkeys(re.findall(r'name="(reason_1_[0-9]+)"', shown), "C’est le candidat qui parle.")
    assert at(world.claire, save, left | {"then": "propose"}).headers["Location"].endswith("/proposer/")
    assert at(world.claire, save.replace("enregistrer", "proposer"), {}).headers["Location"] == page
    act = Act.objects.get(kind="feedback.approve")
    assert "C’est le candidat qui parle." in at(world.jean, reverse("dashboards:act", args=[act.pk])).content.decode()
    acts.take_back(act, "À revoir.", by=world.claire)
    actions.recuse(own, "Lien découvert.", by=world.claire)
    assert at(world.claire, page).status_code == 404 and at(world.driss, page).status_code == 200
    assert at(world.claire, reverse("dashboards:act", args=[act.pk])).status_code == 404
    assert at(world.driss, save, {"text_2": "Repris."}).headers["Location"] == page


def test_an_empty_text_is_named(world):
    held = begun(world)
    with pytest.raises(Refused, match="ensemble") as empty:
        actions.propose_feedback(held, by=world.driss)
    assert empty.value.field == "text_0"


# ── approved by another ──────────────────────────────────────────────────────────────────────────────────────────────
def test_returned_with_a_reason_written_again_then_approved_and_printed(world):
    held = written(world)
    act = actions.propose_feedback(held, by=world.driss)
    acts.give_back(act, "Trop court.", by=world.jean)
    held.refresh_from_db()
    assert held.state == "draft"
    actions.save_feedback(held, {0: "Un ensemble cohérent."}, by=world.driss)
    acts.approve(actions.propose_feedback(held, by=world.driss), by=world.jean)
    work()
    held.refresh_from_db()
    assert (held.state, held.approved_by, held.content[-1]["text"]) == ("approved", world.jean, "Un ensemble cohérent.")
    content = documents.read(held.document)
    assert pdf.check(content).valid and markers(content).title == "Retour sur l’évaluation du dossier EDSH-1-0001"
    assert Event.objects.filter(kind="feedback.printed").count() == 1


def test_a_name_learnt_since_is_found_at_the_approval(world):
    held = written(world, text="Barnabé Lecointre a bien décrit le socle.")
    act = actions.propose_feedback(held, by=world.driss)
    directory.create_user(email="b@test.invalid", full_name="Barnabé Lecointre", by=None)
    with pytest.raises(Refused) as left:
        acts.approve(act, by=world.jean)
    assert left.value.code == "F03"


def test_a_chair_who_is_tied_neither_sees_nor_approves(world, at):
    held = written(world)
    act = actions.propose_feedback(held, by=world.driss)
    home = reverse("dashboards:home")
    assert "EDSH-1-0001" in at(world.jean, home).content.decode()
    directory.affiliate(world.jean, world.partner, kind="employee", by=None)
    for address in ("dashboards:act", "reviews:feedback"):
        wanted = act.pk if address == "dashboards:act" else "EDSH-1-0001"
        assert at(world.jean, reverse(address, args=[wanted])).status_code == 404
    assert list(acts.waiting_for(world.jean)) == [] and list(Feedback.objects.visible_to(world.jean)) == []
    assert "Approuver le retour" not in at(world.jean, home).content.decode()
    assert "EDSH-1-0001" not in at(world.jean, reverse("reviews:feedbacks")).content.decode()
    with pytest.raises(PermissionDenied):
        acts.approve(act, by=world.jean)


def test_the_database_refuses_what_no_act_says(world):
    held = written(world, text=NAMED)
    for states in (
        "state = 'approved'",
        f"state = 'approved', content = '[]', approved_at = portal_now(), approved_by_id = {world.jean.pk}",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE reviews_feedback SET {states} WHERE id = %s", [held.pk])
    actions.save_feedback(held, dict.fromkeys(texts_of(held), SAID), by=world.driss)
    actions.propose_feedback(held, by=world.driss)
    late = FeedbackText(feedback=held, number=1, version=9, text="Tard.", by=world.driss, at=held.begun_at)
    with pytest.raises(Error, match="as long as it is a draft"), transaction.atomic():
        late.save()


# ── read by the applicant ────────────────────────────────────────────────────────────────────────────────────────────
def addresses(world, decision):
    """Every address of the portal that the dossier, its decision and its members make."""
    dossier = world.dossiers[0]
    things = {
        "dossier": dossier.reference, "wave": 1, "wave_pk": world.wave.pk, "version": dossier.version.number, "question": "ambition",
        "ending": "csv", "rank": 1, "call": world.call.slug, "decision": decision.number, "sha256": decision.snapshot_sha256,
        "piece": dossier.pieces.order_by("pk").first().pk, "member": dossier.memberships.get(role="coordinator").pk,
        "act": Act.objects.order_by("pk").last().pk, "grant": decision.grant_id,
    }  # fmt: skip
    for route, wanted in routes.parameters().items():
        try:
            path = routes.path(route, wanted, things)
        except KeyError:
            continue
        if not route.startswith(("admin:", "demo:", "directory:sign_out")):
            yield path
            if route == "dashboards:search":
                yield f"{path}?q=socle"


def body(answer):
    return b"".join(answer) if answer.streaming else answer.content


def test_nothing_of_it_is_reachable_before_the_decision_is_opened(world, client):
    held = approved(world)
    decision = made.approved(world)
    assert made.work() == []
    decision.refresh_from_db()
    tried = list(addresses(world, decision))
    assert len(tried) > 90

    def shown(person, paths):
        client.force_login(person, backend="directory.backends.EmailBackend")
        read = {path: body(client.get(path)) for path in paths}
        return [path for path, said in read.items() if SAID.encode() in said or b"/retour/" in said]

    back = [
        path for path in tried if "/retour" in path or "/retours" in path or "/actes" in path or "/decisions/" in path
    ]
    assert shown(world.sophie, tried) == []
    for person in (world.alice, world.zoe, world.chloe, world.paul, world.emma, world.nadia):
        assert shown(person, back) == [], person
    decisions.release([decision], by=world.dora)
    assert made.work() == []
    decision.refresh_from_db()
    assert shown(world.sophie, back) == []  # notified, and not opened: it would tell what was decided
    decisions.open_notification(decision, by=world.sophie)
    page, file = (reverse(f"decisions:{name}", args=[decision.number]) for name in ("feedback", "feedback_file"))
    assert shown(world.sophie, back) and SAID.encode() in client.get(page).content
    assert body(client.get(file)) == documents.read(held.document)
    client.force_login(world.zoe, backend="directory.backends.EmailBackend")
    assert [client.get(path).status_code for path in (page, file)] == [404, 404]
    client.force_login(world.chloe, backend="directory.backends.EmailBackend")
    assert [client.get(path).status_code for path in (page, file)] == [404, 404]


def test_no_name_of_an_expert_reaches_the_applicant(world, client):
    """Whoever clears the flags as they are shown, and only them."""
    names = (world.claire, world.chloe, world.paul, world.jean, world.driss)
    for expert in names[:3]:
        directory.affiliate(
            expert,
            made.evaluated.place(500 + expert.pk % 90, f"CHU de {expert.full_name[:3]}bourg"),
            kind="employee",
            by=None,
        )
    known = known_of(world.dossiers[0])
    text = " ".join(
        [
            NAMED,
            *(
                hand(f"{person.full_name} et le CHU de {person.full_name[:3]}bourg.")
                for person in names
                for hand in (str, str.upper, bare)
            ),
        ]
    )
    approved(world, text=cleared(text, known))
    decision = made.notified(world)
    decisions.open_notification(decision, by=world.sophie)
    client.force_login(world.sophie, backend="directory.backends.EmailBackend")
    page = (
        tight(client.get(reverse("decisions:feedback", args=[decision.number])).content.decode())
        .split("<h1", 1)[1]
        .split("</main>")[0]
    )
    printed = " ".join(
        run.text for run in runs(body(client.get(reverse("decisions:feedback_file", args=[decision.number]))))
    )
    # The letter names its addressee, who represents the applicant, and the call.
    for ours in (world.sophie.full_name, world.wave.call.title):
        printed = re.sub(r"\s+".join(map(re.escape, ours.split())), "", printed)
    for said in (page, printed):
        assert "[…]" in said
        read = set(plain(said))
        assert not read & {"essai", "chloe", "paul", "jean", "driss", "clabourg", "paubourg", "chlbourg", "je", "nous"}


def test_the_letter_of_refusal_annexes_it_where_the_call_says_so(world, monkeypatch):
    says(monkeypatch, "annex_feedback", True)
    with pytest.raises(Refused) as missing:
        made.refused(world)
    assert missing.value.code == "P23"
    approved(world, 1)
    told = made.refused(world).snapshot
    assert [part["text"] for part in told["feedback"]] == [SAID] * 5
    assert SAID in words(told) and "Annexe : retour de l’évaluation" in words(told).replace("\u00a0", " ")
    says(monkeypatch, "annex_feedback", False)
    assert "feedback" not in made.approved(world).snapshot


# ── the motive of a refusal ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_motive_of_a_refusal_is_drafted_from_the_evaluation_and_names_nobody(world, at):
    dossier = world.dossiers[1]
    approved(world, 1)
    shown = at(world.driss, reverse("decisions:propose", args=[dossier.reference]))
    draft = shown.context["form"]["motive"].value()
    assert draft.startswith("Choix du jury.\n\n") and draft.count(SAID) == 5  # four criteria, and the whole
    expert = Assignment.objects.filter(application=dossier).order_by("pk").first().expert.full_name
    for code, motive, found in (
        ("P24", "Non retenu.", ""),
        ("P25", f"Comme l’a écrit {expert}, le calendrier manque.", expert),
        ("P25", "Écrivez à jury@example.org pour en savoir plus.", "jury@example.org"),
        ("P25", "Le dossier ne respecte pas la règle R14 de l’appel.", "R14"),
        ("P25", "Le dossier EDSH-9-0001 est mieux classé que celui-ci.", "EDSH-9-0001"),
    ):
        with pytest.raises(Refused) as caught, transaction.atomic():
            decisions.propose_refusal(dossier, motive, by=world.driss)
        assert caught.value.code == code and found in str(caught.value)
    said = f"Le calendrier du dossier {dossier.reference} n’est pas étayé."
    assert decisions.propose_refusal(dossier, said, by=world.driss).motive == said
