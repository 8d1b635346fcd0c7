"""The contract of the API is valid, whole and kept: each answer to each person is as told, and nothing else may be asked."""

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client, RequestFactory
from drf_spectacular.validation import validate_schema
from rest_framework.views import APIView

from dashboards.contract.addresses import OBJECTS, OPERATIONS, TAGS
from dashboards.contract.names import NAMES
from edsh_portal import errors
from edsh_portal.api import Reads
from edsh_portal.api.contract import document
from tests.access.routes import patterns
from tests.contract import Judge
from tests.pages import Places, client_of, standing_at

EVERYONE = (
    "adam", "alice", "bruno", "sophie", "zoe", "driss", "victor", "jean", "emma", "olivier", "farid", "dora", "nadia", "aude", "claire", "",
)  # fmt: skip
OPEN = ("/api/v1", "/api/v1/authenticity/{sha256}")
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module")
def call(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with django_db_blocker.unblock(), standing_at("running") as here:
        yield here


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────────
def schemas(part: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema that the document holds, where it stands."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from schemas(one, f"{at}/{number}")
    if isinstance(part, dict):
        if isinstance(part.get("type"), str) or "enum" in part or "allOf" in part:
            yield at, part
        for name, one in part.items():
            yield from schemas(one, f"{at}/{name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_23_the_document_is_valid(language: str) -> None:
    """To the letter of OpenAPI; and what it gives as a default or an example is what it says it takes."""
    told, judge = document(language), Judge()
    validate_schema(told)
    wrong = [
        f"{at}: {name}: {held[name]!r}: {why}"
        for at, held in schemas(told)
        for name in ("default", "example")
        if name in held and not at.endswith(("/properties", "/schemas"))
        for why in judge.against(held, held[name])
    ]
    for path, of in judge.operations().items():
        for parameter in of.get("parameters", ()):
            if "example" in parameter:
                wrong += [
                    f"{path}?{parameter['name']}: {w}" for w in judge.against(parameter["schema"], parameter["example"])
                ]
    assert wrong == []
    names = [of["get"]["operationId"] for of in told["paths"].values()]
    assert len(names) == len(set(names)) and set(names) == set(OPERATIONS)
    assert [path for path in told["paths"] if path.endswith("/")] == []


def test_23_every_operation_declares_its_answers(judge: Judge) -> None:
    """All that may be answered, one form of refusal; 404 where something is named, or where no call may be published yet."""
    for path, of in judge.operations().items():
        closed = set() if path in OPEN else {"401", "403"}
        absent = {"404"} if "{" in path or "/dashboard/" in path else set()
        assert set(of["responses"]) == {"200", "400", "406", "503"} | closed | absent, path
    problems = judge.told["components"]["responses"].values()
    assert {tuple(one["content"]) for one in problems} == {("application/problem+json",)}
    assert {str(one["content"]["application/problem+json"]["schema"]) for one in problems} == {
        "{'$ref': '#/components/schemas/Problem'}"
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_23_everything_is_told(language: str) -> None:
    """A sentence for each address, parameter, object and name; and no sentence for what is not there."""
    told = document(language)
    held = {name: one for name, one in told["components"]["schemas"].items() if "properties" in one}
    of = [one["get"] for one in told["paths"].values()]
    silent = [one["operationId"] for one in of if not (one["summary"] and one["description"])]
    silent += [p["name"] for one in of for p in one.get("parameters", ()) if not p.get("description")]
    silent += [f"{n}.{p}" for n, one in held.items() for p, v in one["properties"].items() if not v.get("description")]
    silent += [name for name, one in held.items() if not one.get("description")]
    assert silent == []
    names = {p for one in held.values() for p in one["properties"]} | {
        p["name"] for one in of for p in one.get("parameters", ())
    }
    assert set(NAMES) - names == set()
    assert set(OBJECTS) - set(held) == set()
    assert {tag for one in of for tag in one["tags"]} == set(TAGS) == {tag["name"] for tag in told["tags"]}


TWO_SHAPES = {
    "number": {"integer", "string"},  # of a wave, a criterion, a payment; of a decision: « 2022-0001 »
}


def test_24_one_word_for_one_thing(judge: Judge) -> None:
    """A name has one shape wherever it stands; what filters or orders a list bears the name of what it filters."""
    shapes: dict[str, set[str]] = defaultdict(set)
    for one in judge.told["components"]["schemas"].values():
        for name, held in one.get("properties", {}).items():
            shapes[name].add(shape(judge, held))
    assert {name: seen for name, seen in shapes.items() if len(seen) > 1} == TWO_SHAPES
    own = {"as_of", "cursor", "page_size", "search", "ordering", "account"}
    for path, of in judge.operations().items():
        for parameter in of.get("parameters", ()):
            assert parameter["name"] in shapes or parameter["name"] in own, (path, parameter["name"])
            if parameter["name"] == "ordering":
                assert {name.lstrip("-") for name in parameter["schema"]["enum"]} <= set(shapes), path


def shape(judge: Judge, held: dict[str, Any]) -> str:
    for one in held.get("allOf", ()):
        return shape(judge, one)
    if "$ref" in held:
        return shape(judge, judge.told["components"]["schemas"][held["$ref"].rpartition("/")[2]])
    return held["type"]


def test_24_every_window_reads_what_is_asked_in_one_place() -> None:
    windows = {name: pattern.callback.cls for name, pattern in patterns() if hasattr(pattern.callback, "cls")}
    assert len(windows) > 20 and all(issubclass(cls, APIView) for cls in windows.values())
    assert [name for name, cls in windows.items() if not issubclass(cls, Reads)] == []


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────────────────
class Visit:
    """One person at every address of the contract."""

    MOST = 4  # objects opened of each list

    def __init__(self, judge: Judge, client: Client) -> None:
        self.judge, self.client = judge, client
        self.wrong: list[str] = []
        self.seen: dict[str, int] = defaultdict(int)
        self.things: dict[str, list[Any]] = defaultdict(list)

    def all(self) -> None:
        paths = sorted(self.judge.operations(), key=lambda path: "{" in path)
        for path in paths:
            if "{" in path:
                of, name = path.partition("/{")[0], path.partition("{")[2].partition("}")[0]
                for thing in [*self.things[of][: self.MOST], "0"]:
                    self.read(path, path.replace(f"{{{name}}}", str(thing)))
            else:
                self.page_after_page(path)

    def page_after_page(self, path: str) -> None:
        address = path
        while address:
            body = self.read(path, address)
            for row in body.get("results", ()):
                key = next(name for name in ("reference", "slug", "id", "number", "application") if name in row)
                self.things[path].append(row[key])
            address = (body.get("next") or "").removeprefix("http://testserver")

    def read(self, path: str, address: str) -> dict[str, Any]:
        answer = self.client.get(address)
        self.wrong += [f"{address}: {one}" for one in self.judge.wrong(path, answer)]
        self.seen[f"{path} {answer.status_code}"] += 1
        return answer.json() if answer.status_code == 200 else {}


@pytest.mark.parametrize("who", EVERYONE)
def test_23_each_answer_is_as_told(call: Places, judge: Judge, who: str) -> None:
    visit = Visit(judge, client_of(call, who))
    visit.all()
    assert visit.wrong == []
    answered = {one.rpartition(" ")[2] for one in visit.seen}
    assert answered == ({"200", "401"} if not who else {"200", "404"} if who == "aude" else answered)


def test_23_nobody_is_needed_for_some_answers_to_be_seen(call: Places, judge: Judge) -> None:
    """Whoever reads all has met a full answer at each address: none of the checks above was made on nothing."""
    visit = Visit(judge, client_of(call, "aude"))
    visit.all()
    assert {path for path in judge.operations() if not visit.seen[f"{path} 200"]} == set()


def test_23_each_refusal_is_one_problem(call: Places, judge: Judge) -> None:
    aude, zoe, nobody = client_of(call, "aude"), client_of(call, "zoe"), Client()
    waves, summary, one = "/api/v1/waves", "/api/v1/dashboard/summary", "/api/v1/waves/{id}"
    met = {
        400: (waves, aude.get(f"{waves}?page_size=0")),
        401: (waves, nobody.get(waves)),
        403: (summary, zoe.get(summary)),
        404: (one, aude.get("/api/v1/waves/0")),
        406: (waves, aude.get(waves, headers={"accept": "text/csv"})),
        503: (waves, errors.crowded(RequestFactory().get(waves))),
    }
    for status, (path, answer) in met.items():
        assert (answer.status_code, judge.wrong(path, answer)) == (status, []), status


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────────
def refused(client: Client, address: str, name: str) -> str:
    """Nothing when this address is a 400 that names this parameter; else what it answered."""
    answer = client.get(address)
    body = answer.json()
    named = answer.status_code == 400 and list(body["errors"]) == [name] and name in body["detail"]
    return "" if named else f"{address}: {answer.status_code} {str(body)[:200]}"


def malformed(schema: dict[str, Any]) -> list[str]:
    """Values that this schema does not take."""
    if schema["type"] == "integer":
        return ["abc", "1.5", "²", "-1", "1e3", "%D9%A3", str(schema.get("maximum", 10**9) + 1), " 1"]
    if "enum" in schema:
        return ["zzz", schema["enum"][0].upper() + "x", f" {schema['enum'][0]}"]
    return ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else ["zzz"]


def test_24_what_is_not_understood_is_refused_by_its_name(call: Places, judge: Judge) -> None:
    aude, wrong, asked = client_of(call, "aude"), [], 0
    for path, of in judge.operations().items():
        address = real(aude, path)
        known = {p["name"]: p["schema"] for p in of.get("parameters", ()) if p["in"] == "query"}
        tries = [(f"{name}={value}", name) for name, schema in known.items() for value in malformed(schema)]
        tries += [(f"{name}=", name) for name in known]
        tries += [(f"{name}=1&{name}=2", name) for name in known]
        tries += [(f"{name}=x", name) for name in ("stat", "updated_since", "as_of", "format", "expand", "zzz")]
        tries += [(f"{name.upper()}=1", name.upper()) for name in known]
        wrong += [said for query, name in tries if (said := refused(aude, f"{address}?{query}", name))]
        asked += len(tries)
    assert wrong == [] and asked > 450, asked


def real(client: Client, path: str) -> str:
    """An address of this shape where something stands."""
    of, brace, rest = path.partition("/{")
    if not brace:
        return path
    name, _brace, more = rest.partition("}")
    listed = client.get(of).json().get("results")  # a fingerprint is asked by who has the document: no list gives it
    return f"{of}/{listed[0][name] if listed else '0' * 64}{more}"


@pytest.mark.parametrize(
    ("address", "name", "says"),
    [
        ("/api/v1/applications?stat=draft", "stat", "Est-ce « state » ?"),
        ("/api/v1/applications?updated_since=2022-01-01", "updated_since", "Paramètres admis : "),
        ("/api/v1/dashboard/coverage?as_of=2022-01-01", "as_of", "Paramètres admis : grain."),
        ("/api/v1/waves/1?as_of=2022-01-01", "as_of", "Paramètres admis : aucun."),
        ("/api/v1/grants?ordering=zzz", "ordering", "n'est pas un choix valide"),
        ("/api/v1/decisions?wave=abc", "wave", "Un nombre entier valide est requis"),
        ("/api/v1/ranking?wave=", "wave", "Ce paramètre est vide"),
        ("/api/v1/ranking?list=main&list=reserve", "list", "plusieurs fois"),
    ],
)
def test_24_the_refusal_says_what_to_change(call: Places, address: str, name: str, says: str) -> None:
    aude = client_of(call, "aude")
    assert refused(aude, address, name) == ""
    said = aude.get(address).json()["errors"][name][0].replace("\xa0", " ").replace("’", "'")
    assert says in said


def test_24_who_may_comes_before_what_is_asked(call: Places) -> None:
    assert client_of(call, "zoe").get("/api/v1/dashboard/summary?zzz=1").status_code == 403
    assert Client().get("/api/v1/waves?zzz=1").status_code == 401
    aude = client_of(call, "aude")
    for method in ("TRACE", "OPTIONS"):
        for address in ("/api/v1/waves?page_size=2&zzz=1", "/api/v1/waves/1?zzz=1", "/api/v1/dashboard/coverage?zzz=1"):
            assert aude.generic(method, address).status_code == 405, (method, address)


def test_24_every_order_shows_every_row_once(call: Places, judge: Judge) -> None:
    """Page after page, forward then back, whatever is asked as an order; with or without a final slash."""
    aude = client_of(call, "aude")
    for path, of in judge.operations().items():
        for parameter in of.get("parameters", ()):
            if parameter["name"] != "ordering":
                continue
            wanted = sorted(map(str, pages(aude, path)[0]))
            for order in parameter["schema"]["enum"]:
                there, back = pages(aude, f"{path}/", order)
                assert (sorted(map(str, there)), back) == (wanted, there), (path, order)


def pages(client: Client, path: str, order: str = "") -> tuple[list[Any], list[Any]]:
    """Every row of a list by its « next » links; then by its « previous » links, from the end."""
    address = f"{path}?page_size=7{f'&ordering={order}' if order else ''}"
    there: list[Any] = []
    back: list[Any] = []
    while address:
        last, body = address, client.get(address).json()
        there += body["results"]
        address = (body["next"] or "").removeprefix("http://testserver")
    address = last
    while address:
        body = client.get(address).json()
        back = body["results"] + back
        address = (body["previous"] or "").removeprefix("http://testserver")
    return there, back


# ── the way in ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_24_the_index_names_all_that_can_be_read(call: Places, judge: Judge) -> None:
    nobody = Client(headers={"accept-language": "en"})
    for address in ("/api/v1", "/api/v1/"):
        told = nobody.get(address).json()
        lists = {path for path in judge.operations() if "{" not in path} - {"/api/v1"}
        assert {one["url"].removeprefix("http://testserver") for one in told["resources"]} == lists
        assert {one["summary"] for one in told["resources"]} >= {"Applications", "Grants"}
    assert nobody.get(told["schema"]).status_code == nobody.get(told["documentation"]).status_code == 200


@pytest.mark.parametrize(("kind", "begins"), [("openapi", b"openapi:"), ("openapi+json", b'{\n    "openapi"')])
def test_23_the_document_is_served(kind: str, begins: bytes) -> None:
    answer = Client().get("/api/v1/schema?lang=en", headers={"accept": f"application/vnd.oai.{kind}"})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, f"application/vnd.oai.{kind}")
    assert answer.content.startswith(begins) and b"Amount, in euro cents." in answer.content
    assert "/api/v1/applications/{reference}" in answer.content.decode()
    assert refused(Client(), "/api/v1/schema?lang=de", "lang") == ""


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "Montant, en centimes d’euro."), ("en", "Amount, in euro cents.")]
)
def test_24_the_documentation_is_the_contract_for_people(call: Places, judge: Judge, language: str, says: str) -> None:
    """From the footer, in both languages: every address, every object and every name of the contract, and no link to nowhere."""
    nobody = Client(headers={"accept-language": language})
    address = re.findall(
        r'<a href="(/interface-de-programmation/)">', nobody.get("/mentions-legales/").content.decode()
    )
    page = unescape(nobody.get(address[0]).content.decode())
    held = judge.told["components"]["schemas"]
    objects = {name for name, one in held.items() if "properties" in one and "results" not in one["properties"]}
    words = {word for name in objects for word in held[name]["properties"]} | {*judge.operations()}
    assert [word for word in sorted(words) if f"<code>{word}</code>" not in page] == []
    anchors, ids = set(re.findall(r'href="#(\w+)"', page)), re.findall(r' id="([^"]+)"', page)
    assert anchors - set(ids) == set() and objects <= set(ids) and len(ids) == len(set(ids))
    assert says in page and len(page.encode()) < 100_000
