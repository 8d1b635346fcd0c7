"""Echoes of the dossier: the sealed receipt, courtesy mails, and what the clock alone makes happen."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from directory.models import Affiliation, User
from edsh_portal import clock, documents, mail, pdf, scanner, tasks
from edsh_portal.events import Blocked, Effect, on
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from . import actions, clocks, remedies
from .models import Application, Handover, Membership, Piece, Postponement, Version, VersionFile
from .permissions import OPEN_STATES, WRITES


# ── the receipt ──────────────────────────────────────────────────────────────────────────────────────────────────────
@on("application.submitted", queue="pdf")
def make_receipt(event: Event) -> Effect | None:
    """Lays out and seals the acknowledgement of one version (CRPA R112-11-1), once: the row is unique."""
    version = Version.objects.select_related(
        "application__wave__settings",
        "application__wave__call",
        "application__coordinator__departement",
        "submitted_by",
    ).get(pk=event.data["version"])
    if version.files.filter(code="receipt").exists():
        return None
    title = f"Accusé de réception {version.receipt_number}"
    try:
        laid_out = pdf.render("pdf/receipt.html", receipt_context(version), title=title)
    except pdf.RenderError as error:
        raise Blocked(str(error)) from error
    sealed = pdf.seal(laid_out, reason=title)

    def effect() -> None:
        document = documents.store(
            sealed,
            name=f"{version.receipt_number}.pdf",
            media_type="application/pdf",
            kind="receipt",
            by=None,
            at=version.submitted_at,
            issued=True,
        )
        VersionFile.objects.create(version=version, code="receipt", document=document)

    return effect


def receipt_context(version: Version) -> dict[str, Any]:
    """What pdf/receipt.html says: number, instant, service, legal periods, remedies by place, files and hashes."""
    application, settings = version.application, version.application.wave.settings
    place = application.coordinator.departement_id or ""
    body = application.coordinator
    return {
        "at": version.submitted_at,
        "version": version,
        "application": application,
        "settings": settings,
        "content": version.content,
        "number": version.receipt_number,
        "files": version.files.exclude(code="receipt")
        .select_related("document", "piece__membership__establishment")
        .order_by("code", "pk"),
        "periods": clocks.periods(
            version.submitted_at,
            application.wave.closes_at,
            admissibility_months=settings.admissibility_months,
            decision_months=settings.decision_months,
        ),
        "remedy_months": remedies.months(place),
        "sender": [settings.service_name, settings.service_address, settings.service_email, settings.service_phone],
        "addressee": [body.name, f"FINESS {body.finess}" if body.finess else "", str(body.departement or "")],
        "reference": [{"key": "Dossier", "value": application.reference}, {"key": "Version", "value": version.number}],
    }


# ── courtesy mails ───────────────────────────────────────────────────────────────────────────────────────────────────
def people_of(establishments: Iterable[int]) -> list[User]:
    """Writers and legal representatives of these establishments today, each once."""
    held = Affiliation.objects.filter(establishment__in=list(establishments), ended_at__isnull=True, kind__in=WRITES)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))


def _letters(event: Event, template: str, people: list[User], link: str, **context: Any) -> Effect:
    def effect() -> None:
        for person in people:
            mail.post(event, template=template, to=person, context={"link": link, **context})

    return effect


def _members(application: Application) -> list[int]:
    return list(application.memberships.filter(state="accepted").values_list("establishment", flat=True))


def _home(application: Application) -> str:
    return reverse("applications:dossier", args=[application.reference])


@on("application.submitted")
def tell_deposit(event: Event) -> Effect:
    version = Version.objects.select_related("application").get(pk=event.data["version"])
    link = reverse("applications:version", args=[version.application.reference, version.number])
    people = people_of(_members(version.application))
    return _letters(
        event, "emails/application_submitted.txt", people, link, version=version, application=version.application
    )


@on("application.withdrawn", "application.lapsed", "application.admitted", "application.rejected")
def tell_state(event: Event) -> Effect:
    """The state as the event left it, whatever came since."""
    application = Application.objects.select_related("wave").get(pk=event.subject_id)
    state = Application.State(event.data["state"]).label
    people = people_of(_members(application))
    return _letters(
        event, "emails/application_state.txt", people, _home(application), application=application, state=state
    )


@on("membership.invited")
def tell_invited(event: Event) -> Effect:
    membership = Membership.objects.select_related(
        "application__coordinator", "application__wave", "establishment"
    ).get(pk=event.subject_id)
    link = reverse("applications:membership", args=[membership.application.reference, membership.pk])
    people = people_of([membership.establishment_id])
    return _letters(
        event, "emails/membership_invited.txt", people, link, membership=membership, application=membership.application
    )


@on("membership.accepted", "membership.declined")
def tell_answer(event: Event) -> Effect:
    membership = Membership.objects.select_related("application", "establishment").get(pk=event.subject_id)
    accepted = event.data["state"] == Membership.State.ACCEPTED
    people = people_of([membership.application.coordinator_id])
    return _letters(
        event,
        "emails/membership_answered.txt",
        people,
        _home(membership.application),
        membership=membership,
        application=membership.application,
        accepted=accepted,
    )


# ── the scanner ──────────────────────────────────────────────────────────────────────────────────────────────────────
@on("piece.added")
def scan_piece(event: Event) -> Effect | None:
    """Asks the scanner about the file, when there is one. A scanner that is down is asked again: the obligation stays due."""
    if not scanner.is_set():
        return None
    piece = Piece.objects.select_related("application", "document").get(pk=event.data["piece"])
    verdict = scanner.scan(documents.read(piece.document))

    def effect() -> None:
        actions.note_scan(piece, verdict)

    return effect


@on("piece.infected")
def tell_infected(event: Event) -> Effect:
    """Those who write the part it was joined to, and the coordinator's people."""
    piece = Piece.objects.select_related("application", "document", "membership").get(pk=event.data["piece"])
    application = piece.application
    held = [application.coordinator_id, *([piece.membership.establishment_id] if piece.membership else [])]
    link = reverse("applications:pieces", args=[application.reference])
    return _letters(
        event, "emails/piece_infected.txt", people_of(held), link, application=application, document=piece.document
    )


@on("wave.postponed")
def tell_postponed(event: Event) -> Effect:
    """Everyone who writes, or is asked to join, a dossier that may still be deposited in the wave."""
    postponement = Postponement.objects.select_related("wave__call").get(pk=event.data["postponement"])
    open_ones = Application.objects.filter(wave=postponement.wave, state__in=OPEN_STATES)
    members = Membership.objects.live().filter(application__in=open_ones).values_list("establishment", flat=True)
    link = reverse("dashboards:call")
    return _letters(event, "emails/wave_postponed.txt", people_of(members), link, postponement=postponement)


@on("handover.proposed", "handover.accepted", "handover.declined", "handover.cancelled")
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
    state = Handover.State(event.data["state"])
    link = reverse("applications:handover", args=[application.reference])
    return _letters(
        event,
        f"emails/handover_{state}.txt",
        people_of(told[state]),
        link if state == Handover.State.PROPOSED else _home(application),
        handover=handover,
        application=application,
    )


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────
@tasks.clock
def lapse_drafts() -> None:
    """Drafts of the waves that have closed: one transaction each, so that one that will not move holds no other."""
    for application in Application.objects.filter(state="draft", wave__closes_at__lte=clock.now()).order_by("pk"):
        try:
            actions.lapse(application)
        except Refused:  # deposited, postponed or lapsed by another worker since it was listed
            continue


tasks.clock(actions.deem_overdue)
tasks.clock(actions.expire_uploads)
