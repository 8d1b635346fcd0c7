"""Is this a document that the portal sealed? Every byte counts, nothing is fetched. Runs in the cage."""

import hashlib
import io
import re
from collections.abc import Coroutine
from typing import Any

from edsh_portal.intake import held, stamped

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
LARGEST = 64 << 20


class _Broken(Exception):
    pass


def checked(content: bytes, trusted: str, authorities: str = "") -> dict[str, Any]:
    """What pdf.proof.Seal holds. Valid: one seal, by a certificate of `trusted` (PEM), over the whole file but for one revision that keeps
    what it is judged by; at most one time-stamp in it, under one of `authorities` (PEM). The level (PAdES) is what the file proves.

    A signature leaves room outside what it covers (padding, the case of hexadecimal digits, fields of its envelope
    that no one signs). The seal, its time-stamp and what is kept are therefore also compared with the one form the portal writes, so that
    a single changed bit anywhere makes the document invalid.
    """
    covers = False
    try:
        envelope, end = _envelope(content)
        covers = True
        _need_digest(content, envelope)
        return _verified(content, envelope, end, _certificates(trusted), _certificates(authorities))
    except MemoryError:
        raise
    except Exception as error:  # a stranger's bytes may break any parser: whatever breaks is not our document
        return {"valid": False, "covers_whole_file": covers, "why": f"{type(error).__name__}: {error}"[:300]}


def _certificates(pem: str) -> list[Any]:
    from pyhanko.keys import load_certs_from_pemder_data

    return list(load_certs_from_pemder_data(pem.encode())) if pem else []


def _envelope(content: bytes) -> tuple[bytes, int]:
    """The CMS bytes of the only seal, and where the revision that it closes ends: nothing before is uncovered."""
    if len(content) > LARGEST:
        raise _Broken("file too large")
    ranges = BYTE_RANGE.findall(content)
    if len(ranges) != 1:
        raise _Broken(f"{len(ranges)} seals, one expected")
    start, first, second, rest = map(int, ranges[0])
    end = second + rest
    if start != 0 or first >= second or end > len(content):
        raise _Broken("the seal does not cover the whole file")
    hole = content[first:second]
    if hole[:1] != b"<" or hole[-1:] != b">" or not re.fullmatch(rb"[0-9A-F]+", hole[1:-1]):
        raise _Broken("the seal is not written as ours")
    raw = bytes.fromhex(hole[1:-1].decode())
    size = _der_size(raw)
    if any(raw[size:]):
        raise _Broken("the padding of the seal is not empty")
    return raw[:size], end


def _need_digest(content: bytes, envelope: bytes) -> None:
    """Before the document is parsed: what the seal covers is what it was put on."""
    from asn1crypto import cms

    (one,) = cms.ContentInfo.load(envelope)["content"]["signer_infos"]
    ((signed,),) = (told["values"] for told in one["signed_attrs"] if told["type"].native == "message_digest")
    first, second, rest = map(int, BYTE_RANGE.findall(content)[0][1:])
    digest = hashlib.sha256(content[:first])
    digest.update(content[second : second + rest])
    if digest.digest() != signed.native:
        raise _Broken("what the seal covers was changed")


def _der_size(raw: bytes) -> int:
    """Bytes of the first DER value, header included (long form of length: ours exceeds 127 bytes)."""
    if raw[0] != 0x30 or not 0x81 <= raw[1] <= 0x84:
        raise _Broken("the seal is not a DER sequence")
    count = raw[1] - 0x80
    size = 2 + count + int.from_bytes(raw[2 : 2 + count], "big")
    if size > len(raw):
        raise _Broken("the seal is cut short")
    return size


def _verified(content: bytes, envelope: bytes, end: int, trusted: list[Any], authorities: list[Any]) -> dict[str, Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    signatures = PdfFileReader(io.BytesIO(content[:end])).embedded_signatures
    if len(signatures) != 1 or signatures[0].pkcs7_content.rstrip(b"\0") != envelope.rstrip(b"\0"):
        raise _Broken("the document does not read as one seal")
    signature = signatures[0]
    ours = {hashlib.sha256(one.dump()).digest(): one for one in trusted}
    certificate = ours.get(hashlib.sha256(signature.signer_cert.dump()).digest())
    if certificate is None:
        raise _Broken("sealed by another certificate")
    token = stamped.of(signature.signer_info)
    if _our_form(signature.signed_data, certificate, token) != envelope:
        raise _Broken("the seal is not in our form")
    at, stamp = signature.self_reported_timestamp, None
    if token is not None:
        imprint = stamped.of_signature(signature.signer_info["signature"].native)
        stamp = _awaited(stamped.proven(token, imprint, authorities))
    # The certificate is one of ours, by name: it is judged at the instant of the seal, not at today's.
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=at)
    status = _awaited(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            ts_validation_context=stamp and stamped.context(stamp, authorities),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    )
    valid = status.intact and status.valid and status.trusted and status.bottom_line
    return {
        "valid": valid,
        "signer": certificate.subject.native.get("common_name", ""),
        "at": at and at.isoformat(),
        "covers_whole_file": True,
        "why": "" if valid else status.summary(),
        "level": _level(content, end, certificate, stamp, authorities),
        "stamped_at": stamp and stamp.at.isoformat(),
        "stamped_by": stamp.by if stamp else "",
    }


def _level(content: bytes, end: int, certificate: Any, stamp: stamped.Stamp | None, authorities: list[Any]) -> str:
    """PAdES B-B, B-T or B-LT. Broken: what follows the seal is not what we would have written there."""
    if end == len(content):
        return "B-T" if stamp else "B-B"
    if stamp is None:
        raise _Broken("something follows a seal without a time-stamp")
    kept = held.read(content)
    if held.revision(content[:end], kept) != content:
        raise _Broken("what follows the seal is not in our form")
    _awaited(stamped.for_long(certificate, stamp, kept, authorities))
    return "B-LT"


def _awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """Its result, without an event loop, which would open descriptors: where nothing is fetched, nothing is waited for."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise _Broken("the check waits for something")


def _our_form(signed: Any, certificate: Any, token: Any) -> bytes:
    """The envelope rebuilt from what is signed (attributes, signature, time-stamp) and what we know (all the rest)."""
    from asn1crypto import algos, cms

    one = signed["signer_infos"][0]
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    beside = {} if token is None else {"unsigned_attrs": [{"type": stamped.ATTRIBUTE, "values": [token]}]}
    # Only what is small is encoded anew: the library does it again for each level above.
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number}),
            ),
            "digest_algorithm": sha256,
            "signed_attrs": stamped.encoded(one["signed_attrs"]),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": one["signature"].native,
            **beside,
        }
    )
    body = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": body}).dump())
