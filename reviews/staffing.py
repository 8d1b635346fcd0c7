"""What is read of a wave to staff its dossiers: the skills each needs, the room each expert has, the links that shut; as an instance."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _

from applications.models import Application
from directory.models import Affiliation
from edsh_portal.workflow import STATES

from . import permissions
from .allocation import Cause, Change, Dossier, Expert, Instance, said
from .models import HELD, Allocation, Assignment, Placement, in_words

LEAST = 4  # letters of a word that says something


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return {word for word in re.findall(r"[a-z0-9]+", plain) if len(word) >= LEAST}


def proposed(projects: Iterable[dict[str, Any]], skills: Sequence[tuple[str, str]]) -> list[str]:
    """Of the list of the call, the skills that the projects of a dossier name: a word of the title or of the code."""
    said = _words(" ".join(f"{p.get('title', '')} {p.get('theme', '')} {p.get('summary', '')}" for p in projects))
    return [code for code, title in skills if (_words(title) | _words(code)) & said]


def with_content(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Dossiers with the projects that they deposited, and what an officer set of their needs."""
    return rows.select_related("need", "coordinator__departement").annotate(
        projects_said=KeyTransform("projects", "version__content")
    )


def needed(application: Any, skills: Sequence[tuple[str, str]]) -> list[str]:
    """What the officer set; what the content proposes when nobody did. Of a row of with_content()."""
    need = getattr(application, "need", None)
    return list(need.skills) if need else proposed(application.projects_said or [], skills)


def experts() -> QuerySet[Any]:
    """Whoever may be asked, with their profile when they wrote one: active experts with no role of the State's side."""
    roles: Any = get_user_model().groups.through.objects
    state = roles.filter(group__name__in=permissions.STATE_ROLES).values("user")
    asked = get_user_model().objects.filter(pk__in=roles.filter(group__name="expert").values("user"), is_active=True)
    return asked.exclude(pk__in=state).select_related("profile").order_by("full_name", "pk")


def linked(dossiers: Sequence[int], people: Sequence[int]) -> dict[tuple[int, int], str]:
    """(expert, dossier) → the link that shuts it, in words, the plainest first. One query."""
    found: dict[tuple[int, int], str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.user_id, d.id, s.fact FROM unnest(%s::bigint[]) AS d(id), review_shut(d.id, %s::bigint[]) s"
            " ORDER BY s.strong DESC, s.weight, s.fact",
            [[*dossiers], [*people]],
        )
        for expert, dossier, fact in cursor.fetchall():
            found.setdefault((expert, dossier), in_words(fact))
    return found


def shut(dossiers: Sequence[int], people: Sequence[int]) -> dict[tuple[int, int], str]:
    """The same, and from whom they stepped back. Two queries."""
    found = linked(dossiers, people)
    ended = Assignment.objects.filter(application__in=dossiers, expert__in=people).exclude(state__in=HELD)
    for expert, dossier, state in ended.values_list("expert", "application", "state"):
        found.setdefault((expert, dossier), str(STATES["assignment"][state][0]))
    return found


@dataclass
class Replacement:
    """Somebody who could take a dossier, and why them: the skills met, and their load of the wave on what they said they could take."""

    person: Any
    met: list[str]
    load: int


def replacements(application: Application, today: date, count: int = 3) -> list[Replacement]:
    """Who may be asked instead of those who stepped back, the best first: by skills met, then by load. Five queries."""
    row = with_content(Application.objects.filter(pk=application.pk)).get()
    skills = list(application.wave.settings.skills.order_by("order", "code").values_list("code", "title"))
    needs, titles = needed(row, skills), dict(skills)
    people = [p for p in experts() if hasattr(p, "profile") and p.profile.available_on(today)]
    closed = {expert for expert, _dossier in shut([application.pk], [person.pk for person in people])}
    held = Assignment.objects.held().filter(application__wave=application.wave_id)
    load = Counter(held.values_list("expert", flat=True))
    closed |= set(held.filter(application=application).values_list("expert", flat=True))
    found = [
        Replacement(p, [titles[code] for code in needs if code in p.profile.skills], load[p.pk])
        for p in people
        if p.pk not in closed and load[p.pk] < p.profile.capacity
    ]
    return sorted(found, key=lambda one: (-len(one.met), one.load, one.person.full_name))[:count]


@dataclass
class Staffing:
    """An instance, with the rows that it speaks of in the same order."""

    instance: Instance
    dossiers: list[Application]
    experts: list[Any]
    held: frozenset[tuple[int, int]]  # assigned already, as places in both lists

    def told(self, why: Sequence[Cause]) -> dict[str, Any]:
        """What forbids, a sentence a cause; and what would do in all, a sentence an act."""
        acts: dict[tuple[Any, ...], Change] = {}
        for change in (change for cause in why for change in cause.changes):
            whom = change.expert if change.expert is not None else (*change.skills,)
            known = acts.setdefault((change.kind != "expert", whom), replace(change, places=0, dossiers=[]))
            known.places += change.places
            known.dossiers += change.dossiers
        sentences = [said.why(self.instance, cause) for cause in why]
        return {"impossible": sentences, "changes": [self._words(act) for act in acts.values()]}

    def _words(self, change: Change) -> str:
        words: dict[str, Any] = {"places": change.places, "skills": ", ".join(change.skills) or "–"}
        words["dossiers"] = ", ".join(self.dossiers[d].reference for d in change.dossiers)
        words["name"] = self.experts[change.expert] if change.expert is not None else ""
        if change.kind == "expert":
            return _("Inscrire une personne de plus pour %(dossiers)s (compétences : %(skills)s).") % words
        if change.kind == "available":
            return _("Demander une disponibilité à %(name)s (dossiers : %(places)s).") % words
        if change.kind == "unfix":
            return _("Libérer %(name)s du dossier %(dossiers)s.") % words
        return _("Demander à %(name)s d’évaluer davantage (dossiers de plus : %(places)s).") % words


def of(allocation: Allocation, today: date) -> Staffing:
    """The dossiers of the wave that have not their `k` experts yet, whoever may be asked, what holds already and what is locked."""
    skills = list(allocation.wave.settings.skills.order_by("order", "code").values_list("code", "title"))
    people = [person for person in experts() if hasattr(person, "profile")]
    rows = list(with_content(allocation.wave.applications.filter(state="admissible")).order_by("reference"))
    held = set(
        Assignment.objects.filter(application__wave=allocation.wave_id, state__in=HELD).values_list(
            "expert", "application"
        )
    )
    full = {pk for pk, count in Counter(pk for _expert, pk in held).items() if count >= allocation.k}
    rows = [row for row in rows if row.pk not in full]
    locked = set(Placement.objects.filter(allocation=allocation, locked=True).values_list("expert", "application"))
    links = shut([row.pk for row in rows], [person.pk for person in people])
    at_expert = {person.pk: place for place, person in enumerate(people)}
    at_row = {row.pk: place for place, row in enumerate(rows)}

    def places(pairs: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        return frozenset((at_expert[e], at_row[d]) for e, d in pairs if e in at_expert and d in at_row)

    fixed = places(held | locked)
    mine = Counter(expert for expert, _dossier in fixed)
    elsewhere = Counter(expert for expert, dossier in held if dossier not in at_row)
    work = dict(Affiliation.objects.filter(ended_at=None, user__in=at_expert).values_list("user", "establishment"))
    regions = dict(
        Affiliation.objects.filter(ended_at=None, user__in=at_expert).values_list(
            "user", F("establishment__departement__region_id")
        )
    )
    instance = Instance(
        allocation.k,
        [Dossier(row.reference, frozenset(needed(row, skills)), _region(row)) for row in rows],
        [
            Expert(
                person.pk,
                frozenset(person.profile.skills),
                max(person.profile.capacity - elsewhere[person.pk], mine[place]),
                str(regions.get(person.pk) or ""),
                str(work.get(person.pk) or ""),
                person.profile.available_on(today),
            )
            for place, person in enumerate(people)
        ],
        places(links) - fixed,
        fixed,
    )
    return Staffing(instance, rows, people, places(held))


def _region(row: Application) -> str:
    place = row.coordinator and row.coordinator.departement
    return str(place.region_id) if place else ""
