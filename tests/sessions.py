"""Five hundred people at work (RELIABILITY G18): they save what they type, read pages, send files and deposit, each on the dossier
of their own hospital; then more requests than there is room for. Everything acknowledged must be in the database.
"""

import heapq
import http.client
import io
import json
import os
import random
import resource
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import noon
from tests.processes import Portal
from tests.writers import Line

THINK = 8.0  # seconds between an answer and the next act, on average
ACTS = {"autosave": 70, "page": 15, "file": 10, "deposit": 5}
PAGES = ("", "identite/", "recit/ambition/", "projets/", "budget/", "pieces/", "depot/")
PARTS = (1_000_000, 2_000_000)  # bytes of a file that its page sends at a time: first, then on a line that is quick
CLIENTS = 256  # requests under way at once
PATIENCE = 120.0  # seconds that whoever is sent away goes on coming back


@dataclass
class Answer:
    kind: str
    status: int
    seconds: float
    told: bool = True  # a 503 that says when to come back


@dataclass
class Session:
    """One signed-in person, alone in their dossier."""

    reference: str
    line: Line
    chance: random.Random
    texts: list[str] = field(default_factory=list)  # acknowledged, in order
    versions: set[int] = field(default_factory=set)  # of the dossier, acknowledged
    files: int = 0
    answers: list[Answer] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # what was never answered

    def ask(self, kind: str, method: str, path: str, body: Any = None, media: str = "", **more: Any) -> tuple[int, str]:
        """Until it is let in: whoever is sent away comes back when told to."""
        until = time.monotonic() + PATIENCE
        while True:
            began = time.monotonic()
            try:
                status, said = self.line.request(method, f"/dossiers/{self.reference}/{path}", body, media, **more)
            except (OSError, http.client.HTTPException):
                status, said = 0, ""
            told = status != 503 or self.line.retry_after.isdecimal()
            self.answers.append(Answer(kind, status, time.monotonic() - began, told))
            if status != 503 or not told:
                return status, said
            if time.monotonic() > until:
                self.lost.append(kind)
                return status, said
            time.sleep(int(self.line.retry_after) * self.chance.uniform(0.8, 1.2))

    def act(self, kind: str, file: bytes) -> None:
        if kind == "autosave":
            self.save()
        elif kind == "page":
            self.ask("page", "GET", self.chance.choice(PAGES))
        elif kind == "file":
            self.send(file)
        else:
            self.deposit()

    def save(self) -> None:
        key, text = "answers.ambition", f"Relier, encore {len(self.texts)}, {self.chance.random()}."
        one = {"key": key, "text": text, "read": len(self.texts) + 1, "id": str(uuid.uuid4())}
        body = json.dumps({"place": key, "known": self.line.known, "keys": [key], "saves": [one]})
        status, said = self.ask("autosave", "POST", "direct/", body, "application/json")
        if status != 200:
            return
        news = json.loads(said)
        self.line.known = news["known"]
        if news["saved"][0]["status"] == "saved":
            self.texts.append(text)

    def send(self, file: bytes) -> None:
        name = {"Tus_Resumable": "1.0.0", "Upload_Length": str(len(file)), "Upload_Metadata": "filename cC5wZGY="}
        status, where = self.ask("file", "POST", "pieces/envoyer/presentation/", to=True, **name)
        offset, path = 0, where.removeprefix(f"/dossiers/{self.reference}/")
        while status in (201, 204) and offset < len(file):
            part = file[offset : offset + PARTS[offset > 0]]
            at = {"Tus_Resumable": "1.0.0", "Upload_Offset": str(offset)}
            status, _said = self.ask("file", "PATCH", path, part, "application/offset+octet-stream", **at)
            offset += len(part)
        self.files += status == 204

    def deposit(self) -> None:
        body = f"csrfmiddlewaretoken={self.line.token}"
        status, where = self.ask("deposit", "POST", "depot/", body, "application/x-www-form-urlencoded", to=True)
        if status == 302 and "/versions/" in where:
            self.versions.add(int(where.rstrip("/").rpartition("/")[2]))


def build(portal: Portal, count: int, seed: int = 18) -> list[Session]:
    """`count` hospitals, each with a complete dossier and its legal representative signed in."""
    from tests.applications import world as made

    portal.set_clock(made.NOW, frozen=True)
    world = made.build()
    people = [noon.hospital(world, n, complete=True) for n in range(count)]
    portal.set_clock(made.NOW)
    sessions = [
        Session(reference, noon.session(portal.port, user), random.Random(seed + n))
        for n, (reference, user) in enumerate(people)
    ]
    for one in sessions:
        one.line.open(f"/dossiers/{one.reference}/recit/ambition/")
    return sessions


def file_of_five() -> bytes:
    """A PDF of five megabytes: one picture that nothing compresses."""
    import pikepdf

    made = pikepdf.Pdf.new()
    made.add_blank_page()
    width, height = 1290, 1290
    picture = pikepdf.Stream(made, random.Random(5).randbytes(width * height * 3))
    picture.update(
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
    )
    made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    out = io.BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def at_work(
    sessions: list[Session], seconds: float, file: bytes, think: float = THINK, acts: dict[str, int] = ACTS
) -> None:
    """Everyone acts, waits for the answer, thinks, and acts again, until the time is over."""
    began = time.monotonic()
    due = [(began + one.chance.uniform(0, think), n) for n, one in enumerate(sessions)]
    heapq.heapify(due)
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not due or due[0][0] > began + seconds:
                    return
                moment, n = heapq.heappop(due)
            time.sleep(max(0.0, moment - time.monotonic()))
            one = sessions[n]
            [kind] = one.chance.choices(list(acts), list(acts.values()))
            one.act(kind, file)
            with lock:
                heapq.heappush(due, (time.monotonic() + one.chance.uniform(think / 2, 3 * think / 2), n))

    _together(client)


def crowd(sessions: list[Session], rate: float, seconds: float) -> int:
    """So many saves and pages a second, whatever the answers; the number that nobody was free to send."""
    free, unsent, lock = list(sessions), [0], threading.Lock()
    moments = iter([time.monotonic() + n / rate for n in range(int(rate * seconds))])

    def client() -> None:
        while True:
            with lock:
                moment = next(moments, None)
            if moment is None:
                return
            time.sleep(max(0.0, moment - time.monotonic()))
            with lock:
                one = free.pop(0) if free else None
                unsent[0] += one is None
            if one is not None:
                one.act(one.chance.choices(("autosave", "page"), (ACTS["autosave"], ACTS["page"]))[0], b"")
                with lock:
                    free.append(one)

    _together(client)
    return unsent[0]


def _together(client: Callable[[], None]) -> None:
    threads = [threading.Thread(target=client) for _n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def taken(sessions: list[Session]) -> list[Answer]:
    """The answers since the last time."""
    found = [answer for one in sessions for answer in one.answers]
    for one in sessions:
        one.answers = []
    return found


def told(answers: list[Answer]) -> str:
    """How many of each status; percentiles of all, then of each kind."""
    counted = ", ".join(f"{count} × {status}" for status, count in sorted(Counter(a.status for a in answers).items()))
    parts = [f"{len(answers)} answers ({counted}), p50/p95/p99 {noon.percentiles([one.seconds for one in answers])}"]
    for kind in ACTS:
        if seconds := [one.seconds for one in answers if one.kind == kind]:
            parts.append(f"{len(seconds)} {kind} {noon.percentiles(seconds)}")
    return ", ".join(parts)


def faults(work: list[Answer], press: list[Answer], bars: tuple[float, float, float]) -> list[str]:
    """What is not as it should be in the answers; `bars` in seconds: p95 and p99 at work, p95 of the crowd."""
    said = []
    if unwell := [one.status for one in work if not 200 <= one.status < 400]:
        said.append(f"{len(unwell)} answers at work are no success: {dict(Counter(unwell))}")
    if unwell := [one.status for one in press if not (200 <= one.status < 400 or one.status == 503 and one.told)]:
        said.append(
            f"{len(unwell)} answers of the crowd neither serve nor say when to come back: {dict(Counter(unwell))}"
        )
    for whose, answers, percent, bar in zip(
        ("at work", "at work", "of the crowd"), (work, work, press), (95, 99, 95), bars, strict=True
    ):
        ordered = sorted(one.seconds for one in answers)
        reached = ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
        if reached > bar:
            said.append(f"p{percent} {whose} is {reached:.2f} s, and should be at most {bar:.1f}")
    return said


def lost(portal: Portal, sessions: list[Session]) -> list[str]:
    """What was acknowledged and is not in the database, or the other way round, in sentences."""
    said = []
    with portal.database.connect("auditor") as line:
        texts, versions, files = (
            dict(line.execute(statement).fetchall())
            for statement in (
                "SELECT a.reference, array_agg(t.text ORDER BY t.version) FROM applications_answer t"
                " JOIN applications_application a ON a.id = t.application_id WHERE t.key = 'answers.ambition' GROUP BY 1",
                "SELECT a.reference, array_agg(v.number ORDER BY v.number) FROM applications_version v"
                " JOIN applications_application a ON a.id = v.application_id GROUP BY 1",
                "SELECT a.reference, count(*) FROM applications_piece p"
                " JOIN applications_application a ON a.id = p.application_id WHERE p.code = 'presentation' GROUP BY 1",
            )
        )
    for one in sessions:
        if texts[one.reference][1:] != one.texts:
            said.append(f"{one.reference}: {len(one.texts)} saves acknowledged, {len(texts[one.reference]) - 1} kept")
        numbers = versions.get(one.reference, [])
        if set(numbers) != one.versions or numbers != list(range(1, len(numbers) + 1)):
            said.append(f"{one.reference}: versions {numbers}, acknowledged {sorted(one.versions)}")
        if files[one.reference] - 1 != one.files:
            said.append(f"{one.reference}: {one.files} files acknowledged, {files[one.reference] - 1} joined")
        said += [f"{one.reference}: {kind} sent away for {PATIENCE:.0f} s" for kind in one.lost]
    return said


class Meter:
    """Processors used since it was made: by the machine, by the webs, by this process."""

    def __init__(self, portal: Portal) -> None:
        self.webs, self.began = portal.pid("web"), time.monotonic()
        self.first = self._read()

    def _read(self) -> tuple[float, float, float]:
        tick = os.sysconf("SC_CLK_TCK")
        words = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        web = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            web += int(fields[11]) + int(fields[12]) if int(fields[2]) == self.webs else 0
        own = resource.getrusage(resource.RUSAGE_SELF)
        return (sum(words) - words[3] - words[4]) / tick, web / tick, own.ru_utime + own.ru_stime

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        machine, web, client = ((now - first) / seconds for now, first in zip(self._read(), self.first, strict=True))
        return (
            f"processors used: {machine:.2f} of {os.cpu_count()}, of which webs {web:.2f}, these clients {client:.2f}"
        )
