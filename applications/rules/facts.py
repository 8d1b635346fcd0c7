"""What the rules look at: the facts of a dossier, read from a live draft or a frozen version alike, and the call's bounds.

Amounts in cents, rates in basis points (10000 = 100 %), days in Paris. No query, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from calls.questions import length

from . import annex
from .annex import Annex


@dataclass(frozen=True)
class Pledge:
    """What a member commits: its expenses, the aid asked for them and its own funds, in cents."""

    expenses_cents: int = 0
    aid_cents: int = 0
    own_cents: int = 0

    def covers(self, other: "Pledge") -> bool:
        """Whether a mandate given on this is one for `other`: nothing it binds the member to has grown (decision 0016).

        What the aid leaves to be found counts as well: less aid on the same expenses costs the member more.
        """
        return (
            other.expenses_cents <= self.expenses_cents
            and other.own_cents <= self.own_cents
            and other.expenses_cents - other.aid_cents <= self.expenses_cents - self.aid_cents
        )


@dataclass(frozen=True)
class Member:
    """A member that has accepted. Amounts in cents; `activity` in units of combined activity.

    `amounts` are all those it typed, `categories` those of its expenses; `vat` is « excluding », « including » or «  »
    (not declared); `regime` one of FundingPlan.Regime or «  ». `mandate`: what its last mandate was given on, asked of the
    partners of a content that speaks of mandates.
    """

    name: str
    kind: str
    finess: str = ""
    role: str = "partner"
    activity: int = 0
    work: str = ""
    expenses_cents: int = 0
    aid_cents: int = 0
    own_cents: int = 0
    public_cents: int = 0
    other_cents: int = 0
    years: tuple[int, ...] = ()
    membership: int = 0  # the key of its pages; 0 outside the portal's own dossiers
    amounts: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    overhead_cents: int = 0
    permanent_cents: int = 0
    vat: str = ""
    regime: str = ""
    de_minimis_received_cents: int = 0
    mandate_asked: bool = False
    mandate: Pledge | None = None

    @property
    def resources_cents(self) -> int:
        return self.aid_cents + self.own_cents + self.public_cents + self.other_cents

    @property
    def pledge(self) -> Pledge:
        return Pledge(self.expenses_cents, self.aid_cents, self.own_cents)


@dataclass(frozen=True)
class Dossier:
    """What the rules look at, read from the live draft or from a frozen version alike."""

    members: tuple[Member, ...] = ()
    pending: tuple[str, ...] = ()  # names of those invited who have not answered
    goal: str = ""
    starts_on: date | None = None
    months: int | None = None
    maturity_now: int | None = None
    maturity_target: int | None = None
    projects: int = 0
    linked_partners: int = 0  # external associated partners that work on at least one project
    perimeters: int = 0
    answers: dict[str, int] = field(default_factory=dict)  # {slug of a question: characters of its answer}
    annex: Annex | None = None  # joined by hand; None: the portal makes it
    pieces: frozenset[tuple[str, str]] = frozenset()  # (code, name of the member or "")
    twins: tuple[str, ...] = ()  # other deposited dossiers of the same coordinator
    shared: tuple[str, ...] = ()  # members that are also members of another deposited consortium of the call
    received_on: date | None = None  # the day of the deposit, in Paris


@dataclass(frozen=True)
class Required:
    code: str
    title: str
    per_member: bool = False


@dataclass(frozen=True)
class Bounds:
    """The call's dated settings, as the rules need them.

    `rates_bp`: by kind of member, whatever the regime of aid; `regime_rates_bp`: by (kind, regime), what a regime allows
    at most. `assumed`: names of the bounds that no public text gives. `categories`: those known, with their words; none, none looked at.
    """

    max_members: int = 6
    min_activity: int = 0
    min_months: int = 12
    max_months: int = 40
    min_projects: int = 3
    min_external_partners: int = 1
    min_perimeters: int = 1
    min_base_cents: int = 0
    min_answer_chars: int = 0
    consolidation_level: int = 7
    overhead_cap_bp: int = 1_000
    permanent_staff_eligible: bool = False
    de_minimis_cents: int = 30_000_000
    required: tuple[Required, ...] = ()
    rates_bp: dict[str, int] = field(default_factory=dict)
    regime_rates_bp: dict[tuple[str, str], int] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()
    categories: Mapping[str, str] = field(default_factory=dict)


def read(
    content: dict[str, Any],
    *,
    twins: tuple[str, ...] = (),
    shared: tuple[str, ...] = (),
    received_on: date | None = None,
) -> Dossier:
    """The facts of a frozen content (applications/content/freeze.py states its shape)."""
    identity, members = content["identity"], content["members"]
    inside = {m["finess"] for m in members if m["finess"]} | {m["siret"][:9] for m in members if m["siret"]}
    external = {p["id"] for p in content["associated"] if p["finess"] not in inside and p["siren"] not in inside}
    linked = {partner for project in content["projects"] for partner in project["partners"]} & external
    return Dossier(
        members=tuple(_member(m) for m in members),
        pending=tuple(content["pending"]),
        goal=identity["goal"],
        starts_on=date.fromisoformat(identity["starts_on"]) if identity["starts_on"] else None,
        months=identity["months"],
        maturity_now=identity["maturity_now"],
        maturity_target=identity["maturity_target"],
        projects=sum(1 for p in content["projects"] if p["title"].strip() and p["summary"].strip()),
        linked_partners=len(linked),
        perimeters=sum(
            1
            for p in content["perimeters"]
            if all(p[name].strip() for name in ("scope", "depth", "refresh", "duration", "interest"))
        ),
        answers={slug: length(text) for slug, text in content["answers"].items()},
        annex=annex.read(content["annex"]),
        pieces=frozenset((p["code"], p["member"]) for p in content["pieces"]),
        twins=twins,
        shared=shared,
        received_on=received_on,
    )


def _member(m: dict[str, Any]) -> Member:
    plan = {key: m["plan"][key] for key in ("aid_cents", "own_cents", "public_cents", "other_cents")}
    declared = m["declared"]
    return Member(
        name=m["name"],
        kind=m["kind"],
        finess=m["finess"],
        role=m["role"],
        activity=m["activity"],
        work=m["work"],
        membership=m["membership"],
        expenses_cents=sum(line["cents"] for line in m["lines"]),
        years=tuple(sorted({line["year"] for line in m["lines"]})),
        amounts=(*(line["cents"] for line in m["lines"]), *plan.values()),
        categories=tuple(sorted({line["category"] for line in m["lines"]})),
        overhead_cents=_spent(m["lines"], "overhead"),
        permanent_cents=_spent(m["lines"], "permanent"),
        vat=declared["vat"],
        regime=declared["regime"],
        de_minimis_received_cents=declared["de_minimis_received_cents"],
        mandate_asked=m["role"] == "partner",
        mandate=pledge_of(m["mandate"]),
        **plan,
    )


def pledge_of(mandate: dict[str, Any] | None) -> Pledge | None:
    """What the mandate of a content was given on."""
    return Pledge(mandate["expenses_cents"], mandate["aid_cents"], mandate["own_cents"]) if mandate else None


def _spent(lines: list[dict[str, Any]], category: str) -> int:
    return sum(line["cents"] for line in lines if line["category"] == category)
