"""`verify` compares each sealed file with the hash that the chain keeps since its seal was validated; it opens any other again."""

import pytest

from decisions import reactions
from decisions.verify import verify_decisions
from edsh_portal import documents, pdf
from edsh_portal.events import Blocked
from edsh_portal.models import Event

from . import world as made


def found():
    return {finding.code for finding in verify_decisions()}


def test_a_swapped_file_is_named(world, monkeypatch):
    decision = made.notified(world)
    content = bytearray(documents.read(decision.document))
    content[100] ^= 1
    monkeypatch.setattr(documents, "read", lambda _document: bytes(content))
    assert found() == {"decisions.seal"}

    def damaged(_document):
        raise documents.Damaged("gone")

    monkeypatch.setattr(documents, "read", damaged)
    assert found() == set()  # the documents' own check names it


def test_another_act_attached_is_named(world, monkeypatch):
    made.notified(world)
    monkeypatch.setattr(pdf, "attached_json", lambda _content: {})
    assert found() == {"decisions.attached"}


def test_bytes_that_the_chain_knows_are_not_opened_again(world, monkeypatch):
    made.notified(world)

    def opened(*_args, **_options):
        raise AssertionError("opened again")

    monkeypatch.setattr(pdf, "check", opened)
    assert found() == set()


def test_a_seal_that_is_not_valid_is_not_kept(world, monkeypatch):
    """The hash that `verify` trusts is chained after the seal was validated, never before."""
    decision = made.approved(world)
    monkeypatch.setattr(pdf, "check", lambda *_args, **_options: pdf.Seal(False, why="broken"))
    told = Event.objects.get(kind="decision.approved", subject_id=decision.pk)
    with pytest.raises(Blocked, match="broken"):
        reactions.seal_decision(told)
    monkeypatch.setattr(pdf, "check", lambda *_args, **_options: pdf.Seal(True, level="B-T"))
    with pytest.raises(Blocked, match="B-T, et non B-B"):
        reactions.seal_decision(told)
