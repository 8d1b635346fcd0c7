"""What each name of the contract means: one word for one thing, wherever it stands."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Name(NamedTuple):
    means: Any
    example: Any = None


NAMES: dict[str, Name] = {
    "account": Name(_("Compte du grand livre, par son code."), "ae.available:1"),
    "acronym": Name(_("Acronyme du projet."), "VALMONT"),
    "addressee": Name(_("À qui le document est adressé ; vide s’il ne l’est à personne."), "AP-HP"),
    "admissibility_months": Name(_("Délai de recevabilité, en mois."), 2),
    "admissibility_on": Name(_("Dernier jour du délai de recevabilité, à Paris."), "2022-12-15"),
    "amounts": Name(_("Montant de chaque bénéficiaire ; vide si le document n’attribue rien.")),
    "application": Name(_("Référence du dossier."), "EDSH-9-9999"),
    "approved_at": Name(_("Approbation de la décision."), "2023-02-01T10:00:00+01:00"),
    "as_of": Name(
        _("Instant, avec son fuseau, auquel les soldes sont arrêtés et après lequel aucune écriture n’est rendue."),
        "2023-12-31T23:59:59+01:00",
    ),
    "assumed": Name(_("Noms des réglages qu’aucun texte public ne donne : hypothèses du portail."), ["min_activity"]),
    "at": Name(_("Instant de l’opération."), "2023-02-01T10:00:00+01:00"),
    "authenticity": Name(_("Authentique, modifié, retiré ou inconnu."), "authentic"),
    "available_cents": Name(_("Montant disponible, en centimes."), 250000000),
    "basis": Name(_("Texte sur lequel la règle repose."), "Décret n° 2018-514, article 4"),
    "below_floor": Name(
        _("Numéros des critères sous leur note éliminatoire, séparés par des virgules ; vide s’il n’y en a pas."),
        "3, 12",
    ),
    "blocking": Name(_("Nombre de règles qui empêcheraient le dépôt."), 0),
    "blocks": Name(_("Vrai si cette règle empêche le dépôt."), False),
    "by": Name(_("Identifiant de la personne qui a fait l’opération."), 12),
    "call": Name(_("Appel à projets, par son nom d’adresse."), "edsh-2022"),
    "category": Name(_("Catégorie d’établissement."), "chu"),
    "cells": Name(_("Dépenses du membre, une par lot, catégorie et année.")),
    "cents": Name(_("Montant, en centimes d’euro."), 80000000),
    "certified_at": Name(_("Certification du service fait."), "2023-03-01T10:00:00+01:00"),
    "change": Name(_("Correction à faire ; vide quand la règle est satisfaite."), ""),
    "closed_at": Name(_("Clôture de la session du jury."), "2022-12-20T17:00:00+01:00"),
    "closes_at": Name(_("Clôture des dépôts : un dépôt à cet instant est trop tard."), "2022-10-14T12:00:00+02:00"),
    "code": Name(_("Code."), "FR2030"),
    "completed_at": Name(_("Dépôt de la réponse à une demande de compléments."), "2022-11-10T09:00:00+01:00"),
    "consolidation_level": Name(_("Maturité demandée pour « consolider », de 1 à 10."), 7),
    "contracted_cents": Name(_("Montant des conventions signées, en centimes."), 80000000),
    "convention": Name(_("Identifiant de la convention."), 3),
    "coordinator": Name(_("Établissement coordinateur.")),
    "count": Name(_("Nombre de dossiers."), 16),
    "coverage": Name(_("Couverture par grain : région, département.")),
    "coverage_gain": Name(_("Habitants de départements qui n’étaient pas encore couverts."), 1200000),
    "covered": Name(_("Vrai si un lauréat y est présent."), True),
    "covered_count": Name(_("Nombre d’unités couvertes."), 13),
    "covered_population": Name(_("Population des unités couvertes."), 60000000),
    "criteria": Name(_("Critères de notation.")),
    "cursor": Name(
        _(
            "Page suivante ou précédente, telle qu’un appel à la même liste, avec le même ordre et les mêmes filtres, l’a donnée."
        )
    ),
    "de_minimis_cents": Name(_("Plafond des aides de minimis sur trois ans, en centimes."), 30000000),
    "decided_by": Name(_("Règle qui départage d’avec le dossier suivant ; vide quand la note y suffit."), ""),
    "decided_cents": Name(_("Montant décidé : réservé et engagé, en centimes."), 500000000),
    "decision_months": Name(_("Délai de décision, en mois."), 8),
    "decision_on": Name(_("Dernier jour du délai de décision, à Paris."), "2023-06-15"),
    "decisions": Name(_("Décisions notifiées, par nature.")),
    "demand": Name(_("Montants demandés par les dossiers déposés, hors retraits.")),
    "detail": Name(_("Erreur, en une phrase."), "Paramètre à corriger : wave."),
    "divergence": Name(
        _("Numéros des critères où les évaluations s’écartent, et « total » ; vide s’il n’y en a pas."), "4, total"
    ),
    "documentation": Name(_("Adresse de la documentation.")),
    "engaged_at": Name(_("Engagement, à la notification."), "2023-02-15T09:00:00+01:00"),
    "engaged_cents": Name(_("Montant engagé, en centimes."), 500000000),
    "entry_count": Name(_("Nombre d’écritures du compte."), 4),
    "errors": Name(_("Par paramètre, la correction à faire.")),
    "establishment": Name(_("Établissement bénéficiaire.")),
    "event": Name(_("Identifiant du fait enregistré qui couvre l’opération."), 1042),
    "evidence": Name(_("Justificatif du service fait."), "Rapport intermédiaire reçu"),
    "expense_category": Name(_("Catégorie de dépense."), "staff"),
    "family": Name(_("Famille du compte."), "ae.engaged"),
    "fictitious": Name(_("Vrai si le FINESS n’est celui de personne (démonstration)."), False),
    "finess": Name(_("Numéro FINESS de l’entité juridique."), "750712184"),
    "floor": Name(_("Note en dessous de laquelle le dossier est écarté."), 4),
    "frozen_at": Name(_("Instant depuis lequel ces réglages ne changent plus."), "2022-07-01T09:00:00+02:00"),
    "funding": Name(_("Totaux du financement, toutes sources réunies.")),
    "grain": Name(_("Échelle de la couverture ; région si rien n’est demandé.")),
    "guidance": Name(_("Repères de notation."), "De 0 à 10."),
    "id": Name(_("Identifiant."), 1),
    "issued": Name(
        _(
            "Nature du document émis : award, refusal, ineligible, receipt, convention, amendment, minutes, feedback ou procedure ; vide s’il est inconnu."
        ),
        "award",
    ),
    "issued_at": Name(_("Date du document émis ; vide s’il est inconnu."), "2023-02-01T10:00:00+01:00"),
    "issued_number": Name(_("Numéro du document émis ; vide s’il est inconnu."), "2021-0001"),
    "key": Name(
        _("Clé de l’opération, unique : une opération répétée sous la même clé ne compte qu’une fois."), "pay:3"
    ),
    "kind": Name(_("Nature.")),
    "label": Name(_("Intitulé."), "France 2030"),
    "left_cents": Name(_("Reste des crédits en fin d’exercice, en centimes ; négatif en cas de manque."), -12000000),
    "line": Name(_("Source de financement, par son code."), "FR2030"),
    "lines": Name(_("Sources de financement.")),
    "list": Name(_("Liste du classement : principale, complémentaire, non retenu.")),
    "mail_providers": Name(
        _("Domaines de messagerie qui ne disent rien d’un employeur, séparés par des espaces."), "free.fr gmail.com"
    ),
    "max_members": Name(_("Membres au plus, coordinateur compris."), 6),
    "max_months": Name(_("Durée maximale du projet, en mois."), 40),
    "member_count": Name(_("Nombre de membres."), 3),
    "members": Name(_("Membres, chacun avec son budget.")),
    "message": Name(_("Résultat de la règle, en une phrase."), "Le consortium compte 3 membres."),
    "min_answer_chars": Name(_("Caractères en dessous desquels une réponse compte comme inachevée."), 200),
    "min_activity": Name(_("Seuil d’activité de la catégorie D."), 0),
    "min_base_cents": Name(_("Assiette de dépenses minimale, en centimes."), 0),
    "min_comment_chars": Name(_("Caractères d’un commentaire d’évaluation, au moins."), 30),
    "remind_before_days": Name(
        _("Rappel d’une évaluation attendue, en jours avant son échéance ; 0 : aucun rappel."), 7
    ),
    "remind_after_days": Name(
        _("Rappel d’une évaluation en retard, en jours après son échéance ; 0 : aucun rappel."), 3
    ),
    "calibration": Name(
        _("Étalonnage des experts sur un dossier fictif : vide, organisé (held) ou exigé (required)."), "held"
    ),
    "read_others": Name(
        _("Vrai si un expert lit les évaluations des autres, sans leur nom, une fois la sienne verrouillée."), False
    ),
    "recall_minutes": Name(
        _("Minutes pendant lesquelles qui a approuvé une décision peut la rappeler ; 0 : aucune."), 10
    ),
    "consent": Name(
        _("Texte de l’accord à la notification électronique demandé au dépôt ; vide : non demandé."),
        "J’accepte expressément…",
    ),
    "annex_feedback": Name(
        _("Vrai si le retour de l’évaluation est annexé à la lettre de rejet d’un dossier non retenu."), False
    ),
    "keep_private_notes": Name(
        _("Vrai si les notes privées des experts sont conservées après la séance du jury."), False
    ),
    "hearings": Name(_("Vrai si le jury entend les porteurs des dossiers."), False),
    "revise_after_hearing": Name(
        _("Vrai si un expert peut revoir ses notes verrouillées après une audition, avec un motif."), False
    ),
    "min_external_partners": Name(_("Partenaires associés externes, au moins."), 1),
    "min_months": Name(_("Durée minimale du projet, en mois."), 12),
    "min_perimeters": Name(_("Périmètres pour le catalogue du Health Data Hub, au moins."), 1),
    "min_projects": Name(_("Projets de recherche, au moins."), 3),
    "month": Name(_("Premier mois où les crédits manquent."), "2025-09"),
    "months": Name(_("Versements à venir de janvier à décembre, en centimes."), [0, 45000000]),
    "name": Name(_("Nom."), "AP-HP"),
    "next": Name(_("Adresse de la page suivante ; null à la dernière.")),
    "notified_at": Name(_("Notification : dépôt de la décision dans l’espace sécurisé."), "2023-02-15T09:00:00+01:00"),
    "number": Name(_("Numéro."), 1),
    "of": Name(_("Contenu vérifié : le brouillon, ou la version déposée.")),
    "ok": Name(_("Vrai si la règle est satisfaite."), True),
    "opened_cents": Name(_("Montant ouvert, en centimes."), 750000000),
    "opens_at": Name(_("Ouverture des dépôts."), "2022-07-01T09:00:00+02:00"),
    "order": Name(_("Rang dans la liste des pièces."), 1),
    "ordered_at": Name(_("Ordonnancement."), "2023-03-10T10:00:00+01:00"),
    "ordered_cents": Name(_("Ordonnancé dans l’exercice, payé ou non, en centimes."), 45000000),
    "ordering": Name(_("Ordre de la liste ; « - » devant le nom pour l’ordre inverse.")),
    "transfer_bp": Name(
        _("Dépassement au plus d’une ligne de budget sans avenant, en points de base (1000 = 10 %)."), 1000
    ),
    "sample_bp": Name(
        _("Part au moins des dépenses dont la pièce est examinée, en points de base (1000 = 10 %)."), 1000
    ),
    "overhead_cap_bp": Name(
        _("Frais de gestion au plus, en points de base des dépenses directes (1000 = 10 %)."), 1000
    ),
    "page_size": Name(_("Nombre d’objets par page : 25 si rien n’est demandé."), 25),
    "paid_at": Name(_("Paiement."), "2023-03-20T10:00:00+01:00"),
    "paid_cents": Name(_("Montant payé, en centimes."), 45000000),
    "per_member": Name(_("Vrai si chaque membre joint la sienne."), False),
    "percent_tenths": Name(_("Part de la population couverte, en dixièmes de pour cent : 897 pour 89,7 %."), 897),
    "periods": Name(_("Délais légaux ; null tant que le dossier n’est pas déposé.")),
    "permanent_staff_eligible": Name(
        _("Vrai si le personnel permanent des établissements publics est éligible."), False
    ),
    "pieces": Name(_("Pièces à joindre.")),
    "plan": Name(
        _("Plan de financement, en centimes : aide demandée, fonds propres, autres fonds publics, autres ressources.")
    ),
    "planned_at": Name(_("Inscription à l’échéancier."), "2023-02-20T10:00:00+01:00"),
    "population": Name(_("Population."), 67000000),
    "posting": Name(_("Identifiant de l’opération dont l’écriture fait partie."), 20),
    "previous": Name(_("Adresse de la page précédente ; null à la première.")),
    "published_at": Name(_("Publication de l’appel."), "2022-07-01T09:00:00+02:00"),
    "purpose": Name(_("Objet de l’appel."), "Entrepôts de données de santé hospitaliers."),
    "quorum": Name(_("Évaluations par dossier, au moins."), 2),
    "rank": Name(_("Rang."), 1),
    "rate_bp": Name(_("Taux d’aide au plus, en points de base (10000 = 100 %)."), 10000),
    "rates": Name(_("Taux d’aide par nature de membre et régime.")),
    "reason": Name(_("Motif."), ""),
    "reference": Name(_("Référence du dossier."), "EDSH-9-9999"),
    "regime": Name(_("Régime d’aide d’État ; vide quand le taux vaut pour tous."), ""),
    "region_code": Name(_("Code INSEE de la région du coordinateur."), "84"),
    "rejected_cents": Name(_("Part de l’aide demandée par les dossiers écartés avant l’évaluation, en centimes."), 0),
    "rejected_count": Name(_("Dossiers écartés avant l’évaluation, comptés dans le total."), 0),
    "released_at": Name(_("Publication des résultats."), "2023-02-15T09:00:00+01:00"),
    "rendered_at": Name(_("Scellement du document de la décision."), "2023-02-01T10:05:00+01:00"),
    "requested_cents": Name(
        _("Aide demandée, en centimes ; null pour qui ne lit que les périmètres de données."), 187000000
    ),
    "replaced": Name(_("Vrai si un autre document l’a remplacé."), False),
    "required": Name(_("Vrai si la pièce est obligatoire."), True),
    "reserved_at": Name(_("Réservation, à l’approbation de la décision."), "2023-02-01T10:00:00+01:00"),
    "resources": Name(_("Données à lire.")),
    "results": Name(_("Objets de la page.")),
    "reverses": Name(_("Identifiant de l’opération que celle-ci annule."), 19),
    "review_count": Name(_("Nombre d’évaluations."), 2),
    "revoked_at": Name(_("Retrait de la décision."), "2023-04-01T10:00:00+02:00"),
    "rule": Name(_("Code de la règle."), "R14"),
    "scale_max": Name(_("Note la plus haute d’un critère."), 10),
    "schema": Name(_("Adresse du document OpenAPI.")),
    "score": Name(_("Note sur 100, avec deux décimales."), "78.50"),
    "score_den": Name(_("Dénominateur de la note exacte."), 2),
    "score_num": Name(_("Numérateur de la note exacte : note = numérateur ÷ dénominateur."), 157),
    "score_panel": Name(_("Vrai si le jury voit, à titre indicatif, le classement attendu et son incertitude."), False),
    "search": Name(_("Mots cherchés."), "valmont"),
    "seal_level": Name(_("Niveau PAdES du cachet ; vide s’il est inconnu."), "B-T"),
    "second": Name(_("Identifiant de la seconde personne d’un acte à deux."), 14),
    "settings": Name(_("Réglages de l’appel, version par version.")),
    "settings_version": Name(_("Version des réglages."), 1),
    "severity": Name(_("Bloquante, ou simple avertissement.")),
    "sha256": Name(
        _("Empreinte SHA-256 du document scellé ; vide avant le scellement."),
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    "shares": Name(_("Parts, par établissement et par source.")),
    "shortage": Name(_("Premier manque de crédits prévu ; null quand ils suffisent.")),
    "siret": Name(_("Numéro SIRET."), "26750045200011"),
    "sites": Name(_("Établissements lauréats présents."), ["AP-HP"]),
    "slug": Name(_("Nom de l’appel dans les adresses."), "edsh-2022"),
    "snapshot_sha256": Name(
        _("Empreinte SHA-256 du contenu de la décision."),
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    "source": Name(_("Compte d’où partent les centimes, par son code."), "ae.available:1"),
    "source_after": Name(_("Solde de ce compte juste après, en centimes."), 670000000),
    "stage": Name(
        _("Étape du dossier, évaluation, décision et financement compris, dans la limite de vos droits de lecture.")
    ),
    "stages": Name(_("Nombre de dossiers par étape.")),
    "state": Name(_("État.")),
    "status": Name(_("Code HTTP de la réponse."), 400),
    "submitted_at": Name(_("Premier dépôt."), "2022-10-13T16:42:00+02:00"),
    "summary": Name(_("Contenu de cette adresse."), "Dossiers"),
    "target": Name(_("Compte où arrivent les centimes, par son code."), "ae.reserved:1:4"),
    "target_after": Name(_("Solde de ce compte juste après, en centimes."), 80000000),
    "title": Name(_("Intitulé."), "Entrepôt de données de santé"),
    "to_come_cents": Name(_("Versements à venir de l’exercice, en centimes."), 45000000),
    "total_cents": Name(
        _("Total des dépenses, en centimes ; null pour qui ne lit que les périmètres de données."), 304600000
    ),
    "totals": Name(_("Totaux, en centimes.")),
    "type": Name(_("Nature du problème (RFC 9457)."), "about:blank"),
    "undertaking": Name(_("Engagement signé avant tout accès, une fois par relève."), "Je garde confidentiels…"),
    "unit_count": Name(_("Nombre d’unités."), 18),
    "units": Name(_("Régions ou départements, un par un.")),
    "url": Name(_("Adresse.")),
    "usable_cents": Name(
        _("Crédits de l’exercice : ouverts, reçus, et conservés selon la prévision, en centimes."), 120000000
    ),
    "verdicts": Name(_("Résultat de chaque règle.")),
    "version": Name(_("Numéro de la version déposée ; null tant que rien n’est déposé."), 1),
    "version_sha256": Name(
        _("Empreinte SHA-256 de la version déposée."),
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    "wave": Name(_("Numéro de la relève."), 1),
    "waves": Name(_("Relèves de l’appel.")),
    "weight": Name(_("Poids du critère."), 3),
    "withdrawn_at": Name(_("Retrait du dossier."), "2022-10-20T09:00:00+02:00"),
    "work_package": Name(_("Numéro du lot de travail ; 0 quand la dépense n’est rattachée à aucun."), 1),
    "year": Name(_("Année : exercice, ou année du projet dans un budget."), 2023),
    "year_end_cents": Name(_("Manque de crédits à la fin de cet exercice, en centimes."), 12000000),
    "years": Name(_("Crédits de paiement, exercice par exercice.")),
}
