"""What an award stands on, and what it may become: its terms, the floor of each share, the rules of the deposit asked again (R82)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import rules
from applications.content.freeze import bounds
from applications.models import Application, BudgetLine
from directory.models import Establishment
from edsh_portal import money
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused

from .. import amending
from ..amending import Terms
from ..models import Amendment, Convention, Grant, GrantShare, Line
from ..models.consortium import led_by, members_of
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
        "members": {str(place): role for place, role in members_of(grant).items()},
        "arrived": last.after.get("arrived", {}) if last else {},
    }


def _deposited(grant: Grant, places: set[int]) -> dict[str, dict[str, int]]:
    version = grant.application.version
    members = version.content["members"] if version else ()
    return {str(m["establishment"]): by_category(m) for m in members if m["establishment"] in places}


def named(terms: Terms, shares: list[GrantShare]) -> dict[str, str]:
    """The names that a comparison of terms needs, of members and shares that are and that will be."""
    joins = terms.get("joins", {})
    places = {*map(int, terms.get("members", {})), *(one["establishment"] for one in joins.values())}
    places |= {share.establishment_id for share in shares}
    names = dict(Establishment.objects.filter(pk__in=places).values_list("pk", "name"))
    lines = {share.line_id: share.line.label for share in shares}
    found = {f"place:{pk}": name for pk, name in names.items()}
    found |= {f"share:{pk}": f"{names[one['establishment']]} · {lines[one['line']]}" for pk, one in joins.items()}
    return found | {f"share:{share.pk}": f"{share.establishment.name} · {share.line.label}" for share in shares}


def compared(before: Terms, after: Terms, shares: list[GrantShare]) -> list[amending.Difference]:
    """What changes, in words."""
    said = dict[str, Any](BudgetLine.Category.choices) | {
        "months": _("Durée du projet"),
        "stops_on": _("Arrêt du projet"),
        "total": _("Aide, au total"),
        "coordinator": _("Coordinateur"),
        "partner": _("Partenaire"),
        "absent": _("Hors du consortium"),
    }
    names = named(before, shares) | named(after, shares)
    return amending.differences(before, after, names, said)


def told(gap: amending.Difference) -> tuple[str, str, str]:
    """Before, after and the difference, in words."""
    if gap.unit == "words":
        return gap.before, gap.after, ""
    if gap.unit == "cents":
        sign = "+" if (gap.gap or 0) > 0 else ""
        return money.display(gap.before), money.display(gap.after), sign + money.display(gap.gap or 0)
    if gap.unit == "months":
        words = [_("%(n)s mois") % {"n": n} for n in (gap.before, gap.after, gap.gap or 0)]
        return words[0], words[1], ("+" if (gap.gap or 0) > 0 else "") + words[2]
    days = [date_format(date.fromisoformat(day)) if day else "" for day in (gap.before, gap.after)]
    return days[0], days[1], ""


def floor(share: GrantShare) -> int:
    """Below which a share does not go: what is paid or planned, and the aid of the expenses accepted."""
    convention = share.convention
    live = convention.instalments.exclude(state="cancelled").values_list("cents", flat=True)
    return max(sum(live), final_of(convention).aid_cents)


def kept(shares: list[GrantShare], stands: Terms, place: int) -> amending.Kept:
    """What a member that leaves keeps of its shares, and of its expense: all, once its final statement is made."""
    own = [share for share in shares if share.establishment_id == place]
    budget = stands["expenses"].get(str(place), {})
    held = {share.pk: share.cents for share in own}
    if any(_ended(share.convention) for share in own):
        return amending.Kept(held, budget)
    accepted = final_of(own[0].convention).kept if own else {}
    return amending.leaving(held, {share.pk: floor(share) for share in own}, budget, accepted)


def _ended(convention: Convention) -> bool:
    return convention.state == "closed" or convention.claims.filter(final=True).exists()


def need_terms(amendment: Amendment, shares: list[GrantShare], before: Terms, after: Terms) -> None:
    """Refuses what the ledger or the rules of the deposit would. Codes R82, and that of the rule."""
    grant, kind = amendment.grant, amendment.kind
    if {**before, "joins": {}} == {**after, "joins": {}}:
        raise Refused(_("Rien ne change : saisissez au moins une modification."), code="R82")
    _need_shares(shares, before, after)
    if kind == "stop":
        _need_stop(grant, after)
        return
    if before["members"] != after["members"]:
        _need_coordinator(after)
    _need_rules(grant, shares, before, after)


def _need_coordinator(after: Terms) -> None:
    if "coordinator" not in after["members"].values():
        raise Refused(
            _("Le coordinateur quitte le consortium : choisissez le membre qui coordonnera le projet."),
            code="R82",
            field="coordinator",
        )


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
    for line, of in by_line.items():
        joins = [pk for pk, one in after.get("joins", {}).items() if one["line"] == line]
        old, new = (
            sum(terms["shares"].get(pk, 0) for pk in [*joins, *(str(share.pk) for share in of)])
            for terms in (before, after)
        )
        if new > old:
            raise Refused(
                _(
                    "%(line)s : ces parts dépassent de %(excess)s l’aide accordée. Un avenant n’augmente pas le "
                    "maximum : une nouvelle décision le peut seule."
                )
                % {"line": of[0].line.label, "excess": money.display(new - old)},
                code="R82",
                field=f"join_{line}" if joins else f"share_{of[0].pk}",
                excess_cents=new - old,
            )
        _need_convention(of, after)


def _need_convention(shares: list[GrantShare], after: Terms) -> None:
    """A convention whose last expenses are accepted, or that is closed, keeps its share."""
    for share in shares:
        if _ended(share.convention) and share.cents != after["shares"][str(share.pk)]:
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
        for of in (_amended(grant, facts, bound, content, shares, terms) for terms in (before, after))
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
    grant: Grant,
    facts: rules.Dossier,
    bound: rules.Bounds,
    content: list[dict[str, Any]],
    shares: list[GrantShare],
    terms: Terms,
) -> rules.Dossier:
    """The dossier as the rules would read it on these terms: the consortium is theirs, the aid is the one given, own funds make up the
    rest. Who joins signs the amendment: that is its mandate, and stands for the files asked of each member."""
    aid: dict[int, int] = {}
    places = {str(share.pk): share.establishment_id for share in shares}
    places |= {pk: one["establishment"] for pk, one in terms.get("joins", {}).items()}
    for pk, cents in terms["shares"].items():
        aid[places[pk]] = aid.get(places[pk], 0) + cents
    known = {str(said["establishment"]): member for member, said in zip(facts.members, content, strict=True)}
    new = _arriving(terms, [place for place in terms["members"] if place not in known])
    members = []
    for place, role in terms["members"].items():
        member, spent = replace((known | new)[place], role=role), terms["expenses"].get(place)
        members.append(member if spent is None else _member(member, spent, aid.get(int(place), 0)))
    given = {(piece.code, one.name) for piece in bound.required if piece.per_member for one in new.values()}
    twins = _twins(grant, next((int(place) for place, role in terms["members"].items() if role == "coordinator"), 0))
    return replace(facts, members=tuple(members), months=terms["months"], pieces=facts.pieces | given, twins=twins)


def _arriving(terms: Terms, places: list[str]) -> dict[str, rules.Member]:
    """Members whom the deposit did not have."""
    bodies = Establishment.objects.in_bulk([int(place) for place in places])
    return {
        place: rules.Member(
            name=bodies[int(place)].name,
            kind=bodies[int(place)].kind,
            finess=bodies[int(place)].finess or "",
            activity=bodies[int(place)].activity,
            **terms["arrived"].get(place, {}),
        )
        for place in places
    }


def _twins(grant: Grant, coordinator: int) -> tuple[str, ...]:
    """The other dossiers of the call that this establishment coordinates, or whose award it does (R14)."""
    beside = Application.objects.beside(grant.application)
    others = set(beside.filter(coordinator=coordinator, awards=None).values_list("reference", flat=True))
    running = Grant.objects.exclude(state="voided").filter(application__in=beside.order_by().values("pk"))
    led = running.annotate(led=led_by()).filter(led=coordinator).values_list("application__reference", flat=True)
    return tuple(sorted(others | set(led)))


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


def movements(shares: list[GrantShare], after: Terms) -> tuple[list[tuple[Line, amending.Moved]], int]:
    """What each source moves, in the order of the lines; and what is given back in all, in cents."""
    found, given = [], 0
    for line in sorted({share.line for share in shares}, key=lambda line: line.pk):
        of = {share.pk: share.cents for share in shares if share.line_id == line.pk}
        joins = [int(pk) for pk, one in after.get("joins", {}).items() if one["line"] == line.pk]
        done = amending.moved(of, {pk: after["shares"][str(pk)] for pk in [*of, *joins]})
        found.append((line, done))
        given += sum(done.released.values())
    return found, given
