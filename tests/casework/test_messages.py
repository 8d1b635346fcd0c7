"""Messages: between the consortium and the service, added and never changed; who reads, what waits, what mails say."""

import io
from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from applications import actions
from applications.models import Application
from casework import actions as casework
from casework import permissions as casework_permissions
from casework.models import Message, MessageFile, Reading, Thread, unread_count
from edsh_portal import documents, events
from edsh_portal.intake import image
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from tests.addresses import named
from tests.applications import world as made
from tests.corpus import ORDINARY
from tests.hostile_files import HOSTILE, NEUTRALISED

AFTER = made.CLOSES + timedelta(days=9)
FRAME = ("SAVEPOINT", "RELEASE", "SET ")


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    return Application.objects.select_related("wave__settings").get(pk=ready.pk)


def opened(world, application, by="alice", **more):
    details = {"subject": "Budget de Brest", "text": "Une question."} | more
    return casework.open_thread(application, **details, by=getattr(world.cast, by))


def refusal(verb, *args, **details):
    with pytest.raises(Refused) as refused:
        verb(*args, **details)
    return refused.value.code, refused.value.field


def unread(user, side, application):
    from django.db.models import OuterRef

    waiting = unread_count(user, side, thread__application=OuterRef("pk"))
    return Application.objects.annotate(unread=waiting).get(pk=application.pk).unread


# ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_thread_from_its_opening_to_its_end(world, deposited):
    cast = world.cast
    thread = opened(world, deposited, subject="  Budget \n de Brest ", files=[("Détail.pdf", made.pdf())])
    first = thread.messages.get()
    assert (thread.subject, first.side, first.text, first.by) == (
        "Budget de Brest",
        "consortium",
        "Une question.",
        cast.alice,
    )
    assert first.files.get().document.name == "Détail.pdf"
    reply = casework.post_message(thread, text=" Une réponse.\r\nFin. ", by=cast.victor)
    assert (reply.side, reply.text, reply.at) == ("service", "Une réponse.\nFin.", AFTER)
    casework.close_thread(thread, by=cast.driss)
    thread.refresh_from_db()
    assert (thread.closed_by, thread.closed_at) == (cast.driss, AFTER)
    assert refusal(casework.post_message, thread, text="Encore", by=cast.alice) == ("M02", None)
    assert refusal(casework.close_thread, thread, by=cast.driss) == ("M02", None)
    rows = Event.objects.filter(subject_type="casework.thread").order_by("seq")
    assert [(row.kind, row.data.get("side"), row.data.get("files")) for row in rows] == [
        ("thread.opened", "consortium", 1),
        ("message.posted", "service", 0),
        ("thread.closed", None, None),
    ]


def test_refusals(world, deposited):
    assert refusal(opened, world, deposited, subject=" ") == ("M01", "subject")
    assert refusal(opened, world, deposited, subject="x" * 121) == ("M01", "subject")
    assert refusal(opened, world, deposited, text=" ") == ("M03", "text")
    assert refusal(opened, world, deposited, text="x" * 6001) == ("M03", "text")
    assert refusal(opened, world, deposited, text="a\x00b") == ("M03", "text")
    assert refusal(opened, world, deposited, files=[("a.exe", b"MZ")]) == ("R05", "file")
    assert refusal(opened, world, deposited, files=[("a.pdf", made.pdf())] * 6) == ("M04", "file")
    assert (Thread.objects.count(), Message.objects.count()) == (0, 0)
    thread = opened(world, deposited, subject="x" * 120, text="x" * 6000, files=[("a.pdf", made.pdf())] * 5)
    assert MessageFile.objects.filter(message__thread=thread).count() == 5


def test_who_reads_and_who_writes(world, deposited):
    cast = world.cast
    reads = {name for name, user in vars(cast).items() if casework_permissions.can_read_messages(user, deposited)}
    writes = {name for name, user in vars(cast).items() if casework_permissions.can_write_messages(user, deposited)}
    assert reads == {"alice", "sophie", "bruno", "paula", "driss", "victor", "aude"}
    assert writes == reads - {"aude"}
    thread = opened(world, deposited)
    upto = thread.messages.get().pk
    for person in (cast.zoe, cast.claire, cast.nadia, cast.emma, cast.dora, cast.aude, cast.adam):
        for verb, details in (
            (casework.post_message, {"text": "x"}),
            (casework.mark_read, {"upto": upto}),
            (casework.close_thread, {}),
        ):
            with pytest.raises(PermissionDenied):
                verb(thread, **details, by=person)
        with pytest.raises(PermissionDenied):
            casework.open_thread(deposited, subject="x", text="x", by=person)
    with pytest.raises(PermissionDenied):
        casework.close_thread(thread, by=cast.alice)


def test_before_the_deposit_the_service_writes_once_it_was_asked(world, draft):
    assert not casework_permissions.can_write_messages(world.cast.driss, draft)
    with pytest.raises(PermissionDenied):
        opened(world, draft, by="driss")
    opened(world, draft)
    assert casework_permissions.can_write_messages(world.cast.driss, draft)


def test_pictures_of_a_message_leave_behind_their_place_and_author(world, deposited):
    sent, _kept = ORDINARY["jpeg d’iphone, index et images derrière"]
    content = sent()
    thread = opened(world, deposited, files=[("photo.jpg", content), ("carte.png", NEUTRALISED["png à position"]())])
    assert set(made.examined()) == {True}
    photo, card = (documents.read(file.document) for file in MessageFile.objects.order_by("pk"))
    assert thread.messages.count() == 1
    for kept in (photo, card):
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.getexif().keys() <= {image.ORIENTATION}  # which side is up, and nothing else
    assert b"iPhone" in content and b"iPhone" not in photo and b"SECRET" not in card


# ── what waits ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_waits_is_each_person_s(world, deposited):
    cast = world.cast
    thread = opened(world, deposited)
    assert [unread(user, "service", deposited) for user in (cast.driss, cast.victor)] == [1, 1]
    assert [unread(user, "consortium", deposited) for user in (cast.alice, cast.bruno)] == [0, 0]
    reply = casework.post_message(thread, text="Réponse", by=cast.driss)  # who writes has read what is above
    assert [unread(user, "service", deposited) for user in (cast.driss, cast.victor)] == [0, 1]
    assert [unread(user, "consortium", deposited) for user in (cast.alice, cast.bruno)] == [1, 1]
    casework.mark_read(thread, upto=reply.pk, by=cast.bruno)
    first = thread.messages.order_by("pk").first()
    casework.mark_read(thread, upto=first.pk, by=cast.bruno)  # an older tab
    assert [unread(user, "consortium", deposited) for user in (cast.alice, cast.bruno)] == [1, 0]
    assert Reading.objects.get(user=cast.bruno).upto == reply
    other = opened(world, deposited, by="driss")
    assert refusal(casework.mark_read, thread, upto=other.messages.get().pk, by=cast.alice) == ("M05", None)
    assert unread(cast.bruno, "consortium", deposited) == 1
    events_before = Event.objects.count()
    casework.mark_read(other, upto=other.messages.get().pk, by=cast.bruno)
    assert Event.objects.count() == events_before


def work():
    for delivery in Delivery.objects.filter(
        event__subject_type="casework.thread", state="todo", reaction__startswith="casework."
    ):
        assert events.run(delivery.pk), Delivery.objects.get(pk=delivery.pk).last_error


def test_mails_say_only_that_a_message_waits(world, deposited):
    thread = opened(world, deposited, subject="Objet secret", text="Texte secret")
    work()
    assert list(Mail.objects.filter(subject__contains="message").values_list("address", flat=True)) == [
        "driss@test.invalid"
    ]
    casework.post_message(thread, text="Réponse secrète", by=world.cast.victor)
    work()
    held = Mail.objects.filter(event__kind="message.posted")
    assert set(held.values_list("address", flat=True)) == {
        f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")
    }
    casework.post_message(thread, text="Merci", by=world.cast.bruno)
    work()
    last = Event.objects.filter(kind="message.posted").order_by("pk").last()
    assert list(last.mails.values_list("address", flat=True)) == ["victor@test.invalid"]
    every = Mail.objects.filter(event__subject_type="casework.thread")
    assert not every.filter(body__icontains="secr").exists() and not every.filter(subject__icontains="secr").exists()
    link = reverse("casework:thread", args=[deposited.reference, thread.pk])
    assert all(link in body for body in every.values_list("body", flat=True))


def test_a_picture_is_drawn_again_and_a_file_that_is_not_kept_is_told_to_whoever_sent_it(
    client, world, deposited, settings
):
    files = [("photo.jpg", NEUTRALISED["jpeg à position"]()), ("liste.pdf", HOSTILE["numéro dans un pdf"]())]
    thread = opened(world, deposited, files=files)
    assert set(made.examined()) == {True}
    photo, list_ = (
        file.document for file in MessageFile.objects.select_related("document__scan_result").order_by("pk")
    )
    assert (photo.scan_state, list_.scan_state) == ("not_scanned", "refused")
    assert photo.kept_sha256 != photo.sha256 and b"SECRET" not in documents.read(photo)
    work()
    mail = Mail.objects.get(event__kind="message.file_refused")
    assert mail.address == "alice@test.invalid" and "numéro" not in mail.body
    as_(client, world.cast.driss)
    shown = client.get(page("thread", deposited, thread.pk)).content.decode()
    assert "Refusé" in shown and "modèle vide" in shown
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "empty template" in client.get(page("thread", deposited, thread.pk)).content.decode()


def test_messages_are_never_changed(committed, web):
    for table in ("casework_message", "casework_messagefile"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def page(name, application, *more):
    return reverse(named(name), args=[application.reference, *more])


def as_(client, user):
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def cost(client, url):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    asked = [query["sql"] for query in seen if not query["sql"].startswith(FRAME)]
    assert len(asked) <= 15, "\n".join(statement[:150] for statement in asked)
    return len(asked), answer.content.decode()


def test_a_conversation_through_the_pages(client, world, deposited):
    as_(client, world.cast.alice)
    assert "Aucun message" in cost(client, page("threads", deposited))[1]
    cost(client, page("open_thread", deposited))
    assert client.post(page("open_thread", deposited), {"subject": "", "text": "Gardé"}).status_code == 422
    file = SimpleUploadedFile("note.pdf", made.pdf(), content_type="application/pdf")
    answer = client.post(page("open_thread", deposited), {"subject": "Délai", "text": "Quand ?", "file": file})
    thread = Thread.objects.get()
    assert answer["Location"] == page("thread", deposited, thread.pk)
    as_(client, world.cast.driss)
    assert "1 message à lire" in cost(client, reverse("casework:admissibilities"))[1]
    shown = cost(client, page("thread", deposited, thread.pk))[1]
    assert "Quand ?" in shown and "note.pdf" in shown and "J’ai lu ces messages" in shown
    file = MessageFile.objects.get()
    assert client.get(page("message_file", deposited, thread.pk, file.pk) + "?ouvrir=1").status_code == 403
    assert "En cours d’examen" in client.get(page("thread", deposited, thread.pk)).content.decode()
    assert made.examined() == [True]
    assert client.get(page("message_file", deposited, thread.pk, file.pk) + "?ouvrir=1").status_code == 200
    assert client.get(page("message_file", deposited, thread.pk, 999_999)).status_code == 404
    assert client.post(page("mark_read", deposited, thread.pk), {"upto": "x"}).status_code == 409
    assert client.post(page("mark_read", deposited, thread.pk), {"upto": thread.messages.get().pk}).status_code == 302
    assert "message à lire" not in cost(client, reverse("casework:admissibilities"))[1]
    assert client.post(page("thread", deposited, thread.pk), {"text": " "}).status_code == 422
    assert client.post(page("thread", deposited, thread.pk), {"text": "Lundi."}).status_code == 302
    as_(client, world.cast.bruno)
    assert "1 message à lire" in cost(client, page("dossier", deposited))[1]
    assert "1 message à lire" in cost(client, page("threads", deposited))[1]
    assert client.post(page("close_thread", deposited, thread.pk)).status_code == 403
    as_(client, world.cast.aude)
    shown = cost(client, page("thread", deposited, thread.pk))[1]
    assert "Lundi." in shown and "Répondre" not in shown and "J’ai lu" not in shown
    assert client.post(page("thread", deposited, thread.pk), {"text": "x"}).status_code == 403
    as_(client, world.cast.driss)
    assert client.post(page("close_thread", deposited, thread.pk)).status_code == 302
    assert "Échange clos par Driss" in cost(client, page("thread", deposited, thread.pk))[1]


def test_a_line_end_counts_once(client, world, deposited):
    """A browser sends it as two characters; the counter beside the field, and the limit, know one."""
    client.force_login(world.cast.alice, backend="directory.backends.EmailBackend")
    url = reverse("casework:open_thread", args=[deposited.reference])
    full = {"subject": "Long", "text": "\r\n".join(["x" * 59] * 100)}
    assert client.post(url, full | {"text": full["text"] + "yy"}).status_code == 422
    assert client.post(url, full | {"text": full["text"] + "y"}).status_code == 302
    assert len(Message.objects.get().text) == 6000


def test_the_cost_does_not_grow_with_the_messages(client, world, deposited):
    thread = opened(world, deposited, files=[("a.pdf", made.pdf())])
    as_(client, world.cast.driss)
    urls = (page("threads", deposited), page("thread", deposited, thread.pk))
    one = [cost(client, url)[0] for url in urls]
    for _ in range(3):
        casework.post_message(thread, text="Encore", files=[("a.pdf", made.pdf())], by=world.cast.bruno)
        opened(world, deposited, by="bruno")
    assert [cost(client, url)[0] for url in urls] == one
