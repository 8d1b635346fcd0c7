"""Twelve people in one jury room: polls with ETag as the page sends them, two recusals, a lost line, the web killed at once (15, Show 4).

`bin/prove room [SECONDS]`: the same result on every page, a change on every page within three seconds, and what twelve polling pages cost
the web, read from /proc.
"""

import http.client
import os
import signal
import sys
import threading
import time
import urllib.parse
from pathlib import Path

from demo.cast import DOMAIN
from tests.processes import Portal, portal_of_its_own
from tests.writers import Line

BEAT, MOST_LATE, MOST_CORE = 2.5, 3.0, 0.02
PAGE = "/jury/1/salle/"
MEMBERS = ["jean", "claire", *(f"expert{n:02}" for n in range(1, 11))]
TICKS = os.sysconf("SC_CLK_TCK")


class Screen(threading.Thread):
    """A page of the room: one poll a beat with what it has, on a connection that it keeps."""

    def __init__(self, portal: Portal, who: str) -> None:
        super().__init__(daemon=True)
        self.line, self.who = Line(portal.port, f"{who}@{DOMAIN}"), who
        self.tag, self.shown, self.seen, self.failed = "", "", {}, 0
        self.up, self.over = threading.Event(), threading.Event()
        self.up.set()
        self.line.open(PAGE)
        # As a browser and deploy/nginx.conf do, it is kept, and what was not answered on it is asked once more on another.
        self.kept = http.client.HTTPConnection("127.0.0.1", self.line.port, timeout=10)

    def run(self) -> None:
        while not self.over.wait(BEAT):
            if self.up.is_set():  # cleared: its line is lost
                try:
                    self.poll()
                except (OSError, http.client.HTTPException):
                    self.kept.close()
                    self.again()

    def again(self) -> None:
        try:
            self.poll()
        except (OSError, http.client.HTTPException):
            self.failed += 1
            self.kept.close()

    def poll(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.line.cookies.items())
        headers = {"Cookie": cookies, "HX-Request": "true", "X-Portal-Alone": "1"}
        self.kept.request("GET", PAGE, headers=headers | ({"If-None-Match": self.tag} if self.tag else {}))
        answer = self.kept.getresponse()
        body = answer.read().decode()
        if answer.status == 200:
            self.tag, self.shown = answer.headers["ETag"], body
            self.seen[self.tag.partition("-")[0]] = time.monotonic()
        elif answer.status != 304:
            raise OSError(answer.status)

    def act(self, **data: str) -> int:
        """A form of the page, sent; again when the web is down."""
        until = time.monotonic() + 30
        while True:
            try:
                page = self.line.open(PAGE)
                once = page.partition('name="once" value="')[2].partition('"')[0]
                body = urllib.parse.urlencode(data | {"once": once, "csrfmiddlewaretoken": self.line.token})
                return self.line.request("POST", PAGE, body, "application/x-www-form-urlencoded")[0]
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def spent(pid: int) -> float:
    """Seconds of processor of a process and of its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *children)]
    return sum(int(of[11]) + int(of[12]) for of in fields) / TICKS


def latest(screens: list[Screen], since: float) -> float:
    """Seconds until every page whose line is up shows what has just been done."""
    until = since + 20
    waiting = [screen for screen in screens if screen.up.is_set()]
    while time.monotonic() < until:
        if all(max(screen.seen.values(), default=0) > since for screen in waiting):
            return max(max(screen.seen.values()) for screen in waiting) - since
        time.sleep(0.02)
    return 20.0


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with portal_of_its_own("deliberation", names=("web", "default"), webs=2) as portal:
        wrong, said = deliberated(portal, seconds)
    print(f"room: {said}; {'; '.join(wrong) or 'the same result on every page'}")
    return 1 if wrong else 0


def deliberated(portal: Portal, seconds: float) -> tuple[list[str], str]:
    chair = Screen(portal, "jean")
    for who in MEMBERS[1:]:
        chair.act(act="seat", person=f"{who}@{DOMAIN}")
    screens = [chair, *(Screen(portal, who) for who in MEMBERS[1:])]
    for screen in screens:
        screen.act(act="come")
        screen.start()
    lates = [done(screens, chair, act="lay")]
    recused, lost = screens[1:3], screens[-1]
    for screen in recused:
        lates.append(done(screens, screen, act="withdraw", reason="Un proche y travaille."))
    lost.up.clear()
    lates.append(done(screens, chair, act="move", text="Retenir le dossier de la preuve."))
    web = portal.pid("web")
    assert web is not None
    os.kill(web, signal.SIGKILL)
    free = [screen for screen in screens if screen not in recused]
    lates += [done(screens, screen, act="vote", voice="for") for screen in free[1:4]]
    lates.append(done(screens, chair, act="close"))
    lost.up.set()
    latest([lost], time.monotonic() - 2 * BEAT)
    time.sleep(2 * BEAT)
    told = [" ".join(screen.shown.split()) for screen in free]
    wrong = [
        f"{screen.who} does not say the result"
        for screen, page in zip(free, told, strict=True)
        if "3 pour, 0 contre" not in page
    ]
    wrong += [f"{screen.who} reads the vote" for screen in recused if "Retenir le dossier" in screen.shown]
    core = cost(portal, screens, seconds)
    late = max(lates)
    wrong += [f"a page is {late:.1f} s late"] * (late > MOST_LATE) + [f"{100 * core:.2f} % of a core"] * (
        core >= MOST_CORE
    )
    for screen in screens:
        screen.over.set()
    dropped = sum(screen.failed for screen in screens)
    return wrong, (
        f"{len(screens)} pages, {len(lates)} acts, the latest page {late:.2f} s after its act; 2 recusals, 1 line lost, 1 web killed "
        f"({dropped} polls unanswered); {100 * core:.2f} % of a core for {len(screens)} pages polling each {BEAT} s"
    )


def done(screens: list[Screen], screen: Screen, **data: str) -> float:
    status = screen.act(**data)
    assert status == 302, (screen.who, data, status)
    return latest(screens, time.monotonic())


def cost(portal: Portal, screens: list[Screen], seconds: float) -> float:
    """Share of a core that the web takes for pages that poll while nothing changes, less what it takes alone."""

    def share() -> float:
        pid = portal.pid("web")
        assert pid is not None
        before, began = spent(pid), time.monotonic()
        time.sleep(seconds)
        return (spent(pid) - before) / (time.monotonic() - began)

    polled = share()
    for screen in screens:
        screen.up.clear()
    time.sleep(BEAT)
    return polled - share()


if __name__ == "__main__":
    sys.exit(main())
