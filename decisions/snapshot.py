"""All that a decision says, frozen at approval: the five blocks of décret 2018-514 art. 8, remedies by place, signatory.

Pure reading: from the deposited version, the proposal and the dated settings, never from the live draft. Cents and ISO
instants; names as they stood. The sealed PDF and its attached JSON are made from this and nothing else.
"""

from datetime import datetime
from typing import Any

from django.conf import settings as portal
from django.db.models import F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications import remedies as contest
from applications.models import Application, Version
from applications.rules import stated
from calls.models.letters import TERMS, LetterTerms, over_defaults
from edsh_portal import clock, paper
from reviews.models import Feedback

from . import award
from .models import Kind, Proposal, SignatureDelegation

# 1: no terms of letters, no quality of who signs, no part by beneficiary. Its letters are laid out by templates/pdf/format_1/.
FORMAT = 2


def sha256(snapshot: dict[str, Any]) -> str:
    """Of the canonical JSON, which is also what the PDF carries."""
    return paper.digest(snapshot)


def remedies(departement: str, terms: dict[str, str]) -> dict[str, Any]:
    """How and how long the decision may be contested: two months, three overseas, four abroad (CJA R421-1, R421-7; CRPA L411-2)."""
    return {
        "months": contest.months(departement),
        "gracious": _(
            "recours gracieux auprès de l’auteur de la décision, ou hiérarchique auprès du ministre, dans un délai de deux mois"
        ),
        "court": _("recours contentieux devant le %(court)s") % {"court": terms["court"]},
        "court_address": terms["court_address"],
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
        application = _read_dossier(proposal, at)
        terms = over_defaults(application.terms)
        told = _common(application, proposal, number, terms, at)
        told["signatory"] = _signatory(approved_by, delegation)
        if proposal.kind == Kind.AWARD:
            told |= award.facts(application, proposal, terms, at)
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


def _read_dossier(proposal: Proposal, at: datetime) -> Any:
    """The dossier with what the act says of it, in one query: the page that shows the letter beforehand makes it too. `terms`: those of
    the letters of its call; `opinion`: what was said of its admissibility, `opinion_state` and `opinion_at`."""
    rows = Application.objects.select_related(
        "version", "wave__call", "wave__settings", "wave__session", "coordinator__departement"
    ).annotate(
        terms=LetterTerms.objects.filter(call=OuterRef("wave__call")).in_force(at).values("terms")[:1],
        said=FilteredRelation("admissibilities", condition=Q(admissibilities__state__in=("validated", "deemed"))),
        opinion=F("said__verdict"),
        opinion_state=F("said__state"),
        opinion_at=F("said__decided_at"),
    )
    return rows.get(pk=proposal.application_id)


def _annexed(application: Application) -> dict[str, Any]:
    """What comes back of the evaluation, where the call annexes it to the letter: as it was approved."""
    if not application.wave.settings.annex_feedback:
        return {}
    return {"feedback": Feedback.objects.get(application=application, state="approved").content}


def _signatory(by: Any, delegation: SignatureDelegation | None) -> dict[str, Any]:
    """Name, capacity, and the published delegation that the letter quotes (décret n° 2005-850 art. 1 and 3)."""
    if delegation is None:
        capacity = _("Pour le ministre chargé de la santé et par délégation")
        quality = _("Le directeur général de l’offre de soins")
        return {"name": by.full_name, "capacity": capacity, "quality": quality, "delegation": None}
    capacity = _("Pour le directeur général de l’offre de soins et par délégation")
    return {
        "name": by.full_name,
        "capacity": capacity,
        "quality": delegation.quality,
        "delegation": delegation.source,
    }


def _day(at: datetime | None) -> str | None:
    return clock.civil(at).isoformat() if at else None


def _before(application: Any) -> dict[str, Any]:
    """The acts that the decision comes after: what was said of the dossier's admissibility, and the jury's closed session."""
    session = getattr(application.wave, "session", None)
    return {
        "admissibility": application.opinion
        and {
            "on": _day(application.opinion_at),
            "verdict": application.opinion,
            "silence": application.opinion_state == "deemed",
        },
        "jury_on": _day(session.closed_at) if session and session.state == "closed" else None,
    }


def _common(
    application: Application, proposal: Proposal, number: str, terms: dict[str, str], at: datetime
) -> dict[str, Any]:
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
        "terms": {name: terms[name] for name in TERMS},
        "before": _before(application),
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
            **application.coordinator.addressee(),
        },
        "motive": proposal.motive,
        "remedies": remedies(departement, terms),
    }


def _completed(version: Version) -> dict[str, Any]:
    """When what is decided upon was completed, if it was: it bears the number of that version, not of the one deposited."""
    return {"completed_at": version.completed_at.isoformat()} if version.completed_at else {}


def missing(told: dict[str, Any]) -> list[str]:
    """Names of the blocks that must be there and are empty: of an award, the five of art. 8; of a refusal, its grounds."""
    blocks = {
        "remedies": told["remedies"]["months"] and told["remedies"]["court"],
        "signatory": told["signatory"]["name"] and (told["format"] == 1 or told["signatory"]["quality"]),
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
        if told["format"] > 1:
            blocks["parts"] = sum(one["cents"] for one in told["parts"]) == told["amount"]["max_cents"]
    elif told["kind"] == Kind.INELIGIBLE:
        blocks |= {"verdict": told["verdict"]["rule"] and told["verdict"]["evidence"], "motive": told["motive"].strip()}
    else:
        blocks["motive"] = told["motive"].strip()
    return [name for name, there in blocks.items() if not there]
