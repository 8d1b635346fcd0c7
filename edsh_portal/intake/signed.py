"""Is this the document that the portal sent, with electronic signatures added and nothing else? Runs in the cage.

Whose certificates they are is told, not trusted: no list of authorities is held here. What is held is that the bytes sent come
first, untouched; that each signature added is sound; that the last covers the whole file; that what was added since is signatures.
"""

import hashlib
import io
from typing import Any

from .proof import LARGEST, _awaited

LONGEST = 300  # of the names, together


def checked(content: bytes, size: int, sha256: str) -> dict[str, str]:
    """{"refusal": "", "signers": names} of a sound copy; else why not: other, unsigned, changed, broken.

    `size`, `sha256`: of the document that was sent.
    """
    if len(content) > LARGEST or hashlib.sha256(content[:size]).hexdigest() != sha256:
        return _refused("other")
    if len(content) == size:
        return _refused("unsigned")
    try:
        return _read_signatures(content)
    except MemoryError:
        raise
    except Exception:  # a stranger's bytes may break any parser: whatever breaks is not sound
        return _refused("broken")


def _refused(why: str) -> dict[str, str]:
    return {"refusal": why, "signers": ""}


def _read_signatures(content: bytes) -> dict[str, str]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    ours, *added = PdfFileReader(io.BytesIO(content)).embedded_signatures
    if not added:
        return _refused("changed")
    found = [_status(one) for one in (ours, *added)]
    if not all(status.intact and status.valid for status in found):
        return _refused("broken")
    if found[-1].coverage != SignatureCoverageLevel.ENTIRE_FILE or any(
        status.modification_level is None or status.modification_level > ModificationLevel.FORM_FILLING
        for status in found
    ):
        return _refused("changed")
    names = (str(one.signer_cert.subject.native.get("common_name", "")).strip() for one in added)
    return {"refusal": "", "signers": ", ".join(name or "—" for name in names)[:LONGEST]}


def _status(signature: Any) -> Any:
    """Sound or not, and what came after it; by whom is not judged."""
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=[], allow_fetching=False, moment=signature.self_reported_timestamp)
    return _awaited(async_validate_pdf_signature(signature, signer_validation_context=context))
