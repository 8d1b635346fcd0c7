"""Reads a dossier into the self-sufficient JSON that a deposit freezes, and the bounds of its call.

Format 2, the first that was ever deployed, the same for the live draft and for Version.content; amounts in cents, days as
YYYY-MM-DD:

    format, reference, call, wave, settings                     2, text, slug, wave number, settings version
    identity    acronym title goal starts_on months maturity_now maturity_target   (None where not filled)
    members     name finess siret kind category ght departement region activity fictitious role work
                establishment, membership (ids)
                lines [{work_package (its number, 0 when on none), category, year, cents}]   plan {aid_cents, own_cents, public_cents, other_cents}
                declared {vat, regime, de_minimis_received_cents}
                mandate None or {given_at, expenses_cents, aid_cents, own_cents}   (the last given, unless taken back)
    work_packages  [{number, title, summary, leader (name of a member or ""), starts_month, ends_month}]
    annex       None without one joined by hand, or what it says that the form does not (annex/reconciling.py differences)
    pending     names of those invited who have not answered (empty once deposited: R04)
    associated  [{id, name, kind, siren, finess}]
    answers     {question slug: text}
    projects    [{id, title, theme, summary, partners: [id of associated]}]
    perimeters  [{id, scope, depth, refresh, duration, interest}]
    pieces      [{code, title, member (its name, "" for the dossier's own), name, size, media_type, sha256}]
    totals      {expenses_cents, aid_cents, own_cents, public_cents, other_cents}
    and what freeze_project.py adds.

A key more or less is another format (tests/applications/formats.txt holds the keys of each): the number goes up, and FORMER
keeps how today's content is written in the one before. Nothing in it depends on when it is read: the same dossier gives the same bytes.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef
from django.db.models.functions import Coalesce, JSONObject

from calls.models import AidRate, CallSettings, PieceRequirement, Wave
from calls.models.call import BOUNDS
from edsh_portal import clock
from edsh_portal.statements import written_once

from .. import rules
from ..models import (
    Answer,
    Application,
    AssociatedPartner,
    BudgetLine,
    DataPerimeter,
    FundingPlan,
    Membership,
    Piece,
    ResearchProject,
    Version,
    WorkPackage,
    last_mandate,
)
from ..shapes import grid
from . import annex, freeze_project
from .fields import SECTIONS, TERMS

FORMAT = 2
# {format: today's content as it was written in it}, of each that a version was deposited in before this one.
FORMER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
PLAN = grid.PLAN
DECLARED = tuple(TERMS)
UNDECLARED = FundingPlan()


def _rows(queryset: Any, order: tuple[str, ...], **fields: Any) -> Func:
    """The rows of a dossier as one JSON array, read at once: a whole dossier costs two queries, and its lines one parsing."""
    return _array(queryset.order_by(*order).values(json=JSONObject(**fields)))


def _array(queryset: Any) -> Func:
    return Func(ArraySubquery(queryset), function="to_jsonb", output_field=JSONField())


def _lines() -> Func:
    """The budget of every member, by work package: its lines as the content holds them, a member's together."""
    lines = BudgetLine.objects.filter(membership=OuterRef("pk")).annotate(
        number=Coalesce("work_package__number", grid.UNALLOTTED)
    )
    return _rows(
        Membership.objects.filter(application=OuterRef("pk"), state="accepted"),
        ("pk",),
        membership="pk",
        lines=_rows(
            lines,
            ("number", "category", "year"),
            work_package="number",
            category="category",
            year="year",
            cents="cents",
        ),
    )


def _packages() -> Func:
    """The work plan, in the order of its list."""
    return _rows(
        WorkPackage.objects.filter(application=OuterRef("pk")),
        ("order", "number"),
        **SECTIONS["packages"].frozen(number=F("number")),
    )


def _parts(application: Application) -> dict[str, list[Any]]:
    wave = application.wave
    [row] = _question(application.pk, wave.pk, wave.call_id, application.coordinator_id)
    return row


@written_once
def _question(pk: int, wave: int, call: int, coordinator: int) -> Any:
    application = Application(pk=pk, wave=Wave(pk=wave, call_id=call), coordinator_id=coordinator)
    own = {"application": OuterRef("pk")}
    latest = Answer.objects.filter(**own, key__startswith="answers.").latest_of_each()
    return (
        Application.objects.filter(pk=application.pk)
        .values(
            answers_=_array(latest.values(json=JSONObject(key="key", text="text"))),
            associated_=_rows(
                AssociatedPartner.objects.filter(**own),
                ("pk",),
                id="id",
                name="name",
                kind="kind",
                siren="siren",
                finess="establishment__finess",
            ),
            projects_=_rows(
                ResearchProject.objects.filter(**own),
                ("pk",),
                id="id",
                **SECTIONS["projects"].frozen(indicators=freeze_project.indicators(_rows)),
            ),
            perimeters_=_rows(DataPerimeter.objects.filter(**own), ("pk",), id="id", **SECTIONS["perimeters"].frozen()),
            pieces_=_rows(
                Piece.objects.filter(**own, replaced_at__isnull=True),
                ("code", "membership_id", "pk"),
                code="code",
                member=F("membership__establishment__name"),
                membership="membership_id",
                name="document__name",
                size="document__size",
                media_type="document__media_type",
                sha256="document__sha256",
                standing=F("membership__state"),
                annex="annex",
            ),
            lines_=_lines(),
            packages_=_packages(),
            **_read_settings("wave__settings"),
            **_beside(application, application.memberships.filter(state="accepted").values("establishment")),
            **freeze_project.parts(_rows),
        )
        .order_by()
    )


def _read_settings(settings: str) -> dict[str, Func]:
    """The pieces and the rates of a version of the settings, `settings` leading to its row."""
    of = {"settings": OuterRef(settings)}
    return {
        "asked_": _rows(
            PieceRequirement.objects.filter(**of),
            ("order", "code"),
            code="code",
            title="title",
            per_member="per_member",
            required="required",
        ),
        "rates_": _rows(
            AidRate.objects.filter(**of), ("kind", "regime"), kind="kind", regime="regime", rate_bp="rate_bp"
        ),
    }


def _beside(application: Application, establishments: Any) -> dict[str, Func]:
    """What the rules between dossiers look at: references of the twins; members here and elsewhere, with where."""
    shared = Membership.objects.shared_with(application, establishments)
    return {
        "twins_": _array(Application.objects.twins_of(application).values("reference")),
        "shared_": _array(
            shared.values(json=JSONObject(name="establishment__name", reference="application__reference"))
        ),
    }


def _member(membership: Membership, lines: list[dict[str, Any]]) -> dict[str, Any]:
    body = membership.establishment
    plan = getattr(membership, "plan", None)
    return {
        "name": body.name,
        "finess": body.finess or "",
        "siret": body.siret,
        "kind": body.kind,
        "category": body.category,
        "ght": body.ght_code,
        "departement": body.departement_id or "",
        "region": body.departement.region_id if body.departement else "",
        "activity": body.activity,
        "fictitious": body.fictitious,
        "role": membership.role,
        "establishment": body.pk,
        "membership": membership.pk,
        "work": membership.work,
        "lines": lines,
        "plan": {key: getattr(plan, key, 0) for key in PLAN},
        "declared": {key: getattr(plan or UNDECLARED, key) for key in DECLARED},
        "mandate": membership.mandate if membership.role == "partner" else None,
    }


def content(application: Application) -> dict[str, Any]:
    """The dossier as it stands now, in format 2. Two queries (plus the wave's when it is not loaded)."""
    return _content(application, _parts(application))


def _content(application: Application, parts: dict[str, Any]) -> dict[str, Any]:
    memberships = list(
        application.memberships.live()
        .select_related("establishment__departement", "plan")
        .annotate(mandate=last_mandate())
        .order_by("role", "pk")
    )  # « coordinator » sorts before « partner »
    lines = {row["membership"]: row["lines"] for row in parts["lines_"]}
    members = [_member(m, lines.get(m.pk, [])) for m in memberships if m.state == "accepted"]
    names = {member["membership"]: member["name"] for member in members}
    joined = [row for row in parts["pieces_"] if row["standing"] in (None, "accepted")]
    titles = {row["code"]: row["title"] for row in parts["asked_"]}
    return {
        "format": FORMAT,
        "reference": application.reference,
        "call": application.wave.call.slug,
        "wave": application.wave.number,
        "settings": application.wave.settings.version,
        "identity": {name: _plain(getattr(application, name)) for name in SECTIONS["identity"].kept},
        "members": members,
        "work_packages": [row | {"leader": names.get(row["leader"], "")} for row in parts["packages_"]],
        "annex": annex.differences(members, joined),
        "pending": [m.establishment.name for m in memberships if m.state == "invited"],
        "associated": [row | {"finess": row["finess"] or ""} for row in parts["associated_"]],
        "answers": {row["key"].removeprefix("answers."): row["text"] for row in parts["answers_"]},
        "projects": parts["projects_"],
        "perimeters": parts["perimeters_"],
        "pieces": [
            {
                "code": row["code"],
                "title": titles.get(row["code"], row["code"]),
                "member": row["member"] or "",
                "name": row["name"],
                "size": row["size"],
                "media_type": row["media_type"],
                "sha256": row["sha256"],
            }
            for row in joined
        ],
        "totals": {
            "expenses_cents": sum(line["cents"] for member in members for line in member["lines"]),
            **{key: sum(member["plan"][key] for member in members) for key in PLAN},
        },
        **freeze_project.content(parts),
    }


def _plain(value: Any) -> Any:
    """As JSON holds it: a day is YYYY-MM-DD."""
    return value.isoformat() if isinstance(value, date) else value


def canonical_json(content: dict[str, Any]) -> str:
    """Sorted keys, no spaces, UTF-8 as it is: the text whose SHA-256 names a version."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def is_frozen_in(version: Version, content: dict[str, Any]) -> bool:
    """Whether a version says what a dossier says today, both in the format that the version was made in."""
    if version.sha256 == digest(content):
        return True
    return any(version.sha256 == digest(written(content)) for written in FORMER.values())


# The bounds of the call that a rule reads: rules/facts.py names them as the settings do.
READ = tuple(field.name for field in fields(rules.Bounds) if field.name in BOUNDS and field.name != "assumed")


@dataclass(frozen=True)
class Reading:
    """A dossier read at an instant: its content, the facts and the bounds that the rules look at.

    `shared`: [{name, reference}], the other consortia of its members, for who examines them.
    """

    content: dict[str, Any]
    facts: rules.Dossier
    bounds: rules.Bounds
    shared: tuple[dict[str, str], ...] = ()

    @cached_property
    def verdicts(self) -> list[rules.Verdict]:
        return rules.check(self.facts, self.bounds)

    @cached_property
    def budget_verdicts(self) -> list[rules.Verdict]:
        return rules.check_budget(self.facts, self.bounds)

    @cached_property
    def told(self) -> rules.Told:
        """All of them, as the pages of the whole dossier show them."""
        return rules.told(self.verdicts, self.budget_verdicts)

    @property
    def blocking(self) -> list[rules.Verdict]:
        """What the deposit is refused for."""
        return self.told.blocking


def bounds_of(settings: CallSettings, asked: list[dict[str, Any]], rates: list[dict[str, Any]]) -> rules.Bounds:
    """The settings as the rules read them: `asked` rows code, title, per_member, required; `rates` rows kind, regime, rate_bp."""
    wanted = [row for row in asked if row["required"] and row["code"] != annex.CODE]  # the portal makes it
    required = tuple(rules.Required(row["code"], row["title"], row["per_member"]) for row in wanted)
    return rules.Bounds(
        **{name: getattr(settings, name) for name in READ},
        required=required,
        rates_bp={row["kind"]: row["rate_bp"] for row in rates if not row["regime"]},
        regime_rates_bp={(row["kind"], row["regime"]): row["rate_bp"] for row in rates if row["regime"]},
        assumed=frozenset(settings.assumed),
        categories=dict[str, Any](BudgetLine.Category.choices),
    )


def bounds(settings: CallSettings) -> rules.Bounds:
    """The bounds of one version of the settings, in one query."""
    held: Any = CallSettings.objects.filter(pk=settings.pk).values(**_read_settings("pk")).get()
    return bounds_of(settings, held["asked_"], held["rates_"])


def read(application: Application, at: datetime) -> Reading:
    """The live dossier as the rules would judge it, were it deposited at `at`. Two queries, the wave being loaded."""
    parts = _parts(application)
    return _reading(application, _content(application, parts), parts, at)


def read_deposited(application: Application) -> Reading:
    """The version deposited as the rules judge it, the other dossiers being as they are today. One query."""
    version = application.deposited
    members = [member["establishment"] for member in version.content["members"]]
    parts: Any = (
        Application.objects.filter(pk=application.pk)
        .values(**_read_settings("wave__settings"), **_beside(application, members))
        .get()
    )
    return _reading(application, version.content, parts, cast(datetime, application.submitted_at))


def _reading(application: Application, held: dict[str, Any], parts: dict[str, Any], received_at: datetime) -> Reading:
    shared = tuple(parts["shared_"])
    facts = rules.read(
        held,
        twins=tuple(parts["twins_"]),
        shared=tuple(dict.fromkeys(row["name"] for row in shared)),
        received_on=_day(received_at),
    )
    return Reading(held, facts, bounds_of(application.wave.settings, parts["asked_"], parts["rates_"]), shared)


def _day(at: datetime) -> date:
    return at.astimezone(clock.PARIS).date()


def catalogue_part(content: dict[str, Any]) -> dict[str, Any]:
    """What the Health Data Hub reads of a content: the project, who carries it, the perimeters and the answer on sharing."""
    members = [
        member | {"work": "", "lines": [], "plan": dict.fromkeys(PLAN, 0), "declared": {}, "mandate": None}
        for member in content["members"]
    ]
    return content | {
        "members": members,
        "answers": {slug: text for slug, text in content["answers"].items() if slug == "sharing"},
        "work_packages": [],
        "annex": None,
        "projects": [],
        "associated": [],
        "pieces": [],
        "totals": None,
        **dict.fromkeys(freeze_project.KEYS),
    }
