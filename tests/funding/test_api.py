"""API of the money: the same objects as the pages, by role; scopes, filters, cursors; the schema without a warning."""

import io
import json

import pytest
from django.core.management import call_command

from directory import actions as directory
from funding import ledger
from funding.models import Entry


def results(client, user, path, status=200, **query):
    client.force_login(user)
    answer = client.get(f"/api/v1/{path}/", query)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content).get("results", json.loads(answer.content))


@pytest.fixture
def paid(money):
    convention, other = money.contracted()
    money.pay(money.plan(convention, 100))
    money.plan(other, 50)
    return money


def test_the_books_are_the_ledger(paid, client):
    fr = paid.lines["FR2030"]
    balances = results(client, paid.cast.aude, "ledger/balances", line="FR2030", family="ae.available")
    assert [row["cents"] for row in balances] == [ledger.summary(fr)["available"]]
    assert len(results(client, paid.cast.olivier, "ledger/entries", page_size=200)) == Entry.objects.count()
    account = f"ae.available:{fr.pk}"
    entries = results(client, paid.cast.emma, "ledger/entries", account=account)
    assert (
        sum(e["cents"] if e["target"] == account else -e["cents"] for e in entries) == ledger.summary(fr)["available"]
    )
    assert {e["kind"] for e in results(client, paid.cast.emma, "ledger/entries", kind="pay")} == {"pay"}
    assert len(results(client, paid.cast.dora, "ledger/balances", search=f"cp.paid:{fr.pk}", year=2023)) == 1


def test_who_reads_no_books_reads_none_here(paid, client):
    for name in ("alice", "sophie", "zoe", "claire", "nadia", "adam", "jean"):
        person = getattr(paid.cast, name)
        assert results(client, person, "ledger/entries") == results(client, person, "ledger/balances") == [], name


def test_awards_and_instalments_as_on_the_pages(paid, client):
    c = paid.cast
    assert len(results(client, c.driss, "instalments")) == 2
    assert [row["cents"] for row in results(client, c.sophie, "instalments")] == [100]
    assert [row["cents"] for row in results(client, c.paula, "instalments")] == [50]
    assert results(client, c.zoe, "instalments") == results(client, c.zoe, "grants") == []
    (award,) = results(client, c.alice, "grants")
    assert award["cents"] == sum(share["cents"] for share in award["shares"]) == 1_000_000_00
    held = paid.grant(engaged=False)
    assert len(results(client, c.alice, "grants")) == 1 and len(results(client, c.victor, "grants")) == 2
    results(client, c.alice, f"grants/{held.pk}", status=404)
    assert results(client, c.victor, f"grants/{held.pk}")["state"] == "reserved"


def test_filters_search_ordering(paid, client):
    driss = paid.cast.driss
    assert [r["cents"] for r in results(client, driss, "instalments", state="paid")] == [100]
    assert [r["cents"] for r in results(client, driss, "instalments", ordering="cents")] == [50, 100]
    assert [
        r["cents"]
        for r in results(client, driss, "instalments", search="brest", year=2023, line="FR2030", kind="advance")
    ] == [50]
    assert len(results(client, driss, "grants", search="odh", state="engaged")) == 1
    for path, query in (
        ("instalments", {"state": "paye"}), ("instalments", {"year": "deux"}), ("ledger/entries", {"kind": "gift"}), ("grants", {"state": "x"}),
    ):  # fmt: skip
        problem = results(client, driss, path, status=400, **query)
        assert problem["status"] == 400 and problem["errors"]


def test_a_token_reads_what_its_scopes_say(paid, client):
    def token(*scopes):
        return directory.issue_token(paid.cast.aude, label="essai", scopes=list(scopes), days=1, by=paid.cast.aude)[1]

    for scopes, path, status in (
        (("read",), "grants", 200), (("read",), "ledger/entries", 403), (("ledger",), "ledger/balances", 200), (("ledger",), "instalments", 403),
    ):  # fmt: skip
        answer = client.get(f"/api/v1/{path}/", headers={"Authorization": f"Bearer {token(*scopes)}"})
        assert answer.status_code == status, (scopes, path, answer.content)
    assert client.get("/api/v1/grants/").status_code == 401


def test_nothing_is_written_here(paid, client):
    client.force_login(paid.cast.victor)
    for path in ("grants", "instalments", "ledger/entries", "ledger/balances"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/api/v1/{path}/", {}, "application/json").status_code in (403, 405)


@pytest.mark.parametrize("path", ["grants", "instalments", "ledger/entries", "ledger/balances"])
def test_the_same_number_of_queries_at_one_and_many(money, client, path, django_assert_max_num_queries):
    convention = money.convention(money.grant(brest=0).shares.get())
    money.plan(convention, 1)
    counts = []
    for more in (0, 20):
        for _ in range(more):
            money.pay(money.plan(convention, 1))
        client.force_login(money.cast.aude)
        client.get(f"/api/v1/{path}/")
        with django_assert_max_num_queries(15) as counted:
            client.get(f"/api/v1/{path}/")
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_schema_has_no_warning_of_ours(db):
    out = io.StringIO()
    call_command("spectacular", "--validate", stdout=io.StringIO(), stderr=out)
    assert not [line for line in out.getvalue().splitlines() if "funding" in line]
