"""The pages of the call's settings: a version edited part by part, its waves, its end; frozen once they are relied upon."""

from datetime import timedelta

from django.urls import reverse

from calls.models import CallSettings
from tests.applications import world as made
from tests.applications.world import signed_in
from tests.tabs import sent


def test_the_frozen_settings_are_read_only_on_the_page_too(world):
    adam = signed_in(world.cast.adam)
    page = adam.get(reverse("calls:call_settings")).content.decode()
    assert "Ces réglages sont figés" in page and "Modifier" not in page
    for url in (
        reverse("calls:settings_bounds", args=[1]),
        *(reverse("calls:settings_part", args=[1, part]) for part in ("criteres", "pieces", "taux")),
    ):
        assert adam.get(url).status_code == 302
    bounds = {name: getattr(world.wave.settings, name) for name in made.BOUNDS} | {"quorum": 9}
    answer = adam.post(reverse("calls:settings_bounds", args=[1]), _bounds(world, **bounds))
    assert answer.status_code == 422 and "ils ne changent plus" in answer.content.decode()
    answer = adam.post(reverse("calls:settings_part", args=[1, "taux"]), _rates(("public", 10)))
    assert answer.status_code == 422 and "ils ne changent plus" in answer.content.decode()
    world.wave.settings.refresh_from_db()
    assert world.wave.settings.quorum == 2


def _bounds(world, **changes):
    names = (
        "max_members",
        "min_activity",
        "min_months",
        "max_months",
        "min_projects",
        "min_external_partners",
        "min_perimeters",
        "min_answer_chars",
        "consolidation_level",
        "scale_max",
        "quorum",
        "min_comment_chars",
        "remind_before_days",
        "remind_after_days",
        "undertaking",
        "mail_providers",
        "recall_minutes",
        "consent",
        "admissibility_months",
        "decision_months",
        "service_name",
        "service_address",
        "service_email",
        "service_phone",
    )
    amounts = {"min_base_cents": "1 000 000,00", "overhead_cap_bp": "10", "de_minimis_cents": "300 000"}
    amounts |= {"transfer_bp": "10", "sample_bp": "10"}
    return {name: getattr(world.wave.settings, name) for name in names} | amounts | changes


def _rates(*rows, prefix="rates"):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for n, (kind, percent, *regime) in enumerate(rows):
        data |= {f"{prefix}-{n}-kind": kind, f"{prefix}-{n}-rate_bp": percent, f"{prefix}-{n}-regime": "".join(regime)}
    return data


def test_a_new_version_is_edited_part_by_part(world):
    adam = signed_in(world.cast.adam)
    assert adam.get(reverse("calls:new_settings")).status_code == 200
    assert (
        adam.post(reverse("calls:new_settings"), _bounds(world, quorum=3, min_base_cents="2 000 000")).status_code
        == 302
    )
    settings = CallSettings.objects.get(version=2)
    assert (settings.quorum, settings.min_base_cents) == (3, 200_000_000)
    part = reverse("calls:settings_part", args=[2, "taux"])
    assert adam.get(part).status_code == 200
    assert adam.post(part, _rates(("public", 90), ("private", 40), ("gcs", 80))).status_code == 302
    assert dict(settings.rates.values_list("kind", "rate_bp")) == {"public": 9_000, "private": 4_000, "gcs": 8_000}
    twice = adam.post(part, _rates(("public", 90), ("public", 40)))
    assert twice.status_code == 422 and "Deux lignes" in twice.content.decode()
    by_regime = _rates(("public", 90), ("private", 45), ("private", 30, "rgec_26"), ("gcs", 80))
    assert adam.post(part, by_regime).status_code == 302
    assert list(settings.rates.filter(kind="private").order_by("regime").values_list("regime", "rate_bp")) == [
        ("", 4_500),
        ("rgec_26", 3_000),
    ]
    wrong = adam.post(part, _rates(("public", 120)))
    assert wrong.status_code == 422 and "120" in wrong.content.decode()
    criteria = {"criteria-TOTAL_FORMS": 3, "criteria-INITIAL_FORMS": 2}
    for n, (number, weight) in enumerate(((1, 60), (2, 40), (3, 5))):
        criteria |= {
            f"criteria-{n}-number": number,
            f"criteria-{n}-title": f"C{number}",
            f"criteria-{n}-weight": weight,
        }
    criteria["criteria-2-DELETE"] = "on"
    assert adam.post(reverse("calls:settings_part", args=[2, "criteres"]), criteria).status_code == 302
    assert list(settings.criteria.order_by("number").values_list("title", "weight", "floor")) == [
        ("C1", 60, None),
        ("C2", 40, None),
    ]
    assert adam.get(reverse("calls:settings_part", args=[2, "pieces"])).status_code == 200
    _bounds_are_edited(adam, world, settings)


def _bounds_are_edited(adam, world, settings):
    bounds = reverse("calls:settings_bounds", args=[2])
    assert adam.get(bounds).status_code == 200
    assert adam.post(bounds, _bounds(world, max_months=99_999)).status_code == 422
    wrong = adam.post(bounds, _bounds(world, min_months=50))
    assert wrong.status_code == 422 and list(wrong.context["form"].errors) == ["min_months"]
    assert adam.post(bounds, _bounds(world, quorum=4)).status_code == 302
    settings.refresh_from_db()
    assert (settings.overhead_cap_bp, settings.permanent_staff_eligible, settings.de_minimis_cents) == (
        1_000,
        False,
        30_000_000,
    )
    aid = {"overhead_cap_bp": "12,5 %", "permanent_staff_eligible": "on", "de_minimis_cents": "200 000"}
    assert adam.post(bounds, _bounds(world, **aid)).status_code == 302
    settings.refresh_from_db()
    assert (settings.overhead_cap_bp, settings.permanent_staff_eligible, settings.de_minimis_cents) == (
        1_250,
        True,
        20_000_000,
    )
    shown = adam.get(reverse("calls:call_settings"), {"version": 2}).context["bounds"]
    values = {row["name"]: row["value"] for row in shown}
    assert [values[name] for name in aid] == ["12,50\u00a0%", "oui", "200\u202f000,00\u00a0€"]
    for typed in ("100,01", "dix", "-1", ""):
        wrong = adam.post(bounds, _bounds(world, overhead_cap_bp=typed))
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["overhead_cap_bp"]), typed
    page = adam.get(reverse("calls:call_settings"), {"version": 1})
    assert page.context["settings"].version == 1
    assert adam.get(reverse("calls:settings_bounds", args=[9])).status_code == 404


def test_13_6_two_officers_on_the_settings_erase_nothing_of_each_other(world):
    """Limits: each writes one, both stay; the one that both wrote is shown with both, and chosen. Lists: by line, and by cell."""
    adam, driss = signed_in(world.cast.adam), signed_in(world.cast.driss)
    assert adam.post(reverse("calls:new_settings"), _bounds(world, quorum=3)).status_code == 302
    settings, bounds = CallSettings.objects.get(version=2), reverse("calls:settings_bounds", args=[2])
    stale = driss.get(bounds).context["form"]
    assert adam.post(bounds, sent(adam.get(bounds).context["form"], quorum="4", max_months="50")).status_code == 302
    assert driss.post(bounds, sent(stale, min_projects="5")).status_code == 302
    settings.refresh_from_db()
    assert (settings.quorum, settings.max_months, settings.min_projects) == (4, 50, 5)
    met = driss.post(bounds, sent(stale, quorum="2"))
    assert (met.status_code, list(met.context["form"].errors), met.context["form"]["quorum"].field.met) == (
        422,
        ["quorum"],
        "4",
    )
    assert driss.post(bounds, met.context["form"].data).status_code == 302
    settings.refresh_from_db()
    assert (settings.quorum, settings.max_months) == (2, 50)

    part = reverse("calls:settings_part", args=[2, "criteres"])

    def rows(shown, **changes):
        data = sent(shown.management_form)
        for form in shown:
            data.update(sent(form))
        for name, value in changes.items():
            data[name] = value
        return data

    stale, fresh = driss.get(part).context["formset"], adam.get(part).context["formset"]
    first, last = settings.criteria.order_by("number").first(), len(fresh) - 1
    added = {f"criteria-{last}-{name}": value for name, value in {"number": 90, "title": "Ajouté", "weight": 1}.items()}
    assert adam.post(part, rows(fresh, **added, **{"criteria-0-weight": "77"})).status_code == 302
    assert driss.post(part, rows(stale, **{"criteria-0-title": "Repris"})).status_code == 302
    row = settings.criteria.get(number=first.number)
    assert (row.title, row.weight, settings.criteria.filter(number=90).exists()) == ("Repris", 77, True)
    met = driss.post(part, rows(stale, **{"criteria-0-weight": "66"}))
    page = met.content.decode()
    assert (
        met.status_code == 422
        and '<blockquote data-met="criteria-0-weight">77</blockquote>' in page
        and 'value="66"' in page
    )
    assert settings.criteria.get(number=first.number).weight == 77


def test_waves_and_the_end_of_the_call(world, set_clock):
    adam = signed_in(world.cast.adam)
    url = reverse("calls:new_wave")
    assert adam.get(url).status_code == 200
    typed = {
        "number": 2,
        "settings": world.wave.settings_id,
        "opens_at": "2022-10-01T12:00",
        "closes_at": "2023-04-12T12:00",
    }
    overlap = adam.post(url, typed)
    assert overlap.status_code == 422 and list(overlap.context["form"].errors) == ["opens_at"]
    assert adam.post(url, typed | {"opens_at": "2022-10-11T12:00"}).status_code == 302
    assert world.call.waves.get(number=2).closes_at.isoformat() == "2023-04-12T10:00:00+00:00"
    close = reverse("calls:close_call")
    assert adam.get(close).status_code == 200
    assert adam.post(close).status_code == 422
    set_clock(made.CLOSES + timedelta(days=300), frozen=True)
    assert adam.post(close).status_code == 302
    world.call.refresh_from_db()
    assert world.call.state == "closed"


def test_from_nothing_to_a_published_call(db, set_clock):
    set_clock(made.NOW, frozen=True)
    adam = signed_in(made.person("adam", role="administrator"))
    assert adam.get(reverse("calls:call_settings"))["Location"] == reverse("calls:new_call")
    assert adam.get(reverse("calls:new_settings")).status_code == 404
    assert adam.get(reverse("calls:new_call")).status_code == 200
    assert (
        adam.post(reverse("calls:new_call"), {"slug": "edsh", "title": "Appel", "purpose": "Relier."}).status_code
        == 302
    )
    assert adam.get(reverse("calls:call_settings")).status_code == 200
    assert adam.get(reverse("calls:publish_call")).status_code == 200
    assert adam.post(reverse("calls:publish_call")).status_code == 422


def test_settings_are_for_those_who_manage_the_call(world):
    url = reverse("calls:call_settings")
    seen = {
        name: signed_in(getattr(world.cast, name)).get(url).status_code
        for name in ("adam", "driss", "victor", "dora", "alice")
    }
    assert seen == {"adam": 200, "driss": 200, "victor": 403, "dora": 403, "alice": 403}
