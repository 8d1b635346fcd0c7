"""What a seal keeps beside it so that it can be judged for long (PAdES B-LT): certificates, OCSP answers and revocation lists, in one
revision after the seal. Written in one form, so that the check writes it again and compares bytes. Known to the worker that seals, and to the cage.
"""

import hashlib
import io
from typing import NamedTuple

NAMES = ("/Certs", "/OCSPs", "/CRLs")


class Held(NamedTuple):
    """DER of each, in the order written."""

    certificates: list[bytes]
    answers: list[bytes]
    lists: list[bytes]


def revision(sealed: bytes, held: Held) -> bytes:
    """`sealed` with the one revision that keeps `held`: same input, same bytes."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    out = io.BytesIO(sealed)
    writer = IncrementalPdfFileWriter(out)
    # The library draws the second identifier at random.
    digest = hashlib.sha256(sealed).digest()[:16]
    writer._document_id = generic.ArrayObject([writer._document_id[0], generic.ByteStringObject(digest)])
    name = generic.NameObject
    store = generic.DictionaryObject({name("/Type"): name("/DSS")})
    for key, kept in zip(NAMES, held, strict=True):
        if kept:
            store[name(key)] = generic.ArrayObject(
                [writer.add_object(generic.StreamObject(stream_data=der)) for der in kept]
            )
    writer.root[name("/DSS")] = writer.add_object(store)
    writer.update_root()
    out.seek(0, io.SEEK_END)
    # Not `write()`, which would date the metadata anew.
    writer._write_updated_section(out)
    return out.getvalue()


def read(content: bytes) -> Held:
    """What the file says that it keeps. Whatever the library raises: it keeps nothing that can be read."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    store = PdfFileReader(io.BytesIO(content)).root["/DSS"]
    return Held(*([entry.get_object().data for entry in store.get(key, ())] for key in NAMES))
