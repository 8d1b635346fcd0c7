"""The portal's seal: PAdES B-B with an EC P-256 key, put last and once; the sealed bytes are what is kept."""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

FIELD = "Cachet"
FIELD_LABEL = "Cachet électronique de l’administration"
DEMO_NAME = "Cachet de démonstration, sans valeur légale"
T = TypeVar("T")


class SealError(Exception):
    """The key or the certificate cannot be read: an operator must install them."""


def seal(
    content: bytes, *, reason: str, location: str = "", at: datetime | None = None, signable: bool = False
) -> bytes:
    """`content` with its seal appended. Two seals of the same bytes differ: seal once, keep the result.

    `at` is the instant the seal claims, the machine's clock by default (HOUSE, « Time »: seals do not follow the
    portal's clock). The document is certified: nothing may be added after. `signable`: it is not, so that whoever it is sent to
    may add their signature after the seal (edsh_portal/intake/signed.py checks that they added nothing else).
    """
    return apart(
        lambda: _seal(content, reason=reason, location=location, at=at or datetime.now(UTC), signable=signable)
    )


def _seal(content: bytes, *, reason: str, location: str, at: datetime, signable: bool) -> bytes:
    # Imported here: the engine takes a second to load, and web processes never seal.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = _signer()

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
    signed = DatedSigner(meta, signer=signer, new_field_spec=field).sign_pdf(writer)
    return bytes(signed.getbuffer())


def _signer() -> Any:
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    try:
        key = load_private_key_from_pemder_data(Path(settings.SEAL_KEY_PATH).read_bytes(), passphrase=None)
        certificate = next(iter(load_certs_from_pemder_data(Path(settings.SEAL_CERT_PATH).read_bytes())))
    except (OSError, ValueError, StopIteration, PdfError) as error:
        raise SealError(f"seal key or certificate unreadable: {error}") from error
    if certificate.public_key.algorithm != "ec":
        raise SealError("the seal needs an elliptic curve key (P-256)")
    # Only its own certificate goes in: the check compares the seal with the one form we write.
    return signers.SimpleSigner(
        signing_cert=certificate, signing_key=key, cert_registry=SimpleCertificateStore(), embed_roots=False
    )


def apart(work: Callable[[], T]) -> T:
    """Runs `work` in a thread of its own: the library starts an event loop, which a thread that has one forbids."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(work).result()


def make_seal_key(directory: Path | None = None) -> tuple[Path, Path]:
    """Writes a fictitious key (mode 600) and its self-signed certificate; returns their paths.

    In `directory`, or where the settings look for them. Refuses to write over a key: FileExistsError.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key_path = Path(directory) / "seal.key.pem" if directory else Path(settings.SEAL_KEY_PATH)
    cert_path = Path(directory) / "seal.cert.pem" if directory else Path(settings.SEAL_CERT_PATH)
    key = ec.generate_private_key(ec.SECP256R1())
    pem, nobody = serialization.Encoding.PEM, serialization.NoEncryption()
    key_path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, nobody))
    cert_path.parent.mkdir(parents=True, exist_ok=True)
    cert_path.write_bytes(_certificate(key).public_bytes(pem))
    return key_path, cert_path


def _certificate(key: Any) -> Any:
    """Signed by its own key, to seal and for nothing else."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Portail EDSH, données fictives"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, DEMO_NAME),
        ]
    )
    others = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    usage = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2022, 1, 1, tzinfo=UTC))  # the demo's call opens in 2022
        .not_valid_after(datetime(2042, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
