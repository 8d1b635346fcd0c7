"""Every form of the portal is sent by a real Chromium: its page opened as the person who sends it, filled, its button pressed. It is
answered as the same step sent without a browser is, makes the same rows, and leads to the same place; nothing is said in the console.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from applications.models import Piece
from applications.views import pieces
from calls import actions as calls
from demo import story, texts
from directory.models import Establishment
from edsh_portal import clock
from tests import forms
from tests.access import stands, table, trial
from tests.applications import world
from tests.browser.driver import chromium, context
from tests.browser.served import Served, place, served
from tests.browser.window import Window, sends
from tests.ground.test_once import PROGRAMS
from tests.pressed import browser, drawn, made, rows

pytestmark = pytest.mark.browser
# What no form of a page sends, or what other tests of a browser send.
ELSEWHERE = {
    "by a script of the page, in a body of its own": "applications:sync reviews:sync reviews:sync_feedback applications:begin_upload applications:begin_member_upload",
    "from a letter (test_invitation.py, test_newcomer.py)": """directory:accept_invitation directory:follow_request
        directory:new_password""",
    "below, where no call is published yet": "calls:publish_call",
    "test_story.py": "reviews:open_session",
    "as soon as it is chosen (test_lists.py)": "reviews:lists",
    "on the page that shows what a file changes (test_sheet.py)": "reviews:take_sheets",
}
EVERY = {route: form for route, form in forms.forms().items() if route not in " ".join(ELSEWHERE.values()).split()}
# The last first: whoever builds it leaves the others on the way.
STAGES = sorted({form.stage for form in EVERY.values()}, key=(*story.STAGES, "closed").index, reverse=True)


def test_13_1_every_form_is_there():
    """Whoever adds a form brings it to tests/forms.py, or says here who sends it."""
    posted = {row.route.partition("+")[0] for row in table.rows() if row.method == "POST"}
    assert posted - {name for names in ELSEWHERE.values() for name in names.split()} == set(EVERY)
    assert set(PROGRAMS) <= posted


@pytest.fixture(scope="module")
def driven() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.mark.django_db
def test_13_1_the_first_call_is_published(driven):
    """First of all, on a portal that has nothing."""
    driss = world.person("driss", role="instructor")
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="Essayer.", by=driss)
    criteria = [{"number": n, "title": f"Critère {n}", "guidance": "", "weight": 50, "floor": None} for n in (1, 2)]
    lists = {"criteria": criteria, "pieces": world.PIECES, "rates": world.RATES}
    held = calls.new_settings(call, bounds=world.BOUNDS, **lists, by=driss)
    calls.create_wave(call, held, number=1, opens_at=world.OPENS, closes_at=world.CLOSES, by=driss)
    path = reverse("calls:publish_call")
    with served() as here, context(driven, here.base_url) as opened:
        window = Window(opened)
        window.held_by(browser(driss), here.base_url)
        with here.answering():
            answer = window.send(here.base_url + path, path, {})
        window.leave()
        assert (answer.status, window.heard) == (302, [])
    call.refresh_from_db()
    assert call.state == "published"


class Sending:
    """One stage of the call, in one transaction; each form is sent from a savepoint, and undone. What scripts save as one types, and
    would be sent twice, is sent here without them (`plain`); with them: test_writing.py, test_grid.py."""

    def __init__(self, stage: str, cast: stands.Cast, here: Served, window: Window, plain: Window) -> None:
        self.stage, self.cast, self.here, self.window, self.plain = stage, cast, here, window, plain
        self.sent, self.wrong = 0, []
        self.opened: list[Window] = []  # for the form being sent
        self.landed: set[str] = set()  # pages that presses have led to: each is drawn, and its console heard, once

    def stand(self, name: str, wanted: list[str]) -> None:
        held = self.cast.claire, self.cast.second, self.cast.third
        with trial.undone():
            things = stands.STANDS[name](self.cast)
            for route in wanted:
                at = clock.now()
                with trial.undone():
                    fault = self.fault(route, things)
                self.sent += 1
                self.wrong += [f"{self.stage}: {name}: {route}: {fault}"] if fault else []
                if abs(clock.now() - at).days:
                    self.cast.set_clock(at)
        self.cast.claire, self.cast.second, self.cast.third = held

    def fault(self, route: str, things: forms.Things) -> str:
        """What keeps a person from sending it; nothing when they get through."""
        try:
            return self.differs(route, things)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            self.here.given, self.here.landed = {}, None
            for window in self.opened:
                window.leave()
            self.opened.clear()

    def differs(self, route: str, things: forms.Things) -> str:
        """What a browser's press does that the same step without one does not; nothing when they are one."""
        row = EVERY[route]
        things = things | row.before(self.cast)
        client, path = browser(forms.person_of(row, self.cast)), forms.path(route, things)
        form = drawn(client, path, *forms.pages(route, things))
        cookies, stood = client.cookies.copy(), rows()
        with trial.undone():
            alone = client.post(path, form.held | forms.typed(route, row, things))
            expected = alone.status_code, place(alone.get("Location", "")), made(stood)
        client.cookies = cookies
        window = self.plain if form.saves else self.window
        self.opened.append(window)
        window.held_by(client, self.here.base_url)
        self.here.given, self.here.landed = {form.page: form.answer}, self.landed
        with self.here.answering():
            answer = window.send(self.here.base_url + form.page, path, forms.typed(route, row, things))
            seen = answer.status, place(answer.headers.get("location", ""))
            landed, heard = window.page.title(), list(window.heard)
        found = (*seen, made(stood))
        if expected[0] >= 400 or found != expected:
            return f"{found}, and without a browser {expected}"
        return f"{landed}: {heard}" if heard else ""


@pytest.fixture(scope="module", params=STAGES)
def sending(request, driven, django_db_setup, django_db_blocker) -> Iterator[Sending]:
    with (
        django_db_blocker.unblock(),
        trial.stage(request.param) as cast,
        trial.undone(),
        served() as here,
        context(driven, here.base_url) as opened,
        context(driven, here.base_url, scripts=False) as plain,
    ):
        yield Sending(request.param, cast, here, Window(opened), Window(plain))


def test_13_1_every_form_is_sent_by_a_browser(sending):
    began = time.monotonic()
    for stand, wanted in forms.by_stand(EVERY, sending.stage).items():
        sending.stand(stand, wanted)
    told = {"sent": sending.sent, "seconds": round(time.monotonic() - began, 1)}
    print(f"\nforms: {sending.stage}: {json.dumps(told)}", flush=True)
    assert not sending.wrong, "\n".join(["", *sending.wrong])


PLANTED: dict[str, tuple[Callable[[str], str], str]] = {
    "a page that asks for no referrer: the form leaves with « Origin: null »": (
        lambda html: html.replace("<head>", '<head><meta name="referrer" content="no-referrer">'),
        "(403, '', {}), and without a browser (302",
    ),
    "a field that the page does not draw": (
        lambda html: re.sub(r'<input[^>]* name="name"[^>]*>', "", html),
        "draws nothing for « name »",
    ),
    "a field of another name": (
        lambda html: html.replace('name="departement"', 'name="department"'),
        "draws nothing for « departement »",
    ),
    "a choice that is not offered": (
        lambda html: html.replace('value="private"', 'value="privé"'),
        "does not offer",
    ),
    "a button outside its form": (
        lambda html: re.sub(r'(<button class="button-main".*?</button>)(.*?</form>)', r"\2\1", html, flags=re.DOTALL),
        "the form has no button",
    ),
    "a form that leads elsewhere": (
        lambda html: re.sub(r'(<form class="form"\s+method="post"\s+action=")', r"\1/ailleurs/", html),
        "no form of",
    ),
    "what the policy of contents refuses": (
        lambda html: html.replace("</body>", "<script>document.title</script></body>"),
        "Content Security Policy",
    ),
    "an error in the console": (
        lambda html: html.replace("</body>", '<img src="/static/absente.png" alt=""></body>'),
        "404",
    ),
}


@pytest.mark.parametrize("sending", ["open"], indirect=True)
def test_13_1_what_keeps_a_person_out_is_seen(sending):
    """The same eyes on the same form, with one fault planted in its page."""
    route = "directory:create_establishment"
    things = stands.shared(sending.cast, stands.valmont())
    said = {}
    for fault, (spoil, _words) in {"": (str, ""), **PLANTED}.items():
        sending.here.spoil = spoil
        with trial.undone():
            said[fault] = sending.fault(route, things)
    sending.here.spoil = None
    assert said.pop("") == ""
    assert [f"{fault}: {said[fault]}" for fault, (_spoil, words) in PLANTED.items() if words not in said[fault]] == []


@pytest.mark.parametrize("sending", ["open"], indirect=True)
@pytest.mark.parametrize("route", ["applications:add_piece", "applications:add_member_piece"])
def test_13_1_a_large_file_leaves_in_parts(sending, route, monkeypatch):
    """By the script of its page (upload.js), which begins and goes on by addresses of its own."""
    monkeypatch.setattr(pieces, "RESUMABLE_FROM", 100)
    page, begun = sending.window.page, route.replace("add", "begin").replace("piece", "upload")
    with trial.undone():
        things = stands.shared(sending.cast, stands.valmont())
        sending.window.held_by(browser(sending.cast.alice), sending.here.base_url)
        before = Piece.objects.count()
        with sending.here.answering():
            page.goto(sending.here.base_url + forms.path(route, things))
            page.set_input_files(
                "main [type=file]", {"name": "grand.pdf", "mimeType": "application/pdf", "buffer": texts.page("Grand")}
            )
            with page.expect_response(lambda one: sends(one, forms.path(begun, things))) as answer:
                page.click("main form button.button-main")
            page.wait_for_url("**/pieces/")
        assert answer.value.status == 201
        assert Piece.objects.count() == before + 1
    sending.window.leave()


@pytest.mark.parametrize("sending", ["open"], indirect=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_13_4_back_after_a_press(sending, driven, width, tmp_path):
    """Chromium keeps no page that is « no-store »: Back asks for it again. Its form has a key of its own, and what was typed, which
    the browser puts back; another text is another thing, and is done."""
    asked, path = [], reverse("directory:create_establishment")
    page_of = lambda one: (one.method, urlsplit(one.url).path) if one.is_navigation_request() else None  # noqa: E731
    named = lambda: Establishment.objects.filter(name__in=("Clinique fictive", "Clinique des Ormes")).count()  # noqa: E731
    with trial.undone(), context(driven, sending.here.base_url, width=width) as opened:
        before, window = named(), Window(opened)
        window.held_by(browser(sending.cast.adam), sending.here.base_url)
        page = window.page
        with sending.here.answering():
            spent = parse_qs(window.send(sending.here.base_url + path, path, forms.CLINIC).request.post_data)["once"]
            page.on("request", lambda one: asked.append(page_of(one)))
            page.go_back()
            assert [one for one in asked if one] == [("GET", path)]
            assert page.input_value("main [name=once]") not in spent
            assert {name: page.input_value(f"main [name={name}]") for name in forms.CLINIC} == forms.CLINIC
            assert page.locator("form[data-taken]").count() == 0
            page.screenshot(path=tmp_path / f"back-{width}.png", full_page=True)
            again = window.fill(path, {"name": "Clinique des Ormes"})
            page.screenshot(path=tmp_path / f"again-{width}.png", full_page=True)
        window.leave()
        assert (again.status, named(), window.heard) == (302, before + 2, [])
    print(tmp_path)
