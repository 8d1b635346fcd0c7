"""A page whose address asks what it does not propose says so, and shows nothing as chosen; a file is not sent."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.pages import Places, client_of, standing_at

PAGES = (  # who, path, the name of a choice, a choice that the page has
    ("driss", "/dossiers/", "wave", "1"),
    ("driss", "/dossiers/", "stage", "withdrawn"),
    ("driss", "/dossiers/", "region", "84"),
    ("driss", "/dossiers/", "sort", "-reference"),
    ("driss", "/instruction/", "pile", "rendus"),
    ("driss", "/experts/", "releve", "1"),
    ("driss", "/experts/", "pile", "manque"),
    ("claire", "/expertise/", "pile", "declarer"),
    ("nadia", "/hdh/", "pile", "a-rendre"),
    ("jean", "/jury/", "pile", "ouvertes"),
    ("jean", "/jury/1/classement-attendu/", "vue", "experts"),
    ("driss", "/programmation/", "releve", "1"),
    ("driss", "/decisions/", "releve", "1"),
    ("emma", "/finances/paiements/", "kind", "advance"),
    ("emma", "/finances/paiements/", "state", "paid"),
    ("emma", "/finances/paiements/", "year", "2023"),
    ("emma", "/finances/paiements/", "source", "FR2030"),
    ("emma", "/finances/comptes/", "family", "ae.engaged"),
    ("emma", "/finances/comptes/", "line", "1"),
    ("driss", "/finances/conventions/", "pile", "comptes"),
    ("driss", "/finances/conventions/", "pile", "preparer"),
    ("dora", "/tableau-de-bord/", "grain", "departement"),
    ("adam", "/taches/", "state", "todo"),
    ("aude", "/actes/", "state", "approved"),
    ("olivier", "/actes/", "state", "mine"),
    ("adam", "/annuaire/personnes/", "role", "expert"),
    ("adam", "/annuaire/etablissements/", "kind", "public"),
    ("driss", "/appel/reglages/", "version", "1"),
)
PAGE, FIELD = "n’est pas un choix de cette page", "Choisissez une des valeurs proposées."


@pytest.fixture(scope="module")
def call(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with django_db_blocker.unblock(), standing_at("running") as here:
        yield here


def said(answer: Any) -> list[str]:
    """What a page says of a choice that it has not understood."""
    page = unescape(answer.content.decode()).replace("'", "’").replace("&nbsp;", " ").replace("\xa0", " ")
    found = re.findall(r'<(?:li class="warning"|div class="error-message"[^>]*)>([^<]*)<', page)
    return [one for one in found if PAGE in one or FIELD in one]


@pytest.mark.parametrize(("who", "path", "name", "good"), PAGES)
def test_24_a_page_says_what_is_no_choice_of_it(call: Places, who: str, path: str, name: str, good: str) -> None:
    client = client_of(call, who)
    for wrong in ("zzz", "²", "-1", "0x1"):
        answer = client.get(path, {name: wrong})
        assert answer.status_code == 200, (path, wrong)
        assert [one == FIELD or wrong in one for one in said(answer)] == [True], (path, wrong, said(answer))
        assert f'value="{wrong}" selected' not in answer.content.decode()
    whole, held = client.get(path), client.get(path, {name: good})
    assert (held.status_code, said(held), said(whole)) == (200, [], [])


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("driss", "/dossiers/liste.csv?wave=abc"),
        ("emma", "/finances/paiements.csv?kind=zzz"),
        ("dora", "/tableau-de-bord/couverture.csv?grain=zzz"),
    ],
)
def test_24_a_file_is_not_sent_for_what_is_no_choice(call: Places, who: str, path: str) -> None:
    """It would hold everything, and could not say so."""
    client, good = client_of(call, who), path.partition("?")[0]
    answer = client.get(path)
    assert answer.status_code == 400
    assert (
        "Rien n’a été préparé" in unescape(answer.content.decode())
        and path.rpartition("=")[2] in answer.content.decode()
    )
    assert client.get(good).status_code == 200
