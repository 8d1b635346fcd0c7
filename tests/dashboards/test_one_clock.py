"""17. A page tells one clock: what the machine dated (a sign-in, a job, a sign of life, a token's use) is told on the portal's."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from directory import actions as directory
from directory.models import ApiToken
from edsh_portal import clock
from tests.reviews import world as made

MACHINE = datetime.now(UTC)
DAYS = re.compile(rf"\b\d\d/\d\d/{MACHINE.year}|\b{MACHINE.year} à \d\d:")


@pytest.fixture
def world(evaluated):
    assert clock.now().year != MACHINE.year
    return evaluated


@pytest.mark.parametrize("name", ["dashboards:jobs", "directory:people"])
def test_17_no_page_tells_the_machine_s_date(world, name):
    client = Client()
    for person in (world.adam, world.aude):
        client.force_login(person, backend="directory.backends.EmailBackend")
        page = client.get(reverse(name)).content.decode().replace("\xa0", " ")
        assert DAYS.findall(page) == []
        assert f"/{made.REVIEWING.year}" in page


def test_17_a_sign_in_and_a_token_s_use_are_told_on_the_portal_s_clock(world):
    client = Client()
    client.force_login(world.adam, backend="directory.backends.EmailBackend")
    page = client.get(reverse("directory:person", args=[world.adam.pk])).content.decode().replace("\xa0", " ")
    assert "mercredi 2 novembre 2022 à" in page and DAYS.findall(page) == []
    directory.issue_token(world.aude, label="Essai", scopes=["read"], days=30, by=world.aude)
    ApiToken.objects.used()
    assert ApiToken.objects.get().last_used_at == clock.now()
