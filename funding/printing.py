"""The convention of one beneficiary, on paper: what it says is read of the award and of the version deposited, then laid out."""

from datetime import date, datetime
from typing import Any

from django.conf import settings as portal
from django.utils.translation import override

from applications.models import BudgetLine
from calls.models.letters import terms_of
from directory.models import Establishment
from edsh_portal import clock, paper, pdf
from edsh_portal.numbers import finess, siret

from .actions import subsidised, terms
from .models import Amendment, Ceiling, Convention, Grant, GrantShare, MemberChange
from .models.consortium import members_of, parties_of

FORMAT = 2  # 1: without the address of the portal, where it is checked
FR2030 = "FR2030"  # the line whose publicity is the programme's (R86)


def title(told: dict[str, Any]) -> str:
    return f"Convention attributive de subvention n° {told['number']}"


def number(convention: Convention) -> str:
    """« EDSH-1-2022-0007-C12 »: the dossier's, and the convention's own."""
    return f"{convention.share.grant.application.reference}-C{convention.pk}"


def compose(convention: Convention) -> dict[str, Any]:
    """All that the convention says (cents, ISO days and instants), which the sealed PDF carries: parties, expense and amount, calendar, payments."""
    with override("fr"):  # documents of legal value are in French
        share, application = convention.share, convention.share.grant.application
        if application.version is None or share.grant.engaged_at is None:
            raise ValueError(f"{application.reference} was never deposited, or its award never notified")
        content = application.version.content
        identity, joined = content["identity"], _joined(share)
        lines, members = _lines(content, share.establishment_id), members_of(share.grant)
        if joined is not None:  # the dossier says nothing of it
            lines = _amended(convention)
        expense = sum(row["cents"] for row in lines)
        return {
            "format": FORMAT,
            "number": number(convention),
            "portal": portal.BASE_URL,
            "fictitious": portal.DEMO,
            "prepared_at": convention.prepared_at.isoformat(),
            **_state(application, convention.prepared_at),
            "call": {"title": application.wave.call.title, "wave": application.wave.number},
            "application": {
                "reference": application.reference,
                "acronym": identity["acronym"],
                "title": identity["title"],
                "version": application.version.number,
                "sha256": application.version.sha256,
            },
            "beneficiary": {
                "name": share.establishment.name,
                "siret": convention.siret,
                "finess": share.establishment.finess or "",
                "coordinator": members.get(share.establishment_id) == "coordinator",
                **share.establishment.addressee(),
            },
            "notified_on": clock.civil(share.grant.engaged_at).isoformat(),
            "joined": joined.amendment.number if joined else None,
            "shared": len(members) > 1,
            "line": {"code": share.line.code, "label": share.line.label, "france_2030": share.line.code == FR2030},
            "max_cents": share.cents,
            "expense_cents": expense,
            "expenses": lines,
            "rate": _percent(share.cents * 10_000 // expense) if expense else "",
            "starts_on": identity["starts_on"],
            "months": convention.months,
            "ceilings": _ceilings(convention),
        }


def _joined(share: GrantShare) -> MemberChange | None:
    """By what its beneficiary became a member, when it was not one of the dossier."""
    rows = share.grant.changes.filter(establishment=share.establishment_id, change="in")
    return rows.select_related("amendment").first()


def _amended(convention: Convention) -> list[dict[str, Any]]:
    """The expense by category that the last amendment gives the beneficiary: of no year in particular."""
    spent = subsidised(convention)
    return [
        {"category": str(label), "year": None, "cents": spent[category]}
        for category, label in BudgetLine.Category.choices
        if spent.get(category)
    ]


def _state(application: Any, at: datetime) -> dict[str, Any]:
    """Who speaks for the State, in its order, and before which court."""
    settings, held = application.wave.settings, terms_of(application.wave.call, at)
    return {
        "state": {name: held[name] for name in ("ministry", "direction", "court", "court_address")},
        "service": {
            "name": settings.service_name,
            "address": settings.service_address,
            "email": settings.service_email,
            "phone": settings.service_phone,
        },
    }


def _sender(told: dict[str, Any]) -> list[str]:
    state, service = told["state"], told["service"]
    above = (state["ministry"], state["direction"], service["name"], service["address"], service["email"])
    return [*filter(None, dict.fromkeys((*above, service["phone"])))]


def _lines(content: dict[str, Any], establishment: int) -> list[dict[str, Any]]:
    """The member's expense by category and year, in cents, without what is nothing."""
    member = next((one for one in content["members"] if one["establishment"] == establishment), None)
    found: dict[tuple[str, int], int] = {}
    for line in member["lines"] if member else ():
        key = (line["category"], line["year"])
        found[key] = found.get(key, 0) + line["cents"]
    labels = {key: str(label) for key, label in BudgetLine.Category.choices}
    return [
        {"category": labels[category], "year": year, "cents": found[category, year]}
        for category in labels
        for year in sorted(held for of, held in found if of == category)
        if found[category, year]
    ]


def _ceilings(convention: Convention) -> list[dict[str, Any]]:
    """What limits the payments, as it stood at the notification (décret 2018-514 art. 12)."""
    before = Ceiling.before_balance(convention.months)
    found = Ceiling.objects.filter(
        line=convention.share.line_id,
        rule__in=(Ceiling.Rule.ADVANCE, before),
        during__contains=convention.share.grant.engaged_at,
    )
    return [
        {"label": one.get_rule_display(), "rate": _percent(one.rate_bp), "source": one.source}
        for one in found.order_by("rule")
    ]


def _percent(rate_bp: int) -> str:
    """« 25 % » or « 12,50 % » of basis points."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole},{rest:02d}\u00a0%" if rest else f"{whole}\u00a0%"


def lay_out(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with what is said attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    one = told["beneficiary"]
    to = f"À l’attention de {one['representative']}, en qualité de représentant légal" if one["representative"] else ""
    ids = (f"FINESS {finess(one['finess'])}" if one["finess"] else "", f"SIRET {siret(one['siret'])}")
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["prepared_at"]),
        "notified_on": date.fromisoformat(told["notified_on"]),
        "starts_on": told["starts_on"] and date.fromisoformat(told["starts_on"]),
        "number": told["number"],
        "demo": told["fictitious"],
        "sender": _sender(told),
        "addressee": [one["name"], to, *one["address"], *ids],
        "reference": [
            {"key": "Dossier", "value": told["application"]["reference"]},
            {"key": "Version déposée", "value": told["application"]["version"]},
        ],
        **paper.check(told),
    }
    with override("fr"):
        return pdf.render("pdf/convention.html", context, title=title(told), attachment=told)


# ── an amendment ─────────────────────────────────────────────────────────────────────────────────────────────────────
def number_of_amendment(amendment: Amendment) -> str:
    return f"{amendment.grant.application.reference}-A{amendment.number}"


def compose_amendment(amendment: Amendment) -> dict[str, Any]:
    """All that the amendment says, which the sealed PDF carries: the parties, what changes, before and after."""
    with override("fr"):
        grant, application = amendment.grant, amendment.grant.application
        if grant.engaged_at is None or amendment.drafted_at is None:
            raise ValueError(f"{application.reference}: an amendment that nobody has drafted")
        found = terms.compared(amendment.before, amendment.after, terms.parts(grant))
        words = ("before", "after", "gap")
        return {
            "format": FORMAT,
            "number": number_of_amendment(amendment),
            "portal": portal.BASE_URL,
            "fictitious": portal.DEMO,
            "drafted_at": amendment.drafted_at.isoformat(),
            **_state(application, amendment.drafted_at),
            "call": {"title": application.wave.call.title, "wave": application.wave.number},
            "application": {"reference": application.reference, "acronym": application.acronym},
            "notified_on": clock.civil(grant.engaged_at).isoformat(),
            "kind": str(amendment.get_kind_display()),
            "stops": amendment.kind == Amendment.Kind.STOP,
            "reason": amendment.reason,
            "beneficiaries": [
                {
                    "name": place.name,
                    "siret": place.siret,
                    "number": pk and f"{application.reference}-C{pk}",
                }
                for place, pk in _parties(amendment)
            ],
            "conventions": _numbers(application.reference, grant),
            "members": _members(amendment),
            "before": amendment.before,
            "after": amendment.after,
            "changes": [{"label": one.label, **dict(zip(words, terms.told(one), strict=True))} for one in found],
        }


def _parties(amendment: Amendment) -> list[tuple[Establishment, int | None]]:
    """Who signs it, each with the convention that it is for, if there is one."""
    parties = parties_of(amendment)
    places = Establishment.objects.in_bulk({place for place, _pk in parties})
    return [(places[place], pk) for place, pk in parties]


def _numbers(reference: str, grant: Grant) -> list[str]:
    """Of the conventions of the award."""
    keys = Convention.objects.filter(share__grant=grant).order_by("pk").values_list("pk", flat=True)
    return [f"{reference}-C{pk}" for pk in keys]


def _members(amendment: Amendment) -> dict[str, Any]:
    """What it says of the consortium: {"changed": kind or "", "name", "coordinator": the name of who coordinates from now on}."""
    old, new = (
        next((place for place, role in of.get("members", {}).items() if role == "coordinator"), None)
        for of in (amendment.before, amendment.after)
    )
    if amendment.establishment is None:
        return {"changed": "", "name": "", "coordinator": ""}
    named = Establishment.objects.get(pk=int(new)).name if new is not None and new != old else ""
    return {"changed": amendment.kind, "name": amendment.establishment.name, "coordinator": named}


def title_amendment(told: dict[str, Any]) -> str:
    return f"Avenant n° {told['number']}"


def lay_out_amendment(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with what is said attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["drafted_at"]),
        "notified_on": date.fromisoformat(told["notified_on"]),
        "number": told["number"],
        "demo": told["fictitious"],
        "sender": _sender(told),
        "addressee": [*dict.fromkeys(one["name"] for one in told["beneficiaries"])],
        "reference": [{"key": "Dossier", "value": told["application"]["reference"]}],
        **paper.check(told),
    }
    with override("fr"):
        return pdf.render("pdf/amendment.html", context, title=title_amendment(told), attachment=told)
