"""Is this a document that the portal sealed? Every byte counts, nothing is fetched. Runs in the cage."""

import hashlib
import io
import re
from collections.abc import Coroutine
from typing import Any

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
LARGEST = 64 << 20


class _Broken(Exception):
    pass


def checked(content: bytes, trusted: str) -> dict[str, Any]:
    """What pdf.proof.Seal holds. Valid: one seal, over the whole file, by a certificate of `trusted` (PEM).

    A signature leaves room outside what it covers (padding, the case of hexadecimal digits, fields of its envelope
    that no one signs). The seal is therefore also compared with the one form the portal writes, so that a single
    changed bit anywhere makes the document invalid.
    """
    covers = False
    try:
        envelope = _envelope(content)
        covers = True
        return _verified(content, envelope, trusted.encode())
    except MemoryError:
        raise
    except Exception as error:  # a stranger's bytes may break any parser: whatever breaks is not our document
        return {"valid": False, "covers_whole_file": covers, "why": f"{type(error).__name__}: {error}"[:300]}


def _envelope(content: bytes) -> bytes:
    """The CMS bytes of the only seal, once its place in the file is proven to leave nothing uncovered."""
    if len(content) > LARGEST:
        raise _Broken("file too large")
    ranges = BYTE_RANGE.findall(content)
    if len(ranges) != 1:
        raise _Broken(f"{len(ranges)} seals, one expected")
    start, first, second, rest = map(int, ranges[0])
    if start != 0 or first >= second or second + rest != len(content):
        raise _Broken("the seal does not cover the whole file")
    hole = content[first:second]
    if hole[:1] != b"<" or hole[-1:] != b">" or not re.fullmatch(rb"[0-9A-F]+", hole[1:-1]):
        raise _Broken("the seal is not written as ours")
    raw = bytes.fromhex(hole[1:-1].decode())
    size = _der_size(raw)
    if any(raw[size:]):
        raise _Broken("the padding of the seal is not empty")
    return raw[:size]


def _der_size(raw: bytes) -> int:
    """Bytes of the first DER value, header included (long form of length: ours exceeds 127 bytes)."""
    if raw[0] != 0x30 or not 0x81 <= raw[1] <= 0x84:
        raise _Broken("the seal is not a DER sequence")
    count = raw[1] - 0x80
    size = 2 + count + int.from_bytes(raw[2 : 2 + count], "big")
    if size > len(raw):
        raise _Broken("the seal is cut short")
    return size


def _verified(content: bytes, envelope: bytes, trusted: bytes) -> dict[str, Any]:
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
    if len(signatures) != 1 or signatures[0].pkcs7_content.rstrip(b"\0") != envelope.rstrip(b"\0"):
        raise _Broken("the document does not read as one seal")
    signature = signatures[0]
    ours = {hashlib.sha256(one.dump()).digest(): one for one in load_certs_from_pemder_data(trusted)}
    certificate = ours.get(hashlib.sha256(signature.signer_cert.dump()).digest())
    if certificate is None:
        raise _Broken("sealed by another certificate")
    if _our_form(signature.signed_data, certificate) != envelope:
        raise _Broken("the seal is not in our form")
    at = signature.self_reported_timestamp
    # The certificate is one of ours, by name: it is judged at the instant of the seal, not at today's.
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=at)
    status = _awaited(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
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
    }


def _awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """Its result, without an event loop, which would open descriptors: where nothing is fetched, nothing is waited for."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise _Broken("the check waits for something")


def _our_form(signed: Any, certificate: Any) -> bytes:
    """The envelope rebuilt from what is signed (attributes, signature) and what we know (all the rest)."""
    from asn1crypto import algos, cms

    one = signed["signer_infos"][0]
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number}),
            ),
            "digest_algorithm": sha256,
            "signed_attrs": one["signed_attrs"],
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": one["signature"].native,
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
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": body}).dump(force=True))
