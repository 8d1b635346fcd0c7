"""The proof of history: recompute the event chains, sign a root over their heads, hold the signed roots against today."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings

from .models import Event, StreamHead
from .verify import Finding, check

EMPTY = "0" * 64


def _columns(event: Event) -> list:
    """What the text of an event holds. Format 1 did not say which login had written it, and its row must not either."""
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    login = [event.login]
    if json.loads(event.body)[0] == 1 and not event.login:
        login = []
    return [
        1 + len(login),
        event.stream,
        event.seq,
        event.kind,
        event.subject_type,
        event.subject_id,
        event.by_id,
        at,
        event.data,
        *login,
        event.previous_hash,
    ]


@check("chain")
def verify_chain() -> Iterator[Finding]:
    """Every event's text, hash and columns agree, each stream is gapless, each head is its last event."""
    last: dict[str, tuple[int, str]] = {}
    for event in Event.objects.order_by("stream", "seq").iterator(chunk_size=2000):
        where = f"{event.stream}#{event.seq}"
        seq, previous = last.get(event.stream, (0, EMPTY))
        if event.seq != seq + 1:
            yield Finding("chain.gap", where, f"#{seq + 1}", f"#{event.seq}")
        if event.previous_hash != previous:
            yield Finding("chain.link", where, previous, event.previous_hash)
        recomputed = hashlib.sha256(event.body.encode()).hexdigest()
        if recomputed != event.hash:
            yield Finding("chain.hash", where, recomputed, event.hash)
        if json.loads(event.body) != _columns(event):
            yield Finding("chain.columns", where, event.body[:200], json.dumps(_columns(event), default=str)[:200])
        last[event.stream] = (event.seq, event.hash)
    heads = {head.stream: (head.seq, head.hash) for head in StreamHead.objects.filter(seq__gt=0)}
    for stream in sorted(last.keys() | heads.keys()):
        if last.get(stream) != heads.get(stream):
            yield Finding("chain.head", stream, str(heads.get(stream)), str(last.get(stream)))


def sign_roots() -> Path:
    """Writes one signed file of all heads to settings.ROOTS_DIR (outside the database) and returns its path."""
    heads = {head.stream: [head.seq, head.hash] for head in StreamHead.objects.filter(seq__gt=0).order_by("stream")}
    text = json.dumps({"format": 1, "heads": heads}, sort_keys=True, ensure_ascii=False)
    key = serialization.load_pem_private_key(Path(settings.SEAL_KEY_PATH).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the seal key is not an elliptic-curve key")
    signature = key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    folder = Path(settings.ROOTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"root-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.json"
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps({"root": text, "signature": signature.hex()}, ensure_ascii=False))
    temporary.replace(path)
    return path


@check("roots")
def verify_roots() -> Iterator[Finding]:
    """What was once signed is still there: a stream re-hashed or cut since the last signed root is named."""
    paths = sorted(Path(settings.ROOTS_DIR).glob("root-*.json"))
    if not paths:
        return
    public_key = load_pem_x509_certificate(Path(settings.SEAL_CERT_PATH).read_bytes()).public_key()
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise TypeError("the seal certificate does not hold an elliptic-curve key")
    signed: dict[tuple[str, int], tuple[str, str]] = {}
    for path in paths:
        root = json.loads(path.read_text())
        try:
            public_key.verify(bytes.fromhex(root["signature"]), root["root"].encode(), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            yield Finding("roots.signature", path.name, "valid", "invalid")
            continue
        for stream, (seq, value) in json.loads(root["root"])["heads"].items():
            signed[stream, seq] = (value, path.name)
    streams = {stream for stream, _ in signed}
    present = {
        (e.stream, e.seq): e.hash
        for e in Event.objects.filter(stream__in=streams).only("stream", "seq", "hash").iterator()
    }
    for (stream, seq), (value, name) in sorted(signed.items()):
        if present.get((stream, seq)) != value:
            yield Finding("roots.rewritten", f"{stream}#{seq}", f"{value} ({name})", str(present.get((stream, seq))))
