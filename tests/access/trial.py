"""Tries cells in process: one clone a stage, one session a person, one savepoint a request, everything rolled back."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client

from edsh_portal.models import Event
from tests.database import cloned, files_apart, used
from tests.processes import staged

from . import routes, stands
from .table import SUBJECTS, Row

REFUSED = (409, 410, 422)


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
        yield stands.Cast(name, database.set_clock)


class Trial:
    """One stage: the sessions of its people, and what was tried."""

    def __init__(self, cast: stands.Cast) -> None:
        self.cast, self.keys, self.cells, self.wrong = cast, {}, 0, []
        self.parameters = routes.parameters()

    def client(self, subject: str) -> Client:
        """A browser of that person, signed in once a stage (a request may sign out: each gets its own jar)."""
        client = Client(raise_request_exception=False)
        if subject == "anonymous":
            return client
        user = self.cast.who(subject)
        if user.email not in self.keys:
            client.force_login(user, backend="directory.backends.EmailBackend")
            self.keys[user.email] = client.session.session_key
        client.cookies["sessionid"] = self.keys[user.email]
        return client

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
        assert Session.objects.count() >= len(self.keys)

    def request(self, method: str, route: str, subject: str, things: dict[str, Any]) -> str:
        """The letter of one cell, undone."""
        self.cells += 1
        path = routes.path(route, self.parameters[route], things)
        letter = ""
        with undone():
            before = last_event()
            data = routes.posted(route, things) if method == "POST" else None
            client = self.client(subject)
            if method in ("GET", "POST"):
                answer = getattr(client, method.lower())(path, data or {}, headers={"Accept": "*/*"})
            else:
                answer = client.generic(method, path)
            letter = verdict(answer, method)
            if letter not in "D" and last_event() != before:
                letter += "!"  # refused, and yet something was written
        return letter

    def cell(self, row: Row, subject: str, expected: str, things: dict[str, Any]) -> None:
        found = self.request(row.method, row.route, subject, things)
        if found != expected:
            self.wrong.append(f"{row.where} [{row.stage}: {row.stand}] {row.method} {row.route} {subject}: {found}, not {expected}")

    def rows(self, rows: Iterable[Row]) -> None:
        """The rows of one stand, in the state that its verbs bring about."""
        rows = list(rows)
        held = self.cast.claire, self.cast.second, self.cast.third
        with undone():
            things = stands.STANDS[rows[0].stand](self.cast)
            for row in rows:
                for subject, expected in zip(SUBJECTS, row.verdicts, strict=True):
                    self.cell(row, subject, expected, things)
        self.cast.claire, self.cast.second, self.cast.third = held


def last_event() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def signs_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/connexion/")


def verdict(answer: Any, method: str) -> str:
    status = answer.status_code
    if signs_in(answer) or status == 401:
        return "L"
    if status in (403, 404, 405):
        return {403: "F", 404: "N", 405: "X"}[status]
    if status in REFUSED:
        return "R"
    if status in (200, 302, 303) or (status == 503 and answer["Content-Type"] == "application/json"):
        return "A" if method == "GET" else "D"
    return str(status)


