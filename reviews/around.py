"""Who and what a text about a dossier might name: the people near its evaluation, everybody of the directory, the employers of experts."""

from django.db.models import Exists, OuterRef, Q

from applications.models import Application
from directory.models import Affiliation, User
from edsh_portal.access import ROLES

from .models import Assignment, Seat, Tie
from .traces import Known

STATE = [role for role in ROLES if role != "expert"]


def known_of(application: Application) -> Known:
    """As the directory stands now; four queries. The dossier's own members are nobody's secret: no employer of its experts is among them."""
    experts = set(Assignment.objects.filter(application=application).values_list("expert", flat=True))
    seated = Seat.objects.filter(session__wave=application.wave_id, person=OuterRef("pk"))
    people: dict[bool, list[str]] = {True: [], False: []}
    state = Exists(User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=STATE))
    for pk, name, near in User.objects.annotate(near=Exists(seated) | state).values_list("pk", "full_name", "near"):
        people[near or pk in experts].append(name)
    bodies: dict[bool, set[str]] = {True: set(), False: set()}
    for person, name in _employers(application, experts):
        bodies[person in experts].add(name)
    return Known(people[True], people[False], bodies[True], bodies[False])


def _employers(application: Application, experts: set[int]) -> set[tuple[int, str]]:
    """(person, body) of everybody who judges, or did this dossier: those that the portal holds, and those that they declared."""
    judge = Q(user__groups__name="expert") | Q(user__in=experts)
    own = application.memberships.filter(state="accepted").values("establishment")
    held = Affiliation.objects.filter(judge).exclude(establishment__in=own)
    said = Tie.objects.standing().filter(kind=Tie.Kind.EMPLOYER)
    return {*held.values_list("user", "establishment__name"), *said.values_list("expert", "body")}
