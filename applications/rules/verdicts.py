"""What a rule says of a dossier: whether it is met, what was found, what to change and where, the text it rests on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from .facts import Bounds, Dossier
from .matter import MATTER

BLOCK, WARN = "block", "warn"  # what a rule that is not met does
MET, IDLE = "met", "idle"


@dataclass(frozen=True)
class Verdict:
    """What one rule says: it is `met`, or not, or (None) has nothing to judge yet. `part` is the part of the dossier
    to correct (none: the answers themselves), `field` what to correct in it, `member` the first one concerned; `source` the text
    the rule rests on. applications/places.py says on which page that is."""

    rule: str
    met: bool | None
    severity: str
    title: str
    message: str
    change: str
    part: str
    field: str = ""
    source: str = ""
    member: int = 0

    @property
    def ok(self) -> bool:
        return self.met is True

    @property
    def failed(self) -> bool:
        return self.met is False

    @property
    def blocks(self) -> bool:
        return self.failed and self.severity == BLOCK

    @property
    def state(self) -> str:
        """One of the four: BLOCK, WARN, MET, IDLE."""
        return IDLE if self.met is None else MET if self.met else self.severity

    @property
    def number(self) -> str:
        """The rule as people name it: « R14 bis » for R14B."""
        return self.rule.replace("B", " bis")


# What a rule's function returns: is it met, what is found, what to change, the member to go to first (its membership).
Finding = tuple[bool, str, str] | tuple[bool, str, str, int]
Judge = Callable[[Dossier, Bounds], Finding]


@dataclass(frozen=True)
class Rule:
    """A rule in its list. `bound`: the setting it compares with, told as an assumption where no public text gives it.

    `of_member`: the part to go to instead of `part`, where the judge names a member.
    """

    rule: str
    severity: str
    title: str
    source: str
    part: str
    field: str
    judge: Judge
    bound: str = ""
    of_member: str = ""

    def verdict(self, facts: Dossier, bounds: Bounds) -> Verdict:
        matter, met = MATTER[self.rule], None
        message, change = str(matter.none), ""
        first: list[Any] = []
        if matter.there(facts, bounds):
            met, message, change, *first = self.judge(facts, bounds)
        member = first[0] if first and met is False else 0
        place = (self.of_member, "") if self.of_member and member else (self.part, self.field)
        source = self.source
        if self.bound in bounds.assumed:
            source = _("%(source)s ; valeur retenue : hypothèse du portail") % {"source": source}
        return Verdict(
            rule=self.rule,
            met=met,
            severity=self.severity,
            title=self.title,
            message=message,
            change=change if met is False else "",
            part=place[0],
            field=place[1],
            source=source,
            member=member,
        )


FIRST = ("R14",)  # what weighs most of what will be examined: every dossier of the coordinator may fall


@dataclass(frozen=True)
class Told:
    """Verdicts as pages show them: what blocks, what will be examined, what waits for its matter, what is met."""

    verdicts: tuple[Verdict, ...]

    def _of(self, state: str) -> list[Verdict]:
        return sorted((v for v in self.verdicts if v.state == state), key=lambda v: v.rule not in FIRST)

    @cached_property
    def blocking(self) -> list[Verdict]:
        return self._of(BLOCK)

    @cached_property
    def examined(self) -> list[Verdict]:
        return self._of(WARN)

    @cached_property
    def idle(self) -> list[Verdict]:
        return self._of(IDLE)

    @cached_property
    def met(self) -> list[Verdict]:
        return self._of(MET)


def told(*lists: Iterable[Verdict]) -> Told:
    return Told(tuple(verdict for verdicts in lists for verdict in verdicts))
