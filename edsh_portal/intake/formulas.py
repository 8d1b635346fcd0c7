"""What a formula of a spreadsheet would fetch or run when it is computed. Every expression here is linear in the formula."""

import re

from .addresses import clicked, plain

MOST_FORMULA = 32_768  # characters; Excel stops at 8,192
# Functions that ask another machine, another program or another file.
FETCHING = frozenset(
    ("CALL", "COPILOT", "DDE", "DETECTLANGUAGE", "EXEC", "GOOGLEFINANCE", "GOOGLETRANSLATE", "IMAGE", "IMPORTDATA",
     "IMPORTFEED", "IMPORTHTML", "IMPORTRANGE", "IMPORTXML", "PY", "REGISTER", "REGISTER.ID", "RTD", "SQL.REQUEST",
     "STOCKHISTORY", "TRANSLATE", "WEBSERVICE")
)  # fmt: skip
# A text or the name of a sheet, in quotes; nothing inside is computed.
_QUOTED = re.compile(r"""("[^"]*+")|('[^']*+')(#?)""")
_ROWS = re.compile(r"\{[^{}]*+\}")  # constants in rows, which OpenDocument parts by « | »
_REMOTE = re.compile(r"file:|//|[a-z][a-z0-9+.\-]*+://")
_CALLED = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*+)\s*+\(")


def fetched(formula: str) -> str:
    """The name of what it would fetch (a function, « DDE », an address), "" when it computes from its own document."""
    bare = _ROWS.sub("", _QUOTED.sub(" ", formula))
    called = [match[1].upper() for match in _CALLED.finditer(bare)]
    for name in called:
        if any(tail in FETCHING for tail in _tails(name)):
            return name.rpartition("_XLFN.")[2] or name
    if "|" in bare:  # « program|file!place »
        return "DDE"
    if "://" in bare or "file:" in bare.casefold():
        return "file:"
    for text, sheet, mark in _QUOTED.findall(formula):
        if sheet and (mark or _elsewhere(sheet)):  # OpenDocument writes « 'address'#sheet »
            return sheet.strip("'")
        if text and "HYPERLINK" in called and _elsewhere(text) and not clicked(text[1:-1]):
            return text.strip('"')
    return ""


def _tails(name: str) -> list[str]:
    """« _XLFN.REGISTER.ID » → itself, « REGISTER.ID », « ID »: programs write the name behind prefixes of their own."""
    parts = name.split(".")[-4:]
    return [".".join(parts[at:]) for at in range(len(parts))]


def _elsewhere(quoted: str) -> bool:
    return _REMOTE.match(plain(quoted[1:-1])) is not None
