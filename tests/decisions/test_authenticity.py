"""What the portal says of a document that it is shown: authentic, altered, revoked or unknown, by its bytes, by its number and the
fingerprint of its data, or by its own fingerprint; nothing of what is not notified yet."""

import hashlib
import random
import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import VersionFile
from decisions import actions, authenticity
from edsh_portal import documents, events, paper, pdf
from edsh_portal.models import Delivery, Document, Event
from edsh_portal.passing import Away
from reviews import minutes
from reviews.models import Session
from tests.ground.test_seal_levels import regions
from tests.reviews.test_minutes import sealed, sign

from . import world as made
from .acts import act
from .test_feedback import approved as approved_feedback

ROOT = Path(__file__).parents[2]


def sent(client, content):
    page = client.post(reverse("decisions:verify"), {"file": SimpleUploadedFile("d.pdf", content)})
    return page.context["verdict"], page.context["issued"]


def receipts():
    """Of the dossiers of this world, laid out and sealed as the workers would."""
    for delivery in Delivery.objects.filter(reaction__endswith=".make_receipt", state="todo"):
        assert events.run(delivery.pk)
    return VersionFile.objects.filter(code=VersionFile.RECEIPT).select_related("document", "version").order_by("pk")


def test_who_and_how_much_are_told_with_the_act_and_not_before_it_is_notified(world, client):
    decision = made.approved(world)
    made.work()
    decision.refresh_from_db()
    content, sha256 = documents.read(decision.document), decision.sha256
    number, data = decision.number, decision.snapshot_sha256
    spoilt = bytearray(content)
    spoilt[len(content) // 2] ^= 1

    def told():
        by_address = client.get(reverse("decisions:verify_number", args=[number, data])).context
        by_print = client.get(reverse("decisions:verify"), {"sha256": sha256.upper()}).context
        by_both = client.get(reverse("decisions:verify"), {"sha256": data, "number": number}).context
        by_api = client.get(f"/api/v1/authenticity/{sha256}").json()["authenticity"]
        return [one["verdict"] for one in (by_address, by_print, by_both)] + [
            sent(client, content)[0], sent(client, bytes(spoilt))[0], by_api,
        ]  # fmt: skip

    # The seal of the file is ours, which says nothing of an act: the certificate is public.
    assert told() == ["unknown", "unknown", "unknown", "unknown", "altered", "unknown"]
    assert sent(client, bytes(spoilt))[1] is None
    actions.release([decision], by=world.dora)
    made.work()
    assert told() == ["authentic", "authentic", "authentic", "authentic", "altered", "authentic"]
    page = client.get(reverse("decisions:verify_number", args=[number, data])).content.decode()
    names = [m.establishment.name for m in decision.application.memberships.filter(state="accepted")]
    assert all(name in page for name in names) and "400 000,00" in page.replace("\u202f", " ").replace("\xa0", " ")
    other = client.get(reverse("decisions:verify_number", args=["2023-9999", data]))
    assert (other.context["verdict"], "400" in other.content.decode()) == ("altered", False)
    decision.refresh_from_db()
    made.revoked(world, decision, "Erreur.")
    assert told() == ["revoked", "revoked", "revoked", "revoked", "altered", "revoked"]


def test_a_receipt_answers_by_its_file_its_number_and_its_fingerprint(world, client):
    file = receipts()[0]
    content, version = documents.read(file.document), file.version
    assert sent(client, content)[0] == "authentic"
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 4
    verdict, issued = sent(client, bytes(flipped))
    assert (verdict, issued.kind, issued.number) == ("altered", "receipt", version.receipt_number)
    answers = [
        client.get(f"/api/v1/authenticity/{asked}").json()
        for asked in (file.document.sha256, f"{version.sha256}?number={version.receipt_number}")
    ]
    assert answers[0] == answers[1]
    assert (answers[0]["issued"], answers[0]["addressee"], answers[0]["amounts"], answers[0]["seal_level"]) == (
        "receipt", version.application.coordinator.name, [], "B-B",
    )  # fmt: skip


def test_what_is_asked_of_the_api_is_said(client, db):
    wrong = client.get(f"/api/v1/authenticity/{'0' * 64}?numero=2023-0001")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/problem+json")
    assert list(wrong.json()["errors"]) == ["numero"]
    unknown = client.get(f"/api/v1/authenticity/{'0' * 64}").json()
    assert unknown == {
        "authenticity": "unknown", "issued": None, "issued_number": None, "issued_at": None, "addressee": None, "amounts": [],
        "revoked_at": None, "replaced": False, "seal_level": None,
    }  # fmt: skip


def test_a_file_with_one_bit_flipped_never_says_authentic(world, client):
    """A sample of each region here, every bit in `bin/prove seals`; some go through the page and the cage."""
    content, chance = documents.read(made.notified(world).document), random.Random(20230403)  # noqa: S311
    assert authenticity.by_file(hashlib.sha256(content).hexdigest()).verdict == "authentic"
    for part in filter(None, regions(content).values()):
        for place in chance.choices(part, k=40):
            flipped = bytearray(content)
            flipped[place] ^= 1 << chance.randrange(8)
            assert authenticity.by_file(hashlib.sha256(flipped).hexdigest()) == authenticity.UNKNOWN
        assert authenticity.altered(pdf.claims(bytes(flipped))).verdict == "altered"


def test_an_authority_that_is_away_holds_the_sealing_which_is_taken_up_again(world, settings):
    """Never half done, never at a lower level: the obligation waits, however often, and ends as the settings ask."""
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = pdf.make_seal_key(settings.SEAL_CERT_PATH.parent / "stamped")
    settings.SEAL_AUTHORITIES_PATH = settings.SEAL_CERT_PATH.with_name("authorities.pem")
    settings.SEAL_LEVEL, settings.TSA_URL = "B-T", "http://127.0.0.1:9/"
    decision = made.approved(world)
    for _time in range(events.MOST_TRIES + 1):
        (waiting,) = made.work()
    decision.refresh_from_db()
    assert (decision.state, decision.document, waiting.state) == ("approved", None, "todo")
    assert Away.__name__ in waiting.last_error and "does not answer" in waiting.last_error
    assert not Document.objects.filter(kind="decision").exists()
    settings.TSA_URL = "local"
    assert made.work() == []
    decision.refresh_from_db()
    found = pdf.check(documents.read(decision.document))
    assert (decision.state, decision.document.level, found.level, found.valid) == ("rendered", "B-T", "B-T", True)
    assert Event.objects.filter(kind="decision.rendered", subject_id=decision.pk).count() == 1


def test_what_tells_of_a_decision_is_known_with_it(world):
    """Minutes and feedback: sealed before, unknown until a decision of theirs is notified."""
    row = sign(Session.objects.get(wave=world.wave), world.jean)
    sealed(row)
    held = approved_feedback(world)
    carried = pdf.attached_json(documents.read(held.document))
    assert (set(row.told), set(carried)) == (set(act("minutes_2")), set(act("feedback_1")))

    def told():
        return (
            [authenticity.by_file(one.document.sha256).verdict.value for one in (row, held)]
            + [authenticity.by_data(said["number"], paper.digest(said)).verdict.value for said in (row.told, carried)]
            + [
                authenticity.altered(pdf.Claims(title, "", "", False)).verdict.value
                for title in (
                    minutes.title(row.told),
                    f"Retour sur l’évaluation du dossier {held.application.reference}",
                )
            ]
        )

    assert told() == ["unknown"] * 6
    made.notified(world)
    assert told() == ["authentic"] * 4 + ["altered", "altered"]


PUT = re.compile(r"paper\.put\((?:(?!paper\.put).)*?kind=([\w.\"]+)(, binds=False)?", re.DOTALL)


def test_every_kind_that_the_portal_seals_has_its_answer():
    """Read in the sources: a new kind of sealed document without an answer would be « unknown » to whoever holds it."""
    rooms = ("applications", "casework", "reviews", "funding", "decisions")
    texts = [path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py") if "reactions" in str(path)]
    put = {kind: bool(plain) for text in texts for kind, plain in PUT.findall(text)}
    assert put == {
        '"printout"': True, "VersionFile.RECEIPT": False, '"decision"': False, '"convention"': False, '"amendment"': False, '"minutes"': False,
        '"feedback"': False, '"procedure"': False,
    }  # fmt: skip
    assert len(authenticity.KINDS) == len(put) - 1
