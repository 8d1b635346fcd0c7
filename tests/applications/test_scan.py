"""The examination of a piece: an obligation of its event; what is not kept leaves the dossier, is told, and opens for nobody."""

import os

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from applications import actions
from applications.reactions import examine_piece
from edsh_portal import events
from edsh_portal.intake import examination, keeper, kinds, quarantine
from edsh_portal.intake.examination import Found
from edsh_portal.models import Delivery, Document, Event, Mail, ScanResult
from edsh_portal.verify_ground import verify_documents
from tests.addresses import named
from tests.clamd import NAME, clamd
from tests.hostile_files import EICAR, HOSTILE
from tests.office_files import packed, pdf, xlsx_parts

from . import world as made

INFECTED = pdf(
    change=lambda made: setattr(made.pages[0], "PieceInfo", made.make_stream(EICAR)),
    compress_streams=False,
)


@pytest.fixture
def socket(tmp_path_factory, settings):
    settings.OPEN_UNSCANNED = True
    return tmp_path_factory.mktemp("c") / "s"


def work(kind: str) -> list[bool]:
    owed = Delivery.objects.filter(event__kind=kind, state="todo", reaction__startswith="applications.")
    return [events.run(pk) for pk in owed.order_by("pk").values_list("pk", flat=True)]


def joined(draft, content, by, code="presentation", **more):
    return actions.add_piece(draft, code, content, name="note.pdf", by=by, **more)


def state_of(piece):
    return Document.objects.select_related("scan_result").get(pk=piece.document_id).scan_state


def page(name, application, *args):
    return reverse(named(name), args=[application.reference, *args])


def test_without_a_scanner_a_piece_stays_unscanned(world, draft, settings):
    settings.CLAMD_SOCKET = ""
    piece = joined(draft, INFECTED, world.cast.alice)
    assert piece.document.scan_state == Document.Scan.EXAMINING
    assert work("piece.added") == [True]
    assert state_of(piece) == Document.Scan.NOT_SCANNED


def test_a_clean_piece_is_said_so_and_opens_at_once(client, world, draft, settings, socket):
    settings.OPEN_UNSCANNED = False
    piece = joined(draft, made.pdf(), world.cast.alice)
    client.force_login(world.cast.alice)
    assert client.get(page("piece", draft, piece.pk)).status_code == 403
    with clamd(socket) as settings.CLAMD_SOCKET:
        assert work("piece.added") == [True]
    assert ScanResult.objects.get().document == piece.document
    assert client.get(page("piece", draft, piece.pk))["Content-Disposition"].startswith("attachment")
    assert "Analysé" in client.get(page("pieces", draft)).content.decode()
    assert not Event.objects.filter(kind="piece.infected").exists()


def test_an_infected_piece_leaves_the_dossier_is_told_and_opens_for_nobody(client, world, draft, settings, socket):
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    actions.accept_membership(partner, by=world.cast.bruno)
    piece = joined(draft, INFECTED, world.cast.bruno, "annexe-financiere", membership=partner)
    with clamd(socket) as settings.CLAMD_SOCKET:
        assert work("piece.added") == [True]
    piece.refresh_from_db()
    assert (piece.replaced_at, state_of(piece)) == (made.NOW, Document.Scan.INFECTED)
    event = Event.objects.get(kind="piece.infected")
    assert event.by is None
    assert event.data == {"piece": piece.pk, "code": "annexe-financiere", "name": NAME, "back": None}
    assert work("piece.infected") == [True]
    told = Mail.objects.filter(subject__contains="une pièce est retirée")
    assert set(told.values_list("address", flat=True)) == {
        f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")
    }
    for who in ("alice", "sophie", "bruno", "aude"):
        client.force_login(getattr(world.cast, who))
        for query in ({}, {"ouvrir": 1}):
            answer = client.get(page("piece", draft, piece.pk), query)
            assert (answer.status_code, "Content-Disposition" in answer) == (403, False)
    client.force_login(world.cast.bruno)
    said = client.get(page("pieces", draft)).content.decode()
    assert "programme malveillant" in said and "note.pdf" in said


def test_a_version_already_deposited_keeps_the_row_and_nobody_opens_the_file(client, world, ready, settings, socket):
    piece = joined(ready, INFECTED, world.cast.alice)
    version = actions.submit(ready, by=world.cast.sophie)
    file = version.files.get(piece=piece)
    with clamd(socket) as settings.CLAMD_SOCKET:
        assert set(work("piece.added")) == {True}
    for who in ("driss", "alice", "aude"):
        client.force_login(getattr(world.cast, who))
        assert client.get(page("version_file", ready, 1, file.pk), {"ouvrir": 1}).status_code == 403, who
    assert "Malveillant" in client.get(page("version", ready, 1)).content.decode()


def test_a_scanner_that_is_down_is_asked_again(world, draft, settings, socket):
    settings.CLAMD_SOCKET = str(socket)
    piece = joined(draft, made.pdf(), world.cast.alice)
    assert work("piece.added") == [False]
    owed = Delivery.objects.get(event__kind="piece.added")
    assert (owed.state, owed.tries, "clamd" in owed.last_error) == ("todo", 1, True)
    assert state_of(piece) == "examining"
    Delivery.objects.filter(pk=owed.pk).update(due_at=Now())
    with clamd(socket) as settings.CLAMD_SOCKET:
        assert work("piece.added") == [True]
    assert state_of(piece) == "clean"


def test_a_verdict_is_kept_once_and_what_was_replaced_stays_so(world, draft, set_clock):
    first = joined(draft, made.pdf(), world.cast.alice)
    joined(draft, made.pdf(2), world.cast.alice)
    first.refresh_from_db()
    replaced_at = first.replaced_at
    set_clock(made.later(hours=1), frozen=True)
    actions.note_examined(first, Found(Document.Scan.INFECTED, NAME))
    actions.note_examined(first, Found(Document.Scan.CLEAN))  # said already
    first.refresh_from_db()
    assert (first.replaced_at, ScanResult.objects.get().verdict) == (replaced_at, "infected")
    assert Event.objects.filter(kind="piece.infected").count() == 1


# ── the cage ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def answering(monkeypatch, error):
    def ask(*_args, **_details):
        raise error

    monkeypatch.setattr(keeper.READERS, "ask", ask)


def test_a_deposit_waits_for_no_examination_and_a_refused_piece_leaves_it_closed(client, world, ready):
    before = ready.pieces.get(code="presentation")
    piece = joined(ready, HOSTILE["numéro dans un pdf"](), world.cast.alice)
    version = actions.submit(ready, by=world.cast.sophie)
    file = version.files.get(piece=piece)
    address = page("version_file", ready, 1, file.pk)
    client.force_login(world.cast.driss)
    assert client.get(address, {"ouvrir": 1}).status_code == 403
    assert "En cours d’examen" in client.get(page("version", ready, 1)).content.decode()
    assert set(work("piece.added")) == {True}
    piece.refresh_from_db()
    assert (piece.replaced_at, state_of(piece)) == (made.NOW, "refused")
    told = {"piece": piece.pk, "code": "presentation", "name": "", "back": before.pk}
    assert Event.objects.get(kind="piece.refused").data == told
    assert ready.pieces.get(code="presentation", replaced_at=None) == before  # the one it had replaced
    assert client.get(address, {"ouvrir": 1}).status_code == 403
    assert "modèle vide" in client.get(page("version", ready, 1)).content.decode()
    assert work("piece.refused") == [True]
    told = Mail.objects.filter(subject__contains="une pièce est retirée")
    assert set(told.values_list("address", flat=True)) == {"alice@test.invalid", "sophie@test.invalid"}
    assert not told.filter(body__contains="antivirus").exists()


def test_a_cage_that_gives_up_refuses_and_one_that_cannot_be_had_is_asked_again(client, world, draft, monkeypatch):
    answering(monkeypatch, keeper.Unavailable("busy"))
    piece = joined(draft, made.pdf(), world.cast.alice)
    assert (work("piece.added"), state_of(piece)) == ([False], "examining")
    answering(monkeypatch, keeper.GaveUp("memory"))
    Delivery.objects.update(due_at=Now())
    assert (work("piece.added"), state_of(piece)) == ([True], "refused")
    client.force_login(world.cast.alice)
    assert "trop de temps ou de mémoire" in client.get(page("pieces", draft)).content.decode()


def test_what_is_not_the_kind_it_seems_is_refused(world, draft):
    content = packed({"word/document.xml.xml": "<a/>"} | xlsx_parts())
    assert kinds.glance(content) == kinds.DOCX
    piece = joined(draft, content, world.cast.alice)
    assert (work("piece.added"), state_of(piece)) == ([True], "refused")
    assert "ne correspond pas à son format" in ScanResult.objects.get().refusal["written"]


def test_an_examination_said_is_not_said_again(world, draft):
    piece = joined(draft, made.pdf(), world.cast.alice)
    assert work("piece.added") == [True]
    assert examine_piece(Event.objects.get(kind="piece.added")) is None  # a worker that had lost its lease
    assert ScanResult.objects.filter(document=piece.document).count() == 1


def test_what_is_left_in_quarantine_is_swept(world, draft, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    waiting = joined(draft, made.pdf(), world.cast.alice).document_id
    orphan, fresh = (quarantine.take_in(b"a").key for _ in range(2))
    for key in (waiting, orphan):
        os.utime(quarantine.path_of(key), (0, 0))
    examination.sweep()
    assert [quarantine.path_of(key).exists() for key in (waiting, orphan, fresh)] == [True, False, True]


def test_bytes_changed_in_quarantine_are_not_examined(world, draft, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    piece = joined(draft, made.pdf(), world.cast.alice)
    assert not list(verify_documents())
    quarantine.path_of(piece.document_id).write_bytes(made.pdf(2))
    assert (work("piece.added"), state_of(piece)) == ([False], "examining")
    assert [finding.code for finding in verify_documents()] == ["documents.bytes"]
