"""The bytes of a stream of a PDF, decoded no further than asked."""

import zlib

import pikepdf

# Filters that do not multiply what they are given by more than the walls in pdf.py allow.
_UNPACKED = ("/FlateDecode", "/Fl", "/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85", "/RunLengthDecode", "/RL")


class Unread(Exception):
    """It is a picture, or is packed in a way that is not read here."""


def decoded(stream: pikepdf.Object, most: int) -> bytes:
    """At most so many bytes of it: what comes after is never unpacked. Unread when it is not text."""
    held = stream.get("/Filter")
    filters = [str(one) for one in (held if isinstance(held, pikepdf.Array) else [held] if held is not None else [])]
    if any(name not in _UNPACKED for name in filters):
        raise Unread
    try:
        if filters in (["/FlateDecode"], ["/Fl"]) and not stream.get("/DecodeParms"):
            return zlib.decompressobj().decompress(stream.read_raw_bytes(), most)
        return stream.read_bytes()[:most]
    except (pikepdf.PdfError, zlib.error, RuntimeError) as error:
        raise Unread from error
