"""Courtesy mails: a row and an obligation; the binding act is elsewhere (RELIABILITY D8)."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from . import clock
from .events import Blocked, Effect, deliver, on
from .models import Event, Mail


def post(event: Event, *, template: str, context: dict[str, Any], to: Any = None, address: str = "") -> Mail:
    """Writes the mail in the recipient's language (first line of the template: its subject) and its obligation."""
    address = address or to.email
    language = getattr(to, "language", "fr")
    with translation.override(language):
        text = render_to_string(template, {**context, "to": to, "base_url": settings.BASE_URL})
    subject, _, body = text.strip().partition("\n")
    seed = hashlib.sha256(f"{event.hash}|{address}|{template}".encode()).hexdigest()[:40]
    mail, created = Mail.objects.get_or_create(
        message_id=f"<{seed}@{settings.BASE_URL.split('//')[1].split(':')[0]}>",
        defaults={
            "event": event,
            "to": to,
            "address": address,
            "language": language,
            "subject": subject.strip()[:200],
            "body": body.strip(),
            "created_at": clock.now(),
        },
    )
    if created:
        deliver(event, "edsh_portal.mail.send", key=str(mail.pk))
    return mail


@on()
def send(event: Event, key: str) -> Effect:
    """SMTP cannot be exactly-once: « sending » is written first, and a mail found so after a crash waits for a human."""
    with transaction.atomic():
        mail = Mail.objects.select_for_update(no_key=True).get(pk=key)
        if mail.state != Mail.State.QUEUED:
            raise Blocked("The mail may already have left: check before sending it again.")
        mail.state = Mail.State.SENDING
        mail.save(update_fields=["state"])
    message = EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.address])
    message.extra_headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    try:
        message.send()
    except OSError:
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.QUEUED)  # refused before acceptance: safe to retry
        raise

    def effect() -> None:
        kept = mail.body if settings.DEMO else ""  # links with tokens do not stay in the database
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, sent_at=timezone.now(), body=kept)

    return effect
