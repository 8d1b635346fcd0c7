"""The calibration of a wave: a fictitious dossier scored by its experts first; nothing of it reaches a ranking, a total or a severity."""

from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions, agreement, panels, ranking
from reviews.actions.panel import weigh
from reviews.models import Assignment, Calibration, CalibrationMark, CalibrationReport, CalibrationText, Review, Score
from tests.database import rolled_back
from tests.pages import tight

from . import world as made
from .test_discussion import work
from .test_report import says
from .world import NUMBERS, again, deposited, person, reviewed, reviewing

TEXTS = {number: f"Texte fictif du critère {number}." for number in NUMBERS}


@pytest.fixture(scope="module")
def demanding(django_db_setup, django_db_blocker):
    """The call requires it, and shows the score panel."""
    with rolled_back(django_db_blocker) as here, pytest.MonkeyPatch.context() as patch:
        patch.setitem(made.BOUNDS, "calibration", "required")
        patch.setitem(made.BOUNDS, "score_panel", True)
        yield deposited(here.set_clock, 2)


@pytest.fixture
def small(demanding, db, set_clock):
    return reviewing(again(demanding), set_clock)


@pytest.fixture
def opened(small):
    held = actions.write_calibration(small.wave, "Entrepôt imaginaire", TEXTS, by=small.driss)
    actions.open_calibration(held, by=small.driss)
    return held


def marks(value, **other):
    return {number: (other.get(f"c{number}", value), "") for number in NUMBERS}


def given(held, small, **values):
    for name, value in values.items():
        actions.give_calibration(held, marks(value), by=small.people[name])


def page(at, who, name, *args):
    return tight(at(who, reverse(f"reviews:{name}", args=[1, *args])).content.decode())


def test_written_opened_and_told_to_the_experts_of_the_wave(small, at):
    write = reverse("reviews:write_calibration", args=[1])
    assert at(small.jean, write).status_code == 403 and at(small.claire, write).status_code == 403
    typed = {"title": "Entrepôt imaginaire"} | {f"text_{n}": text for n, text in TEXTS.items() if n != 12}
    assert at(small.driss, write, typed | {"title": ""}).status_code == 422
    assert at(small.driss, write, typed).status_code == 302
    held = Calibration.objects.get()
    with pytest.raises(Refused, match="il manque : 12"):
        actions.open_calibration(held, by=small.driss)
    assert "Texte fictif du critère 11." in page(at, small.jean, "calibration")
    assert at(small.claire, reverse("reviews:calibrate", args=[1])).status_code == 404  # in preparation
    assert at(small.driss, write, typed | {"text_12": TEXTS[12]}).status_code == 302
    assert at(small.driss, reverse("reviews:open_calibration", args=[1]), {}).status_code == 302
    held.refresh_from_db()
    assert held.state == "open" and at(small.driss, write).status_code == 404
    work()
    told = Event.objects.get(kind="calibration.opened").mails.all()
    assert {mail.to for mail in told} == {small.claire, small.chloe, small.paul}
    outside = person("lea", role="expert")  # signed for nothing, judges nothing
    assert outside not in panels.experts_of(small.wave)
    assert at(outside, reverse("reviews:calibrate", args=[1])).status_code == 404


def test_given_once_and_whole_and_read_by_all_once_closed_without_names(small, opened, at):
    here = reverse("reviews:calibrate", args=[1])
    typed = {f"value_{number}": "8" for number in NUMBERS} | {"comment_1": "Bien construit."}
    assert "Noter le dossier fictif" in tight(at(small.claire, reverse("reviews:my_files")).content.decode())
    assert at(small.claire, here, typed | {"value_12": ""}).status_code == 422
    assert at(small.claire, here, typed | {"value_12": "11"}).status_code == 422
    assert at(small.claire, here, typed).status_code == 302
    assert at(small.claire, here, typed).status_code == 404  # given
    with pytest.raises(Refused, match="déjà données"):
        actions.give_calibration(opened, marks(3), by=small.claire)
    with pytest.raises(Refused, match="deux experts"):
        actions.close_calibration(opened, by=small.driss)
    given(opened, small, chloe=3)
    mine = page(at, small.claire, "calibrate")
    assert "<strong>8</strong>" in mine and "<strong>3</strong>" not in mine
    officer = page(at, small.driss, "calibration")
    assert (
        "Chloe Essai" in officer
        and "<strong>3</strong>" in officer
        and "Attendus : Paul Essai" in officer.replace("\xa0", " ")
    )
    assert "divergence</span>" in officer and "Bien construit." in officer
    actions.close_calibration(opened, by=small.driss)
    mine = page(at, small.claire, "calibrate")
    assert "Vous (Expert A)" in mine and "Expert B" in mine and "<strong>3</strong>" in mine and "Chloe" not in mine
    assert at(small.paul, here).status_code == 404  # took no part
    assert CalibrationMark.objects.count() == 8


def test_agreement_is_measured_over_the_criteria(small, opened, at):
    """One dossier: the units compared are its criteria."""
    for name, values in {"claire": (2, 4, 6, 8), "chloe": (3, 4, 7, 8), "paul": (2, 5, 6, 9)}.items():
        report = {number: (value, "") for number, value in zip(NUMBERS, values, strict=True)}
        actions.give_calibration(opened, report, by=small.people[name])
    units = [(2, 3, 2), (4, 4, 5), (6, 7, 6), (8, 8, 9)]
    assert agreement.alpha(units) > Fraction(9, 10)
    shown = f"{float(agreement.alpha(units)):.2f}".replace(".", ",")
    assert shown in page(at, small.jean, "calibration")


def test_required_before_the_first_report_until_it_is_closed(small, at):
    dossier = small.dossiers[0]
    asked = {name: actions.assign(dossier, small.people[name], by=small.driss) for name in ("claire", "chloe", "paul")}

    def declare(name):
        actions.declare(asked[name], conflict=False, statement="Aucun.", by=small.people[name])

    with pytest.raises(Refused, match="étalonnage"):  # it is not even written
        declare("claire")
    held = actions.write_calibration(small.wave, "Fictif", TEXTS, by=small.driss)
    actions.open_calibration(held, by=small.driss)
    with pytest.raises(Refused, match="étalonnage"):
        declare("claire")
    given(held, small, claire=7, chloe=6)
    declare("claire")
    with pytest.raises(Refused, match="étalonnage"):
        declare("paul")
    with pytest.raises(DatabaseError, match="not calibrated"), transaction.atomic():
        Assignment.objects.filter(pk=asked["paul"].pk).update(
            state="declared", statement="x", confidentiality=True, declared_at=made.REVIEWING
        )
        version = dossier.version_id
        Review.objects.create(assignment=asked["paul"], version_id=version, opened_at=made.REVIEWING)
    asked["paul"].refresh_from_db()
    actions.close_calibration(held, by=small.driss)
    declare("paul")  # who did not take part is not waited for any more


def facts(small):
    """All that the marks of reports become."""
    session = actions.open_session(small.wave, by=small.jean)
    lines = [ranking.facts(line) for line in session.lines.order_by("application")]
    weighed = weigh(session, 10**9)
    ids = [dossier.pk for dossier in small.dossiers]
    return lines, ranking.totals(small.wave, ids), ranking.reports(ids), weighed.inputs_sha256, session


def test_its_marks_reach_no_ranking_no_severity_no_total(small, opened, at):
    given(opened, small, claire=0, chloe=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reviews_score UNION ALL SELECT count(*) FROM reviews_review")
        assert cursor.fetchall() == [(0,), (0,)]
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY"
            " (ARRAY['reviews_calibrationmark', 'reviews_calibrationreport']::regclass[])"
        )
        assert cursor.fetchall() == [("reviews_calibrationmark",)]  # nothing else leads to them
    assert "Rien à comparer" in page(at, small.driss, "agreement")
    for dossier, value in zip(small.dossiers, (8, 6), strict=True):
        for expert in (small.claire, small.chloe):
            reviewed(small, dossier, expert, value)
    assert Score.objects.count() == 16
    lines, totals, reports, digest, session = facts(small)
    assert [line[1:3] for line in lines] == [(80, 1), (60, 1)]
    assert sorted(score for *_key, score in totals) == [60, 60, 80, 80]
    assert {key: len(rows) for key, rows in reports.items()} == {dossier.pk: 2 for dossier in small.dossiers}
    actions.give_calibration(opened, marks(1), by=small.paul)
    actions.close_calibration(opened, by=small.driss)
    assert not ranking.is_outdated(session) and weigh(session, 10**9).inputs_sha256 == digest
    assert ranking.totals(small.wave, [dossier.pk for dossier in small.dossiers]) == totals
    shown = page(at, small.jean, "session")
    assert "80,00" in shown and "60,00" in shown and "Étalonnage" not in shown
    assert "<strong>0</strong>" not in tight(
        at(small.driss, reverse("reviews:assignments", args=[small.dossiers[0].reference])).content.decode()
    )


def test_the_database_keeps_its_text_and_its_marks(small, opened):
    given(opened, small, claire=7)
    criterion = small.wave.settings.criteria.get(number=1)
    with pytest.raises(DatabaseError, match="its text is fixed"), transaction.atomic():
        CalibrationText.objects.update(text="Autre chose.")
    with pytest.raises(DatabaseError, match="off the scale"), transaction.atomic():
        other = CalibrationReport.objects.create(calibration=opened, expert=small.chloe, given_at=made.REVIEWING)
        CalibrationMark.objects.create(report=other, criterion=criterion, value=11)
    given(opened, small, chloe=6)
    actions.close_calibration(opened, by=small.driss)
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
        CalibrationReport.objects.create(calibration=opened, expert=small.paul, given_at=made.REVIEWING)


def test_a_call_without_it_has_none(small, at, monkeypatch):
    says(monkeypatch, "calibration", "")
    with pytest.raises(Refused, match="ne prévoit pas"):
        actions.write_calibration(small.wave, "Fictif", TEXTS, by=small.driss)
    assert "ne prévoit pas" in page(at, small.driss, "calibration")
    assert at(small.driss, reverse("reviews:write_calibration", args=[1])).status_code == 404
