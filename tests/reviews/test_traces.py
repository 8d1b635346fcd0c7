"""What of a text may betray who wrote it is found however it is written; what is left once it is taken out names nobody."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.traces import Known, find, placed, plain

NEAR = ["Claire Essai", "Jean-Pierre Le Goff-Martin", "Hélène Œuvrard", "Bo Ng"]
KNOWN = Known(
    near=NEAR,
    people=["Luc Petit", "Clémence de La Tour"],
    employers=["CHU de Nantes", "Assistance Publique – Hôpitaux de Paris"],
    bodies=["CHU de Rivebelle"],
)

# text → what is found, as (kind, words)
GOLDEN = {
    "L’avis de Claire Essai est net.": [("person", "Claire Essai")],
    "D’ESSAI, rien à redire": [("person", "D’ESSAI")],
    "Essai's comment, C. Essai’s view": [("person", "Essai"), ("person", "C. Essai")],
    "le dr essai et mme petit": [("person", "dr essai"), ("person", "mme petit")],
    "ESSAI\u00a0Claire ; Œuvrard ; HELENE OEUVRARD": [
        ("person", "ESSAI\u00a0Claire"), ("person", "Œuvrard"), ("person", "HELENE OEUVRARD"),
    ],
    "He\u0301le\u0300ne et E\u00ads\u200bsai": [("person", "He\u0301le\u0300ne"), ("person", "E\u00ads\u200bsai")],
    "jean pierre le goff‑martin": [("person", "jean pierre le goff‑martin")],
    "Selon J.-P. L. G.-M., et CE": [("person", "J.-P. L. G.-M"), ("person", "CE")],
    "Madame de la Tour": [("person", "Tour")],
    "le petit budget, une gouvernance claire, une tour": [],
    "Petit budget": [("person", "Petit")],
    "au C.H.U. de Nantes, à Nantes, à l’AP-HP et l’APHP": [
        ("employer", "Nantes"), ("employer", "Nantes"), ("employer", "AP-HP"), ("employer", "APHP"),
    ],
    "chu  rivebelle, puis rivebelle": [("employer", "chu  rivebelle")],
    "Je crois, j’ai lu, m'a plu, moi-même": [("self", "Je"), ("self", "j"), ("self", "m"), ("self", "moi")],
    "Notre équipe et les nôtres, mes collègues": [("self", "Notre"), ("self", "nôtres"), ("self", "mes")],
    "I think we like it; it's our view, i'm sure": [("self", "I"), ("self", "we"), ("self", "our"), ("self", "i")],
    "5 m de haut, M. le directeur, the US law, le jour": [],
    "claire@chu.example, 01 40 56 60 00": [("address", "claire@chu.example"), ("address", "01 40 56 60 00")],
    "": [],
}  # fmt: skip


@pytest.mark.parametrize("text", GOLDEN)
def test_found_however_it_is_written(text):
    found = find(text, KNOWN)
    assert [(one.kind, text[one.start : one.end]) for one in found] == GOLDEN[text]
    again = placed(text, {one.key for one in found})
    assert set(found) <= set(again)


def bare(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


HANDS = (
    str, str.upper, str.title, bare, lambda name: unicodedata.normalize("NFD", name), lambda name: name.replace("-", " "),
    lambda name: name.replace(" ", "\u00a0"), lambda name: name.replace(" ", "\n"), lambda name: name.replace("-", "‑"),
    lambda name: " ".join(reversed(name.split(" ", 1))), lambda name: name.split(" ", 1)[1], lambda name: f"{name[0]}. {name.split(' ', 1)[1]}",
    lambda name: "\u200b".join(name),
)  # fmt: skip
AROUND = (
    "{}",
    "Selon {}, le socle",
    "d’{} et",
    "L'avis d'{}.",
    "{}'s view",
    "({})",
    "le Pr {} :",
    "«\u00a0{}\u00a0»",
    "x—{}—y",
)
WORDS = st.lists(
    st.sampled_from(["le", "projet", "est", "solide,", "budget;", "à", "revoir.", "Données", "Santé", "“oui”", "-"]),
    max_size=6,
)


def cleared(text, known=KNOWN):
    """What a rapporteur does who takes out all that is flagged, until nothing is."""
    while found := find(text, known):
        for one in reversed(found):
            text = f"{text[: one.start]}[…]{text[one.end :]}"
    return text


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(NEAR),
    st.lists(st.sampled_from(HANDS), min_size=1, max_size=2),
    st.sampled_from(AROUND),
    WORDS,
    WORDS,
)
def test_no_expert_is_named_once_what_is_flagged_is_taken_out(name, hands, around, before, after):
    written = name
    for hand in hands:
        written = hand(written) if len(written.split(" ", 1)) == 2 or hand in HANDS[:5] else written
    text = " ".join([*before, around.format(written), *after])
    assert find(text, KNOWN)
    left = plain(cleared(text))
    surname = plain(name.split(" ", 1)[1])
    assert not {token for token in surname if token != "le"} & set(left)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("eEsSaAiIé\u0301’'-.\u200b œJjM0@ \n"), max_size=30))
def test_traces_are_in_order_apart_and_inside_the_text(text):
    found = find(text, KNOWN)
    ends = [0, *(one.end for one in found)]
    assert all(one.start >= end and one.end > one.start for one, end in zip(found, ends, strict=False))
    assert ends[-1] <= len(text)
