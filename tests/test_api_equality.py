"""The API says what the pages say, to each person: same objects, same order of magnitude to the cent; and the coverage of the call."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import servers
from django.test import Client

from edsh_portal.numbers import cents_plain, count
from edsh_portal.templatetags.portal import paris_short
from tests.pages import Places, client_of, standing_at, tight
from tests.tables import SPACES, cents, rows

EVERYONE = (
    "adam", "alice", "bruno", "sophie", "zoe", "driss", "victor", "jean", "emma", "olivier", "farid", "dora", "nadia", "aude", "claire",
)  # fmt: skip
HOSPITALS = ("alice", "bruno", "sophie", "zoe")


@pytest.fixture(scope="module")
def call(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with django_db_blocker.unblock(), standing_at("running") as here:
        yield here


@pytest.fixture(scope="module")
def people(call: Places) -> dict[str, Client]:
    """Who only reads signs in once."""
    return {who: client_of(call, who) for who in EVERYONE}


def told(client: Client, path: str) -> list[dict[str, Any]] | None:
    """Every object of a list of the API, page after page; None when the API is closed to this person."""
    found: list[dict[str, Any]] = []
    url = f"/api/v1/{path}{'&' if '?' in path else '?'}page_size=7"
    while url:
        response = client.get(url)
        if response.status_code in (403, 404):
            return None
        assert response.status_code == 200, f"{url}: {response.content[:300]!r}"
        body = response.json()
        found += body["results"]
        url = (body["next"] or "").removeprefix("http://testserver")
    return found


def shown(client: Client, path: str, caption: str) -> list[list[str]] | None:
    """Every row of a list's table, page after page; None when the page is closed to this person."""
    found: list[list[str]] = []
    for number in range(1, 40):
        response = client.get(f"{path}{'&' if '?' in path else '?'}page={number}")
        if response.status_code in (403, 404):
            return None
        here = rows(response, caption)
        if not here or (found and here[0] in found):
            return found
        found += here
    raise AssertionError(path)


def plain(text: object) -> str:
    return SPACES.sub(" ", str(text)).strip()


def at(text: str | None) -> str:
    """An instant of the API as the pages write it."""
    from django.utils.dateparse import parse_datetime

    return plain(paris_short(parse_datetime(text))) if text else ""


# ── dossiers ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def dossier_row(of: dict[str, Any], regions: dict[str, str], amounts: bool) -> list[str]:
    from dashboards.stage import Stage

    completed = f", complété le {at(of['completed_at'])}" if of["completed_at"] else ""
    row = [
        f"{of['reference']} {of['acronym']}", of["coordinator"]["name"] + (" fictif" if of["coordinator"]["fictitious"] else ""), regions.get(of["region_code"], ""),
        str(Stage(of["stage"]).label), at(of["submitted_at"]) + completed, "" if of["member_count"] is None else str(of["member_count"]),
    ]  # fmt: skip
    return row + ([plain(cents_plain(of["total_cents"])), plain(cents_plain(of["requested_cents"]))] if amounts else [])


@pytest.mark.parametrize("who", EVERYONE)
def test_dossiers(call: Places, who: str) -> None:
    from directory.models import Region

    client = client_of(call, who)
    by_api, by_page = told(client, "applications/"), shown(client, "/dossiers/", "Dossiers")
    assert by_api is not None, who
    if by_page is None:  # the hospitals and the experts have no register: their own pages open exactly these
        for one in by_api:
            path = f"/dossiers/{one['reference']}/"
            assert client.get(path).status_code == 200, f"{who}: {path}"
        hidden = set(references(call)) - {one["reference"] for one in by_api}
        assert [r for r in sorted(hidden) if client.get(f"/dossiers/{r}/").status_code != 404] == [], who
        return
    regions = {region.code: region.name for region in Region.objects.all()}
    expected = sorted(dossier_row(one, regions, amounts=len(by_page[0]) == 8) for one in by_api)
    assert sorted(by_page_row(row) for row in by_page) == expected


def by_page_row(row: list[str]) -> list[str]:
    """Without what the page alone adds to a cell: the number of the version, from the second on."""
    return [*row[:4], re.sub(r" v\d+", "", row[4]), *row[5:]]


def references(call: Places) -> list[str]:
    with call.database.connect("auditor") as line:
        return [reference for (reference,) in line.execute("SELECT reference FROM applications_application")]


def test_filters_search_and_order_are_the_same(people: dict[str, Client]) -> None:
    driss = people["driss"]
    for page_asks, api_asks in (
        ("wave=2", "wave=2"), ("stage=withdrawn", "stage=withdrawn"), ("stage=notified", "stage=notified"), ("region=84", "region_code=84"), ("q=fictif", "search=fictif"),
        ("wave=1&stage=ineligible", "wave=1&state=ineligible"), ("q=EDSH-1-0003", "search=EDSH-1-0003"),
    ):  # fmt: skip
        by_page = shown(driss, f"/dossiers/?{page_asks}", "Dossiers")
        by_api = told(driss, f"applications/?{api_asks}")
        assert by_page is not None and by_api, page_asks
        assert sorted(row[0].split()[0] for row in by_page) == sorted(one["reference"] for one in by_api), page_asks
    for sort, ordering in (
        ("reference", "reference"),
        ("-requested", "-requested_cents"),
        ("submitted", "submitted_at"),
    ):
        by_page = shown(driss, f"/dossiers/?sort={sort}", "Dossiers")
        by_api = told(driss, f"applications/?ordering={ordering}")
        assert by_page is not None and by_api is not None
        assert [row[0].split()[0] for row in by_page] == [one["reference"] for one in by_api], sort


# ── decisions and money ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", EVERYONE)
def test_decisions(call: Places, who: str) -> None:
    client = client_of(call, who)
    by_api = told(client, "decisions/") or []
    by_page = shown(client, "/decisions/", "Décisions, la plus récente d’abord")
    if by_page is None:
        seen = [number for number in decisions(call) if client.get(f"/decisions/{number}/").status_code == 200]
        assert sorted(one["number"] for one in by_api) == seen, who
        return
    assert {row[0] for row in by_page} == {one["number"] for one in by_api}
    amounts = {row[0]: (row[1].split()[0], cents(row[3]) or 0, row[5]) for row in by_page}
    assert amounts == {one["number"]: (one["application"], one["cents"], at(one["notified_at"])) for one in by_api}
    assert all(sum(share["cents"] for share in one["shares"]) == one["cents"] for one in by_api)


def decisions(call: Places) -> list[str]:
    with call.database.connect("auditor") as line:
        return [number for (number,) in line.execute("SELECT number FROM decisions_decision ORDER BY number")]


@pytest.mark.parametrize("who", EVERYONE)
def test_grants(call: Places, who: str) -> None:
    """Each award of the API opens its page with the same amounts; the others stay hidden."""
    client = client_of(call, who)
    by_api = told(client, "grants/") or []
    with call.database.connect("auditor") as line:
        known = [pk for (pk,) in line.execute("SELECT id FROM funding_grant ORDER BY id")]
    opened = {pk: client.get(f"/finances/aides/{pk}/") for pk in known}
    assert [pk for pk, page in opened.items() if page.status_code == 200] == [one["id"] for one in by_api], who
    for one in by_api:
        text = plain(opened[one["id"]].content.decode().replace("&#x27;", "’"))
        wanted = [
            one["application"],
            plain(cents_plain(one["cents"])),
            *(plain(cents_plain(s["cents"])) for s in one["shares"]),
        ]
        assert [word for word in wanted if word not in text] == [], one["id"]
        assert sum(share["cents"] for share in one["shares"]) == one["cents"]


@pytest.mark.parametrize("who", EVERYONE)
def test_instalments(call: Places, who: str) -> None:
    client = client_of(call, who)
    by_api = told(client, "instalments/") or []
    by_page = shown(client, "/finances/paiements/", "Paiements")
    if by_page is None:
        with call.database.connect("auditor") as line:
            known = [pk for (pk,) in line.execute("SELECT id FROM funding_instalment ORDER BY id")]
        seen = [pk for pk in known if client.get(f"/finances/paiements/{pk}/").status_code == 200]
        assert seen == [one["id"] for one in by_api], who
        return
    from funding.models import Instalment

    expected = sorted(
        (one["application"], one["number"], one["year"], one["cents"], str(Instalment.State(one["state"]).label))
        for one in by_api
    )
    states = [row[6].partition(" depuis ")[0] for row in by_page]  # what waits says for how many days
    got = sorted(
        (row[2].split()[0], int(row[0].split()[-1]), int(row[4]), cents(row[5]), state)
        for row, state in zip(by_page, states, strict=True)
    )
    assert got == expected


@pytest.mark.parametrize("who", EVERYONE)
def test_balances(call: Places, who: str) -> None:
    client = client_of(call, who)
    by_api, by_page = told(client, "ledger/balances/") or [], shown(client, "/finances/comptes/?settled=on", "Comptes")
    if by_page is None:
        assert by_api == [], who
        return
    assert {row[0].split()[-1]: (row[3], row[4]) for row in by_page} == {
        one["code"]: (plain(cents_plain(one["cents"])), plain(count(one["entry_count"]))) for one in by_api
    }


@pytest.mark.parametrize("who", EVERYONE)
def test_entries_make_the_balances(call: Places, who: str) -> None:
    """Σ received − Σ given of the API's entries is the balance of each account."""
    client = client_of(call, who)
    entries, balances = told(client, "ledger/entries/"), told(client, "ledger/balances/")
    held: dict[str, int] = {}
    for entry in entries or []:
        held[entry["source"]] = held.get(entry["source"], 0) - entry["cents"]
        held[entry["target"]] = held.get(entry["target"], 0) + entry["cents"]
    assert held == {one["code"]: one["cents"] for one in balances or [] if one["entry_count"]}


@pytest.mark.parametrize("who", EVERYONE)
def test_ranking(call: Places, who: str) -> None:
    client = client_of(call, who)
    by_api = told(client, "ranking/")
    page = client.get("/jury/1/classement/")
    assert (by_api is None or by_api == []) == (page.status_code != 200), who
    if by_api:
        text = plain(page.content.decode())
        assert [one["application"] for one in by_api if one["wave"] == 1 and one["application"] not in text] == []


# ── the dashboard ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", EVERYONE)
def test_the_dashboard_opens_to_the_same_people(call: Places, who: str) -> None:
    client = client_of(call, who)
    page = client.get("/tableau-de-bord/").status_code
    assert {client.get(f"/api/v1/dashboard/{name}/").status_code for name in ("summary", "coverage", "funding")} == {
        page
    }
    assert page == (403 if who in (*HOSPITALS, "claire", "nadia", "adam") else 200)


def test_the_figures_of_the_dashboard(people: dict[str, Client]) -> None:
    dora = people["dora"]
    page = plain(tight(dora.get("/tableau-de-bord/").content.decode()))
    summary, funding = (dora.get(f"/api/v1/dashboard/{name}/").json() for name in ("summary", "funding"))
    amounts = {
        "Demandé": summary["demand"]["requested_cents"], "Enveloppe": summary["funding"]["opened_cents"],
        "Décidé": summary["funding"]["decided_cents"], "Conventionné": summary["funding"]["contracted_cents"],
        "Payé": summary["funding"]["paid_cents"],
    }  # fmt: skip
    assert [
        name for name, held in amounts.items() if f"<dt>{name}</dt><dd>{plain(cents_plain(held))} €" not in page
    ] == []
    assert summary["funding"] == funding["totals"]
    assert all(sum(s[key] for s in funding["lines"]) == funding["totals"][key] for key in funding["totals"])
    asked = [one for one in told(dora, "applications/") or [] if one["state"] != "withdrawn"]
    aside = [one for one in asked if one["state"] in ("inadmissible", "ineligible")]
    assert summary["demand"] == {
        "count": len(asked),
        "rejected_count": len(aside),
        "rejected_cents": sum(o["requested_cents"] for o in aside),
        "requested_cents": sum(o["requested_cents"] for o in asked),
        "total_cents": sum(o["total_cents"] for o in asked),
    }
    paid = [one for one in told(dora, "instalments/") or [] if one["state"] == "paid"]
    assert sum(one["cents"] for one in paid) == summary["funding"]["paid_cents"]
    assert sum(one["cents"] for one in told(dora, "grants/") or []) == summary["funding"]["decided_cents"]


COVERED = {"region": (13, 18, 897, "89,7 %"), "departement": (27, 101, 390, "39,0 %")}


@pytest.mark.parametrize("grain", COVERED)
def test_coverage_on_the_map_in_the_table_and_in_the_api(people: dict[str, Client], grain: str) -> None:
    """CALL.md §1.9: the confirmed laureates stand in 13 of 18 regions (89.7 %) and 27 départements (39.0 %)."""
    number, among, tenths, words = COVERED[grain]
    dora = people["dora"]
    told_ = dora.get(f"/api/v1/dashboard/coverage/?grain={grain}").json()
    assert (told_["covered_count"], told_["unit_count"], told_["percent_tenths"]) == (number, among, tenths)
    units = told_["units"]
    covered = {unit["name"] for unit in units if unit["covered"]}
    assert len(units) == among and len(covered) == number
    assert sum(u["population"] for u in units if u["covered"]) == told_["covered_population"]
    response = dora.get(f"/tableau-de-bord/?grain={grain}")
    page = plain(response.content.decode())
    assert (
        words in page and dora.get("/api/v1/dashboard/summary/").json()["coverage"][grain]["percent_tenths"] == tenths
    )
    on_map = drawn(response)
    assert len(on_map) == among and {name for name, level in on_map.items() if level} == covered
    *table, total = rows(response, "Unités couvertes")
    assert len(table) == among and {row[0] for row in table if row[3] != "non couvert"} == covered
    assert total[2:] == [words, f"{number} sur {among}"]
    csv = dora.get(f"/tableau-de-bord/couverture.csv?grain={grain}").content.decode("utf-8-sig").splitlines()[1:]
    assert {line.split(";")[1] for line in csv if line.split(";")[3] == "1"} == covered and len(csv) == among


def drawn(response: Any) -> dict[str, bool]:
    """Of each area of the map: is it drawn as covered? Read from the drawing itself, by name."""
    page = tight(html.unescape(response.content.decode()))
    metropole = re.findall(r'<path class="map-(\w+)[^"]*" d="[^"]*"><title>([^<]+)</title>', page)
    overseas = re.findall(r'<li><svg [^>]*><path class="map-(\w+)[^"]*" d="[^"]*"/></svg>([^<]+)<strong', page)
    return {plain(name).split(" : ")[0]: level not in ("none", "0") for level, name in [*metropole, *overseas]}


def test_the_schema_is_whole(tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml")],
        cwd=servers.ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("Warning")) == (0, 0), done.stderr[-3000:]
