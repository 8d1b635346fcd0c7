"""The maps of the grant, the convention, the agreement, the amendment and the instalment: every move, who may make it, what it is called."""

from django.utils.translation import gettext_lazy as _

from edsh_portal.workflow import STATES, Step, portal_only, steps

from .. import permissions as may
from ..models import Agreement, Amendment, Claim, Convention, Grant, Instalment

GRANT_STEPS = steps(
    "grant",
    Grant,
    [
        Step("reserve", ("",), "reserved", may.can_reserve, _("Réserver l’aide")),
        Step("engage", ("reserved",), "engaged", may.can_engage, _("Engager l’aide")),
        Step("void", ("reserved", "engaged"), "voided", may.can_void, _("Annuler l’aide"), reason=True),
        Step("close", ("engaged",), "closed", portal_only, _("Solder l’aide")),
        Step("reopen", ("closed",), "engaged", portal_only, _("Rouvrir l’aide")),
        Step("lapse", ("engaged",), "lapsed", may.can_countersign, _("Rendre l’aide caduque")),
    ],
)
CONVENTION_STEPS = steps(
    "convention",
    Convention,
    [
        Step("prepare", ("",), "prepared", may.can_prepare, _("Préparer la convention")),
        Step("send", ("prepared",), "sent", portal_only, _("Envoyer la convention")),
        Step("sign", ("sent",), "agreed", may.can_sign, _("Signer la convention")),
        Step("countersign", ("agreed",), "signed", may.can_countersign, _("Signer au nom de l’État")),
        Step("rework", ("prepared", "sent"), "prepared", may.can_prepare, _("Reprendre la convention"), reason=True),
        Step("close", ("signed",), "closed", portal_only, _("Solder la convention")),
        Step("reopen", ("closed",), "signed", portal_only, _("Rouvrir la convention")),
    ],
)
AGREEMENT_STEPS = steps(
    "agreement",
    Agreement,
    [
        Step("file", ("",), "filed", lambda user, of: may.can_file_agreement(user, of.grant), _("Déposer l’accord")),
        Step("validate", ("filed",), "validated", may.can_decide_agreement, _("Valider l’accord")),
        Step("return", ("filed",), "returned", may.can_decide_agreement, _("Renvoyer l’accord"), reason=True),
    ],
)
AMENDMENT_STEPS = steps(
    "amendment",
    Amendment,
    [
        Step(
            "ask_amendment",
            ("",),
            "asked",
            lambda user, of: may.can_ask_amendment(user, of.grant),
            _("Demander un avenant"),
        ),
        Step("draft_amendment", ("asked",), "drafted", may.can_draft_amendment, _("Rédiger l’avenant")),
        Step("send_amendment", ("drafted",), "sent", portal_only, _("Envoyer l’avenant")),
        Step("agree", ("sent",), "agreed", portal_only, _("Constater les signatures")),
        Step("enter", ("agreed",), "in_force", may.can_countersign, _("Signer au nom de l’État")),
        Step(
            "refuse_amendment",
            ("asked", "sent", "agreed"),
            "refused",
            may.can_draft_amendment,
            _("Refuser l’avenant"),
            reason=True,
        ),
    ],
)
INSTALMENT_STEPS = steps(
    "instalment",
    Instalment,
    [
        Step("plan", ("",), "planned", may.can_plan, _("Prévoir un versement")),
        Step("certify", ("planned",), "certified", may.can_certify, _("Certifier le service fait")),
        Step("order", ("certified",), "ordered", may.can_order, _("Ordonnancer")),
        Step("pay", ("ordered",), "paid", may.can_pay, _("Payer")),
        Step("uncertify", ("certified",), "planned", may.can_uncertify, _("Renvoyer avant certification"), reason=True),
        Step(
            "cancel_order", ("ordered",), "certified", may.can_cancel_order, _("Annuler l’ordonnancement"), reason=True
        ),
        Step("cancel", ("planned",), "cancelled", may.can_plan, _("Annuler le versement"), reason=True),
    ],
)

CLAIM_STEPS = steps(
    "claim",
    Claim,
    [
        Step("open_claim", ("",), "draft", may.can_write_claim, _("Préparer un état des dépenses")),
        Step("ask_certificate", ("draft",), "certifying", may.can_write_claim, _("Demander la certification")),
        Step("certify_claim", ("certifying",), "sent", may.can_certify_claim, _("Certifier et envoyer")),
        Step("accept_claim", ("sent",), "accepted", may.can_check_claim, _("Accepter l’état des dépenses")),
        Step(
            "return_claim",
            ("certifying", "sent"),
            "draft",
            may.can_return_claim,
            _("Renvoyer pour correction"),
            reason=True,
        ),
    ],
)

STATES["grant"] = {
    "reserved": (_("Réservée"), "waiting"),
    "engaged": (_("Engagée"), "ok"),
    "voided": (_("Annulée"), "closed"),
    "closed": (_("Soldée"), "closed"),
    "lapsed": (_("Caduque"), "closed"),
}
STATES["convention"] = {
    "prepared": (_("À mettre en forme"), "doing"),
    "sent": (_("À signer par le bénéficiaire"), "waiting"),
    "agreed": (_("À signer par l’État"), "waiting"),
    "signed": (_("Signée"), "ok"),
    "closed": (_("Soldée"), "closed"),
}
STATES["agreement"] = {
    "filed": (_("À valider"), "waiting"),
    "validated": (_("Validé"), "ok"),
    "returned": (_("Renvoyé"), "warn"),
}
STATES["amendment"] = {
    "asked": (_("À instruire"), "todo"),
    "drafted": (_("À mettre en forme"), "doing"),
    "sent": (_("À signer par les bénéficiaires"), "waiting"),
    "agreed": (_("À signer par l’État"), "waiting"),
    "in_force": (_("En vigueur"), "ok"),
    "refused": (_("Refusé"), "closed"),
}
STATES["instalment"] = {
    "planned": (_("Prévu"), "todo"),
    "certified": (_("Service fait certifié"), "doing"),
    "ordered": (_("Ordonnancé"), "waiting"),
    "paid": (_("Payé"), "ok"),
    "cancelled": (_("Annulé"), "closed"),
}
STATES["claim"] = {
    "draft": (_("En préparation"), "doing"),
    "certifying": (_("À certifier par le comptable"), "waiting"),
    "sent": (_("En contrôle"), "waiting"),
    "accepted": (_("Accepté"), "ok"),
}
