"""What the portal makes of each version: the financial annex, and the sealed acknowledgement that names it."""

from django.utils.translation import gettext_lazy as _

from edsh_portal import documents, pdf
from edsh_portal.events import Blocked, Effect, on, record, stream_of
from edsh_portal.models import Event
from edsh_portal.sheets import XLSX, write_xlsx

from .. import annex
from ..models import Version, VersionFile
from . import receipt_context


@on("application.submitted", "complement.answered", queue="pdf", says=_("Établir l’accusé de réception"))
def make_receipt(event: Event) -> Effect | None:
    """Writes the annex of one version from its frozen content, then lays out and seals the acknowledgement (CRPA R112-11-1),
    which bears the annex's hash. Once: both rows are unique (docs/decisions/0032)."""
    version = Version.objects.select_related(
        "application__wave__settings",
        "application__wave__call",
        "application__coordinator__departement",
        "submitted_by",
        "delegation",
    ).get(pk=event.data["version"])
    if version.files.filter(code=VersionFile.RECEIPT).exists():
        return None
    table = documents.keep(write_xlsx(annex.of_deposit(version.content)))
    title = f"Accusé de réception {version.receipt_number}"
    try:
        laid_out = pdf.render("pdf/receipt.html", receipt_context(version, table), title=title)
    except pdf.RenderError as error:
        raise Blocked(str(error)) from error
    sealed = documents.keep(pdf.seal(laid_out, reason=title))

    def effect() -> None:
        _made(version, VersionFile.ANNEX, table, f"annexe-financiere-{version.receipt_number}.xlsx", XLSX)
        _made(version, VersionFile.RECEIPT, sealed, f"{version.receipt_number}.pdf", "application/pdf")
        hashes = {"sha256": sealed.sha256, "annex": table.sha256}
        record("receipt.issued", version, by=None, stream=stream_of(version.application), **hashes)

    return effect


def _made(version: Version, code: str, kept: documents.Kept, name: str, media_type: str) -> None:
    document = documents.store(
        kept, name=name, media_type=media_type, kind=code, by=None, at=version.submitted_at, issued=True
    )
    VersionFile.objects.create(version=version, code=code, document=document)
