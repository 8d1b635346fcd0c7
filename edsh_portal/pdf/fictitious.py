"""What the demonstration and the tests seal with: a key, the authority that certifies it, a time-stamping authority in this process and
the revocation list of the first. Fictitious, and said so in every name."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

DEMO_NAME = "Cachet de démonstration, sans valeur légale"
AUTHORITY_NAME = "Autorité fictive de la démonstration"
STAMPS_NAME = "Horodatage fictif de la démonstration"
SINCE, UNTIL = datetime(2022, 1, 1, tzinfo=UTC), datetime(2042, 1, 1, tzinfo=UTC)  # the demo's call opens in 2022
ANSWERS = "http://ocsp.invalid/"  # nobody asks there: what is held is what the operator put beside
STAMPS_FILE = "time-stamps.pem"


def make_seal_key(directory: Path | None = None) -> tuple[Path, Path]:
    """Writes a fictitious key (mode 600), its certificate, and beside them what the higher levels of the seal need; returns their paths.

    In `directory`, or where the settings look for them. Refuses to write over a key: FileExistsError.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key_path = Path(directory) / "seal.key.pem" if directory else Path(settings.SEAL_KEY_PATH)
    cert_path = Path(directory) / "seal.cert.pem" if directory else Path(settings.SEAL_CERT_PATH)
    authorities = cert_path.with_name("authorities.pem") if directory else Path(settings.SEAL_AUTHORITIES_PATH)
    lists = cert_path.with_name("revocation") if directory else Path(settings.SEAL_REVOCATION_DIR)
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    key, above, stamps = (ec.generate_private_key(ec.SECP256R1()) for _number in range(3))
    authority = _certificate(AUTHORITY_NAME, above, AUTHORITY_NAME, above)
    _write_key(key_path, key)
    for folder in (cert_path.parent, authorities.parent, lists):
        folder.mkdir(parents=True, exist_ok=True)
    cert_path.write_bytes(_certificate(DEMO_NAME, key, AUTHORITY_NAME, above).public_bytes(pem))
    authorities.write_bytes(authority.public_bytes(pem))
    (lists / "fictitious.crl").write_bytes(_list(above).public_bytes(der))
    stamps_path = key_path.with_name(STAMPS_FILE)
    stamps_path.unlink(missing_ok=True)
    _write_key(stamps_path, stamps, _certificate(STAMPS_NAME, stamps, AUTHORITY_NAME, above).public_bytes(pem))
    return key_path, cert_path


def _write_key(path: Path, key: Any, more: bytes = b"") -> None:
    from cryptography.hazmat.primitives import serialization

    path.parent.mkdir(parents=True, exist_ok=True)
    nobody = serialization.NoEncryption()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, nobody) + more)


def _name(common: str) -> Any:
    from cryptography import x509

    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Portail EDSH, données fictives"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(name: str, key: Any, issuer: str, above: Any) -> Any:
    """To seal, to stamp or to certify, and for nothing else."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    certifies = name == AUTHORITY_NAME
    uses = ("key_cert_sign", "crl_sign") if certifies else ("digital_signature", "content_commitment")
    none = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    every = ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign", *none)
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=certifies, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in uses for use in every}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
    )
    if not certifies:  # an answer is looked at for a certificate that says where it is given
        access = x509.AccessDescription(
            x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ANSWERS)
        )
        built = built.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if name == STAMPS_NAME:
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(above, hashes.SHA256())


def _list(above: Any) -> Any:
    """Nothing is revoked."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_name(AUTHORITY_NAME))
        .last_update(SINCE)
        .next_update(UNTIL)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
        .sign(above, hashes.SHA256())
    )
