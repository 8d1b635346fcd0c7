"""The session of the jury, the scenarios drawn from its list, the feedback."""

from datetime import timedelta

from calls.models import Wave
from decisions import actions as decisions
from decisions import studio
from demo import texts
from demo.cast import DOMAIN
from edsh_portal import clock
from funding.models import Line
from reviews import actions as reviews
from reviews import ranking
from reviews.actions.hearing import Frame
from reviews.models import Assignment, RankingLine, Session

from .cast import Cast, Things, stand, valmont
from .evaluation import given


def on_valmont(cast: Cast) -> Things:
    """At later stages VALMONT has its experts already: one of them stands in claire's column, two others in the next ones."""
    live = Assignment.objects.filter(application=valmont(), state="declared").order_by("pk").first()
    cast.claire = live.expert.email.partition("@")[0]
    inside = set(valmont().assignments.values_list("expert__email", flat=True))
    cast.second, cast.third = [
        k for k in ("expert01", "expert02", "expert03", "expert05") if f"{k}@{DOMAIN}" not in inside
    ][:2]
    return given(cast, live)


@stand
def sitting(cast: Cast) -> Things:
    """The session of the jury is open; VALMONT is summoned to a hearing, and another dossier is placed at the last slot."""
    session = Session.objects.get(wave__number=1)
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=9)
    slots = [(start + n * timedelta(minutes=30), start + (n + 1) * timedelta(minutes=30)) for n in range(8)]
    schedule = reviews.frame_hearings(session, Frame(slots, [("Salle 1", "")], 1, 3), by=cast.driss)
    slot, last, venue = schedule.slots.first(), schedule.slots.last(), schedule.venues.get()
    reviews.move_hearing(schedule, valmont(), slot, venue, by=cast.driss)
    (summons,) = reviews.send_hearings(schedule, by=cast.driss)
    other = session.lines.exclude(application=valmont()).order_by("rank").first().application
    reviews.move_hearing(schedule, other, last, venue, by=cast.driss)
    return on_valmont(cast) | {"summons": summons.pk, "hearing_cell": f"{last.pk}:{venue.pk}"}


@stand
def listed(cast: Cast) -> Things:
    """Every dossier has its list: the session may be closed."""
    from demo.plan import PLANS

    lists = {"award": "main", "reserve": "reserve", "refusal": "not_selected"}
    fates = {plan.acronym: plan.fate for plan in PLANS}
    session = Session.objects.get(wave__number=1)
    for line in RankingLine.objects.filter(session=session).select_related("application").order_by("rank"):
        reviews.set_list(line, lists[fates[line.application.acronym]], texts.SKIP, by=cast.jean)
    return on_valmont(cast)


@stand
def closed(cast: Cast) -> Things:
    things = listed(cast)
    reviews.close_session(Session.objects.get(wave__number=1), texts.MINUTES, by=cast.jean)
    line = Line.objects.get(code="FR2030")
    things["amounts"], things["minutes"] = {}, 1
    for member in valmont().memberships.filter(state="accepted"):
        things["amounts"] |= {
            f"amount-{member.establishment_id}": "1000,00",
            f"line-{member.establishment_id}": line.pk,
        }
    return things


@stand
def programmed(cast: Cast) -> Things:
    """driss has kept two scenarios of the closed list, and shares both; BELAIR stands behind HAUTEROCHE in the reserve."""
    things = closed(cast)
    wave = Wave.objects.get(number=1)
    for name, key in (("Premier", "scenario"), ("Second", "other_scenario")):
        drawn = studio.drawn(studio.read(wave, cast.driss))
        kept = decisions.keep_scenario(wave, name, 2, drawn, by=cast.driss)
        decisions.revise_scenario(kept, shared=True, by=cast.driss)
        things[key] = kept.pk
    reserve = ranking.reserve(RankingLine.objects.filter(session__wave=wave).select_related("application"))
    return things | {"second_reserve": reserve[1].application.reference}


@stand
def comes_back(cast: Cast) -> Things:
    """The feedback of VALMONT is written, and ready to be proposed."""
    things = closed(cast)
    held = reviews.begin_feedback(valmont(), by=cast.driss)
    told = dict.fromkeys(reviews.unanswered(held), texts.HARMLESS)
    reviews.save_feedback(held, {0: texts.OVERALL}, told, by=cast.driss)
    return things


@stand
def back_proposed(cast: Cast) -> Things:
    things = comes_back(cast)
    return things | {"act": reviews.propose_feedback(valmont().feedback, by=cast.driss).pk}
