"""Echoes of the directory: the letter of an invitation, the warning that what opens an account has changed."""

from django.urls import reverse

from edsh_portal import mail
from edsh_portal.access import ROLES
from edsh_portal.events import Effect, on
from edsh_portal.models import Event

from . import actions
from .models import Invitation, User


@on("invitation.created", "invitation.renewed")
def send_invitation(event: Event) -> Effect | None:
    """The token is made here, in the transaction that writes the letter, and is nowhere else in clear."""
    invitation = Invitation.objects.select_related("establishment", "invited_by").get(pk=event.subject_id)
    if invitation.accepted_at is not None:
        return None

    def effect() -> None:
        path = reverse("directory:accept_invitation", args=[actions.seal_invitation(invitation)])
        context = {"invitation": invitation, "role": ROLES.get(invitation.role, ""), "path": path}
        owner = User.objects.filter(email=invitation.email).first()
        mail.post(event, template="emails/invitation.txt", context=context, to=owner, address=invitation.email)

    return effect


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
