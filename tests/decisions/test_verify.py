"""`verify` opens each sealed file again: its seal, and the act it carries."""

from decisions.verify import verify_decisions
from edsh_portal import documents, pdf

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
