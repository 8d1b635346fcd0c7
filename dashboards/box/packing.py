"""The box as a file: a ZIP written straight to the disk, piece by piece, the same bytes for the same content.

First each dossier on its own (`pack`), so that a call is resumed where it stopped; then the whole (`close`): the dossiers' files, the
signed root, the checker, and SHA256SUMS over all of them.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from applications.content.freeze import canonical_json
from applications.models import Application
from calls.models import Call
from edsh_portal import chain, documents
from edsh_portal.events import Blocked
from edsh_portal.models import Event
from funding import books
from funding.statement import KINDS as OPERATIONS
from funding.statement import called

from .. import kinds, visits
from . import contents, pages, shelf

OWN = Path(__file__).parent
CHUNK = 1 << 20
PACKED = (".zip", ".pdf", ".docx", ".xlsx", ".odt", ".ods", ".png", ".jpg", ".jpeg")  # smaller already
SUMS = "SHA256SUMS"


class Zip:
    """A ZIP being written: each name once, every instant that of `at`, and the SHA-256 of what went in."""

    def __init__(self, file: zipfile.ZipFile, at: datetime) -> None:
        self.file, self.at, self.sums = file, at.astimezone(UTC).timetuple()[:6], dict[str, str]()

    def add(self, name: str, content: str | bytes | Iterable[bytes]) -> None:
        if name in self.sums:
            raise Blocked(f"{name}: twice in the box")
        entry = zipfile.ZipInfo(name, self.at)
        entry.compress_type = zipfile.ZIP_STORED if name.lower().endswith(PACKED) else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        parts = [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
        digest = hashlib.sha256()
        with self.file.open(entry, "w", force_zip64=True) as into:
            for part in parts:
                digest.update(part)
                into.write(part)
        self.sums[name] = digest.hexdigest()

    def page(self, name: str, template: str, **context: Any) -> None:
        with translation.override("fr"):
            self.add(name, render_to_string(template, {"up": "../" * name.count("/"), **context}))

    def json(self, name: str, content: Any) -> None:
        self.add(name, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


@contextmanager
def written(path: Path, at: datetime) -> Iterator[Zip]:
    """Whole, or not at all: another worker may be writing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(temporary, "w") as file:
            yield Zip(file, at)
        with temporary.open("rb") as made:
            os.fsync(made.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# ── the signed root ──────────────────────────────────────────────────────────────────────────────────────────────────
def root_of(box: Event) -> Path:
    """The first root signed after the box was asked for: all that it holds stands under it. Signed now, when none is."""
    for path in sorted(Path(settings.ROOTS_DIR).glob("root-*.json")):
        if heads_of(path).get(box.stream, (0, ""))[0] >= box.seq:
            return path
    chain.sign_roots()
    return root_of(box)


def heads_of(path: Path) -> dict[str, tuple[int, str]]:
    """{stream: (number, hash) of its last event}."""
    root = json.loads(json.loads(path.read_text())["root"])
    return {stream: (seq, value) for stream, (seq, value) in root["heads"].items()}


# ── one dossier ──────────────────────────────────────────────────────────────────────────────────────────────────────
def pack(box: Event, application: Application) -> Path:
    """The files of a dossier, those of its asker's eyes; over again, the same."""
    path = shelf.part(box, application)
    heads = heads_of(root_of(box))
    with written(path, box.at) as into:
        held = list(contents.data(application, box.by))
        own = [stream for stream in contents.streams(held) if stream in heads]
        told: dict[str, Any] = {
            "format": 1,
            "reference": application.reference,
            "asked_at": box.at.astimezone(UTC).isoformat(),
            "streams": {stream: heads[stream][0] for stream in own},
            "tables": {model._meta.label: len(rows) for model, rows in held},
            "left_out": dict(contents.LEFT_OUT),
        }
        shown = _pages(into, box, application, held, told)
        into.json("donnees/noms.json", contents.names(held))
        for model, rows in held:
            if rows:
                into.json(f"donnees/{model._meta.label_lower}.json", [contents.told(row) for row in rows])
        versions = _versions(into, application)
        files = _files(into, held)
        _ledger(into, application)
        events = _events(into, held, own, heads)
        reads = _reads(into, application, box)
        into.add("boite.css", (OWN / "boite.css").read_bytes())
        into.json("contenu.json", told | {"files": [row["name"] for row in files if row["sha256"]]})
        into.page(
            "index.html", "box/index.html", application=application, box=box, pages=shown, versions=versions, files=files,
            events=events, reads=reads, told=told, left_out=contents.LEFT_OUT, alone=box.subject_type == application._meta.label_lower,
        )  # fmt: skip
    return path


def _pages(into: Zip, box: Event, application: Application, held: Any, told: dict[str, Any]) -> list[pages.Shown]:
    """Those that the auditor reads; the others are told by their addresses."""
    read = [(one, pages.read(one.path, box.by)) for one in pages.listed(application, held)]
    here = {one.path: one.name.removeprefix("pages/") for one, html in read if html is not None}
    shown = []
    for one, html in read:
        if html is not None:
            body = pages.bare(html, here)
            shown.append(one := pages.headed(one, body))
            into.page(one.name, "box/page.html", application=application, title=one.title, body=body)
    told["not_read"] = [one.path for one, html in read if html is None]
    return shown


def _versions(into: Zip, application: Application) -> list[Any]:
    """The text whose SHA-256 names each version, to the byte."""
    found = list(contents.versions(application))
    for version in found:
        into.add(f"dossier/version-{version.number}.json", canonical_json(version.content))
    return found


def _files(into: Zip, held: Any) -> list[dict[str, Any]]:
    rows = []
    for number, one in enumerate(contents.files(held), 1):
        name = f"fichiers/{one.folder}/{number:03d}-{documents.clean_name(one.document.name)}"
        row = {"document": one.document, "of": one.of._meta.verbose_name, "name": name, "sha256": ""}
        if one.opened:
            into.add(name, _bytes(one.document))
            row["sha256"] = into.sums[name]
            if row["sha256"] != one.document.kept_sha256:
                raise Blocked(f"{one.document.pk}: bytes changed on disk")
        rows.append(row)
    return rows


def _bytes(document: Any) -> Iterator[bytes]:
    path = documents.path_of(document.kept_sha256)
    if not path.is_file():
        raise Blocked(f"{document.pk}: no bytes on disk")
    with path.open("rb") as file:
        yield from chunked(file)


def chunked(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(CHUNK):
        yield part


def _ledger(into: Zip, application: Application) -> None:
    """Every operation of the grant, in words and in cents."""
    rows = [
        {
            "posting": of,
            "label": OPERATIONS[of.kind],
            "entries": [{"source": called(one.source), "target": called(one.target), "cents": one.cents} for one in of.entries.all()],
        }
        for of in books.journal(contents.postings(application)).order_by("pk")
    ]  # fmt: skip
    into.page("grand-livre.html", "box/ledger.html", application=application, title="Grand livre", rows=rows)


def _events(into: Zip, held: Any, own: list[str], heads: dict[str, tuple[int, str]]) -> int:
    """Each stream whole, up to the signed root, as « hash, two spaces, text »; what stands elsewhere about the dossier, to read."""
    rows: list[Event] = []
    for stream in own:
        found = list(
            Event.objects.filter(stream=stream, seq__lte=heads[stream][0]).select_related("by").order_by("seq")
        )
        into.add(f"faits/{stream.replace(':', '-')}.txt", "".join(f"{one.hash}  {one.body}\n" for one in found))
        rows += found
    beside = [
        one
        for one in contents.elsewhere(held, own).select_related("by")
        if one.seq <= heads.get(one.stream, (0, ""))[0]
    ]
    into.add("donnees/faits-d-autres-fils.txt", "".join(f"{one.hash}  {one.body}\n" for one in beside))
    told = [
        {"event": one, "label": kinds.label(one.kind), "whole": whole}
        for one, whole in sorted(
            [*((one, True) for one in rows), *((one, False) for one in beside)], key=lambda row: row[0].pk
        )
    ]
    into.page("faits.html", "box/events.html", title="Les faits", rows=told)
    return len(told)


def _reads(into: Zip, application: Application, box: Event) -> int:
    """Who read the dossier and what hangs from it, before the box was asked for."""
    found = list(contents.reads(application, box.recorded_at))
    into.json("donnees/consultations.json", [contents.told(one) for one in found])
    rows = [{"read": one, "what": visits.what(one)} for one in found]
    into.page("consultations.html", "box/reads.html", application=application, title="Qui a lu quoi", rows=rows)
    return len(found)


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────────
def close(box: Event, applications: Iterable[Application], call: Call | None) -> dict[str, Any]:
    """The box of these dossiers, one at its top or each in its folder. Answers `sha256` (of its SHA256SUMS) and `certificate` (of the
    certificate that signed the root, as DER), in hex, and `size`, in bytes."""
    root, path = root_of(box), shelf.whole(box)
    with written(path, box.at) as into:
        rows = []
        for application in applications:
            before = len(into.sums)
            _taken(into, shelf.part(box, application), f"dossiers/{application.reference}/" if call else "")
            rows.append({"application": application, "count": len(into.sums) - before})
        if call:
            into.add("boite.css", (OWN / "boite.css").read_bytes())
            into.page("index.html", "box/call.html", call=call, box=box, rows=rows)
        into.add("racine/racine.json", root.read_bytes())
        into.add("racine/certificat.pem", certificate := chain.certificate_of(root))
        into.add("check.py", (OWN / "check.py").read_bytes())
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(into.sums.items()))
        into.add(SUMS, sums)
    der = base64.b64decode(certificate.split(b"-----")[2])
    return {
        "sha256": hashlib.sha256(sums.encode()).hexdigest(),
        "certificate": hashlib.sha256(der).hexdigest(),
        "size": path.stat().st_size,
    }


def _taken(into: Zip, part: Path, folder: str) -> None:
    with zipfile.ZipFile(part) as file:
        for entry in file.infolist():
            with file.open(entry) as one:
                into.add(folder + entry.filename, chunked(one))
