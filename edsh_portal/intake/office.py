"""Office documents, OOXML (DOCX, XLSX) and OpenDocument (ODT, ODS): only parts that are known, none that acts or fetches."""

from collections.abc import Iterator

from . import ooxml, opendocument, sheets
from .kinds import Kind
from .package import Package
from .patients import Row


def checked(content: bytes) -> tuple[Kind, Iterator[Row]]:
    """The kind and the rows of its text, once nothing is wrong with it. Refused R05 otherwise."""
    package = Package(content)
    if "mimetype" in package.names:
        kind = opendocument.checked(package)
        return kind, sheets.open_rows(package)
    kind, parts = ooxml.checked(package)
    return kind, sheets.rows(package, parts)
