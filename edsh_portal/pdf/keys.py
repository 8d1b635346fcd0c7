"""The key of the seal, in PEM, in PKCS#12 or in a token (PKCS#11), and the certificates that say whose it is. The roots of the event chain
are signed with it too: `signed` is all that is asked of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from . import token
from .token import SealError


def signed(message: bytes) -> bytes:
    """ECDSA with SHA-256, in DER, by the key of the seal, of which the first certificate speaks. SealError, and Away without its token."""
    return signing()(message)


def signing() -> Callable[[bytes], bytes]:
    """What signs, as `signed` says: a key in a file is read at once, a token is asked when it signs."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    if settings.SEAL_TOKEN:
        return _signed_by_token
    key = private()
    return lambda message: bytes(key.sign(message, ec.ECDSA(hashes.SHA256())))


def _signed_by_token(message: bytes) -> bytes:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    signature = token.signed(settings.SEAL_TOKEN, settings.SEAL_PASSPHRASE, message)
    public = certificates()[0].public_key()
    try:
        public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, TypeError, AttributeError) as error:
        raise SealError("the first certificate of the seal is not that of the key of its token") from error
    return signature


def private() -> Any:
    """The elliptic-curve key (cryptography) of SEAL_KEY_PATH, of which the first certificate of SEAL_CERT_PATH speaks."""
    from cryptography.hazmat.primitives.asymmetric import ec

    passphrase = settings.SEAL_PASSPHRASE.encode() or None
    try:
        key = _loaded(Path(settings.SEAL_KEY_PATH).read_bytes(), passphrase)
    except (OSError, ValueError, TypeError) as error:
        raise SealError(f"seal key unreadable: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealError("the seal needs an elliptic curve key (P-256)")
    if certificates()[0].public_key() != key.public_key():
        raise SealError("the first certificate of the seal is not that of its key")
    return key


def _loaded(content: bytes, passphrase: bytes | None) -> Any:
    """A PKCS#12 file is DER, which begins with a sequence; PEM begins with a dash."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

    if content[:1] == b"\x30":
        return pkcs12.load_key_and_certificates(content, passphrase)[0]
    return load_pem_private_key(content, passphrase)


def certificates() -> list[Any]:
    """Those of the seal (cryptography): the present one first, then past ones."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(Path(settings.SEAL_CERT_PATH).read_bytes())
    except (OSError, ValueError) as error:
        raise SealError(f"seal certificate unreadable: {error}") from error


def authorities() -> str:
    """PEM of those under whom the seal and its time-stamps stand; empty where none is installed."""
    path = Path(settings.SEAL_AUTHORITIES_PATH)
    return path.read_text() if path.exists() else ""
