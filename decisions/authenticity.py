"""Is a document one that the portal issued? By its bytes, or by the fingerprint of its data: whoever has either has the document.

The page's door is `of_file`: the bytes first; « authentic » comes of them alone, and of nothing that a file says of itself.

What is under embargo is unknown here: a decision, its feedback and the minutes that tell of it, before notification.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from applications.models import Version, VersionFile
from directory.models import Establishment
from edsh_portal import pdf
from edsh_portal.models import Document
from funding import printing
from funding.models import Amendment, Convention, SignedCopy
from funding.models.consortium import coordinator_of
from reviews import minutes
from reviews.models import Feedback, Minutes

from . import notice
from .models import Decision, Kind, Procedure


class Verdict(models.TextChoices):
    AUTHENTIC = "authentic", _("Authentique")
    ALTERED = "altered", _("Modifié")
    REVOKED = "revoked", _("Retiré")
    UNKNOWN = "unknown", _("Inconnu")


class Issuing(models.TextChoices):
    """What the portal seals."""

    AWARD = "award", _("Décision d’attribution")
    REFUSAL = "refusal", _("Décision de rejet")
    INELIGIBLE = "ineligible", _("Décision d’irrecevabilité ou d’inéligibilité")
    RECEIPT = "receipt", _("Accusé de réception")
    CONVENTION = "convention", _("Convention")
    AMENDMENT = "amendment", _("Avenant")
    MINUTES = "minutes", _("Procès-verbal de jury")
    FEEDBACK = "feedback", _("Retour sur l’évaluation")
    PROCEDURE = "procedure", _("Lettre de procédure contradictoire")


class Amount(NamedTuple):
    name: str  # of the beneficiary
    cents: int


class Issued(NamedTuple):
    """One document that the portal issued, as it may be told to whoever has it."""

    kind: Issuing
    number: str
    issued_at: datetime
    to: str  # whom it is addressed to
    amounts: tuple[Amount, ...]
    document: Document
    data_sha256: str  # "" where its data bear no fingerprint
    revoked_at: datetime | None = None
    replaced: bool = False  # by a later one

    @property
    def cents(self) -> int | None:
        return sum(one.cents for one in self.amounts) if self.amounts else None


class Answer(NamedTuple):
    verdict: Verdict
    issued: Issued | None = None  # of an altered one: the document that it is given for


UNKNOWN = Answer(Verdict.UNKNOWN)
WORD = re.compile(r"[A-Z0-9][A-Za-z0-9-]{3,40}")


def of_file(content: bytes, opened: Callable[[bytes], pdf.Claims]) -> Answer:
    """Of a file. `opened` tells what it says that it is (pdf.claims, in the cage): asked only when its bytes are none of ours, and the
    answer is then « altered » or « unknown »."""
    known, held = _known(hashlib.sha256(content).hexdigest())
    # Of what is known nothing may be told yet, perhaps: it was not changed.
    return _of(held) if known else altered(opened(content))


def by_file(sha256: str) -> Answer:
    """Of the bytes of a file, by their SHA-256: nothing is opened."""
    return _of(_known(sha256)[1])


def _known(sha256: str) -> tuple[bool, Issued | None]:
    """Whether these bytes are of a document of ours, and what may be told of it. Nearly always they are not: one look tells."""
    rows = list(Document.objects.filter(sha256=sha256).order_by("created_at"))
    issued = next((one for one in rows if one.scan == Document.Scan.ISSUED), None)
    if issued is not None:
        return True, _issued(issued)
    signed = _signed(sha256) if rows else None
    return signed is not None, signed


def by_data(number: str, sha256: str) -> Answer:
    """Of the number and of the fingerprint of the data, as a letter bears them. The number alone says nothing: it can be guessed."""
    held = _by_data(sha256)
    if held is None:
        return UNKNOWN
    return _of(held) if held.number == number else Answer(Verdict.ALTERED, held)


def altered(claims: pdf.Claims) -> Answer:
    """Of a file whose bytes are not ours: altered when its seal, its number or its fingerprint names a document of ours, else unknown."""
    held = _by_data(claims.sha256) if claims.sha256 else None
    held = held or next(filter(None, (_named(word) for word in _words(claims))), None)
    return Answer(Verdict.ALTERED, held) if held or claims.ours else UNKNOWN


def _of(held: Issued | None) -> Answer:
    if held is None:
        return UNKNOWN
    return Answer(Verdict.REVOKED if held.revoked_at or held.replaced else Verdict.AUTHENTIC, held)


def _words(claims: pdf.Claims) -> Iterator[str]:
    """What could be a number of ours, in what the file says of itself."""
    yield from dict.fromkeys(filter(None, (claims.number, *WORD.findall(claims.title))))


# ── each kind ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _issued(document: Document) -> Issued | None:
    return KINDS[document.kind](document) if document.kind in KINDS else None


def _by_data(sha256: str) -> Issued | None:
    held = _decision(snapshot_sha256=sha256) or _receipt(sha256=sha256) or _minutes(told_sha256=sha256)
    return held or _carrying(sha256)


def _carrying(sha256: str) -> Issued | None:
    """What the document alone keeps: conventions, those replaced too, amendments, feedback."""
    rows = Document.objects.filter(data_sha256=sha256, scan=Document.Scan.ISSUED) if sha256 else Document.objects.none()
    document = rows.order_by("created_at").first()
    return None if document is None else _issued(document)


def _named(number: str) -> Issued | None:
    convention = re.fullmatch(r".+-C(\d{1,18})", number)
    held = convention and _convention(pk=int(convention[1]))
    if held and held.number == number:
        return held
    amendment = re.fullmatch(r"(.+)-A(\d{1,4})", number)
    if amendment:
        return _amendment(grant__application__reference=amendment[1], number=int(amendment[2]))
    heard = re.fullmatch(r".+-P(\d{1,18})", number)
    if heard and (told := _procedure(pk=int(heard[1]))) is not None and told.number == number:
        return told
    signed = re.fullmatch(r"PV-(\d{1,18})-(\d{1,4})", number)
    if signed:
        return _minutes(session=int(signed[1]), version=int(signed[2]))
    return _decision(number=number) or _receipt(receipt_number=number) or _feedback(application__reference=number)


def _decision(**of: Any) -> Issued | None:
    held = Decision.objects.public().select_related("document").filter(**of).order_by("pk").first()
    if held is None or held.document is None:
        return None
    told = held.snapshot
    return Issued(
        Issuing(held.kind),
        held.number,
        held.approved_at,
        told["applicant"]["name"],
        _amounts(told["beneficiaries"]) if held.kind == Kind.AWARD else (),
        held.document,
        held.snapshot_sha256,
        held.revoked_at,
    )


def _amounts(beneficiaries: list[dict[str, Any]]) -> tuple[Amount, ...]:
    """One a beneficiary, whatever the lines that pay it."""
    total: dict[str, int] = {}
    for one in beneficiaries:
        total[one["name"]] = total.get(one["name"], 0) + one["cents"]
    return tuple(Amount(name, cents) for name, cents in total.items())


def _receipt(**of: Any) -> Issued | None:
    rows = Version.objects.select_related("application__coordinator").filter(**of)
    held = rows.filter(files__code=VersionFile.RECEIPT).order_by("pk").first()
    if held is None:
        return None
    file = held.files.select_related("document").get(code=VersionFile.RECEIPT)
    to = held.application.coordinator.name
    return Issued(Issuing.RECEIPT, held.receipt_number, held.submitted_at, to, (), file.document, held.sha256)


def _convention(**of: Any) -> Issued | None:
    held = (
        Convention.objects.select_related("document", "share__establishment", "share__grant__application")
        .filter(**of)
        .first()
    )
    if held is None or held.document is None:
        return None
    share, at = held.share, held.sent_at or held.prepared_at
    revoked = Decision.objects.filter(grant=share.grant_id).values_list("revoked_at", flat=True).first()
    name = share.establishment.name
    amounts = (Amount(name, share.cents),)
    data = held.document.data_sha256
    return Issued(Issuing.CONVENTION, printing.number(held), at, name, amounts, held.document, data, revoked)


def _signed(sha256: str) -> Issued | None:
    """A convention that came back with the beneficiary's signature, as it was examined and kept."""
    rows = SignedCopy.objects.filter(document__sha256=sha256, refusal="").exclude(examined_at=None)
    held = rows.select_related("document").order_by("pk").first()
    issued = held and _convention(pk=held.convention_id)
    return issued._replace(document=held.document) if held and issued else None


def _replaced(document: Document) -> Issued:
    """A convention that was sent, then laid out again."""
    number = document.name.removeprefix("convention-").removesuffix(".pdf")
    return Issued(
        Issuing.CONVENTION, number, document.created_at, "", (), document, document.data_sha256, replaced=True
    )


def _amendment(**of: Any) -> Issued | None:
    """With what is left to each beneficiary once it is in force."""
    rows = Amendment.objects.select_related("document", "grant__application").filter(**of)
    held = rows.exclude(sent_at=None).first()
    if held is None or held.document is None or held.sent_at is None:
        return None
    names = held.grant.shares.values_list("pk", "establishment__name")
    said = held.after["shares"]  # who joined later is not in it
    amounts = tuple(Amount(name, said[str(pk)]) for pk, name in names.order_by("pk") if str(pk) in said)
    number = printing.number_of_amendment(held)
    to = Establishment.objects.get(pk=coordinator_of(held.grant)).name
    ended = held.decided_at if held.state == Amendment.State.REFUSED else None
    data = held.document.data_sha256
    return Issued(Issuing.AMENDMENT, number, held.sent_at, to, amounts, held.document, data, ended)


def _minutes(**of: Any) -> Issued | None:
    """Known once a decision of its wave was notified: minutes say what is decided."""
    released = Decision.objects.public().filter(application__wave=OuterRef("session__wave"))
    held = Minutes.objects.select_related("document").filter(Exists(released), **of).order_by("pk").first()
    if held is None or held.document is None:
        return None
    number, at = minutes.number(held.session_id, held.version), held.signed_at
    return Issued(Issuing.MINUTES, number, at, "", (), held.document, held.told_sha256, replaced=not held.is_last)


def _feedback(**of: Any) -> Issued | None:
    """It goes with the decision, and is known with it."""
    notified = Decision.objects.public().filter(application=OuterRef("application"))
    rows = Feedback.objects.select_related("document", "application__coordinator").filter(Exists(notified), **of)
    held = rows.exclude(document=None).first()
    if held is None or held.document is None or held.approved_at is None:
        return None
    to, data = held.application.coordinator.name, held.document.data_sha256
    return Issued(Issuing.FEEDBACK, held.application.reference, held.approved_at, to, (), held.document, data)


def _procedure(**of: Any) -> Issued | None:
    held = Procedure.objects.select_related("letter", "application", "establishment").filter(**of).first()
    if held is None or held.letter is None:
        return None
    amounts = (Amount(held.establishment.name, held.cents),) if held.cents else ()
    number, to, data = notice.number(held), held.establishment.name, held.letter.data_sha256
    return Issued(Issuing.PROCEDURE, number, held.opened_at, to, amounts, held.letter, data)


KINDS = {  # of a document that is sealed: what is told of it
    "decision": lambda document: _decision(document=document),
    VersionFile.RECEIPT: lambda document: _receipt(files__document=document),
    "convention": lambda document: _convention(document=document) or _replaced(document),
    "amendment": lambda document: _amendment(document=document),
    "minutes": lambda document: _minutes(document=document),
    "feedback": lambda document: _feedback(document=document),
    "procedure": lambda document: _procedure(letter=document),
}
