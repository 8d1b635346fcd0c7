"""What the scripts of the pages (static/js) tell people: {script: {key of its say(): its sentence}}.

A sentence fills its places by name, « %(at)s »; one that has two forms is a function of n, as `ngettext` is.
"""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

Sentence = Promise | Callable[[int], str]

TOLD: dict[str, dict[str, Sentence]] = {
    "js/clock.js": {
        "days": lambda n: ngettext("%(n)s jour", "%(n)s jours", n),
        "closed": _("clos"),
    },
    "js/portal.js": {
        "left": lambda n: ngettext("Encore %(number)s caractère", "Encore %(number)s caractères", n),
        "too_many": lambda n: ngettext("%(number)s caractère de trop", "%(number)s caractères de trop", n),
    },
    "js/session.js": {
        "sign_in_again": _("Se connecter de nouveau"),
        "session_ended": _(
            "Votre session a expiré. Votre texte est toujours dans cette page : il sera envoyé dès la connexion."
        ),
    },
    "js/taken.js": {
        "sending": _("Envoi en cours…"),
    },
    "js/pieces.js": {
        "page": _("Page %(n)s sur %(of)s"),
        "piece_coming": _("La pièce arrive…"),
        "piece_close": _("Fermer la pièce"),
        "piece_shut": _("Cette pièce ne s’ouvre pas pour l’instant : elle est peut-être encore en cours d’analyse."),
        "piece_unread": _("Cette pièce ne peut pas être lue dans la page : téléchargez-la."),
    },
    "js/find.js": {
        "found": _("%(n)s sur %(of)s"),
        "found_nothing": _("Rien de tel dans le dossier."),
    },
    "js/keys.js": {
        "keyboard": _("Touches du clavier"),
        "next_row": _("ligne suivante"),
        "previous_row": _("ligne précédente"),
        "enter": _("Entrée"),
        "open_row": _("ouvrir la ligne"),
        "search": _("rechercher"),
        "show_keys": _("afficher ces touches"),
        "escape": _("Échap"),
        "close": _("fermer"),
    },
    "js/lists.js": {
        "lists_unsaved": _(
            "Non enregistré : le portail ne répond pas. Vos choix sont sur cette page, enregistrez-les de nouveau."
        ),
        "below_floor": _("Note éliminatoire : ce dossier ne peut être que non retenu."),
    },
    "js/room.js": {
        "room_lost": _("Connexion perdue : cette page se remettra à jour d’elle-même."),
        "room_back": _("Connexion rétablie."),
    },
    "js/amounts.js": {
        "before": _("avant :"),
        "no_amounts": lambda n: ngettext(
            "%(n)s n’est pas un montant : elle est marquée, corrigez-la.",
            "%(n)s ne sont pas des montants : elles sont marquées, corrigez-les.",
            n,
        ),
    },
    "js/stages.js": {
        "no_stage": lambda n: ngettext(
            "%(n)s valeur ne correspond à aucun des cinq états : non collée.",
            "%(n)s valeurs ne correspondent à aucun des cinq états : non collées.",
            n,
        ),
    },
    "js/grid/block.js": {
        "block": _("Bloc de %(rows)s sur %(columns)s."),
    },
    "js/grid/written.js": {
        "cells": lambda n: ngettext("%(n)s case", "%(n)s cases", n),
        "nothing_more": _("Rien de plus."),
        "undone": _("Annulé : %(cells)s."),
        "redone": _("Rétabli : %(cells)s."),
        "emptied": lambda n: ngettext("%(n)s case vidée.", "%(n)s cases vidées.", n),
        "filled_down": _("Recopié vers le bas : %(cells)s."),
    },
    "js/grid/clipboard.js": {
        "pasted": lambda n: ngettext("%(n)s case collée.", "%(n)s cases collées.", n),
        "beyond": lambda n: ngettext(
            "%(n)s valeur dépassait du tableau : non collée.",
            "%(n)s valeurs dépassaient du tableau : non collées.",
            n,
        ),
    },
    "js/upload.js": {
        "sent": _("Envoi : %(percent)s"),
        "line_lost": _("Connexion perdue : l’envoi reprendra où il s’est arrêté. Gardez cette page ouverte."),
        "upload_failed": _("L’envoi n’a pas abouti et rien n’a été joint : choisissez le fichier de nouveau."),
        "upload_session_ended": _(
            "Votre session a expiré : envoyez de nouveau, le fichier reprendra où il s’est arrêté."
        ),
    },
    "js/writing.js": {
        "texts_changed": _("Les textes ont changé entre-temps : relisez les deux, puis choisissez."),
        "back_in_page": _("Un texte qui n’avait pas pu être enregistré est revenu dans la page."),
    },
    "js/writing/answers.js": {
        "not_saved": _("Non enregistré : %(sentence)s"),
        "saved_at": _("Enregistré à %(at)s"),
        "both_kept": _(
            "Quelqu’un a modifié ce texte en même temps : votre version de %(at)s est conservée, choisissez."
        ),
        "changed_by": _("Modifié par %(who)s à %(at)s"),
    },
    "js/writing/exchange.js": {
        "server_answers": _("le serveur répond %(status)s"),
        "no_answer": _("le serveur ne répond pas"),
        "not_saved_since": _(
            "Non enregistré depuis %(at)s : %(cause)s. Conservé dans ce navigateur, nouvel essai dans %(seconds)s s."
        ),
        "back_online": _("Connexion retrouvée."),
        "shut_out": _("Ce dossier ne vous est plus ouvert. Votre texte reste dans ce navigateur : copiez-le."),
        "too_long": _("Ce texte est trop long pour être envoyé : raccourcissez-le."),
        "session_over": _("Votre session a expiré. Votre texte est conservé dans ce navigateur."),
        "sign_in": _("Se connecter de nouveau"),
    },
    "js/writing/present.js": {
        "also_here": _("Aussi dans cette rubrique : %(names)s."),
        "elsewhere": _("Ailleurs dans le dossier : %(names)s."),
    },
    "js/writing/shelf.js": {
        "keeps_nothing": _("Ce navigateur ne peut rien garder : ne fermez pas cette page avant l’enregistrement."),
    },
    "js/writing/status.js": {
        "of_a_cell": _("%(cell)s : %(sentence)s"),
    },
    "js/writing/stranded.js": {
        "stranded": _("Texte non enregistré"),
        "stranded_of": _("Texte non enregistré : %(label)s"),
        "copy": _("Copier le texte"),
        "copied": _("Copié"),
        "erase": _("Effacer de ce navigateur"),
    },
}


def told(script: str) -> dict[str, str | list[str]]:
    """{key: sentence} in the language of whoever reads; of one that has two forms, [for one, for several]."""
    return {
        key: [sentence(1), sentence(2)] if callable(sentence) else str(sentence)
        for key, sentence in TOLD.get(script, {}).items()
    }
