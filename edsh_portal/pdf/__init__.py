"""Documents of legal value: laid out in a walled child process, sealed once, checked byte for byte."""

from .layout import PressUnavailable, RenderError, render
from .proof import PATIENT, Seal, check
from .read import Font, Markers, attached_json, canonical, fonts, markers
from .stamp import SealError, make_seal_key, seal

__all__ = [
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
