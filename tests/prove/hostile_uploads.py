"""Every hostile file and every honest one: read alone, then sent to a real web process, a cage and a scanner behind; who opens what was kept.

Prints, for each file of the corpus, what it costs to read (seconds of processor, megabytes beside those of the process) and what it is
told; then what was refused, neutralised and kept, the slowest answer, and the most memory a web process, a worker and a cage ever held.
With « table »: the table alone.
"""

import http.client
import sys
import tempfile
import time
import uuid
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.clamd import clamd
from tests.corpus import HOSTILE as STRANGE
from tests.corpus import ORDINARY, TABLE, measure
from tests.hostile_files import EICAR, GOOD, HOSTILE, NEUTRALISED
from tests.office_files import pdf
from tests.processes import Portal, running

MOST_SECONDS, MOST_MEGABYTES = 2.0, 300
REFUSED = HOSTILE | {name: make for name, (make, _said) in STRANGE.items()}
ACCEPTED = (
    GOOD | {name: make for name, (make, _said) in ORDINARY.items()} | NEUTRALISED
)  # these last: they are read back


def main() -> int:
    warnings.simplefilter("ignore", UserWarning)  # archives with names twice are made on purpose
    if sys.argv[1:] == ["table"]:
        import django

        django.setup()
        failures: list[str] = []
        table(failures)
        print("; ".join(failures) or "nothing failed")
        return 1 if failures else 0
    return through_the_web()


def through_the_web() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="c") as place,
        clamd(Path(place) / "s") as scanner,
        running(PORTAL_CLAMD_SOCKET=scanner, PORTAL_OPEN_UNSCANNED="1", PORTAL_SWEEP_SECONDS="1") as portal,
    ):
        portal.work_here()
        failures: list[str] = []
        table(failures)
        world, draft = build(portal)
        alice = Browser(portal, world.cast.alice)
        slowest = everything(portal, alice, draft, REFUSED, False, failures)
        slowest += everything(portal, alice, draft, ACCEPTED, True, failures)
        opened, tried = read_by_others(portal, world, draft, failures)
        neutral(alice, draft, failures)
        infected(portal, alice, draft, failures)
        web, worker = memory(portal, "web"), memory(portal, "intake")
        took, name = max(slowest)
        if took > MOST_SECONDS or web > MOST_MEGABYTES:
            failures.append(f"above {MOST_SECONDS} s or {MOST_MEGABYTES} MB")
        print(
            f"hostile_uploads: {len(REFUSED)} hostile files refused, {len(NEUTRALISED)} neutralised,"
            f" {len(ACCEPTED) - len(NEUTRALISED)} good kept;"
            f" {opened} of {tried} reads by others opened; slowest {took:.2f} s ({name});"
            f" most memory: web {web} MB, intake worker and its cage {worker} MB; {'; '.join(failures) or 'nothing failed'}"
        )
    return 1 if failures else 0


def table(failures: list[str]) -> None:
    """Each file of the corpus, read in a process of its own: what becomes of it, and at what cost."""
    from edsh_portal.intake import recognise

    costs = []
    for name, (make, said) in TABLE.items():
        cost, size = measure.cost(recognise.received, make)
        costs.append((cost, name))
        print(f"{name:58} {size / 1000:9.1f} kB {cost.seconds:6.2f} s {cost.megabytes:4} MB  {cost.verdict}")
        if not cost.bearable or not (said in cost.verdict if said else cost.kept):
            failures.append(f"{name}: {cost}")
    kept = sum(cost.kept for cost, _name in costs)
    seconds, slowest = max((cost.seconds, name) for cost, name in costs)
    megabytes, heaviest = max((cost.megabytes, name) for cost, name in costs)
    print(
        f"corpus: {len(costs)} files, {kept} kept, {len(costs) - kept} refused; slowest {seconds:.2f} s ({slowest}),"
        f" heaviest {megabytes} MB ({heaviest})"
    )


def build(portal: Portal) -> tuple[Any, Any]:
    from tests.applications import world as made

    portal.set_clock(made.NOW)
    world = made.build()
    return world, made.draft(world)


class Browser:
    """One signed-in person asking a real server."""

    def __init__(self, portal: Portal, user: Any) -> None:
        from django.conf import settings
        from django.test import Client

        from edsh_portal import admission

        client = Client()
        client.force_login(user, backend="directory.backends.EmailBackend")
        self.where, self.csrf = urlsplit(portal.base_url).netloc, "a" * 32
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        self.cookies += f"; {settings.DOOR_COOKIE_NAME}={admission.SEEN.sign(user.pk)}"

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(self.where, timeout=60)
        try:
            line.request(method, path, body, {"Cookie": self.cookies, "X-CSRFToken": self.csrf, **headers})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def post(self, path: str, content: bytes) -> tuple[int, bytes]:
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", path, body, **{"Content-Type": f"multipart/form-data; boundary={edge}"})


def everything(
    portal: Portal, who: Browser, draft: Any, files: dict[str, Any], good: bool, failures: list[str]
) -> list[tuple[float, str]]:
    """(seconds, name) of each file sent; a failure is one that is kept and should not be, or the other way."""
    took, names = [], {}
    for name, make in files.items():
        content = make()
        began = time.monotonic()
        status, page = who.post(f"/dossiers/{draft.reference}/pieces/ajouter/presentation/", content)
        took.append((time.monotonic() - began, name))
        if status == 302:
            names[draft.pieces.order_by("-pk").values_list("pk", flat=True)[0]] = name
        elif good or status != 422 or b"error-summary" not in page:
            failures.append(f"{name}: {status}")
    portal.wait_until("SELECT count(*) FROM delivery WHERE queue = 'intake' AND state <> 'done'", 0, seconds=600)
    verdicts = draft.pieces.filter(pk__in=names).values_list("pk", "document__scan_result__verdict")
    failures += [f"{names[pk]}: {verdict}" for pk, verdict in verdicts if verdict != ("clean" if good else "refused")]
    return took


def read_by_others(portal: Portal, world: Any, draft: Any, failures: list[str]) -> tuple[int, int]:
    """(opened, tried): every piece kept, asked by every person who does not write the dossier."""
    opened = tried = 0
    pieces = list(draft.pieces.values_list("pk", flat=True))
    for who, user in vars(world.cast).items():
        if who in ("alice", "sophie", "aude"):
            continue
        browser = Browser(portal, user)
        for piece in pieces:
            status, _page = browser.ask("GET", f"/dossiers/{draft.reference}/pieces/{piece}/?ouvrir=1")
            opened, tried = opened + (status != 404), tried + 1
    if opened or not tried:
        failures.append(f"{opened} opened by another")
    return opened, tried


def neutral(who: Browser, draft: Any, failures: list[str]) -> None:
    pieces = list(draft.pieces.order_by("-pk").values_list("pk", flat=True)[: len(NEUTRALISED)])
    for piece in pieces:
        status, content = who.ask("GET", f"/dossiers/{draft.reference}/pieces/{piece}/?ouvrir=1")
        if status != 200 or b"SECRET" in content:
            failures.append(f"piece {piece} still carries what it carried")


def infected(portal: Portal, who: Browser, draft: Any, failures: list[str]) -> None:
    """A file only a scanner recognises: withdrawn, its own people do not open it, and the one it had replaced comes back."""

    def carry(made: Any) -> None:
        made.pages[0].PieceInfo = made.make_stream(EICAR)

    content = pdf("a", change=carry, compress_streams=False)
    who.post(f"/dossiers/{draft.reference}/pieces/ajouter/presentation/", content)
    piece = draft.pieces.order_by("-pk").first()
    until = time.monotonic() + 60
    while draft.pieces.filter(pk=piece.pk, replaced_at=None).exists() and time.monotonic() < until:
        time.sleep(0.2)
    status, _page = who.ask("GET", f"/dossiers/{draft.reference}/pieces/{piece.pk}/?ouvrir=1")
    portal.wait_until("SELECT count(*) FROM delivery WHERE state <> 'done'", 0, seconds=120)
    standing = list(draft.pieces.filter(replaced_at=None).values_list("pk", flat=True))
    if status != 403 or len(standing) != 1 or piece.pk in standing:
        failures.append(f"infected: {status}, standing: {standing}")


def memory(portal: Portal, name: str) -> int:
    """Megabytes: the most one process under this name ever held, as the system counts it (VmHWM)."""
    root = psutil.Process(portal.pid(name))
    peaks = []
    for process in [root, *root.children(recursive=True)]:
        said = Path(f"/proc/{process.pid}/status").read_text()
        peaks.append(int(said.partition("VmHWM:")[2].split()[0]))
    return max(peaks) // 1000


if __name__ == "__main__":
    sys.exit(main())
