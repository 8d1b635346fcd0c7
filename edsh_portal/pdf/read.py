"""What a document says of itself: attached JSON, fonts, PDF/A and PDF/UA marks. pikepdf is imported when asked for."""

import io
import json
from dataclasses import dataclass
from typing import Any

ATTACHED = "decision.json"


@dataclass(frozen=True, order=True)
class Font:
    name: str  # PostScript name without its subset tag, « SourceSans3-Regular »
    embedded: bool


@dataclass(frozen=True)
class Markers:
    pdfa: str  # « 3A »: part and conformance, "" when absent
    pdfua: str  # « 1 », "" when absent
    lang: str
    title: str
    output_intent: bool
    identifier: bool
    tagged: bool


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


def fonts(content: bytes) -> list[Font]:
    """Every font the document names, by name."""
    import pikepdf

    found = set()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for entry in pdf.objects:
            if (
                not isinstance(entry, pikepdf.Dictionary)
                or entry.get("/Type") != "/Font"
                or "/DescendantFonts" in entry
            ):
                continue
            descriptor: Any = entry.get("/FontDescriptor", {})
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            found.add(Font(str(entry.get("/BaseFont", "/")).removeprefix("/").rpartition("+")[2].rstrip(","), embedded))
    return sorted(found)


def markers(content: bytes) -> Markers:
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as xmp:
            part, level, ua = (xmp.get(key, "") for key in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part"))
        root: Any = pdf.Root
        trailer: Any = pdf.trailer
        return Markers(
            pdfa=f"{part}{level}",
            pdfua=str(ua),
            lang=str(root.get("/Lang", "")),
            title=str(trailer.get("/Info", {}).get("/Title", "")),
            output_intent=any(intent.get("/S") == "/GTS_PDFA1" for intent in root.get("/OutputIntents", [])),
            identifier=len(trailer.get("/ID", [])) == 2,
            tagged="/StructTreeRoot" in root and bool(root.get("/MarkInfo", {}).get("/Marked", False)),
        )
