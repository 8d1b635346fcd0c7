"""Tries cells in process: one clone a stage, one session a person, one savepoint a request, everything rolled back."""

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from edsh_portal import admission
from edsh_portal.models import Event, WebSession
from tests.database import cloned, files_apart, used
from tests.processes import staged

from . import routes, stands
from .table import SUBJECTS, Row

REFUSED = (409, 410, 422)
# Whose answer is for a script of the page. Every other step leads on by a redirect: a reload of what it shows takes none again.
ANSWERED = ("applications:sync", "reviews:sync", "reviews:sync_feedback")


LAST_EVENT = f"SELECT coalesce(max(id), 0) FROM {Event._meta.db_table}"


class Undo(Exception):
    """Leaves a block whose writes must not stay."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


@contextmanager
def stage(name: str) -> Iterator[stands.Cast]:
    """A clone of the demonstration at that stage with its files, its clock set; gives the cast."""
    template, files = staged(stands.STAGES.get(name, name))
    with ExitStack() as stack:
        database = stack.enter_context(cloned(template))
        top = stack.enter_context(files_apart())
        stack.enter_context(used(database))
        shutil.copytree(files / "media", top / "media", dirs_exist_ok=True)
        if name in stands.CLOCKS:
            database.set_clock(stands.CLOCKS[name])
        logging.disable(logging.ERROR)  # thousands of refusals, each with its trace, teach nothing here
        stack.callback(logging.disable, logging.NOTSET)
        yield stands.Cast(name, database.set_clock)


class Trial:
    """One stage: the sessions of its people, and what was tried."""

    def __init__(self, cast: stands.Cast) -> None:
        self.cast, self.cells, self.wrong = cast, 0, []
        self.keys: dict[str, tuple[str, int]] = {}  # the session of each name, and whose it is
        self.absences: dict[tuple[str, str, str], Any] = {}
        self.compared = 0
        self.browser = Client(raise_request_exception=False)
        self.parameters = routes.parameters()

    def client(self, subject: str) -> Client:
        """The browser, in that person's hands: signed in once a stage, an emptied jar each time (a request may sign out)."""
        self.browser.cookies = SimpleCookie()
        if subject != "anonymous":
            name = self.cast.key(subject)
            if name not in self.keys:
                person = self.cast.who(subject)
                self.browser.force_login(person, backend="directory.backends.EmailBackend")
                self.keys[name] = str(self.browser.session.session_key), person.pk
            key, pk = self.keys[name]
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = key
            # Already known at the door: a cookie given anew holds its second, and two answers would differ by it.
            self.browser.cookies[settings.DOOR_COOKIE_NAME] = admission.SEEN.sign(pk)
        return self.browser

    def sign_in_everybody(self) -> None:
        assert not connection.in_atomic_block
        names = [f"expert{n:02d}" for n in range(1, 13)] + ["claire"]
        held = self.cast.claire, self.cast.second, self.cast.third
        for name in names:
            self.cast.claire = name
            self.client("claire")
        self.cast.claire, self.cast.second, self.cast.third = held
        for name in SUBJECTS:
            self.client(name)
        assert WebSession.objects.count() >= len(self.keys)
        # Undone with each cell, what keeps a session open would be written anew by all those that come a minute later.
        WebSession.objects.update(expires_at=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))

    def request(self, method: str, route: str, subject: str, things: dict[str, Any]) -> str:
        """The letter of one cell, undone. What is hidden answers as what is absent: the same status, body and headers."""
        self.cells += 1
        data = routes.posted(route, things) if method == "POST" else {}
        answer, written = self.answer(method, routes.path(route, self.parameters[route], things), subject, data)
        letter = verdict(answer, method, written)
        if letter == "D" and answer.status_code not in (302, 303) and route not in ANSWERED:
            letter = f"D, answered {answer.status_code} on the spot"
        if written and letter[0] != "D":
            letter = "K" if letter == "R" else f"{letter}!"  # refused, and yet something was written
        if letter == "N" and set(self.parameters[route]) & set(routes.KEYS):
            letter += "" if said(answer) == self.absence(method, route, subject, things) else " (unlike what is absent)"
        return letter

    def answer(self, method: str, path: str, subject: str, data: dict[str, Any]) -> tuple[Any, bool]:
        """What that person is answered, and whether an event was written; undone."""
        with undone():
            reads = method == "GET"  # in a read-only transaction: there is nothing to look for
            before = 0 if reads else last_event()
            client = self.client(subject)
            if method in ("GET", "POST"):
                answer = getattr(client, method.lower())(path, data, headers={"Accept": "*/*"})
            else:
                answer = client.generic(method, path)
            written = not reads and last_event() != before
        return answer, written

    def absence(self, method: str, route: str, subject: str, things: dict[str, Any]) -> Any:
        key = method, route, subject
        if key not in self.absences:
            self.compared += 1
            path = routes.absent(route, self.parameters[route], things)
            self.absences[key] = said(self.answer(method, path, subject, {})[0])
        return self.absences[key]

    def request_of_register(self, noun: str, subject: str, things: dict[str, Any]) -> str:
        """A register: its list and its first row say the same; nothing is added, changed nor removed from it."""
        model = apps.get_model(*noun.removeprefix("admin:").split("_"))
        first = model._default_manager.order_by("pk").first()
        pages = [("changelist", {})] + (
            [("change", {"object_id": first.pk}), ("history", {"object_id": first.pk})] if first else []
        )
        letters = {self.request("GET", f"{noun}_{page}", subject, things | more) for page, more in pages}
        for page, more in (("add", {}), *((name, {"object_id": 1}) for name in ("change", "delete"))):
            letter = self.request("POST", f"{noun}_{page}", subject, things | more)
            if letter not in ("F", "N", "L", "X"):
                letters.add(f"POST {page}: {letter}")
        return " ".join(sorted(letters))

    def cell(self, row: Row, subject: str, expected: str, things: dict[str, Any]) -> None:
        if row.route in self.parameters:
            found = self.request(row.method, row.route, subject, things)
        else:
            found = self.request_of_register(row.route, subject, things)
        if found != expected:
            self.wrong.append(
                f"{row.where} [{row.stage}: {row.stand}] {row.method} {row.route} {subject}: {found}, not {expected}"
            )

    def rows(self, rows: Iterable[tuple[Row, Iterable[str]]]) -> None:
        """The rows of one stand, in the state that its verbs bring about, each with the people who try it."""
        rows = list(rows)
        held = self.cast.claire, self.cast.second, self.cast.third
        with undone():
            things = stands.STANDS[rows[0][0].stand](self.cast)
            for row, people in rows:
                before, told = len(self.wrong), dict(zip(SUBJECTS, row.verdicts, strict=True))
                for subject in people:
                    self.cell(row, subject, told[subject], things)
                if row.reported:
                    mended = len(self.wrong) == before
                    self.wrong[before:] = [f"{row.where} {row.route} was mended: take its mark away"] * mended
        self.cast.claire, self.cast.second, self.cast.third = held


def said(answer: Any) -> tuple[int, bytes, dict[str, str], str]:
    """Everything a person may tell one answer from another by, but the date."""
    headers = {name: value for name, value in answer.items() if name != "Date"}
    return answer.status_code, answer.content, headers, answer.cookies.output()


def last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST_EVENT)
        return int(cursor.fetchone()[0])


def signs_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(("/connexion/", "/registres/login/"))


def verdict(answer: Any, method: str, written: bool) -> str:
    status = answer.status_code
    if signs_in(answer) or status == 401:
        return "L"
    if status in (403, 404, 405):
        return {403: "F", 404: "N", 405: "X"}[status]
    if status in REFUSED or (method == "POST" and status == 200 and not written):
        return "R"  # the form again, with what it lacks
    if method == "POST" and status in (204, 302, 303, 200):
        return "D" if written else "A"
    if status in (200, 302) or (status == 503 and answer["Content-Type"] == "application/json"):
        return "A"
    return str(status)
