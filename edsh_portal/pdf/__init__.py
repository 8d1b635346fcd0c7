"""Documents of legal value: laid out in a walled child process, sealed once, checked byte for byte."""

from .fictitious import make_seal_key
from .layout import PressUnavailable, RenderError, render
from .proof import PATIENT, Claims, Seal, check, claims
from .read import attached_json, canonical
from .stamp import LEVELS, seal
from .token import SealError

__all__ = [
    "LEVELS",
    "PATIENT",
    "Claims",
    "PressUnavailable",
    "RenderError",
    "Seal",
    "SealError",
    "attached_json",
    "canonical",
    "check",
    "claims",
    "make_seal_key",
    "render",
    "seal",
]
