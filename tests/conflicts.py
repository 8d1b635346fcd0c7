"""Scripts of one field written in several tabs at once: whoever comes second is shown both texts, and every text is kept.

A script is 2 to 5 tabs of two people that read the same version of one field; each writes its own text, some of them offline
for a while (two texts wait and leave together), some with a session that has ended in between. Then a person chooses.
"""

import html
import random
import re
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from demo.cast import DOMAIN
from edsh_portal import money
from tests.processes import Portal
from tests.writers import Line, Writer, reference_of

PEOPLE = ("alice", "sophie")
MOST_TABS = 5
FIELDS = """
    SELECT 'answers.ambition' AS key, a.id AS application FROM applications_application a WHERE a.reference = %(reference)s
    UNION ALL SELECT 'answers.quality', a.id FROM applications_application a WHERE a.reference = %(reference)s
    UNION ALL SELECT 'identity.title', a.id FROM applications_application a WHERE a.reference = %(reference)s
    UNION ALL SELECT 'projects.' || p.id || '.' || c, a.id FROM applications_researchproject p
        JOIN applications_application a ON a.id = p.application_id, unnest(ARRAY['title', 'summary']) c WHERE a.reference = %(reference)s
    UNION ALL SELECT 'perimeters.' || p.id || '.scope', a.id FROM applications_dataperimeter p
        JOIN applications_application a ON a.id = p.application_id WHERE a.reference = %(reference)s
    UNION ALL SELECT 'members.' || m.id || '.work', a.id FROM applications_membership m
        JOIN applications_application a ON a.id = m.application_id WHERE a.reference = %(reference)s AND m.role = 'coordinator'
    UNION ALL SELECT 'budget.' || m.id || '.0-training-' || (SELECT min(l.year) FROM applications_budgetline l WHERE l.membership_id = m.id), a.id
        FROM applications_membership m JOIN applications_application a ON a.id = m.application_id
        WHERE a.reference = %(reference)s AND m.role = 'coordinator'
    UNION ALL SELECT 'packages.' || p.id || '.summary', a.id FROM applications_workpackage p
        JOIN applications_application a ON a.id = p.application_id WHERE a.reference = %(reference)s
    UNION ALL SELECT 'warehouses.' || w.id || '.host', a.id FROM applications_warehouse w
        JOIN applications_application a ON a.id = w.application_id WHERE a.reference = %(reference)s
    UNION ALL SELECT 'governance.cse_women', a.id FROM applications_application a WHERE a.reference = %(reference)s
    UNION ALL SELECT 'functions.hosting.local-reason', a.id FROM applications_application a WHERE a.reference = %(reference)s
"""


class Words:
    """Texts that no other tab writes, in what the field accepts: words, a count, euros as the page shows them."""

    def __init__(self) -> None:
        self.said = 0

    def __call__(self, key: str, words: str) -> str:
        self.said += 1
        if key.startswith("budget."):
            return money.plain(100 * self.said + 50)
        return str(self.said) if key == "governance.cse_women" else words


@dataclass
class Told:
    """What the scripts met."""

    scripts: int = 0
    texts: int = 0
    conflicts: int = 0
    offline: int = 0
    ended: int = 0  # sessions
    chosen: int = 0
    wrong: list[str] = field(default_factory=list)


def run(portal: Portal, count: int, seed: int = 21) -> Told:
    """`count` scripts on the dossier VALMONT of a portal at stage « open »."""
    told, chance, reference = Told(), random.Random(seed), reference_of(portal)
    with portal.database.connect("auditor") as line:
        rows = line.execute(FIELDS, {"reference": reference}).fetchall()
    keys, application = [row[0] for row in rows], rows[0][1]
    tabs = [
        Writer(Line(portal.port, f"{PEOPLE[n % 2]}@{DOMAIN}"), reference, keys, f"t{n}", random.Random(n)).begin()
        for n in range(MOST_TABS)
    ]
    kept: list[tuple[str, str]] = []
    words = Words()
    for number in range(count):
        kept += list(one(tabs, chance.choice(keys), f"s{number}", chance, told, words))
        told.scripts += 1
    with portal.database.connect("auditor") as line:
        held = line.execute(
            "SELECT key, text FROM applications_answer WHERE application_id = %s", [application]
        ).fetchall()
    history = set(map(tuple, held))
    told.wrong += [f"{text} acknowledged in {key} and nowhere" for key, text in kept if (key, text) not in history]
    told.texts = len(kept)
    return told


def one(
    tabs: list[Writer], key: str, name: str, chance: random.Random, told: Told, words: Words
) -> Iterator[tuple[str, str]]:
    """One script; answers (key, text) of each text acknowledged."""
    here = chance.sample(tabs, chance.randint(2, MOST_TABS))
    for tab in here:  # everyone reads the same
        tab.hear(tab.exchange([]))
    read = max(tab.versions.get(key, 0) for tab in here)
    place = ""
    for order, tab in enumerate(here):
        texts = [words(key, f"{name} {tab.name} {part}") for part in range(1 + (chance.random() < 0.2))]
        told.offline += len(texts) > 1
        if chance.random() < 0.02:
            tab.line.cookies.clear()
            told.ended += 1
        news = tab.exchange([{"key": key, "text": text, "read": read, "id": str(uuid.uuid4())} for text in texts])
        tab.hear(news)
        for text, saved in zip(texts, news["saved"], strict=True):
            yield key, text
            expected = "saved" if order == 0 and text == texts[0] else "aside"
            if saved["status"] != expected:
                told.wrong.append(f"{name}: {text} was {saved['status']}, {expected} was due")
        if order == 0:
            place = texts[0]
        if news["saved"][-1]["status"] == "aside":
            told.conflicts += 1
            told.wrong += missing(news["clashes"], key, mine=texts[-1], theirs=place, name=name)
    choose(here, key, name, chance, told, words)


def cards_of(clashes: dict[str, str], key: str) -> list[str]:
    return [card for card in clashes.values() if f'data-of="{key}"' in card]


def said(card: str, whose: str) -> str:
    found = re.search(f"<blockquote data-{whose}>(.*?)</blockquote>", card, re.S)
    return html.unescape(found.group(1)).removesuffix("\u00a0€") if found else ""  # « 1 041,50 € »


def missing(clashes: dict[str, str], key: str, *, mine: str, theirs: str, name: str) -> list[str]:
    """Both texts stand side by side in one card of this answer, or a sentence that says which does not."""
    if any(said(card, "mine") == mine and said(card, "theirs") == theirs for card in cards_of(clashes, key)):
        return []
    shown = [(said(card, "mine"), said(card, "theirs")) for card in cards_of(clashes, key)]
    return [f"{name}: « {mine} » beside « {theirs} » was not shown, but {shown}"]


def choose(here: list[Writer], key: str, name: str, chance: random.Random, told: Told, words: Words) -> None:
    """Each person with an open pair keeps one text, the other, or makes one of both; then nothing waits any more."""
    for tab in here:
        while waiting := open_pairs(tab, key):
            pk, card = waiting[0]
            choice = chance.choice(("mine", "theirs", "merge") if "<textarea" in card else ("mine", "theirs"))
            over = re.search(r'name="over" value="([0-9]+)"', card)
            typed = {
                "choice": choice,
                "over": over.group(1) if over else "0",
                "text": words(key, f"{name} chosen by {tab.name}"),
            }
            form = urllib.parse.urlencode(typed | {"csrfmiddlewaretoken": tab.line.token})
            path = re.search(r'action="([^"]+)"', card)
            status, _page = tab.line.request(
                "POST", path.group(1) if path else "", form, "application/x-www-form-urlencoded"
            )
            told.chosen += 1
            expected = {"mine": said(card, "mine"), "theirs": said(card, "theirs"), "merge": typed["text"]}[choice]
            if status != 302:
                told.wrong.append(f"{name}: the choice {choice} of pair {pk} was answered {status}")
                return
            tab.hear(tab.exchange([]))
            if tab.texts.get(key, expected) != expected:
                told.wrong.append(f"{name}: « {expected} » was chosen and « {tab.texts[key]} » is in place")


def open_pairs(tab: Writer, key: str) -> list[tuple[str, str]]:
    """(number, card) of the pairs of this field that wait, as a page asks for them."""
    news = tab.exchange([])
    tab.hear(news)
    return [(pk, card) for pk, card in news["clashes"].items() if f'data-of="{key}"' in card]
