"""What a file says that it is, true or not: its title, the act attached to it, a seal of ours. Runs in the cage."""

import hashlib
import io
import json
from contextlib import suppress
from typing import Any

LONGEST = 300
ATTACHED = "decision.json"


def made(content: bytes, trusted: str) -> dict[str, Any]:
    """What pdf.proof.Claims holds. Nothing is proven here: a file that was changed is read as far as it can be.

    `trusted`: certificates (PEM) of our seal. That of a seal is written in hexadecimal digits, where it is looked for as it stands.
    """
    from pyhanko.keys import load_certs_from_pemder_data

    ours = any(one.dump().hex().upper().encode() in content for one in load_certs_from_pemder_data(trusted.encode()))
    told = {"title": "", "number": "", "sha256": "", "ours": ours}
    with suppress(Exception):  # a stranger's bytes may break any parser: what was read before stays
        told |= _read_document(content, told)
    return told


def _read_document(content: bytes, told: dict[str, Any]) -> dict[str, Any]:
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as document:
        told["title"] = str(document.docinfo.get("/Title", ""))[:LONGEST]
        if ATTACHED in document.attachments:
            attached = document.attachments[ATTACHED].get_file().read_bytes()
            told["sha256"] = hashlib.sha256(attached).hexdigest()
            told["number"] = str(json.loads(attached).get("number", ""))[:LONGEST]
    return told
