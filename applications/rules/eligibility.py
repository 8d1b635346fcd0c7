"""Who may answer and with what: R04 and R10 to R23, R14 bis on an establishment in two consortia, R26 on the questions.

Sources: CALL.md §1.3 and §5. What no public text of the call says is told as an assumption of the portal.
"""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.pieces import LETTER
from calls.questions import QUESTIONS, state
from edsh_portal import money

from . import annex
from .facts import Bounds, Dossier, Member, Pledge
from .verdicts import BLOCK, WARN, Finding, Rule, Verdict

REGISTER_KINDS = ("public", "private", "gcs")  # bodies that may be members: health establishments and GCS


def _r04(d: Dossier, b: Bounds) -> Finding:
    """Every member invited has answered, and every partner has given its mandate; the coordinator's is the deposit itself."""
    if d.pending:
        message = _("Sans réponse : %(names)s.") % {"names": ", ".join(d.pending)}
        return False, message, _("Attendez la réponse des établissements invités, ou retirez leur invitation.")
    asked = [member for member in d.members if member.mandate_asked]
    left = [member for member in asked if not mandated(d, member)]
    if not left:
        given = _("Chaque membre a accepté et donné son mandat.") if asked else _("Chaque membre a accepté.")
        return True, given, ""
    change = _(
        "La personne qui représente l’établissement donne le mandat sur sa page, ou la lettre d’engagement signée est jointe."
    )
    message = _("Mandat à donner : %(names)s.") % {"names": " ; ".join(_unmandated(member) for member in left)}
    return False, message, change, left[0].membership


def mandated(d: Dossier, member: Member) -> bool:
    """Whether its mandate covers what the member commits now, or its signed letter is joined."""
    covered = member.mandate is not None and member.mandate.covers(member.pledge)
    return covered or (LETTER, member.name) in d.pieces


def _unmandated(member: Member) -> str:
    if member.mandate is None:
        return member.name
    given = {"name": member.name, "before": in_words(member.mandate), "now": in_words(member.pledge)}
    return _("%(name)s (donné sur %(before)s ; le budget est maintenant de %(now)s)") % given


def in_words(pledge: Pledge) -> str:
    """« 120 000,00 € de dépenses, dont 100 000,00 € d’aide et 20 000,00 € d’autofinancement »."""
    amounts = {
        "expenses": money.display(pledge.expenses_cents),
        "aid": money.display(pledge.aid_cents),
        "own": money.display(pledge.own_cents),
    }
    return _("%(expenses)s de dépenses, dont %(aid)s d’aide et %(own)s d’autofinancement") % amounts


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
    return not absent, found, _("Joignez chaque pièce manquante.")


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
        _("Une entreprise, une université ou un GIP ne peut pas être membre : %(names)s.")
        % {"names": ", ".join(outside)}
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


def _r14b(d: Dossier, b: Bounds) -> Finding:
    return (
        not d.shared,
        _("Membres d’un autre consortium déposé : %(names)s.") % {"names": ", ".join(d.shared)}
        if d.shared
        else _("Aucun membre n’est dans un autre consortium déposé."),
        _(
            "Voyez avec cet établissement si ses deux participations se complètent, et écrivez-le dans la présentation ; le service instructeur décidera."
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
        _("Élargissez le consortium ou faites corriger l’activité déclarée ; le service instructeur décidera."),
    )


def _r16(d: Dossier, b: Bounds) -> Finding:
    return (
        d.months is not None and b.min_months <= d.months <= b.max_months,
        _("La durée n’est pas indiquée.") if d.months is None else _("%(months)s mois.") % {"months": d.months},
        _("Indiquez une durée de %(least)s à %(most)s mois.") % {"least": b.min_months, "most": b.max_months},
    )


def _r17(d: Dossier, b: Bounds) -> Finding:
    total = sum(m.expenses_cents for m in d.members)
    return (
        total >= b.min_base_cents,
        _("%(total)s ; au moins %(least)s.")
        % {"total": money.display(total), "least": money.display(b.min_base_cents)},
        _("Ajoutez %(gap)s de dépenses éligibles ; le service instructeur décidera.")
        % {"gap": money.display(max(b.min_base_cents - total, 0))},
    )


def _r18(d: Dossier, b: Bounds) -> Finding:
    return (
        d.projects >= b.min_projects,
        ngettext(
            "%(count)s projet décrit ; au moins %(least)s.",
            "%(count)s projets décrits ; au moins %(least)s.",
            d.projects,
        )
        % {"count": d.projects, "least": b.min_projects},
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
        ngettext(
            "%(count)s périmètre proposé au catalogue ; au moins %(least)s.",
            "%(count)s périmètres proposés au catalogue ; au moins %(least)s.",
            d.perimeters,
        )
        % {"count": d.perimeters, "least": b.min_perimeters},
        _("Décrivez un périmètre de données à partager : ses cinq champs sont demandés."),
    )


def _r21(d: Dossier, b: Bounds) -> Finding:
    silent = [m for m in d.members if m.aid_cents > 0 and not m.work.strip()]
    return (
        not silent,
        _("Une aide est demandée sans travaux décrits : %(names)s.") % {"names": ", ".join(m.name for m in silent)}
        if silent
        else _("Chaque membre aidé décrit ses travaux sur l’entrepôt."),
        _(
            "Décrivez les travaux de constitution ou de renforcement de l’entrepôt que fait ce membre, ou ne demandez pas d’aide pour lui."
        ),
        silent[0].membership if silent else 0,
    )


def _r22(d: Dossier, b: Bounds) -> Finding:
    return (
        d.starts_on is not None and d.received_on is not None and d.starts_on >= d.received_on,
        _("La date de début des travaux n’est pas indiquée.")
        if d.starts_on is None
        else _("Début des travaux : %(day)s.") % {"day": f"{d.starts_on:%d/%m/%Y}"},
        _("Les travaux commencent au plus tôt le jour du dépôt ; le service instructeur décidera."),
    )


def _r23(d: Dossier, b: Bounds) -> Finding:
    now, target = d.maturity_now, d.maturity_target
    unsaid = [
        name
        for name, said in (
            (_("l’objet du projet"), d.goal in ("build", "consolidate")),
            (_("la maturité de départ"), now is not None),
            (_("la maturité visée"), target is not None),
        )
        if not said
    ]
    if unsaid or now is None or target is None:
        names = ", ".join(unsaid)
        return False, _("Non indiqué : %(names)s.") % {"names": names}, _("Indiquez %(names)s.") % {"names": names}
    changes = _maturity_changes(d.goal, now, target, b.consolidation_level)
    return not changes, _("Maturité de départ %(now)s, visée %(target)s.") % {"now": now, "target": target}, changes


def _maturity_changes(goal: str, now: int, target: int, level: int) -> str:
    """What is to change of the two conditions, the one that is not met alone."""
    changes = []
    if goal == "consolidate" and now < level:
        changes.append(
            _(
                "« Consolider » demande une maturité de départ d’au moins %(level)s : choisissez « constituer », ou corrigez-la."
            )
            % {"level": level}
        )
    if goal == "build" and now >= level:
        changes.append(
            _(
                "« Constituer » demande une maturité de départ de moins de %(level)s : choisissez « consolider », ou corrigez-la."
            )
            % {"level": level}
        )
    if target <= now:
        changes.append(_("Visez une maturité supérieure à celle de départ, %(now)s.") % {"now": now})
    return " ".join(changes)


def _r26(d: Dossier, b: Bounds) -> Finding:
    least, said = b.min_answer_chars, []
    far = {str(question.title): state(d.answers.get(question.slug, 0), least) for question in QUESTIONS}
    empty, short = ([title for title, found in far.items() if found == wanted] for wanted in ("todo", "doing"))
    if empty:
        words = ngettext(
            "%(n)s question sans réponse : %(names)s.", "%(n)s questions sans réponse : %(names)s.", len(empty)
        )
        said.append(words % {"n": len(empty), "names": " ; ".join(empty)})
    if short:
        words = ngettext(
            "%(n)s réponse de moins de %(least)s caractères : %(names)s.",
            "%(n)s réponses de moins de %(least)s caractères : %(names)s.",
            len(short),
        )
        said.append(words % {"n": len(short), "least": least, "names": " ; ".join(short)})
    return (
        not said,
        " ".join(said) or _("Chaque question de la présentation a sa réponse."),
        _("Complétez la présentation : les experts la notent telle quelle."),
    )


def _who() -> tuple[Rule, ...]:
    """R04 to R15, in the order of the checklist; titles and sources in the reader's language."""
    terms = _("Cahier des charges, critères d’éligibilité")
    return (
        Rule(
            "R04",
            BLOCK,
            _("Accord et mandat des membres"),
            _("Usage de France 2030, lettre d’engagement de chaque membre : hypothèse du portail"),
            "consortium",
            "members",
            _r04,
            of_member="mandate",
        ),
        Rule(
            "R10",
            BLOCK,
            _("Pièces demandées"),
            _("Cahier des charges : dossier complet à la clôture de la relève"),
            "pieces",
            "",
            _r10,
            "pieces",
        ),
        Rule("R11", BLOCK, _("Établissement coordinateur"), terms, "consortium", "members", _r11),
        Rule("R12", BLOCK, _("Nombre de membres"), terms, "consortium", "members", _r12, "max_members"),
        Rule("R13", BLOCK, _("Nature des membres"), terms, "consortium", "members", _r13),
        Rule("R14", WARN, _("Un seul dossier par coordinateur"), terms, "dossier", "", _r14),
        Rule(
            "R14B",
            WARN,
            _("Un établissement dans deux consortiums"),
            _("Hypothèse du portail : aucun texte ne l’interdit, l’appel demande des approches coordonnées"),
            "consortium",
            "members",
            _r14b,
        ),
        Rule("R15", WARN, _("Activité combinée"), terms, "consortium", "members", _r15, "min_activity"),
    )


def _what() -> tuple[Rule, ...]:
    """R16 to R26."""
    terms = _("Cahier des charges, critères d’éligibilité")
    answers = _("Foire aux questions du ministère de la santé")
    return (
        Rule("R16", BLOCK, _("Durée du projet"), terms, "identity", "months", _r16, "min_months"),
        Rule("R17", WARN, _("Assiette de dépenses"), terms, "budgets", "", _r17, "min_base_cents"),
        Rule("R18", BLOCK, _("Projets de recherche"), answers, "projects", "", _r18, "min_projects"),
        Rule(
            "R19",
            BLOCK,
            _("Partenaire associé externe"),
            answers,
            "consortium",
            "associated",
            _r19,
            "min_external_partners",
        ),
        Rule("R20", BLOCK, _("Périmètre de données"), answers, "perimeters", "", _r20, "min_perimeters"),
        Rule("R21", BLOCK, _("Travaux des membres aidés"), answers, "work", "work", _r21),
        Rule(
            "R22",
            WARN,
            _("Début des travaux"),
            _("Décret n° 2018-514 du 25 juin 2018, article 5"),
            "identity",
            "starts_on",
            _r22,
        ),
        Rule(
            "R23",
            BLOCK,
            _("Maturité"),
            _("Échelle de maturité de l’appel, de 0 à 10"),
            "identity",
            "maturity_now",
            _r23,
            "consolidation_level",
        ),
        Rule(
            "R26",
            WARN,
            _("Questions de la présentation"),
            _("Cahier des charges : dossier complet à la clôture de la relève"),
            "narrative",
            "",
            _r26,
            "min_answer_chars",
        ),
    )


MOST_CELLS = 12  # named in a message


def _r40(d: Dossier, b: Bounds) -> Finding:
    """In another layout than the portal's nobody can tell."""
    if d.annex is None:
        return True, _("Annexe établie par le portail à partir du formulaire, au moment du dépôt."), ""
    found = list(annex.differences(d.annex, b.categories))
    if not found and not d.annex.read:
        message = _(
            "Non vérifiable : une annexe jointe n’est pas sur le modèle du portail, ou n’est pas encore examinée."
        )
        change = _("Vous pouvez la retirer : le portail établit l’annexe à partir du formulaire.")
        return False, message, change
    if found:
        more = len(found) - MOST_CELLS
        rest = ngettext("et %(n)s autre", "et %(n)s autres", more) % {"n": more}
        shown = [*found[:MOST_CELLS], *([rest] if more > 0 else [])]
        message = _("L’annexe jointe est à corriger : %(cells)s.") % {"cells": " ; ".join(shown)}
        change = _(
            "Corrigez le formulaire ou l’annexe, ou retirez-la : le portail établit la sienne à partir du formulaire."
        )
        return False, message, change
    return True, _("L’annexe jointe correspond au formulaire."), ""


def _annex_rule(facts: Dossier, bounds: Bounds) -> Rule:
    """R40 blocks where the annex differs; what nobody can tell is only told."""
    differs = facts.annex is not None and any(annex.differences(facts.annex, bounds.categories))
    return Rule(
        "R40",
        BLOCK if differs else WARN,
        _("Annexe financière"),
        _("Cahier des charges : annexe financière du dossier ; comparaison : hypothèse du portail"),
        "pieces",
        "",
        _r40,
    )


def stated(code: str) -> tuple[str, str]:
    """A rule in words, for who does not know its number: its title, and the text it rests on. No act quotes what the portal assumed."""
    for rule in (*_who(), *_what()):
        if rule.rule == code:
            return rule.title, "" if "hypothèse du portail" in rule.source.lower() else rule.source
    return _("Dépôt avant la clôture"), _("Calendrier de l’appel")  # R01, that the clock holds and no verdict tells


def check(facts: Dossier, bounds: Bounds) -> list[Verdict]:
    """The verdict of each rule, R04, R10 to R23, R26, then R40. `change` is empty where the rule is met."""
    return [rule.verdict(facts, bounds) for rule in (*_who(), *_what(), _annex_rule(facts, bounds))]
