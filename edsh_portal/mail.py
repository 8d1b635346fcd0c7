"""Courtesy mails: a row and an obligation; the binding act is elsewhere (RELIABILITY D8). They say where to look, not what.

Each person chooses, by family, to be told at once, once a day or never. What is due by law (receipt, decision, request for
complements) and what protects an account has no family: always at once.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, time
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from . import clock, database
from .events import Blocked, Effect, deliver, on, record
from .models import Event, Mail, MailChoice

# family → (its name, what it tells): filled by each app when it is loaded, in the order of the page.
FAMILIES: dict[str, tuple[Any, Any]] = {}
# kind of event → what goes with its mails: a function of the mail, filled by each app.
ENCLOSED: dict[str, Callable[[Mail], MIMEBase]] = {}
DIGEST_AT = time(7)  # Paris: what was held until then leaves in one mail, once a day
When = MailChoice.When


def chosen(to: Any, family: str) -> str:
    """How this person takes a mail of this family."""
    if to is None or not family:
        return When.AT_ONCE
    return MailChoice.objects.filter(user=to, family=family).values_list("when", flat=True).first() or When.AT_ONCE


def post(
    event: Event, *, template: str, context: dict[str, Any], to: Any = None, address: str = "", family: str = ""
) -> Mail | None:
    """Writes the mail in the recipient's language (first line of the template: its subject) and its obligation.

    Held for the day's digest, or not written at all (None), where the recipient chose so for its family.
    """
    when = chosen(to, family)
    if when == When.NONE:
        return None
    address = address or to.email
    language = getattr(to, "language", "fr")
    with translation.override(language):
        text = render_to_string(template, {**context, "to": to, "base_url": settings.BASE_URL})
    subject, _mark, body = text.strip().partition("\n")
    seed = hashlib.sha256(f"{event.hash}|{address}|{template}".encode()).hexdigest()[:40]
    mail, created = Mail.objects.get_or_create(
        message_id=f"<{seed}@{settings.BASE_URL.split('//')[1].split(':')[0]}>",
        defaults={
            "event": event,
            "to": to,
            "address": address,
            "language": language,
            "subject": subject.strip()[:200],
            "state": Mail.State.HELD if when == When.DIGEST else Mail.State.QUEUED,
            "created_at": clock.now(),
        },
    )
    if created:
        mail.body = body.strip()
        # Apart from the statement: a letter may hold a link that opens something, and others read the statements of their login.
        database.apart("UPDATE mail SET body = %s WHERE id = %s", [mail.body, mail.pk])
    if created and mail.state == Mail.State.QUEUED:
        deliver(event, "edsh_portal.mail.send", key=str(mail.pk))
    return mail


def enclosed(mail: Mail) -> list[MIMEBase]:
    """What goes with a mail; with a digest, what would have gone with each of those it gathers."""
    kind = mail.event.kind
    if kind == "mail.gathered":
        held = Mail.objects.filter(pk__in=mail.event.data["mails"]).select_related("event", "to").order_by("pk")
        return [part for one in held for part in enclosed(one)]
    return [ENCLOSED[kind](mail)] if kind in ENCLOSED else []


def gather(at: datetime | None = None) -> int:
    """Every minute: what each person held until the hour of the digest becomes one event, once; answers how many."""
    now = (at or clock.now()).astimezone(clock.PARIS)
    if now.time() < DIGEST_AT:
        return 0
    until = datetime.combine(now.date(), DIGEST_AT, tzinfo=clock.PARIS)
    held = Mail.objects.filter(state=Mail.State.HELD, created_at__lt=until)
    people = held.filter(to__is_active=True).order_by("to").values_list("to", flat=True).distinct()
    return sum(_gather(person, until, at) for person in list(people))


@transaction.atomic
def _gather(person: int, until: datetime, at: datetime | None) -> bool:
    """The rows are locked in order: of two workers, the second finds nothing left."""
    held = Mail.objects.select_for_update(no_key=True).filter(state=Mail.State.HELD, to=person, created_at__lt=until)
    numbers = list(held.order_by("pk").values_list("pk", flat=True))
    if not numbers:
        return False
    Mail.objects.filter(pk__in=numbers).update(state=Mail.State.GATHERED)
    to = get_user_model().objects.get(pk=person)
    record("mail.gathered", to, by=None, at=at, stream="mail", mails=numbers)
    return True


@on("mail.gathered", says=_("Envoyer le récapitulatif du jour"))
def send_digest(event: Event) -> Effect:
    """One mail with the subjects of those held, which say no more than where to look."""
    to = get_user_model().objects.get(pk=event.subject_id)
    subjects = list(Mail.objects.filter(pk__in=event.data["mails"]).order_by("pk").values_list("subject", flat=True))
    context = {"subjects": subjects, "n": len(subjects)}

    def effect() -> None:
        post(event, template="emails/digest.txt", to=to, context=context)

    return effect


@on(says=_("Envoyer un courriel"))
def send(event: Event, key: str) -> Effect:
    """SMTP cannot be exactly-once: « sending » is written first, and a mail found so after a crash waits for a human."""
    with transaction.atomic():
        mail = Mail.objects.select_for_update(no_key=True).get(pk=key)
        if mail.state != Mail.State.QUEUED:
            raise Blocked("The mail may already have left: check before sending it again.")
        mail.state = Mail.State.SENDING
        mail.save(update_fields=["state"])
    message = EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.address])
    for part in enclosed(mail):
        message.attach(part)
    message.extra_headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    try:
        message.send()
    except OSError:
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.QUEUED)  # refused before acceptance: safe to retry
        raise

    def effect() -> None:
        forgotten = {} if settings.DEMO else {"body": ""}  # links with tokens do not stay in the database
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, sent_at=timezone.now(), **forgotten)

    return effect
