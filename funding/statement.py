"""The French words of the books: families of accounts, how an account is called, kinds of operations."""

from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

FAMILIES = {
    "ae.budget": _("Autorisations d’engagement : actes budgétaires"),
    "ae.available": _("Autorisations d’engagement disponibles"),
    "ae.reserved": _("Autorisations d’engagement réservées"),
    "ae.engaged": _("Engagé, service fait à certifier"),
    "ae.certified": _("Service fait certifié, à ordonnancer"),
    "ae.ordered": _("Ordonnancé, à payer"),
    "ae.paid": _("Payé au bénéficiaire, reversements déduits"),
    "ae.recovered": _("Titres de reversement"),
    "ae.lapsed": _("Autorisations d’engagement caduques"),
    "cp.budget": _("Crédits de paiement : actes budgétaires"),
    "cp.brought": _("Crédits de paiement reçus de l’exercice précédent"),
    "cp.available": _("Crédits de paiement disponibles"),
    "cp.ordered": _("Crédits de paiement ordonnancés"),
    "cp.paid": _("Crédits de paiement consommés"),
    "cp.carried": _("Crédits de paiement reportés sur l’exercice suivant"),
    "cp.lapsed": _("Crédits de paiement caducs"),
}
# The step that an award, a share or an instalment has reached: what an account of one of them is called by, first.
STEPS = {
    "ae.reserved": _("Réservé"),
    "ae.engaged": _("Engagé"),
    "ae.certified": _("Certifié"),
    "ae.ordered": _("Ordonnancé"),
    "ae.paid": _("Payé"),
    "ae.recovered": _("Reversement demandé"),
    "cp.ordered": _("Crédits de paiement ordonnancés"),
    "cp.paid": _("Crédits de paiement consommés"),
}
KINDS = {
    "open_ae": _("Ouverture d’autorisations d’engagement"),
    "lower_ae": _("Réduction d’autorisations d’engagement"),
    "open_cp": _("Ouverture de crédits de paiement"),
    "lower_cp": _("Réduction de crédits de paiement"),
    "reserve": _("Réservation (décision approuvée)"),
    "void": _("Annulation de réservation"),
    "engage": _("Engagement (décision notifiée)"),
    "release": _("Retrait d’engagement de l’année"),
    "lapse": _("Retrait d’engagement d’une année antérieure"),
    "transfer": _("Avenant : engagement transféré entre bénéficiaires"),
    "certify": _("Certification du service fait"),
    "uncertify": _("Retrait de certification"),
    "order": _("Ordonnancement"),
    "cancel_order": _("Annulation d’ordonnancement"),
    "pay": _("Paiement"),
    "recover": _("Titre de reversement"),
    "expire_ae": _("Clôture : autorisations d’engagement caduques"),
    "expire_cp": _("Clôture : crédits de paiement caducs"),
    "carry_cp": _("Clôture : report de crédits de paiement"),
    "reverse": _("Contre-passation"),
}


def called(account: Any) -> str:
    """« Certifié · CHU de Rennes · Acompte n° 2 »: the step first, then whose, then what; an account of a source is its family."""
    parts: list[Any] = [STEPS.get(account.family, FAMILIES[account.family])]
    if account.share_id:
        parts.append(account.share.establishment.name)
    elif account.grant_id:
        parts.append(account.grant.application.acronym)
    if account.instalment_id:
        of = account.instalment
        parts.append(now_("%(kind)s n° %(number)s") % {"kind": of.get_kind_display(), "number": of.number})
    if account.year and account.family.startswith("cp."):
        parts.append(now_("exercice %(year)s") % {"year": account.year})
    return " · ".join(str(part) for part in parts)
