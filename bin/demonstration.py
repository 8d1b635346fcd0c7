"""The demonstration: starts everything, keeps it alive, says where it is, and stops everything it started."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import portal
import servers
from processes import Supervisor

DATABASE = "edsh"
STAGES = ("open", "review", "deliberation", "awarded", "running")
STARTED = float(os.environ.get("PORTAL_STARTED") or time.time())  # when the shell began: libraries and all are counted
CARD = servers.LOCAL / "demo.json"


def say(line: str = "") -> None:
    print(line, flush=True)


def french(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",") + " s"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/demo", description="Le portail entier avec son appel de démonstration.")
    parser.add_argument("--stage", choices=STAGES, help="reconstruit l’appel à ce moment")
    parser.add_argument("--fresh", action="store_true", help="repart de zéro")
    parser.add_argument(
        "--check", action="store_true", help="dit les secondes jusqu’à la première page, arrête, dit ce qui survit"
    )
    parser.add_argument("--port", type=int, help="port du site (sinon 8000, ou un port libre)")
    chosen = parser.parse_args()
    if chosen.port is not None and not (0 < chosen.port < 65536 and servers.is_free(chosen.port)):
        parser.error(f"le port {chosen.port} n’est pas libre")
    return chosen


class Demo:
    """One start of the demonstration. `prepared` remembers, beside the data, which sources the database was brought up to."""

    def __init__(self, chosen: argparse.Namespace, ground: portal.Ground):
        self.chosen = chosen
        self.ground = ground
        self.directory = ground.run.directory
        self.files = self.directory / "files"
        self.files.mkdir(mode=0o700, exist_ok=True)
        self.prepared = self.directory / "prepared.json"
        self.people = self.directory / "accounts.json"
        self.port = chosen.port or self._usual_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = ground.environment(
            DATABASE, files=self.files, PORTAL_BASE_URL=self.base_url, PORTAL_SEAL_LEVEL="B-T", PORTAL_TSA_URL="local"
        )

    def _usual_port(self) -> int:
        """The one of last time when it is free: an open tab goes on working."""
        file = self.directory / "port"
        wanted = [8000]
        with suppress(OSError, ValueError):
            wanted.insert(0, int(file.read_text()))
        port = next((number for number in wanted if servers.is_free(number)), None) or servers.free_port()
        file.write_text(str(port))
        return port

    def known(self) -> dict[str, Any]:
        """What the last start remembers of the call it built; {} when it did not finish."""
        with suppress(OSError, ValueError):
            return json.loads(self.prepared.read_text())
        return {}

    def remember(self, **more: Any) -> None:
        servers.write_private(self.prepared, json.dumps(self.known() | more))

    def is_to_build(self, known: dict[str, Any]) -> bool:
        """Never what stands already: only when it is asked for, or cannot be brought up. A call that was built and that nobody has
        seen yet is what was asked for."""
        if not known.get("loaded"):  # a load that was interrupted is begun again, never continued
            return True
        if "tables" not in known or portal.rewritten(known["tables"]):
            say(
                "Les tables ont changé depuis le dernier démarrage : l’appel de démonstration est reconstruit, une fois."
            )
            return True
        if not (self.chosen.fresh or self.chosen.stage is not None):
            return False
        kept = not known.get("seen", True) and known.get("stage") == self.chosen.stage
        if kept:
            say("L’appel est déjà construit et n’a pas encore servi : il est repris.")
        return not kept

    def prepare(self) -> None:
        """Migrates, lays roles, loads the call: only what is not already so. Nothing is remembered before all of it is done."""
        sources = portal.sources_digest()
        known = self.known()
        if self.is_to_build(known):
            self.prepared.unlink(missing_ok=True)
            portal.prepare_cluster(self.ground, DATABASE, anew=True)
            for name in ("media", "roots"):
                shutil.rmtree(self.files / name, ignore_errors=True)
            for name in ("seal.key.pem", "seal.cert.pem"):  # nothing is left that it sealed
                (self.files / name).unlink(missing_ok=True)
            known = {}
        else:
            portal.prepare_cluster(self.ground, DATABASE)
        if known.get("sources") == sources and known.get("accounts") == str(self.people):
            return
        steps = ["migrate", "roles", "seal"]
        if not known:
            steps.append(f"demo:{self.chosen.stage or ''}")
        say("Préparation de la base")
        portal.prepare(self.environment, *steps, f"accounts:{self.people}")
        built = {} if known else {"stage": self.chosen.stage, "seen": False}
        self.remember(sources=sources, loaded=True, accounts=str(self.people), tables=portal.tables(), **built)

    def start(self) -> tuple[float, float]:
        """(seconds to the first page, to /readyz ok), from the start of the shell."""
        self.ground.supervisor.changed = self.write_card
        self.ground.supervisor.background()
        portal.start_web(self.ground, self.environment, self.port)
        portal.wait_for(self.port, "/healthz", 90, self.ground.supervisor)
        first = portal.wait_for(self.port, "/", 60, self.ground.supervisor) - STARTED
        portal.start_workers(self.ground, self.environment)
        self.write_card()
        self.remember(seen=True)
        say(f"Première page : {french(first)}")
        try:
            ready = portal.wait_for(self.port, "/readyz", 120, self.ground.supervisor) - STARTED
        except portal.NotReady as late:
            if self.chosen.check:
                raise
            say(f"{late}\nLes pages répondent déjà : le portail reste ouvert, le reste continue de démarrer.")
            return first, 0.0
        say(f"Prêt (/readyz) : {french(ready)}")
        return first, ready

    def write_card(self) -> None:
        """.local/demo.json: where it is, for people and for tests. Written again whenever a process is replaced."""
        processes = self.ground.supervisor.processes
        pids: dict[str, Any] = {
            name: processes[name].pid for name in ("web", "beat", "broker", "postgres") if name in processes
        }
        pids["workers"] = {name: processes[name].pid for name in ("default", "pdf", "intake") if name in processes}
        card = {
            "base_url": self.base_url,
            "pid": os.getpid(),
            "pids": pids,
            "dsns": self.ground.dsns(DATABASE),
            "redis_url": self.ground.valkey.url,
            "accounts": portal.accounts(self.people),
            "log": str(self.directory / "log"),
            "environment": self.environment,
        }
        servers.write_private(CARD, json.dumps(card, ensure_ascii=False, indent=1))

    def greet(self) -> None:
        say()
        say(f"Portail EDSH, données fictives, horloge simulée : {self.base_url}")
        for account in portal.accounts(self.people):
            email, word = account.get("email", ""), account.get("password", "")
            say(f"  {email:<34} {word:<24} {account.get('role', '')}".rstrip())
        say(f"Journaux : {self.directory / 'log'}")
        say("Ctrl-C arrête tout ; un second bin/demo retrouve les données.")


@contextmanager
def run() -> Iterator[servers.Run]:
    try:
        held = servers.Run(servers.home() / "demo")
    except servers.Busy:
        card = {}
        with suppress(OSError, ValueError):
            card = json.loads(CARD.read_text())
        raise SystemExit(
            f"Une démonstration tourne déjà : {card.get('base_url', 'elle démarre')} (processus {card.get('pid', '?')})."
        ) from None
    CARD.unlink(missing_ok=True)
    try:
        yield held
    finally:
        CARD.unlink(missing_ok=True)
        held.kill_orphans()
        held.release()


def survivors(held: servers.Run) -> list[str]:
    return [f"{name} (processus {pid})" for pid, name in sorted(held.processes().items())]


def check(held: servers.Run, first: float, ready: float) -> int:
    left = survivors(held)
    say(
        f"Première page {french(first)} ; /readyz {french(ready)} ; "
        + (f"survivent : {', '.join(left)}" if left else "rien ne survit.")
    )
    return 1 if left else 0


def main() -> int:
    chosen = options()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    with run() as held:
        supervisor = Supervisor(say=say)
        try:
            with portal.serve(held, supervisor, durable=True) as ground:
                demo = Demo(chosen, ground)
                demo.prepare()
                first, ready = demo.start()
                if not chosen.check:
                    demo.greet()
                    while True:
                        signal.pause()
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{Path(str(error.cmd[0])).name} : code {error.returncode}") from None
        return check(held, first, ready) if chosen.check else 0


def _leave(number: int, _frame: object) -> None:
    for known in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)  # the end is not interrupted
    say("Arrêt…")
    raise SystemExit(0 if number == signal.SIGINT else 128 + number)


if __name__ == "__main__":
    sys.exit(main())
