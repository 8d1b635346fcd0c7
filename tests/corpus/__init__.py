"""The corpus of files that strangers send, each made when asked: {name: (how it is made, what becomes of it)}.

HOSTILE: refused in a sentence that names what to remove. HEAVY: hostile by their cost, kept or refused, within the walls.
ORDINARY: what real producers write, kept.
"""

from tests.corpus import (
    hostile_office,
    hostile_open,
    hostile_pdf,
    hostile_pictures,
    ordinary_office,
    ordinary_pdf,
    ordinary_pictures,
)
from tests.corpus.table import KEPT, Files

HOSTILE: Files = hostile_pdf.FILES | hostile_office.FILES | hostile_open.FILES | hostile_pictures.FILES
HEAVY: Files = hostile_pdf.HEAVY_FILES | hostile_office.HEAVY_FILES | hostile_open.HEAVY_FILES
ORDINARY: Files = ordinary_pdf.FILES | ordinary_office.FILES | ordinary_pictures.FILES
TABLE: Files = HOSTILE | HEAVY | ORDINARY

__all__ = ["HEAVY", "HOSTILE", "KEPT", "ORDINARY", "TABLE", "Files"]
