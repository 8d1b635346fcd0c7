"""Makes the core of each face of the pages: what French and English need, a third of the whole. `python bin/fonts.py [--check]`.

`static/fonts/NAME.woff2` is the whole face, `NAME-core.woff2` is made from it: the same file each time. A page that shows another
character (a Polish name, a Greek letter) loads the whole face besides: `unicode-range` of static/css/portal.css says so.
"""

import io
import sys
from collections.abc import Iterable

import servers
from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = servers.ROOT / "static" / "fonts"
FACES = ("regular", "italic", "semibold", "bold")
# Printable ASCII and Latin-1, Œ and Ÿ; dashes, quotation marks, ellipsis, spaces; €; arrows, signs and marks that pages write.
CORE = (
    "U+20-7E, U+A0-FF, U+152-153, U+178, U+2009, U+2011, U+2013-2014, U+2018-201A, U+201C-201E, U+2022, U+2026, U+202F, U+2039-203A,"
    " U+20AC, U+2190-2193, U+2212, U+2260, U+2264-2265, U+25B2, U+25BC"
)
HINTED = ("regular", "italic")  # those of running text: the instructions of one face weigh 6 kB
FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "liga", "pnum")


def points(ranges: str) -> set[int]:
    """The code points of a `unicode-range`."""
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(", "):
        first, _, last = part.partition("-")
        found |= {*range(int(first, 16), int(last or first, 16) + 1)}
    return found


def spelled(codes: Iterable[int]) -> str:
    """The `unicode-range` of code points."""
    spans: list[list[int]] = []
    for code in sorted(codes):
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def core(face: str) -> bytes:
    options = subset.Options(
        layout_features=FEATURES, flavor="woff2", hinting=face in HINTED, desubroutinize=False, notdef_outline=True
    )
    font = TTFont(FONTS / f"portal-sans-{face}.woff2", recalcTimestamp=False)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=points(CORE))
    maker.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()


def main() -> int:
    differ = []
    for face in FACES:
        file, made = FONTS / f"portal-sans-{face}-core.woff2", core(face)
        if not file.exists() or file.read_bytes() != made:
            differ.append(file.name)
        if "--check" not in sys.argv:
            file.write_bytes(made)
            print(f"{file.name}: {len(made)}")
    if not differ:
        return 0
    whole = set(TTFont(FONTS / "portal-sans-regular.woff2").getBestCmap())
    print(f"unicode-range of a core: {CORE}\nof a whole face: {spelled(whole - points(CORE))}")
    return int("--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
