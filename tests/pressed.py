"""A form as a browser sends it: found in its page with what it holds already, and pressed several times at one instant."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from django.db import connection, connections
from django.test import Client

from edsh_portal.walls import rights, tables

LOGS = {"access_log", "applications_presence", "directory_passwordreading", "throttle", "web_session"}
Held = dict[str, Any]  # a name → its value, or its values


def browser(person: Any) -> Client:
    """With its cookies, as a browser holds them; forged forms are refused it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend="directory.backends.EmailBackend")
    return client


class Drawn(NamedTuple):
    """A form: the page that draws it, what it would send untouched, whether a script of the page saves it as one types; that page, as it
    was answered."""

    page: str
    held: Held
    saves: bool = False
    answer: Any = None


class Forms(HTMLParser):
    """The forms of a page that are posted: where each leads, what it would send untouched, its attributes. A field may stand outside
    its form, before or after, and name it (`form="…"`)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Held, set[str]]] = []
        self.named: dict[str, Held] = {}  # a form's id → what it would send, posted or not, drawn already or not
        self.around: Held | None = None
        self.inside: Held | None = None
        self.select, self.area, self.chosen = "", "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.around = self.named.setdefault(at["id"], {}) if "id" in at else {}
            if at.get("method") == "post":
                self.found.append((at.get("action", ""), self.around, set(at)))
            return
        if tag != "option":
            self.inside = self.named.setdefault(at["form"], {}) if "form" in at else self.around
        if self.inside is None:
            return
        if tag == "input" and at.get("type") not in ("submit", "file"):
            box = at.get("type") in ("radio", "checkbox")
            if not box or "checked" in at:
                self._holds(at.get("name", ""), at.get("value", "on" if box else ""))
        elif tag == "select":
            self.select, self.chosen = at.get("name", ""), "multiple" in at
        elif tag == "option" and self.select and ("selected" in at or not self.chosen):
            if "selected" in at or self.select not in self.inside:
                self.inside[self.select] = at.get("value", "")
            self.chosen = self.chosen or "selected" in at
        elif tag == "textarea":
            self.area = at.get("name", "")
            self._holds(self.area, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.around = None
        elif tag in ("select", "textarea"):
            self.select = self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area and self.inside is not None:
            self.inside[self.area] += data

    def _holds(self, name: str, value: str) -> None:
        assert self.inside is not None
        if name and name in self.inside:
            before = self.inside[name]
            self.inside[name] = [*(before if isinstance(before, list) else [before]), value]
        elif name:
            self.inside[name] = value


def form_of(path: str, page: str, html: str) -> Drawn | None:
    """The first form of this page that leads to `path`."""
    for action, held, said in Forms(html).found:
        if urlsplit(urljoin(page, action)).path == urlsplit(path).path:
            return Drawn(page, held, bool(said & {"data-writing", "hx-post"}))
    return None


def form_to(path: str, page: str, html: str) -> Held | None:
    form = form_of(path, page, html)
    return form and form.held


def drawn(client: Client, path: str, *pages: str) -> Drawn:
    """The form that leads to `path`: in one of these pages, at its own address, or in a page above it."""
    above = path.rstrip("/")
    seen = [*pages, path]
    while "/" in above.strip("/"):
        above = above[: above.rindex("/")]
        seen.append(f"{above}/")
    for page in seen:
        answer = client.get(page)
        form = form_of(path, page, answer.content.decode()) if answer.status_code == 200 else None
        if form is not None:
            return form._replace(answer=answer)
    raise AssertionError(f"no form leads to {path}: {seen}")


def opened(client: Client, path: str, *pages: str) -> Held:
    """What it holds."""
    return drawn(client, path, *pages).held


class Hands:
    """Several who press at one instant, each on a connection of their own, which lasts as long as the block: what a connection has learnt of
    the database, the next press does not pay again."""

    def __init__(self, times: int = 3) -> None:
        self.times = times
        self.threads = ThreadPoolExecutor(times)

    def __enter__(self) -> "Hands":
        return self

    def __exit__(self, *_failure: object) -> None:
        self.all(lambda _n: connections.close_all())
        self.threads.shutdown()

    def all(self, do: Callable[[int], Any], seconds: float = 120) -> list[Any]:
        """What each answers, once all stand ready; None of one that failed."""
        gate = threading.Barrier(self.times)

        def one(n: int) -> Any:
            gate.wait(timeout=30)
            return do(n)

        said = [self.threads.submit(one, n) for n in range(self.times)]
        wait(said, timeout=seconds)
        return [one.result() if one.done() and not one.exception() else None for one in said]

    def press(self, client: Client, path: str, data: Callable[[], Held]) -> list[Any]:
        """The answers to the same form pressed by all at one instant."""
        sent = [data() for _n in range(self.times)]

        def press(n: int) -> Any:
            hand = Client(enforce_csrf_checks=True, raise_request_exception=False)
            hand.cookies = client.cookies.copy()
            return hand.post(path, sent[n])

        return self.all(press)


def at_once(client: Client, path: str, data: Callable[[], Held], times: int = 3) -> list[Any]:
    """The answers to the same form pressed `times` at one instant, each on its own connection."""
    with Hands(times) as hands:
        return hands.press(client, path, data)


@cache
def _counts() -> str:
    read = {name for name, model in tables().items() if "SELECT" in rights.rights(model, "web")}
    return " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(read - LOGS))


def rows() -> dict[str, int]:
    """How many rows each table holds, logs apart. Planned once a connection: two hundred tables take longer to plan than to count."""
    with connection.cursor() as cursor:
        return dict(cursor.connection.execute(_counts(), prepare=True).fetchall())


def made(before: dict[str, int]) -> dict[str, int]:
    """{table: rows more than before}."""
    return {name: count - before[name] for name, count in rows().items() if count != before[name]}
