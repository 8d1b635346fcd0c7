"""What a document carries beside its text: pictures that are measured, fonts and settings that are no program, drawings that
do nothing."""

from edsh_portal.refusal import Refused

from . import image
from .addresses import clicked, plain
from .package import Package, every
from .refusals import carries, fetches, leads, oversized, unknown

# What begins like this inside a document is another document, an archive or a program.
CARRIED = (
    b"PK\x03\x04", b"PK\x05\x06", b"MZ", b"\x7fELF", b"%PDF-", b"%!PS", b"{\\rtf", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe",
    b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF", b"ITSF", b"L\0\0\0\x01\x14\x02\0", b"ISc(",
    bytes.fromhex("d0cf11e0a1b11ae1"),
)  # fmt: skip


def check_picture(package: Package, name: str) -> None:
    """One of the pictures that documents carry, of a bearable size."""
    head = package.head(name)
    if not image.is_carried(head):
        raise stranger(name, head)
    if not image.is_bearable(head, package.file(name)):
        raise oversized(name)


def check_unread(package: Package, name: str) -> None:
    """Settings of a printer, a font: not read here, and not a program or an archive either."""
    head = package.head(name)
    if head.startswith((*CARRIED, b"<")):
        raise stranger(name, head)


def stranger(name: str, head: bytes) -> Refused:
    """A part that has no place in the document: an object when that is what it is, else told by its name."""
    return carries() if head.startswith(CARRIED) else unknown(name)


def check_svg(name: str, said: dict[str, str]) -> None:
    """A drawing: no script, nothing taken from elsewhere."""
    if name in ("script", "foreignObject", "handler", "set", "animate", "iframe", "object", "embed"):
        raise carries()
    if any(key.rpartition(":")[2].casefold().startswith("on") for key in said):
        raise carries()
    for address in every(said, "href", "src"):
        if name == "a":
            if not clicked(address):
                raise leads(address)
        elif not plain(address).startswith(("#", "data:image/png", "data:image/jpeg")):
            raise fetches(address)
