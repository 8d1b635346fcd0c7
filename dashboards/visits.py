"""The words of the access log: what somebody read, did or was refused, by the name of its address."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

REFUSED = (403, 404)
PLACES = {
    "dashboards:home": _("Accueil"),
    "dashboards:register": _("Liste des dossiers"),
    "dashboards:register_file": _("Liste des dossiers (fichier)"),
    "dashboards:timeline": _("Suivi du dossier"),
    "dashboards:search": _("Recherche"),
    "dashboards:dashboard": _("Tableau de bord"),
    "dashboards:acts": _("Actes à deux"),
    "dashboards:act": _("Acte à deux"),
    "dashboards:jobs": _("Tâches"),
    "dashboards:verification": _("Vérification"),
    "dashboards:boxes": _("Boîtes de l’auditeur"),
    "dashboards:box": _("Boîte de l’auditeur"),
    "dashboards:box_file": _("Boîte de l’auditeur (fichier)"),
    "dashboards:ask_box": _("Demande d’une boîte de l’auditeur"),
    "dashboards:hand_box": _("Remise d’une boîte de l’auditeur"),
    "dashboards:events": _("Journal des faits"),
    "dashboards:reads": _("Qui a lu quoi"),
    "applications:dossier": _("Dossier"),
    "applications:version": _("Version déposée"),
    "applications:version_file": _("Pièce d’une version"),
    "applications:piece": _("Pièce du dossier"),
    "applications:pieces": _("Pièces du dossier"),
    "applications:receipt": _("Accusé de réception"),
    "applications:history": _("Historique d’une réponse"),
    "applications:membership": _("Membre du consortium"),
    "applications:mandate": _("Mandat d’un membre"),
    "applications:budget": _("Budget d’un membre"),
    "applications:budgets": _("Budgets"),
    "applications:check": _("Vérification avant dépôt"),
    "applications:annex_file": _("Annexe financière"),
    "applications:delegations": _("Délégations de signature"),
    "casework:admissibilities": _("Recevabilités à examiner"),
    "casework:admissibility": _("Examen de recevabilité"),
    "casework:complements": _("Compléments"),
    "casework:differences": _("Différences entre deux versions"),
    "casework:prorogations": _("Délai et prolongations"),
    "casework:threads": _("Messages du dossier"),
    "casework:thread": _("Échange de messages"),
    "casework:message_file": _("Fichier d’un message"),
    "casework:questions": _("Questions reçues"),
    "reviews:my_files": _("Dossiers à évaluer"),
    "reviews:read": _("Évaluation"),
    "reviews:piece": _("Pièce lue pour évaluer"),
    "reviews:declare": _("Déclaration d’intérêts"),
    "reviews:score_history": _("Historique d’une note"),
    "reviews:discussion": _("Discussion entre experts"),
    "reviews:assignments": _("Experts affectés"),
    "reviews:feedback": _("Retour au candidat"),
    "reviews:opinion": _("Avis du Health Data Hub"),
    "reviews:session": _("Session du jury"),
    "reviews:room": _("Salle du jury"),
    "reviews:line": _("Dossier devant le jury"),
    "reviews:minutes": _("Procès-verbal du jury"),
    "reviews:minutes_file": _("Procès-verbal du jury (PDF)"),
    "reviews:rule": _("Examen d’un lien d’intérêts"),
    "decisions:propose": _("Proposition de décision"),
    "decisions:decision": _("Décision"),
    "decisions:document": _("Décision (PDF)"),
    "decisions:feedback": _("Retour joint à la décision"),
    "decisions:scenario": _("Scénario de programmation"),
    "funding:grant": _("Aide"),
    "funding:convention": _("Convention"),
    "funding:convention_file": _("Convention (PDF)"),
    "funding:copy_file": _("Exemplaire signé"),
    "funding:agreement_file": _("Accord de consortium"),
    "funding:iban_file": _("Relevé d’identité bancaire"),
    "funding:instalment": _("Versement"),
    "funding:claim": _("État de dépenses"),
    "funding:claim_file": _("Justificatif de dépense"),
    "funding:journal": _("Journal des opérations"),
    "funding:posting": _("Opération du grand livre"),
    "funding:accounts": _("Comptes"),
    "funding:account": _("Compte"),
    "directory:people": _("Personnes"),
    "directory:person": _("Fiche d’une personne"),
    "directory:establishment": _("Fiche d’un établissement"),
    "application-detail": _("Dossier (interface de programmation)"),
    "decision-detail": _("Décision (interface de programmation)"),
}


def what(read: Any) -> str:
    """« Pièce du dossier », « Pièce du dossier, refusé » ; of a page without words of its own, those of its address."""
    place = PLACES.get(read.route)
    said = (
        str(place)
        if place
        else " › ".join(part for part in read.path.strip("/").split("/") if not part.isdigit()) or read.route
    )
    if read.status in REFUSED:
        return _now("%(what)s, accès refusé") % {"what": said}
    return _now("%(what)s, écriture") % {"what": said} if read.method == "POST" else said
