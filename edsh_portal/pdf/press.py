"""The press, a shop of the cage (intake/cage.py): lays out one document a fork, with our fonts and no other address.

Loaded by its file, in a process that has neither Django nor a setting of the portal.
"""

import ctypes.util
import hashlib
import io
import json
from datetime import datetime
from typing import Any

from edsh_portal import glyphs

PAGES = 400

UA_XMP = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def _no_library(name: str) -> str | None:
    return None


class Engine:
    """What every document shares, loaded once before the forks: engine, fonts, address rules."""

    def __init__(self) -> None:
        # A library is opened by the names that the engine tries in turn: for each that is no file, one would run a compiler, to ask it.
        ctypes.util.find_library = _no_library
        import pikepdf  # noqa: F401  (loaded here so that no fork pays for it)
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration

        self.fetcher = address_rules({path.name: path.read_bytes() for path in glyphs.FONTS.glob("*.ttf")})
        glyphs.drawable()
        self.configuration = FontConfiguration()
        # A first, throw-away page: loads the fonts and what the engine imports late.
        weasyprint.HTML(
            string="<html lang=fr><p style='font-family:Source Sans 3'>é", url_fetcher=self.fetcher
        ).write_pdf(font_config=self.configuration, pdf_variant="pdf/a-3a")

    def lay_out(self, job: dict) -> bytes:
        import weasyprint

        job["html"] = glyphs.printed(job["html"])
        page = weasyprint.HTML(string=job["html"], url_fetcher=self.fetcher)
        document = page.render(font_config=self.configuration, pdf_variant="pdf/a-3a")
        if len(document.pages) > PAGES:
            raise ValueError(f"{len(document.pages)} pages, {PAGES} at most")
        about = document.metadata
        about.title, about.lang, about.generator = job["title"], "fr", "Portail EDSH"
        about.created = about.modified = job["at"]
        attachments = []
        if job["attachment"] is not None:
            at = datetime.fromisoformat(job["at"])
            attachments.append(
                weasyprint.Attachment(
                    string=job["attachment"], name="decision.json", description="Données de l’acte, JSON",
                    created=at, modified=at, relationship="Data",
                )
            )  # fmt: skip
        laid_out = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier(job),
            attachments=attachments,
            font_config=self.configuration,
        )
        return finished(laid_out)


def address_rules(fonts: dict[str, bytes]):
    """A fetcher that knows our fonts by name and data: addresses; anything else ends the layout."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OurAddresses(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)

        def fetch(self, url, headers=None):
            if url.startswith("font:") and (data := fonts.get(url.removeprefix("font:"))) is not None:
                return URLFetcherResponse(url, data, {"Content-Type": "font/ttf"})
            if not url.startswith("data:"):
                raise FatalURLFetchingError(f"address refused: {url[:200]}")
            return super().fetch(url, headers)

    return OurAddresses()


def identifier(job: dict) -> bytes:
    return hashlib.sha256(json.dumps([job["html"], job["title"], job["at"], job["attachment"]]).encode()).digest()[:16]


def finished(content: bytes) -> bytes:
    """Adds what the engine leaves out: the PDF/UA mark in the XMP, the scope of table headers, no doubled file entry."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        xmp = pdf.Root.Metadata.read_bytes()
        before, mark, after = xmp.rpartition(b"</rdf:RDF>")
        if not mark:
            raise ValueError("the layout has no metadata to complete")
        pdf.Root.Metadata = pdf.make_stream(
            before + UA_XMP + mark + after, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        for element in pdf.objects:
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/TR":
                give_scopes(element)
        if "/AF" in pdf.Root:
            pdf.Root.AF = pikepdf.Array({entry.objgen: entry for entry in pdf.Root.AF}.values())
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def give_scopes(row) -> None:
    """A header in a row of headers heads its column, one among cells heads its row (PDF/UA 7.5)."""
    import pikepdf

    cells = [cell for cell in row.get("/K", []) if isinstance(cell, pikepdf.Dictionary)]
    heads = [cell for cell in cells if cell.get("/S") == "/TH"]
    scope = pikepdf.Name.Column if len(heads) == len(cells) else pikepdf.Name.Row
    for cell in heads:
        given = cell.get("/A")
        if given is None:
            cell.A = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=scope)
        elif isinstance(given, pikepdf.Dictionary) and given.get("/O") == "/Table" and "/Scope" not in given:
            given.Scope = scope


# ── the shop ─────────────────────────────────────────────────────────────────────────────────────────────────────────
_engine: list[Engine] = []


def warm() -> None:
    _engine.append(Engine())


def lay_out(content: bytes, **details: Any) -> tuple[dict[str, Any], bytes]:
    return {}, _engine[0].lay_out({"html": content.decode(), **details})


JOBS = {"lay_out": lay_out}
