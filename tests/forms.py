"""Every form of the portal: where it stands, who sends it, what is done before it is there, what they type, the page that draws it.

Who takes each step, and where, is in the tables of tests/access; steps that no row of theirs takes are in BESIDE.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import actions as dossiers
from calls import actions as calls
from calls.models import Call, Wave
from calls.questions import QUESTIONS
from dashboards import actions as dashboards
from dashboards.box import shelf
from demo.cast import DOMAIN, PASSWORD
from directory import actions as directory
from directory.models import Establishment, User
from edsh_portal import clock
from edsh_portal.models import Delivery
from funding import actions as funding
from funding import closings
from funding.models import Convention, Line
from reviews import actions as reviews
from reviews.models import Allocation, Assignment, Schedule, Session
from tests.access import routes, stands, table
from tests.access.stands import Things
from tests.database import by_hand
from tests.heard import heard as answered
from tests.pressed import browser


def partner(cast: stands.Cast) -> str:
    """Who commits the partner of VALMONT."""
    place = stands.valmont().memberships.get(role="partner").establishment
    return User.objects.get(affiliations__establishment=place, affiliations__kind="signatory").email.partition("@")[0]


def closed_account(cast: stands.Cast) -> Things:
    directory.deactivate(cast.zoe, by=cast.adam)
    return {"person": cast.zoe.pk}


def blocked(cast: stands.Cast) -> Things:
    held = Delivery.objects.filter(state="todo").order_by("pk").first()
    Delivery.objects.filter(pk=held.pk).update(state="blocked")
    return {"delivery": held.pk}


def unsealed(cast: stands.Cast) -> Things:
    """The publication of a decision is blocked."""
    Delivery.objects.filter(reaction="decisions.notify_decision", state="todo").update(state="blocked")
    return {}


def later(cast: stands.Cast) -> Things:
    """A wave that is not open yet."""
    return {"wave": Wave.objects.filter(opens_at__gt=clock.now()).order_by("number").first().number}


def put_off(cast: stands.Cast) -> Things:
    """The next wave leaves room for this one to close later."""
    second = Wave.objects.get(number=2)
    calls.delay_wave(second, opens_at=datetime(2022, 11, 1, 12, tzinfo=UTC), reason=routes.REASON, by=cast.driss)
    return {}


def recovery(cast: stands.Cast) -> Things:
    """What waits for its second person, on a page of no room."""
    share = Convention.objects.filter(instalments__state="paid", state="signed").first().share
    answered(share.convention, ground="term", cents=1_000, by=cast.emma)
    return {"act": funding.propose_recovery(share, cents=1_000, ground="term", by=cast.emma).pk}


def boxed(cast: stands.Cast) -> Things:
    """A box lies on its shelf, to be taken."""
    box = dashboards.ask_box(stands.valmont(), by=cast.aude)
    shelf.folder(box).mkdir(parents=True)
    shelf.whole(box).write_bytes(b"")
    dashboards.made(box, sha256="0" * 64, certificate="0" * 64, size=0)
    return {"box": box.pk}


def a_return() -> SimpleUploadedFile:
    """What the State's tool sends back."""
    return SimpleUploadedFile("retour.csv", stands.payment.return_of(3), content_type="text/csv")


def all_carried(cast: stands.Cast) -> Things:
    """The year is over, and a dated act carries all that was not used of it."""
    cast.set_clock(datetime(2023, 6, 1, 9, tzinfo=UTC))
    rows = closings.outlook(Call.objects.get(), 2022, clock.now())
    unused = {f"ae_{of.line.pk}": of.ae_unused for of in rows} | {f"cp_{of.line.pk}": of.cp_unused for of in rows}
    amounts = {name: f"{cents // 100},{cents % 100:02d}" for name, cents in unused.items() if cents}
    return {"closing": amounts | {"report": "Arrêté de report fictif", "reported_on": "2023-03-01"}}


def never_begun(cast: stands.Cast) -> Things:
    """The delay to begin is over."""
    cast.set_clock(datetime(2026, 6, 1, 9, tzinfo=UTC))
    return {}


def next_wave(cast: stands.Cast) -> Things:
    """VALMONT is withdrawn, and its wave is over; the next one is open."""
    cast.set_clock(Wave.objects.order_by("number")[1].opens_at + timedelta(days=1))
    return {}


def draft_settings(cast: stands.Cast) -> Things:
    """A version of the settings that no wave uses yet."""
    return {"settings": calls.new_settings(Wave.objects.get(number=1).call, bounds={}, by=cast.driss).version}


def after_the_waves(cast: stands.Cast) -> Things:
    cast.set_clock(Wave.objects.order_by("closes_at").last().closes_at + timedelta(days=1))
    return {}


def spare_package(cast: stands.Cast) -> Things:
    """Nobody spends on it."""
    return {"package": dossiers.save_row(stands.valmont(), "packages", title="Lot en trop", by=cast.alice).pk}


def written_twice(cast: stands.Cast) -> Things:
    """The first answer is written again: its first version may be put back."""
    question = QUESTIONS[0].slug
    held = stands.valmont().answers.filter(key=f"answers.{question}", aside=False).order_by("-version").first()
    dossiers.save_field(
        stands.valmont(), f"answers.{question}", "Écrit encore.", read_version=held.version, by=cast.alice
    )
    return {}


def placed(cast: stands.Cast) -> Things:
    """Somebody to ask, by the draft."""
    draft, expert = Allocation.objects.get(), User.objects.get(email=f"{cast.fourth}@{DOMAIN}")
    reviews.place(draft, stands.valmont(), expert, by=cast.driss)
    return {}


def solving(cast: stands.Cast) -> Things:
    """The solver is at work on the draft."""
    draft = Allocation.objects.get()
    reviews.ask_allocation(draft.wave, draft.k, by=cast.driss)
    return {}


def placing(cast: stands.Cast) -> Things:
    """The solver is at work on the hearings."""
    reviews.ask_hearings(Schedule.objects.get(), by=cast.driss)
    return {}


def heard(cast: stands.Cast) -> Things:
    """The dossier of the first report of claire's was heard."""
    schedule = Schedule.objects.get()
    report = Assignment.objects.filter(
        expert=cast.who("claire"), state="declared", application__rankings__session=schedule.session
    )
    held = report.exclude(application=stands.valmont()).order_by("pk").first()
    schedule.hearings.exclude(application=stands.valmont()).delete()
    reviews.move_hearing(schedule, held.application, schedule.slots.last(), schedule.venues.get(), by=cast.driss)
    reviews.send_hearings(schedule, by=cast.driss)
    cast.set_clock(schedule.slots.last().ends_at + timedelta(hours=1))
    return {"assignment": held.pk}


def other_mark(things: Things) -> str:
    mark = Assignment.objects.get(pk=things["assignment"]).review.scores.get(criterion__number=1).value
    return str(mark - 1 if mark else 1)


def equals(cast: stands.Cast) -> Things:
    """The second of the list becomes the equal of the first."""
    session = Session.objects.get(wave__number=1)
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_rankingline SET rank = 1 WHERE rank = 2 AND session_id = %s", [session.pk])
    lines = session.lines.filter(rank=1).order_by("pk")
    return {"places": {f"place_{line.pk}": place for place, line in enumerate(lines, start=1)}}


def second_wave(cast: stands.Cast) -> Things:
    """It is open, and nobody has signed for it yet."""
    return {"wave": 2}


def to_list(cast: stands.Cast) -> Things:
    """The first of the ranking waits for its list."""
    return {"lists": {f"list_{Session.objects.get(wave__number=1).lines.order_by('rank').first().pk}": "main"}}


def reserves(cast: stands.Cast) -> Things:
    """Two in the reserve, to be called in another order."""
    session = Session.objects.get(wave__number=1)
    lines = list(session.lines.filter(below_floor="").order_by("-rank")[:2])
    reviews.set_lists(session, {line.pk: {"list": "reserve"} for line in lines}, by=cast.jean)
    return {"places": {f"place_{line.pk}": place for place, line in enumerate(lines, start=1)}}


def person(key: str) -> Callable[[stands.Cast], Things]:
    return lambda cast: {"person": cast.who(key).pk}


def nothing(_cast: stands.Cast) -> Things:
    return {}


def model(route: str, who: str = "alice") -> Callable[[Things], SimpleUploadedFile]:
    """The spreadsheet that the portal gives at that route, as somebody has it on their disk."""

    def downloaded(things: Things) -> SimpleUploadedFile:
        answer = browser(User.objects.get(email=f"{who}@{DOMAIN}")).get(
            routes.path(route, routes.parameters()[route], things)
        )
        return SimpleUploadedFile("modele.xlsx", b"".join(answer), content_type=answer["Content-Type"])

    return downloaded


class Form(NamedTuple):
    """Where a form stands, who sends it, what is done before it is there, what they type (the words of the access tables apart)."""

    stage: str
    stand: str
    who: Any  # a subject of the tables, or a function of the cast
    before: Callable[[stands.Cast], Things] = nothing
    typed: dict[str, Any] = {}  # noqa: RUF012  (read only)


NEW = "Un autre mot de passe, assez long"
INVITED = {"full_name": "Personne Invitée", "email": "invitee@edsh.example"}
LINK = {"a-establishment": lambda _: Establishment.objects.get(name="CH fictif de Rivebelle").siret}
ASKED = {
    "place": LINK["a-establishment"], "full_name": "Personne Nouvelle", "function": "Cheffe de projet",
    "email": "nouvelle@chu.example", "kind": "writer",
}  # fmt: skip
SHORT = {"email": f"alice@{DOMAIN}", "password": PASSWORD}
WAVE = {"number": "9", "opens_at": "2098-01-01T12:00", "closes_at": "2098-03-01T12:00"}
CEILING = {"line": lambda _: Line.objects.first().pk, "rule": "advance", "rate": "20", "source": "Avenant fictif"}
CLINIC = {"name": "Clinique fictive", "kind": "private", "departement": "35", "activity": "0"}
CORRECTED = {"name": "Établissement corrigé", "reason": "Registre en retard."}
BESIDE = {
    "admin:logout": Form("awarded", "opened", "aude"),
    "applications:abandon": Form("open", "met", "alice"),
    "applications:accept_handover": Form("open", "offered", partner),
    "applications:add_member_piece": Form("open", "deposited", "alice", typed={"file": lambda _: routes.pdf()}),
    "applications:carry_over": Form("open", "withdrawn", "alice", next_wave),
    "calls:close_call": Form("open", "own_part", "driss", after_the_waves),
    "applications:decline_handover": Form("open", "offered", partner),
    "applications:delay_wave": Form("open", "deposited", "driss", later, {"opens_at": "2022-11-01T12:00"}),
    "applications:fill_budget": Form("open", "deposited", "alice", typed={"file": model("applications:budget_file")}),
    "applications:fill_socle": Form("open", "deposited", "alice", typed={"file": model("applications:socle_file")}),
    "casework:mark_read": Form("open", "written", "driss"),
    "calls:new_call": Form("open", "deposited", "driss", typed={"slug": "suivant", "title": "Appel suivant", "purpose": "Essai."}),
    "calls:new_settings": Form("open", "deposited", "driss"),
    "calls:new_wave": Form("open", "deposited", "driss", typed=WAVE),
    "applications:postpone_wave": Form("open", "deposited", "driss", put_off, {"closes_at": "2022-10-20T12:00"}),
    "applications:remove_work_package": Form("open", "deposited", "alice", spare_package),
    "applications:restore": Form("open", "deposited", "alice", written_twice),
    "calls:settings_bounds": Form("open", "deposited", "driss", draft_settings, {"max_months": "30"}),
    "calls:settings_part": Form("open", "deposited", "driss", draft_settings, {"criteria-0-title": "Critère repris"}),
    "dashboards:approve_act": Form("awarded", "paid", "olivier", recovery),
    "dashboards:retry": Form("open", "deposited", "adam", blocked),
    "dashboards:hand_box": Form("open", "deposited", "aude", boxed),
    "decisions:letter_terms": Form("awarded", "opened", "driss", typed={"place": "Lyon"}),
    "decisions:restart": Form("deliberation", "released", "driss", unsealed),
    "decisions:verify": Form("awarded", "opened", "anonymous", typed={"file": lambda _: routes.pdf()}),
    "directory:add_gcs_member": Form("open", "deposited", "adam", typed={"member": LINK["a-establishment"]}),
    "directory:affiliate": Form("open", "deposited", "adam", person("expert03"), LINK | {"a-kind": "employee"}),
    "directory:ask_account": Form("open", "deposited", "anonymous", typed=ASKED),
    "directory:change_password": Form("open", "deposited", "alice", typed={"current": PASSWORD, "password": NEW, "again": NEW}),
    "directory:correct_establishment": Form("open", "deposited", "driss", typed=CORRECTED),
    "directory:create_establishment": Form("open", "deposited", "adam", typed=CLINIC),
    "directory:forgotten_password": Form("open", "deposited", "anonymous", typed={"email": f"alice@{DOMAIN}"}),
    "directory:grant_role": Form("open", "deposited", "adam", person("dora"), {"role": "hdh"}),
    "directory:invite": Form("open", "deposited", "adam", typed=INVITED | {"role": "expert"}),
    "directory:invite_colleague": Form("open", "deposited", "alice", typed=INVITED | {"kind": "writer"}),
    "directory:issue_token": Form("open", "deposited", "alice", typed={"label": "Tableur", "scopes": "read", "days": "30"}),
    "directory:reactivate": Form("open", "deposited", "adam", closed_account),
    "directory:renew_invitation": Form("open", "deposited", "adam"),
    "directory:sign_in": Form("open", "deposited", "anonymous", typed=SHORT),
    "directory:sign_out": Form("open", "deposited", "alice"),
    "funding:close_year": Form("awarded", "opened", "olivier", all_carried),
    "funding:propose_lapse": Form("awarded", "opened", "driss", never_begun),
    "funding:open_envelope": Form("awarded", "opened", "farid", typed={"act": "Avenant fictif"}),
    "funding:read_import": Form("awarded", "exchanged", "olivier", typed={"file": lambda _: a_return()}),
    "funding:set_ceiling": Form("awarded", "opened", "farid", typed=CEILING),
    "reviews:stop_allocation": Form("review", "declared", "driss", solving),
    "reviews:send_allocation": Form("review", "declared", "driss", placed),
    "reviews:stop_hearings": Form("deliberation", "sitting", "driss", placing),
    "reviews:revise": Form("deliberation", "sitting", "claire", heard, {"reason_1": routes.REASON, "value_1": other_mark}),
    "reviews:sheets": Form("review", "declared", "claire", typed={"file": model("reviews:sheets_file", "claire")}),
    "reviews:sheet_of": Form("review", "declared", "claire", typed={"file": model("reviews:sheet_file", "claire")}),
    "reviews:undertaking": Form("review", "declared", "claire", second_wave),
    "reviews:lists": Form("deliberation", "sitting", "jean", to_list),
    "reviews:minutes": Form("deliberation", "closed", "jean"),
    "reviews:room": Form("deliberation", "sitting", "jean"),
    "reviews:reserve": Form("deliberation", "sitting", "jean", reserves),
    "reviews:vote": Form("deliberation", "sitting", "jean", equals),
}  # fmt: skip
# Pages that hold a form which is neither at its own address nor in a page above it.
PAGES: dict[str, Callable[[Things], str]] = {
    "admin:logout": lambda _: "/registres/",
    "applications:invite_partner": lambda things: f"/dossiers/{things['dossier']}/consortium/?q=Sourdeval",
    "applications:mark_dossier_read": lambda things: reverse("applications:submit", args=[things["dossier"]]),
    "applications:mark_section": lambda things: reverse("applications:answer", args=[things["dossier"], things["question"]]),
    "applications:print_draft": lambda things: reverse("applications:check", args=[things["dossier"]]),
    "applications:restore": lambda things: reverse("applications:history", args=[things["dossier"], things["key"]]),
    "applications:settle_clash": lambda things: reverse("applications:answer", args=[things["dossier"], things["question"]]),
    "dashboards:ask_box": lambda things: reverse("dashboards:timeline", args=[things["dossier"]]),
    "dashboards:retry": lambda _: "/taches/?state=blocked",
    "decisions:release": lambda _: "/decisions/",
    "decisions:restart": lambda _: "/decisions/",
    "decisions:approve_many": lambda things: reverse("decisions:approve_many") + "?" + urlencode({"proposals": things["proposals"]}, doseq=True),
    "directory:renew_invitation": lambda _: "/annuaire/personnes/",
    "directory:sign_out": lambda _: "/",
    "reviews:ask_allocation": lambda _: reverse("reviews:matrix") + "?releve=1",
    "reviews:place": lambda _: reverse("reviews:matrix") + "?releve=1",
    "reviews:stop_allocation": lambda _: reverse("reviews:matrix") + "?releve=1",
    "reviews:ask_hearings": lambda things: reverse("reviews:hearings", args=[1]),
    "reviews:stop_hearings": lambda things: reverse("reviews:hearings", args=[1]),
    "reviews:move_hearing": lambda things: reverse("reviews:hearings", args=[1]) + f"?dossier={things['dossier']}",
    "reviews:settle": lambda things: reverse("reviews:read", args=[things["assignment"]]),
    "set_language": lambda _: "/",
}  # fmt: skip


def forms() -> dict[str, Form]:
    """{route: its form}: the first row of the tables that takes the step, or our own."""
    found: dict[str, Form] = {}
    for letter in "DA":
        for row in table.rows():
            if row.method == "POST" and letter in row.verdicts:
                found.setdefault(row.route, Form(row.stage, row.stand, table.SUBJECTS[row.verdicts.index(letter)]))
    return found | BESIDE


def by_stand(wanted: dict[str, Form], stage: str) -> dict[str, list[str]]:
    """{stand: routes} of the forms of one stage."""
    found: dict[str, list[str]] = {}
    for route, form in wanted.items():
        if form.stage == stage:
            found.setdefault(form.stand, []).append(route)
    return found


def person_of(form: Form, cast: stands.Cast) -> User | None:
    """Who sends it; nobody who is signed in."""
    subject = form.who(cast) if callable(form.who) else form.who
    return None if subject == "anonymous" else cast.who(subject)


def typed(route: str, form: Form, things: Things) -> dict[str, Any]:
    """What is typed in it, chosen and joined."""
    own = {name: value(things) if callable(value) else value for name, value in form.typed.items()}
    return routes.posted(route, things) | own


def path(route: str, things: Things) -> str:
    return routes.path(route, routes.parameters()[route], things)


def pages(route: str, things: Things) -> list[str]:
    return [PAGES[route](things)] if route in PAGES else []
