"""What the portal makes of each version: the financial annex, and the sealed acknowledgement that names it."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings as portal
from django.utils.translation import gettext_lazy as _

from calls import clocks
from calls.models.letters import terms_of
from edsh_portal import documents, paper, pdf
from edsh_portal.events import Effect, on, record, stream_of
from edsh_portal.models import Event
from edsh_portal.numbers import finess, siret
from edsh_portal.sheets import XLSX, write_xlsx

from .. import remedies
from ..content import annex
from ..models import Version, VersionFile


def receipt_context(version: Version, table: documents.Kept | None = None) -> dict[str, Any]:
    """What pdf/receipt.html says: number, instant, service, legal periods, remedies by place, files and hashes.

    `table`: the financial annex that the portal makes with the receipt."""
    application, settings = version.application, version.application.wave.settings
    deposited = version.kind == Version.Kind.DEPOSIT
    place = application.coordinator.departement_id or ""
    body, terms = application.coordinator, terms_of(application.wave.call, version.submitted_at)
    to, check = body.addressee(), f"{portal.BASE_URL}/verifier/"
    return {
        "demo": portal.DEMO,
        "check_url": check,
        "qr": paper.qr(check),
        "terms": terms,
        "at": version.submitted_at,
        "version": version,
        "deposited": deposited,
        "application": application,
        "settings": settings,
        "content": version.content,
        "titles": {piece["code"]: piece["title"] for piece in version.content["pieces"]},
        "number": version.receipt_number,
        "table": table,
        "files": version.files.filter(piece__isnull=False)
        .select_related("document", "piece__membership__establishment")
        .order_by("code", "pk"),
        "periods": clocks.periods(
            version.submitted_at if deposited else cast(datetime, application.submitted_at),
            application.wave.closes_at,
            admissibility_months=settings.admissibility_months,
            decision_months=settings.decision_months,
            prorogued_to=None if deposited else application.prorogued_to,
        ),
        "remedy_months": remedies.months(place),
        "sender": [
            *dict.fromkeys((terms["ministry"], terms["direction"], settings.service_name)),
            settings.service_address,
            settings.service_email,
            settings.service_phone,
        ],
        "addressee": [
            body.name,
            f"À l’attention de {to['representative']}, en qualité de représentant légal"
            if to["representative"]
            else "",
            *to["address"],
            f"FINESS {finess(body.finess)}" if body.finess else "",
            f"SIRET {siret(body.siret)}" if body.siret else "",
        ],
        "reference": [{"key": "Dossier", "value": application.reference}, {"key": "Version", "value": version.number}],
    }


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
    receipt = paper.put(
        lambda: pdf.seal(pdf.render("pdf/receipt.html", receipt_context(version, table), title=title), reason=title),
        name=f"{version.receipt_number}.pdf",
        kind=VersionFile.RECEIPT,
    )

    def effect() -> None:
        at, name = version.submitted_at, f"annexe-financiere-{version.receipt_number}.xlsx"
        sheet = documents.store(table, name=name, media_type=XLSX, kind=VersionFile.ANNEX, by=None, at=at, issued=True)
        for made in (sheet, receipt.store(by=None, at=at)):
            VersionFile.objects.create(version=version, code=made.kind, document=made)
        stream = stream_of(version.application)
        record("receipt.issued", version, by=None, stream=stream, sha256=receipt.kept.sha256, annex=table.sha256)

    return effect
