"""The porch of a real web process: slow lines hold nobody up, each is gone in its time; what is sent is whole, or refused in a sentence."""

import http.client
import json
import os
import re
import signal
import socket
import time

import pytest

from tests import slow
from tests.disks import small_disk
from tests.processes import running


@pytest.fixture(scope="module")
def web(django_db_setup):
    with running(names=("web",)) as portal:
        yield portal


def call(portal, sent: bytes, *, more: bytes = b"") -> bytes:
    """All that is answered until the line is hung up; `more` is sent once something has been said."""
    with socket.create_connection(("127.0.0.1", portal.port), 20) as line:
        line.sendall(sent)
        said = b""
        while part := line.recv(65536):
            said += part
            if more:
                line.sendall(more)
                more = b""
        return said


def head(method: str, path: str, *fields: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]).encode()


def statuses(said: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", said)]


def asked(portal, method: str, path: str, body: bytes = b"", **fields: str) -> tuple[int, str, http.client.HTTPMessage]:
    line = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=20)
    line.request(method, path, body or None, {name.replace("_", "-"): value for name, value in fields.items()})
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    return answer.status, said, answer.headers


def p95_of_pages(portal, seconds: float) -> float:
    waits, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        assert asked(portal, "GET", "/connexion/")[0] == 200
        waits.append(time.monotonic() - began)
    return sorted(waits)[len(waits) * 95 // 100]


def test_nobody_notices_those_who_drip_and_each_is_gone_in_its_time(web):
    counts = {"head": 100, "body": 100, "reader": 50, "silent": 50}  # more than there are threads
    before = p95_of_pages(web, 2)
    with slow.crowd_of(web.port, 13, counts=counts) as crowd:
        after = p95_of_pages(web, 6)
        held = slow.told(crowd)
    assert after < 1.5 * before + 1, (
        f"p95 {after:.2f} s with, {before:.2f} s without"
    )  # bin/prove slow_clients measures
    for kind in ("head", "body", "silent"):
        assert held[kind]["calls"] > counts[kind], f"{kind}: nobody was hung up on"
        assert held[kind]["longest"] < 12.5, held


def test_requests_are_read_one_after_the_other(web):
    health = head("GET", "/healthz")
    said = call(web, health + health + head("GET", "/healthz", "Connection: close"))
    assert statuses(said) == [200, 200, 200]
    assert said.count(b'{"status": "ok"}') == 3


def test_a_body_that_waits_to_be_invited(web):
    fields = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 8", "Connection: close")
    said = call(web, head("POST", "/connexion/", "Expect: 100-continue", *fields), more=b"email=a&")
    assert statuses(said) == [100, 403]  # no key: the form is refused, after it was read


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"garbage\r\n\r\n", 400),
        (head("GET", "/", "X: " + "a" * 40_000), 431),
        (head("POST", "/connexion/", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 411),
        (head("POST", "/connexion/", "Content-Length: 5", "Content-Length: 6"), 400),
        (head("POST", "/connexion/", "Content-Length: -5"), 400),
    ],
)
def test_what_is_no_request_of_ours(web, sent, status):
    assert statuses(call(web, sent)) == [status]


def test_what_is_too_long_is_refused_before_it_is_sent(web):
    """By its head alone; more from whoever the door knows, and by route."""
    from edsh_portal.admission import SEEN

    known = f"Cookie: door={SEEN.sign('1')}"
    form = "Content-Type: application/x-www-form-urlencoded"

    def first(path: str, size: int, *fields: str) -> list[int]:
        with socket.create_connection(("127.0.0.1", web.port), 20) as line:
            line.sendall(head("POST", path, f"Content-Length: {size}", form, "Expect: 100-continue", *fields))
            return statuses(line.recv(65536))[:1]

    assert first("/connexion/", 64_000) == [100]
    assert first("/connexion/", 64_001) == [413]
    assert first("/connexion/", 64_001, known) == [100]
    assert first("/connexion/", 64_001, known[:-1]) == [413]  # forged
    assert first("/connexion/", 4_000_001, known) == [413]
    assert first("/verifier/", 14_000_000) == [100]
    assert first("/verifier/", 14_000_001) == [413]
    assert first("/dossiers/EDSH-1-0001/pieces/ajouter/presentation/", 24_000_000, known) == [100]
    status, said, fields = asked(web, "POST", "/connexion/", b"x" * 70_000, Accept_Language="en")
    assert (status, fields["Connection"], "64\u00a0kB" in said) == (413, "close", True)
    assert "Content-Security-Policy" in fields


def test_an_answer_is_finished_when_the_process_is_asked_to_stop(web):
    """Whoever has asked is answered; the next comes to another process."""
    with socket.create_connection(("127.0.0.1", web.port), 20) as line:
        line.sendall(head("POST", "/connexion/", "Content-Length: 4") + b"em")
        time.sleep(0.2)  # it has been read so far: nothing tells so
        for pid in children(web.pid("web")):
            os.kill(pid, signal.SIGTERM)
        line.sendall(b"ai")
        said = b""
        while part := line.recv(65536):
            said += part
    assert statuses(said) == [403]
    assert b"Connection: close" in said
    web.supervisor.wait("web", 20)
    assert asked(web, "GET", "/healthz")[0] == 200


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def test_a_database_that_is_down_is_told():
    nowhere = "postgres://edsh_web:none@127.0.0.1:1/none"
    with running(names=("web",), DATABASE_URL_WEB=nowhere) as portal:
        cookie = {"Cookie": "session=" + "a" * 32}
        status, said, _fields = asked(portal, "GET", "/healthz", **cookie)
        assert (status, json.loads(said)) == (200, {"status": "ok"})
        status, said, _fields = asked(portal, "GET", "/readyz", **cookie)
        assert (status, json.loads(said)["checks"]["database"]) == (503, False)


def test_no_room_for_what_is_sent(django_db_setup, tmp_path):
    with small_disk(tmp_path / "small") as disk, running(names=("web",), TMPDIR=str(disk.path)) as portal:
        from edsh_portal.admission import SEEN

        fields = {"Cookie": f"door={SEEN.sign('1')}", "Content_Type": "application/x-www-form-urlencoded"}
        disk.fill()
        status, said, told = asked(portal, "POST", "/connexion/", b"x" * 2_000_000, **fields)
        assert (status, told["Retry-After"], "n’a plus de place" in said) == (507, "60", True)
        disk.fill()  # what the first took is free again
        api = asked(portal, "POST", "/api/v1/calls/", b"x" * 2_000_000, **fields)
        assert (api[0], json.loads(api[1])["status"]) == (507, 507)
        assert asked(portal, "GET", "/connexion/")[0] == 200
        disk.clear()
        assert asked(portal, "POST", "/connexion/", b"x" * 400_000, **fields)[0] == 403
