"""Reads a dossier into the self-sufficient JSON that a deposit freezes, and the bounds of its call.

Format 2, the same for the live draft and for Version.content; amounts in cents, days as YYYY-MM-DD:

    format, reference, call, wave, settings                     2, text, slug, wave number, settings version
    identity    acronym title goal starts_on months maturity_now maturity_target   (None where not filled)
    members     name finess siret kind category ght departement region activity fictitious role work
                establishment, membership (ids)
                lines [{category, year, cents}]   plan {aid_cents, own_cents, public_cents, other_cents}
    pending     names of those invited who have not answered (empty once deposited: R04)
    associated  [{id, name, kind, siren, finess}]
    answers     {question slug: text}
    projects    [{id, title, theme, summary, partners: [id of associated]}]
    perimeters  [{id, scope, depth, refresh, duration, interest}]
    pieces      [{code, title, member (its name, "" for the dossier's own), name, size, media_type, sha256}]
    totals      {expenses_cents, aid_cents, own_cents, public_cents, other_cents}
    and what freeze_project.py adds. Format 1 had none of its keys: what was deposited so is read as it stands.

Nothing in it depends on when it is read: the same dossier gives the same bytes.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from edsh_portal import clock

from . import freeze_project, rules
from .models import (
    AidRate,
    Answer,
    Application,
    AssociatedPartner,
    BudgetLine,
    CallSettings,
    DataPerimeter,
    Membership,
    Piece,
    PieceRequirement,
    ResearchProject,
)

FORMAT = 2
PLAN = ("aid_cents", "own_cents", "public_cents", "other_cents")


def _rows(queryset: Any, order: tuple[str, ...], **fields: Any) -> ArraySubquery:
    """The rows of a dossier as one array of JSON objects, so that a whole dossier costs two queries."""
    return ArraySubquery(queryset.order_by(*order).values(json=JSONObject(**fields)))


def _parts(application: Application) -> dict[str, list[dict[str, Any]]]:
    own = {"application": OuterRef("pk")}
    latest = Answer.objects.filter(**own).order_by("question", "-version").distinct("question")
    partners = ResearchProject.partners.through.objects.filter(researchproject=OuterRef("pk")).order_by(
        "associatedpartner_id"
    )
    return (
        Application.objects.filter(pk=application.pk)
        .values(
            answers_=ArraySubquery(latest.values(json=JSONObject(question="question", text="text", version="version"))),
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
                title="title",
                theme="theme",
                summary="summary",
                partners=ArraySubquery(partners.values("associatedpartner_id")),
                outcomes="outcomes",
                procedure="procedure",
                starts_on="starts_on",
                indicators=freeze_project.indicators(_rows),
            ),
            perimeters_=_rows(
                DataPerimeter.objects.filter(**own),
                ("pk",),
                id="id",
                scope="scope",
                depth="depth",
                refresh="refresh",
                duration="duration",
                interest="interest",
            ),
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
            ),
            lines_=_rows(
                BudgetLine.objects.filter(membership__application=OuterRef("pk")),
                ("membership_id", "category", "year"),
                membership="membership_id",
                category="category",
                year="year",
                cents="cents",
            ),
            asked_=_rows(
                PieceRequirement.objects.filter(settings=OuterRef("wave__settings")),
                ("order", "code"),
                code="code",
                title="title",
                per_member="per_member",
                required="required",
            ),
            rates_=ArraySubquery(
                AidRate.objects.filter(settings=OuterRef("wave__settings")).values(
                    json=JSONObject(kind="kind", rate_bp="rate_bp")
                )
            ),
            twins_=ArraySubquery(Application.objects.twins_of(application).values("reference")),
            **freeze_project.parts(_rows),
        )
        .get()
    )


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
        "lines": [
            {key: line[key] for key in ("category", "year", "cents")}
            for line in lines
            if line["membership"] == membership.pk
        ],
        "plan": {key: getattr(plan, key, 0) for key in PLAN},
    }


def content(application: Application) -> dict[str, Any]:
    """The dossier as it stands now, in format 2. Two queries (plus the wave's when it is not loaded)."""
    return _content(application, _parts(application))


def _content(application: Application, parts: dict[str, Any]) -> dict[str, Any]:
    memberships = list(
        application.memberships.live().select_related("establishment__departement", "plan").order_by("role", "pk")
    )  # « coordinator » sorts before « partner »
    members = [_member(m, parts["lines_"]) for m in memberships if m.state == "accepted"]
    titles = {row["code"]: row["title"] for row in parts["asked_"]}
    return {
        "format": FORMAT,
        "reference": application.reference,
        "call": application.wave.call.slug,
        "wave": application.wave.number,
        "settings": application.wave.settings.version,
        "identity": {
            "acronym": application.acronym,
            "title": application.title,
            "goal": application.goal,
            "starts_on": application.starts_on.isoformat() if application.starts_on else None,
            "months": application.months,
            "maturity_now": application.maturity_now,
            "maturity_target": application.maturity_target,
        },
        "members": members,
        "pending": [m.establishment.name for m in memberships if m.state == "invited"],
        "associated": [row | {"finess": row["finess"] or ""} for row in parts["associated_"]],
        "answers": {row["question"]: row["text"] for row in parts["answers_"]},
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
            for row in parts["pieces_"]
            if row["standing"] in (None, "accepted")
        ],
        "totals": {
            "expenses_cents": sum(line["cents"] for member in members for line in member["lines"]),
            **{key: sum(member["plan"][key] for member in members) for key in PLAN},
        },
        **freeze_project.content(parts),
    }


def canonical_json(content: dict[str, Any]) -> str:
    """Sorted keys, no spaces, UTF-8 as it is: the text whose SHA-256 names a version."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


BOUNDS = (
    "max_members",
    "min_activity",
    "min_months",
    "max_months",
    "min_projects",
    "min_external_partners",
    "min_perimeters",
    "min_base_cents",
    "consolidation_level",
)


@dataclass(frozen=True)
class Reading:
    """A dossier read at an instant: its content, the facts and the bounds that the rules look at."""

    content: dict[str, Any]
    facts: rules.Dossier
    bounds: rules.Bounds

    @cached_property
    def verdicts(self) -> list[rules.Verdict]:
        return rules.check(self.facts, self.bounds)

    @cached_property
    def budget_verdicts(self) -> list[rules.Verdict]:
        return rules.check_budget(self.facts, self.bounds)


def bounds_of(settings: CallSettings, asked: list[dict[str, Any]], rates: list[dict[str, Any]]) -> rules.Bounds:
    """The settings as the rules read them: `asked` rows code, title, per_member, required; `rates` rows kind, rate_bp."""
    required = tuple(rules.Required(row["code"], row["title"], row["per_member"]) for row in asked if row["required"])
    return rules.Bounds(
        **{name: getattr(settings, name) for name in BOUNDS},
        required=required,
        rates_bp={row["kind"]: row["rate_bp"] for row in rates},
    )


def bounds(settings: CallSettings) -> rules.Bounds:
    """The bounds of one version of the settings, in one query."""
    of = {"settings": OuterRef("pk")}
    held = (
        CallSettings.objects.filter(pk=settings.pk)
        .values(
            asked_=_rows(
                PieceRequirement.objects.filter(**of),
                ("order", "code"),
                code="code",
                title="title",
                per_member="per_member",
                required="required",
            ),
            rates_=_rows(AidRate.objects.filter(**of), ("kind",), kind="kind", rate_bp="rate_bp"),
        )
        .get()
    )
    return bounds_of(settings, held["asked_"], held["rates_"])


def read(application: Application, at: datetime) -> Reading:
    """The live dossier as the rules would judge it, were it deposited at `at`. Two queries, the wave being loaded."""
    parts = _parts(application)
    held, settings = _content(application, parts), application.wave.settings
    bounds = bounds_of(settings, parts["asked_"], parts["rates_"])
    received_on = at.astimezone(clock.PARIS).date()
    return Reading(held, rules.read(held, twins=tuple(parts["twins_"]), received_on=received_on), bounds)


def catalogue_part(content: dict[str, Any]) -> dict[str, Any]:
    """What the Health Data Hub reads of a content: the project, who carries it, the perimeters and the answer on sharing."""
    members = [member | {"work": "", "lines": [], "plan": dict.fromkeys(PLAN, 0)} for member in content["members"]]
    return content | {
        "members": members,
        "answers": {slug: text for slug, text in content["answers"].items() if slug == "sharing"},
        "projects": [],
        "associated": [],
        "pieces": [],
        "totals": None,
        **dict.fromkeys(freeze_project.KEYS),
    }
