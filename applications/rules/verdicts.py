"""What a rule says of a dossier: whether it is met, what was found, what to change and where, the text it rests on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from .facts import Bounds, Dossier

BLOCK, WARN = "block", "warn"
MEMBER_PAGES = ("budget", "work", "regime", "mandate")  # pages of one member


@dataclass(frozen=True)
class Verdict:
    """What one rule says. `anchor` is the page (a name of applications' urls; none: the page that shows the verdict),
    `field` the place to correct in it, `member` the first one concerned; `source` the text the rule rests on."""

    rule: str
    ok: bool
    severity: str
    title: str
    message: str
    change: str
    anchor: str
    field: str = ""
    source: str = ""
    member: int = 0

    @property
    def blocks(self) -> bool:
        return not self.ok and self.severity == BLOCK

    @property
    def number(self) -> str:
        """The rule as people name it: « R14 bis » for R14B."""
        return self.rule.replace("B", " bis")

    def url(self, reference: str) -> str:
        """Where the dossier of this reference is corrected; empty when the rule is met, or when no page corrects it."""
        if self.ok or self.anchor == "dossier":
            return ""
        at = f"#{self.field}" if self.field else ""
        if not self.anchor:
            return at
        if self.anchor in MEMBER_PAGES:
            if self.member:
                return reverse(f"applications:{self.anchor}", args=[reference, self.member]) + at
            return reverse("applications:budgets", args=[reference])
        return reverse(f"applications:{self.anchor}", args=[reference]) + at


# What a rule's function returns: is it met, what is found, what to change, the member to go to first (its membership).
Finding = tuple[bool, str, str] | tuple[bool, str, str, int]
Judge = Callable[[Dossier, Bounds], Finding]


@dataclass(frozen=True)
class Rule:
    """A rule in its list. `bound`: the setting it compares with, told as an assumption where no public text gives it.

    `of_member`: the page to go to instead of `anchor`, where the judge names a member.
    """

    rule: str
    severity: str
    title: str
    source: str
    anchor: str
    field: str
    judge: Judge
    bound: str = ""
    of_member: str = ""

    def verdict(self, facts: Dossier, bounds: Bounds) -> Verdict:
        ok, message, change, *first = self.judge(facts, bounds)
        member = first[0] if first and not ok else 0
        place = (self.of_member, "") if self.of_member and member else (self.anchor, self.field)
        source = self.source
        if self.bound in bounds.assumed:
            source = _("%(source)s ; valeur retenue : hypothèse du portail") % {"source": source}
        return Verdict(
            rule=self.rule,
            ok=ok,
            severity=self.severity,
            title=self.title,
            message=message,
            change="" if ok else change,
            anchor=place[0],
            field=place[1],
            source=source,
            member=member,
        )


def blocking(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.blocks]
