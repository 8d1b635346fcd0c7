"""What every answer carries: a strict policy, HSTS when secure, cookies that belong to this host alone, nothing kept by caches,
and the key of each form. The main pages: test_budgets.py, which asks them all."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from django.http import HttpResponse
from django.test import override_settings

from tests.pages import Places, client_of, standing_at
from tests.strict import strict


@pytest.fixture(scope="module")
def running(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with django_db_blocker.unblock(), standing_at("running") as here:
        yield here


def answers(running: Places) -> dict[int, list[tuple[str, HttpResponse]]]:
    """An answer of each kind that is not a page of the list, by status."""
    from decisions.models import Decision

    driss, adam, nobody = client_of(running, "driss"), client_of(running, "adam"), client_of(running, "")
    checked = client_of(running, "driss", enforce_csrf_checks=True)
    award = Decision.objects.filter(kind="award", state="notified").earliest("id").number
    asked = [
        (200, "a file", client_of(running, "victor").get(f"/decisions/{award}/document/")),
        (200, "a table of figures", driss.get("/dossiers/liste.csv")),
        (200, "another", client_of(running, "emma").get("/finances/paiements.csv")),
        (200, "the API", driss.get("/api/v1/applications/")),
        (200, "its schema", nobody.get("/api/v1/schema/")),
        (200, "alive", nobody.get("/healthz")),
        (302, "to the door", nobody.get("/accueil/")),
        (302, "out", driss.post("/deconnexion/")),
        (400, "a host that is not ours", nobody.get("/", headers={"host": "ailleurs.example"})),
        (400, "the API, misspelt", client_of(running, "driss").get("/api/v1/applications/?state=nothing")),
        (401, "the API, nobody", nobody.get("/api/v1/applications/")),
        (403, "a page of others", client_of(running, "alice").get("/annuaire/personnes/")),
        (403, "a form without its key", checked.post("/mon-compte/langue/", {"language": "en"})),
        (403, "the dashboard of others, by the API", client_of(running, "alice").get("/api/v1/dashboard/summary/")),
        (404, "nowhere", adam.get("/nulle-part/")),
        (404, "nowhere, by the API", adam.get("/api/v1/nulle-part/")),
        (413, "more than is read", adam.post("/mon-compte/langue/", {"language": "f" * 3_000_000})),
        (405, "a verb asked as a page", adam.post("/plan-du-site/")),
    ]  # fmt: skip
    found: dict[int, list[tuple[str, HttpResponse]]] = {}
    for status, what, response in asked:
        assert response.status_code == status, f"{what}: {response.status_code}"
        found.setdefault(status, []).append((what, response))
    return found


def test_every_kind_of_answer(running: Places) -> None:
    for status, said in answers(running).items():
        for what, response in said:
            assert strict(response), f"{status}, {what}: {response.headers}"
            assert response["X-Content-Type-Options"] == "nosniff", what


def test_a_refusal_and_a_failure(running: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """409 and 500, in the page and in the API: the policy stands there too."""
    from edsh_portal.workflow import Refused

    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("Un refus pour l’essai.", code="T01")

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    for what, status in ((refuse, 409), (fail, 500)):
        with monkeypatch.context() as patch:
            patch.setattr("dashboards.figures.summary", what)
            patch.setattr("dashboards.figures.stages_by_wave", what)
            client = client_of(running, "dora")
            for path in ("/tableau-de-bord/", "/api/v1/dashboard/summary/"):
                response = client.get(path)
                assert (response.status_code, strict(response)) == (status, True), path
                if path.startswith("/api/"):
                    assert response["Content-Type"] == "application/problem+json"
                    assert response.json()["status"] == status


def test_what_a_signed_in_person_gets_is_kept_by_nobody(running: Places) -> None:
    dora = client_of(running, "dora")
    for path in (
        "/accueil/",
        "/tableau-de-bord/",
        "/tableau-de-bord/couverture.csv",
        "/api/v1/decisions/",
        "/nulle-part/",
        "/",
    ):
        assert dora.get(path)["Cache-Control"] == "no-store", path


def test_hsts_on_secure_requests(running: Places) -> None:
    client = client_of(running, "")
    for path in ("/", "/nulle-part/", "/accueil/", "/api/v1/applications/"):
        assert (
            client.get(path, secure=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        ), path
        assert "Strict-Transport-Security" not in client.get(path), path


PRODUCTION = {
    "PORTAL_BASE_URL": "https://edsh.sante.example", "PORTAL_DEMO": "0", "PORTAL_PROXIES": "127.0.0.1", "PORTAL_ROLE": "web",
    "PORTAL_ALLOWED_HOSTS": "edsh.sante.example", "PORTAL_LOG": "WARNING", "DJANGO_SETTINGS_MODULE": "edsh_portal.settings",
}  # fmt: skip


def production(static: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A process under the settings of docs/OPERATIONS.md, on this run's servers, its collected files in a folder of their own."""
    own = {"PORTAL_SECRET_KEY": secrets.token_urlsafe(50), "PORTAL_STATIC_ROOT": str(static)}
    environment = {**os.environ, **PRODUCTION, **own}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # for the browser's driver, in tests alone
    return subprocess.run([sys.executable, *command], cwd=servers.ROOT, env=environment, capture_output=True, text=True)


COLLECT = """
import pytest
from django.core.management import execute_from_command_line
from tests.spared import packed_quickly
packed_quickly(pytest.MonkeyPatch())
execute_from_command_line(["manage.py", "collectstatic", "--noinput"])
"""
COOKIES = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
client = Client()
page = client.get("/connexion/", secure=True, headers={"host": "edsh.sante.example"})
names = {name: {k: page.cookies[name][k] for k in ("secure", "httponly", "path", "domain", "samesite")} for name in page.cookies}
plain = client.get("/connexion/", headers={"host": "edsh.sante.example"})
print(json.dumps({
    "cookies": names, "hsts": page["Strict-Transport-Security"], "plain": [plain.status_code, plain["Location"]],
    "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE],
}))
"""


def test_cookies_of_a_secure_portal_belong_to_its_host(tmp_path: Path) -> None:
    collected = production(tmp_path, "-c", COLLECT)
    assert collected.returncode == 0, collected.stderr[-2000:]  # the pages name the files by their hash
    done = production(tmp_path, "-c", COOKIES)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["names"] == ["__Host-session", "__Host-csrf", "__Host-language"] and told["secure"] == [
        True,
        True,
        True,
    ]
    shape = {"secure": True, "httponly": True, "path": "/", "domain": "", "samesite": "Lax"}
    assert told["cookies"] == {"__Host-csrf": shape}
    assert told["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert told["plain"] == [301, "https://edsh.sante.example/connexion/"]


def test_the_session_cookie(running: Places) -> None:
    """Signed in through the form: the session cookie is out of reach of scripts."""
    from demo.cast import PASSWORD

    client = client_of(running, "")
    response = client.post("/connexion/", {"email": running.email("dora"), "password": PASSWORD})
    assert response.status_code == 302
    cookie = response.cookies["session"]
    device = response.cookies["device"]
    for one in (cookie, device):
        assert (one["httponly"], one["samesite"], one["path"]) == (True, "Lax", "/")
    assert (cookie["max-age"], device["max-age"]) == ("", 180 * 86_400)


def test_check_deploy_is_clean(tmp_path: Path) -> None:
    done = production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stdout + done.stderr[-3000:]


def test_the_demo_settings_would_not_start_in_production() -> None:
    environment = {"PORTAL_BASE_URL": "http://edsh.sante.example"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=servers.ROOT, capture_output=True, text=True,
        env={**os.environ, **PRODUCTION, **environment, "PORTAL_SECRET_KEY": secrets.token_urlsafe(50)},
    )  # fmt: skip
    assert done.returncode == 1 and "PORTAL_BASE_URL" in done.stderr


@override_settings(DEBUG=False)
def test_error_pages_say_nothing_of_the_inside(running: Places) -> None:
    response = client_of(running, "alice").get("/nulle-part/")
    assert b"Traceback" not in response.content and b"urlconf" not in response.content.lower()
