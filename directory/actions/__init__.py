"""The directory's verbs, by noun. No state machine here: what is, has dates."""

from .account import change_language, change_password, choose_mails, know_device, taken
from .attached import import_activity, import_ght
from .establishments import add_gcs_member, create_establishment, fold
from .invitations import accept_invitation, invite, openable, renew_invitation, seal_invitation
from .people import affiliate, create_user, deactivate, end_affiliation, reactivate
from .register import import_register
from .roles import end_exceptions, propose_role, propose_role_end, seat_administrators
from .start import digest
from .tokens import issue_token, revoke_token

__all__ = [
    "accept_invitation",
    "add_gcs_member",
    "affiliate",
    "change_language",
    "change_password",
    "choose_mails",
    "create_establishment",
    "create_user",
    "deactivate",
    "digest",
    "end_affiliation",
    "end_exceptions",
    "fold",
    "import_activity",
    "import_ght",
    "import_register",
    "invite",
    "issue_token",
    "know_device",
    "openable",
    "propose_role",
    "propose_role_end",
    "reactivate",
    "renew_invitation",
    "revoke_token",
    "seal_invitation",
    "seat_administrators",
    "taken",
]
