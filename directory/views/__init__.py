"""Pages of the directory, by noun."""

from .account import account, change_language, change_password, choose_mails
from .establishments import (
    add_gcs_member,
    correct_establishment,
    create_establishment,
    establishment,
    establishments,
)
from .forgotten import forgotten_password, new_password
from .invitations import accept_invitation, invite, invite_colleague, renew_invitation
from .letters import open_letter
from .people import affiliate, deactivate, end_affiliation, grant_role, people, person, reactivate, revoke_role
from .requests import (
    accept_request,
    account_request,
    account_requests,
    ask_account,
    follow_request,
    refuse_request,
)
from .session import session, sign_in, sign_out
from .tokens import issue_token, revoke_token, token, tokens

__all__ = [
    "accept_invitation",
    "accept_request",
    "account",
    "account_request",
    "account_requests",
    "add_gcs_member",
    "affiliate",
    "ask_account",
    "change_language",
    "change_password",
    "choose_mails",
    "correct_establishment",
    "create_establishment",
    "deactivate",
    "end_affiliation",
    "establishment",
    "establishments",
    "follow_request",
    "forgotten_password",
    "grant_role",
    "invite",
    "invite_colleague",
    "issue_token",
    "new_password",
    "open_letter",
    "people",
    "person",
    "reactivate",
    "refuse_request",
    "renew_invitation",
    "revoke_role",
    "revoke_token",
    "session",
    "sign_in",
    "sign_out",
    "token",
    "tokens",
]
