"""What every test may ask for, one part a noun; what a run leaves to proofs, and what a whole one holds at its end."""

import gc
import os

import near
import pytest
from django.utils import translation

pytest_plugins = ["tests.database", "tests.processes", "tests.shares", "tests.slowest", "tests.spared"]

PROOFS = "tests/prove"
RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)  # a failure elsewhere must not hide what is missing


gc.disable()  # until all is loaded: it stays for good


def pytest_collection_finish():
    """What is loaded by now is never looked at again by the collector, which would take a fifth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def in_french():
    """A test begins in the portal's own language, whatever the one before it was answered in."""
    translation.deactivate()


def pytest_ignore_collect(collection_path, config):
    """A proof takes minutes: it runs when it is named, as bin/prove does."""
    if collection_path == config.rootpath / PROOFS and not any(PROOFS in word for word in config.args):
        return True
    return None


def pytest_sessionfinish(session, exitstatus):
    """At the end of a whole run: every step has been sent by a browser."""
    if "PYTEST_XDIST_WORKER" in os.environ or not _whole(session.config) or exitstatus not in RAN:
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
        or config.option.markexpr not in ("", near.WHOLE)
        or config.option.collectonly
        or config.option.lf
        or os.environ.get("PORTAL_PROVE")
    )
