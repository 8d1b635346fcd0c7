"""The money of the dossier, R30 to R38: shown as it is filled, judged by the officer.

Sources: CALL.md §2.3 (décret n° 2018-514), §2.5 (State aid) and §5. Amounts in cents, rates in basis points, rounded down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from edsh_portal import money

from .facts import Bounds, Dossier, Member
from .verdicts import BLOCK, WARN, Finding, Rule, Verdict

WHOLE = 10_000  # 100 %
# Bodies whose permanent staff is paid anyway; what a GCS is, public or private, its kind does not say.
PUBLIC = ("public",)
# Bodies with an economic activity: their aid comes under a regime of State aid.
ECONOMIC = ("private",)
DE_MINIMIS = "de_minimis"


def share_cents(expenses_cents: int, rate_bp: int | None) -> int:
    """The largest aid a rate allows on these expenses, rounded down to the cent; no rate: all of them."""
    return expenses_cents * (WHOLE if rate_bp is None else rate_bp) // WHOLE


def ceiling_bp(member: Member, bounds: Bounds) -> int | None:
    """The rate that holds for this member: the lower of its kind's and of its regime's; None when neither has one."""
    rates = (bounds.rates_bp.get(member.kind), bounds.regime_rates_bp.get((member.kind, member.regime)))
    return min((rate for rate in rates if rate is not None), default=None)


def most_aid_cents(member: Member, bounds: Bounds) -> int:
    """The largest aid the call allows this member."""
    return share_cents(member.expenses_cents, ceiling_bp(member, bounds))


def most_overhead_cents(member: Member, bounds: Bounds) -> int:
    """The largest overhead: a share of the other, direct, expenses."""
    return share_cents(member.expenses_cents - member.overhead_cents, bounds.overhead_cap_bp)


def rate_bp(aid_cents: int, expenses_cents: int) -> int | None:
    """Aid over expenses in basis points, rounded up so that a rate shown as the ceiling never hides an excess."""
    return -(-aid_cents * WHOLE // expenses_cents) if expenses_cents else None


def project_years(starts_on: date, months: int) -> range:
    """Civil years touched by `months` months from `starts_on`."""
    last = starts_on.year * 12 + starts_on.month - 1 + max(months, 1) - 1
    return range(starts_on.year, last // 12 + 1)


# ── what each rule finds of one member: a sentence's part, or nothing ────────────────────────────────────────────────
Look = Callable[[Member, Dossier, Bounds], str]


def _over(words: str, cents: int, most_cents: int) -> str:
    if cents <= most_cents:
        return ""
    said = words % {"cents": money.display(cents), "most": money.display(most_cents)}
    return _("%(said)s : %(gap)s de trop") % {"said": said, "gap": money.display(cents - most_cents)}


def _r30(m: Member, d: Dossier, b: Bounds) -> str:
    unknown = set(m.categories) - b.categories.keys() if b.categories else ()
    if unknown:
        return _("catégorie inconnue")
    if not all(type(cents) is int and cents >= 0 for cents in m.amounts):
        return _("montant négatif ou non entier")
    return _over(_("aide demandée %(cents)s, dépenses %(most)s"), m.aid_cents, m.expenses_cents)


def _r31(m: Member, d: Dossier, b: Bounds) -> str:
    if m.resources_cents == m.expenses_cents:
        return ""
    words = (
        _("ressources %(resources)s, dépenses %(expenses)s : ajoutez %(gap)s de ressources")
        if m.resources_cents < m.expenses_cents
        else _("ressources %(resources)s, dépenses %(expenses)s : %(gap)s de trop")
    )
    return words % {
        "resources": money.display(m.resources_cents),
        "expenses": money.display(m.expenses_cents),
        "gap": money.display(abs(m.expenses_cents - m.resources_cents)),
    }


def _r32(m: Member, d: Dossier, b: Bounds) -> str:
    return _over(_("aide %(cents)s, au plus %(most)s"), m.aid_cents, most_aid_cents(m, b))


def _r33(m: Member, d: Dossier, b: Bounds) -> str:
    return _over(_("aides publiques %(cents)s, dépenses %(most)s"), m.aid_cents + m.public_cents, m.expenses_cents)


def _r34(m: Member, d: Dossier, b: Bounds) -> str:
    return _over(_("frais de gestion %(cents)s, au plus %(most)s"), m.overhead_cents, most_overhead_cents(m, b))


def _r35(m: Member, d: Dossier, b: Bounds) -> str:
    if d.starts_on is None or d.months is None:
        return ""
    outside = sorted(set(m.years) - set(project_years(d.starts_on, d.months)))
    return ", ".join(str(year) for year in outside)


def _r36(m: Member, d: Dossier, b: Bounds) -> str:
    if b.permanent_staff_eligible or m.kind not in PUBLIC or not m.permanent_cents:
        return ""
    return _("personnel permanent %(cents)s") % {"cents": money.display(m.permanent_cents)}


def _r37(m: Member, d: Dossier, b: Bounds) -> str:
    return _("non déclarée") if m.expenses_cents and not m.vat else ""


def _r38(m: Member, d: Dossier, b: Bounds) -> str:
    if m.kind in ECONOMIC and m.aid_cents and not m.regime:
        return _("régime d’aide non déclaré")
    if m.regime != DE_MINIMIS:
        return ""
    words = _("aides de minimis cumulées %(cents)s, plafond %(most)s")
    return _over(words, m.aid_cents + m.de_minimis_received_cents, b.de_minimis_cents)


@dataclass(frozen=True)
class EachMember:
    """A judge that looks at each member and names those concerned."""

    look: Look
    good: str
    change: str

    def __call__(self, facts: Dossier, bounds: Bounds) -> Finding:
        found = [(member, said) for member in facts.members if (said := self.look(member, facts, bounds))]
        if not found:
            return True, self.good, ""
        named: dict[str, list[str]] = {}  # those of whom the same is said, together
        for member, said in found:
            named.setdefault(said, []).append(member.name)
        names = " ; ".join(f"{', '.join(those)} ({said})" for said, those in named.items())
        return False, _("À revoir : %(names)s.") % {"names": names}, self.change, found[0][0].membership


def _amounts() -> tuple[Rule, ...]:
    """R30 to R32; titles and sources in the reader's language."""
    return (
        Rule(
            "R30",
            BLOCK,
            _("Montants"),
            _("Tenue des comptes au centime : hypothèse du portail"),
            "budget",
            "",
            EachMember(
                _r30,
                _(
                    "Les montants sont positifs, au centime, dans des catégories connues ; aucune aide ne dépasse les dépenses correspondantes."
                ),
                _("Corrigez ce montant, rangez-le dans une catégorie de la grille, ou ramenez l’aide aux dépenses."),
            ),
        ),
        Rule(
            "R31",
            WARN,
            _("Équilibre du budget"),
            _("Coût total égal aux ressources : hypothèse du portail"),
            "budget",
            "own_cents",
            EachMember(
                _r31,
                _("Les ressources égalent les dépenses de chaque membre."),
                _("Complétez le plan de financement jusqu’à égaler les dépenses."),
            ),
        ),
        Rule(
            "R32",
            WARN,
            _("Taux d’aide"),
            _("Taux de l’appel, et règlement (UE) n° 651/2014, articles 25 et 26, où il s’applique"),
            "budget",
            "aid_cents",
            EachMember(
                _r32,
                _("Aucune aide demandée ne dépasse le taux de l’appel."),
                _("Ramenez l’aide demandée au taux maximal de cette nature de membre."),
            ),
            "rates",
        ),
    )


def _shares() -> tuple[Rule, ...]:
    """R33 to R35."""
    return (
        Rule(
            "R33",
            WARN,
            _("Aides publiques"),
            _("Décret n° 2018-514 du 25 juin 2018, article 10"),
            "budget",
            "aid_cents",
            EachMember(
                _r33,
                _("Les aides publiques ne dépassent pas les dépenses."),
                _("Aide demandée et autres aides publiques ensemble ne dépassent pas les dépenses."),
            ),
        ),
        Rule(
            "R34",
            WARN,
            _("Frais de gestion"),
            _("Plafond des réglages de l’appel, sur les dépenses directes"),
            "budget",
            "",
            EachMember(
                _r34,
                _("Les frais de gestion restent sous leur plafond."),
                _("Abaissez les frais de gestion, ou rattachez ces dépenses à leur catégorie."),
            ),
            "overhead_cap_bp",
        ),
        Rule(
            "R35",
            WARN,
            _("Années du budget"),
            _("Hypothèse du portail"),
            "budget",
            "",
            EachMember(
                _r35,
                _("Les dépenses tombent dans les années du projet."),
                _("Déplacez les dépenses dans les années du projet, ou corrigez ses dates."),
            ),
        ),
    )


def _terms() -> tuple[Rule, ...]:
    """R36 to R38."""
    return (
        Rule(
            "R36",
            WARN,
            _("Personnel permanent"),
            _("Usage des appels de même nature, non-permanents seuls aidés"),
            "budget",
            "",
            EachMember(
                _r36,
                _("Aucun personnel permanent d’un établissement public n’est compté."),
                _("Retirez le personnel permanent des dépenses : un établissement public le paie déjà."),
            ),
            "permanent_staff_eligible",
        ),
        Rule(
            "R37",
            WARN,
            _("TVA"),
            _("Hypothèse du portail"),
            "regime",
            "vat",
            EachMember(
                _r37,
                _("Chaque membre précise si ses montants sont hors taxes ou toutes taxes comprises."),
                _("Déclarez des montants hors taxes si la TVA est récupérée, toutes taxes comprises sinon."),
            ),
        ),
        Rule(
            "R38",
            WARN,
            _("Aides de minimis"),
            _("Règlement (UE) 2023/2831, trois années glissantes"),
            "regime",
            "regime",
            EachMember(
                _r38,
                _("Aucun cumul d’aides de minimis ne dépasse son plafond."),
                _(
                    "Déclarez le régime d’aide ; sous le régime de minimis, abaissez l’aide ou choisissez un autre régime."
                ),
            ),
            "de_minimis_cents",
        ),
    )


def check_budget(facts: Dossier, bounds: Bounds) -> list[Verdict]:
    """R30 to R38. Only R30 blocks; the others warn, and the officer judges them."""
    return [rule.verdict(facts, bounds) for rule in (*_amounts(), *_shares(), *_terms())]
