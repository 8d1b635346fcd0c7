"""The rules of the deposit, R04 and R10 to R23, as pure arithmetic: facts and bounds in, verdicts out.

Source: CALL.md §5 and §1.3. No query, no clock: instants and other dossiers come in with the facts.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edsh_portal import money

REGISTER_KINDS = ("public", "private", "gcs")  # bodies that may be members: health establishments and GCS
BLOCK, WARN = "block", "warn"


@dataclass(frozen=True)
class Member:
    """A member that has accepted. Amounts in cents; `activity` in units of combined activity."""

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

    @property
    def resources_cents(self) -> int:
        return self.aid_cents + self.own_cents + self.public_cents + self.other_cents


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
    annex_differences: tuple[str, ...] | None = ()  # cells in which the annex is not the form; None: not verifiable
    pieces: frozenset[tuple[str, str]] = frozenset()  # (code, name of the member or "")
    twins: tuple[str, ...] = ()  # other deposited dossiers of the same coordinator
    received_on: date | None = None  # the day of the deposit, in Paris


@dataclass(frozen=True)
class Required:
    code: str
    title: str
    per_member: bool = False


@dataclass(frozen=True)
class Bounds:
    """The call's dated settings, as the rules need them. Rates in basis points by kind of member."""

    max_members: int = 6
    min_activity: int = 0
    min_months: int = 12
    max_months: int = 40
    min_projects: int = 3
    min_external_partners: int = 1
    min_perimeters: int = 1
    min_base_cents: int = 0
    consolidation_level: int = 7
    required: tuple[Required, ...] = ()
    rates_bp: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What one rule says. `anchor` is the page (a name of applications' urls) and `field` the place to correct."""

    rule: str
    ok: bool
    severity: str
    title: str
    message: str
    change: str
    anchor: str
    field: str = ""

    @property
    def blocks(self) -> bool:
        return not self.ok and self.severity == BLOCK


# What a rule's function returns: (ok, what is found, what to change).
Finding = tuple[bool, str, str]


def _r04(d: Dossier, b: Bounds) -> Finding:
    names = ", ".join(d.pending)
    return (
        not d.pending,
        _("Sans réponse : %(names)s.") % {"names": names} if d.pending else _("Chaque membre a accepté."),
        _("Attendez la réponse des établissements invités, ou retirez leur invitation."),
    )


def missing_pieces(d: Dossier, b: Bounds) -> list[str]:
    """Titles of the required pieces that are absent, with the member's name where one is asked of each."""
    absent = []
    for piece in b.required:
        wanted = [m.name for m in d.members] if piece.per_member else [""]
        absent += [
            f"{piece.title} ({name})" if name else piece.title for name in wanted if (piece.code, name) not in d.pieces
        ]
    return absent


def _r10(d: Dossier, b: Bounds) -> Finding:
    absent = missing_pieces(d, b)
    found = (
        _("Manque : %(titles)s.") % {"titles": " ; ".join(absent)}
        if absent
        else _("Toutes les pièces demandées sont jointes.")
    )
    return not absent, found, _("Joignez chaque pièce manquante, au format PDF ou XLSX.")


def _r11(d: Dossier, b: Bounds) -> Finding:
    kinds = [m.kind for m in d.members if m.role == "coordinator"]
    return (
        len(kinds) == 1 and kinds[0] in REGISTER_KINDS,
        _("Le coordinateur doit être un établissement de santé public ou privé, ou un GCS.")
        if kinds and kinds[0] not in REGISTER_KINDS
        else _("Le dossier a un établissement coordinateur.")
        if kinds
        else _("Le dossier n’a pas d’établissement coordinateur."),
        _("Créez le dossier au nom d’un établissement de santé ou d’un GCS."),
    )


def _r12(d: Dossier, b: Bounds) -> Finding:
    size = len(d.members)
    twice = [number for number, times in Counter(m.finess for m in d.members if m.finess).items() if times > 1]
    counted = ngettext(
        "%(size)s membre, coordinateur compris ; %(most)s au plus.",
        "%(size)s membres, coordinateur compris ; %(most)s au plus.",
        size,
    )
    found = counted % {"size": size, "most": b.max_members}
    if twice:
        found = _("Deux membres portent le même FINESS : %(numbers)s.") % {"numbers": ", ".join(sorted(twice))}
    return (
        1 <= size <= b.max_members and not twice,
        found,
        _(
            "Gardez au plus %(most)s membres distincts ; les autres peuvent être partenaires associés, sans limite de nombre."
        )
        % {"most": b.max_members},
    )


def _r13(d: Dossier, b: Bounds) -> Finding:
    outside = [m.name for m in d.members if m.kind not in REGISTER_KINDS]
    return (
        not outside,
        _("Ne peuvent pas être membres : %(names)s.") % {"names": ", ".join(outside)}
        if outside
        else _("Tous les membres sont des établissements de santé ou des GCS."),
        _("Un GIP, une entreprise ou un organisme de recherche est inscrit comme partenaire associé."),
    )


def _r14(d: Dossier, b: Bounds) -> Finding:
    return (
        not d.twins,
        _("Le même coordinateur a aussi déposé : %(names)s.") % {"names": ", ".join(d.twins)}
        if d.twins
        else _("Le coordinateur ne porte qu’un dossier."),
        _(
            "Un établissement ne coordonne qu’un consortium : retirez l’un des dossiers, sans quoi tous pourront être déclarés inéligibles."
        ),
    )


def _grouped(number: int) -> str:
    """« 125 000 »: groups of three, as every count of the portal."""
    return f"{number:,}".replace(",", "\u202f")


def _r15(d: Dossier, b: Bounds) -> Finding:
    total = sum(m.activity for m in d.members)
    return (
        total >= b.min_activity,
        _("Activité combinée déclarée : %(total)s ; seuil de la catégorie D : %(least)s.")
        % {"total": _grouped(total), "least": _grouped(b.min_activity)},
        _("Élargissez le consortium ou faites corriger l’activité déclarée ; l’instruction tranchera."),
    )


def _r16(d: Dossier, b: Bounds) -> Finding:
    return (
        d.months is not None and b.min_months <= d.months <= b.max_months,
        _("La durée n’est pas indiquée.") if d.months is None else _("Durée : %(months)s mois.") % {"months": d.months},
        _("Indiquez une durée de %(least)s à %(most)s mois.") % {"least": b.min_months, "most": b.max_months},
    )


def _r17(d: Dossier, b: Bounds) -> Finding:
    total = sum(m.expenses_cents for m in d.members)
    return (
        total >= b.min_base_cents,
        _("Assiette de dépenses : %(total)s ; minimum : %(least)s.")
        % {"total": money.display(total), "least": money.display(b.min_base_cents)},
        _("Complétez le budget ; l’instruction tranchera."),
    )


def _r18(d: Dossier, b: Bounds) -> Finding:
    return (
        d.projects >= b.min_projects,
        _("Projets décrits : %(count)s ; au moins %(least)s.") % {"count": d.projects, "least": b.min_projects},
        _("Ajoutez les projets de recherche ou d’innovation manquants, chacun avec un titre et un résumé."),
    )


def _r19(d: Dossier, b: Bounds) -> Finding:
    return (
        d.linked_partners >= b.min_external_partners,
        _("Partenaires associés externes liés à un projet : %(count)s ; au moins %(least)s.")
        % {"count": d.linked_partners, "least": b.min_external_partners},
        _(
            "Inscrivez un partenaire associé extérieur au consortium, puis cochez-le dans le projet auquel il participe."
        ),
    )


def _r20(d: Dossier, b: Bounds) -> Finding:
    return (
        d.perimeters >= b.min_perimeters,
        _("Périmètres proposés au catalogue : %(count)s ; au moins %(least)s.")
        % {"count": d.perimeters, "least": b.min_perimeters},
        _("Décrivez un périmètre de données à partager : ses cinq champs sont demandés."),
    )


def _r21(d: Dossier, b: Bounds) -> Finding:
    silent = [m.name for m in d.members if m.aid_cents > 0 and not m.work.strip()]
    return (
        not silent,
        _("Une aide est demandée sans travaux décrits : %(names)s.") % {"names": ", ".join(silent)}
        if silent
        else _("Chaque membre aidé décrit ses travaux sur l’entrepôt."),
        _(
            "Décrivez les travaux de constitution ou de renforcement de l’entrepôt que fait ce membre, ou ne demandez pas d’aide pour lui."
        ),
    )


def _r22(d: Dossier, b: Bounds) -> Finding:
    return (
        d.starts_on is not None and d.received_on is not None and d.starts_on >= d.received_on,
        _("La date de début des travaux n’est pas indiquée.")
        if d.starts_on is None
        else _("Début des travaux : %(day)s.") % {"day": f"{d.starts_on:%d/%m/%Y}"},
        _("Les travaux commencent au plus tôt le jour du dépôt ; l’instruction tranchera."),
    )


def _r23(d: Dossier, b: Bounds) -> Finding:
    now, target = d.maturity_now, d.maturity_target
    if d.goal not in ("build", "consolidate") or now is None or target is None:
        return (
            False,
            _("L’objet du projet ou ses maturités ne sont pas tous indiqués."),
            _("Indiquez l’objet, la maturité de départ et la maturité visée."),
        )
    level = b.consolidation_level
    fits = now >= level if d.goal == "consolidate" else now < level
    return (
        fits and target > now,
        _("Maturité de départ %(now)s, visée %(target)s.") % {"now": now, "target": target},
        _(
            "« Consolider » demande une maturité de départ d’au moins %(level)s, « constituer » de moins de %(level)s ; la maturité visée dépasse celle de départ."
        )
        % {"level": level},
    )


Rule = Callable[[Dossier, Bounds], Finding]


def _rules() -> tuple[tuple[str, str, str, str, str, Rule], ...]:
    """(rule, severity, title, page, field, function), in the order of the checklist; titles in the reader's language."""
    return (
        ("R04", BLOCK, _("Accord des membres"), "consortium", "members", _r04),
        ("R10", BLOCK, _("Pièces demandées"), "pieces", "", _r10),
        ("R11", BLOCK, _("Établissement coordinateur"), "consortium", "members", _r11),
        ("R12", BLOCK, _("Nombre de membres"), "consortium", "members", _r12),
        ("R13", BLOCK, _("Nature des membres"), "consortium", "members", _r13),
        ("R14", WARN, _("Un seul dossier par coordinateur"), "dossier", "", _r14),
        ("R15", WARN, _("Activité combinée"), "consortium", "members", _r15),
        ("R16", BLOCK, _("Durée du projet"), "identity", "id_months", _r16),
        ("R17", WARN, _("Assiette de dépenses"), "budgets", "", _r17),
        ("R18", BLOCK, _("Projets de recherche"), "projects", "", _r18),
        ("R19", BLOCK, _("Partenaire associé externe"), "consortium", "associated", _r19),
        ("R20", BLOCK, _("Périmètre de données"), "perimeters", "", _r20),
        ("R21", BLOCK, _("Travaux des membres aidés"), "budgets", "", _r21),
        ("R22", WARN, _("Début des travaux"), "identity", "id_starts_on", _r22),
        ("R23", BLOCK, _("Maturité"), "identity", "id_maturity_now", _r23),
    )


MOST_CELLS = 12  # named in a message


def annex_verdict(d: Dossier) -> Verdict:
    """R40: an annex in the portal's own layout that differs from the form blocks; in another layout nobody can tell."""
    found = d.annex_differences
    if found is None:
        message = _("Non vérifiable : une annexe au moins n’est pas sur le modèle du portail.")
        change = _("Joignez de préférence le modèle du portail : l’instruction comparera l’annexe au formulaire.")
    elif found:
        more = len(found) - MOST_CELLS
        shown = [*found[:MOST_CELLS], *([_("et %(n)s autres") % {"n": more}] if more > 0 else [])]
        message = _("L’annexe diffère du formulaire : %(cells)s.") % {"cells": " ; ".join(shown)}
        change = _("Corrigez le formulaire ou l’annexe ; le modèle se télécharge rempli depuis la page du budget.")
    else:
        message, change = _("L’annexe jointe dit ce que dit le formulaire."), ""
    severity = BLOCK if found else WARN
    return Verdict("R40", found == (), severity, _("Annexe financière"), message, change, "pieces")


def _annex_cells(annex: dict[str, Any] | None) -> tuple[str, ...] | None:
    """The cells of content["annex"], in words."""
    if annex is None:
        return ()
    told = tuple(
        (
            _("%(sheet)s, %(cell)s (illisible)")
            if said is None
            else _("%(sheet)s, %(cell)s (annexe %(annex)s, formulaire %(form)s)")
        )
        % {"sheet": sheet, "cell": cell, "annex": money.plain(said or 0), "form": money.plain(asked)}
        for sheet, cell, said, asked in annex["cells"]
    )
    return told if told or annex["read"] else None


def check(facts: Dossier, bounds: Bounds) -> list[Verdict]:
    """The verdict of each rule, R04 then R10 to R23, then R40. `change` is empty where the rule is met."""
    verdicts = []
    for rule, severity, title, anchor, place, function in _rules():
        ok, message, change = function(facts, bounds)
        verdicts.append(Verdict(rule, ok, severity, title, message, "" if ok else change, anchor, place))
    return [*verdicts, annex_verdict(facts)]


def blocking(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.blocks]


# ── the budget: shown as it is filled, judged by the officer (R31, R32, R33, R35) ─────────────────────────────────────
def share_cents(expenses_cents: int, rate_bp: int | None) -> int:
    """The largest aid a rate allows on these expenses, rounded down to the cent; no rate: all of them."""
    return expenses_cents * (10_000 if rate_bp is None else rate_bp) // 10_000


def most_aid_cents(member: Member, bounds: Bounds) -> int:
    """The largest aid the call allows this member."""
    return share_cents(member.expenses_cents, bounds.rates_bp.get(member.kind))


def rate_bp(aid_cents: int, expenses_cents: int) -> int | None:
    """Aid over expenses in basis points, rounded up so that a rate shown as the ceiling never hides an excess."""
    return -(-aid_cents * 10_000 // expenses_cents) if expenses_cents else None


def project_years(starts_on: date, months: int) -> range:
    """Civil years touched by `months` months from `starts_on`."""
    last = starts_on.year * 12 + starts_on.month - 1 + max(months, 1) - 1
    return range(starts_on.year, last // 12 + 1)


def check_budget(facts: Dossier, bounds: Bounds) -> list[Verdict]:
    """R31 balance, R32 aid rate, R33 public aid, R35 years: they warn, and the officer judges them."""
    unbalanced = [m.name for m in facts.members if m.resources_cents != m.expenses_cents]
    over = [m.name for m in facts.members if m.aid_cents > most_aid_cents(m, bounds)]
    public = [m.name for m in facts.members if m.aid_cents + m.public_cents > m.expenses_cents]
    outside: list[str] = []
    if facts.starts_on is not None and facts.months is not None:
        span = set(project_years(facts.starts_on, facts.months))
        outside = [m.name for m in facts.members if not set(m.years) <= span]
    rows: list[tuple[str, str, list[str], str, str]] = [
        (
            "R31",
            _("Équilibre du budget"),
            unbalanced,
            _("Les ressources égalent les dépenses de chaque membre."),
            _("Complétez le plan de financement jusqu’à égaler les dépenses."),
        ),
        (
            "R32",
            _("Taux d’aide"),
            over,
            _("Aucune aide demandée ne dépasse le taux de l’appel."),
            _("Ramenez l’aide demandée au taux maximal de cette nature de membre."),
        ),
        (
            "R33",
            _("Aides publiques"),
            public,
            _("Les aides publiques ne dépassent pas les dépenses."),
            _("Aide demandée et autres aides publiques ensemble ne dépassent pas les dépenses."),
        ),
        (
            "R35",
            _("Années du budget"),
            outside,
            _("Les dépenses tombent dans les années du projet."),
            _("Déplacez les dépenses dans les années du projet, ou corrigez ses dates."),
        ),
    ]
    return [
        Verdict(
            rule,
            not names,
            WARN,
            title,
            _("À revoir : %(names)s.") % {"names": ", ".join(names)} if names else good,
            change if names else "",
            "budgets",
        )
        for rule, title, names, good, change in rows
    ]


def read(content: dict[str, Any], *, twins: tuple[str, ...] = (), received_on: date | None = None) -> Dossier:
    """The facts of a frozen content (applications/freeze.py states its shape)."""
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
        annex_differences=_annex_cells(content.get("annex")),
        pieces=frozenset((p["code"], p["member"]) for p in content["pieces"]),
        twins=twins,
        received_on=received_on,
    )


def _member(m: dict[str, Any]) -> Member:
    return Member(
        name=m["name"],
        kind=m["kind"],
        finess=m["finess"],
        role=m["role"],
        activity=m["activity"],
        work=m["work"],
        expenses_cents=sum(line["cents"] for line in m["lines"]),
        years=tuple(sorted({line["year"] for line in m["lines"]})),
        **{key: m["plan"][key] for key in ("aid_cents", "own_cents", "public_cents", "other_cents")},
    )
