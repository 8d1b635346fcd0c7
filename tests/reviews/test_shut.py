"""A dossier that is shut to an expert (15, Shows 3): no byte of it by any address, and every try in the access log."""

import pytest
from django.urls import reverse

from directory import actions as directory
from edsh_portal.models import AccessLog
from reviews import actions
from reviews.models import Assignment
from tests.access import routes
from tests.roles import take

from .world import COMMENT, opened, person, reviewed

SAID = (b"EDSH-1-0001", "Entrepôt 0".encode(), "Relier des hôpitaux".encode(), COMMENT.encode())


def strong(world, expert):
    directory.affiliate(expert, world.partner, kind="employee", by=None)
    actions.suspend_linked()


def unruled(world, expert):
    actions.declare_tie(expert, kind="advice", body=world.partner.name, by=expert)
    actions.suspend_linked()


def recusal(world, expert):
    actions.recuse(Assignment.objects.get(expert=expert), "Un proche y travaille.", by=expert)


def declined(world, expert):
    actions.recuse(Assignment.objects.get(expert=expert), "", cause="load", by=expert)


def without_role(world, expert):
    """Before the reaction has run: the role alone is gone."""
    take(expert, "expert")


SITUATIONS = {
    strong: "suspended",
    unruled: "waiting",
    recusal: "recused",
    declined: "declined",
    without_role: "declared",
}


@pytest.fixture
def things(small):
    """What the addresses of the first dossier are made of; claire has read it, and locked her report unless she may decline."""
    version = small.dossiers[0].version
    file = version.files.exclude(code="receipt").order_by("pk").first()
    return {
        "dossier": small.dossiers[0].reference,
        "wave": 1,
        "wave_pk": small.wave.pk,
        "version": version.number,
        "version_file": file.pk,
        "read_file": file.pk,
        "question": "ambition",
        "ending": "csv",
        "rank": 1,
        "call": small.call.slug,
        "piece": small.dossiers[0].pieces.order_by("pk").first().pk,
        "member": small.dossiers[0].memberships.get(role="coordinator").pk,
        "person": small.claire.pk,
    }


# To sign is to open; what an open page asks by itself every few seconds is not written again, the page was.
BESIDE = ("admin:", "demo:", "directory:sign_out", "reviews:undertaking", "applications:sync", "applications:checklist")


def addresses(things):
    """Every address of the portal that these things make."""
    for route, wanted in routes.parameters().items():
        try:
            path = routes.path(route, wanted, things)
        except KeyError:
            continue  # of another dossier's money, or of the preparation
        if not route.startswith(BESIDE):
            yield route, path


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda function: function.__name__)
def test_15_3_no_byte_by_any_address_and_each_try_is_logged(small, things, client, situation):
    claire = small.claire
    if situation is declined:  # not once it is locked
        assignment = opened(small, small.dossiers[0], claire)
    else:
        assignment = reviewed(small, small.dossiers[0], claire, 7)
    things["assignment"] = assignment.pk
    client.force_login(claire, backend="directory.backends.EmailBackend")
    assert SAID[1] in client.get(reverse("reviews:read", args=[assignment.pk])).content  # hers until then
    situation(small, claire)
    assert Assignment.objects.get().state == SITUATIONS[situation]
    client.force_login(claire, backend="directory.backends.EmailBackend")
    _tried(client, claire, things)


def test_15_3_an_unsigned_undertaking_shows_nothing_either(small, things, client):
    lea = person("lea", role="expert")
    things["assignment"] = actions.assign(small.dossiers[0], lea, by=small.driss).pk
    client.force_login(lea, backend="directory.backends.EmailBackend")
    _tried(client, lea, things)
    assert "Lire et signer" in client.get(reverse("reviews:my_files")).content.decode()
    actions.sign_undertaking(lea, small.wave, by=lea)
    assert SAID[1] in client.get(reverse("reviews:my_files")).content


def _tried(client, who, things):
    before = AccessLog.objects.count()
    tried, shown = [], []
    for route, path in addresses(things):
        for answer in (client.get(path), client.post(path, {"reason": "Essai."})):
            body = b"".join(answer) if answer.streaming else answer.content
            shown += [(route, answer.status_code, said) for said in SAID if said in body]
            if answer.status_code in (403, 404):
                tried.append((path, answer.status_code))
    assert shown == []
    logged = AccessLog.objects.filter(user=who).order_by("pk").values_list("path", "status")[before:]
    missing = set(tried) - set(logged)
    assert missing == set() and len(tried) > 60
