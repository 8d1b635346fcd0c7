"""A seal whose key never leaves its token (PKCS#11): a card, a box on the network, or a software one in the tests.

Its library is asked for by who seals alone, and installed by who has a token (requirements-pkcs11.txt).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from edsh_portal.passing import Away


class SealError(Exception):
    """The seal cannot be put as the settings ask: an operator must see to them."""


def signed(told: Mapping[str, str], pin: str, message: bytes) -> bytes:
    """ECDSA with SHA-256, in DER, by the private key that `told` names (environment.token). SealError for what an operator must see to, a PIN that is not the
    one among them, which is never tried again: a token shuts itself after a few; Away when the token is not there."""
    try:
        import pkcs11
        from pkcs11 import exceptions, util
    except ImportError as error:
        raise SealError(f"a key in a token needs requirements-pkcs11.txt: {error}") from error
    try:
        token = pkcs11.lib(told["module-path"]).get_token(token_label=told["token"])
        with token.open(user_pin=pin) as session:
            key: Any = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=told["object"])
            raw = key.sign(hashlib.sha256(message).digest(), mechanism=pkcs11.Mechanism.ECDSA)
    except (
        exceptions.NoSuchToken,
        exceptions.TokenNotPresent,
        exceptions.DeviceRemoved,
        exceptions.DeviceError,
    ) as error:
        raise Away(f"the token of the seal is not there: {error!r}") from error
    except (exceptions.PKCS11Error, RuntimeError) as error:
        raise SealError(f"the token of the seal does not sign: {error!r}") from error
    return bytes(util.ec.encode_ecdsa_signature(raw))
