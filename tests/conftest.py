"""What every test may ask for, one part a noun; and what the processes of a whole run take first."""

import os

import pytest

pytest_plugins = ["tests.database", "tests.processes"]

LONGEST_FIRST = (
    "tests/test_access.py",
    "tests/faults/test_noon_rush.py",  # they need no stage of the demonstration, which the other process is building
    "tests/faults/test_sessions.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_story.py",
    "tests/browser/test_keyboard.py",
    "tests/test_budgets.py",
    "tests/faults",
    "tests/browser",
    "tests/demo",
    "tests/test_access_crawl.py",
)  # a file is never split between processes: one that takes minutes must not be left for the end


STANDS = ("committed", "transactional_db", "", "built", "filled")


def pytest_collection_modifyitems(config, items):
    """The long files come first, in the order above. In a file, the tests that commit come first, then those that stand on
    nothing, then those on a world that is built once for the file (tests/database.py rolled_back)."""
    first = {item.path: number for number, item in reversed([*enumerate(items)])}

    def rank(item) -> int:
        path = str(item.path.relative_to(config.rootpath))
        return next((n for n, longest in enumerate(LONGEST_FIRST) if path.startswith(longest)), len(LONGEST_FIRST))

    def stand(item) -> int:
        asked = {*item.fixturenames, *(["committed"] if _commits(item) else [])}
        return max((STANDS.index(name) for name in STANDS if name in asked), default=STANDS.index(""))

    items.sort(key=lambda item: (rank(item), first[item.path], stand(item)))


def _commits(item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


def pytest_sessionfinish(session, exitstatus):
    """At the end of a whole run: every step has been sent by a browser."""
    if "PYTEST_XDIST_WORKER" in os.environ or not _whole(session.config) or exitstatus != pytest.ExitCode.OK:
        return
    from tests.browser import sent

    writer = session.config.get_terminal_writer()
    for route in (unsent := sent.unsent()):
        writer.line(f"{route}: no browser test sends it", red=True)
    if unsent:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _whole(config) -> bool:
    """All the tests of a browser are there: the suite, or their folder."""
    return (config.args_source is pytest.Config.ArgsSource.TESTPATHS or config.args == ["tests/browser"]) and not (
        config.option.keyword
        or config.option.markexpr
        or config.option.collectonly
        or config.option.lf
        or os.environ.get("PORTAL_PROVE")
    )
