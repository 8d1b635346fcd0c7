"""The map of the dossier and of its members: every move there is, who may make it, and what it is called.

`admit`, `reject_inadmissible` and `reject_ineligible` are made by the validation of an admissibility
(actions/admissibility.py) or, for `admit`, by the silence of two months; `close` by the decisions' floor.
"""

from django.utils.translation import gettext_lazy as _

from edsh_portal.workflow import STATES, Step, portal_only, steps

from .. import permissions
from ..models import Application, Membership


def _creates(user, thing) -> bool:
    return permissions.can_create(user, thing.coordinator)


def _invites(user, thing) -> bool:
    return permissions.can_edit(user, thing.application)


APPLICATION_STEPS = steps(
    "application",
    Application,
    [
        Step("create", ("",), "draft", _creates, _("Créer le dossier")),
        Step("abandon", ("draft",), "abandoned", permissions.can_abandon, _("Abandonner ce brouillon")),
        Step("resume", ("abandoned",), "draft", permissions.can_resume, _("Reprendre le brouillon")),
        Step("submit", ("draft", "submitted"), "submitted", permissions.can_submit, _("Déposer le dossier")),
        Step(
            "withdraw",
            ("submitted", "admissible"),
            "withdrawn",
            permissions.can_withdraw,
            _("Retirer le dossier"),
            reason=True,
        ),
        Step(
            "reinstate",
            ("withdrawn",),
            "submitted",
            permissions.can_withdraw,
            _("Annuler le retrait"),
            reason=True,
        ),
        Step("lapse", ("draft",), "not_deposited", portal_only, _("Constater le non-dépôt")),
        Step("admit", ("submitted",), "admissible", permissions.can_rule_admissibility, _("Déclarer recevable")),
        Step(
            "reject_inadmissible",
            ("submitted",),
            "inadmissible",
            permissions.can_rule_admissibility,
            _("Déclarer irrecevable"),
            reason=True,
        ),
        Step(
            "reject_ineligible",
            ("submitted",),
            "ineligible",
            permissions.can_rule_admissibility,
            _("Déclarer inéligible"),
            reason=True,
        ),
        Step("close", ("admissible",), "closed", portal_only, _("Clore le dossier")),
        Step("reopen", ("closed",), "admissible", portal_only, _("Rouvrir le dossier")),
    ],
)

MEMBERSHIP_STEPS = steps(
    "membership",
    Membership,
    [
        Step("invite", ("",), "invited", _invites, _("Inviter l’établissement")),
        Step("coordinate", ("",), "accepted", portal_only, _("Inscrire le coordinateur")),
        Step("accept", ("invited",), "accepted", permissions.can_answer_membership, _("Accepter")),
        Step("decline", ("invited",), "declined", permissions.can_answer_membership, _("Décliner")),
        Step(
            "remove",
            ("invited", "accepted"),
            "removed",
            permissions.can_remove_member,
            _("Retirer du consortium"),
            reason=True,
        ),
    ],
)

# The words and tones of the states, wherever a page draws one.
STATES["application"] = {
    "draft": (_("Brouillon"), "doing"),
    "submitted": (_("Déposé"), "waiting", "disc"),
    "admissible": (_("Recevable"), "ok"),
    "inadmissible": (_("Irrecevable"), "danger"),
    "ineligible": (_("Inéligible"), "danger"),
    "abandoned": (_("Abandonné"), "closed"),
    "withdrawn": (_("Retiré"), "closed"),
    "not_deposited": (_("Non déposé"), "closed"),
    "closed": (_("Clos"), "closed"),
}
STATES["membership"] = {
    "invited": (_("Invité"), "waiting"),
    "accepted": (_("Accepté"), "ok"),
    "declined": (_("Décliné"), "closed"),
    "removed": (_("Retiré"), "closed"),
}
STATES["section"] = {
    "todo": (_("À faire"), "todo"),
    "doing": (_("En cours"), "doing"),
    "done": (_("Complet"), "ok"),
    "blocked": (_("Pas encore possible"), "waiting"),
}
STATES["progress"] = {
    "todo": (_("À faire"), "todo"),
    "doing": (_("En cours"), "doing"),
    "check": (_("À relire"), "waiting"),
    "done": (_("Complet"), "ok"),
}
STATES["scan"] = {
    "examining": (_("En cours d’examen"), "waiting"),
    "refused": (_("Refusé"), "danger"),
    "not_scanned": (_("Non analysé"), "warn"),
    "infected": (_("Malveillant"), "danger"),
    "clean": (_("Analysé"), "ok"),
    "issued": (_("Produit par le portail"), "info"),
}
