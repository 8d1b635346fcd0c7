"""The client of the scanner, against a server that speaks the real protocol."""

import socket
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from edsh_portal import environment
from edsh_portal.intake import scanner
from tests.clamd import NAME, clamd, served
from tests.hostile_files import EICAR


@pytest.fixture
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("c") / "s"  # short: a socket's path is 107 bytes at most


def test_a_verdict_is_what_clamd_says(path, settings):
    with clamd(path) as settings.CLAMD_SOCKET:
        assert scanner.is_set()
        assert scanner.scan(b"bonjour") == scanner.Verdict("") and scanner.scan(b"").clean
        assert scanner.scan(b"x" * 200_000 + EICAR) == scanner.Verdict(NAME)
        assert not scanner.scan(EICAR).clean


@pytest.mark.parametrize(
    "says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK but\0", b"FOUND\0", b"stream:\0", b"x" * 5000]
)
def test_anything_else_is_no_verdict(path, settings, says):
    with clamd(path, says=says) as settings.CLAMD_SOCKET, pytest.raises(scanner.Unavailable):
        scanner.scan(b"bonjour")


def test_a_scanner_that_is_down_or_silent_is_unavailable(path, settings, monkeypatch):
    settings.CLAMD_SOCKET = str(path)
    with pytest.raises(scanner.Unavailable):
        scanner.scan(b"bonjour")
    monkeypatch.setattr(scanner, "SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        settings.CLAMD_SOCKET = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(scanner.Unavailable):
            scanner.scan(b"bonjour")


def test_by_tcp(settings):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        settings.CLAMD_SOCKET = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answer():
            line, _address = server.accept()
            with line:
                line.sendall(served(line))

        thread = threading.Thread(target=answer)
        thread.start()
        assert scanner.scan(b"bonjour").clean
        thread.join()


@pytest.mark.parametrize("value", ["", "/run/clamd.sock", "tcp://127.0.0.1:3310", "tcp://clamd"])
def test_where_it_may_be(monkeypatch, value):
    monkeypatch.setenv("PORTAL_CLAMD_SOCKET", value)
    assert environment.scanner("PORTAL_CLAMD_SOCKET") == value


@pytest.mark.parametrize("value", ["clamd.sock", "http://x", "tcp://", "tcp://x/y"])
def test_nonsense_is_refused_at_start(monkeypatch, value):
    monkeypatch.setenv("PORTAL_CLAMD_SOCKET", value)
    with pytest.raises(ImproperlyConfigured):
        environment.scanner("PORTAL_CLAMD_SOCKET")
