"""Echoes of the money: conventions are laid out, sent and told of; what is handed in (RIB, signed copy, agreement) is examined."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.reactions import people_of
from applications.reactions.letters import letters
from directory.models import User
from edsh_portal import mail, paper, tasks
from edsh_portal.access import FINANCE
from edsh_portal.events import Effect, on
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Document, Event

from . import actions, printing
from .models import Agreement, Amendment, BankAccount, Claim, ClaimFile, Convention, Grant, Shortage, SignedCopy
from .models.consortium import coordinator_of, members_of, parties_of

OF_CONVENTION = (
    "share__establishment",
    "share__line",
    "share__grant__application__version",
    "share__grant__application__wave__call",
    "share__grant__application__wave__settings",
)


@on("iban.proposed", "iban.validated", says=_("Prévenir le bénéficiaire du changement de compte bancaire"))
def tell_beneficiary(event: Event) -> Effect:
    """Its writers and who represents it, always and at once: whoever did not ask for it says so the same day."""
    account = BankAccount.objects.select_related("convention__share__establishment").get(pk=event.subject_id)
    context = {
        "name": account.convention.share.establishment,
        "last": account.iban[-4:],
        "validated": event.kind == "iban.validated",
        "link": reverse("funding:convention", args=[account.convention_id]),
    }

    def effect() -> None:
        for person in people_of([account.convention.share.establishment_id]):
            mail.post(event, template="emails/iban.txt", context=context, to=person)

    return effect


@on("iban.proposed", queue="intake", says=_("Examiner le relevé d’identité bancaire"))
def examine_rib(event: Event) -> Effect | None:
    held = BankAccount.objects.select_related("document__scan_result").get(pk=event.subject_id)
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_rib_examined(held, found)


@on("convention.prepared", "convention.reworked", queue="pdf", says=_("Mettre en forme et envoyer la convention"))
def lay_out_convention(event: Event) -> Effect | None:
    """Laid out, sealed so that signatures may follow, and sent to the beneficiary's space."""
    held = Convention.objects.select_related(*OF_CONVENTION).get(pk=event.subject_id)
    if held.state != Convention.State.PREPARED:
        return None
    told = printing.compose(held)
    title, name = printing.title(told), f"convention-{told['number']}.pdf"
    made = paper.put(
        lambda: paper.sealed(printing.lay_out(told), title, signable=True), name=name, kind="convention", told=told
    )
    return lambda: actions.send_convention(held, made.store(by=None))


@on("convention.sent", says=_("Prévenir le bénéficiaire de la convention à signer"))
def tell_convention_sent(event: Event) -> Effect:
    """Its writers and who represents it: one of them signs."""
    share = Convention.objects.select_related("share__establishment").get(pk=event.subject_id).share
    context = {"name": share.establishment, "signed": False}
    return _letters(event, event.subject_id, people_of([share.establishment_id]), context)


@on("convention.signed", says=_("Prévenir le bénéficiaire de la convention signée"))
def tell_convention_signed(event: Event) -> Effect:
    share = Convention.objects.select_related("share__establishment").get(pk=event.subject_id).share
    context = {"name": share.establishment, "signed": True}
    return _letters(event, event.subject_id, people_of([share.establishment_id]), context)


def _letters(event: Event, convention: int, people: list[Any], context: dict[str, Any]) -> Effect:
    link = reverse("funding:convention", args=[convention])
    return letters(event, "emails/convention.txt", people, link, family="", **context)


@on("convention.copied", queue="intake", says=_("Examiner la convention signée remise par le bénéficiaire"))
def examine_copy(event: Event) -> Effect | None:
    """The file as any other, then whether it is what was sent and signatures, and nothing else."""
    held = SignedCopy.objects.select_related("document__scan_result", "convention__document").get(pk=event.subject_id)
    if held.document.scan_state != Document.Scan.EXAMINING or held.convention.document is None:
        return None
    sent, received = held.convention.document, quarantine.received(held.document.pk, held.document.sha256)
    found = examination.examine(held.document)
    if found is None:
        return None
    try:
        why, signers = desk.copy_of(received, sent.size, sent.sha256, wait=examination.WAIT_SECONDS)
    except desk.GaveUp:
        why, signers = "broken", ""
    if not found.good:
        why = "file"
    return lambda: actions.note_copy_examined(held, found, why, signers)


@on("convention.copy_examined", says=_("Prévenir le bénéficiaire d’une convention remise qui ne vaut pas signature"))
def tell_copy_refused(event: Event) -> Effect | None:
    if not event.data["refusal"]:
        return None
    held = SignedCopy.objects.select_related("convention__share__establishment", "sent_by").get(pk=event.subject_id)
    link = reverse("funding:convention", args=[held.convention_id])
    name = held.convention.share.establishment
    return letters(event, "emails/convention_copy_refused.txt", [held.sent_by], link, family="", name=name)


@on("agreement.filed", queue="intake", says=_("Examiner l’accord de consortium"))
def examine_agreement(event: Event) -> Effect | None:
    held = Agreement.objects.select_related("document__scan_result").get(pk=event.subject_id)
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_agreement_examined(held, found)


@on(
    "agreement.returned",
    "agreement.validated",
    says=_("Prévenir le coordinateur de la suite de l’accord de consortium"),
)
def tell_agreement(event: Event) -> Effect:
    held = Agreement.objects.select_related("grant__application").get(pk=event.subject_id)
    application = held.grant.application
    context = {"reference": application.reference, "validated": event.kind == "agreement.validated"}
    link = reverse("funding:grant", args=[held.grant_id])
    return letters(event, "emails/agreement.txt", people_of([coordinator_of(held.grant)]), link, family="", **context)


@on("amendment.drafted", queue="pdf", says=_("Mettre en forme et envoyer l’avenant"))
def lay_out_amendment(event: Event) -> Effect | None:
    """Laid out, sealed, and sent to the spaces of the beneficiaries."""
    of = ("grant__application__wave__call", "grant__application__wave__settings")
    held = Amendment.objects.select_related(*of).get(pk=event.subject_id)
    if held.state != Amendment.State.DRAFTED:
        return None
    told = printing.compose_amendment(held)
    title, name = printing.title_amendment(told), f"avenant-{told['number']}.pdf"
    made = paper.put(
        lambda: paper.sealed(printing.lay_out_amendment(told), title, signable=True),
        name=name,
        kind="amendment",
        told=told,
    )
    return lambda: actions.send_amendment(held, made.store(by=None))


@on(
    "amendment.sent",
    "amendment.entered",
    "amendment.refused",
    says=_("Prévenir les bénéficiaires de la suite d’un avenant"),
)
def tell_amendment(event: Event) -> Effect:
    """The coordinator of a refusal; whoever signs it; once in force, whoever was a member before it, or is one."""
    held = Amendment.objects.select_related("grant__application").get(pk=event.subject_id)
    application, step = held.grant.application, event.kind.partition(".")[2]
    if step == "refused":
        places = {coordinator_of(held.grant)}
    elif step == "sent":
        places = {place for place, _convention in parties_of(held)}
    else:
        places = {int(place) for of in (held.before, held.after) for place in of.get("members", {})}
    people = people_of(sorted(places))
    link = reverse("funding:amendment", args=[held.pk])
    context = {"reference": application.reference, "step": step}
    return letters(event, "emails/amendment.txt", people, link, family="", **context)


@on(
    "grant.start_near",
    "grant.extended",
    "grant.lapsed",
    says=_("Prévenir les bénéficiaires du délai de commencement, et de la caducité"),
)
def tell_start(event: Event) -> Effect:
    """Those who write and sign for each member; of the lapse, for each beneficiary, who has left or not. A reminder, for who has not put
    reminders off."""
    grant = Grant.objects.select_related("application").get(pk=event.subject_id)
    step = event.kind.partition(".")[2]
    lapsed = step == "lapsed"
    people = people_of(grant.shares.values_list("establishment", flat=True) if lapsed else members_of(grant))
    context = {"reference": grant.application.reference, "step": step}
    family = "reminders" if step == "start_near" else ""
    link = reverse("funding:conventions") if lapsed else reverse("funding:grant", args=[grant.pk])
    return letters(event, "emails/grant_start.txt", people, link, family=family, **context)


@on(
    "claim.certificate_asked",
    "claim.returned",
    "claim.accepted",
    says=_("Prévenir l’établissement de la suite d’un état des dépenses"),
)
def tell_claimants(event: Event) -> Effect:
    """The accountant who is asked; else those who write and sign for the establishment."""
    claim = Claim.objects.select_related("convention__share__establishment").get(pk=event.subject_id)
    place = claim.convention.share.establishment
    asked = event.data.get("accountant")
    context = {
        "name": place,
        "number": claim.number,
        "step": event.kind.partition(".")[2],
        "link": reverse("funding:claim", args=[claim.pk]),
    }

    def effect() -> None:
        for person in people_of([place.pk]):
            if asked in (None, person.pk):
                mail.post(event, template="emails/claim.txt", context=context, to=person)

    return effect


@on("claim.file_joined", queue="intake", says=_("Examiner une pièce d’un état des dépenses"))
def examine_claim_file(event: Event) -> Effect | None:
    held = ClaimFile.objects.select_related("document__scan_result", "claim__convention__share__grant").get(
        pk=event.subject_id
    )
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_claim_file_examined(held, found)


@on("shortage.foreseen", says=_("Prévenir les finances et la direction d’un manque de crédits de paiement"))
def tell_shortage(event: Event) -> Effect | None:
    """At once and whatever they chose: what protects the money has no family."""
    held = Shortage.objects.select_related("line").get(pk=event.subject_id)
    if held.ended_at is not None:
        return None
    people = User.objects.filter(groups__name__in=(*FINANCE, "direction"), is_active=True).distinct().order_by("pk")
    context = {"source": held.line.label, "month": held.month}
    return letters(event, "emails/shortage.txt", list(people), reverse("funding:forecast"), family="", **context)


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────
tasks.clock(actions.remind_starts)
tasks.clock(actions.watch_credits)
