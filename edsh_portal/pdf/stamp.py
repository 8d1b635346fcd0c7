"""The portal's seal: PAdES at the level of the settings with an EC P-256 key, put last and once; the sealed bytes are what is kept."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings

from . import keys, revocation

FIELD = "Cachet"
FIELD_LABEL = "Cachet électronique de l’administration"
BASIC, STAMPED, LONG = LEVELS = ("B-B", "B-T", "B-LT")  # PAdES, ETSI EN 319 142-1
HOLE = 20_000  # hexadecimal digits for a seal with its time-stamp
LONGEST_SIGNATURE = 72  # bytes: ECDSA on P-256, in DER
T = TypeVar("T")


def seal(
    content: bytes, *, reason: str, location: str = "", at: datetime | None = None, signable: bool = False
) -> bytes:
    """`content` with its seal appended, at settings.SEAL_LEVEL or not at all: Away when the time-stamp authority does not answer or what it is
    judged by is out of date (try again), SealError when an operator must see to it. Two seals of the same bytes differ: seal once, keep the result.

    `at` is the instant the seal claims, the machine's clock by default (HOUSE, « Time »: seals do not follow the
    portal's clock). The document is certified: nothing may be added after. `signable`: it is not, so that whoever it is sent to
    may add their signature after the seal (edsh_portal/intake/signed.py checks that they added nothing else).
    """
    return apart(
        lambda: _seal(content, reason=reason, location=location, at=at or datetime.now(UTC), signable=signable)
    )


def _seal(content: bytes, *, reason: str, location: str, at: datetime, signable: bool) -> bytes:
    # Imported here: the engine takes a second to load, and web processes never seal.
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    level, signer = settings.SEAL_LEVEL, _signer()
    authorities = list(load_certs_from_pemder_data(keys.authorities().encode())) if level != BASIC else []

    class DatedSigner(signers.PdfSigner):
        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = at
            return session

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        location=location or None,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=not signable,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if signable else fields.MDPPerm.NO_CHANGES,
    )
    field = fields.SigFieldSpec(
        sig_field_name=FIELD,
        readable_field_name=FIELD_LABEL,
        # Printable for PDF/A, out of the page for PDF/UA: an invisible mark cannot satisfy both otherwise.
        invis_sig_settings=fields.InvisSigSettings(set_print_flag=True, box_out_of_bounds=True),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    asked = _stamps(authorities) if level != BASIC else {}
    stamper = DatedSigner(meta, signer=signer, new_field_spec=field, timestamper=asked.get("timestamper"))
    sealed = bytes(stamper.sign_pdf(writer, bytes_reserved=asked.get("bytes_reserved")).getbuffer())
    return sealed if level != LONG else revocation.kept_with(sealed, signer.signing_cert, authorities)


def _stamps(authorities: list[Any]) -> dict[str, Any]:
    from .stamping import authority

    # Without a size the library asks for one time-stamp more, to measure it.
    return {"timestamper": authority(authorities), "bytes_reserved": HOLE}


def _signer() -> Any:
    from asn1crypto.x509 import Certificate
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    sign = keys.signing()

    class Ours(signers.Signer):
        """Wherever its key is. Only its own certificate goes in: the check compares the seal with the one form we write."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(LONGEST_SIGNATURE) if dry_run else sign(data)

    certificate = Certificate.load(keys.certificates()[0].public_bytes(serialization.Encoding.DER))
    return Ours(signing_cert=certificate, cert_registry=SimpleCertificateStore(), embed_roots=False)


def apart(work: Callable[[], T]) -> T:
    """Runs `work` in a thread of its own: the library starts an event loop, which a thread that has one forbids."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(work).result()
