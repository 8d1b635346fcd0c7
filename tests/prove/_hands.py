"""Hands of the storm: each an operating-system process that acts as people do, by the pages, and keeps what it was told on a disk.

A hand chooses at random what somebody may do now, opens the page of that act with the person's session, fills its form and presses.
An answer that does not come (a web, a worker or the database was killed; one time in twenty the line is dropped on purpose) is asked
again with the same form and its key, until there is one. Its journal, append-only and synced line by line, says first what is asked
and then what was answered. What waits is looked up with the auditor's login: nothing is written but by the pages.
"""

import http.client
import json
import os
import random
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.writers import Line

PATIENCE = 180.0  # seconds for one answer
DEAF = 0.05  # of the presses
HOME = "/accueil/"  # where one is led whose answer was lost
Held = dict[str, Any]  # what a form would send: a name → its value, or its values
AWAY = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Target:
    """What may be done now: whose press, on which form (and the page that draws it), what is typed there; which row it is about."""

    who: str
    path: str
    page: str
    subject: Any
    typed: Callable[[Held], Held] = lambda held: {}


@dataclass(frozen=True)
class Kind:
    """One act of the storm: how often it is tried, what finds a target (one row, or none) and what is made of that row."""

    weight: int
    find: str
    aim: Callable[..., Target]


def _plain(who: str, path: str, page: str = "", **typed: str) -> Callable[..., Target]:
    """A form whose address holds the one column that was found."""

    def aim(_chance: random.Random, subject: Any) -> Target:
        at = path.format(subject)
        return Target(who, at, page.format(subject) or at, subject, lambda _held: typed)

    return aim


def _release(_chance: random.Random, chosen: list[int]) -> Target:
    at = "/decisions/publier/"
    return Target("dora", at, at, chosen, lambda _held: {"decisions": [str(one) for one in chosen]})


def _recover(chance: random.Random, convention: int, paid: int) -> Target:
    euros = f"{chance.randint(1, max(1, paid // 20)) / 100:.2f}".replace(".", ",")
    at = f"/finances/conventions/{convention}/reversement/"
    return Target("emma", at, at, convention, lambda _held: {"cents": euros, "ground": "object"})


def _draft(chance: random.Random, amendment: int, first: int, cents: int, second: int, others: int) -> Target:
    """Of a share, some euros go to the other hospital and some back to the envelope."""
    less, more = (chance.randint(1_000, 2_000), chance.randint(0, 999))
    at = f"/finances/avenants/{amendment}/rediger/"
    typed = {f"share_{first}": _euros(cents - 100 * less), f"share_{second}": _euros(others + 100 * more)}
    return Target("driss", at, at, amendment, lambda _held: typed)


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _sign(_chance: random.Random, amendment: int, convention: int, who: str) -> Target:
    at = f"/finances/avenants/{amendment}/signer/{convention}/"
    return Target(who, at, at, [amendment, convention], lambda _held: {"quality": "Directrice générale"})


_ACT = "SELECT id FROM act WHERE kind = '{}' AND state = 'proposed' ORDER BY random() LIMIT 1"
_INSTALMENT = "SELECT id FROM funding_instalment WHERE state = '{}' ORDER BY random() LIMIT 1"
_STEP = "/finances/paiements/{}/"

KINDS = {
    "approve": Kind(6, "SELECT a.reference FROM decisions_proposal p JOIN applications_application a ON a.id = p.application_id"
        " WHERE p.state = 'proposed' ORDER BY random() LIMIT 1", _plain("victor", "/programmation/{}/approuver/")),
    "release": Kind(3, "SELECT array_agg(id) FROM (SELECT id FROM decisions_decision WHERE state = 'rendered' ORDER BY random()"
        " LIMIT 3) d HAVING count(*) > 0", _release),
    "order": Kind(6, _INSTALMENT.format("certified"), _plain("olivier", _STEP + "ordonnancer/")),
    "cancel order": Kind(2, _INSTALMENT.format("ordered"),
        _plain("olivier", _STEP + "annuler-ordonnancement/", reason="À refaire.")),
    "pay": Kind(4, _INSTALMENT.format("ordered"), _plain("farid", _STEP + "payer/")),
    "propose recovery": Kind(3, "SELECT c.id, sum(i.cents)::bigint FROM funding_convention c JOIN funding_instalment i"
        " ON i.convention_id = c.id AND i.state = 'paid' WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'recovery.issue'"
        " AND subject_id = c.id AND state = 'proposed') GROUP BY c.id ORDER BY random() LIMIT 1", _recover),
    "recover": Kind(4, _ACT.format("recovery.issue"), _plain("olivier", "/actes/{}/approuver/", "/actes/{}/")),
    "ask amendment": Kind(2, "SELECT g.id FROM funding_grant g WHERE g.state = 'engaged' AND EXISTS (SELECT FROM funding_grantshare s"
        " JOIN funding_convention c ON c.share_id = s.id WHERE s.grant_id = g.id AND c.state = 'signed') AND NOT EXISTS (SELECT FROM"
        " funding_amendment m WHERE m.grant_id = g.id AND m.state IN ('asked', 'drafted', 'sent', 'agreed')) ORDER BY random() LIMIT 1",
        _plain("alice", "/finances/aides/{}/avenant/", kind="budget", reason="Deux postes de moins.")),
    "draft amendment": Kind(3, "SELECT m.id, a.id, a.cents, b.id, b.cents FROM funding_amendment m JOIN funding_grantshare a"
        " USING (grant_id) JOIN funding_grantshare b USING (grant_id) WHERE m.state = 'asked' AND a.id < b.id ORDER BY random() LIMIT 1",
        _draft),
    "sign amendment": Kind(6, "SELECT m.id, c.id, split_part(min(u.email), '@', 1) FROM funding_amendment m JOIN funding_grantshare s"
        " USING (grant_id) JOIN funding_convention c ON c.share_id = s.id JOIN directory_affiliation f ON f.establishment_id ="
        " s.establishment_id AND f.kind = 'signatory' JOIN directory_user u ON u.id = f.user_id WHERE m.state = 'sent' AND NOT EXISTS"
        " (SELECT FROM funding_amendmentsignature n WHERE n.amendment_id = m.id AND n.convention_id = c.id) GROUP BY m.id, c.id"
        " ORDER BY random() LIMIT 1", _sign),
    "propose amendment": Kind(6, "SELECT m.id FROM funding_amendment m WHERE m.state = 'agreed' AND NOT EXISTS (SELECT FROM act WHERE"
        " kind = 'amendment' AND subject_id = m.id AND state = 'proposed') ORDER BY random() LIMIT 1",
        _plain("driss", "/finances/avenants/{}/signature-de-l-etat/")),
    "amend": Kind(6, _ACT.format("amendment"), _plain("dora", "/actes/{}/approuver/", "/actes/{}/")),
}  # fmt: skip
PEOPLE = ("victor", "dora", "olivier", "farid", "emma", "alice", "driss", "sophie", "simon")


@dataclass
class Hand:
    """One process: `sessions`: of each person, the key of the session that is open for them."""

    number: int
    port: int
    dsn: str
    sessions: dict[str, str]
    journal: Path
    seed: int
    lines: dict[str, Line] = field(default_factory=dict)
    database: Any = None

    def work(self, until: float) -> None:
        """Acts until that instant of the monotonic clock, which the processes of a machine share."""
        chance = random.Random(f"{self.seed}:{self.number}")  # noqa: S311  (what is tried, nothing secret)
        for who, key in self.sessions.items():
            self.lines[who] = Line(self.port, f"{who}@test.invalid")
            self.lines[who].cookies["session"] = key
        names, weights = zip(*((name, kind.weight) for name, kind in KINDS.items()), strict=True)
        with self.journal.open("ab", buffering=0) as journal:
            while time.monotonic() < until:
                [name] = chance.choices(names, weights)
                row = self.found(KINDS[name].find)
                if row is None:
                    time.sleep(0.02)  # nothing of it waits
                    continue
                self.act(name, KINDS[name].aim(chance, *row), chance.random() < DEAF, journal)

    def found(self, find: str) -> Any:
        """What may be done; None too while the database is away."""
        try:
            if self.database is None or self.database.closed:
                self.database = psycopg.connect(self.dsn, autocommit=True)
            return self.database.execute(find).fetchone()
        except psycopg.Error:
            self.database = None
            return None

    def act(self, name: str, target: Target, deaf: bool, journal: Any) -> None:
        """Asked and answered, both in the journal; nothing where the page is no longer there."""
        from tests.pressed import form_to

        line = self.lines[target.who]
        status, page = answered(line, "GET", target.page)
        held = form_to(target.path, target.page, page) if status == 200 else None
        if held is None or "once" not in held:
            self.note(journal, kind=name, said="no page", path=target.page, status=status)
            return
        held |= target.typed(held)
        body = urllib.parse.urlencode(held, doseq=True)
        asked = {"kind": name, "who": target.who, "path": target.path, "key": held["once"], "subject": target.subject}
        self.note(journal, said="asked", body=body, **asked)
        began = time.monotonic()
        status, where = answered(line, "POST", target.path, body, deaf=deaf)
        self.note(journal, said=said(status, where, target.path), status=status, to=where,
            seconds=round(time.monotonic() - began, 3), **asked)  # fmt: skip

    def note(self, journal: Any, **told: Any) -> None:
        """One line, on the disk before anything follows it."""
        journal.write(json.dumps({"hand": self.number, **told}).encode() + b"\n")
        os.fsync(journal.fileno())


def said(status: int, where: str, path: str) -> str:
    """What an answer says of the act. "kept": sent before and kept, of which the answer does not say whether it was done or refused."""
    if status not in (302, 303):
        return "refused" if status in (403, 404, 409, 422) else "fault"
    led = urlsplit(where).path
    if led.startswith("/connexion/"):
        return "fault"  # a session was lost
    return "kept" if led in (path, HOME) else "done"


def answered(line: Line, method: str, path: str, body: str | None = None, *, deaf: bool = False) -> tuple[int, str]:
    """The status, and the page or where it leads, once there is an answer that is not the portal's fault nor its absence."""
    until, kind = time.monotonic() + PATIENCE, "application/x-www-form-urlencoded" if body else ""
    while True:
        try:
            status, told = line.request(method, path, body, kind, deaf=deaf, to=method == "POST")
        except AWAY:
            status, told = 0, ""
        deaf = False
        if 0 < status < 500 or time.monotonic() > until:
            return status, told
        time.sleep(0.1)


def told(folder: Path) -> list[dict[str, Any]]:
    """What all the journals say, in the order of each."""
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]
