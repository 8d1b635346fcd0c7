"""The tests' own ground: real roles, rollback, clones."""

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection

from tests.database import as_role


def test_default_connection_is_the_web_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, rolsuper FROM pg_roles WHERE rolname = session_user")
        assert cursor.fetchone() == ("edsh_web", False)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_rolled_back(db, turn):
    assert not Group.objects.filter(name="passage").exists()
    Group.objects.create(name="passage")


def test_a_committed_test_stands_on_its_own_clone(committed, worker, owner):
    assert committed.name != "edsh_template"
    Group.objects.create(name="visible")
    assert worker.execute("SELECT count(*) FROM auth_group WHERE name = 'visible'").fetchone() == (1,)
    assert owner.execute("SELECT current_user").fetchone() == ("edsh_owner",)


def test_the_next_one_sees_nothing_of_it(committed):
    assert not Group.objects.filter(name="visible").exists()


def test_nobody_but_the_owner_truncates(committed, web):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("TRUNCATE event")


def test_a_committed_test_may_sign_in_as_another_role(committed):
    with as_role("worker"), connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("edsh_worker",)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("edsh_web",)
