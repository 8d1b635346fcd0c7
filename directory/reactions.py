"""Echoes of the directory: the letter of an invitation, the warning that what opens an account has changed."""

from typing import Any

from django.urls import reverse

from edsh_portal import mail, tasks
from edsh_portal.access import ROLES
from edsh_portal.events import Effect, on
from edsh_portal.models import Event

from . import actions
from .models import Invitation, User

tasks.clock(actions.end_exceptions)


@on("invitation.created", "invitation.renewed")
def send_invitation(event: Event) -> Effect | None:
    """The token is made here, in the transaction that writes the letter, and is nowhere else in clear."""
    invitation = Invitation.objects.select_related("establishment", "invited_by").get(pk=event.subject_id)
    if invitation.accepted_at is not None:
        return None

    def effect() -> None:
        path = reverse("directory:open_letter", args=[actions.seal_invitation(invitation)])
        context = {"invitation": invitation, "role": ROLES.get(invitation.role, ""), "path": path}
        owner = User.objects.filter(email=invitation.email).first()
        mail.post(event, template="emails/invitation.txt", context=context, to=owner, address=invitation.email)

    return effect


@on("invitation.accepted")
def ask_for_the_role(event: Event) -> Effect | None:
    """An invitation that named a role: its author is told that the person is here, and the role to be proposed."""
    if not event.data.get("role"):
        return None
    invitation = Invitation.objects.select_related("invited_by", "accepted_by").get(pk=event.subject_id)
    context = {
        "who": invitation.accepted_by,
        "role": ROLES[invitation.role],
        "link": reverse("directory:person", args=[invitation.accepted_by_id]),
    }
    return lambda: _tell_author(event, invitation, context)


def _tell_author(event: Event, invitation: Invitation, context: dict[str, Any]) -> None:
    mail.post(event, template="emails/role_to_propose.txt", context=context, to=invitation.invited_by)


# What opens an account is each person's own to change: whoever did it is whom to warn.
WARNINGS = {
    "user.password_changed": "password_changed",
    "token.issued": "token_issued",
    "user.device_known": "device_known",
}


@on(*WARNINGS)
def warn_of_credentials(event: Event) -> Effect:
    user = User.objects.get(pk=event.by_id)

    def effect() -> None:
        mail.post(event, template=f"emails/{WARNINGS[event.kind]}.txt", context={"at": event.at}, to=user)

    return effect
