"""The connection of a process outlives its requests, and is looked at before each."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

SAID = "SELECT query FROM pg_stat_activity WHERE pid = %s"
WORD = "SELECT 'un mot'"


def test_a_server_that_says_nothing_is_not_asked_and_one_that_has_left_is_known(committed, superuser):
    with connection.cursor() as cursor:
        cursor.execute(WORD)
    pid = connection.connection.info.backend_pid
    assert connection.is_usable()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1 / 0")
        finally:
            assert not connection.is_usable()  # nothing is asked of a transaction that failed
    with connection.cursor() as cursor:
        cursor.execute(WORD)
    assert superuser.execute(SAID, [pid]).fetchone() == (WORD,)  # what it was last asked
    superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    assert isinstance(connection.connection, psycopg.Connection)  # it is for Django to open another
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(WORD)
    assert connection.is_usable()
    connection.close()
    assert not connection.is_usable()
