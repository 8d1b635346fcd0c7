"""What each address and each object of the contract is, in the order in which the documentation tells them."""

from django.utils.translation import gettext_lazy as _

TAGS = {
    "index": _("Point d’entrée"),
    "calls": _("Appels à projets et réglages"),
    "waves": _("Relèves"),
    "applications": _("Dossiers, budgets et vérifications"),
    "ranking": _("Classement du jury"),
    "decisions": _("Décisions"),
    "authenticity": _("Authenticité d’un document"),
    "grants": _("Aides attribuées"),
    "instalments": _("Versements"),
    "ledger": _("Grand livre : écritures et soldes"),
    "dashboard": _("Chiffres du tableau de bord"),
}

# by operation: its title, and what is to be known of it
OPERATIONS = {
    "index": (
        _("Données de l’interface"),
        _("Les adresses des listes, de la documentation et du document OpenAPI. Ouvert à tous."),
    ),
    "calls_list": (_("Appels à projets"), _("Chaque appel avec ses relèves et toutes les versions de ses réglages.")),
    "calls_retrieve": (_("Un appel à projets"), _("L’appel, ses relèves et toutes les versions de ses réglages.")),
    "waves_list": (_("Relèves"), _("Les dépôts d’une relève sont ouverts de son ouverture à sa clôture.")),
    "waves_retrieve": (_("Une relève"), _("La relève et les réglages qui s’y appliquent.")),
    "applications_list": (
        _("Dossiers"),
        _("Les dossiers que vous voyez dans les pages, tels que déposés ; le brouillon quand rien n’est déposé."),
    ),
    "applications_retrieve": (_("Un dossier"), _("Le dossier tel que déposé ; le brouillon quand rien n’est déposé.")),
    "applications_budget_retrieve": (
        _("Budget d’un dossier"),
        _("Par membre, lot de travail, catégorie de dépense et année, en centimes."),
    ),
    "applications_checks_retrieve": (
        _("Résultat des règles sur un dossier"),
        _(
            "Les règles de la page « Vérifier le dossier » pour un brouillon, de la fiche de recevabilité pour un dossier déposé."
        ),
    ),
    "ranking_list": (_("Classement"), _("Les lignes des sessions de jury closes.")),
    "decisions_list": (
        _("Décisions"),
        _("Toutes pour les services de l’État ; pour un établissement, les siennes une fois notifiées."),
    ),
    "decisions_retrieve": (_("Une décision"), _("La décision, son état et ses parts.")),
    "authenticity": (
        _("Vérifier un document"),
        _(
            "Dit si un document scellé par le portail est authentique, modifié, retiré ou inconnu, par l’empreinte du fichier, ou par le"
            " numéro de l’acte et l’empreinte de ses données. Ouvert à tous ; un acte qui n’est pas encore notifié est inconnu."
        ),
    ),
    "grants_list": (
        _("Aides"),
        _("L’aide d’un dossier est réservée à l’approbation de la décision et engagée à sa notification."),
    ),
    "grants_retrieve": (_("Une aide"), _("L’aide et ses parts, par établissement et par source.")),
    "instalments_list": (_("Versements"), _("Avances, acomptes et soldes, du plan au paiement.")),
    "instalments_retrieve": (_("Un versement"), _("Le versement, sa source, son exercice et ses étapes.")),
    "ledger_entries_list": (
        _("Écritures"),
        _("Chaque écriture déplace des centimes d’un compte à un autre. Portée « ledger »."),
    ),
    "ledger_entries_retrieve": (
        _("Une écriture"),
        _("L’écriture et l’opération dont elle fait partie. Portée « ledger »."),
    ),
    "ledger_balances_list": (_("Soldes"), _("Solde actuel de chaque compte. Portée « ledger ».")),
    "ledger_balances_retrieve": (
        _("Le solde d’un compte"),
        _("Solde actuel de ce compte. Portée « ledger »."),
    ),
    "dashboard_summary": (
        _("Chiffres clés"),
        _("Dossiers par relève, demande, décisions, financement et couverture. Portée « dashboard »."),
    ),
    "dashboard_funding": (
        _("Financement par source"),
        _("Ouvert, décidé, engagé, conventionné, payé, disponible. Portée « dashboard »."),
    ),
    "dashboard_forecast": (
        _("Crédits de paiement à venir"),
        _("Par source et exercice, mois par mois, et le premier mois où ils manquent. Portée « dashboard »."),
    ),
    "dashboard_coverage": (_("Couverture du territoire"), _("Par région ou par département. Portée « dashboard ».")),
}

OBJECTS = {
    "Amount": _("Montant d’un bénéficiaire."),
    "Authenticity": _("Réponse de la vérification d’un document."),
    "AidRate": _("Taux d’aide au plus d’une nature de membre ; avec un régime, le plus bas des deux s’applique."),
    "Balance": _("Solde d’un compte du grand livre."),
    "Budget": _("Budget d’un dossier, tel que déposé."),
    "Call": _("Appel à projets."),
    "Cell": _("Une dépense du budget."),
    "Checks": _("Résultat des règles sur un dossier."),
    "Coverage": _("Couverture du territoire par les lauréats notifiés."),
    "Criterion": _("Critère de notation."),
    "Decision": _("Décision numérotée."),
    "Demand": _("Montants demandés par les dossiers déposés."),
    "Dossier": _("Dossier."),
    "Entry": _("Écriture du grand livre."),
    "Establishment": _("Établissement."),
    "Funding": _("Financement par source."),
    "FundingLine": _("Une source de financement."),
    "Grain": _("Couverture à une échelle."),
    "Grant": _("Aide attribuée à un dossier."),
    "GrantShare": _("Part d’un établissement sur une source."),
    "Index": _("Point d’entrée de l’API."),
    "Instalment": _("Versement : avance, acompte ou solde."),
    "MemberBudget": _("Budget d’un membre."),
    "Periods": _("Délais légaux."),
    "PieceRequirement": _("Pièce à joindre."),
    "Problem": _("Problème (RFC 9457) : la seule forme des refus."),
    "RankingLine": _("Ligne du classement."),
    "Resource": _("Une liste à lire."),
    "Settings": _("Une version des réglages de l’appel."),
    "Share": _("Part d’un établissement sur une source."),
    "ShortageToCome": _("Premier manque de crédits prévu."),
    "SourceToCome": _("Crédits à venir d’une source."),
    "Stands": _("Où en est l’argent, en centimes."),
    "Summary": _("Chiffres clés."),
    "ToCome": _("Crédits de paiement à venir, source par source."),
    "Unit": _("Une région ou un département."),
    "Verdict": _("Résultat d’une règle."),
    "Wave": _("Relève de l’appel."),
    "WaveFigures": _("Dossiers d’une relève."),
    "YearToCome": _("Crédits à venir d’un exercice."),
    "YearStands": _("Crédits de paiement d’un exercice."),
}
