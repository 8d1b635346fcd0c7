"""What an award stands on, and what it may become: its terms, the floor of each share, the rules of the deposit asked again (R82)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from applications import rules
from applications.content.freeze import bounds
from applications.models import BudgetLine
from edsh_portal import money
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused

from .. import amending
from ..amending import Terms
from ..models import Convention, Grant, GrantShare
from .claim import by_category, final_of


def parts(grant: Grant) -> list[GrantShare]:
    """Its shares, with whom they are for."""
    return list(grant.shares.select_related("establishment", "line", "convention").order_by("line_id", "pk"))


def stands(grant: Grant, shares: list[GrantShare]) -> Terms:
    """What the award stands on today."""
    last = grant.amendments.in_force().first()
    return {
        "months": max(share.convention.months for share in shares),
        "stops_on": last.after["stops_on"] if last else None,
        "shares": {str(share.pk): share.cents for share in shares},
        "expenses": last.after["expenses"] if last else _deposited(grant, {share.establishment_id for share in shares}),
    }


def _deposited(grant: Grant, places: set[int]) -> dict[str, dict[str, int]]:
    version = grant.application.version
    members = version.content["members"] if version else ()
    return {str(m["establishment"]): by_category(m) for m in members if m["establishment"] in places}


def named(shares: list[GrantShare]) -> dict[str, str]:
    """The names that a comparison of terms needs."""
    found = {f"place:{share.establishment_id}": share.establishment.name for share in shares}
    return found | {f"share:{share.pk}": f"{share.establishment.name} · {share.line.label}" for share in shares}


def compared(before: Terms, after: Terms, shares: list[GrantShare]) -> list[amending.Difference]:
    """What changes, in words."""
    said = dict[str, Any](BudgetLine.Category.choices) | {
        "months": _("Durée du projet"),
        "stops_on": _("Arrêt du projet"),
        "total": _("Aide, au total"),
    }
    return amending.differences(before, after, named(shares), said)


def floor(share: GrantShare) -> int:
    """Below which a share does not go: what is paid or planned, and the aid of the expenses accepted."""
    convention = share.convention
    live = convention.instalments.exclude(state="cancelled").values_list("cents", flat=True)
    return max(sum(live), final_of(convention).aid_cents)


def need_terms(grant: Grant, shares: list[GrantShare], kind: str, before: Terms, after: Terms) -> None:
    """Refuses what the ledger or the rules of the deposit would. Codes R82, and that of the rule."""
    if before == after:
        raise Refused(_("Rien ne change : saisissez au moins une modification."), code="R82")
    _need_shares(shares, before, after)
    if kind == "stop":
        _need_stop(grant, after)
    else:
        _need_rules(grant, shares, before, after)


def _need_shares(shares: list[GrantShare], before: Terms, after: Terms) -> None:
    by_line: dict[int, list[GrantShare]] = {}
    for share in shares:
        by_line.setdefault(share.line_id, []).append(share)
        least, cents = floor(share), after["shares"][str(share.pk)]
        if cents < least and cents != share.cents:
            raise Refused(
                _("%(name)s : %(least)s sont déjà payés, prévus ou dus. La part ne peut pas descendre à %(cents)s.")
                % {"name": share.establishment, "least": money.display(least), "cents": money.display(cents)},
                code="R82",
                field=f"share_{share.pk}",
                least_cents=least,
            )
    for of in by_line.values():
        old, new = (sum(terms["shares"][str(share.pk)] for share in of) for terms in (before, after))
        if new > old:
            raise Refused(
                _(
                    "%(line)s : ces parts dépassent de %(excess)s l’aide accordée. Un avenant n’augmente pas le "
                    "maximum : une nouvelle décision le peut seule."
                )
                % {"line": of[0].line.label, "excess": money.display(new - old)},
                code="R82",
                field=f"share_{of[0].pk}",
                excess_cents=new - old,
            )
        _need_convention(of, after)


def _need_convention(shares: list[GrantShare], after: Terms) -> None:
    """A convention whose last expenses are accepted, or that is closed, keeps its share."""
    for share in shares:
        ended = share.convention.state == "closed" or share.convention.claims.filter(final=True).exists()
        if ended and share.cents != after["shares"][str(share.pk)]:
            raise Refused(
                _("La convention %(name)s est soldée, ou son état final est déposé : sa part ne change plus.")
                % {"name": de(share.establishment)},
                code="R82",
                field=f"share_{share.pk}",
            )


def _need_stop(grant: Grant, after: Terms) -> None:
    first = _dossier(grant).starts_on
    if after["stops_on"] is None:
        raise Refused(_("Indiquez le jour où le projet s’arrête."), code="R82", field="stops_on")
    if first and date.fromisoformat(after["stops_on"]) < first:
        raise Refused(_("Le projet ne s’arrête pas avant d’avoir commencé."), code="R82", field="stops_on")


def _dossier(grant: Grant) -> rules.Dossier:
    version = grant.application.version
    if version is None:
        raise Refused(_("Ce dossier n’a pas été déposé : ses règles ne se vérifient pas."), code="R82")
    return rules.read(version.content)


def _need_rules(grant: Grant, shares: list[GrantShare], before: Terms, after: Terms) -> None:
    """A rule of the deposit that what stands meets is still met."""
    facts, bound = _dossier(grant), bounds(grant.application.wave.settings)
    content = grant.application.version.content["members"] if grant.application.version else []
    kept, asked = (
        {v.rule: v for v in (*rules.check(of, bound), *rules.check_budget(of, bound))}
        for of in (_amended(facts, content, shares, terms) for terms in (before, after))
    )
    for rule, verdict in asked.items():
        if verdict.failed and not kept[rule].failed:
            raise Refused(
                _("%(title)s : %(message)s %(change)s")
                % {"title": verdict.title, "message": verdict.message, "change": verdict.change},
                code=rule,
                field="months" if rule == "R16" else "",
            )


def _amended(
    facts: rules.Dossier, content: list[dict[str, Any]], shares: list[GrantShare], terms: Terms
) -> rules.Dossier:
    """The dossier as the rules would read it on these terms: the aid is the one given, own funds make up the rest."""
    aid: dict[int, int] = {}
    for share in shares:
        aid[share.establishment_id] = aid.get(share.establishment_id, 0) + terms["shares"][str(share.pk)]
    members = []
    for member, said in zip(facts.members, content, strict=True):
        spent = terms["expenses"].get(str(said["establishment"]))
        members.append(member if spent is None else _member(member, spent, aid[said["establishment"]]))
    return replace(facts, members=tuple(members), months=terms["months"])


def _member(member: rules.Member, spent: Mapping[str, int], aid: int) -> rules.Member:
    total = sum(spent.values())
    own = total - aid - member.public_cents - member.other_cents
    return replace(
        member,
        expenses_cents=total,
        aid_cents=aid,
        own_cents=max(0, own),
        amounts=(*spent.values(), aid, max(0, own), member.public_cents, member.other_cents),
        categories=tuple(sorted(spent)),
        overhead_cents=spent.get("overhead", 0),
        permanent_cents=spent.get("permanent", 0),
        mandate=None,
        mandate_asked=False,
    )


def movements(shares: list[GrantShare], after: Terms) -> tuple[list[amending.Moved], int]:
    """What each source moves, in the order of the lines; and what is given back in all, in cents."""
    found, given = [], 0
    for line in sorted({share.line_id for share in shares}):
        of = [share for share in shares if share.line_id == line]
        done = amending.moved(
            {share.pk: share.cents for share in of}, {share.pk: after["shares"][str(share.pk)] for share in of}
        )
        found.append(done)
        given += sum(done.released.values())
    return found, given


def concerned(grant: Grant) -> list[Convention]:
    """The conventions that an amendment of the award is signed for: those that still run."""
    rows = Convention.objects.filter(share__grant=grant).exclude(state="closed")
    return list(rows.select_related("share__establishment", "share__line").order_by("pk"))
