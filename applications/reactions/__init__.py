"""Echoes of the dossier: courtesy mails, what is put on paper, and what the clock alone makes happen; receipt.py, signature.py."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Postponement
from edsh_portal import clock, paper, pdf, tasks
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from .. import actions, printing
from ..actions.pieces import read_annex
from ..content import annex
from ..models import Application, Handover, Membership, Piece, Printout, Reception, Version
from ..permissions import OPEN_STATES
from .letters import home, letters, members_of, people_of


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
    laid_out = paper.put(
        lambda: pdf.render(template, printing.context(made), title=title), name=name, kind="printout", binds=False
    )

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


@on("application.submitted", says=_("Prévenir du dépôt du dossier"))
def tell_deposit(event: Event) -> Effect:
    version = Version.objects.select_related("application").get(pk=event.data["version"])
    link = reverse("applications:version", args=[version.application.reference, version.number])
    people = people_of(members_of(version.application))
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
    people = people_of(members_of(application))
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
        Handover.State.ACCEPTED: members_of(application),
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


tasks.clock(actions.expire_uploads)
tasks.clock(examination.sweep)

from . import receipt, signature  # noqa: E402, F401  (register their own)
