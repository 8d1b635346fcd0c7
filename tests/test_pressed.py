"""Every form of the portal pressed three times at one instant: what one press makes, three make it once, and all are led to it.

Who takes each step, and where, is in the tables of tests/access; steps that no row of theirs takes are in BESIDE.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from applications import actions as dossiers
from applications.models import Wave
from demo.cast import DOMAIN, PASSWORD
from directory import actions as directory
from directory.models import Establishment, User
from edsh_portal import clock
from edsh_portal.models import Delivery
from funding import actions as funding
from funding.models import Convention, Line
from tests.access import routes, stands, table, trial
from tests.ground.test_once import PROGRAMS, REPEATABLE
from tests.pressed import at_once, browser, made, opened, rows

Things = dict[str, Any]
# Pages that hold a form which is neither at its own address nor in the page above it.
PAGES = {
    "applications:invite_partner": lambda things: f"/dossiers/{things['dossier']}/consortium/?q=Sourdeval",
    "directory:renew_invitation": lambda things: "/annuaire/personnes/",
    "dashboards:retry": lambda things: "/taches/?state=blocked",
    "decisions:release": lambda things: "/decisions/",
}


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


def later(cast: stands.Cast) -> Things:
    """A wave that is not open yet."""
    return {"wave": Wave.objects.filter(opens_at__gt=clock.now()).order_by("number").first().number}


def put_off(cast: stands.Cast) -> Things:
    """The next wave leaves room for this one to close later."""
    second = Wave.objects.get(number=2)
    dossiers.delay_wave(second, opens_at=datetime(2022, 11, 1, 12, tzinfo=UTC), reason=routes.REASON, by=cast.driss)
    return {}


def recovery(cast: stands.Cast) -> Things:
    """What waits for its second person, on a page of no room."""
    share = Convention.objects.filter(instalments__state="paid", state="signed").first().share
    return {"act": funding.propose_recovery(share, cents=1_000, ground="term", by=cast.emma).pk}


def next_wave(cast: stands.Cast) -> Things:
    """VALMONT is withdrawn, and its wave is over; the next one is open."""
    cast.set_clock(Wave.objects.order_by("number")[1].opens_at + timedelta(days=1))
    return {}


def person(key: str) -> Callable[[stands.Cast], Things]:
    return lambda cast: {"person": cast.who(key).pk}


def nothing(_cast: stands.Cast) -> Things:
    return {}


NEW = "Un autre mot de passe, assez long"
INVITED = {"full_name": "Personne Invitée", "email": "invitee@edsh.example"}
LINK = {"a-establishment": lambda: Establishment.objects.get(name="CH fictif de Rivebelle").siret}
ASKED = {
    "place": LINK["a-establishment"], "full_name": "Personne Nouvelle", "function": "Cheffe de projet",
    "email": "nouvelle@chu.example", "kind": "writer",
}  # fmt: skip
# route: (stage, stand, who, what is done before, what they type)
BESIDE: dict[str, tuple[str, str, Any, Callable[[stands.Cast], Things], dict[str, Any]]] = {
    "applications:accept_handover": ("open", "offered", partner, nothing, {}),
    "applications:decline_handover": ("open", "offered", partner, nothing, {}),
    "applications:add_member_piece": ("open", "deposited", "alice", nothing, {"file": routes.pdf}),
    "applications:carry_over": ("open", "withdrawn", "alice", next_wave, {}),
    "applications:postpone_wave": ("open", "deposited", "driss", put_off, {"closes_at": "2022-10-20T12:00"}),
    "applications:delay_wave": ("open", "deposited", "driss", later, {"opens_at": "2022-11-01T12:00"}),
    "applications:new_settings": ("open", "deposited", "driss", nothing, {}),
    "applications:new_call": ("open", "deposited", "driss", nothing, {"slug": "suivant", "title": "Appel suivant", "purpose": "Essai."}),
    "applications:new_wave": ("open", "deposited", "driss", nothing, {"number": "9", "opens_at": "2098-01-01T12:00", "closes_at": "2098-03-01T12:00"}),
    "dashboards:approve_act": ("awarded", "paid", "olivier", recovery, {}),
    "dashboards:retry": ("open", "deposited", "adam", blocked, {}),
    "directory:invite": ("open", "deposited", "adam", nothing, INVITED | {"role": "expert"}),
    "directory:invite_colleague": ("open", "deposited", "alice", nothing, INVITED | {"kind": "writer"}),
    "directory:issue_token": ("open", "deposited", "alice", nothing, {"label": "Tableur", "scopes": "read", "days": "30"}),
    "directory:create_establishment": ("open", "deposited", "adam", nothing, {"name": "Clinique fictive", "kind": "private", "departement": "35", "activity": "0"}),
    "directory:add_gcs_member": ("open", "deposited", "adam", nothing, {"member": LINK["a-establishment"]}),
    "directory:affiliate": ("open", "deposited", "adam", person("expert03"), LINK | {"a-kind": "employee"}),
    "directory:grant_role": ("open", "deposited", "adam", person("dora"), {"role": "hdh"}),
    "directory:correct_establishment": ("open", "deposited", "driss", nothing, {"name": "Établissement corrigé", "reason": "Registre en retard."}),
    "directory:ask_account": ("open", "deposited", "anonymous", nothing, ASKED),
    "directory:forgotten_password": ("open", "deposited", "anonymous", nothing, {"email": f"alice@{DOMAIN}"}),
    "directory:renew_invitation": ("open", "deposited", "adam", nothing, {}),
    "directory:reactivate": ("open", "deposited", "adam", closed_account, {}),
    "directory:change_password": ("open", "deposited", "alice", nothing, {"current": PASSWORD, "password": NEW, "again": NEW}),
    "funding:open_envelope": ("awarded", "opened", "farid", nothing, {"act": "Avenant fictif"}),
    "funding:set_ceiling": ("awarded", "opened", "farid", nothing, {"line": lambda: Line.objects.first().pk, "rule": "advance", "rate": "20", "source": "Avenant fictif"}),
}  # fmt: skip
# Steps that the demonstration brings nobody before; they make nothing twice without a key either.
ELSEWHERE = {
    "under the key of a letter (tests/directory/test_letters.py)": """directory:accept_invitation directory:follow_request
        directory:new_password""",
    "a call is published once, closed once: W01": "applications:publish_call applications:close_call",
    "one session a wave (UNIQUE); no two dossiers are equal": "reviews:open_session reviews:vote",
    "taken out: there is nothing left to take out": "applications:remove_work_package",
}


def taken() -> dict[str, tuple[str, str, Any, Callable[[stands.Cast], Things], dict[str, Any]]]:
    """{route: as in BESIDE} of each form that carries a key: the first row of the tables that takes the step, or our own."""
    again = PROGRAMS | {name for names in REPEATABLE.values() for name in names.split()}
    found = {}
    for row in table.rows():
        if row.method == "POST" and "D" in row.verdicts and row.route not in again and ":" in row.route:
            found.setdefault(row.route, (row.stage, row.stand, table.SUBJECTS[row.verdicts.index("D")], nothing, {}))
    return {route: one for route, one in found.items() if not route.startswith("admin:")} | BESIDE


TAKEN = taken()
STAGES = list(dict.fromkeys(stage for stage, *_rest in TAKEN.values()))


def test_13_4_every_form_has_its_row():
    """Whoever adds a form brings it here, or says why it may be done again."""
    posted = {row.route for row in table.rows() if row.method == "POST" and not row.route.startswith("admin:")}
    said = {name for names in (*REPEATABLE.values(), *ELSEWHERE.values()) for name in names.split()} | PROGRAMS
    assert posted - said == set(TAKEN)


class Pressing:
    """One stage of the call, on clones of its own: a form whose step an earlier one has closed is tried on a fresh clone."""

    def __init__(self, stage: str) -> None:
        self.stage, self.forms, self.rows, self.failed = stage, 0, 0, 0
        self.parameters, self.wrong = routes.parameters(), []

    def stand(self, name: str, wanted: list[str]) -> None:
        while wanted:
            with trial.stage(self.stage) as cast:
                things = stands.STANDS[name](cast)
                left = {route: why for route in wanted if (why := self.press(cast, things, route))}
            if len(left) == len(wanted):
                route = next(iter(left))
                self.wrong.append(f"{self.stage}: {name}: {route}: {left.pop(route)}")
            wanted = list(left)

    def press(self, cast: stands.Cast, things: Things, route: str) -> str:
        """Why it cannot be pressed there; nothing when it was."""
        _stage, _stand, who, before, typed = TAKEN[route]
        try:
            things = things | before(cast)
            subject = who(cast) if callable(who) else who
            client = browser(None if subject == "anonymous" else cast.who(subject))
            path = routes.path(route, self.parameters[route], things)
            held = opened(client, path, *([PAGES[route](things)] if route in PAGES else []))
        except Exception as error:  # the form is not there any more
            return f"{type(error).__name__}: {error}"

        def data() -> dict[str, Any]:
            own = {name: value() if callable(value) else value for name, value in typed.items()}
            return held | routes.posted(route, things) | own

        cookies = client.cookies.copy()
        with trial.undone():
            stood = rows()
            alone = client.post(path, data())
            one = made(stood)
        client.cookies = cookies
        if alone.status_code not in (302, 303) or one.get("once") != 1:
            return f"alone: {alone.status_code}, {one}: {said(alone)}"
        stood, answers = rows(), at_once(client, path, data)
        self.judge(route, one, made(stood), answers)
        return ""

    def judge(self, route: str, one: dict[str, int], three: dict[str, int], answers: list[Any]) -> None:
        self.forms += 1
        self.rows += sum(three.values())
        self.failed += sum(answer is None or answer.status_code >= 500 for answer in answers)
        led = [(answer.status_code, answer.get("Location")) if answer is not None else None for answer in answers]
        if one != three or len(set(led)) > 1 or led[0] is None or led[0][0] not in (302, 303):
            self.wrong.append(f"{self.stage}: {route}: {led}; alone {one}, three {three}")


def said(answer: Any) -> str:
    html = answer.content.decode() if not answer.streaming else ""
    return " ".join(html.partition("error-summary")[2][:400].split()) or html[:120]


@pytest.mark.parametrize("stage", STAGES)
def test_13_4_every_form_pressed_three_times_at_once(stage, django_db_setup, django_db_blocker):
    here = Pressing(stage)
    with django_db_blocker.unblock():
        for stand in dict.fromkeys(stand for at, stand, *_rest in TAKEN.values() if at == stage):
            here.stand(stand, [route for route, one in TAKEN.items() if one[:2] == (stage, stand)])
    told = {"forms": here.forms, "presses": 3 * here.forms, "rows made": here.rows, "answers 5xx": here.failed}
    print(f"\nonce: {stage}: {json.dumps(told)}", flush=True)
    assert not here.wrong, "\n".join(["", *here.wrong])
    assert here.failed == 0
