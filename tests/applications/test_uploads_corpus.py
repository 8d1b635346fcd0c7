"""The corpus: what hostile files are told, that ordinary ones are kept, and that the heaviest stay within the walls of a cage."""

import io
import warnings

import pikepdf
import pytest
from PIL import Image

from edsh_portal.intake import image, recognise
from edsh_portal.intake.kinds import glance
from edsh_portal.workflow import Refused
from tests.corpus import HEAVY, HOSTILE, ORDINARY, measure
from tests.corpus.hostile_pdf import attached, changed, linked
from tests.hostile_files import nir

# Of the heaviest, those that are made in a moment; bin/prove hostile_uploads reads them all.
SOON = [name for name in HEAVY if "Mo de" not in name and "million" not in name and "000" not in name]


def became(content: bytes) -> str:
    """The ending of what was kept, or the sentence that refused it."""
    try:
        return recognise.received(content)[0].ending
    except Refused as refused:
        assert (refused.code, refused.field, refused.message[-1]) == ("R05", "file", ".")
        return refused.message


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_what_makes_it_so(name):
    make, said = HOSTILE[name]
    sentence = became(make())
    assert said in sentence and " " in sentence


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_ordinary_says_at_the_door_what_it_is(name):
    """A glance decides what is received at all: what is examined and kept must pass it."""
    content = ORDINARY[name][0]()
    kind = glance(content)
    assert kind is not None and kind.ending == became(content)


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_is_kept(name):
    assert became(ORDINARY[name][0]()) == f".{name.split()[0].partition('/')[0].replace('jpeg', 'jpg')}"


def test_there_are_enough_of_them():
    assert (len(HOSTILE) >= 60, len(ORDINARY) >= 40) == (True, True)


@pytest.mark.parametrize("name", SOON)
def test_a_heavy_file_costs_what_a_cage_can_bear(name):
    make, said = HEAVY[name]
    cost, _size = measure.cost(recognise.received, make)
    assert cost.bearable, cost
    assert said in cost.verdict if said else cost.kept, cost


@pytest.mark.parametrize("name", [name for name in ORDINARY if name.startswith(("jpeg", "png"))])
def test_a_picture_leaves_behind_what_its_maker_added(name):
    sent = ORDINARY[name][0]()
    kept = recognise.received(sent)[1]
    assert not any(trace in kept for trace in (b"iPhone", b"SEFT", b"mdat", b"MPF", b"xmpmeta", b"iCCP"))
    with (
        warnings.catch_warnings(action="ignore"),
        Image.open(io.BytesIO(kept)) as drawn,
        Image.open(io.BytesIO(sent)) as first,
    ):
        sides = [picture.getexif().get(image.ORIENTATION, 1) for picture in (first, drawn)]
        assert drawn.getexif().keys() <= {image.ORIENTATION}
        assert (drawn.size, sides[1]) == (first.size, sides[0])  # upright as it was, by its tag or by its pixels


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("patients.csv", "Nom;NIR\nMARTIN;%s\n"),
        ("facture.xml", "<a><b>Assuré</b><c>%s</c></a>"),
        ("decision.json", '{"nir":"%s"}'),
    ],
)
def test_patients_are_looked_for_in_what_a_pdf_carries(name, content):
    assert "sécurité sociale" in became(changed(attached(name, (content % nir()).encode()))())
    assert became(changed(attached(name, (content % "0").encode()))()) == ".pdf"


def test_an_address_is_told_without_the_number_that_it_holds():
    hidden = changed(linked(S=pikepdf.Name.URI, URI=f"file:///c:/{nir()}.docx"))
    sentence = became(hidden())
    assert "« … »" in sentence.replace("\u00a0", " ") and nir() not in sentence
