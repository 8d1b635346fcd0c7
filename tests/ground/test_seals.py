"""What binds is sealed by the event that wrote it: write, then record, or the commit is refused."""

from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from directory import actions
from directory.models import User
from edsh_portal import chain, seals
from edsh_portal.models import AccessLog, Event, Seal, SealDue, SealForm
from edsh_portal.verify import findings
from edsh_portal.walls import laying, rights, sealing
from tests.database import as_role, by_hand

# table -> why no hash of its own rows stands in the chain
UNSEALED = {
    "the chain itself": "event event_head seal seal_due seal_form",
    "chained by the events ledger.posted, and balanced again by verify": """funding_account funding_balance funding_entry
        funding_posting funding_family funding_movement""",
    "laid from the code, compared with it by verify": "workflow_step act_kind owed_kind portal_clock",
    "laid from roles.sql at each migration": "directory_incompatible",
    "links, compared with the rows that cause them by verify": "reviews_reviewerpermission applications_applicationgrouppermission",
    "counts, compared with what they count by verify": "decisions_decisioncounter",
    "a note to oneself, which nobody else reads and which is not kept": "reviews_privatenote",
    "a live draft: what binds of it is frozen in the version deposited": """applications_associatedpartner
        applications_budgetline applications_dataperimeter applications_deliverable applications_functionplacement
        applications_functionplacement_warehouses applications_fundingplan applications_governance applications_indicator
        applications_matching applications_milestone applications_researchproject applications_researchproject_partners
        applications_soclestate applications_warehouse applications_workpackage""",
    "a draft that asks nobody anything: what binds is the assignments, the summonses or the proposals it is sent as": """reviews_allocation
        decisions_scenario decisions_scenarioaside decisions_scenariocomment decisions_scenariopart
        reviews_placement reviews_schedule reviews_slot reviews_venue reviews_absence reviews_hearing reviews_sitting""",
    "open until a deadline, compared with what was asked by verify": "applications_opening",
    "how people write, read and are told": """applications_clash applications_dossierreading applications_presence
        applications_printout casework_reading applications_sectionowner applications_upload mail_choice heartbeat""",
    "runs of verify, which the owner alone writes: what they found is found again": "verification verification_step",
    "the day's look at the forecast, which binds nobody: what it finds is a shortage, and sealed": "funding_forecastrun",
    "reference data, loaded again from its files": """directory_region directory_departement directory_site
        applications_socleitem""",
    "keys that no login reads, or that end by themselves": "directory_password directory_passwordreading directory_passwordreset once web_session",
    "of Django and its kin: sign-in, and rights that no page asks": """throttle django_admin_log django_content_type auth_permission
        auth_group_permissions directory_user_user_permissions guardian_groupobjectpermission guardian_userobjectpermission""",
}


def test_every_table_is_sealed_or_says_why_not():
    sealed = set()
    for model, form in sealing.forms().items():
        sealed |= {form.relation, *(child._meta.db_table for child, _key in sealing._children().get(model, []))}
        sealed |= {through._meta.db_table for through, _own, _other in sealing._links(model)}
    said = [table for tables in UNSEALED.values() for table in tables.split()]
    assert sorted([*sealed, *said]) == sorted(rights.tables())


@pytest.fixture
def person(committed) -> User:
    return actions.create_user(email="ada@edsh.example", full_name="Ada", by=None)


def seals_of(row) -> list[tuple[str, int]]:
    held = Seal.objects.filter(relation=row._meta.db_table, key=row.pk).order_by("n")
    with as_role("owner"):
        return list(held.values_list("stream", "n"))


def test_what_an_event_follows_is_kept(person):
    assert seals_of(person) == [("directory", 1)]
    with by_hand():
        User.objects.update(is_active=False)
    assert [n for _stream, n in seals_of(person)] == [1, 2]
    with as_role("owner"):
        assert list(seals.verify_seals()) == []


@pytest.mark.parametrize("role", ["web", "owner"])  # the worker writes nothing that binds of a person
def test_what_no_event_follows_is_refused(person, role):
    with as_role(role):
        with pytest.raises(DatabaseError, match="no event of this transaction"):
            User.objects.update(is_active=False)
        with pytest.raises(DatabaseError, match="no event of this transaction"), transaction.atomic():
            with by_hand():
                User.objects.update(is_active=False)
            User.objects.update(is_active=True)  # after its event
    assert User.objects.get().is_active is True


def test_what_does_not_bind_needs_no_event(person):
    User.objects.update(language="en", session_epoch=4)
    User.objects.update(is_active=True)  # as it was
    assert len(seals_of(person)) == 1


def test_a_savepoint_undone_leaves_nothing_due(person):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            User.objects.update(is_active=False)
            raise ZeroDivisionError
        actions.change_language(person, "en", by=person)
    assert len(seals_of(person)) == 1


def test_the_session_s_ways_of_writing_dates_change_nothing(person):
    with by_hand() as cursor:
        cursor.execute("SET LOCAL timezone = 'Pacific/Noumea'; SET LOCAL datestyle = 'SQL, DMY'")
        cursor.execute(
            "INSERT INTO directory_user (email, full_name, language, is_active, is_superuser, session_epoch, created_at)"
            " VALUES ('eve@edsh.example', 'Eve', 'fr', true, false, 0, clock_timestamp())"
        )
    with as_role("owner"):
        assert list(seals.verify_seals()) == []


def test_equal_rows_have_other_hashes(person):
    for active in (False, True, False):
        with by_hand():
            User.objects.update(is_active=active)
    with as_role("owner"):
        hashes = Seal.objects.filter(relation="directory_user").values_list("hash", flat=True)
        assert len(set(hashes)) == 4


@pytest.mark.parametrize("role", ["web", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT salt FROM seal",
        "INSERT INTO seal_due (xact, relation, key, later) VALUES (1, 'x', '1', true)",
        "DELETE FROM seal_due",
        "UPDATE seal_form SET query = ''",
        "SELECT seal_rows('rows', 1)",
        "SELECT seal_relation('rows', 1, 'directory_user', ARRAY['1'])",
    ],
)
def test_the_portal_s_logins_reach_no_seal(person, committed, role, statement):
    AccessLog.objects.create(method="GET", route="x", path="/x/", status=200, request_id="")
    with committed.connect(role) as line, pytest.raises(psycopg.errors.InsufficientPrivilege):
        line.execute(statement)


def read(days: int) -> AccessLog:
    at = timezone.now() - timedelta(days=days)
    return AccessLog.objects.create(at=at, method="GET", route="x", path="/x/", status=200, request_id="")


def test_what_lives_between_events_is_sealed_with_the_root(person):
    line = read(1)
    assert seals_of(line) == []
    with as_role("worker"):
        chain.sign_roots()
    assert seals_of(line) == [("rows", 1)]
    with as_role("owner"):
        assert (SealDue.objects.count(), findings()) == (0, [])
        chain.sign_roots()
    assert Event.objects.filter(stream="rows").count() == 1  # nothing was left


def test_a_root_is_due_when_something_has_waited(person, superuser):
    assert chain.root_is_due() is False
    superuser.execute(
        "SET session_replication_role = replica; UPDATE event SET recorded_at = now() - interval '31 minutes'"
    )
    assert chain.root_is_due() is True
    chain.sign_roots()
    assert chain.root_is_due() is False
    read(0)
    superuser.execute("UPDATE seal_due SET at = now() - interval '31 minutes'")
    assert chain.root_is_due() is True


def test_a_purge_is_an_event_and_verify_accepts_no_other_absence(person, superuser):
    old, new = read(400), read(10)
    with as_role("owner"):
        chain.sign_roots()
        out = StringIO()
        call_command("purge_access_log", by="ADA@edsh.example", stdout=out)
        assert out.getvalue() == "1 lines of the access log\n"
        assert list(AccessLog.objects.values_list("pk", flat=True)) == [new.pk]
        purged = Event.objects.get(kind="rows.purged")
        assert (purged.by, purged.data["relation"], purged.data["count"]) == (person, "access_log", 1)
        chain.sign_roots()
        assert findings() == []
        with pytest.raises(DatabaseError, match="wall_rows_delete"):
            AccessLog.objects.all().delete()
    superuser.execute(
        "ALTER TABLE access_log DISABLE TRIGGER wall_rows_delete; DELETE FROM access_log; ALTER TABLE access_log ENABLE TRIGGER wall_rows_delete"
    )
    with as_role("owner"):
        chain.sign_roots()
        assert [(f.code, f.what) for f in findings()] == [("seals.again", f"access_log {new.pk}")]
    assert seals_of(old) == [("rows", 1), ("rows", 2)]


def test_a_purge_is_the_owner_s(person):
    with pytest.raises(CommandError, match="owner"):
        call_command("purge_access_log", by="ada@edsh.example")
    with pytest.raises(DatabaseError, match="must be owner"):
        seals.purge(AccessLog.objects.all(), reason="x", by=person)
    with as_role("owner"), pytest.raises(CommandError, match="no open account"):
        call_command("purge_access_log", by="eve@edsh.example")


def test_a_declaration_that_changes_leaves_what_was_sealed(person, monkeypatch):
    monkeypatch.setattr(User, "sealed", ("email", "is_active"))
    sealing.forms.cache_clear()
    try:
        with as_role("owner"):
            laying.lay()
            laying.lay()
            assert SealForm.objects.filter(relation="directory_user").count() == 2
            assert list(seals.verify_seals()) == []
            with by_hand():
                User.objects.update(is_active=False)
            assert list(seals.verify_seals()) == []
    finally:
        monkeypatch.undo()
        sealing.forms.cache_clear()


def test_a_database_that_lived_before_seals_is_adopted_once_and_a_wiped_one_is_named(person, superuser):
    superuser.execute("SET session_replication_role = replica; DELETE FROM seal")
    with as_role("owner"):
        laying.lay()
        laying.lay()
        assert Event.objects.filter(kind="rows.adopted").count() == 1
        assert [(f.code, f.what) for f in seals.verify_seals()] == [("seals.event", "directory#1")]
    assert seals_of(person) == [("seals", 1)]


def test_a_declaration_names_fields():
    class Odd:
        sealed = ("*", "-nothing")
        _meta = User._meta

    with pytest.raises(ValueError, match="nothing"):
        sealing._fields(Odd)  # type: ignore[arg-type]
