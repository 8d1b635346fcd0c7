"""The dossier and its consortium, from a draft to a withdrawal."""

from datetime import timedelta

from applications import actions as dossiers
from applications.models import Application, Delegation, Membership, pledged, with_pledges
from calls.models import Wave
from calls.questions import QUESTIONS
from casework import actions as casework
from demo import texts
from directory import actions as directory
from directory.models import Establishment, User
from edsh_portal import clock

from ..routes import REASON
from .cast import AFTER_CUT_OFF, Cast, Things, shared, stand, valmont, work


@stand
def deposited(cast: Cast) -> Things:
    """VALMONT as the stage has it, with an invitation and a key of alice's."""
    things = shared(cast, valmont())
    place = Establishment.objects.get(name="CHU fictif de Valmont")
    invitation = directory.invite(
        email="collegue@edsh.example", full_name="Collègue", establishment=place, kind="writer", by=cast.alice
    )
    request = directory.ask_account(
        email="demande@edsh.example",
        full_name="Demande",
        function="Essai",
        establishment=place,
        kind="writer",
        by=cast.alice,
    )
    directory.prove_address(directory.seal_letter(request))
    token, _key = directory.issue_token(cast.alice, label="essai", scopes=["read"], days=30, by=cast.alice)
    code = things["code"]
    upload = dossiers.begin_upload(valmont(), code, name="essai.pdf", length=1000, by=cast.alice)
    paper = dossiers.print_draft(valmont(), by=cast.alice)
    return things | {
        "invitation": invitation.pk,
        "request": request.pk,
        "token": token.pk,
        "upload": upload.pk,
        "printout": paper.pk,
    }


@stand
def written(cast: Cast) -> Things:
    """alice has written to the service about VALMONT, with a file."""
    files = [("question.pdf", texts.page("Question"))]
    thread = casework.open_thread(valmont(), subject="Question", text=REASON, files=files, by=cast.alice)
    message = thread.messages.get()
    work()
    return shared(cast, valmont()) | {
        "thread": thread.pk,
        "message": message.pk,
        "message_file": message.files.get().pk,
    }


@stand
def offered(cast: Cast) -> Things:
    """The coordination of VALMONT is proposed to its partner."""
    dossier = valmont()
    heir = dossier.memberships.get(role="partner")
    dossiers.hand_over_coordination(dossier, heir, reason=REASON, by=cast.sophie)
    return shared(cast, dossier)


def delegation(cast: Cast, establishment: Establishment, to: User, by: User) -> Delegation:
    today = clock.today()
    days = {"first_on": today, "last_on": today + timedelta(days=30)}
    return dossiers.delegate_signature(
        establishment, to, **days, content=texts.page("Délégation"), name="acte.pdf", by=by
    )


@stand
def delegated(cast: Cast) -> Things:
    """sophie has delegated her signature to alice."""
    dossier = valmont()
    given = delegation(cast, dossier.coordinator, cast.alice, cast.sophie)
    work()
    return shared(cast, dossier) | {"delegation": given.pk}


@stand
def mandate_due(cast: Cast) -> Things:
    """The representative of bruno's establishment has delegated to him, and alice has raised its own funds by a cent."""
    dossier = valmont()
    member = with_pledges(dossier.memberships.select_related("application__wave", "establishment")).get(role="partner")
    signatory = User.objects.get(affiliations__establishment=member.establishment, affiliations__kind="signatory")
    delegation(cast, member.establishment, cast.bruno, signatory)
    cells = {
        (line.work_package.number if line.work_package else 0, line.category, line.year): line.cents
        for line in member.lines.select_related("work_package")
    }
    cells[next(iter(cells))] += 1
    plan = {"aid_cents": member.plan.aid_cents, "own_cents": member.plan.own_cents + 1}
    dossiers.save_budget(member, cells, plan, by=cast.alice)
    now = pledged(with_pledges(dossier.memberships.all()).get(pk=member.pk))
    return shared(cast, dossier) | {"pledge": vars(now)}


@stand
def own_part(cast: Cast) -> Things:
    """VALMONT, and the coordinator's own membership, budget and work."""
    dossier = valmont()
    return shared(cast, dossier) | {"member": dossier.memberships.get(role="coordinator").pk}


def sketch(cast: Cast) -> tuple[Application, Membership]:
    wave = Wave.objects.order_by("number").first()
    place = Establishment.objects.get(name="CHU fictif de Valmont")
    draft = dossiers.create(wave, coordinator=place, acronym="ESQUISSE", by=cast.alice)
    invited = dossiers.invite_partner(draft, Establishment.objects.get(name="CH fictif de Rivebelle"), by=cast.alice)
    return draft, invited


@stand
def draft(cast: Cast) -> Things:
    """A second dossier of alice's, never deposited; bruno's establishment is invited and has not answered."""
    return shared(cast, sketch(cast)[0])


@stand
def questioned(cast: Cast) -> Things:
    """alice has asked the service something about her draft."""
    dossier, _invited = sketch(cast)
    thread = casework.open_thread(dossier, subject="Question", text=REASON, by=cast.alice)
    return shared(cast, dossier) | {"thread": thread.pk, "message": thread.messages.get().pk}


@stand
def abandoned(cast: Cast) -> Things:
    dossier, _invited = sketch(cast)
    things = shared(cast, dossier)
    dossiers.abandon(dossier, REASON, by=cast.alice)
    return things


@stand
def met(cast: Cast) -> Things:
    """Bruno's establishment has accepted; two texts of the first answer wait for a choice."""
    dossier, invited = sketch(cast)
    dossiers.accept_membership(invited, by=cast.bruno)
    question = QUESTIONS[0].slug
    dossiers.save_field(dossier, f"answers.{question}", "Texte en place.", read_version=0, by=cast.alice)
    saved = dossiers.save_field(dossier, f"answers.{question}", "Texte gardé à côté.", read_version=0, by=cast.sophie)
    return shared(cast, dossier) | {"clash": saved.clash.pk}


@stand
def accepted(cast: Cast) -> Things:
    dossier, invited = sketch(cast)
    dossiers.accept_membership(invited, by=cast.bruno)
    return shared(cast, dossier)


@stand
def declined(cast: Cast) -> Things:
    dossier, invited = sketch(cast)
    dossiers.decline_membership(invited, by=cast.bruno)
    return shared(cast, dossier)


@stand
def removed(cast: Cast) -> Things:
    """bruno's establishment was a member of VALMONT until alice removed it."""
    dossier = valmont()
    things = shared(cast, dossier)
    dossiers.remove_member(dossier.memberships.get(role="partner"), reason=REASON, by=cast.alice)
    return things


@stand
def withdrawn(cast: Cast) -> Things:
    dossiers.withdraw(valmont(), REASON, by=cast.sophie)
    return shared(cast, valmont())


@stand
def not_deposited(cast: Cast) -> Things:
    """A draft that the cut-off closed."""
    cast.set_clock(AFTER_CUT_OFF - timedelta(days=20))
    dossier, _invited = sketch(cast)
    cast.set_clock(AFTER_CUT_OFF)
    dossiers.lapse(Application.objects.get(pk=dossier.pk))
    return shared(cast, Application.objects.get(pk=dossier.pk))
