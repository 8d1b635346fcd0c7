"""How a page finds its dossier: each role through its own gate, read once a request and again under a lock."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications import actions, permissions
from applications.models.dossier import ApplicationQuerySet
from applications.views import found
from directory import actions as directory
from edsh_portal import memory
from edsh_portal.access import has_role, roles

from .world import signed_in


@pytest.fixture
def unwritten():
    """The statements of these pages are written anew in this test, and after it."""
    for written in (found._dossiers, found._members):
        written.cache_clear()
    yield
    for written in (found._dossiers, found._members):
        written.cache_clear()


def test_no_role_is_answered_for_another(world, ready, unwritten, monkeypatch):
    """Were the Health Data Hub shown less than the instruction, its pages would follow at once."""
    actions.submit(ready, by=world.cast.sophie)
    page, gate = reverse("applications:dossier", args=[ready.reference]), ApplicationQuerySet.seen_by
    driss, nadia = signed_in(world.cast.driss), signed_in(world.cast.nadia)
    assert (driss.get(page).status_code, nadia.get(page).status_code) == (200, 200)

    def narrower(rows, person, held):
        return rows.filter(reference="") if "hdh" in held else gate(rows, person, held)

    monkeypatch.setattr(ApplicationQuerySet, "seen_by", narrower)
    for written in (found._dossiers, found._members):
        written.cache_clear()
    assert (driss.get(page).status_code, nadia.get(page).status_code) == (200, 404)


def test_roles_are_asked_once_a_request(world, django_assert_num_queries):
    for _request in range(2):
        with memory.opened(), django_assert_num_queries(1):
            assert has_role(world.cast.driss, "instructor") and roles(world.cast.driss) == {"instructor"}


def test_a_lock_reads_again_how_a_person_stands(world, ready):
    """In one request: shown as a writer, refused under the lock, the affiliation having ended meanwhile."""
    alice = world.cast.alice
    with memory.opened():
        assert permissions.coordinates(alice, ready)
        for held in alice.affiliations.filter(ended_at=None):
            directory.end_affiliation(held, by=None)
        assert permissions.coordinates(alice, ready)  # what a page has read, it goes by
        with pytest.raises(PermissionDenied):
            actions.save_field(ready, "answers.quality", "Des tests.", read_version=0, by=alice)
        assert not permissions.coordinates(alice, ready)
