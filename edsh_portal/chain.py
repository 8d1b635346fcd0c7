"""The proof of history: recompute the event chains, sign a root over their heads, hold the signed roots against today. cryptography is
imported when asked for: the web signs nothing, and it weighs 8 MB."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Max
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from .events import UPKEEP, record
from .models import Event, StreamHead
from .verify import AFTER, WHOLE, Finding, Since, check

EMPTY = "0" * 64
UPKEEP |= {"rows.adopted", "rows.sealed", "root.signed"}
MOST_UNSIGNED = timedelta(hours=1)  # a root is due at half of it (root_is_due() in chain.sql)


def _columns(event: Event, form: int) -> list:
    """What the text of an event says, in its format: 1 has no seals, 2 does not say which login wrote it; nor may their rows."""
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = [event.stream, event.seq, event.kind, event.subject_type, event.subject_id, event.by_id, at, event.data]
    seals = [event.seals] if form > 1 or event.seals else []
    login = [event.login] if form > 2 or event.login else []
    return [form, *told, *seals, *login, event.previous_hash]


# Whether the columns make the very text that is hashed, as event_append() writes it in its three formats.
SAME = """
  event.body = (jsonb_build_array(substring(event.body FROM '^.([0-9]+)')::int, event.stream, event.seq, event.kind, event.subject_type,
      event.subject_id, event.by_id, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event.data)
    || CASE WHEN event.seals <> '' OR event.body !~ '^.1,' THEN jsonb_build_array(event.seals) ELSE '[]' END
    || CASE WHEN event.login <> '' OR event.body !~ '^.[12],' THEN jsonb_build_array(event.login) ELSE '[]' END
    || jsonb_build_array(event.previous_hash))::text
"""


@check("chain", since=True)
def verify_chain(since: Since = WHOLE) -> Iterator[Finding]:
    """Every event's text, hash and columns agree, each stream is gapless, each head is its last event."""
    last: dict[str, tuple[int, str]] = dict(since.heads)
    events = Event.objects.extra(where=[AFTER], params=[since.numbers]).order_by("stream", "seq")
    events = events.annotate(same=RawSQL(SAME, [], BooleanField()))  # a constant
    rows = events.values_list("pk", "stream", "seq", "previous_hash", "hash", "body", "same")
    for pk, stream, number, previous_hash, digest, body, same in rows.iterator(chunk_size=2000):
        seq, previous = last.get(stream, (0, EMPTY))
        if number != seq + 1:
            yield Finding("chain.gap", f"{stream}#{number}", f"#{seq + 1}", f"#{number}")
        if previous_hash != previous:
            yield Finding("chain.link", f"{stream}#{number}", previous, previous_hash)
        if (recomputed := hashlib.sha256(body.encode()).hexdigest()) != digest:
            yield Finding("chain.hash", f"{stream}#{number}", recomputed, digest)
        if not same:
            yield from _columns_differ(Event.objects.get(pk=pk))
        last[stream] = (number, digest)
    heads = {head.stream: (head.seq, head.hash) for head in StreamHead.objects.filter(seq__gt=0)}
    for stream in sorted(last.keys() | heads.keys()):
        if last.get(stream) != heads.get(stream):
            yield Finding("chain.head", stream, str(heads.get(stream)), str(last.get(stream)))


def _columns_differ(event: Event) -> Iterator[Finding]:
    """Another spelling of the same is the same."""
    said = json.loads(event.body)
    if said != (columns := _columns(event, said[0])):
        told = json.dumps(columns, default=str)[:200]
        yield Finding("chain.columns", f"{event.stream}#{event.seq}", event.body[:200], told)


def root_is_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT root_is_due()")
        return bool(cursor.fetchone()[0])


def sign_roots() -> Path:
    """Seals what lives between events, writes one signed file of all heads to settings.ROOTS_DIR (outside the database) and
    chains its hash, so that a file taken away is missed; returns its path."""
    from edsh_portal.pdf import keys

    with connection.cursor() as cursor:
        cursor.execute("SELECT seal_between()")
    last = Event.objects.order_by("pk").last()  # read first: the heads stand over it
    heads = {head.stream: [head.seq, head.hash] for head in StreamHead.objects.filter(seq__gt=0).order_by("stream")}
    text = json.dumps({"format": 1, "heads": heads}, sort_keys=True, ensure_ascii=False)
    signature = keys.signed(text.encode())
    folder = Path(settings.ROOTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"root-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.json"
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps({"root": text, "signature": signature.hex()}, ensure_ascii=False))
    temporary.replace(path)
    if last is not None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        record("root.signed", last, by=None, stream="roots", file=path.name, sha256=digest)
    return path


SIGNED = """
  SELECT e.stream, e.seq, e.hash FROM unnest(%s::text[], %s::bigint[]) AS s (stream, seq) JOIN event e USING (stream, seq)
"""
FIRST_SEAL = f"SELECT coalesce(min(id), (SELECT max(id) + 1 FROM seal), 1) FROM seal WHERE {AFTER}"


def last_root() -> Since | None:
    """The last root whose signature holds."""
    for path in sorted(Path(settings.ROOTS_DIR).glob("root-*.json"), reverse=True):
        root = json.loads(path.read_text())
        if not _is_ours(root):
            continue
        heads = {stream: (seq, value) for stream, (seq, value) in json.loads(root["root"])["heads"].items()}
        since = Since(path.name, heads, 0)
        with connection.cursor() as cursor:
            cursor.execute(FIRST_SEAL, [since.numbers])
            return since._replace(seal=cursor.fetchone()[0])
    return None


@check("roots")
def verify_roots() -> Iterator[Finding]:
    """What was once signed is still there: a stream re-hashed or cut since the last signed root is named, and so is a root
    that was taken away, or that never came."""
    paths = {path.name: path for path in sorted(Path(settings.ROOTS_DIR).glob("root-*.json"))}
    signed: dict[tuple[str, int], tuple[str, str]] = {}
    for name, path in paths.items():
        root = json.loads(path.read_text())
        if not _is_ours(root):
            yield Finding("roots.signature", name, "valid", "invalid")
            continue
        for stream, (seq, value) in json.loads(root["root"])["heads"].items():
            signed[stream, seq] = (value, name)
    with connection.cursor() as cursor:
        cursor.execute(SIGNED, [[stream for stream, _ in signed], [seq for _, seq in signed]])
        present = {(stream, seq): digest for stream, seq, digest in cursor.fetchall()}
    for (stream, seq), (value, name) in sorted(signed.items()):
        if present.get((stream, seq)) != value:
            yield Finding("roots.rewritten", f"{stream}#{seq}", f"{value} ({name})", str(present.get((stream, seq))))
    yield from _missing(paths)
    yield from _late(signed)


def _is_ours(root: dict[str, str]) -> bool:
    return signer_of(root) is not None


def certificate_of(path: Path) -> bytes:
    """The certificate, in PEM, whose key signed this root."""
    from cryptography.hazmat.primitives.serialization import Encoding

    signer = signer_of(json.loads(path.read_text()))
    if signer is None:
        raise ValueError(f"{path.name}: signed by no certificate of ours")
    return signer.public_bytes(Encoding.PEM)


def signer_of(root: dict[str, str]) -> Any:
    """The certificate of SEAL_CERT_PATH that signed: the present one, or a past one, as the seal of a document is (pdf/proof.py)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509 import load_pem_x509_certificates

    for certificate in load_pem_x509_certificates(Path(settings.SEAL_CERT_PATH).read_bytes()):
        public_key = certificate.public_key()
        if not isinstance(public_key, ec.EllipticCurvePublicKey):
            raise TypeError("the seal certificate does not hold an elliptic-curve key")
        with suppress(InvalidSignature, ValueError):
            public_key.verify(bytes.fromhex(root["signature"]), root["root"].encode(), ec.ECDSA(hashes.SHA256()))
            return certificate
    return None


def _missing(paths: dict[str, Path]) -> Iterator[Finding]:
    """Every root whose signing is chained is in the folder, with its bytes."""
    for event in Event.objects.filter(kind="root.signed", stream="roots").order_by("seq").iterator():
        path = paths.get(event.data["file"])
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path else "none"
        if found != event.data["sha256"]:
            yield Finding("roots.missing", event.data["file"], event.data["sha256"], found)


def _late(signed: dict[tuple[str, int], tuple[str, str]]) -> Iterator[Finding]:
    """What was written more than an hour ago, on the machine's clock, stands under a root; the event that names the last root
    waits for the next, and on a quiet portal none is due (root_is_due)."""
    last: dict[str, int] = {}
    for stream, seq in signed:
        last[stream] = max(seq, last.get(stream, 0))
    written = Event.objects.exclude(stream="roots").filter(recorded_at__lt=Now() - MOST_UNSIGNED)
    old = written.values("stream").annotate(seq=Max("seq"))
    late = {row["stream"] for row in old if row["seq"] > last.get(row["stream"], 0)}
    if late:
        what = sorted(late)[0] if len(late) == 1 else f"{len(late)} streams"
        yield Finding("roots.late", what, "under a signed root within the hour", "none")
