"""The noon rush: hospitals deposit in the last seconds before the cut-off, through two webs whose own clocks lie by two hours.

The cut-off is that of the portal's clock, which is the database's: whatever the machine of a web believes, nothing is deposited at or
after it. People double-click, lines drop and requests are sent again, while others' pages go on saving what is typed.
"""

import glob
import heapq
import http.client
import json
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.processes import Portal, launcher, servers
from tests.writers import Line

WORKERS = ("default", "pdf", "intake", "beat")
SKEWS = ("+2h", "-2h")
CLIENTS = 160  # requests under way at once: nobody waits for another's answer to press


def liar(skew: str) -> dict[str, str]:
    """The environment of a process whose clocks are wrong, the monotonic one by as much: left true, Python's waits for its
    own lock would return at once, and spin. The times of files, by which a master watches its workers, are left alone."""
    found = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise SystemExit("Il manque libfaketime (paquet Debian du même nom).")
    return {
        "LD_PRELOAD": found[0],
        "FAKETIME": skew,
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": str(servers.ROOT / "tests" / "liar"),
    }


@dataclass
class Depositor:
    """The legal representative of one hospital, signed in, with the deposit page open."""

    reference: str
    line: Line
    plan: float  # seconds from the cut-off
    must: (
        bool | None
    )  # whether it has to be deposited, or refused as late; None at the very edge, where the clock decides
    answers: list[tuple[int, str, float]] = field(default_factory=list)  # (status, where it leads, seconds)
    saves: list[tuple[int, str, float]] = field(default_factory=list)  # (status, what became of it, seconds)
    retries: int = 0
    pressed: float = float("inf")  # when the first press was really sent: these clients are late too, on a busy machine

    @property
    def page(self) -> str:
        return f"/dossiers/{self.reference}/depot/"

    @property
    def deposited(self) -> bool:
        return any(where.endswith("/versions/1/") for _status, where, _seconds in self.answers)


@dataclass
class Rush:
    portal: Portal
    world: Any
    depositors: list[Depositor]
    closes: Any
    steps: tuple[float, float] = (0.0, 0.0)  # seconds of processor here: to receive a dossier, and to freeze it
    took: float = 0.0
    receipts_rate: float = 0.0
    receipts_counted: int = 0
    waits: list[float] = field(default_factory=list)  # seconds from a press to its stamp


def build(portal: Portal, count: int, lead: float, margin: float, *, weighed: bool, seed: int = 7) -> Rush:
    """`count` complete dossiers, each of its own hospital, deposited in the last `lead` seconds, `margin` before the
    cut-off at the latest. Others, one for ten each: press at the very edge, press too late, only write. `weighed`: what the steps
    of a deposit cost is measured too."""
    from tests.applications import world as made

    portal.set_clock(made.NOW, frozen=True)
    world = made.build()
    chance = random.Random(seed)
    few = max(2, count // 10)
    people = [hospital(world, n, complete=n < count + 2 * few) for n in range(count + 3 * few)]
    steps = costs([hospital(world, 5000 + n, complete=True) for n in range(7)]) if weighed else Rush.steps
    ports = [servers.free_port() for _skew in SKEWS]
    for port, skew in zip(ports, SKEWS, strict=True):
        launcher.start_web(portal.ground, portal.environment | liar(skew), port, name=f"web{skew}", workers=1)
    launcher.start_workers(portal.ground, portal.environment, names=WORKERS)
    for skew in SKEWS:
        portal.supervisor.wait(f"web{skew}", 60)
    # one in ten aims at the last second
    plans = [(chance.uniform(-max(1, 2 * margin) if n % 10 == 0 else -lead, -margin), True) for n in range(count)]
    plans += [(chance.uniform(-0.1, 0.1), None) for _n in range(few)]
    plans += [(chance.uniform(0.5, 2), False) for _n in range(few)]
    plans += [(float("inf"), False)] * few
    depositors = [
        Depositor(
            reference, session(ports[(n + n // 10) % 2], user), *plan
        )  # of those of the last second, half on each
        for n, ((reference, user), plan) in enumerate(zip(people, plans, strict=True))
    ]
    return Rush(portal, world, depositors, made.CLOSES, steps)


def hospital(world: Any, number: int, *, complete: bool) -> tuple[str, Any]:
    """(reference of its draft, the person who deposits it)."""
    from applications import actions
    from tests.applications import world as made

    home = made.place(1000 + number, f"CH fictif {number}", activity=120_000)
    user = made.person(f"noon{number}", home, "signatory")
    dossier = actions.create(world.wave, coordinator=home, acronym=f"MIDI-{number}", by=user)
    actions.save_field(dossier, "answers.ambition", "Relier.", read_version=0, by=user)
    if not complete:
        return dossier.reference, user
    actions.save_row(dossier, "identity", acronym=dossier.acronym, title="Un entrepôt", goal="build", starts_on=date(2023, 1, 1), months=24, maturity_now=3, maturity_target=8, by=user)  # fmt: skip
    associated = actions.add_associated(dossier, name="Université fictive", kind="research", by=user)
    for n in range(3):
        actions.save_row(
            dossier, "projects", title=f"Projet {n}", theme="Cancer", summary="Résumé.", partners=[associated], by=user
        )
    actions.save_row(dossier, "perimeters", scope="S", depth="D", refresh="R", duration="D", interest="I", by=user)
    [member] = dossier.memberships.all()
    actions.save_row(member.application, "members", row=member, work="Intégrer les sources.", by=user)
    actions.save_budget(
        member, {(0, "staff", 2023): 160_000_000}, {"aid_cents": 80_000_000, "own_cents": 80_000_000}, by=user
    )
    actions.add_piece(dossier, "annexe-financiere", made.xlsx(), name="annexe.xlsx", membership=member, by=user)
    actions.add_piece(dossier, "presentation", made.pdf(text=dossier.reference), name="p.pdf", by=user)
    return dossier.reference, user


def costs(people: list[tuple[str, Any]]) -> tuple[float, float]:
    """Seconds of processor, of this process, that each of the two transactions of a deposit takes: the medians."""
    from applications import actions
    from applications.models import Application

    spent: list[tuple[float, float]] = []
    for reference, user in people:
        application = Application.objects.get(reference=reference)
        began = time.process_time()
        received = actions.receive(application, by=user)
        stamped = time.process_time()
        actions.settle(received)
        spent.append((stamped - began, time.process_time() - stamped))
    return statistics.median(one for one, _two in spent), statistics.median(two for _one, two in spent)


def session(port: int, user: Any) -> Line:
    """A session already open."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from edsh_portal.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "directory.backends.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    # Two hours ahead is past an idle hour: what lies here is the clock of the cut-off, not that of who is at work.
    session.model.objects.filter(user=user).update(expires_at=timezone.now() + timedelta(hours=12))
    line = Line(port, user.email)
    line.cookies["session"] = session.session_key
    return line


def run(rush: Rush, lead: float, seed: int = 11) -> None:
    """Opens every page, starts the clock `lead` + 5 seconds before the cut-off, and lets everyone act at their instant."""
    chance = random.Random(seed)
    rush.portal.set_clock(rush.closes - timedelta(seconds=lead + 5), frozen=True)
    for one in rush.depositors:
        one.line.open(f"/dossiers/{one.reference}/recit/ambition/")
        if one.plan != float("inf"):
            one.line.open(one.page)
    began = time.monotonic()
    rush.portal.set_clock(rush.closes - timedelta(seconds=lead + 5))
    noon = _noon(rush)
    due: list[tuple[float, int, Callable[[], None]]] = []

    def at(moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(due, (moment, len(due), act))

    for one in rush.depositors:
        if one.plan == float("inf"):
            for n in range(int(lead / 5)):
                at(noon - lead + 5 * n + chance.uniform(0, 5), lambda one=one, n=n: save(one, n))
            continue
        at(noon + one.plan - 4, lambda one=one: save(one, 0))
        drops = chance.random() < 0.05
        at(noon + one.plan, lambda one=one, drops=drops: deposit(one, noon, drops=drops))
        if chance.random() < 0.5:  # a double click: the same request again, at once
            at(noon + one.plan + 0.05, lambda one=one: deposit(one, noon))
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not due:
                    return
                moment, _order, act = heapq.heappop(due)
            time.sleep(max(0.0, moment - time.monotonic()))
            act()

    threads = [threading.Thread(target=client) for _n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rush.took = time.monotonic() - began


def _noon(rush: Rush) -> float:
    """The cut-off on this process's monotonic clock, by the portal's."""
    with rush.portal.database.connect("auditor") as line:
        asked = time.monotonic()
        now = line.execute("SELECT portal_now()").fetchone()[0]
        return (asked + time.monotonic()) / 2 + (rush.closes - now).total_seconds()


def deposit(one: Depositor, noon: float, *, drops: bool = False) -> None:
    """One press of the button; a lost answer is asked again, as the person would."""
    body = f"csrfmiddlewaretoken={one.line.token}"
    began = time.monotonic()
    one.pressed = min(one.pressed, began - noon)
    while True:
        try:
            status, where = one.line.request(
                "POST", one.page, body, "application/x-www-form-urlencoded", deaf=drops, to=True
            )
        except (OSError, http.client.HTTPException):
            one.retries, drops = one.retries + 1, False
            if time.monotonic() - began > 120:
                one.answers.append((0, "", 120.0))
                return
            continue
        one.answers.append((status, where, time.monotonic() - began))
        return


def save(one: Depositor, number: int) -> None:
    """What the page of a person who types sends."""
    key = "answers.ambition"
    text = f"Relier, encore {number}."
    body = {
        "place": key, "known": one.line.known, "keys": [key],
        "saves": [{"key": key, "text": text, "read": number + 1, "id": str(uuid.uuid4())}],
    }  # fmt: skip
    began = time.monotonic()
    try:
        status, answer = one.line.request(
            "POST", f"/dossiers/{one.reference}/direct/", json.dumps(body), "application/json"
        )
    except (OSError, http.client.HTTPException):
        one.saves.append((0, "", time.monotonic() - began))
        return
    news = json.loads(answer) if status == 200 else {}
    one.line.known = news.get("known", one.line.known)
    became = news["saved"][0]["status"] if news else ""
    one.saves.append((status, became, time.monotonic() - began))


def receive(rush: Rush, seconds: float) -> None:
    """Waits for the receipts that are still due when the rush is over, and measures how fast they come then."""
    statement = (
        "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM applications_versionfile f"
        " WHERE f.version_id = v.id AND f.code = 'receipt')) FROM applications_version v"
    )
    with rush.portal.database.connect("auditor") as line:
        _all, first = line.execute(statement).fetchone()
        began = time.monotonic()
        while True:
            due, made = line.execute(statement).fetchone()
            now = time.monotonic()
            if made == due:
                break
            assert now - began < seconds, f"{due - made} receipts still due after {seconds:.0f} s"
            time.sleep(0.05)
    rush.receipts_counted = made - first
    rush.receipts_rate = rush.receipts_counted / max(now - began, 0.001)


def bare_rate(rush: Rush, count: int) -> float:
    """Receipts a second of the bare loop: lay out, seal, nothing else. The portal is idle meanwhile."""
    from applications.models import Version
    from applications.reactions.receipt import receipt_context
    from edsh_portal import pdf

    contexts = [receipt_context(version) for version in Version.objects.order_by("pk")[:count]]
    pdf.seal(pdf.render("pdf/receipt.html", contexts[0], title="Essai"), reason="Essai")  # fonts are read once
    began = time.monotonic()
    for context in contexts:
        pdf.seal(pdf.render("pdf/receipt.html", context, title="Essai"), reason="Essai")
    return len(contexts) / (time.monotonic() - began)


def wrong(rush: Rush) -> list[str]:
    """What should not be, in sentences; nothing when all is well."""
    said = []
    with rush.portal.database.connect("auditor") as line:
        versions = dict(
            line.execute(
                "SELECT a.reference, count(v.id) FROM applications_application a"
                " JOIN applications_version v ON v.application_id = a.id GROUP BY 1"
            ).fetchall()
        )
        [(late,)] = line.execute(
            "SELECT count(*) FROM applications_version v JOIN applications_application a ON a.id = v.application_id"
            " JOIN calls_wave w ON w.id = a.wave_id WHERE v.submitted_at >= w.closes_at"
        ).fetchall()
        [(adrift,)] = line.execute(
            "SELECT count(*) FROM applications_reception r LEFT JOIN applications_version v ON v.id = r.version_id"
            " WHERE r.version_id IS NULL OR r.number = v.number AND (r.received_at, r.by_id) <> (v.submitted_at, v.submitted_by_id)"
        ).fetchall()
        [(unsealed,)] = line.execute(
            "SELECT count(*) FROM applications_version v WHERE (SELECT count(*) FROM applications_versionfile f"
            " WHERE f.version_id = v.id AND f.code = 'receipt') <> 1"
        ).fetchall()
        stamped = dict(
            line.execute(
                "SELECT a.reference, min(extract(epoch FROM r.received_at - w.closes_at))::float FROM applications_reception r"
                " JOIN applications_application a ON a.id = r.application_id JOIN calls_wave w ON w.id = a.wave_id GROUP BY 1"
            ).fetchall()
        )
    rush.waits = [stamped[one.reference] - one.pressed for one in rush.depositors if one.reference in stamped]
    said += [f"{late} versions at or after the cut-off"] if late else []
    said += [f"{adrift} receptions without their version, or with another instant"] if adrift else []
    said += [f"{unsealed} versions without their one receipt"] if unsealed else []
    said += [f"{reference}: {count} versions" for reference, count in versions.items() if count != 1]
    for one in rush.depositors:
        statuses = {status for status, _where, _seconds in one.answers}
        deposited = one.deposited
        if one.must is not None and deposited != one.must:
            said.append(f"{one.reference}, pressed {one.pressed:+.3f} s from the cut-off: answers {one.answers}")
        if not statuses <= {302, 422} or any(
            status == 302 and "/versions/" not in where for status, where, _seconds in one.answers
        ):
            said.append(f"{one.reference}: answers {one.answers}")
        if one.answers and deposited != (one.reference in versions):
            said.append(
                f"{one.reference}: said {'deposited' if deposited else 'refused'}, and the database says otherwise"
            )
        became = [became if status == 200 else str(status) for status, became, _seconds in one.saves]
        in_time = [word for word in became if word != "refused"]
        if not set(in_time) <= {"saved", "aside"} or became != in_time + ["refused"] * (len(became) - len(in_time)):
            said.append(f"{one.reference}: autosaves {became}")  # refused, once the cut-off has passed, and only then
    return said


def percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    chosen = (ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] for percent in (50, 95, 99))
    return "/".join(f"{1000 * value:.0f}" for value in chosen) + " ms"
