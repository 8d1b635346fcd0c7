"""Echoes of the directory: letters whose link opens something, the warning that what opens an account has changed."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from edsh_portal import mail, tasks
from edsh_portal.access import ROLES
from edsh_portal.events import Effect, on
from edsh_portal.models import Event

from . import actions
from .models import AccountRequest, Affiliation, Invitation, PasswordReset, User

tasks.clock(actions.end_exceptions)
tasks.clock(actions.forget_letters)
tasks.clock(actions.forget_requests)


@on("invitation.created", "invitation.renewed", says=_("Envoyer l’invitation"))
def send_invitation(event: Event) -> Effect | None:
    """The token is made here, in the transaction that writes the letter, and is nowhere else in clear."""
    invitation = Invitation.objects.select_related("establishment", "invited_by").get(pk=event.subject_id)
    if invitation.accepted_at is not None:
        return None

    def effect() -> None:
        path = reverse("directory:open_letter", args=["invitation", actions.seal_letter(invitation)])
        context = {"invitation": invitation, "role": ROLES.get(invitation.role, ""), "path": path}
        owner = User.objects.filter(email=invitation.email).first()
        mail.post(event, template="emails/invitation.txt", context=context, to=owner, address=invitation.email)

    return effect


@on("password.forgotten", says=_("Envoyer le lien de mot de passe oublié"))
def send_reset(event: Event) -> Effect | None:
    """To the owner of the account alone; of an address that has none, nothing is written."""
    reset = PasswordReset.objects.select_related("user").get(pk=event.subject_id)
    if reset.user is None or reset.used_at is not None:
        return None

    def effect() -> None:
        path = reverse("directory:open_letter", args=["nouveau-mot-de-passe", actions.seal_letter(reset)])
        mail.post(
            event, template="emails/forgotten_password.txt", context={"reset": reset, "path": path}, to=reset.user
        )

    return effect


@on("account.asked", says=_("Envoyer le lien de la demande de compte"))
def send_request(event: Event) -> Effect | None:
    """To the address that was given: its link proves it, then says where the request stands. Whoever has an account learns it here."""
    request = AccountRequest.objects.select_related("establishment", "asked_by").get(pk=event.subject_id)
    if request.decided_at is not None:
        return None

    def effect() -> None:
        path = reverse("directory:open_letter", args=["suivi-de-demande", actions.seal_letter(request)])
        owner = User.objects.filter(email=request.email, is_active=True).first()
        context = {"request": request, "path": path, "owner": owner}
        mail.post(event, template="emails/account_asked.txt", context=context, to=owner, address=request.email)

    return effect


@on("account.proved", says=_("Prévenir les représentants légaux de la demande de compte"))
def tell_who_decides(event: Event) -> Effect:
    """Those who represent the establishment here; the service that instructs has it on its home page."""
    request = AccountRequest.objects.select_related("establishment").get(pk=event.subject_id)
    links = Affiliation.objects.reached().filter(establishment=request.establishment, kind="signatory")
    context = {"request": request, "link": reverse("directory:account_request", args=[request.pk])}

    def effect() -> None:
        for link in links.select_related("user").order_by("pk"):
            mail.post(event, template="emails/account_to_decide.txt", context=context, to=link.user)

    return effect


@on("account.refused", says=_("Prévenir du refus de la demande de compte"))
def tell_refused(event: Event) -> Effect:
    request = AccountRequest.objects.select_related("establishment").get(pk=event.subject_id)
    owner = User.objects.filter(email=request.email, is_active=True).first()

    def effect() -> None:
        context = {"request": request}
        mail.post(event, template="emails/account_refused.txt", context=context, to=owner, address=request.email)

    return effect


@on("invitation.accepted", says=_("Demander que le rôle de l’invitation soit proposé"))
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


@on(*WARNINGS, says=_("Prévenir d’un changement d’accès au compte"))
def warn_of_credentials(event: Event) -> Effect:
    user = User.objects.get(pk=event.by_id)

    def effect() -> None:
        mail.post(event, template=f"emails/{WARNINGS[event.kind]}.txt", context={"at": event.at}, to=user)

    return effect
