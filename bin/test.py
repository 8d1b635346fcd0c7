"""Runs pytest on throw-away servers: one cluster, one template database migrated as its owner; each worker works on a clone."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import near
import portal
import servers
from processes import Supervisor

TEMPLATE = "edsh_template"
SETTINGS = {
    # What is counted between two tests is that the tables are empty; the next, whose rows nobody else sees, would be planned on it.
    "autovacuum": "off",
    "shared_buffers": "512MB",  # the clones of several processes at once
    "scram_iterations": "1",  # thousands of connections, which prove a password of the machine's own
    "max_wal_size": "512MB",  # it may be held in memory
}


def environment_of(ground: portal.Ground) -> dict[str, str]:
    """What pytest needs to clone databases and start portals in this run."""
    files = ground.run.directory / "files"
    return ground.environment(TEMPLATE, files=files) | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PORTAL_ROLE": "web",
        "PORTAL_RUN_DIRECTORY": str(ground.run.directory),
        "PORTAL_SUPERUSER_URL": ground.postgres.url(),
        "PORTAL_TEMPLATE": TEMPLATE,
        "PORTAL_LOG": "WARNING",
        "PORTAL_CAGE_NICE": "0",  # nobody else is there: who asks waits
        "PYTHONPATH": os.pathsep.join([str(servers.ROOT), str(servers.ROOT / "bin")]),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # the browser driver keeps an event loop in the thread of the tests
    }


def processes() -> int:
    """One more than the processors: while one waits for a page, a portal or a clock, it works for the others."""
    return min(len(os.sched_getaffinity(0)) + 1, 8)


def shared_out(arguments: list[str]) -> list[str]:
    """The whole suite is shared between processes, one file at a time, without the crossings (tests/crossing.py). Whoever names tests or
    options decides alone."""
    alone = any(
        not word.startswith("-") or word.startswith(("-n", "-k", "-m", "--co", "--lf", "--pdb")) for word in arguments
    )
    if alone:
        return arguments
    return ["-n", str(processes()), "--dist", "loadfile", "--no-loadscope-reorder", "-m", near.WHOLE, *arguments]


def narrowed(arguments: list[str]) -> list[str]:
    """`--near[=COMMIT]`: what differs from the commit (the last one) says which tests run, and what runs is said with its reason."""
    asked = next((word for word in arguments if word.partition("=")[0] == "--near"), None)
    if asked is None:
        return shared_out(arguments)
    files, said = near.near(servers.ROOT, asked.partition("=")[2] or "HEAD")
    print(*said, sep="\n", file=sys.stderr, flush=True)
    return [*shared_out([word for word in arguments if word != asked]), *files]


def tests(arguments: list[str]) -> int:
    began = time.monotonic()
    supervisor = Supervisor(say=lambda line: print(line, file=sys.stderr))
    with servers.throw_away() as run, portal.serve(run, supervisor, durable=False, **SETTINGS) as ground:
        supervisor.background()
        portal.prepare_cluster(ground, TEMPLATE)
        environment = environment_of(ground)
        Path(environment["PORTAL_STATIC_ROOT"]).mkdir(parents=True)  # nothing is collected: finders serve the tests
        portal.prepare({**environment, "PORTAL_QUIET": "1"}, "migrate", "roles", "seal")
        print(f"serveurs et base modèle : {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
        child = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            env=environment,
            cwd=servers.ROOT,
            preexec_fn=servers.tied_to_parent(signal.SIGTERM),
        )
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait(20)


def said_at_the_end(began: float) -> None:
    """What the whole took, the servers it has stopped included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
    print(f"durée : {took:.0f} s ; processeur : {processor:.0f} s", file=sys.stderr, flush=True)


def obey_signals() -> None:
    """SIGTERM leaves by the same door as everything else: the servers are stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _frame: sys.exit(128 + n))


def main() -> None:
    obey_signals()
    began = time.monotonic()
    try:
        sys.exit(tests(narrowed(sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        said_at_the_end(began)


if __name__ == "__main__":
    main()
