"""The fields of a dossier that people write together: what each accepts (kinds.py), what each section holds (section.py,
sections.py), the key it goes by (keys.py), the control that a page offers (controls.py)."""

from .keys import Place, cell_key, keys, place
from .kinds import MOST_MONTHS, Field, One, Several, Text, plain
from .section import Section
from .sections import PLACED, PLAN, SECTIONS, TERMS

__all__ = [
    "MOST_MONTHS",
    "PLACED",
    "PLAN",
    "SECTIONS",
    "TERMS",
    "Field",
    "One",
    "Place",
    "Section",
    "Several",
    "Text",
    "cell_key",
    "keys",
    "place",
    "plain",
]
