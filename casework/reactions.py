"""Echoes of what follows the deposit: courtesy mails, the examination of what is joined to a message, what the clock makes happen."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.reactions.letters import letters, members_of, officers, people_of
from directory.models import User
from edsh_portal import tasks
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event

from . import actions
from .models import ComplementRequest, MessageFile, Side, Thread


@on("application.withdrawn", says=_("Clore les avis et les demandes en attente d’un dossier retiré"))
def end_what_waits(event: Event) -> Effect:
    """An opinion that waits for its validation and a request for complements have no object any more."""
    application = Application.objects.select_related("wave").get(pk=event.subject_id)
    return lambda: actions.end_all(application)


@on(
    "complement.asked",
    "complement.withdrawn",
    "complement.lapsed",
    says=_("Prévenir le consortium de la demande de compléments"),
)
def tell_complements(event: Event) -> Effect:
    """The consortium reads what is asked, and that it no longer is, in its space: the mail only says to look."""
    application = Application.objects.get(pk=event.data["application"])
    template = "emails/complement_asked.txt" if event.kind == "complement.asked" else "emails/complement_closed.txt"
    link = reverse("casework:complements", args=[application.reference])
    family = "" if event.kind == "complement.asked" else "progress"  # the request itself is due
    people = people_of(members_of(application))
    return letters(event, template, people, link, family=family, reference=application.reference)


@on("complement.answered", says=_("Prévenir l’instruction des compléments reçus"))
def tell_answered(event: Event) -> Effect:
    request = ComplementRequest.objects.select_related("application", "asked_by").get(pk=event.subject_id)
    reference = request.application.reference
    link = reverse("casework:admissibility", args=[reference])
    return letters(
        event, "emails/complement_answered.txt", [request.asked_by], link, family="progress", reference=reference
    )


@on("prorogation.validated", says=_("Prévenir de la prolongation du délai de décision"))
def tell_prorogued(event: Event) -> Effect:
    application = Application.objects.get(pk=event.data["application"])
    link = reverse("casework:prorogations", args=[application.reference])
    people = people_of(members_of(application))
    return letters(event, "emails/prorogation.txt", people, link, reference=application.reference)  # a decision: due


@on("thread.opened", "message.posted", says=_("Prévenir d’un message reçu"))
def tell_message(event: Event) -> Effect:
    """The other side: the consortium, or those of the service who wrote in the thread (all of it when nobody has)."""
    thread = Thread.objects.select_related("application").get(pk=event.subject_id)
    if event.data["side"] == Side.SERVICE:
        people = people_of(members_of(thread.application))
    else:
        wrote = thread.messages.filter(side=Side.SERVICE).values("by")
        people = list(User.objects.filter(pk__in=wrote, is_active=True).order_by("pk")) or officers()
    reference = thread.application.reference
    link = reverse("casework:thread", args=[reference, thread.pk])
    return letters(event, "emails/message_waiting.txt", people, link, family="messages", reference=reference)


@on("deadline.near", says=_("Rappeler une échéance"))
def tell_deadline(event: Event) -> Effect:
    """A complement expected is recalled to the consortium, a legal period to the service."""
    application = Application.objects.get(pk=event.subject_id)
    if event.data["what"] == "complement":
        people, page = people_of(members_of(application)), "casework:complements"
    else:
        people, page = officers(), "casework:admissibility"
    link = reverse(page, args=[application.reference])
    return letters(event, "emails/deadline_near.txt", people, link, family="reminders", reference=application.reference)


@on(queue="intake", says=_("Examiner un fichier joint à un message"))
def examine_file(event: Event, key: str) -> Effect | None:
    """Of a message; owed by its verb, one by one."""
    rows = MessageFile.objects.select_related("document__scan_result", "message__thread__application")
    file = rows.get(pk=int(key))
    found = examination.examine(file.document)
    return (lambda: actions.note_file_examined(file, found)) if found else None


@on("message.file_refused", says=_("Prévenir du refus d’un fichier joint à un message"))
def tell_file_refused(event: Event) -> Effect:
    """Whoever sent it."""
    file = MessageFile.objects.select_related("message__by", "message__thread__application").get(pk=event.data["file"])
    thread = file.message.thread
    reference = thread.application.reference
    link = reverse("casework:thread", args=[reference, thread.pk])
    return letters(event, "emails/file_refused.txt", [file.message.by], link, reference=reference)


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────
tasks.clock(actions.lapse_complements)
tasks.clock(actions.deem_overdue)
tasks.clock(actions.remind)
