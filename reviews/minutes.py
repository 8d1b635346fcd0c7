"""The minutes of a session, from its events: who was there, what was examined and voted, the lists as they were closed.

What happened, when, and every number come from the events alone; rows give the words of what an event names by its key, in columns that the
database freezes (a name, the text of a motion, a reason). The sealed PDF is laid out from what is frozen here at the signature.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings as portal
from django.utils.translation import override

from applications.models import Application
from directory.models import User
from edsh_portal import paper, pdf
from edsh_portal.events import stream_of
from edsh_portal.models import Event

from . import rules, scoring
from .models import Item, Motion, Panel, RankingLine, Session, SessionReopening

FORMAT = 2  # 1: without its number
Told = dict[str, Any]
LISTS = tuple(RankingLine.List.values)


class Course:
    """What the events of a session tell, in keys, instants and numbers; one method an event."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.opened: Told = {}
        self.closings: list[Told] = []
        self.reopenings: list[Told] = []
        self.seats: dict[int, Told] = {}
        self.items: dict[int, Told] = {}
        self.motions: dict[int, Told] = {}
        self.parted: list[Told] = []
        for event in events:
            tell = getattr(self, f"_{event.kind.replace('.', '_')}", None)
            if tell is not None:
                tell(event, event.data)

    def _session_opened(self, event: Event, data: Told) -> None:
        self.opened = {"at": event.at.isoformat(), "by": event.by_id}
        self.seats[data["seat"]] = {"person": event.by_id, "presences": []}

    def _session_closed(self, event: Event, data: Told) -> None:
        self.closings.append({"at": event.at.isoformat(), "by": event.by_id, **data})

    def _session_reopened(self, event: Event, data: Told) -> None:
        self.reopenings.append({"at": event.at.isoformat(), "by": event.by_id, "reopening": event.subject_id})

    def _jury_seated(self, event: Event, data: Told) -> None:
        self.seats[event.subject_id] = {"person": data["person"], "presences": []}

    def _jury_came(self, event: Event, data: Told) -> None:
        self.seats[data["seat"]]["presences"].append([event.at.isoformat(), None])

    def _jury_left(self, event: Event, data: Told) -> None:
        self.seats[data["seat"]]["presences"][-1][1] = event.at.isoformat()

    def _jury_laid(self, event: Event, data: Told) -> None:
        found = [{"seat": seat, "at": event.at.isoformat(), "declared": False} for seat in data["withdrawn"]]
        laid = {"application": data["application"], "laid_at": event.at.isoformat(), "taken_at": None}
        self.items[event.subject_id] = {**laid, "withdrawals": found}

    def _jury_taken(self, event: Event, _data: Told) -> None:
        self.items[event.subject_id]["taken_at"] = event.at.isoformat()

    def _jury_withdrew(self, event: Event, data: Told) -> None:
        item = next(of for of in reversed(self.items.values()) if of["application"] == data["application"])
        item["withdrawals"].append({"seat": data["seat"], "at": event.at.isoformat(), "declared": True})

    def _motion_moved(self, event: Event, data: Told) -> None:
        self.motions[event.subject_id] = {
            "item": data["item"],
            "cents": data["cents"],
            "moved_at": event.at.isoformat(),
        }

    def _motion_closed(self, event: Event, data: Told) -> None:
        told = {name: data[name] for name in ("for", "against", "abstain", "state", "casting", "seated", "present")}
        self.motions[event.subject_id] |= {
            "closed_at": event.at.isoformat(),
            "least": rules.quorum(data["seated"]),
            **told,
        }

    def _ranking_voted(self, event: Event, data: Told) -> None:
        self.parted.append({"at": event.at.isoformat(), "order": data["order"]})


def course(session: Session) -> Course:
    return Course(Event.objects.filter(stream=stream_of(session)).order_by("seq"))


def tells_all(session: Session) -> bool:
    """Whether its events hold what minutes are made of: those of a session that was closed before minutes were written do not."""
    rows = Event.objects.filter(stream=stream_of(session), kind__in=("session.opened", "session.closed")).order_by(
        "seq"
    )
    return all(("seat" if of.kind == "session.opened" else "lines") in of.data for of in rows)


def told(session: Session, version: int) -> Told:
    """All that the minutes of its last closing say."""
    found = course(session)
    closing = found.closings[-1]
    with override("fr"):
        words = _Words(session, found)
        motions = {key: words.motion(key, of) for key, of in found.motions.items() if "closed_at" in of}
        seats = [words.seat(of) for of in found.seats.values()]
        return {
            "format": FORMAT,
            "number": number(session.pk, version),
            "portal": portal.BASE_URL,
            "fictitious": portal.DEMO,
            "call": session.wave.call.title,
            "wave": str(session.wave),
            "version": version,
            "opened_at": found.opened["at"],
            "closed_at": closing["at"],
            "chair": words.person(closing["by"]),
            "seats": seats,
            "quorum": {"seated": len(seats), "least": rules.quorum(len(seats))},
            "items": [words.item(key, of, motions) for key, of in found.items.items()],
            "motions": [of for of in motions.values() if of["item"] is None],
            "parted": [{"at": of["at"], "order": [words.dossier(key) for key in of["order"]]} for of in found.parted],
            "lists": {name: words.listed(closing["lines"], name) for name in LISTS},
            "panel": words.panel(closing["panel"]),
            "reopenings": [words.reopening(of) for of in found.reopenings],
            "remarks": session.minutes,
        }


class _Words:
    """Of what the events name by its key; a query a table."""

    def __init__(self, session: Session, found: Course) -> None:
        lines = session.lines.all()
        self.reasons = {line.application_id: (line.reason, line.reserve_reason) for line in lines}
        of_items = {of["application"] for of in found.items.values()}
        dossiers = Application.objects.filter(pk__in=of_items | self.reasons.keys()).select_related("coordinator")
        self.dossiers = {one.pk: f"{one} · {one.coordinator}" for one in dossiers}
        self.items = Item.objects.in_bulk(found.items)
        self.motions = Motion.objects.in_bulk(found.motions)
        self.reopened = SessionReopening.objects.in_bulk([of["reopening"] for of in found.reopenings])
        chairs = {of["by"] for of in (*found.closings, *found.reopenings)}
        people = User.objects.filter(pk__in=chairs | {of["person"] for of in found.seats.values()})
        self.people = {one.pk: str(one) for one in people}
        self.persons = {key: of["person"] for key, of in found.seats.items()}

    def person(self, key: int) -> str:
        return self.people[key]

    def dossier(self, key: int) -> Told:
        return {"application": key, "name": self.dossiers.get(key, "")}

    def seat(self, of: Told) -> Told:
        return {"name": self.people[of["person"]], "presences": of["presences"]}

    def item(self, key: int, of: Told, motions: dict[int, Told]) -> Told:
        left = [{**one, "name": self.people[self.persons[one["seat"]]]} for one in of["withdrawals"]]
        own = [motion for motion in motions.values() if motion["item"] == key]
        return {
            **of,
            **self.dossier(of["application"]),
            "totals": self.items[key].totals,
            "withdrawals": left,
            "motions": own,
        }

    def motion(self, key: int, of: Told) -> Told:
        return {**of, "text": self.motions[key].text}

    def listed(self, lines: list[list[Any]], name: str) -> list[Told]:
        """One list, in its order: that of the ranks, or the reserve's own."""
        rows = [self.line(*line) for line in lines if line[4] == name]
        return sorted(rows, key=lambda row: (row["place"] or 0, row["rank"]))

    def line(self, key: int, rank: int, num: int, den: int, _list: str, place: int | None, cents: int) -> Told:
        reason, departs = self.reasons.get(key, ("", ""))
        score = scoring.display(Fraction(num, den))
        told = {"rank": rank, "score": score, "exact": f"{num}/{den}", "place": place, "cents": cents}
        return {**self.dossier(key), **told, "reason": reason, "departs": departs if place else ""}

    def panel(self, key: int | None) -> Told | None:
        weighed = Panel.objects.filter(pk=key).first() if key else None
        return {"at": weighed.made_at.isoformat(), "inputs": weighed.inputs_sha256} if weighed else None

    def reopening(self, of: Told) -> Told:
        row = self.reopened[of["reopening"]]
        return {
            "at": of["at"],
            "by": self.people[of["by"]],
            "reason": row.reason,
            "closed_at": row.closed_at.isoformat(),
        }


def sha256(found: Told) -> str:
    """Of the canonical JSON, which is also what the PDF carries."""
    return paper.digest(found)


def masked(found: Told, shut: Iterable[int]) -> Told:
    """What somebody reads who is tied to some of the dossiers: these are counted, not named, and neither ranks nor free words are told."""
    hidden = set(shut)
    if not hidden:
        return found
    items = [item for item in found["items"] if item["application"] not in hidden]
    lists: dict[str, list[Told]] = {}
    read = sorted(
        (row for rows in found["lists"].values() for row in rows if row["application"] not in hidden),
        key=lambda row: row["rank"],
    )
    ranks = {row["application"]: place for place, row in enumerate(read, 1)}
    for name, rows in found["lists"].items():
        kept = [row for row in rows if row["application"] not in hidden]
        lists[name] = [
            {**row, "rank": ranks[row["application"]], "place": place if row["place"] else None}
            for place, row in enumerate(kept, 1)
        ]
    parted = [of for of in found["parted"] if not hidden & {one["application"] for one in of["order"]}]
    reopenings = [{**of, "reason": ""} for of in found["reopenings"]]
    return found | {
        "items": items,
        "lists": lists,
        "parted": parted,
        "reopenings": reopenings,
        "remarks": "",
        "motions": [],
        "withheld": len(hidden),
    }


def instants(found: Told) -> Told:
    """The same with its instants as instants, for a template."""

    def read(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: read(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [read(one, name) for one in value]
        dated = isinstance(value, str) and (name == "at" or name.endswith("_at") or name == "presences")
        return datetime.fromisoformat(value) if dated else value

    return {key: read(one, key) for key, one in found.items()}


def lay_out(found: Told) -> bytes:
    """PDF/A-3a bytes with the data attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    with override("fr"):
        check = paper.check(found) if found["format"] > 1 else {"check_url": f"{found['portal']}/verifier/"}
        context = {"told": instants(found), "number": found.get("number", ""), "demo": found["fictitious"], **check}
        context["at"] = datetime.fromisoformat(found["closed_at"])
        context["signatory"] = {"quality": "La présidence du jury", "name": found["chair"], "place": "Paris"}
        return pdf.render("pdf/minutes.html", context, title=title(found), attachment=found)


def number(session: int, version: int) -> str:
    return f"PV-{session}-{version}"


def title(found: Told) -> str:
    numbered = f" n° {found['number']}" if "number" in found else ""
    return f"Procès-verbal du jury{numbered}, {found['wave']}, version {found['version']}"


# ── what rests on them ───────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Derived:
    """What rests on the lists of a closed session, in words: what binds, and what does not yet."""

    decided: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()


# What rooms above have drawn from the lists of a session, filled by their panels.py; asked before a closed session is taken up again.
DERIVED: list[Callable[[Session], Derived]] = []


def derived(session: Session) -> Derived:
    found = [told(session) for told in DERIVED]
    return Derived(tuple(one for of in found for one in of.decided), tuple(one for of in found for one in of.proposed))
