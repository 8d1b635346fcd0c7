"""What prints is one question, asked by the press and by the forms: whatever it could not draw is refused when it is typed."""

import pytest
from django import forms

from applications.content.fields.kinds import plain
from edsh_portal import glyphs
from edsh_portal.forms import Form
from edsh_portal.workflow import Refused

DRAWN = [
    "CHU de Nîmes, « cœur » d’été : 1 234,56 € → 12 %",
    "Ωμέγα Здоровье مستشفى עברית 🏥 👩‍👩‍👧 🇫🇷 ✅",
    "Z\u0351\u036blgo, \u202eelpmexe, \x01, ﬁn, ½, Ⅳ",
    "\ud800".encode("utf-8", "replace").decode(),
]


class Typed(Form):
    text = forms.CharField(widget=forms.Textarea)
    secret = forms.CharField(widget=forms.PasswordInput, required=False)


@pytest.mark.parametrize("text", DRAWN)
def test_13_20_ordinary_texts_of_several_alphabets_are_taken(text):
    assert glyphs.unprintable(text) == []
    assert set(glyphs.printed(text)) <= glyphs.drawable()
    assert Typed({"text": text}).is_valid()
    assert plain(text, "title") == text.strip()


@pytest.mark.parametrize(("text", "signs"), [("CHU 東京", "東 京"), ("𓀀", "𓀀"), ("कखगघङचछ", "क ख ग घ ङ …")])
def test_13_20_what_no_face_draws_is_refused_where_it_is_typed(text, signs):
    said = f"Les documents officiels ne peuvent pas imprimer : {signs}. Remplacez ces caractères."
    form = Typed({"text": text})
    assert form.errors == {"text": [said]}
    with pytest.raises(Refused) as refused:
        plain(text, "title")
    assert (refused.value.message, refused.value.field) == (said, "title")
    assert set(glyphs.printed(text)) <= glyphs.drawable()  # from elsewhere, it is named by its number


def test_a_password_is_never_printed():
    assert Typed({"text": "a", "secret": "東京"}).is_valid()
