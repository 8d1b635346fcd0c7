"""The data that a document carries: JSON, written in one way. pikepdf is imported when asked for."""

import io
import json
from typing import Any

ATTACHED = "decision.json"


def canonical(data: dict[str, Any]) -> bytes:
    """The one way this portal writes JSON that is hashed or attached: sorted keys, UTF-8, no needless space."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def attached_json(content: bytes) -> Any:
    """The data of the act, or None when the document carries none."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        if ATTACHED not in pdf.attachments:
            return None
        return json.loads(pdf.attachments[ATTACHED].get_file().read_bytes())
