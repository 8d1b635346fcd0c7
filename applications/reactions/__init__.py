"""Echoes of the dossier: courtesy mails, what is put on paper, and what the clock alone makes happen; receipt.py, signature.py."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import User
from edsh_portal import clock, paper, pdf, tasks
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from .. import actions, annex, printing
from ..actions.pieces import read_annex
from ..models import (
    Application,
    Call,
    ComplementRequest,
    Handover,
    Membership,
    MessageFile,
    Piece,
    Postponement,
    Printout,
    Reception,
    Side,
    Thread,
    Version,
)
from ..permissions import OPEN_STATES
from .letters import home, letters, people_of


# ── the deposit ──────────────────────────────────────────────────────────────────────────────────────────────────────
@on(
    "reception.stamped",
    after=timedelta(seconds=10),
    owes=("application.submitted", "signature.signed"),
    says=_("Achever un dépôt reçu"),
)
def settle_received(event: Event) -> Effect:
    """What a web that died between the reception and its answer leaves undone; nothing, when it lived."""
    reception = Reception.objects.select_related("application").get(pk=event.subject_id)
    return lambda: actions.settle(reception) and None


# ── what is put on paper ─────────────────────────────────────────────────────────────────────────────────────────────
@on("printout.asked", queue="pdf", says=_("Mettre en forme le dossier en PDF"))
def lay_out_printout(event: Event) -> Effect | None:
    """The PDF of a draft, or of the blank form: neither sealed nor numbered."""
    made = Printout.objects.select_related(
        "of__call", "application__wave__call", "application__coordinator", "asked_by"
    ).get(pk=event.subject_id)
    if made.document_id is not None:
        return None
    template = "pdf/draft.html" if made.application else "pdf/form.html"
    title = f"Dossier {made.application.reference}, projet" if made.application else "Formulaire vierge"
    name = f"{made.application.reference}-projet.pdf" if made.application else "formulaire-vierge.pdf"
    laid_out = paper.put(lambda: pdf.render(template, printing.context(made), title=title), name=name, kind="printout")

    def effect() -> None:
        made.document = laid_out.store(by=made.asked_by, at=made.asked_at)
        made.save(update_fields=["document"])

    return effect


@on("call.published", "wave.created", says=_("Préparer le formulaire vierge"))
def prepare_forms(event: Event) -> Effect | None:
    """The blank form of each version of the settings that a public call's wave follows."""
    of_wave = {"waves": event.subject_id} if event.kind == "wave.created" else {"pk": event.subject_id}
    call = Call.objects.filter(**of_wave, state=Call.State.PUBLISHED).first()
    if call is None:
        return None
    followed = [wave.settings for wave in call.waves.select_related("settings__call")]
    return lambda: [actions.print_form(settings) for settings in followed] and None


# ── courtesy mails ───────────────────────────────────────────────────────────────────────────────────────────────────
def _members(application: Application) -> list[int]:
    return list(application.memberships.filter(state="accepted").values_list("establishment", flat=True))


@on("application.submitted", says=_("Prévenir du dépôt du dossier"))
def tell_deposit(event: Event) -> Effect:
    version = Version.objects.select_related("application").get(pk=event.data["version"])
    link = reverse("applications:version", args=[version.application.reference, version.number])
    people = people_of(_members(version.application))
    return letters(
        event, "emails/application_submitted.txt", people, link, version=version, application=version.application
    )


@on(
    "application.withdrawn",
    "application.reinstated",
    "application.resumed",
    "application.lapsed",
    "application.admitted",
    "application.rejected",
    says=_("Prévenir du changement d’état du dossier"),
)
def tell_state(event: Event) -> Effect:
    """That the state has changed: which it is, is read in the space."""
    application = Application.objects.select_related("wave").get(pk=event.subject_id)
    people = people_of(_members(application))
    family = "" if event.kind == "application.rejected" else "progress"  # a dossier set aside is a decision
    return letters(
        event,
        "emails/application_state.txt",
        people,
        home(application),
        family=family,
        reference=application.reference,
    )


@on("application.abandoned", says=_("Prévenir de l’abandon du brouillon"))
def tell_abandoned(event: Event) -> Effect:
    """Everyone who writes the dossier or was asked to join it: nobody sees it any more, so the mail itself says what is left."""
    application = Application.objects.select_related("coordinator").get(pk=event.subject_id)
    held = application.memberships.live().values_list("establishment", flat=True)
    until = clock.days_from(event.at, Application.RESTORABLE_DAYS)
    context = {"reference": application.reference, "coordinator": application.coordinator.name, "until": until}
    return letters(
        event,
        "emails/application_abandoned.txt",
        people_of(held),
        reverse("dashboards:home"),
        family="progress",
        **context,
    )


@on("membership.invited", says=_("Prévenir l’établissement invité"))
def tell_invited(event: Event) -> Effect:
    membership = Membership.objects.select_related(
        "application__coordinator", "application__wave", "establishment"
    ).get(pk=event.subject_id)
    link = reverse("applications:membership", args=[membership.application.reference, membership.pk])
    people = people_of([membership.establishment_id])
    reference = membership.application.reference
    return letters(event, "emails/membership_invited.txt", people, link, family="consortium", reference=reference)


@on("membership.accepted", "membership.declined", says=_("Prévenir le coordinateur de la réponse d’un établissement"))
def tell_answer(event: Event) -> Effect:
    application = Membership.objects.select_related("application").get(pk=event.subject_id).application
    people = people_of([application.coordinator_id])
    link = reverse("applications:consortium", args=[application.reference])
    return letters(
        event, "emails/membership_answered.txt", people, link, family="consortium", reference=application.reference
    )


def officers() -> list[User]:
    return list(User.objects.filter(groups__name="instructor", is_active=True).order_by("pk"))


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
    link = reverse("applications:complements", args=[application.reference])
    family = "" if event.kind == "complement.asked" else "progress"  # the request itself is due
    people = people_of(_members(application))
    return letters(event, template, people, link, family=family, reference=application.reference)


@on("complement.answered", says=_("Prévenir l’instruction des compléments reçus"))
def tell_answered(event: Event) -> Effect:
    request = ComplementRequest.objects.select_related("application", "asked_by").get(pk=event.subject_id)
    reference = request.application.reference
    link = reverse("applications:admissibility", args=[reference])
    return letters(
        event, "emails/complement_answered.txt", [request.asked_by], link, family="progress", reference=reference
    )


@on("prorogation.validated", says=_("Prévenir de la prolongation du délai de décision"))
def tell_prorogued(event: Event) -> Effect:
    application = Application.objects.get(pk=event.data["application"])
    link = reverse("applications:prorogations", args=[application.reference])
    people = people_of(_members(application))
    return letters(event, "emails/prorogation.txt", people, link, reference=application.reference)  # a decision: due


@on("thread.opened", "message.posted", says=_("Prévenir d’un message reçu"))
def tell_message(event: Event) -> Effect:
    """The other side: the consortium, or those of the service who wrote in the thread (all of it when nobody has)."""
    thread = Thread.objects.select_related("application").get(pk=event.subject_id)
    if event.data["side"] == Side.SERVICE:
        people = people_of(_members(thread.application))
    else:
        wrote = thread.messages.filter(side=Side.SERVICE).values("by")
        people = list(User.objects.filter(pk__in=wrote, is_active=True).order_by("pk")) or officers()
    reference = thread.application.reference
    link = reverse("applications:thread", args=[reference, thread.pk])
    return letters(event, "emails/message_waiting.txt", people, link, family="messages", reference=reference)


@on("deadline.near", says=_("Rappeler une échéance"))
def tell_deadline(event: Event) -> Effect:
    """A complement expected is recalled to the consortium, a legal period to the service."""
    application = Application.objects.get(pk=event.subject_id)
    if event.data["what"] == "complement":
        people, page = people_of(_members(application)), "applications:complements"
    else:
        people, page = officers(), "applications:admissibility"
    link = reverse(page, args=[application.reference])
    return letters(event, "emails/deadline_near.txt", people, link, family="reminders", reference=application.reference)


# ── the examination of what is sent ──────────────────────────────────────────────────────────────────────────────────
@on("piece.added", queue="intake", says=_("Examiner une pièce du dossier"))
def examine_piece(event: Event) -> Effect | None:
    """What the cage and the scanner find in the file. One that cannot be had is asked again: the obligation stays due."""
    piece = Piece.objects.select_related("application", "document__scan_result").get(pk=event.data["piece"])
    found = examination.examine(piece.document)
    if found is None:
        return None
    reading = read_annex(piece) if found.good and piece.code == annex.CODE else None
    return lambda: actions.note_examined(piece, found, reading=reading)


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
    link = reverse("applications:thread", args=[reference, thread.pk])
    return letters(event, "emails/file_refused.txt", [file.message.by], link, reference=reference)


@on("piece.infected", "piece.refused", says=_("Prévenir du refus d’une pièce"))
def tell_not_kept(event: Event) -> Effect:
    """Those who write the part it was joined to, and the coordinator's people."""
    piece = Piece.objects.select_related("application", "membership").get(pk=event.data["piece"])
    application = piece.application
    held = [application.coordinator_id, *([piece.membership.establishment_id] if piece.membership else [])]
    link = reverse("applications:pieces", args=[application.reference])
    letter = f"emails/{event.kind.replace('.', '_')}.txt"
    return letters(event, letter, people_of(held), link, reference=application.reference)


@on("wave.postponed", says=_("Prévenir du report de la relève"))
def tell_postponed(event: Event) -> Effect:
    """Everyone who writes, or is asked to join, a dossier that may still be deposited in the wave."""
    postponement = Postponement.objects.select_related("wave__call").get(pk=event.data["postponement"])
    open_ones = Application.objects.filter(wave=postponement.wave, state__in=OPEN_STATES)
    members = Membership.objects.live().filter(application__in=open_ones).values_list("establishment", flat=True)
    link = reverse("dashboards:call")
    return letters(event, "emails/wave_postponed.txt", people_of(members), link, postponement=postponement)


@on(
    "handover.proposed",
    "handover.accepted",
    "handover.declined",
    "handover.cancelled",
    says=_("Prévenir de la transmission de la coordination"),
)
def tell_handover(event: Event) -> Effect:
    """Proposed or cancelled: the establishment asked. Declined: who proposed. Accepted: every member."""
    handover = Handover.objects.select_related("application__coordinator", "membership__establishment").get(
        pk=event.subject_id
    )
    application = handover.application
    told = {
        Handover.State.PROPOSED: [handover.membership.establishment_id],
        Handover.State.CANCELLED: [handover.membership.establishment_id],
        Handover.State.DECLINED: [application.coordinator_id],
        Handover.State.ACCEPTED: _members(application),
    }
    people = people_of(told[Handover.State(event.data["state"])])
    link = reverse("applications:handover", args=[application.reference])
    return letters(event, "emails/handover.txt", people, link, family="consortium", reference=application.reference)


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────
@tasks.clock
def lapse_drafts() -> None:
    """Drafts of the waves that have closed: one transaction each, so that one that will not move holds no other."""
    drafts = Application.objects.filter(state="draft", wave__closes_at__lte=clock.now())
    received = Reception.objects.filter(settled_at__isnull=True)  # before the cut-off: they are owed an answer first
    for application in drafts.exclude(pk__in=received.values("application")).order_by("pk"):
        try:
            actions.lapse(application)
        except Refused:  # deposited, postponed or lapsed by another worker since it was listed
            continue


tasks.clock(actions.lapse_complements)
tasks.clock(actions.deem_overdue)
tasks.clock(actions.expire_uploads)
tasks.clock(examination.sweep)
tasks.clock(actions.remind)

from . import receipt, signature  # noqa: E402, F401  (register their own)
