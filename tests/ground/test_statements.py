"""A statement written once answers what the queryset would, whatever is put in it, and is written once."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Upper

from edsh_portal.models import Delivery, Event
from edsh_portal.statements import written_once


@pytest.fixture
def groups(db):
    return [Group.objects.create(name=name) for name in ("ada", "bob", "cyd")]


def test_it_says_what_the_queryset_says(groups):
    written = []

    @written_once
    def named(least: int, but: str, names: list) -> Any:
        written.append(but)
        rows = Group.objects.filter(pk__gte=least, name__among=names).exclude(Q(name=but) | Q(name="personne"))
        return rows.order_by("name").values("pk", who=F("name"))

    everybody = [group.name for group in groups]
    for least, but, names in (
        (0, "", everybody), (groups[1].pk, "", everybody), (0, everybody[0], everybody), (0, "", everybody[:1]), (0, "", []),
        (0, "'; --", everybody), (-700_001, "\ue000but", ["\ue000names", *everybody]),
    ):  # fmt: skip
        wanted = Group.objects.filter(pk__gte=least, name__in=names).exclude(name=but).order_by("name")
        assert named(least, but, names) == [{"pk": one.pk, "who": one.name} for one in wanted]
        assert named(but=but, names=names, least=least) == named(least, but, names)
    assert len(written) == 1


def test_rows_are_those_of_the_queryset_with_what_is_joined_and_annotated(groups, django_assert_num_queries):
    """Of models too: related rows, annotations and columns left aside, each call on its own objects."""

    @written_once
    def rights(name: str) -> Any:
        rows = Permission.objects.select_related("content_type").defer("codename")
        return rows.annotate(shout=Upper("name")).filter(content_type__model=name).order_by("pk")

    for name in ("group", "permission", "nothing"):
        wanted = list(Permission.objects.filter(content_type__model=name).order_by("pk"))
        with django_assert_num_queries(1):
            found = rights(name)
            told = [(one, one.content_type.model, one.shout, one.get_deferred_fields()) for one in found]
        assert told == [(one, name, one.name.upper(), {"codename"}) for one in wanted]
        assert all(one is not other for one, other in zip(found, rights(name), strict=True))


def test_what_it_asks_is_one_question(db, django_assert_num_queries):
    @written_once
    def last(stream: str) -> Any:
        return Event.objects.filter(stream=stream).order_by("-seq").values("seq")[:1]

    last("user:1")
    with django_assert_num_queries(1) as asked:
        assert last("nobody:1") == []
    [one] = asked.captured_queries
    assert one["sql"].startswith('SELECT "event"."seq"') and '"event"."stream" = $1' in one["sql"]


def test_what_it_asks_is_planned_once_a_connection(groups):
    """Whatever is put in it, however large; what is always the same is in the plan."""

    @written_once
    def after(least: int) -> Any:
        return Group.objects.filter(pk__gte=least, name__startswith="c%d").values("pk")

    Group.objects.create(name="c%d")
    assert [len(after(least)) for least in (0, 40_000, 3_000_000_000)] == [1, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parameter_types::text, generic_plans, custom_plans, statement LIKE %s FROM pg_prepared_statements"
            " WHERE statement LIKE '%%auth_group%%LIKE%%'",
            ["%'c\\\\%d\\%%'%"],
        )
        assert cursor.fetchall() == [("{bigint}", 3, 0, True)]


def test_a_number_that_no_column_holds_finds_nothing(groups, django_assert_num_queries):
    """As a queryset: what is typed in an address has any length."""

    @written_once
    def one(number: int) -> Any:
        return Group.objects.filter(pk=number)

    pk = Group.objects.values_list("pk", flat=True)[0]
    assert [row.pk for row in one(pk)] == [pk]
    with django_assert_num_queries(0):
        for number in (2**63, -(2**63) - 1, 10**30):
            assert one(number) == list(Group.objects.filter(pk=number)) == []


def test_what_is_always_the_same_leads_to_a_partial_index(db):
    """A plan made once knows no value that is put in it: the condition of the index is in the statement."""

    @written_once
    def due(last: int) -> Any:
        return Delivery.objects.filter(state="todo", pk__lt=last).order_by("due_at").values("due_at")[:1]

    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        )  # of few rows, anything is as quick
        due(1)
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%\"delivery\"%todo%'")
        [(name,)] = cursor.fetchall()
        cursor.execute(f'EXPLAIN EXECUTE "{name}" (1)')
        assert "delivery_due" in str(cursor.fetchall())
