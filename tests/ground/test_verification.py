"""A run of `verify`: kept with what it found, resumed where it stood, whole unless a root is named; and what a root leaves unread."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from edsh_portal import chain, documents, verification, verify
from edsh_portal.models import Event, Verification, VerificationStep
from edsh_portal.verify import ALL, WHOLE, Finding, Part
from tests.database import as_role, by_hand


@pytest.fixture
def as_owner(committed, tmp_path, settings):
    settings.ROOTS_DIR = tmp_path / "roots"
    with as_role("owner"):
        yield committed


@pytest.fixture
def checks(monkeypatch):
    """Three checks of the test's own instead of all; what each yields, and the order in which they were made."""
    found, made = {"a": [], "b": [], "c": []}, []
    monkeypatch.setattr(verify, "CHECKS", {})

    def of(name):
        def function(part=ALL, since=WHOLE):
            made.append((name, part, since.root))
            yield from found[name]

        return function

    for name, parts in (("a", 1), ("b", 2), ("c", 1)):
        verify.check(name, parts=parts, since=name == "c")(of(name))
    return found, made


def told(capsys):
    done = capsys.readouterr()
    return done.out.splitlines(), done.err


def test_what_was_found_is_kept(as_owner, checks, capsys):
    documents.store(
        documents.keep(b"%PDF"), name="a.pdf", media_type="application/pdf", kind="x", by=None, issued=True, level="B-T"
    )
    call_command("verify")
    assert told(capsys)[0] == ["documents sealed: 1 PAdES B-T", "3 checks, 0 differences"]
    run = Verification.objects.get()
    assert (run.command, run.root, run.differences) == ("verify", "", 0)
    assert run.by.endswith(", edsh_owner")
    assert run.began_at <= run.ended_at
    assert [*run.steps.order_by("pk").values_list("name", "findings")] == [
        ("a", []),
        ("b 1/2", []),
        ("b 2/2", []),
        ("c", []),
    ]
    assert verification.last_whole() == run
    checks[0]["b"].append(Finding("b.x", "y", "1", "2"))
    with pytest.raises(SystemExit):
        call_command("verify", "--json")
    assert (
        json.loads(told(capsys)[0][-1])["findings"] == [{"code": "b.x", "what": "y", "expected": "1", "found": "2"}] * 2
    )
    assert (verification.last_whole().differences, Verification.objects.count()) == (2, 2)


def interrupted(checks, at):
    """A run that is stopped as it comes to the step `at`."""
    made = verify.CHECKS[at]

    def stopped(**_given):
        raise KeyboardInterrupt

    verify.CHECKS[at] = made._replace(function=stopped)
    with pytest.raises(SystemExit) as end:
        call_command("verify")
    verify.CHECKS[at] = made
    assert end.value.code == 130


def test_what_is_recorded_during_a_check_is_no_difference(as_owner, checks):
    """A portal goes on while it is verified: the events and their heads are read by two statements."""
    seen = []

    def counting():
        seen.append(Event.objects.count())
        with as_owner.connect("owner") as line:
            line.execute("SELECT event_append('test:meanwhile', 'row.written', 'x', 0, NULL, NULL, '{}')")
        seen.append(Event.objects.count())
        yield from ()

    verify.check("d")(counting)
    call_command("verify")
    assert seen[0] == seen[1] == Event.objects.count() - 1


def test_an_interrupted_run_goes_on_where_it_stood(as_owner, checks, capsys):
    found, made = checks
    found["a"].append(Finding("a.x", "y"))
    interrupted(checks, "b")
    assert "interrupted after 1 of 4 steps" in told(capsys)[1]
    assert (Verification.objects.get().ended_at, verification.last_whole()) == (None, None)
    made.clear()
    with pytest.raises(SystemExit):
        call_command("verify")
    lines, said = told(capsys)
    assert [name for name, _part, _root in made] == ["b", "b", "c"]
    assert "goes on with the run of" in said and "1 steps done" in said
    assert lines == ["a.x  y  expected   found ", "documents sealed: none", "3 checks, 1 differences"]
    assert Verification.objects.get().differences == 1


def test_what_was_interrupted_long_ago_is_read_again(as_owner, checks, superuser):
    interrupted(checks, "c")
    superuser.execute("ALTER TABLE verification DISABLE TRIGGER ALL")
    superuser.execute("UPDATE verification SET began_at = began_at - interval '13 hours'")
    checks[1].clear()
    call_command("verify")
    assert [name for name, _part, _root in checks[1]] == ["a", "b", "b", "c"]


def test_anew_begins_again(as_owner, checks):
    interrupted(checks, "c")
    checks[1].clear()
    call_command("verify", "--anew")
    assert [name for name, _part, _root in checks[1]] == ["a", "b", "b", "c"]
    call_command("verify")  # nothing goes on with the one that another came after
    assert Verification.objects.count() == 3


def test_two_runs_at_a_time_are_refused(as_owner, checks, owner):
    owner.execute("SELECT pg_advisory_lock(%s)", [verification.LOCK])
    with pytest.raises(CommandError, match="en cours"):
        call_command("verify")
    owner.execute("SELECT pg_advisory_unlock(%s)", [verification.LOCK])
    call_command("verify")


def test_since_a_root_says_what_it_does_not_read(as_owner, checks, capsys):
    with pytest.raises(CommandError, match="no signed root"):
        call_command("verify", "--since-root")
    with by_hand():
        pass
    root = chain.sign_roots().name
    call_command("verify", "--since-root")
    lines, said = told(capsys)
    assert root in said and "Not read again: c." in said
    assert lines == ["documents sealed: none", f"3 checks, since {root}, 0 differences"]
    assert [(name, known) for name, _part, known in checks[1]] == [("a", ""), ("b", ""), ("b", ""), ("c", root)]
    assert (Verification.objects.get().root, verification.last_whole()) == (root, None)


def test_parts_share_out_all_documents(as_owner):
    from edsh_portal.verify_ground import verify_documents

    with by_hand():
        for number in range(40):
            kept = documents.keep(str(number).encode())
            documents.store(kept, name="a", media_type="text/plain", kind="x", by=None, issued=True)
            documents.path_of(kept.sha256).unlink()
    parts = [[one.what for one in verify_documents(Part(number, 16))] for number in range(16)]
    assert sorted(what for part in parts for what in part) == sorted(one.what for one in verify_documents())
    assert sum(map(len, parts)) == 40 and sum(map(bool, parts)) > 8


def test_what_stands_under_the_root_is_not_read_again_and_what_came_after_is(as_owner, superuser):
    """Chain, seals and files: changed beneath the triggers before and after the root."""
    from edsh_portal.seals import verify_seals
    from edsh_portal.verify_ground import verify_documents

    def one(name):
        with by_hand():
            kept = documents.keep(name.encode())
            document = documents.store(kept, name=name, media_type="text/plain", kind=name, by=None, issued=True)
        documents.path_of(kept.sha256).write_bytes(b"else")
        return document, Event.objects.latest("pk")

    (_old, first), root = one("before"), chain.sign_roots().name
    (new, second), since = one("after"), chain.last_root()
    assert since.root == root
    chain.sign_roots()
    superuser.execute("ALTER TABLE event DISABLE TRIGGER ALL; ALTER TABLE document DISABLE TRIGGER ALL")
    superuser.execute("UPDATE event SET kind = 'x' WHERE id = ANY (%s)", [[first.pk, second.pk]])
    superuser.execute("UPDATE document SET size = 9")
    seen = lambda check, reach: sorted(found.what for found in check(since=reach))
    of = lambda event: f"{event.stream}#{event.seq}"
    assert seen(chain.verify_chain, WHOLE) == sorted([of(first), of(second)])
    assert seen(chain.verify_chain, since) == [of(second)]
    assert [what.split()[0] for what in seen(verify_documents, WHOLE)] == ["after", "before"]
    assert [what.split()[0] for what in seen(verify_documents, since)] == ["after"]
    assert len(seen(verify_seals, WHOLE)) == 2
    assert seen(verify_seals, since) == [f"document {new.pk}"]


def test_a_run_ends_once_and_not_before_it_began(as_owner, superuser):
    run = Verification.objects.create(command="verify", by="x", began_at=verification.clock.now())
    with pytest.raises(Exception, match="verification_ended"):
        Verification.objects.filter(pk=run.pk).update(ended_at=run.began_at - timedelta(seconds=1), differences=0)
    verification.close(run, 0)
    with pytest.raises(Exception, match="refused to everyone"):
        verification.close(run, 1)
    VerificationStep.objects.create(run=run, name="a", seconds=1, findings=[])
    with pytest.raises(Exception, match="verification_step_once"):
        VerificationStep.objects.create(run=run, name="a", seconds=1, findings=[])
    connection.close()
