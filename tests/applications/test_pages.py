"""The hospital pages: each opens, in few queries; bad input keeps what was typed; the wall between people holds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions


def page(name, application, *more):
    return reverse(f"applications:{name}", args=[application.reference, *more])


def signed(client, user):
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def count(client, url, status=200):
    with CaptureQueriesContext(connection, ) as queries:
        answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    assert len(queries) <= 15, '\n'.join([url, *(q['sql'][:70] + ' … ' + q['sql'][-90:] for q in queries)])
    assert len(answer.content) < 100_000
    return answer


def every_page(application):
    member = application.memberships.order_by("pk").first()
    partner = application.memberships.order_by("pk").last()
    yield from (page(name, application) for name in (
        "dossier", "identity", "narrative", "projects", "add_project", "perimeters", "add_perimeter", "consortium",
        "add_associated", "budgets", "pieces", "check",
    ))
    yield page("answer", application, "ambition")
    yield page("project", application, application.projects.first().pk)
    yield page("perimeter", application, application.perimeters.first().pk)
    yield page("membership", application, partner.pk)
    yield page("remove_member", application, partner.pk)
    yield page("budget", application, member.pk)
    yield page("work", application, member.pk)
    yield page("add_piece", application, "presentation")
    yield page("add_member_piece", application, "annexe-financiere", member.pk)
    yield page("piece", application, application.pieces.first().pk)
    yield page("consortium", application) + "?q=angers"


def test_pages_open_in_fifteen_queries(client, world, ready):
    signed(client, world.cast.alice)
    count(client, reverse("applications:create"))
    for url in every_page(ready):
        count(client, url)
    signed(client, world.cast.sophie)
    for name in ("submit", "dossier", "check"):
        count(client, page(name, ready))


def test_version_pages(client, world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    for who in ("sophie", "alice", "bruno", "driss", "aude"):
        signed(client, getattr(world.cast, who))
        count(client, page("dossier", ready))
        count(client, page("version", ready, 1))
        count(client, page("version_file", ready, 1, version.files.first().pk))
        count(client, page("receipt_state", ready, 1))
        count(client, page("receipt", ready, 1), 404)
