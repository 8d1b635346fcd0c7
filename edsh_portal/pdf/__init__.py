"""Documents of legal value: laid out in a walled child process, sealed once, checked byte for byte."""

from .fictitious import make_seal_key
from .keys import SealError
from .layout import PressUnavailable, RenderError, render
from .proof import PATIENT, Seal, check
from .read import Font, Markers, attached_json, canonical, fonts, markers
from .stamp import LEVELS, seal

__all__ = [
    "LEVELS",
    "PATIENT",
    "Font",
    "Markers",
    "PressUnavailable",
    "RenderError",
    "Seal",
    "SealError",
    "attached_json",
    "canonical",
    "check",
    "fonts",
    "make_seal_key",
    "markers",
    "render",
    "seal",
]
