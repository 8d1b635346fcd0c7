"""The evaluation of the dossier: assigned, declared, written, locked, discussed; calibrations, recusals."""

from typing import Any

from calls.questions import QUESTIONS
from demo import texts
from directory import actions as directory
from directory.models import Establishment
from edsh_portal import clock
from edsh_portal.writing import Save
from reviews import actions as reviews
from reviews import panels
from reviews.models import Assignment, Calibration, Tie
from tests.reviews.world import completed as renewed_version

from ..routes import REASON
from .cast import Cast, Things, shared, stand, valmont


def entrusted(cast: Cast) -> tuple[Assignment, Assignment]:
    """claire's, declared; the second's, not declared."""
    hers = reviews.assign(valmont(), cast.who("claire"), by=cast.driss)
    other = reviews.assign(valmont(), cast.who("second"), by=cast.driss)
    reviews.declare(hers, conflict=False, statement=texts.NO_CONFLICT, confidentiality=True, by=cast.who("claire"))
    return Assignment.objects.get(pk=hers.pk), Assignment.objects.get(pk=other.pk)


def given(cast: Cast, assignment: Assignment) -> Things:
    things = shared(cast, valmont()) | {"assignment": assignment.pk, "tie": Tie.objects.get().pk}
    review = getattr(assignment, "review", None)
    version = review.version if review else valmont().version
    things["read_file"] = version.files.exclude(code="receipt").order_by("pk").first().pk
    return things


def marks(assignment: Assignment) -> dict[Any, tuple[int, str]]:
    criteria = assignment.application.wave.settings.criteria.order_by("number")
    return {criterion: (max(7, criterion.floor or 0), texts.comment(criterion.number, 0) * 3) for criterion in criteria}


@stand
def declared(cast: Cast) -> Things:
    things = given(cast, entrusted(cast)[0])
    return things | drafted(cast, things["fourth"])


def drafted(cast: Cast, expert: int) -> Things:
    """A draft of the wave that the solver has not answered."""
    draft = reviews.ask_allocation(valmont().wave, 2, by=cast.driss)
    reviews.stop_allocation(draft, by=cast.driss)
    return {"allocation": draft.pk, "cell": f"put:{valmont().pk}:{expert}"}


@stand
def assigned(cast: Cast) -> Things:
    return given(cast, entrusted(cast)[1])


@stand
def filled(cast: Cast) -> Things:
    """Every mark is given and saved: the review may be locked."""
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    return given(cast, hers)


@stand
def twice(cast: Cast) -> Things:
    """A comment written in two tabs, each over the same version: the second waits beside the first."""
    hers, _other = entrusted(cast)
    for text in ("Dans un onglet.", "Dans l’autre."):
        (row,) = reviews.save_cells(hers.review, [Save("scores.1.comment", text, 0)], by=cast.who("claire"))
    return given(cast, hers) | {"row": row.pk}


@stand
def locked(cast: Cast) -> Things:
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    reviews.lock_review(hers.review, by=cast.who("claire"))
    return given(cast, hers)


@stand
def divergent(cast: Cast) -> Things:
    """Two reports are locked, far apart; claire is the rapporteur, and has drafted a consensus."""
    hers, other = entrusted(cast)
    reviews.declare(other, conflict=False, statement=texts.NO_CONFLICT, confidentiality=True, by=cast.who("second"))
    for assignment, lower in ((hers, 0), (Assignment.objects.get(pk=other.pk), 6)):
        far = {key: (value - lower, comment) for key, (value, comment) in marks(assignment).items()}
        reviews.save_review(assignment.review, far, by=assignment.expert)
        reviews.lock_review(assignment.review, by=assignment.expert)
    held = reviews.open_discussion(valmont())
    reviews.designate(held, hers, by=cast.driss)
    agreed = {criterion.number: 5 for criterion in marks(hers)}
    reviews.draft_consensus(held, agreed, REASON, by=cast.who("claire"))
    return given(cast, hers) | {"draft": 1, "agreed": {f"value_{number}": 5 for number in agreed}}


@stand
def renewed(cast: Cast) -> Things:
    """claire's report is whole, and the dossier has a later version, whose first answer says otherwise."""
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    first = QUESTIONS[0]
    renewed_version(valmont(), cast.sophie, clock.now(), answers={first.slug: REASON})
    shown = hers.review.scores.get(criterion__number=first.criterion).value
    return given(cast, Assignment.objects.get(pk=hers.pk)) | {"criterion": first.criterion, "shown": shown}


def calibration(cast: Cast) -> Calibration:
    wave = valmont().wave
    said = {criterion.number: REASON for criterion in wave.settings.criteria.all()}
    return reviews.write_calibration(wave, "Dossier fictif", said, by=cast.driss)


@stand
def calibrating(cast: Cast) -> Things:
    """The fictitious dossier is written, and not open yet."""
    hers, _other = entrusted(cast)
    calibration(cast)
    return given(cast, hers)


@stand
def calibrated(cast: Cast) -> Things:
    """It is open; two experts, not those of the tables, have given their marks."""
    hers, _other = entrusted(cast)
    held = calibration(cast)
    reviews.open_calibration(held, by=cast.driss)
    numbers = [criterion.number for criterion in marks(hers)]
    for expert in panels.experts_of(held.wave)[-2:]:
        reviews.give_calibration(held, dict.fromkeys(numbers, (5, "")), by=expert)
    return given(cast, hers) | {"calibration": {f"value_{number}": 5 for number in numbers}}


@stand
def recused(cast: Cast) -> Things:
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    reviews.recuse(hers, REASON, by=cast.who("claire"))
    return things


@stand
def unruled(cast: Cast) -> Things:
    """claire declares a link with a member: the dossier is shut until jean has ruled."""
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    reviews.declare_tie(cast.who("claire"), kind="advice", body="CH fictif de Rivebelle", by=cast.who("claire"))
    reviews.suspend_linked()
    assert Assignment.objects.get(pk=hers.pk).state == "waiting"
    return things


@stand
def suspended(cast: Cast) -> Things:
    """claire now works for a member of the consortium: the portal itself suspends her."""
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    directory.affiliate(
        cast.who("claire"), Establishment.objects.get(name="CH fictif de Rivebelle"), kind="employee", by=cast.adam
    )
    reviews.suspend_linked()
    assert Assignment.objects.get(pk=hers.pk).state == "suspended"
    return things
