"""The call: preparation, settings, waves, publication; and the freeze, by verb, by page and in SQL."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied

from calls import actions as calls
from calls import seed
from calls.actions.call import is_frozen
from calls.models import Call, CallSettings, Criterion, Wave
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.applications import world as made
from tests.database import as_role, by_hand

LATER = made.CLOSES + timedelta(days=400)


@pytest.fixture
def driss(db, set_clock):
    set_clock(made.NOW, frozen=True)
    return made.person("driss", role="instructor")


@pytest.fixture
def call(driss):
    return calls.create_call(slug="essai", title="Appel d’essai", purpose="Essayer.", by=driss)


CRITERIA = [{"number": n, "title": f"Critère {n}", "guidance": "", "weight": 50, "floor": 2} for n in (1, 2)]


def settings_of(call, by, **changes):
    rows = {"criteria": CRITERIA, "pieces": made.PIECES, "rates": made.RATES}
    return calls.new_settings(call, **({"bounds": made.BOUNDS} | rows | changes), by=by)


def wave_of(call, settings, by, number=1, opens_at=made.NOW + timedelta(days=1), days=30):
    return calls.create_wave(
        call, settings, number=number, opens_at=opens_at, closes_at=opens_at + timedelta(days=days), by=by
    )


def code(excinfo) -> tuple[str, str | None]:
    return excinfo.value.code, excinfo.value.field


def test_the_real_call_is_built_through_verbs(driss):
    call = seed.seed_call(driss)
    settings = CallSettings.objects.get()
    assert (call.state, call.published_at, settings.frozen_at) == ("published", made.NOW, made.NOW)
    assert list(call.waves.order_by("number").values_list("opens_at", "closes_at")) == [
        (datetime(2022, 7, 21, 22, tzinfo=UTC), datetime(2022, 10, 11, 10, tzinfo=UTC)),
        (datetime(2022, 10, 11, 10, tzinfo=UTC), datetime(2023, 4, 12, 10, tzinfo=UTC)),
    ]
    assert [c.weight for c in settings.criteria.order_by("number")] == [10, 10, 8, 8, 6, 5, 5, 8, 5, 5, 10, 10, 5, 5]
    assert sorted(settings.pieces.filter(required=True).values_list("code", flat=True)) == ["presentation"]
    assert list(Event.objects.order_by("id").filter(stream=f"call:{call.pk}").values_list("kind", flat=True)) == [
        "call.created",
        "settings.created",
        "wave.created",
        "wave.created",
        "call.published",
    ]


def test_create_call_refusals(driss, call):
    with pytest.raises(Refused) as refused:
        calls.create_call(slug="autre", title=" ", purpose="", by=driss)
    assert code(refused) == ("S01", "title")
    with pytest.raises(Refused) as refused:
        calls.create_call(slug="essai", title="Encore", purpose="", by=driss)
    assert code(refused) == ("S02", "slug")


def test_only_those_who_manage_the_call(driss, call):
    stranger = made.person("claire", role="expert")
    with pytest.raises(PermissionDenied):
        calls.create_call(slug="x", title="X", purpose="", by=stranger)
    with pytest.raises(PermissionDenied):
        settings_of(call, stranger)
    adam = made.person("adam", role="administrator")
    assert settings_of(call, adam).version == 1


def test_new_settings_take_what_is_not_given_from_the_version_before(driss, call):
    first = settings_of(call, driss)
    second = calls.new_settings(call, bounds={"max_members": 4}, rates=[{"kind": "public", "rate_bp": 8_000}], by=driss)
    assert (second.version, second.max_members, second.min_activity) == (2, 4, first.min_activity)
    assert [c.title for c in second.criteria.order_by("number")] == ["Critère 1", "Critère 2"]
    assert list(second.pieces.order_by("order").values_list("code", flat=True)) == [
        "presentation",
        "annexe-financiere",
        "gantt",
    ]
    assert list(second.rates.values_list("kind", "rate_bp")) == [("public", 8_000)]


def test_edit_settings_replaces_the_lists_it_is_given(driss, call):
    settings = settings_of(call, driss)
    calls.edit_settings(settings, bounds={"quorum": 3}, criteria=[CRITERIA[0] | {"weight": 100}], by=driss)
    calls.edit_settings(settings, pieces=[made.PIECES[0]], rates=made.RATES, by=driss)
    settings.refresh_from_db()
    assert (settings.quorum, settings.criteria.get().weight, settings.pieces.get().code, settings.rates.count()) == (
        3,
        100,
        "presentation",
        3,
    )
    assert list(Event.objects.filter(kind="settings.edited").order_by("id").values_list("data__parts", flat=True)) == [
        ["criteria"],
        ["pieces", "rates"],
    ]


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"min_months": 0}, "min_months"),
        ({"min_months": 41}, "min_months"),
        ({"max_members": 0}, "max_members"),
        ({"min_base_cents": -1}, "min_base_cents"),
        ({"min_answer_chars": 3_001}, "min_answer_chars"),
        ({"overhead_cap_bp": 10_001}, "overhead_cap_bp"),
        ({"transfer_bp": 10_001}, "transfer_bp"),
        ({"sample_bp": 10_001}, "sample_bp"),
        ({"de_minimis_cents": -1}, "de_minimis_cents"),
        ({"scale_max": 0}, "scale_max"),
        ({"quorum": 0}, "quorum"),
        ({"admissibility_months": 0}, "admissibility_months"),
        ({"decision_months": 0}, "decision_months"),
        ({"service_name": " "}, "service_name"),
        ({"service_email": ""}, "service_email"),
    ],
)
def test_bounds_out_of_bounds(driss, call, bounds, field):
    settings = settings_of(call, driss)
    with pytest.raises(Refused) as refused:
        calls.edit_settings(settings, bounds=bounds, by=driss)
    assert code(refused) == ("S13", field)


def test_a_number_twice_is_refused_and_nothing_changes(driss, call):
    settings = settings_of(call, driss)
    with pytest.raises(Refused) as refused:
        calls.edit_settings(settings, criteria=[CRITERIA[0], CRITERIA[0]], by=driss)
    assert code(refused) == ("S12", None)
    assert settings.criteria.count() == 2


def test_waves(driss, call):
    settings = settings_of(call, driss)
    other = calls.create_call(slug="autre", title="Autre", purpose="", by=driss)
    wave = wave_of(call, settings, driss)
    for changes, expected in (
        ({"number": 1, "opens_at": wave.closes_at}, ("S10", "number")),
        ({"number": 2, "opens_at": wave.opens_at + timedelta(days=3)}, ("S11", "opens_at")),
        ({"number": 2, "opens_at": wave.closes_at, "days": 0}, ("S09", "closes_at")),
    ):
        with pytest.raises(Refused) as refused:
            wave_of(call, settings, driss, **changes)
        assert code(refused) == expected
    with pytest.raises(Refused) as refused:
        wave_of(other, settings, driss)
    assert code(refused) == ("S08", "settings")
    assert (
        wave_of(call, settings, driss, number=2, opens_at=wave.closes_at).number == 2
    )  # from the instant of the first's closing


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"criteria": [CRITERIA[0]]}, ("S14", "criteria")),
        ({"criteria": [CRITERIA[0], CRITERIA[1] | {"floor": 11}]}, ("S15", "criteria")),
        ({"pieces": [made.PIECES[2] | {"required": False}]}, ("S16", "pieces")),
        ({"rates": made.RATES[:2]}, ("S17", "rates")),
    ],
)
def test_publication_wants_complete_settings(driss, call, changes, expected):
    wave_of(call, settings_of(call, driss, **changes), driss)
    with pytest.raises(Refused) as refused:
        calls.publish_call(call, by=driss)
    assert code(refused) == expected
    assert Call.objects.get().state == "draft"


def test_publication_wants_settings_and_a_wave(driss, call):
    with pytest.raises(Refused) as refused:
        calls.publish_call(call, by=driss)
    assert code(refused) == ("S04", None)
    settings_of(call, driss)
    with pytest.raises(Refused) as refused:
        calls.publish_call(call, by=driss)
    assert code(refused) == ("S05", None)


def test_publication_freezes(driss, call):
    settings = settings_of(call, driss)
    wave_of(call, settings, driss)
    calls.publish_call(call, by=driss)
    settings.refresh_from_db()
    assert is_frozen(settings, made.NOW)
    with pytest.raises(Refused) as refused:
        calls.edit_settings(settings, bounds={"quorum": 3}, by=driss)
    assert code(refused) == ("S03", None)
    with pytest.raises(Refused) as refused:
        calls.publish_call(call, by=driss)
    assert refused.value.code == "W01"


def test_settings_of_a_later_wave_freeze_when_it_opens(driss, call, set_clock):
    wave = wave_of(call, settings_of(call, driss), driss)
    call = calls.publish_call(call, by=driss)
    second = calls.new_settings(call, bounds={"quorum": 3}, by=driss)
    with pytest.raises(Refused) as refused:  # on a published call a wave announces complete settings
        calls.edit_settings(second, criteria=CRITERIA[:1], by=driss)
        wave_of(call, second, driss, number=2, opens_at=wave.closes_at)
    assert code(refused) == ("S14", "criteria")
    calls.edit_settings(second, criteria=CRITERIA, by=driss)
    later = wave_of(call, second, driss, number=2, opens_at=wave.closes_at)
    calls.edit_settings(second, bounds={"quorum": 4}, by=driss)
    set_clock(later.opens_at, frozen=True)
    with pytest.raises(Refused) as refused:
        calls.edit_settings(second, bounds={"quorum": 5}, by=driss)
    assert code(refused) == ("S03", None)


def test_close(driss, call, set_clock):
    wave = wave_of(call, settings_of(call, driss), driss)
    call = calls.publish_call(call, by=driss)
    with pytest.raises(Refused) as refused:
        calls.close_call(call, by=driss)
    assert code(refused) == ("S06", None)
    set_clock(wave.closes_at, frozen=True)
    call = calls.close_call(call, by=driss)
    assert call.state == "closed"
    with pytest.raises(Refused) as refused:
        wave_of(call, wave.settings, driss, number=2, opens_at=LATER)
    assert code(refused) == ("S07", None)


# ── the same freeze in SQL, whoever writes ───────────────────────────────────────────────────────────────────────────
FORBIDDEN = (
    "UPDATE calls_callsettings SET quorum = 9 WHERE id = {settings}",
    "UPDATE calls_callsettings SET overhead_cap_bp = 1 WHERE id = {settings}",
    "UPDATE calls_callsettings SET permanent_staff_eligible = true WHERE id = {settings}",
    "UPDATE calls_callsettings SET de_minimis_cents = 1 WHERE id = {settings}",
    "INSERT INTO calls_aidrate (settings_id, kind, regime, rate_bp) VALUES ({settings}, 'public', 'sieg', 1)",
    "UPDATE calls_callsettings SET frozen_at = NULL WHERE id = {settings}",
    "UPDATE calls_callsettings SET frozen_at = now() WHERE id = {settings}",
    "UPDATE calls_criterion SET weight = 99 WHERE settings_id = {settings}",
    "DELETE FROM calls_criterion WHERE settings_id = {settings}",
    "INSERT INTO calls_criterion (settings_id, number, title, guidance, weight) VALUES ({settings}, 99, 'x', '', 1)",
    "UPDATE calls_criterion SET settings_id = {settings} WHERE settings_id = {free}",
    "UPDATE calls_piecerequirement SET required = false WHERE settings_id = {settings}",
    "DELETE FROM calls_piecerequirement WHERE settings_id = {settings}",
    "UPDATE calls_aidrate SET rate_bp = 1 WHERE settings_id = {settings}",
    "DELETE FROM calls_aidrate WHERE settings_id = {settings}",
    "UPDATE calls_wave SET settings_id = {free} WHERE id = {wave}",
    "UPDATE calls_wave SET opens_at = opens_at + interval '1 year', closes_at = closes_at + interval '1 year' WHERE id = {wave}",
    "UPDATE calls_wave SET closes_at = portal_now() WHERE id = {wave}",
    "DELETE FROM calls_wave WHERE id = {wave}",
    "INSERT INTO calls_callsettings SELECT (jsonb_populate_record(s, jsonb_build_object('id', 9999, 'version', 9999))).*"
    " FROM calls_callsettings s WHERE id = {settings}",
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["web", "owner"])
def test_sql_refuses_to_change_what_is_published(committed, role):
    committed.set_clock(made.NOW, frozen=True)
    driss = made.person("driss", role="instructor")
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="", by=driss)
    settings = settings_of(call, driss)
    wave = wave_of(call, settings, driss, opens_at=made.OPENS, days=90)
    calls.publish_call(call, by=driss)
    free = calls.new_settings(call, bounds={}, by=driss)
    with committed.connect(role) as line:
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.errors.Error) as refused:
                line.execute(statement.format(settings=settings.pk, free=free.pk, wave=wave.pk))
            assert refused.value.sqlstate in ("EP010", "EP003", "42501"), statement
        with pytest.raises(psycopg.Error, match=f"calls_callsettings {free.pk}: no event"):
            line.execute(f"DELETE FROM calls_criterion WHERE settings_id = {free.pk}")
    with as_role(role), by_hand() as cursor:  # a draft is free, as long as an event says it
        cursor.execute(f"DELETE FROM calls_criterion WHERE settings_id = {free.pk}")
    assert Criterion.objects.filter(settings=settings).count() == 2


@pytest.mark.django_db(transaction=True)
def test_sql_freezes_by_the_opening_of_a_wave(committed):
    committed.set_clock(made.NOW, frozen=True)
    driss = made.person("driss", role="instructor")
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="", by=driss)
    settings = settings_of(call, driss)
    wave = wave_of(call, settings, driss)
    with by_hand():
        Wave.objects.filter(pk=wave.pk).update(closes_at=wave.closes_at + timedelta(days=1))  # not open yet: free
    committed.set_clock(wave.opens_at, frozen=True)
    with committed.connect("web") as line:
        for statement in (
            "UPDATE calls_callsettings SET quorum = 9",
            "DELETE FROM calls_criterion",
            "INSERT INTO calls_aidrate (settings_id, kind, regime, rate_bp) SELECT id, 'gip', '', 1 FROM calls_callsettings",
        ):
            with pytest.raises(psycopg.errors.Error) as refused:
                line.execute(statement)
            assert refused.value.sqlstate == "EP010", statement
    committed.set_clock(None)
