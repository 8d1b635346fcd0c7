"""Addresses are French for people; an old one leads to the new one, with what is sent."""

import re

import pytest
from django.urls import reverse

from edsh_portal import moved
from tests.access import routes

# What programs ask, and the registers, whose addresses are the framework's own (names of tables and of its pages).
OTHERS = re.compile(r"^(?:api/|registres/|healthz$|readyz$)")
# Words that are in both languages.
BOTH = {
    "abandon", "absences", "budget", "complements", "consensus", "consortium", "convention", "conventions", "coordination", "delegations", "differences",
    "document", "dossier", "exclusion", "experts", "hapi", "iban", "interface", "invitation", "journal", "pieces", "plan", "position", "questions", "regime", "scenarios", "signature", "site", "socle",
    "verification", "version", "vote",
}  # fmt: skip


def words() -> dict[str, set[str]]:
    """{word of an address: the routes that have it}, parameters apart."""
    found: dict[str, set[str]] = {}
    for name, pattern in routes.patterns():
        if pattern.name is None or name.startswith("admin:"):
            continue
        path = re.sub(r"<[^>]*>|\(\?P<\w+>[^()]*\)", "", str(pattern.pattern).lstrip("^").rstrip("$"))
        if not OTHERS.match(path) and not hasattr(pattern.callback, "cls"):
            for word in re.findall(r"[a-zà-ÿ]+", path):
                found.setdefault(word, set()).add(name)
    return found


def test_no_address_is_made_of_the_names_of_the_code():
    """The names of pages and verbs are English: a word of theirs in an address is a word of the other language, or is both."""
    names = {word for name, _pattern in routes.patterns() for word in re.findall(r"[a-z]+", name.partition(":")[2])}
    found = words()
    assert len(found) > 100
    assert {word: found[word] for word in found.keys() & names - BOTH} == {}
    assert BOTH - (found.keys() & names) == set()


KEYS = {"pk": 7, "number": "2022-0001"}


@pytest.mark.parametrize("old", moved.MOVED)
def test_an_old_address_leads_to_the_new_one(client, db, old):
    wanted = re.findall(r"<\w+:(\w+)>", old)
    path = "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(KEYS[found[1]]), old)
    there = reverse(moved.MOVED[old], kwargs={name: KEYS[name] for name in wanted})
    assert path != there
    read, sent = client.get(f"{path}?page=2"), client.post(path, {"reason": "Pièce"})
    assert (read.status_code, read["Location"]) == (301, f"{there}?page=2")
    assert (sent.status_code, sent["Location"]) == (308, there)


def test_what_is_sent_to_an_old_address_is_done(client, db):
    """As a browser does: the same method and the same content again, at the new one."""
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/"}, follow=True)
    assert [status for _there, status in answer.redirect_chain] == [308, 302]
    assert client.cookies["language"].value == "en"
