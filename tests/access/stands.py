"""Where the cells are tried: a stage of the demonstration, a clock, and the verbs that bring the dossier VALMONT to a state.

A stand is a function of the cast that gives the things its routes name. It runs inside a transaction that is rolled back.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q

from applications import actions as dossiers
from applications.models import (
    Application,
    Delegation,
    Deliverable,
    Indicator,
    Membership,
    Milestone,
    pledged,
    with_pledges,
)
from calls.models import Call, Wave
from calls.questions import QUESTIONS
from casework import actions as casework
from decisions import actions as decisions
from decisions import studio
from decisions.models import Decision, Procedure, SignatureDelegation
from demo import texts
from demo.cast import DOMAIN, PASSWORD
from directory import actions as directory
from directory.models import Establishment, User
from edsh_portal import acts, clock, documents, events
from edsh_portal.intake import desk
from edsh_portal.models import Delivery, Mail
from edsh_portal.writing import Save
from funding import actions as funding
from funding.models import (
    Account,
    Agreement,
    Amendment,
    BankAccount,
    Claim,
    Convention,
    Entry,
    Grant,
    Import,
    ImportLine,
    Instalment,
    Line,
)
from reviews import actions as reviews
from reviews import panels, ranking
from reviews.actions.hearing import Frame
from reviews.models import Assignment, Calibration, RankingLine, Session, Tie
from tests.heard import heard
from tests.reviews.world import completed as renewed_version

from .routes import REASON

Things = dict[str, Any]
STANDS: dict[str, Callable[["Cast"], Things]] = {}
AFTER_CUT_OFF = datetime(2022, 10, 25, 8, 0, tzinfo=UTC)
CLOCKS = {"closed": AFTER_CUT_OFF}
STAGES = {"closed": "open"}  # the others are stages of the demonstration


class Cast:
    """The people of a stage, read anew at each use: what they hold is theirs today."""

    def __init__(self, stage: str, set_clock: Callable[..., None]) -> None:
        self.stage, self.set_clock = stage, set_clock
        self.second, self.third, self.fourth = "expert01", "expert02", "expert03"
        self.claire = "claire"

    def __getattr__(self, name: str) -> User:
        return User.objects.get(email=f"{name}@{DOMAIN}")

    def key(self, name: str) -> str:
        return str(self.__dict__.get(name, name))

    def who(self, name: str) -> User:
        return User.objects.get(email=f"{self.key(name)}@{DOMAIN}")


def stand(function: Callable[[Cast], Things]) -> Callable[[Cast], Things]:
    STANDS[function.__name__] = function
    return function


def valmont() -> Application:
    return Application.objects.get(acronym="VALMONT")


def work() -> None:
    """What the workers would do for the decisions and for the files sent."""
    for pk in (
        Delivery.objects.filter(Q(reaction__startswith="decisions.") | Q(queue="intake"), state="todo")
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        assert events.run(pk), Delivery.objects.get(pk=pk).last_error


def shared(cast: Cast, dossier: Application) -> Things:
    """What a dossier gives to the routes that name a part of it."""
    wave = dossier.wave
    things: Things = {
        "dossier": dossier.reference, "coordinator": dossier.coordinator_id, "wave": wave.number, "wave_pk": wave.pk, "call": wave.call.slug,
        "question": QUESTIONS[0].slug, "code": "presentation", "settings": wave.settings.version, "part": "criteres",
        "partner": Establishment.objects.get(name="CH fictif de Sourdeval").pk, "establishment": dossier.coordinator_id,
        "gcs": Establishment.objects.filter(kind="gcs").order_by("pk").first().pk, "driss": cast.driss.pk, "role": "instructor", "due_on": (clock.now() + timedelta(days=12)).date().isoformat(),
        "fourth": User.objects.get(email=f"{cast.fourth}@{DOMAIN}").pk,
        "ending": "xlsx", "person": cast.driss.pk, "delivery": 0, "box": 0, "token": 0, "invitation": 0, "request": 0, "secret": "inconnu", "letter": "invitation", "assignment": 0, "tie": 0, "allocation": 0, "summons": 0, "read_file": 0, "row": 0, "criterion": 1,
        "rank": 1, "draft": 1, "decision": "2022-9999", "sha256": "0" * 64, "version": 1, "version_file": 0, "upload": 0, "grant": 0, "share": 0,
        "fiscal_year": 2022, "convention": 0, "bank_account": 0, "instalment": 0, "entry": 0, "operation": 0, "minutes": 0, "account": "absent", "account_pk": 0, "condition": 0, "copy": 0, "agreement": 0, "amendment": 0, "claim": 0, "claim_line": 0, "claim_file": 0, "number": 1,
        "batch_kind": "engagements", "import_kind": "return", "batch": 0, "import": 0, "leftover": 0,
        "scenario": 0, "procedure": 0, "remedy": 0, "other_scenario": 0, "second_reserve": "EDSH-9-9999", "siret": "", "iban": texts.iban(7),
        "app_label": "directory", "content_type_id": 1, "object_id": 1,
        "act": 0, "posting": 0, "printout": 0, "thread": 0, "message": 0, "message_file": 0, "mail": Mail.objects.order_by("pk").values_list("pk", flat=True).first() or 0,
        "victor": cast.victor.pk, "signature": SignatureDelegation.objects.get(holder=cast.victor).pk,
        "affiliation": cast.alice.affiliations.get().pk, "delegation": 0, "delegate": cast.alice.pk,
        "today": clock.today().isoformat(), "last_day": (clock.today() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    key = f"answers.{QUESTIONS[0].slug}"
    answer = dossier.answers.filter(key=key, aside=False).order_by("-version").first()
    things |= {"key": key, "section": key, "text_version": 1, "clash": 0, "read": answer.version if answer else 0}
    required = list(wave.settings.pieces.order_by("order", "code"))
    things["code"] = next(p.code for p in required if not p.per_member)
    things |= {"function": "collect", "ending": "xlsx"}
    things["member_code"] = next((p.code for p in required if p.per_member), "annexe-financiere")
    for name, rows in (
        ("project", dossier.projects),
        ("perimeter", dossier.perimeters),
        ("package", dossier.packages),
        ("associated", dossier.associated),
        ("package", dossier.packages),
        ("warehouse", dossier.warehouses),
        ("matching", dossier.matchings),
        ("indicator", Indicator.objects.filter(project=dossier.projects.order_by("pk").first())),
        ("milestone", Milestone.objects.filter(work_package__application=dossier)),
        ("deliverable", Deliverable.objects.filter(work_package__application=dossier)),
    ):
        things[name] = rows.order_by("pk").values_list("pk", flat=True).first() or 0
    partner = dossier.memberships.filter(role="partner").order_by("pk").first()
    things["member"] = partner.pk if partner else 0
    pieces = dossier.pieces.filter(replaced_at=None, membership=None).order_by("pk")
    things["piece"] = pieces.values_list("pk", flat=True).first() or 0
    version = dossier.versions.order_by("number").first()
    if version:
        files = version.files.exclude(code="receipt").order_by("pk")
        things["version_file"] = files.first().pk
    return things


# ── the dossier ──────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── its admissibility ────────────────────────────────────────────────────────────────────────────────────────────────
@stand
def waiting(cast: Cast) -> Things:
    """Deposited, the cut-off behind: nobody has examined it."""
    return shared(cast, valmont())


@stand
def asked(cast: Cast) -> Things:
    """The length of the project is asked again, for ten days."""
    due_at = AFTER_CUT_OFF + timedelta(days=10)
    casework.ask_complements(valmont(), ["identity.months"], message=REASON, due_at=due_at, by=cast.driss)
    return shared(cast, valmont())


@stand
def completed(cast: Cast) -> Things:
    things = asked(cast)
    held = valmont()
    names = ("acronym", "title", "goal", "starts_on", "maturity_now", "maturity_target")
    values = {name: getattr(held, name) for name in names}
    dossiers.save_row(held, "identity", **values, months=held.months - 1, by=cast.alice)
    return things


@stand
def prorogation_proposed(cast: Cast) -> Things:
    casework.propose_prorogation(valmont(), decision_on=date(2023, 9, 30), reason=REASON, by=cast.driss)
    return shared(cast, valmont())


@stand
def proposed(cast: Cast) -> Things:
    casework.propose_admissibility(valmont(), verdict="admissible", rule="", evidence="", by=cast.driss)
    return shared(cast, valmont())


@stand
def returned(cast: Cast) -> Things:
    proposed(cast)
    casework.return_admissibility(valmont().admissibilities.get(state="proposed"), REASON, by=cast.victor)
    return shared(cast, valmont())


def ruled(cast: Cast, verdict: str) -> Things:
    rule, evidence = texts.VERDICTS.get(verdict, ("", ""))
    casework.propose_admissibility(valmont(), verdict=verdict, rule=rule, evidence=evidence, by=cast.driss)
    casework.validate_admissibility(valmont().admissibilities.get(state="proposed"), by=cast.victor)
    return shared(cast, valmont())


@stand
def admissible(cast: Cast) -> Things:
    return ruled(cast, "admissible")


@stand
def inadmissible(cast: Cast) -> Things:
    return ruled(cast, "inadmissible")


@stand
def ineligible(cast: Cast) -> Things:
    return ruled(cast, "ineligible")


# ── its evaluation ───────────────────────────────────────────────────────────────────────────────────────────────────
def entrusted(cast: Cast) -> tuple[Assignment, Assignment]:
    """claire's, declared; the second's, not declared."""
    hers = reviews.assign(valmont(), cast.who("claire"), by=cast.driss)
    other = reviews.assign(valmont(), cast.who("second"), by=cast.driss)
    reviews.declare(hers, conflict=False, statement=texts.NO_CONFLICT, confidentiality=True, by=cast.who("claire"))
    return Assignment.objects.get(pk=hers.pk), Assignment.objects.get(pk=other.pk)


def given(cast: Cast, assignment: Assignment) -> Things:
    things = shared(cast, valmont()) | {"assignment": assignment.pk, "tie": Tie.objects.get().pk}
    review = getattr(assignment, "review", None)
    version = review.version if review else valmont().version
    things["read_file"] = version.files.exclude(code="receipt").order_by("pk").first().pk
    return things


def marks(assignment: Assignment) -> dict[Any, tuple[int, str]]:
    criteria = assignment.application.wave.settings.criteria.order_by("number")
    return {criterion: (max(7, criterion.floor or 0), texts.comment(criterion.number, 0) * 3) for criterion in criteria}


@stand
def declared(cast: Cast) -> Things:
    things = given(cast, entrusted(cast)[0])
    return things | drafted(cast, things["fourth"])


def drafted(cast: Cast, expert: int) -> Things:
    """A draft of the wave that the solver has not answered."""
    draft = reviews.ask_allocation(valmont().wave, 2, by=cast.driss)
    reviews.stop_allocation(draft, by=cast.driss)
    return {"allocation": draft.pk, "cell": f"put:{valmont().pk}:{expert}"}


@stand
def assigned(cast: Cast) -> Things:
    return given(cast, entrusted(cast)[1])


@stand
def filled(cast: Cast) -> Things:
    """Every mark is given and saved: the review may be locked."""
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    return given(cast, hers)


@stand
def twice(cast: Cast) -> Things:
    """A comment written in two tabs, each over the same version: the second waits beside the first."""
    hers, _other = entrusted(cast)
    for text in ("Dans un onglet.", "Dans l’autre."):
        (row,) = reviews.save_cells(hers.review, [Save("scores.1.comment", text, 0)], by=cast.who("claire"))
    return given(cast, hers) | {"row": row.pk}


@stand
def locked(cast: Cast) -> Things:
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    reviews.lock_review(hers.review, by=cast.who("claire"))
    return given(cast, hers)


@stand
def divergent(cast: Cast) -> Things:
    """Two reports are locked, far apart; claire is the rapporteur, and has drafted a consensus."""
    hers, other = entrusted(cast)
    reviews.declare(other, conflict=False, statement=texts.NO_CONFLICT, confidentiality=True, by=cast.who("second"))
    for assignment, lower in ((hers, 0), (Assignment.objects.get(pk=other.pk), 6)):
        far = {key: (value - lower, comment) for key, (value, comment) in marks(assignment).items()}
        reviews.save_review(assignment.review, far, by=assignment.expert)
        reviews.lock_review(assignment.review, by=assignment.expert)
    held = reviews.open_discussion(valmont())
    reviews.designate(held, hers, by=cast.driss)
    agreed = {criterion.number: 5 for criterion in marks(hers)}
    reviews.draft_consensus(held, agreed, REASON, by=cast.who("claire"))
    return given(cast, hers) | {"draft": 1, "agreed": {f"value_{number}": 5 for number in agreed}}


@stand
def renewed(cast: Cast) -> Things:
    """claire's report is whole, and the dossier has a later version, whose first answer says otherwise."""
    hers, _other = entrusted(cast)
    reviews.save_review(hers.review, marks(hers), by=cast.who("claire"))
    first = QUESTIONS[0]
    renewed_version(valmont(), cast.sophie, clock.now(), answers={first.slug: REASON})
    shown = hers.review.scores.get(criterion__number=first.criterion).value
    return given(cast, Assignment.objects.get(pk=hers.pk)) | {"criterion": first.criterion, "shown": shown}


def calibration(cast: Cast) -> Calibration:
    wave = valmont().wave
    said = {criterion.number: REASON for criterion in wave.settings.criteria.all()}
    return reviews.write_calibration(wave, "Dossier fictif", said, by=cast.driss)


@stand
def calibrating(cast: Cast) -> Things:
    """The fictitious dossier is written, and not open yet."""
    hers, _other = entrusted(cast)
    calibration(cast)
    return given(cast, hers)


@stand
def calibrated(cast: Cast) -> Things:
    """It is open; two experts, not those of the tables, have given their marks."""
    hers, _other = entrusted(cast)
    held = calibration(cast)
    reviews.open_calibration(held, by=cast.driss)
    numbers = [criterion.number for criterion in marks(hers)]
    for expert in panels.experts_of(held.wave)[-2:]:
        reviews.give_calibration(held, dict.fromkeys(numbers, (5, "")), by=expert)
    return given(cast, hers) | {"calibration": {f"value_{number}": 5 for number in numbers}}


@stand
def recused(cast: Cast) -> Things:
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    reviews.recuse(hers, REASON, by=cast.who("claire"))
    return things


@stand
def unruled(cast: Cast) -> Things:
    """claire declares a link with a member: the dossier is shut until jean has ruled."""
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    reviews.declare_tie(cast.who("claire"), kind="advice", body="CH fictif de Rivebelle", by=cast.who("claire"))
    reviews.suspend_linked()
    assert Assignment.objects.get(pk=hers.pk).state == "waiting"
    return things


@stand
def suspended(cast: Cast) -> Things:
    """claire now works for a member of the consortium: the portal itself suspends her."""
    hers, _other = entrusted(cast)
    things = given(cast, hers)
    directory.affiliate(
        cast.who("claire"), Establishment.objects.get(name="CH fictif de Rivebelle"), kind="employee", by=cast.adam
    )
    reviews.suspend_linked()
    assert Assignment.objects.get(pk=hers.pk).state == "suspended"
    return things


# ── the jury and the decision ────────────────────────────────────────────────────────────────────────────────────────
def on_valmont(cast: Cast) -> Things:
    """At later stages VALMONT has its experts already: one of them stands in claire's column, two others in the next ones."""
    live = Assignment.objects.filter(application=valmont(), state="declared").order_by("pk").first()
    cast.claire = live.expert.email.partition("@")[0]
    inside = set(valmont().assignments.values_list("expert__email", flat=True))
    cast.second, cast.third = [
        k for k in ("expert01", "expert02", "expert03", "expert05") if f"{k}@{DOMAIN}" not in inside
    ][:2]
    return given(cast, live)


@stand
def sitting(cast: Cast) -> Things:
    """The session of the jury is open; VALMONT is summoned to a hearing, and another dossier is placed at the last slot."""
    session = Session.objects.get(wave__number=1)
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=9)
    slots = [(start + n * timedelta(minutes=30), start + (n + 1) * timedelta(minutes=30)) for n in range(8)]
    schedule = reviews.frame_hearings(session, Frame(slots, [("Salle 1", "")], 1, 3), by=cast.driss)
    slot, last, venue = schedule.slots.first(), schedule.slots.last(), schedule.venues.get()
    reviews.move_hearing(schedule, valmont(), slot, venue, by=cast.driss)
    (summons,) = reviews.send_hearings(schedule, by=cast.driss)
    other = session.lines.exclude(application=valmont()).order_by("rank").first().application
    reviews.move_hearing(schedule, other, last, venue, by=cast.driss)
    return on_valmont(cast) | {"summons": summons.pk, "hearing_cell": f"{last.pk}:{venue.pk}"}


@stand
def listed(cast: Cast) -> Things:
    """Every dossier has its list: the session may be closed."""
    from demo.plan import PLANS

    lists = {"award": "main", "reserve": "reserve", "refusal": "not_selected"}
    fates = {plan.acronym: plan.fate for plan in PLANS}
    session = Session.objects.get(wave__number=1)
    for line in RankingLine.objects.filter(session=session).select_related("application").order_by("rank"):
        reviews.set_list(line, lists[fates[line.application.acronym]], texts.SKIP, by=cast.jean)
    return on_valmont(cast)


@stand
def closed(cast: Cast) -> Things:
    things = listed(cast)
    reviews.close_session(Session.objects.get(wave__number=1), texts.MINUTES, by=cast.jean)
    line = Line.objects.get(code="FR2030")
    things["amounts"], things["minutes"] = {}, 1
    for member in valmont().memberships.filter(state="accepted"):
        things["amounts"] |= {
            f"amount-{member.establishment_id}": "1000,00",
            f"line-{member.establishment_id}": line.pk,
        }
    return things


@stand
def programmed(cast: Cast) -> Things:
    """driss has kept two scenarios of the closed list, and shares both; BELAIR stands behind HAUTEROCHE in the reserve."""
    things = closed(cast)
    wave = Wave.objects.get(number=1)
    for name, key in (("Premier", "scenario"), ("Second", "other_scenario")):
        drawn = studio.drawn(studio.read(wave, cast.driss))
        kept = decisions.keep_scenario(wave, name, 2, drawn, by=cast.driss)
        decisions.revise_scenario(kept, shared=True, by=cast.driss)
        things[key] = kept.pk
    reserve = ranking.reserve(RankingLine.objects.filter(session__wave=wave).select_related("application"))
    return things | {"second_reserve": reserve[1].application.reference}


@stand
def comes_back(cast: Cast) -> Things:
    """The feedback of VALMONT is written, and ready to be proposed."""
    things = closed(cast)
    held = reviews.begin_feedback(valmont(), by=cast.driss)
    told = dict.fromkeys(reviews.unanswered(held), texts.HARMLESS)
    reviews.save_feedback(held, {0: texts.OVERALL}, told, by=cast.driss)
    return things


@stand
def back_proposed(cast: Cast) -> Things:
    things = comes_back(cast)
    return things | {"act": reviews.propose_feedback(valmont().feedback, by=cast.driss).pk}


@stand
def award_proposed(cast: Cast) -> Things:
    things = closed(cast)
    line = Line.objects.get(code="FR2030")
    members = valmont().memberships.filter(state="accepted").select_related("establishment").order_by("pk")
    made = decisions.propose(
        valmont(), [(m.establishment, line, 10_000_000) for m in members], texts.MOTIVE, by=cast.driss
    )
    return things | {"act": acts.waiting("decision.approve", made).pk, "proposals": [made.pk]}


@stand
def award_returned(cast: Cast) -> Things:
    things = award_proposed(cast)
    decisions.return_proposal(valmont().proposals.get(state="proposed"), REASON, by=cast.victor)
    return things


@stand
def approved(cast: Cast) -> Things:
    things = award_proposed(cast)
    made = decisions.approve(valmont().proposals.get(state="proposed"), by=cast.victor)
    return things | of_grant(made) | {"decision": made.number}


@stand
def rendered(cast: Cast) -> Things:
    things = approved(cast)
    cast.set_clock(Decision.objects.get(number=things["decision"]).recall_until)
    work()
    return things | {"sealed": list(Decision.objects.filter(state="rendered").values_list("pk", flat=True))}


@stand
def timed(cast: Cast) -> Things:
    """dora has set the hour of its publication."""
    things = rendered(cast)
    decisions.plan_release(
        Decision.objects.filter(pk__in=things["sealed"]), clock.now() + timedelta(days=9), by=cast.dora
    )
    return things


@stand
def posting(cast: Cast) -> Things:
    """Published, and to be sent by post: HAUTEROCHE, the first of the reserve, has not agreed to electronic notification."""
    things = closed(cast)
    held, line = Application.objects.get(acronym="HAUTEROCHE"), Line.objects.get(code="FR2030")
    members = held.memberships.filter(state="accepted").select_related("establishment").order_by("pk")
    shares = [(member.establishment, line, 10_000_000) for member in members]
    made = decisions.approve(decisions.propose(held, shares, texts.MOTIVE, by=cast.driss), by=cast.victor)
    cast.set_clock(made.recall_until)
    work()
    decisions.release(list(Decision.objects.filter(state="rendered")), by=cast.dora)
    work()
    return things | of_grant(made) | {"decision": made.number, "today": clock.today().isoformat()}


@stand
def noticed(cast: Cast) -> Things:
    """HAUTEROCHE is notified by post; driss envisages its withdrawal, by a letter to be posted too."""
    things = posting(cast)
    held = Decision.objects.get(number=things["decision"])
    decisions.post_letter(held, "1A 1", clock.today(), by=cast.driss)
    decisions.receive_letter(held, clock.today(), by=cast.driss)
    made = decisions.open_revocation_procedure(held, ground="conditions", motives=REASON, by=cast.driss)
    work()
    return things | {"procedure": made.pk}


@stand
def released(cast: Cast) -> Things:
    """dora has published it, and it is not yet notified."""
    things = rendered(cast)
    decisions.release(list(Decision.objects.filter(state="rendered")), by=cast.dora)
    return things


@stand
def notified(cast: Cast) -> Things:
    """Notified, and nobody has opened it."""
    things = released(cast)
    work()
    made = Decision.objects.get(number=things["decision"])
    assert made.state == "notified"
    return things | {"sha256": made.snapshot_sha256}


@stand
def revoked(cast: Cast) -> Things:
    things = notified(cast)
    heard(Decision.objects.get(number=things["decision"]), by=cast.driss)
    asked = decisions.propose_revocation(Decision.objects.get(number=things["decision"]), REASON, by=cast.victor)
    acts.approve(asked, by=cast.dora)
    return things


def of_grant(made: Decision) -> Things:
    grant = made.grant or Grant.objects.get(application=made.application)
    mine = grant.shares.get(establishment=made.application.coordinator)
    account = Account.objects.filter(balance__isnull=False).order_by("pk").first()
    entry = Entry.objects.order_by("pk").first()
    return {
        "grant": grant.pk,
        "share": mine.pk,
        "siret": mine.establishment.siret,
        "account": account.code,
        "account_pk": account.pk,
        "entry": entry.pk,
        "operation": entry.posting_id,
    }


# ── the money ────────────────────────────────────────────────────────────────────────────────────────────────────────
@stand
def opened(cast: Cast) -> Things:
    """The award of VALMONT is notified and opened; nothing is contracted."""
    things = on_valmont(cast)
    made = Decision.objects.get(application=valmont())
    return things | of_grant(made) | {"decision": made.number, "sha256": made.snapshot_sha256}


def contract(cast: Cast, things: Things) -> Convention:
    from funding.models import GrantShare

    share = GrantShare.objects.select_related("establishment", "grant__application").get(pk=things["share"])
    held = sent(funding.prepare_convention(share, siret=share.establishment.siret, months=36, by=cast.driss))
    document = held.document
    assert document is not None
    things |= {"convention": held.pk, "document_sha256": document.sha256}
    return held


def sent(held: Convention) -> Convention:
    """As the portal hands it to its beneficiary; what is printed on it has its own tests."""
    content = texts.page("Convention")
    paper = documents.store(
        documents.keep(content),
        name="convention.pdf",
        media_type="application/pdf",
        kind="convention",
        by=None,
        issued=True,
    )
    funding.send_convention(held, paper)
    return held


@stand
def prepared(cast: Cast) -> Things:
    things = opened(cast)
    contract(cast, things)
    return things


@stand
def iban_proposed(cast: Cast) -> Things:
    things = opened(cast)
    held = contract(cast, things)
    name, rib = held.share.establishment.name, texts.page("Relevé d’identité bancaire")
    account = funding.propose_iban(held, iban=texts.iban(7), holder=name, content=rib, name="rib.pdf", by=cast.driss)
    work()
    return things | {"bank_account": account.pk}


@stand
def iban_validated(cast: Cast) -> Things:
    things = iban_proposed(cast)
    funding.validate_iban(BankAccount.objects.get(pk=things["bank_account"]), by=cast.victor)
    return things


@stand
def signed(cast: Cast) -> Things:
    """Every part of VALMONT's award is signed, with its account; nothing is planned."""
    things = with_valid_agreement(cast, iban_validated(cast))
    agree(Convention.objects.get(pk=things["convention"]), cast.sophie)
    countersign(cast, Convention.objects.get(pk=things["convention"]))
    other = Grant.objects.get(pk=things["grant"]).shares.exclude(pk=things["share"]).get()
    theirs = sent(funding.prepare_convention(other, siret=other.establishment.siret, months=36, by=cast.driss))
    agree(theirs, User.objects.get(affiliations__establishment=other.establishment, affiliations__kind="signatory"))
    countersign(cast, theirs)
    return things | {"partner_convention": theirs.pk}


def agree(held: Convention, signatory: User) -> None:
    document = held.document
    assert document is not None
    funding.sign_convention(held, quality=texts.QUALITY, sha256=document.sha256, by=signatory)


def countersign(cast: Cast, held: Convention) -> None:
    funding.propose_signature(held, by=cast.driss)
    funding.countersign_convention(held, by=cast.dora)


@stand
def copied(cast: Cast) -> Things:
    """A file is handed in, which is not the convention: nobody has signed."""
    things = prepared(cast)
    held, content = Convention.objects.get(pk=things["convention"]), texts.page("Autre chose")
    copy = funding.hand_in_copy(held, quality=texts.QUALITY, content=content, name="signee.pdf", by=cast.sophie)
    work()
    return things | {"copy": copy.pk}


@stand
def agreed(cast: Cast) -> Things:
    """The beneficiary has signed; the State's signature is to be proposed."""
    things = prepared(cast)
    agree(Convention.objects.get(pk=things["convention"]), cast.sophie)
    return things


def spent(cast: Cast) -> Things:
    """alice declares four expenses of January 2023, on one piece."""
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.open_claim(held, starts_on=date(2023, 1, 1), ends_on=date(2023, 1, 31), by=cast.alice)
    category = next(iter(funding.subsidised(held)))
    paper: dict[str, Any] = {"content": texts.page("Facture fictive"), "name": "facture.pdf"}
    for number in range(4):
        line = funding.add_line(
            made, category=category, label=f"Facture {number}", paid_on=date(2023, 1, 15), cents=1_000_00, by=cast.alice, **paper
        )  # fmt: skip
        paper = {"file": line.file}
    work()
    told = {"claim": made.pk, "claim_line": line.pk, "category": category, "number": 1, "claim_file": line.file_id}
    return things | told | {"accountant": cast.sophie.pk}


@stand
def claim_draft(cast: Cast) -> Things:
    return spent(cast)


@stand
def claim_asked(cast: Cast) -> Things:
    things = spent(cast)
    funding.ask_certificate(Claim.objects.get(pk=things["claim"]), accountant=cast.sophie, by=cast.alice)
    return things


@stand
def signature_proposed(cast: Cast) -> Things:
    things = agreed(cast)
    act = funding.propose_signature(Convention.objects.get(pk=things["convention"]), by=cast.driss)
    return things | {"act": act.pk}


@stand
def envisaged(cast: Cast) -> Things:
    things = opened(cast)
    held = Decision.objects.get(number=things["decision"])
    made = decisions.open_revocation_procedure(held, ground="conditions", motives=REASON, by=cast.driss)
    return things | {"procedure": made.pk}


@stand
def observed(cast: Cast) -> Things:
    things = envisaged(cast)
    held, content = Procedure.objects.get(pk=things["procedure"]), texts.page("Observations")
    decisions.observe(held, REASON, content=content, name="observations.pdf", by=cast.alice)
    work()
    return things


@stand
def appealed(cast: Cast) -> Things:
    things = opened(cast)
    held, content = Decision.objects.get(number=things["decision"]), texts.page("Recours")
    made = decisions.lodge_remedy(
        held, kind="gracious", text=REASON, content=content, name="recours.pdf", by=cast.sophie
    )
    work()
    return things | {"remedy": made.pk}


def with_agreement(cast: Cast, things: Things) -> Things:
    grant, content = Grant.objects.get(pk=things["grant"]), texts.page("Accord de consortium")
    made = funding.file_agreement(grant, signed_on=date(2023, 4, 1), content=content, name="accord.pdf", by=cast.alice)
    work()
    return things | {"agreement": made.pk}


@stand
def agreement_filed(cast: Cast) -> Things:
    return with_agreement(cast, opened(cast))


def with_valid_agreement(cast: Cast, things: Things) -> Things:
    things = with_agreement(cast, things)
    funding.validate_agreement(Agreement.objects.get(pk=things["agreement"]), by=cast.driss)
    return things


@stand
def amendment_asked(cast: Cast) -> Things:
    """VALMONT asks for more time."""
    things = signed(cast)
    grant = Grant.objects.get(pk=things["grant"])
    made = funding.ask_amendment(grant, kind="duration", reason="Recrutements retardés.", by=cast.alice)
    return things | {"amendment": made.pk}


@stand
def amendment_sent(cast: Cast) -> Things:
    things = amendment_asked(cast)
    held = Amendment.objects.get(pk=things["amendment"])
    funding.draft_amendment(held, months=40, by=cast.driss)
    paper = documents.store(
        documents.keep(texts.page("Avenant")), name="avenant.pdf", media_type="application/pdf", kind="amendment", by=None,
        issued=True,
    )  # fmt: skip
    funding.send_amendment(held, paper)
    return things | {"amendment_sha256": paper.sha256}


@stand
def amendment_agreed(cast: Cast) -> Things:
    things = amendment_sent(cast)
    held = Amendment.objects.get(pk=things["amendment"])
    for convention in Convention.objects.filter(share__grant=things["grant"]).order_by("pk"):
        by = User.objects.filter(
            affiliations__establishment=convention.share.establishment, affiliations__kind="signatory"
        ).first()
        funding.sign_amendment(held, convention, quality=texts.QUALITY, sha256=things["amendment_sha256"], by=by)
    return things


@stand
def exclusion_asked(cast: Cast) -> Things:
    """The instruction asks that the partner of VALMONT be put out."""
    things = signed(cast)
    grant = Grant.objects.get(pk=things["grant"])
    place = Convention.objects.get(pk=things["partner_convention"]).share.establishment
    made = funding.ask_amendment(grant, kind="exclude", establishment=place, reason="Travaux arrêtés.", by=cast.driss)
    return things | {"amendment": made.pk}


@stand
def member_joins(cast: Cast) -> Things:
    """Zoé's hospital joins VALMONT; sophie represents it too."""
    things = signed(cast)
    grant, place = Grant.objects.get(pk=things["grant"]), cast.zoe.affiliations.get().establishment
    directory.affiliate(cast.sophie, place, kind="signatory", by=cast.adam)
    made = funding.ask_amendment(grant, kind="join", establishment=place, reason="Un site de plus.", by=cast.alice)
    giver = Convention.objects.get(pk=things["partner_convention"]).share
    funding.draft_amendment(
        made, joins={giver.line_id: 10_000_00}, shares={giver.pk: giver.cents - 10_000_00}, expenses={place.pk: {"staff": 20_000_00}},
        arrived={"work": "Relier un site.", "vat": "including", "regime": ""}, by=cast.driss,
    )  # fmt: skip
    paper = documents.store(
        documents.keep(texts.page("Avenant")), name="avenant.pdf", media_type="application/pdf", kind="amendment", by=None,
        issued=True,
    )  # fmt: skip
    funding.send_amendment(made, paper)
    return things | {"amendment": made.pk, "amendment_sha256": paper.sha256, "establishment": place.pk}


@stand
def claim_sent(cast: Cast) -> Things:
    things = claim_asked(cast)
    funding.certify_claim(Claim.objects.get(pk=things["claim"]), quality="Agent comptable", by=cast.sophie)
    return things


@stand
def claim_checked(cast: Cast) -> Things:
    things = claim_sent(cast)
    for line in Claim.objects.get(pk=things["claim"]).lines.order_by("pk"):
        funding.check_line(line, eligible_cents=line.cents, refusal="", evidence_seen=True, by=cast.driss)
    return things


@stand
def partners_convention(cast: Cast) -> Things:
    """bruno's establishment's own convention."""
    things = signed(cast)
    return things | {"convention": things["partner_convention"]}


@stand
def planned(cast: Cast) -> Things:
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.plan_instalment(
        held, kind="advance", cents=1_000_000, year=2023, evidence=texts.EVIDENCE["advance"], by=cast.driss
    )
    return things | {"instalment": made.pk}


@stand
def conditioned(cast: Cast) -> Things:
    """An advance that waits for the beginning of the project."""
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.plan_instalment(
        held, kind="advance", cents=1_000, year=2023, evidence="Commencement", conditions=("start",), by=cast.driss
    )
    return things | {"instalment": made.pk, "condition": made.conditions.get().pk}


def advanced(cast: Cast, things: Things, *steps: tuple[str, str]) -> Things:
    for verb, who in steps:
        more = {"reason": REASON} if verb == "cancel" else {}
        getattr(funding, verb)(Instalment.objects.get(pk=things["instalment"]), **more, by=getattr(cast, who))
    return things


@stand
def cancelled(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("cancel", "driss"))


@stand
def certified(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"))


@stand
def ordered(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"), ("order", "olivier"))


@stand
def paid(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"), ("order", "olivier"), ("pay", "farid"))


@stand
def exchanged(cast: Cast) -> Things:
    """Engagements are sent; of two files that came back, one is applied, and leaves a line over."""
    things = ordered(cast)
    batch = funding.send_batch("engagements", by=cast.olivier)
    told = [came_back(cast, number) for number in (1, 2)]
    funding.apply_import(told[0], by=cast.olivier)
    leftover = ImportLine.objects.leftover().get(file=told[0])
    return things | {"batch": batch.pk, "batch_kind": "payments", "import": told[1].pk, "leftover": leftover.pk}


def came_back(cast: Cast, number: int) -> Import:
    content = return_of(number)
    book = desk.workbook(content, job="table")
    return funding.read_import("return", content=content, name=f"retour-{number}.csv", book=book, by=cast.olivier)


def return_of(number: int) -> bytes:
    """A file of the State's tool, of one line that names nothing of ours."""
    line = f"P-0;EJ{number};DP{number};00000000000000;enregistré;{number},00"
    return f"Référence portail;N° EJ;N° DP;N° tiers;Statut;Montant (€)\r\n{line}\r\nFIN;1;{number},00\r\n".encode()


@stand
def recoverable(cast: Cast) -> Things:
    things = paid(cast)
    heard(Convention.objects.get(pk=things["convention"]), ground="term", cents=1_000, by=cast.emma)
    return things


@stand
def recovered(cast: Cast) -> Things:
    """A part of what was paid is claimed back."""
    things = recoverable(cast)
    share = Convention.objects.get(pk=things["convention"]).share
    asked = funding.propose_recovery(share, cents=1_000, ground="term", by=cast.emma)
    acts.approve(asked, by=cast.olivier)
    return things | {"posting": share.postings.get(kind="recover").pk}


__all__ = ["AFTER_CUT_OFF", "CLOCKS", "PASSWORD", "STAGES", "STANDS", "Call", "Cast"]
