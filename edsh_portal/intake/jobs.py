"""What may be asked of the cage about a file: each job answers (told, content), told being plain JSON. Named from outside by desk.py.

Loaded by its file in a process without Django (intake/cage.py), hence the whole names.
"""

import importlib
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from edsh_portal.intake import claims, proof, recognise, signed, workbook
from edsh_portal.intake.words import packed
from edsh_portal.refusal import Refused
from edsh_portal.sheets.table import Uncomputed, Value

Told = tuple[dict[str, Any], bytes]


def _refusing(job: Callable[..., Told]) -> Callable[..., Told]:
    """A refusal is an answer: its sentence crosses the wall as it was written, with what fills it."""

    @wraps(job)
    def asked(content: bytes, **details: Any) -> Told:
        try:
            return job(content, **details)
        except Refused as refused:
            return {"refused": packed(refused.message), "code": refused.code, "field": refused.field}, b""

    return asked


@_refusing
def receive(content: bytes) -> Told:
    """The kind of a file, and the bytes to keep when they are not those sent."""
    kind, kept = recognise.received(content)
    return {"media_type": kind.media_type, "redrawn": kept is not content}, b"" if kept is content else kept


@_refusing
def read(content: bytes) -> Told:
    """The values of a spreadsheet: [[name, [[row, column, value] …], hidden, its hidden rows, its hidden columns] …]; a number
    is [text], a day {"day": text}, a formula without result {"formula": text}."""
    tables = [
        [
            table.name,
            [[row, column, _plain(value)] for (row, column), value in table.cells.items()],
            table.hidden,
            sorted(table.hidden_rows),
            sorted(table.hidden_columns),
        ]
        for table in workbook.read(content).tables
    ]
    return {"tables": tables}, b""


def _plain(value: Value) -> Any:
    if isinstance(value, Decimal):
        return [str(value)]
    if isinstance(value, Uncomputed):
        return {"formula": value.formula}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def seal(content: bytes, trusted: str, authorities: str) -> Told:
    return proof.checked(content, trusted, authorities), b""


def claim(content: bytes, trusted: str) -> Told:
    return claims.made(content, trusted), b""


def copy(content: bytes, size: int, sha256: str) -> Told:
    """What signed.checked() says of a document that comes back signed."""
    return dict(signed.checked(content, size, sha256)), b""


JOBS = {"receive": receive, "read": read, "seal": seal, "claim": claim, "copy": copy}


def warm() -> None:
    """Loads what the engines would import on the way: a job can open no file (the cage says so, by name, when one tries)."""
    import encodings

    import asn1crypto
    import pikepdf
    import pyhanko.pdf_utils
    import pyhanko.sign.validation
    import pyhanko_certvalidator
    from cryptography.hazmat.backends.openssl import backend  # noqa: F401
    from PIL import Image
    from pyhanko.keys import load_certs_from_pemder_data  # noqa: F401

    Image.init()
    for package in (encodings, asn1crypto, pikepdf, pyhanko.pdf_utils, pyhanko.sign.validation, pyhanko_certvalidator):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            with suppress(ImportError):  # of another system, or of an option that is not installed
                importlib.import_module(module.name)
