"""The home leads with what waits, row by row (26), and counts what the page behind each list shows (16), at every moment of the call."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications import actions as dossiers
from casework import actions as casework
from dashboards import inbox
from dashboards.inbox import MOST, Row
from decisions import actions as decisions
from directory import actions as directory
from edsh_portal import clock, lists, verification
from edsh_portal.access import ROLES
from edsh_portal.models import Delivery, Verification
from edsh_portal.templatetags.portal import paris_instant
from funding import actions as funding
from reviews import actions as reviews
from tests.applications import world as applying
from tests.decisions import world as deciding
from tests.funding import stage as paying
from tests.reviews import world as evaluating
from tests.roles import give

from .counters import counted

HOME = reverse("dashboards:home")
TO_EXAMINE = "Dossiers à instruire (recevabilité)"
TO_PROPOSE, TO_APPROVE = "Aides et rejets à proposer", "Aides et rejets à approuver"


def everyone(world) -> None:
    for name in ("driss", "victor", "jean", "dora", "nadia", "aude", "adam", "emma", "claire", "chloe"):
        counted(getattr(world, name))


def home_of(user):
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client.get(HOME)


def rows_of(user) -> dict[str, tuple[Row, ...]]:
    return {str(line["label"]): line["rows"] for line in home_of(user).context["lists"]}


@pytest.fixture
def deposited(db, set_clock):
    set_clock(applying.NOW, frozen=True)
    world = applying.build()
    ready = applying.fill(world, applying.draft(world))
    dossiers.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    return world, ready


def test_16_admissibility_is_counted_as_its_page_shows_it(deposited, set_clock):
    (world, dossier), due = deposited, applying.CLOSES + timedelta(days=20)
    driss, victor = world.cast.driss, world.cast.victor
    assert counted(driss)[TO_EXAMINE] == 0  # the wave is open: its dossiers may still be replaced
    set_clock(applying.CLOSES + timedelta(days=9), frozen=True)
    assert counted(driss)[TO_EXAMINE] == 1
    asked = casework.ask_complements(dossier, ["identity.months"], message="Dites.", due_at=due, by=driss)
    assert counted(driss)[TO_EXAMINE] == 0  # nobody rules before the answer
    casework.withdraw_complements(asked, by=driss)
    dossier.refresh_from_db()
    opinion = casework.propose_admissibility(dossier, verdict="admissible", by=driss)
    assert (counted(driss)[TO_EXAMINE], counted(victor)["Recevabilités à valider"]) == (0, 1)
    casework.return_admissibility(opinion, "À revoir.", by=victor)
    assert (counted(driss)[TO_EXAMINE], counted(victor)["Recevabilités à valider"]) == (1, 0)


def test_16_the_evaluation_is_counted_as_its_pages_show_it(evaluated):
    assert counted(evaluated.driss)["Dossiers recevables sans assez d’experts"] == 3
    assert counted(evaluated.nadia) == {"Avis à rendre sur le critère 12": 3}
    for dossier in evaluated.dossiers[:2]:
        reviews.assign(dossier, evaluated.claire, by=evaluated.driss)
    reviews.assign(evaluated.dossiers[0], evaluated.chloe, by=evaluated.driss)
    evaluating.opened(evaluated, evaluated.dossiers[2], evaluated.claire)
    assert counted(evaluated.driss)["Dossiers recevables sans assez d’experts"] == 2
    assert counted(evaluated.claire) == {"Déclarations d’intérêts à faire": 2, "Dossiers à évaluer": 1}
    reviews.give_opinion(evaluated.dossiers[0], 5, "Pertinent.", by=evaluated.nadia)
    assert counted(evaluated.nadia) == {"Avis à rendre sur le critère 12": 2}
    everyone(evaluated)


def test_16_the_programme_is_counted_as_its_page_shows_it(decided):
    driss, victor = decided.driss, decided.victor
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (3, 0)
    award, refusal = (
        deciding.proposed(decided),
        decisions.propose_refusal(decided.dossiers[1], "Non retenu par le jury.", by=driss),
    )
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (1, 2)
    decisions.return_proposal(award, "À revoir.", by=victor)
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (2, 1)
    decisions.approve(refusal, by=victor)
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (2, 0)
    deciding.work()
    assert counted(decided.dora)["Décisions prêtes à publier"] == 1
    deciding.notified(decided)
    assert (counted(driss)[TO_PROPOSE], counted(driss)["Conventions à préparer"]) == (1, 2)
    everyone(decided)


def test_16_the_sessions_are_counted_as_their_page_shows_them(evaluated):
    beside = {"Liens d’intérêts à arbitrer": 0, "Dossiers divergents": 0, "Retours aux candidats à approuver": 0}
    assert counted(evaluated.jean) == beside | {"Dossiers sans quorum": 3, "Sessions ouvertes": 0}
    evaluating.reviewed_by_two(evaluated)
    reviews.open_session(evaluated.wave, by=evaluated.jean)
    assert counted(evaluated.jean) == beside | {
        f"Dossiers à classer, {evaluated.wave}": 3,
        "Dossiers sans quorum": 0,
        "Sessions ouvertes": 1,
    }
    everyone(evaluated)


ACTS = ("Actes à approuver",)  # this world makes some about nothing, which no page shows


def test_16_the_payments_are_counted_as_their_page_shows_them(db, set_clock):
    set_clock(paying.NOW, frozen=True)
    money = paying.build()
    c = money.cast
    first, second = (money.convention(share, account=False) for share in money.grant().shares.order_by("pk"))
    paying.kept(
        funding.propose_iban(first, iban=paying.iban(7), holder="X", explanation="Y", by=c.driss, **paying.rib())
    )
    assert counted(c.victor, but=ACTS)["Coordonnées bancaires à valider"] == 1
    money.account(second, 8)
    ready = [money.plan(second, cents) for cents in (1_00, 2_00, 3_00)]
    funding.certify(ready[0], by=c.emma)
    funding.certify(ready[1], by=c.emma)
    funding.order(ready[1], by=c.olivier)
    assert counted(c.emma, but=ACTS) == {"Services faits à certifier": 1}
    assert counted(c.olivier, but=ACTS) == {"Versements à ordonnancer": 1}
    assert counted(c.farid, but=ACTS) == {"Versements à payer": 1}
    assert counted(c.victor, but=ACTS)["Coordonnées bancaires à valider"] == 1


def test_26_a_row_says_what_who_until_when_and_the_one_act(deposited, set_clock):
    world, dossier = deposited
    driss, victor, reference = world.cast.driss, world.cast.victor, dossier.reference
    assert rows_of(driss) == {}
    assert "Rien à faire pour l’instant." in home_of(driss).content.decode()
    set_clock(applying.CLOSES + timedelta(days=9), frozen=True)
    ((told, (row,)),) = rows_of(driss).items()
    assert (told, row.name, row.who) == (TO_EXAMINE, f"{reference} · {dossier.acronym}", dossier.coordinator.name)
    assert (row.url, row.act) == (reverse("casework:admissibility", args=[reference]), "Examiner")
    assert (row.by, row.urgency) == ("recevabilité avant la fin du 11/12/2022", "calm")
    set_clock(row.left_until, frozen=True)
    assert rows_of(driss)[TO_EXAMINE][0].urgency == "late"
    set_clock(applying.CLOSES + timedelta(days=9), frozen=True)
    casework.propose_admissibility(dossier, verdict="admissible", by=driss)
    (row,) = rows_of(victor)["Recevabilités à valider"]
    assert (row.url, row.act) == (
        reverse("casework:validate_admissibility", args=[reference]),
        "Valider ou renvoyer",
    )


def test_26_who_administers_reads_the_tasks_that_are_blocked_the_exceptions_and_the_invitations(decided, set_clock):
    deciding.approved(decided)
    Delivery.objects.filter(reaction="decisions.seal_decision").update(state="blocked", tries=5)
    give(decided.driss, "validator", until=date(2099, 1, 1))
    sent = directory.invite(email="nouvelle@chu.example", full_name="Nina Roy", role="expert", by=decided.adam)
    rows = rows_of(decided.adam)
    (job,) = rows["Tâches bloquées"]
    reference = decided.dossiers[0].reference
    assert (job.name, job.who, job.note) == ("Mettre en forme et sceller la décision", reference, "5 essais")
    assert (job.url, job.act) == (f"{reverse('dashboards:jobs')}?state=blocked", "Voir et relancer")
    (exception,) = rows["Rôles en exception"]
    assert (exception.name, exception.who) == (decided.driss.full_name, str(ROLES["validator"]))
    assert (exception.url, exception.by) == (
        reverse("directory:person", args=[decided.driss.pk]),
        "prend fin le 01/01/2099",
    )
    invitation = rows["Invitations sans réponse"][-1]
    assert (invitation.name, invitation.who, invitation.act) == ("Nina Roy", str(ROLES["expert"]), "Voir l’invitation")
    counts = counted(decided.adam)
    assert (counts["Tâches bloquées"], counts["Rôles en exception"]) == (1, 1)
    assert counts["Invitations sans réponse"] == len(rows["Invitations sans réponse"])
    set_clock(sent.expires_at, frozen=True)
    assert rows_of(decided.adam)["Invitations sans réponse"][0].act == "Renvoyer l’invitation"


def test_26_who_audits_reads_the_acts_that_bind_before_the_registers(decided):
    deciding.approved(decided)
    waiting = decisions.propose_refusal(decided.dossiers[1], "Non retenu par le jury.", by=decided.driss)
    rows, counts = rows_of(decided.aude), counted(decided.aude)
    (row,) = rows["Actes à deux à approuver"]
    assert (row.who, row.act) == (f"proposé par {decided.driss}", "Lire l’acte")
    assert str(waiting.application.reference) in row.name
    approved, today = rows["Actes à deux approuvés"], clock.today().strftime("%d/%m/%Y")
    assert len(approved) == MOST and approved[0].by == f"approuvé le {today} par {decided.victor}"
    assert counts["Actes à deux à approuver"] == 1 and counts["Actes à deux approuvés"] >= MOST
    assert counts["Tâches bloquées"] == 0
    page = home_of(decided.aude).content.decode()
    assert 0 < page.index('class="inbox"') < page.index('class="counters"') < page.index(">Registres</a>")


def test_26_rows_come_before_counters_and_are_few(db, set_clock):
    set_clock(paying.NOW, frozen=True)
    money = paying.build()
    convention = money.convention(money.grant().shares.order_by("pk")[0])
    planned = [money.plan(convention, cents) for cents in range(1_00, 8_00, 1_00)]
    page = home_of(money.cast.emma)
    (waiting,) = page.context["lists"]
    assert (waiting["count"], len(waiting["rows"])) == (len(planned), MOST)
    first, text = waiting["rows"][0], page.content.decode()
    assert (first.name, first.act) == (convention.share.establishment.name, "Certifier le service fait")
    assert first.url == reverse("funding:certify", args=[planned[0].pk])
    assert first.by == "en attente depuis le 10/05/2023"
    assert 0 < text.index('class="inbox"') < text.index("Tout voir (7)") < text.index('class="counters"')


def test_26_an_act_of_two_waits_on_the_home_of_who_may_approve_it(decided):
    proposal = deciding.proposed(decided)
    (row,) = rows_of(decided.victor)[TO_APPROVE]
    assert (row.who, row.act) == (f"proposé par {decided.driss}", "Approuver ou renvoyer")
    assert row.url == reverse("decisions:approve", args=[proposal.application.reference])
    assert "Actes à approuver" not in rows_of(decided.victor)  # once is enough
    assert TO_APPROVE not in rows_of(decided.driss)


def test_26_experts_and_the_health_data_hub_have_their_own(evaluated):
    assignment = reviews.assign(evaluated.dossiers[0], evaluated.claire, by=evaluated.driss)
    ((told, (row,)),) = rows_of(evaluated.claire).items()
    assert (told, row.name, row.act) == (
        "Déclarations d’intérêts à faire",
        evaluated.dossiers[0].reference,
        "Déclarer mes intérêts",
    )
    assert (row.url, row.left_until) == (reverse("reviews:declare", args=[assignment.pk]), assignment.due_at)
    assert [row.act for row in rows_of(evaluated.nadia)["Avis à rendre sur le critère 12"]] == ["Rendre l’avis"] * 3


def test_26_the_chair_reads_the_dossiers_to_rank_then_the_session_to_close(evaluated):
    evaluating.reviewed_by_two(evaluated)
    reviews.open_session(evaluated.wave, by=evaluated.jean)
    ((told, rows),) = rows_of(evaluated.jean).items()
    assert (told, {row.act for row in rows}) == (f"Dossiers à classer, {evaluated.wave}", {"Classer"})
    assert [row.note for row in rows] == [f"rang {line.rank}" for line in evaluated.wave.session.lines.order_by("rank")]
    for line in evaluated.wave.session.lines.order_by("rank"):
        reviews.set_list(line, "main", by=evaluated.jean)
    ((told, (row,)),) = rows_of(evaluated.jean).items()
    assert (told, row.name, row.act) == ("Sessions ouvertes", str(evaluated.wave), "Relire et clore")


def test_26_a_long_list_is_counted_as_far_as_anybody_needs(db, set_clock, monkeypatch):
    set_clock(paying.NOW, frozen=True)
    money = paying.build()
    convention = money.convention(money.grant().shares.order_by("pk")[0])
    for cents in range(1_00, 8_00, 1_00):
        money.plan(convention, cents)
    for most, told in ((6, "plus de 6"), (7, "7")):
        monkeypatch.setattr(lists, "MOST", most)
        page = home_of(money.cast.emma)
        (waiting,) = page.context["lists"]
        assert (waiting["count"], waiting["told"], waiting["tag"]) == (7, told, f"{told} à faire")
        assert f"Tout voir ({told})" in page.content.decode()


def test_26_the_first_dossiers_are_those_of_the_whole_list(evaluated, monkeypatch):
    monkeypatch.setattr(inbox, "MOST", 2)
    waiting = inbox.without_opinion(evaluated.nadia, clock.now())
    assert waiting.count == 3
    assert [row.name.split(" ")[0] for row in waiting.rows] == sorted(d.reference for d in evaluated.dossiers)[:2]


def test_the_auditor_reads_when_all_was_last_verified(deposited, monkeypatch):
    """Of everybody, the auditor alone; whose login reads the runs."""
    world = deposited[0]
    plain = lambda text: " ".join(text.split())
    said = lambda user: plain(home_of(user).content.decode())
    assert "Aucune vérification complète n’a encore été menée à son terme." in said(world.cast.aude)
    assert "vérification complète" not in said(world.cast.driss)
    run = Verification(
        command="verify", by="root, edsh_owner", began_at=applying.NOW, ended_at=applying.NOW, differences=0
    )
    monkeypatch.setattr(verification, "last_whole", lambda: run)
    at = plain(paris_instant(applying.NOW))
    assert f"Dernière vérification complète : {at}, sans écart (verify, root, edsh_owner)." in said(world.cast.aude)
    run.differences = 2
    assert f"{at}, <strong> 2 écarts </strong> (verify" in said(world.cast.aude)
