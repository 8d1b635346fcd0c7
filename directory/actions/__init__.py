"""The directory's verbs, by noun. No state machine here: what is, has dates."""

from .account import change_language, change_password, choose_mails, know_device
from .attached import import_activity, import_ght
from .establishments import add_gcs_member, create_establishment, fold
from .invitations import accept_invitation, invite, openable, renew_invitation, seal_invitation
from .people import affiliate, create_user, deactivate, end_affiliation, grant_role, reactivate, revoke_role
from .register import import_register
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
    "fold",
    "grant_role",
    "import_activity",
    "import_ght",
    "import_register",
    "openable",
    "invite",
    "issue_token",
    "know_device",
    "reactivate",
    "renew_invitation",
    "revoke_role",
    "revoke_token",
    "seal_invitation",
]
