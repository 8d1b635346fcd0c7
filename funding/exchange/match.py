"""What a line that comes back says of ours: engagement, service fait and payment agree on the amount to the cent, the payee and the
numbers, or the line is left over with its reason."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from .layout import ENGAGED, PAID, REJECTED

NEW, SAME, LEFT = "new", "same", "left"
# Why a line is left over.
REASONS = {
    "unknown": _("Référence inconnue du portail"),
    "not_sent": _("Jamais exporté, ou lot annulé"),
    "tiers": _("Tiers différent de celui de la convention"),
    "amount": _("Montant différent de celui du portail"),
    "status": _("Statut impossible pour cette référence"),
    "ej": _("Numéro d’EJ différent de celui enregistré"),
    "ej_taken": _("Numéro d’EJ déjà donné à un autre engagement"),
    "no_engagement": _("Engagement sans numéro d’EJ enregistré"),
    "not_certified": _("Service fait non certifié"),
    "dp": _("Numéro de DP différent de celui enregistré"),
    "dp_taken": _("Numéro de DP déjà donné à une autre demande"),
    "no_dp": _("Demande de paiement sans numéro de DP enregistré"),
    "paid": _("Paiement déjà enregistré autrement"),
    "payee": _("Bénéficiaire sans aide sur cette source"),
}


@dataclass(frozen=True)
class Ours:
    """An engagement (`kind` E) or a payment request (P) as the portal holds it; `status`, `on`: what came back last of it."""

    kind: str
    pk: int
    tiers: str
    cents: int
    sent: bool = True
    certified: bool = False
    ej: str = ""
    dp: str = ""
    status: str = ""
    on: date | None = None
    banked: tuple[str, date | None] = ("", None)
    engagement: int = 0  # of a payment request: the engagement that it draws on

    @property
    def reference(self) -> str:
        return f"{self.kind}-{self.pk}"


class Verdict(NamedTuple):
    outcome: str
    reason: str = ""


@dataclass
class Numbers:
    """Whose each number is, as far as the lines read so far say: {ej: share}, {dp: instalment}."""

    ej: dict[str, int]
    dp: dict[str, int]


def verdict(kind: str, line: dict[str, Any], ours: Ours | None, numbers: Numbers) -> Verdict:
    """Of a return of the State's tool, or of the bank."""
    if ours is None:
        return Verdict(LEFT, "unknown")
    if not ours.sent:
        return Verdict(LEFT, "not_sent")
    if kind == "return" and line["tiers"] != ours.tiers:
        return Verdict(LEFT, "tiers")
    if line["cents"] != ours.cents:
        return Verdict(LEFT, "amount")
    if kind == "bank":
        return _bank(line, ours)
    return _engagement(line, ours, numbers) if ours.kind == "E" else _request(line, ours, numbers)


def _engagement(line: dict[str, Any], ours: Ours, numbers: Numbers) -> Verdict:
    if line["status"] != ENGAGED:
        return Verdict(LEFT, "status")
    if ours.ej:
        return Verdict(SAME) if line["ej"] == ours.ej else Verdict(LEFT, "ej")
    return Verdict(LEFT, "ej_taken") if numbers.ej.get(line["ej"], ours.pk) != ours.pk else Verdict(NEW)


def _request(line: dict[str, Any], ours: Ours, numbers: Numbers) -> Verdict:
    wrong = (
        ("status", line["status"] == ENGAGED),
        ("not_certified", not ours.certified),
        ("no_engagement", not ours.ej),
        ("ej", line["ej"] != ours.ej),
        ("no_dp", not (line["dp"] or ours.dp)),
        ("dp", bool(ours.dp and line["dp"] and line["dp"] != ours.dp)),
        ("dp_taken", bool(line["dp"]) and numbers.dp.get(line["dp"], ours.pk) != ours.pk),
    )
    reason = next((name for name, met in wrong if met), "")
    if reason:
        return Verdict(LEFT, reason)
    return _moved((ours.status, ours.on), line)


def _bank(line: dict[str, Any], ours: Ours) -> Verdict:
    if not ours.dp:
        return Verdict(LEFT, "no_dp")
    return _moved(ours.banked, line)


def _moved(was: tuple[str, date | None], line: dict[str, Any]) -> Verdict:
    """What was said paid is paid once; after a rejection it may be."""
    if was == (line["status"], line["on"]):
        return Verdict(SAME)
    return Verdict(LEFT, "paid") if was[0] == PAID and line["status"] != REJECTED else Verdict(NEW)


def after(kind: str, line: dict[str, Any], ours: Ours) -> Ours:
    """As the portal will hold it once the line is applied: what the next line of the same file is compared with."""
    if kind == "bank":
        return replace(ours, banked=(line["status"], line["on"]))
    return replace(ours, ej=line["ej"], dp=line["dp"] or ours.dp, status=line["status"], on=line["on"])
