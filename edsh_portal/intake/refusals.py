"""What is said of an office document that will not be kept: one sentence, which names what to remove."""

from edsh_portal.refusal import Refused

from .addresses import shown
from .kinds import refuse
from .words import Sentence as _


def macros() -> Refused:
    return refuse(_("Ce document contient des macros : enregistrez-le sans macros (.docx, .xlsx, .odt ou .ods)."))


def carries() -> Refused:
    return refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))


def fetches(what: str) -> Refused:
    return refuse(
        _(
            "Ce document va chercher un autre fichier ou une adresse quand on l’ouvre : retirez ce lien ou cette connexion (« %(what)s »)."
        )
        % {"what": shown(what)}
    )


def leads(address: str) -> Refused:
    return refuse(
        _(
            "Ce document contient un lien qui ne mène pas au web (« %(what)s ») : retirez-le, ou remplacez-le par une adresse du web."
        )
        % {"what": shown(address)}
    )


def computes(formula: str) -> Refused:
    return refuse(
        _(
            "Ce tableur contient une formule qui va chercher une adresse, un programme ou un autre fichier (« %(what)s ») : remplacez-la par sa valeur."
        )
        % {"what": shown(formula)}
    )


def unknown(part: str) -> Refused:
    return refuse(
        _(
            "Ce document contient une partie que le portail ne reconnaît pas (« %(what)s ») : enregistrez-le de nouveau, sans complément ni objet."
        )
        % {"what": shown(part)}
    )


def no_document() -> Refused:
    return refuse(
        _("Cette archive n’est ni un document DOCX ou ODT, ni un tableur XLSX ou ODS : joignez le document lui-même.")
    )


def oversized(part: str) -> Refused:
    return refuse(
        _("L’image « %(what)s » de ce document compte trop de pixels : réduisez-la, ou retirez-la.")
        % {"what": shown(part)}
    )
