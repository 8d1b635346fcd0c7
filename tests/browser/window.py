"""A person's hands on one form of a page in Chromium: they fill what is drawn, press its button, and see where it leads.

What a person could not do fails with a sentence: a field that is not drawn, a button that is not of the form, a value that is not
offered. What the page's console complains of is kept.
"""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import File
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, JSHandle, Response

SECONDS = 15_000  # ms, for one press
FORM = """path => [...document.forms].find(form => form.method === "post"
    && new URL(form.getAttribute("action") || "", document.baseURI).pathname === path)"""
# Of each name, what the form draws: asked for all at once, since each question crosses three processes.
DRAWN = """(form, names) => names.map(name => [...form.elements].filter(one => one.name === name && !one.disabled).map(one => ({
    kind: one.type, value: one.getAttribute("value") ?? "on", folded: one.closest("details:not([open])") !== null,
    offers: one.options ? [...one.options].map(option => option.value) : [] })))"""
NAMED = "(form, [name, n]) => [...form.elements].filter(one => one.name === name && !one.disabled)[n]"
BUTTONS = "form => [...form.elements].filter(one => one.type === 'submit' && !one.disabled)"
FOLDS = """one => { const folds = []; for (let at = one.closest("details:not([open])"); at; at = at.parentElement.closest("details:not([open])"))
    folds.unshift(at.querySelector("summary")); return folds; }"""


class CannotSend(AssertionError):
    """Why a person in front of that page does not get through."""


class Window:
    def __init__(self, opened: BrowserContext) -> None:
        self.context, self.page = opened, opened.new_page()
        self.heard: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())  # « leave this page? »

    def held_by(self, client: Client, base_url: str) -> None:
        """From here on, the browser of whoever has these cookies; it keeps nothing of the one before."""
        self.context.clear_cookies()
        held = [{"name": name, "value": one.value, "url": base_url} for name, one in client.cookies.items()]
        self.context.add_cookies(held)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.heard.append(f"{said.text} ({said.location['url']})")

    def send(self, page: str, path: str, typed: dict[str, Any]) -> Response:
        """The answer to the form of this page that leads to `path`, once the page it leads to is there."""
        self.heard.clear()
        opened = self.page.goto(page)
        assert opened is not None and opened.status == 200, f"{page}: {opened and opened.status}"
        return self.fill(path, typed)

    def fill(self, path: str, typed: dict[str, Any]) -> Response:
        """The form of the page that is there: filled, its button pressed."""
        form = self.page.evaluate_handle(FORM, path).as_element()
        if form is None:
            raise CannotSend(f"no form of {self.page.url} leads to {path}")
        drawn = dict(zip(typed, form.evaluate(DRAWN, list(typed)), strict=True))
        pressed = [button for name, value in typed.items() if (button := fill(form, name, value, drawn[name]))]
        button = next(iter(pressed or several(form.evaluate_handle(BUTTONS))), None)
        if button is None:
            raise CannotSend("the form has no button")
        return self._press(button, path)

    def _press(self, button: Any, path: str) -> Response:
        unfold(button)
        try:
            with (
                self.page.expect_navigation(timeout=SECONDS),
                self.page.expect_response(lambda one: sends(one, path), timeout=SECONDS) as answer,
            ):
                button.click(timeout=SECONDS)
        except Error as error:
            raise CannotSend(f"pressed, and nothing leaves: {str(error).splitlines()[0]} {self.heard}") from error
        return answer.value

    def leave(self) -> None:
        """The page is closed, and what its scripts had put aside in the browser is gone."""
        self.page.evaluate("() => { try { localStorage.clear(); sessionStorage.clear(); } catch {} }")
        self.page.goto("about:blank")


def sends(answer: Response, path: str) -> bool:
    return answer.request.method == "POST" and urlsplit(answer.url).path == path


def several(handle: JSHandle) -> list[Any]:
    return [one.as_element() for one in handle.get_properties().values()]


def unfold(control: Any) -> None:
    """What hides it is opened first."""
    for summary in several(control.evaluate_handle(FOLDS)):
        summary.click()


def fill(form: Any, name: str, value: Any, drawn: list[dict[str, Any]]) -> Any:
    """As a person does; the button of that name and value when it is one, to be pressed."""
    if not drawn:
        raise CannotSend(f"the form draws nothing for « {name} »")
    kinds = {one["kind"] for one in drawn}
    if kinds == {"hidden"}:
        return None  # what the page says by itself

    def control(n: int) -> Any:
        found = form.evaluate_handle(NAMED, [name, n]).as_element()
        if drawn[n]["folded"]:
            unfold(found)
        return found

    values = [str(one) for one in value] if isinstance(value, list | tuple) else [value]
    if kinds & {"radio", "checkbox", "submit"}:
        return choose(name, drawn, control, [str(one) for one in values])
    for n, (one, text) in enumerate(zip(drawn, values, strict=True)):
        write(control(n), name, text, one)
    return None


def choose(name: str, drawn: list[dict[str, Any]], control: Callable[[int], Any], values: list[str]) -> Any:
    if lacking := set(values) - (offered := {one["value"] for one in drawn}):
        raise CannotSend(f"« {name} » does not offer {lacking}: {sorted(offered)}")
    for n, one in enumerate(drawn):
        kind, wanted = one["kind"], one["value"] in values
        if kind == "submit" and wanted:
            return control(n)
        if kind == "checkbox" or (kind == "radio" and wanted):
            control(n).set_checked(wanted, timeout=SECONDS)
    return None


def write(control: Any, name: str, value: Any, drawn: dict[str, Any]) -> None:
    if drawn["kind"] == "file":
        chosen: File = value
        chosen.seek(0)
        mime = getattr(chosen, "content_type", None) or "application/octet-stream"
        control.set_input_files({"name": PurePath(chosen.name or "").name, "mimeType": mime, "buffer": chosen.read()})
    elif drawn["kind"].startswith("select"):
        if str(value) not in drawn["offers"]:
            raise CannotSend(f"« {name} » does not offer {value!r}: {drawn['offers']}")
        control.select_option(str(value), timeout=SECONDS)
    else:
        control.fill(str(value), timeout=SECONDS)
