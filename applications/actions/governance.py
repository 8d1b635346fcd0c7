"""The verb of the governance: one row a dossier, each fact with its evidence."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..expectations import KEYS, TO_JOIN
from ..models import Application, Governance
from .hold import hold_for_edit
from .said import email, text, whole

EVIDENCES = tuple(f"{key}_evidence" for key in KEYS)


@transaction.atomic
def save_governance(
    application: Application,
    *,
    cse_exists: bool | None = None,
    cse_women: int | None = None,
    cse_men: int | None = None,
    cse_chair: str = "",
    transparency_url: str = "",
    cnil: str = "",
    dpo_contact: str = "",
    hds_host: str = "",
    charter: bool | None = None,
    access_days: int | None = None,
    by: Any,
    at: datetime | None = None,
    **evidences: str,
) -> Governance:
    """What the dossier says of its governance. `evidences`: cse_evidence, transparency_evidence…: the code of a piece
    joined to the dossier, « to_join », or "". Nothing is needed: the call expects, it does not exclude.
    """
    at = hold_for_edit(application, at, by, key="governance")
    values: dict[str, Any] = {
        "cse_exists": cse_exists,
        "cse_women": whole(cse_women, field="cse_women"),
        "cse_men": whole(cse_men, field="cse_men"),
        "cse_chair": text(cse_chair, field="cse_chair", most=160, name=_("La présidence")),
        "transparency_url": _secure(transparency_url),
        "cnil": text(cnil, field="cnil", most=300, name=_("La situation")),
        "dpo_contact": email(dpo_contact, field="dpo_contact"),
        "hds_host": text(hds_host, field="hds_host", most=160, name=_("L’hébergeur")),
        "charter": charter,
        "access_days": whole(access_days, field="access_days"),
    }
    codes = {"", TO_JOIN, *application.pieces.filter(replaced_at=None).values_list("code", flat=True)}
    for name in EVIDENCES:
        values[name] = evidences.pop(name, "")
        if values[name] not in codes:
            raise Refused(
                _("Cette pièce n’est plus jointe au dossier : choisissez-en une autre, ou « à joindre »."),
                code="E05",
                field=name,
            )
    if evidences:
        raise TypeError(f"unknown evidence: {', '.join(sorted(evidences))}")
    governance, _made = Governance.objects.update_or_create(application=application, defaults=values)
    record("application.edited", application, by=by, at=at, section="governance")
    return governance


def _secure(url: str) -> str:
    """An address that begins with https:// and names a host."""
    url = text(url, field="transparency_url", most=300, name=_("L’adresse"))
    if url and (not url.startswith("https://") or not _host(url)):
        raise Refused(
            _("L’adresse du portail de transparence commence par « https:// »."), code="E07", field="transparency_url"
        )
    return url


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # « https://[ » is no address at all
        return ""
