"""A file sent in parts: tus 1.0.0 at the dossier's door, the gates of add_piece, nothing kept of what is refused, given up or late."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import actions
from applications.actions import upload as verbs
from applications.models import Piece, Upload
from edsh_portal import documents
from edsh_portal.intake import quarantine
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.addresses import named
from tests.hostile_files import HOSTILE

from . import world as made

CONTENT = made.pdf(30)
PART = {"content_type": "application/offset+octet-stream"}


@pytest.fixture(autouse=True)
def apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def where(draft, name="begin_upload", *args):
    return reverse(named(name), args=[draft.reference, *(args or ("presentation",))])


def begin(client, draft, length=None, name="présentation.pdf", **headers):
    length = len(CONTENT) if length is None else length
    metadata = f"filename {base64.b64encode(name.encode()).decode()},type eA=="
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": metadata} | headers
    return client.post(where(draft), headers=headers)


def patch(client, url, offset, part, **headers):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)} | headers
    return client.patch(url, part, headers=headers, **PART)


@pytest.fixture
def alice(client, world):
    client.force_login(world.cast.alice)
    return client


def test_in_parts_with_a_cut_then_joined_as_though_sent_at_once(alice, draft):
    answer = begin(alice, draft)
    assert (answer.status_code, answer["Tus-Resumable"], answer["Upload-Offset"]) == (201, "1.0.0", "0")
    url, events = answer["Location"], Event.objects.count()
    assert patch(alice, url, 0, CONTENT[:1000])["Upload-Offset"] == "1000"
    quarantine.append(Upload.objects.get().pk, 1000, b"bytes whose answer was lost")
    stands = alice.head(url)
    assert (stands.status_code, stands["Upload-Offset"], stands["Upload-Length"]) == (200, "1000", str(len(CONTENT)))
    assert stands["Cache-Control"] == "no-store" and "Upload-Expires" in stands
    assert Piece.objects.count() == 0 and Event.objects.count() == events
    last = patch(alice, url, 1000, CONTENT[1000:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(CONTENT)))
    piece = draft.pieces.get()
    assert quarantine.received(piece.document_id, piece.document.sha256) == CONTENT
    assert made.examined() == [True]
    assert (documents.read(piece.document), piece.document.name) == (CONTENT, "présentation.pdf")
    assert (Upload.objects.count(), quarantine.keys(), alice.head(url).status_code) == (0, set(), 404)
    assert "est jointe" in alice.get(reverse("applications:pieces", args=[draft.reference])).content.decode()


@given(cuts=st.lists(st.integers(1, len(CONTENT) - 1), max_size=6))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_parts_the_bytes_are_the_same(alice, draft, cuts):
    url, edges = begin(alice, draft)["Location"], [0, *sorted(set(cuts)), len(CONTENT)]
    for start, end in zip(edges, edges[1:], strict=False):
        assert patch(alice, url, start, CONTENT[start:end]).status_code == 204
    document = draft.pieces.get(replaced_at=None).document
    assert quarantine.received(document.pk, document.sha256) == CONTENT


def test_bytes_that_do_not_follow_are_not_taken(alice, draft):
    url = begin(alice, draft)["Location"]
    patch(alice, url, 0, CONTENT[:500])
    for offset, part in ((0, CONTENT[:500]), (501, b"x"), (500, CONTENT[500:] + b"x")):
        answer = patch(alice, url, offset, part)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "500")
    assert quarantine.read(Upload.objects.get().pk) == CONTENT[:500]


def test_a_checksum_is_held_to(alice, draft):
    url = begin(alice, draft)["Location"]
    right = base64.b64encode(hashlib.sha256(CONTENT[:9]).digest()).decode()
    said = {
        patch(alice, url, 0, CONTENT[:8], **{"Upload-Checksum": f"sha256 {right}"}).status_code: 460,
        patch(alice, url, 0, CONTENT[:9], **{"Upload-Checksum": f"md5 {right}"}).status_code: 400,
        patch(alice, url, 0, CONTENT[:9], **{"Upload-Checksum": "sha256 !"}).status_code: 400,
    }
    assert said == {460: 460, 400: 400} and Upload.objects.get().offset == 0
    assert patch(alice, url, 0, CONTENT[:9], **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204


def test_what_is_not_tus_is_said_so(alice, draft):
    assert begin(alice, draft, **{"Tus-Resumable": "0.2.2"}).status_code == 412
    assert [begin(alice, draft, length).status_code for length in ("", "-1", "1e3", "9" * 20)] == [422] * 4
    url = begin(alice, draft)["Location"]
    assert alice.patch(url, b"x", headers={"Upload-Offset": "0"}, content_type="text/plain").status_code == 415
    assert [patch(alice, url, offset, b"x").status_code for offset in ("", "x", "-1")] == [400] * 3
    assert patch(alice, url, 0, b"x" * 2_000_001).status_code == 413
    assert (alice.post(url).status_code, alice.get(where(draft)).status_code) == (405, 405)


def test_a_name_that_cannot_be_read_is_no_name(alice, draft):
    for metadata in ("", "filename", "filename !!", f"filename {base64.b64encode(bytes([255])).decode()}", "a b,c"):
        assert begin(alice, draft, **{"Upload-Metadata": metadata}).status_code == 201
    assert set(Upload.objects.values_list("name", flat=True)) == {"document"}


def test_a_hostile_file_in_parts_is_refused_once_examined_and_nothing_is_kept(
    alice, draft, apart, django_capture_on_commit_callbacks
):
    content = HOSTILE["numéro dans un pdf"]()
    url = begin(alice, draft, len(content))["Location"]
    patch(alice, url, 0, content[:100])
    assert patch(alice, url, 100, content[100:]).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        assert made.examined() == [True]
    piece = Piece.objects.get()
    assert (piece.replaced_at is None, piece.document.scan_state) == (False, "refused")
    assert "modèle vide" in alice.get(reverse("applications:pieces", args=[draft.reference])).content.decode()
    assert not [path for path in apart.rglob("*") if path.is_file() and path.parent.name != "cages"]


def test_what_is_no_file_to_examine_is_refused_with_its_last_part(alice, draft):
    url = begin(alice, draft, 9)["Location"]
    answer = patch(alice, url, 0, b"MZ pas un")
    assert (answer.status_code, "l’un de ces formats" in answer.content.decode()) == (422, True)
    assert (Piece.objects.count(), Upload.objects.count(), quarantine.keys()) == (0, 0, set())


def test_given_up(alice, draft):
    url = begin(alice, draft)["Location"]
    patch(alice, url, 0, CONTENT[:100])
    assert (alice.delete(url).status_code, alice.delete(url).status_code) == (204, 404)
    assert (Upload.objects.count(), quarantine.keys()) == (0, set())


def test_what_is_under_way_is_its_own_person_s_alone(client, world, draft):
    client.force_login(world.cast.alice)
    url = begin(client, draft)["Location"]
    for who, user in vars(world.cast).items():
        client.force_login(user)
        expected = 200 if who == "alice" else 404
        assert client.head(url).status_code == expected, who
        if who != "alice":
            assert (patch(client, url, 0, b"x").status_code, client.delete(url).status_code) == (404, 404), who
    assert Upload.objects.get().offset == 0
    client.force_login(world.cast.zoe)
    assert begin(client, draft).status_code == 404
    client.force_login(world.cast.aude)
    assert begin(client, draft).status_code == 403


def test_expired_uploads_are_swept_with_their_bytes(alice, draft, set_clock):
    url = begin(alice, draft)["Location"]
    patch(alice, url, 0, CONTENT[:100])
    held = Upload.objects.get()
    assert held.expires_at - held.created_at == timedelta(hours=24)
    quarantine.append(held.pk + 1, 0, b"of nobody")
    set_clock(held.expires_at - timedelta(microseconds=1), frozen=True)
    actions.expire_uploads()
    assert (alice.head(url).status_code, quarantine.keys()) == (200, {held.pk})
    set_clock(held.expires_at, frozen=True)
    assert alice.head(url).status_code == 404
    actions.expire_uploads()
    assert (Upload.objects.count(), quarantine.keys()) == (0, set())


def test_the_cut_off_stands_for_the_last_part(alice, draft, set_clock):
    set_clock(made.CLOSES - timedelta(minutes=1), frozen=True)
    url = begin(alice, draft)["Location"]
    patch(alice, url, 0, CONTENT[:100])
    set_clock(made.CLOSES, frozen=True)
    answer = patch(alice, url, 100, CONTENT[100:])
    assert (answer.status_code, "close depuis" in answer.content.decode()) == (422, True)
    assert begin(alice, draft).status_code == 422


# ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def started(draft, world, length=10, **more):
    return actions.begin_upload(draft, "presentation", name="a.pdf", length=length, by=world.cast.alice, **more)


def test_bounds_of_the_length_and_of_the_room(world, draft, settings):
    settings.UPLOAD_MAX_BYTES = settings.QUARANTINE_MOST_BYTES = 1000
    for length in (0, 1001):
        with pytest.raises(Refused, match="Mo au plus"):
            started(draft, world, length)
    started(draft, world, 1)
    started(draft, world, 999)
    with pytest.raises(Refused, match="quelques minutes"):
        started(draft, world, 1)
    settings.QUARANTINE_MOST_BYTES, settings.DOSSIER_MOST_BYTES = 10_000, 999
    with pytest.raises(Refused, match="pèseraient"):
        started(draft, world, 1000)
    started(draft, world, 999)


def test_ten_at_a_time(world, draft):
    for _ in range(verbs.MOST_RUNNING):
        started(draft, world)
    with pytest.raises(Refused, match="10 envois"):
        started(draft, world)


@pytest.mark.parametrize(
    ("code", "per_member"), [("inconnue", False), ("presentation", True), ("annexe-financiere", False)]
)
def test_what_the_call_does_not_ask_is_not_begun(world, draft, code, per_member):
    membership = draft.memberships.get() if per_member else None
    with pytest.raises(Refused) as refused:
        actions.begin_upload(draft, code, name="a", length=9, membership=membership, by=world.cast.alice)
    assert refused.value.code == "R10"


def test_parts_of_what_is_no_more(world, draft):
    upload = started(draft, world)
    actions.discard_upload(upload)
    upload.pk = 0
    with pytest.raises(verbs.Moved) as moved:
        actions.append_upload(upload, 0, b"x")
    assert moved.value.offset == 0 and quarantine.read(0) == b""


def test_an_empty_part_at_the_end_finishes(alice, draft):
    url = begin(alice, draft)["Location"]
    held = Upload.objects.get()
    actions.append_upload(held, 0, CONTENT)  # the process died before it could join it
    headers = {"Upload-Offset": str(len(CONTENT))}
    assert alice.patch(url, headers=headers, CONTENT_TYPE=PART["content_type"]).status_code == 204
    assert draft.pieces.count() == 1


def test_for_one_member(client, world, draft):
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    actions.accept_membership(partner, by=world.cast.bruno)
    client.force_login(world.cast.bruno)
    url = where(draft, "begin_member_upload", "annexe-financiere", partner.pk)
    answer = client.post(url, headers={"Upload-Length": str(len(CONTENT))})
    assert answer.status_code == 201
    assert patch(client, answer["Location"], 0, CONTENT).status_code == 204
    assert draft.pieces.get().membership == partner
    assert begin(client, draft).status_code == 403


def test_the_page_offers_it(alice, draft):
    page = alice.get(where(draft, "add_piece")).content.decode()
    assert f'data-resumable="{where(draft)}"' in page and "upload.js" in page
