"""Reads what a ranking is made of (counted reports, aid asked, coverage gained) and lays it out as lines."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.db.models.lookups import GreaterThan

from applications.models import Application
from calls.models import Wave
from directory.coverage import gain
from directory.models import Departement, GcsMembership
from edsh_portal.events import stream_of
from edsh_portal.models import Event

from . import scoring
from .models import Assignment, RankingLine, Review, Score, Session
from .models.assignment import LEFT
from .models.report import MOVED

FACTS = (
    "rank",
    "score_num",
    "score_den",
    "review_count",
    "decided_by",
    "below_floor",
    "divergence",
    "coverage_gain",
    "requested_cents",
)
LISTS = RankingLine.List.values  # best first
COMPUTED_BY = ("session.opened", "ranking.computed", "ranking.voted")


def grid(wave: Wave) -> scoring.Grid:
    """The wave's frozen grid. One query."""
    criteria = list(wave.settings.criteria.order_by("number"))
    return scoring.Grid(
        weights={c.number: c.weight for c in criteria},
        scale_max=wave.settings.scale_max,
        floors={c.number: c.floor for c in criteria if c.floor is not None},
    )


def reports(applications: Collection[int], at: datetime | None = None) -> dict[int, list[dict[int, int]]]:
    """{dossier: its counted reports}, today's or those that stood at an instant. One query."""
    counted = Review.objects.counted() if at is None else Review.objects.counted_at(at)
    rows = (
        Score.objects.filter(review__in=counted.filter(assignment__application__in=applications).values("pk"))
        .order_by("review_id", "criterion__number")
        .values_list("review__assignment__application_id", "review_id", "criterion__number", "value")
    )
    found: dict[int, dict[int, dict[int, Any]]] = defaultdict(lambda: defaultdict(dict))
    for application, review, number, value in rows:
        found[application][review][number] = value
    return {application: list(by_review.values()) for application, by_review in found.items()}


Total = tuple[int, int, float]  # dossier, expert, score of 100


def totals(wave: Wave, applications: Collection[int]) -> list[Total]:
    """Each counted report's total, by dossier then expert. Two queries."""
    scale, given = grid(wave), defaultdict[tuple[int, int], dict[int, int]](dict)
    rows = Score.objects.filter(
        review__in=Review.objects.counted().filter(assignment__application__in=applications).values("pk")
    ).values_list("review__assignment__application_id", "review__assignment__expert_id", "criterion__number", "value")
    for dossier, expert, number, value in rows:
        given[dossier, expert][number] = value or 0
    weighted = (scoring.weighted(marks, scale.weights, scale.scale_max) for _key, marks in sorted(given.items()))
    return [(*key, float(score)) for key, score in zip(sorted(given), weighted, strict=True)]


def sites(applications: Collection[int]) -> dict[int, set[str]]:
    """{dossier: départements where its members, and the members of its GCS, stand, as deposited}. Two queries."""
    members = dict(Application.objects.filter(pk__in=applications).values_list("pk", "version__content__members"))
    bodies = {m["establishment"] for rows in members.values() for m in rows or ()}
    inside: dict[int, set[str]] = defaultdict(set)
    rows = GcsMembership.objects.filter(gcs__in=bodies, member__departement__isnull=False)
    for gcs, code in rows.values_list("gcs_id", "member__departement_id"):
        inside[gcs].add(code)
    return {
        key: {m["departement"] for m in rows or () if m["departement"]}.union(
            *(inside[m["establishment"]] for m in rows or ())
        )
        for key, rows in members.items()
    }


def _earlier(wave: Wave) -> QuerySet[RankingLine]:
    """The main lists of the waves before this one."""
    closed = RankingLine.objects.filter(session__state="closed", session__wave__call=wave.call_id, list="main")
    return closed.filter(session__wave__number__lt=wave.number)


def gains(wave: Wave, applications: Collection[int]) -> dict[int, int]:
    """{dossier: inhabitants of the départements it adds to those of the main lists of earlier waves} (R58)."""
    held = set(_earlier(wave).values_list("application_id", flat=True))
    places = sites({*applications, *held})
    already = set().union(*(places[key] for key in held))
    populations = {
        code: (region, people)
        for code, region, people in Departement.objects.values_list("code", "region_id", "population")
    }
    return {key: gain(already, places[key], grain="departement", populations=populations) for key in applications}


def entries(wave: Wave, read: Q = Q()) -> list[tuple[Application, scoring.Entry]]:  # noqa: B008  # it never changes
    """The admissible dossiers of a wave, but those not `read`, with their counted reports, to see whether each has its quorum."""
    dossiers = list(Application.objects.filter(read, wave=wave, state="admissible").order_by("pk"))
    held = reports([a.pk for a in dossiers])
    return [(a, scoring.Entry(a.pk, held.get(a.pk, []), a.requested_cents or 0)) for a in dossiers]


def place(
    wave: Wave, found: Collection[scoring.Entry], votes: Mapping[int, int | None]
) -> tuple[list[scoring.Placed], dict[int, int | None]]:
    """Ranks, and answers the votes that counted: a vote does only while it orders every one of the equals of a rank."""
    scale = grid(wave)
    equals: dict[int, list[int]] = defaultdict(list)
    for placed in scoring.rank(found, scale):
        equals[placed.rank].append(placed.key)
    standing: dict[int, int | None] = {}
    for keys in equals.values():
        given = [votes.get(key) for key in keys]
        if len(keys) > 1 and None not in given and len(set(given)) == len(keys):
            standing |= dict(zip(keys, given, strict=True))
    voted = [scoring.Entry(e.key, e.reports, e.requested_cents, e.coverage_gain, standing.get(e.key)) for e in found]
    return scoring.rank(voted, scale), standing


def compute(session: Session, votes: Mapping[int, int | None]) -> list[RankingLine]:
    """The session's lines as the reports counted now make them, not saved; `votes` is {dossier: the chair's order}."""
    found = [entry for _dossier, entry in entries(session.wave)]
    gained = gains(session.wave, [entry.key for entry in found])
    full = [scoring.Entry(e.key, e.reports, e.requested_cents, gained[e.key]) for e in found]
    by_key = {entry.key: entry for entry in full}
    ranked, standing = place(session.wave, full, votes)
    stands = sites(list(by_key))
    return [
        line_of(session, placed, by_key[placed.key], standing.get(placed.key), sorted(stands[placed.key]))
        for placed in ranked
    ]


def line_of(
    session: Session, placed: scoring.Placed, entry: scoring.Entry, vote: int | None, stands: list[str]
) -> RankingLine:
    divergence = [str(number) for number in placed.divergent] + (["total"] if placed.divergent_total else [])
    return RankingLine(
        session=session,
        application_id=placed.key,
        rank=placed.rank,
        score_num=placed.score.numerator,
        score_den=placed.score.denominator,
        review_count=len(entry.reports),
        decided_by=placed.decided_by,
        below_floor=", ".join(map(str, placed.below_floor)),
        divergence=", ".join(divergence),
        coverage_gain=entry.coverage_gain,
        requested_cents=entry.requested_cents,
        vote=vote,
        sites=stands,
    )


def is_outdated(session: Session) -> bool:
    """Whether what its lines are made of moved_since(); a closed session is as it is. One query."""
    moved = Session.objects.filter(moved_since(session), pk=session.pk)
    return session.state != Session.State.CLOSED and moved.exists()


def moved_since(session: Session) -> GreaterThan:
    """Whether a report was locked or reopened, or left by its expert, since the lines of a session were computed; null when nothing ever
    moved. The last of each is read from the end of its index, however many there are."""
    made = Event.objects.filter(stream=stream_of(session), kind__in=COMPUTED_BY).order_by("-seq").values("at")[:1]
    reports = Review.objects.filter(assignment__application__wave=session.wave_id).annotate(at=MOVED)
    leavings = Assignment.objects.filter(application__wave=session.wave_id, review__state="locked").annotate(at=LEFT)
    last = [Subquery(rows.filter(at__isnull=False).order_by("-at").values("at")[:1]) for rows in (reports, leavings)]
    return GreaterThan(Greatest(*last), Subquery(made))


def facts(line: RankingLine) -> tuple[Any, ...]:
    """What the reports make of a line, apart from what the jury decides."""
    return tuple(getattr(line, name) for name in FACTS)


def unreasoned(lines: Iterable[RankingLine]) -> list[RankingLine]:
    """Skips without a reason, best rank first: listed lines with a lower-ranked one on a better list (floors aside)."""
    listed = [line for line in lines if line.list]
    return sorted(
        (
            line
            for line in listed
            if not line.reason
            and not line.below_floor
            and any(other.rank > line.rank and LISTS.index(other.list) < LISTS.index(line.list) for other in listed)
        ),
        key=lambda line: line.rank,
    )


# ── down the ranking ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Source:
    """Where the aid of a wave comes from, and how much of it is left for this one."""

    label: str
    cents: int


@dataclass(frozen=True)
class Reach:
    """Of a line: what it adds to those kept above it, and what is reached with it. Kept is on the main list, or on none yet and above
    the floors. `parts`: what is reached, by source, filled in their order; `ends`: the sources that do not reach this line whole;
    `place`: in the reserve; `rank`: among the lines that are read; `tied`: another of these has it; `parted`: what put it below its
    neighbour, when that one is read too.
    """

    rank: int
    cents: int
    parts: tuple[Source, ...]
    ends: tuple[Source, ...]
    gained: int
    covered: int
    tied: bool = False
    parted: str = ""
    place: int | None = None


def shares(cents: int, sources: Sequence[Source]) -> tuple[Source, ...]:
    """A sum laid over the sources, each filled before the next; what they do not hold is in none of them."""
    found, left = [], cents
    for source in sources:
        found.append(Source(source.label, min(left, source.cents)))
        left -= found[-1].cents
    return tuple(part for part in found if part.cents)


def reserve(lines: Iterable[Any]) -> list[Any]:
    """The reserve in its order: the chair's reasoned one, or that of the ranks."""
    held = [line for line in lines if line.list == "reserve"]
    return sorted(held, key=lambda line: (line.reserve_order or 0, line.rank, line.application_id))


def reach(session: Session, sources: Sequence[Source] = (), read: Q = Q()) -> dict[int, Reach]:  # noqa: B008  # it never changes
    """{line: what is reached down to it}, over the lines that somebody reads (`read`: open_to() of them), so that nothing of the others is
    found by difference. Two queries, four when lines do not say where they stand."""
    walked = RankingLine.objects.filter(Q(session=session) | Q(pk__in=_earlier(session.wave).values("pk"))).filter(read)
    lines = list(walked.order_by("rank", "application_id").values_list(*WALKED, named=True))
    rows = [line for line in lines if line.session_id == session.pk]
    held = [line for line in lines if line.session_id != session.pk]
    unsaid = [line.application_id for line in (*rows, *held) if line.sites is None]
    asked = sites(unsaid) if unsaid else {}
    people = dict(Departement.objects.values_list("code", "population"))
    stands = {
        line.pk: set(asked.get(line.application_id, ()) if line.sites is None else line.sites)
        for line in (*rows, *held)
    }
    covered = set().union(*(stands[line.pk] for line in held))
    places = {line.pk: place for place, line in enumerate(reserve(rows), 1)}
    found, cents, bounds, stood = {}, 0, _bounds(sources), places_of(rows)
    reached = sum(people[code] for code in covered)
    for line in rows:
        new = stands[line.pk] - covered
        gained, before = sum(people[code] for code in new), cents
        if line.list == "main" or not (line.list or line.below_floor):
            covered |= new
            reached += gained
            cents += line.requested_cents
        ends = tuple(source for bound, source in bounds if before <= bound < cents)
        rank, tied, parted = stood[line.pk]
        found[line.pk] = Reach(
            rank, cents, shares(cents, sources), ends, gained, reached, tied, parted, places.get(line.pk)
        )
    return found


def places_of(rows: Sequence[RankingLine]) -> dict[int, tuple[int, bool, str]]:
    """{line: its rank among these, whether another has it, what parted it from its neighbour}. A line that is not read leaves no gap,
    and what stands under it does not tell by what."""
    alike, found, last = Counter(line.rank for line in rows), {}, 0
    for place, line in enumerate(rows, 1):
        above = rows[place - 2] if place > 1 else None
        if above is None or above.rank != line.rank:
            last = place
        neighbour = above is not None and line.rank in (above.rank, above.rank + alike[above.rank])
        found[line.pk] = (last, alike[line.rank] > 1, line.decided_by if neighbour else "")
    return found


WALKED = (
    *("pk", "session_id", "application_id", "rank", "list", "below_floor", "requested_cents"),
    *("sites", "reserve_order", "decided_by"),
)


def _bounds(sources: Sequence[Source]) -> list[tuple[int, Source]]:
    """Down to which sum each source goes, those before it being spent."""
    return list(zip(accumulate(source.cents for source in sources), sources, strict=True))
