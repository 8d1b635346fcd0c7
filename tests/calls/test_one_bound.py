"""A bound of the call is a column of its settings: the verbs, the form, the page, the API and the rules read it from there."""

from dataclasses import fields

from django.utils.html import escape
from django.utils.text import capfirst

from applications.content import freeze
from applications.rules import Bounds
from calls.api import SettingsSerializer
from calls.forms import BoundsForm
from calls.models import CallSettings
from calls.models.call import BOUNDS
from edsh_portal.templatetags.portal import typo
from tests.applications.world import signed_in
from tests.pages import tight

OF_A_VERSION = {"id", "call", "version", "frozen_at"}


def test_every_column_is_a_bound_wherever_bounds_are_listed():
    columns = [column.name for column in CallSettings._meta.concrete_fields]
    assert list(BOUNDS) == [name for name in columns if name not in OF_A_VERSION]
    assert [*BoundsForm.base_fields] == [name for name in BOUNDS if name != "assumed"]
    public = [name for name in BOUNDS if not name.startswith("service_")]
    assert [name for name in SettingsSerializer.Meta.fields if name in BOUNDS] == public
    assert set(freeze.READ) == {field.name for field in fields(Bounds)} & set(BOUNDS) - {"assumed"}


def test_its_words_are_the_column_s():
    for name, field in BoundsForm.base_fields.items():
        assert str(field.label).startswith(str(capfirst(CallSettings._meta.get_field(name).verbose_name)))


def test_what_is_typed_of_each_is_what_every_reader_says(world):
    """Every bound moved by one through the form, as cents, per cents, numbers and words; then read by the rules and the API."""
    settings = world.wave.settings
    moved = {name: value + 1 for name in freeze.READ if type(value := getattr(settings, name)) is int}
    form = BoundsForm({**typed(settings), **shown(moved)}, instance=settings)
    assert form.is_valid(), form.errors
    assert {name: form.cleaned_data[name] for name in moved} == moved
    for name, value in moved.items():
        setattr(settings, name, value)
    bounds = freeze.bounds(settings)
    assert {name: getattr(bounds, name) for name in moved} == moved
    assert {name: SettingsSerializer(settings).data[name] for name in moved} == moved
    page = tight(signed_in(world.cast.driss).get("/appel/reglages/").content.decode())
    words = {name: escape(typo(str(CallSettings._meta.get_field(name).verbose_name))) for name in BOUNDS[:-1]}
    assert [name for name, said in words.items() if said not in page and capfirst(said) not in page] == []


def shown(values):
    """As a person types them: euros, per cents, whole numbers."""
    hundredths = ("_cents", "_bp")
    return {
        name: f"{value / 100:.2f}".replace(".", ",") if name.endswith(hundredths) else str(value)
        for name, value in values.items()
    }


def typed(settings):
    held = {name: getattr(settings, name) for name in BOUNDS if name != "assumed"}
    numbers = {name: value for name, value in held.items() if type(value) is int}
    return {**{name: value for name, value in held.items() if value not in (False, True)}, **shown(numbers)}
