"""A transaction that only reads: it is said by its first statement, cannot write, and leaves the connection as it was."""

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from psycopg.errors import ReadOnlySqlTransaction

from edsh_portal.database import reading
from edsh_portal.models import AccessLog


def is_read_only() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return cursor.fetchone()[0]


def logged() -> AccessLog:
    return AccessLog.objects.create(method="GET", route="r", path="/", status=200, request_id="0")


def test_a_read_cannot_write_and_the_next_transaction_can(committed):
    with reading():
        assert is_read_only() == "on"
    with pytest.raises(InternalError) as refused, reading():
        logged()
    assert isinstance(refused.value.__cause__, ReadOnlySqlTransaction)
    assert is_read_only() == "off"
    with transaction.atomic():
        assert is_read_only() == "off"
        logged()
    assert AccessLog.objects.count() == 1


def test_a_read_that_fails_leaves_a_connection_that_writes(committed):
    with pytest.raises(ProgrammingError), reading(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nothing_of_that_name")
    assert is_read_only() == "off"
    logged()


def test_a_read_whose_connection_is_lost_leaves_another_that_writes(committed):
    with pytest.raises(ZeroDivisionError), reading():
        connection.close()
        raise ZeroDivisionError
    assert is_read_only() == "off"
    logged()


def test_a_read_costs_its_two_ends(committed):
    with CaptureQueriesContext(connection) as seen, reading():
        AccessLog.objects.count()
    assert [one["sql"].split()[0] for one in seen.captured_queries] == ["BEGIN", "SELECT", "COMMIT"]


def test_inside_a_transaction_a_read_cannot_write_either(database):
    with reading():
        assert is_read_only() == "on"
    with pytest.raises(InternalError), reading():
        logged()
    assert is_read_only() == "off"
    logged()
