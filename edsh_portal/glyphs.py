"""Which characters the fonts of the press draw: what a document prints, and what a form refuses because none of them does.

Asked by the press, in a process without Django (pdf/press.py), and by the forms: one answer for both, read in a table beside the
fonts, which neither opens for it (tests/look/test_vendor.py compares them).
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts" / "pdf"
TABLE = FONTS / "drawn.txt"
# Joiners, marks of direction and the like: invisible, and able to show a text other than the one that is stored.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_AS_IT_IS = frozenset("\t\n\r")


@cache
def drawable() -> frozenset[str]:
    """What every weight of the text draws, and what a stand-in draws for all of them."""
    ranges = (line.partition("-")[::2] for line in TABLE.read_text().split())
    codes = (code for first, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(map(chr, codes)) | _AS_IT_IS


def printed(text: str) -> str:
    """The text with only what our fonts draw: PDF/A forbids the empty box. The attached JSON keeps the exact text."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    missing = {sign: _stand_in(sign) for sign in set(text) - drawable()}
    return text.translate(
        {ord(sign): f"[U+{ord(sign):04X}]" if seen is None else seen for sign, seen in missing.items()}
    )


def unprintable(text: str) -> list[str]:
    """The characters that a document could only name by their number, in the order of the text."""
    left = dict.fromkeys(INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    return [sign for sign in left if sign not in drawable() and _stand_in(sign) is None]


def _stand_in(sign: str) -> str | None:
    """What is printed for a character without drawing: a blank, nothing, its plainer form, or None when it has none."""
    kind = unicodedata.category(sign)
    if kind in {"Cc", "Zs"}:
        return " "
    if kind in {"Mn", "Me"}:
        return ""
    plainer = unicodedata.normalize("NFKC", sign)
    # Never let a look-alike of a markup character become markup.
    return plainer if all(one in drawable() and one not in "<>&\"'" for one in plainer) else None
