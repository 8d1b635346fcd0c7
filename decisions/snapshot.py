"""All that a decision says, frozen at approval: the five blocks of décret 2018-514 art. 8, remedies by place, signatory.

Pure reading: from the deposited version, the proposal and the dated settings, never from the live draft. Cents and ISO
instants; names as they stood. The sealed PDF and its attached JSON are made from this and nothing else.
"""

import hashlib
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings as portal
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications import remedies as contest
from applications.models import Application, Version
from applications.rules import stated
from edsh_portal import clock, pdf
from funding.models import Ceiling
from reviews.models import Feedback

from .models import Kind, Proposal, ProposalShare, SignatureDelegation

FORMAT = 1
BLOCKS = ("beneficiaries", "project", "amount", "calendar", "payment")  # what art. 8 wants of an award


def sha256(snapshot: dict[str, Any]) -> str:
    """Of the canonical JSON, which is also what the PDF carries."""
    return hashlib.sha256(pdf.canonical(snapshot)).hexdigest()


def remedies(departement: str) -> dict[str, Any]:
    """How and how long the decision may be contested: two months, three overseas (CJA R421-1, R421-7; CRPA L411-2)."""
    months = contest.months(departement)
    return {
        "months": months,
        "overseas": months == 3,
        "gracious": _(
            "recours gracieux auprès de l’auteur de la décision, ou hiérarchique auprès du ministre, dans un délai de deux mois"
        ),
        "court": _("recours contentieux devant le tribunal administratif de Paris"),
    }


def deposited(application: Application) -> Version:
    """The frozen version a decision rests on; who calls for a decision has one."""
    if application.version is None:
        raise ValueError(f"{application.reference} was never deposited")
    return application.version


def compose(
    proposal: Proposal, *, number: str, approved_by: Any, delegation: SignatureDelegation | None, at: datetime
) -> dict[str, Any]:
    """The frozen act. `number` is allotted in the same transaction; without `delegation` the direction signs by law."""
    with override("fr"):  # documents of legal value are in French
        application = Application.objects.select_related(
            "version", "wave__call", "wave__settings", "coordinator__departement"
        ).get(pk=proposal.application_id)
        told = _common(application, proposal, number, at)
        told["signatory"] = _signatory(approved_by, delegation)
        if proposal.kind == Kind.AWARD:
            told |= _award(application, proposal, at)
        elif proposal.kind == Kind.REFUSAL:
            told |= _annexed(application)
        elif proposal.kind == Kind.INELIGIBLE:
            verdict = application.admissibilities.get(state="validated")
            title, source = stated(verdict.rule)
            told["verdict"] = {
                "verdict": verdict.verdict,
                "rule": verdict.rule,
                "title": title,
                "source": source,
                "evidence": verdict.evidence,
            }
        return told


def _annexed(application: Application) -> dict[str, Any]:
    """What comes back of the evaluation, where the call annexes it to the letter: as it was approved."""
    if not application.wave.settings.annex_feedback:
        return {}
    return {"feedback": Feedback.objects.get(application=application, state="approved").content}


def _signatory(by: Any, delegation: SignatureDelegation | None) -> dict[str, Any]:
    """Name, capacity, and the published delegation that the letter quotes (décret n° 2005-850 art. 1 and 3)."""
    if delegation is None:
        capacity = _("Pour le ministre chargé de la santé et par délégation, le directeur général de l’offre de soins")
        return {"name": by.full_name, "capacity": capacity, "delegation": None}
    capacity = _("Pour le directeur général de l’offre de soins et par délégation")
    return {"name": by.full_name, "capacity": capacity, "delegation": delegation.source}


def _common(application: Application, proposal: Proposal, number: str, at: datetime) -> dict[str, Any]:
    version, settings = deposited(application), application.wave.settings
    identity = version.content["identity"]
    departement = application.coordinator.departement_id or ""
    return {
        "format": FORMAT,
        "number": number,
        "kind": proposal.kind,
        "portal": portal.BASE_URL,
        "fictitious": portal.DEMO,
        "decided_at": at.isoformat(),
        "decided_on": clock.day(at),
        "service": {
            "name": settings.service_name,
            "address": settings.service_address,
            "email": settings.service_email,
            "phone": settings.service_phone,
        },
        "call": {"title": application.wave.call.title, "wave": application.wave.number},
        "application": {
            "reference": application.reference,
            "acronym": identity["acronym"],
            "title": identity["title"],
            "version": version.number,
            "sha256": version.sha256,
            "submitted_at": (
                application.submitted_at or version.submitted_at
            ).isoformat(),  # of the deposit, not of complements
            **_completed(version),
        },
        "applicant": {
            "name": application.coordinator.name,
            "finess": application.coordinator.finess or "",
            "siret": application.coordinator.siret,
            "departement": departement,
        },
        "motive": proposal.motive,
        "remedies": remedies(departement),
    }


def _completed(version: Version) -> dict[str, Any]:
    """When what is decided upon was completed, if it was: it bears the number of that version, not of the one deposited."""
    return {"completed_at": version.completed_at.isoformat()} if version.completed_at else {}


def _award(application: Application, proposal: Proposal, at: datetime) -> dict[str, Any]:
    """The five mandatory blocks: beneficiaries, project and its subventionable expense, amount, calendar, payment and recovery."""
    content = deposited(application).content
    identity, by_member = content["identity"], {m["establishment"]: m for m in content["members"]}
    shares = proposal.shares.select_related("establishment", "line").order_by("establishment_id", "line_id")
    long = (identity["months"] or 0) > 48  # décret 2018-514 art. 12
    rules = (Ceiling.Rule.ADVANCE, Ceiling.Rule.BEFORE_BALANCE_LONG if long else Ceiling.Rule.BEFORE_BALANCE)
    ceilings = Ceiling.objects.filter(during__contains=at, line__in={share.line_id for share in shares}, rule__in=rules)
    return {
        "beneficiaries": [_beneficiary(share, by_member.get(share.establishment_id)) for share in shares],
        "project": {
            "title": identity["title"],
            "goal": identity["goal"],
            "expense_cents": content["totals"]["expenses_cents"],
        },
        "amount": {
            "max_cents": proposal.cents,
            "requested_cents": content["totals"]["aid_cents"],
            "method": _(
                "montant maximal, ramené au taux appliqué à la dépense réelle éligible si elle est moindre (art. 10)"
            ),
        },
        "calendar": {
            "starts_on": identity["starts_on"],
            "months": identity["months"],
            "ends_on": _end(identity["starts_on"], identity["months"]),
        },
        "payment": {
            "ceilings": [_ceiling(one) for one in ceilings.select_related("line").order_by("line_id", "rule")],
            "recovery": _(
                "reversement total ou partiel si l’objet ou l’affectation change sans autorisation, si le plafond d’aides publiques est dépassé, ou si l’opération n’est pas réalisée dans les délais (art. 14)"
            ),
        },
    }


def _beneficiary(share: ProposalShare, member: dict[str, Any] | None) -> dict[str, Any]:
    """What an establishment is given on one line, and what it had said it would spend."""
    return {
        "name": share.establishment.name,
        "siret": share.establishment.siret,
        "finess": share.establishment.finess or "",
        "cents": share.cents,
        "line": share.line.code,
        "line_label": share.line.label,
        "fictitious": share.establishment.fictitious,
        "expense_cents": sum(line["cents"] for line in member["lines"]) if member else 0,
    }


def _ceiling(ceiling: Ceiling) -> dict[str, Any]:
    return {
        "line": ceiling.line.code,
        "rule": ceiling.rule,
        "label": ceiling.get_rule_display(),
        "rate_bp": ceiling.rate_bp,
        "rate": _percent(ceiling.rate_bp),
        "source": ceiling.source,
    }


def _end(starts_on: str | None, months: int | None) -> str | None:
    """The planned last day, or None when the deposited version does not tell."""
    if not starts_on or not months:
        return None
    first = date.fromisoformat(starts_on)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    after = date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
    return (after - timedelta(days=1)).isoformat()


def _percent(rate_bp: int) -> str:
    """« 25 % » or « 12,50 % » of basis points."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole},{rest:02d}\u00a0%" if rest else f"{whole}\u00a0%"


def missing(told: dict[str, Any]) -> list[str]:
    """Names of the blocks that must be there and are empty: of an award, the five of art. 8; of a refusal, its grounds."""
    blocks = {
        "remedies": told["remedies"]["months"] and told["remedies"]["court"],
        "signatory": told["signatory"]["name"],
    }
    if told["kind"] == Kind.AWARD:
        held = told["beneficiaries"]
        blocks |= {
            "beneficiaries": held and all(one["name"] and (one["siret"] or one["finess"]) for one in held),
            "project": told["project"]["title"] and told["project"]["goal"] and told["project"]["expense_cents"],
            "amount": told["amount"]["max_cents"] == sum(one["cents"] for one in held) > 0 and told["amount"]["method"],
            "calendar": told["calendar"]["starts_on"] and told["calendar"]["ends_on"],
            "payment": told["payment"]["ceilings"] and told["payment"]["recovery"],
        }
    elif told["kind"] == Kind.INELIGIBLE:
        blocks |= {"verdict": told["verdict"]["rule"] and told["verdict"]["evidence"], "motive": told["motive"].strip()}
    else:
        blocks["motive"] = told["motive"].strip()
    return [name for name, there in blocks.items() if not there]
