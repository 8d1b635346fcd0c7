"""People who write one dossier together over real HTTP: what a page does, without the page, and with a line that drops."""

import http.client
import json
import random
import re
import urllib.parse
import uuid
from dataclasses import dataclass, field
from typing import Any

from demo.cast import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KNOWN = re.compile(r'data-known="(\d+)"')


def reference_of(portal: Any, acronym: str = "VALMONT") -> str:
    """Of the dossier that alice and sophie write."""
    with portal.database.connect("auditor") as line:
        return line.execute("SELECT reference FROM applications_application WHERE acronym = %s", [acronym]).fetchone()[
            0
        ]


def long_keys(portal: Any, reference: str) -> list[str]:
    """Fields of the structured parts of this dossier that hold forty words: a work package's, a function's."""
    with portal.database.connect("auditor") as line:
        rows = line.execute(
            "SELECT p.id FROM applications_workpackage p JOIN applications_application a ON a.id = p.application_id"
            " WHERE a.reference = %s ORDER BY p.id LIMIT 1",
            [reference],
        ).fetchall()
    return ["functions.hosting.local-reason", *(f"packages.{pk}.summary" for (pk,) in rows)]


class Line:
    """One person's connection: cookies, the token of the forms, and a sign-in when the session is gone."""

    def __init__(self, port: int, email: str):
        self.port, self.email, self.cookies, self.token = port, email, {}, ""
        self.sign_ins = 0
        self.known = 0  # the last text of its dossier that a page has shown
        self.retry_after = ""  # what the last answer said

    def sign_in(self) -> None:
        self.cookies.clear()
        page = self.request("GET", "/connexion/")[1]
        form = urllib.parse.urlencode({"email": self.email, "password": PASSWORD, "csrfmiddlewaretoken": _token(page)})
        status, _page = self.request("POST", "/connexion/", form, "application/x-www-form-urlencoded")
        assert status == 302, (self.email, status)
        self.sign_ins += 1

    def open(self, path: str) -> str:
        """A page, read; the token it carries serves the saves."""
        status, page = self.request("GET", path)
        if status == 302:
            self.sign_in()
            return self.open(path)
        assert status == 200, (path, status)
        self.token = _token(page)
        self.known = max([self.known, *map(int, KNOWN.findall(page))])
        return page

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        kind: str = "",
        *,
        deaf: bool = False,
        to: bool = False,
        **more: str,
    ) -> tuple[int, str]:
        """One exchange: the status and the page, or where the answer leads (`to`). `deaf`: everything is sent, and the
        line drops before the answer is read. `more`: headers, underscores for dashes."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.token,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        if kind:
            headers["Content-Type"] = kind
        try:
            line.request(method, path, body.encode() if isinstance(body, str) else body, headers)
            if deaf:
                raise ConnectionError("dropped on purpose")
            answer = line.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            self.retry_after = answer.headers.get("Retry-After", "")
            page = answer.read().decode()
            return answer.status, answer.headers.get("Location", "") if to else page
        finally:
            line.close()


def _token(page: str) -> str:
    found = TOKEN.search(page)
    return found.group(1) if found else ""


@dataclass
class Writer:
    """Edits fields of one dossier as a page does: over the version it read, again until it is answered, both texts shown."""

    line: Line
    reference: str
    keys: list[str]
    name: str
    chance: random.Random
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)  # (key, word)
    known: int = 0
    edits: int = 0
    dropped: int = 0
    met: int = 0
    unanswered: int = 0
    slow: list[float] = field(default_factory=list)
    shared: bool = False  # this person writes the same fields from another page too
    cards: list[tuple[str, int, str]] = field(default_factory=list)  # (key, version in place, text shown as in place)

    def begin(self) -> "Writer":
        self.line.sign_in()
        self.line.open(f"/dossiers/{self.reference}/")
        self.hear(self.exchange([]))
        return self

    def edit(self) -> None:
        """One word more in one field, said until it is answered."""
        key = self.chance.choice(self.keys)
        word = f"{self.name}{self.edits}"
        words = self.texts.get(key, "").split()[-40:]
        words.insert(self.chance.randint(0, len(words)), word)
        self.say(key, " ".join(words), self.versions.get(key, 0), word)
        self.edits += 1

    def say(self, key: str, text: str, read: int, word: str) -> None:
        save = {"key": key, "text": text, "read": read, "id": str(uuid.uuid4())}
        news = self.exchange([save], drops=self.chance.random() < 0.05)
        [saved] = news["saved"]
        assert saved["status"] in ("saved", "aside"), saved
        self.acknowledged.append((key, word))
        if saved["status"] == "saved":
            self.texts[key], self.versions[key] = text, max(saved["version"], self.versions.get(key, 0))
        self.hear(news)
        if saved["status"] == "aside":
            self.met += 1
            self.see(key, word, news["clashes"])
            self.hear(
                self.exchange(
                    [
                        {
                            "key": key,
                            "text": f"{self.texts[key]} {word}",
                            "read": self.versions[key],
                            "id": str(uuid.uuid4()),
                        }
                    ]
                )
            )

    def see(self, key: str, word: str, clashes: dict[str, str]) -> None:
        """Both texts stand in the card of this person's text, unless their other page has chosen in between."""
        mine = [_shown(card) for card in clashes.values() if f'data-of="{key}"' in card]
        mine = [shown for shown in mine if word in shown["mine"].split()]
        assert mine or self.shared, (key, word, clashes)
        self.cards += [(key, shown["over"], shown["theirs"]) for shown in mine]

    def exchange(self, saves: list[dict[str, Any]], drops: bool = False) -> dict[str, Any]:
        """Until it is answered: a lost line, a portal that restarts and a lost session are met as the page meets them."""
        import time

        body = json.dumps({"place": "", "known": self.known, "keys": self.keys, "saves": saves})
        path = f"/dossiers/{self.reference}/direct/"
        until = time.monotonic() + 60
        while True:
            began = time.monotonic()
            try:
                status, answer = self.line.request("POST", path, body, "application/json", deaf=drops)
            except (OSError, http.client.HTTPException):
                self.dropped, drops = self.dropped + drops, False
                self.unanswered += 1
                assert time.monotonic() < until, "the portal did not come back"
                continue
            if status == 200:
                self.slow.append(time.monotonic() - began)
                return json.loads(answer)
            assert status in (302, 403, 502, 503), (status, answer[:300])
            if status in (302, 403):
                self.line.sign_in()
                self.line.open(f"/dossiers/{self.reference}/")

    def hear(self, news: dict[str, Any]) -> None:
        """What the others wrote, as the page shows it."""
        for change in news["changes"]:
            if change["version"] >= self.versions.get(change["key"], 0):
                self.texts[change["key"]], self.versions[change["key"]] = change["text"], change["version"]
        self.known = news["known"]


def _shown(card: str) -> dict[str, Any]:
    """The two texts that the card shows, and the version that the one in place is."""
    import html

    def between(pattern: str) -> str:
        return html.unescape(re.search(pattern, card, re.S).group(1))  # type: ignore[union-attr]

    return {
        "mine": between("<blockquote data-mine>(.*?)</blockquote>"),
        "theirs": between("<blockquote data-theirs>(.*?)</blockquote>"),
        "over": int(between('name="over" value="([0-9]+)"')),
    }


def checked(line: Any, application: int, writers: list[Writer]) -> list[str]:
    """What is wrong in the database after the storm, in sentences; nothing when all is well."""
    wrong: list[str] = []
    rows = line.execute(
        "SELECT key, version, text, aside, read_version FROM applications_answer WHERE application_id = %s ORDER BY key, version",
        [application],
    ).fetchall()
    by_key: dict[str, list[Any]] = {}
    for row in rows:
        by_key.setdefault(row[0], []).append(row)
    words = {key: {word for row in held for word in row[2].split()} for key, held in by_key.items()}
    for writer in writers:
        lost = [(key, word) for key, word in writer.acknowledged if word not in words.get(key, ())]
        wrong += [f"{writer.name}: {word} acknowledged in {key} and nowhere" for key, word in lost]
    in_place = {(row[0], row[1]): row[2] for row in rows if not row[3]}
    for writer in writers:
        wrong += [
            f"{writer.name}: the card of {key} showed a text that version {version} never was"
            for key, version, text in writer.cards
            if in_place.get((key, version)) != text
        ]
    for key, held in by_key.items():
        versions = [row[1] for row in held]
        if versions != list(range(1, len(versions) + 1)):
            wrong.append(f"{key}: versions {versions}")
        before = 0
        for _key, version, _text, aside, read in held:
            if not aside:
                if read != before:
                    wrong.append(f"{key}: version {version} was written over {read}, and {before} was in place")
                before = version
    return wrong
