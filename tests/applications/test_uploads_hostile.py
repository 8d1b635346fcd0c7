"""Hostile files sent through the page: refused at once or once examined, nothing kept, nothing that anybody could open; good ones are their own's."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edsh_portal.models import ScanResult
from tests.addresses import named
from tests.hostile_files import GOOD, HOSTILE, nir

from . import world as made

NAMES = (
    "a.pdf",
    "../../etc/passwd",
    "a\u202efdp.exe",
    "a\r\nSet-Cookie: x=1.pdf",
    "nul\0.pdf",
    "CON",
    ".htaccess",
    "x" * 300,
)


def page(name, application, *args):
    return reverse(named(name), args=[application.reference, *args])


def kept(settings) -> int:
    return sum(1 for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file() and path.parent.name != "cages")


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.OPEN_UNSCANNED = True
    return settings


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_files_leave_nothing_behind(client, world, draft, files, django_capture_on_commit_callbacks):
    """Those that are of no kind are refused beside the field; the others on the page of the pieces, once examined."""
    client.force_login(world.cast.alice)
    url = page("add_piece", draft, "presentation")
    sent = list(HOSTILE)[3::7]
    for number, name in enumerate(sent):
        answer = client.post(url, {"file": SimpleUploadedFile(NAMES[number % len(NAMES)], HOSTILE[name]())})
        said = answer.content.decode()
        assert answer.status_code == 302 or (answer.status_code, "error-summary" in said) == (422, True), name
        assert nir()[:6] not in said, name
    received = draft.pieces.count()
    with django_capture_on_commit_callbacks(execute=True):
        assert set(made.examined()) == {True}
    assert 0 < received < len(sent)
    assert set(ScanResult.objects.values_list("verdict", flat=True)) == {"refused"}
    assert (draft.pieces.filter(replaced_at=None).count(), kept(files)) == (0, 0)
    said = client.get(page("pieces", draft)).content.decode()
    assert said.count("a été retirée le") == received and nir()[:6] not in said


def test_good_files_are_kept_and_read_by_their_own_people_alone(client, world, draft, files):
    client.force_login(world.cast.alice)
    for name in list(GOOD)[1::5]:
        sent = SimpleUploadedFile("pièce.bin", GOOD[name]())
        assert client.post(page("add_piece", draft, "presentation"), {"file": sent}).status_code == 302, name
    assert set(made.examined()) == {True}
    assert draft.pieces.filter(replaced_at=None).count() == 1
    pieces = list(draft.pieces.values_list("pk", flat=True))
    assert len(pieces) == len(list(GOOD)[1::5]) >= 13
    readers = ("alice", "sophie", "aude")
    for who, user in vars(world.cast).items():
        client.force_login(user)
        got = {client.get(page("piece", draft, pk), {"ouvrir": 1}).status_code for pk in pieces}
        assert got == ({200} if who in readers else {404}), who
    client.logout()
    assert {client.get(page("piece", draft, pk)).status_code for pk in pieces} == {302}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_made_plain(world, draft, name):
    from applications import actions

    piece = actions.add_piece(draft, "presentation", made.pdf(), name=name, by=world.cast.alice)
    said = piece.document.name
    assert said.endswith(".pdf") and len(said) <= 120 and said.isprintable() and not set(said) & set('/\\<>:"\u202e')


def test_a_dossier_holds_so_many_pieces_and_so_many_bytes(client, world, draft, settings):
    from applications import actions
    from edsh_portal.workflow import Refused

    alice, content = world.cast.alice, made.pdf()
    coordinator = draft.memberships.get()
    settings.DOSSIER_MOST_PIECES, settings.DOSSIER_MOST_BYTES = 2, 2 * len(content)
    actions.add_piece(draft, "presentation", content, name="a.pdf", by=alice)
    actions.add_piece(draft, "annexe-financiere", content, name="a.pdf", membership=coordinator, by=alice)
    actions.add_piece(draft, "presentation", content, name="b.pdf", by=alice)  # in the place of the first
    with pytest.raises(Refused, match="2 pièces") as refused:
        actions.add_piece(draft, "gantt", content, name="c.pdf", by=alice)
    assert (refused.value.code, refused.value.field) == ("R05", "file")
    settings.DOSSIER_MOST_PIECES, settings.DOSSIER_MOST_BYTES = 3, 3 * len(content) - 1
    with pytest.raises(Refused, match="Mo au plus"):
        actions.add_piece(draft, "gantt", content, name="c.pdf", by=alice)
    settings.DOSSIER_MOST_BYTES = 3 * len(content)
    actions.add_piece(draft, "gantt", content, name="c.pdf", by=alice)
    client.force_login(alice)
    assert "3 sur 3 au plus" in client.get(page("pieces", draft)).content.decode()
