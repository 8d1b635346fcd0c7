"""The directory's verbs, by noun. One state machine, an account that is asked for; what else there is has dates."""

from .account import change_language, change_password, choose_mails, know_device, taken
from .attached import import_activity, import_ght
from .corrections import correct_establishment
from .establishments import add_gcs_member, create_establishment, fold
from .forgotten import forget_letters, forget_password, reset_password, resettable
from .invitations import accept_invitation, invite, openable, renew_invitation
from .letters import seal_letter
from .people import affiliate, create_user, deactivate, end_affiliation, reactivate
from .register import import_register
from .requests import (
    REQUEST_STEPS,
    accept_request,
    ask_account,
    followed,
    forget_requests,
    prove_address,
    refuse_request,
)
from .roles import end_exceptions, propose_role, propose_role_end, seat_administrators
from .start import digest
from .tokens import issue_token, revoke_token

__all__ = [
    "REQUEST_STEPS",
    "accept_invitation",
    "accept_request",
    "add_gcs_member",
    "affiliate",
    "ask_account",
    "change_language",
    "change_password",
    "choose_mails",
    "correct_establishment",
    "create_establishment",
    "create_user",
    "deactivate",
    "digest",
    "end_affiliation",
    "end_exceptions",
    "fold",
    "followed",
    "forget_letters",
    "forget_password",
    "forget_requests",
    "import_activity",
    "import_ght",
    "import_register",
    "invite",
    "issue_token",
    "know_device",
    "openable",
    "propose_role",
    "propose_role_end",
    "prove_address",
    "reactivate",
    "refuse_request",
    "renew_invitation",
    "reset_password",
    "resettable",
    "revoke_token",
    "seal_letter",
    "seat_administrators",
    "taken",
]
