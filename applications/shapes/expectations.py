"""What the call expects of the governance of the warehouses, and what a dossier shows of it: pure, and it never blocks.

Source: CALL.md §1.4 (« attendus »: parity of the scientific and ethics committee, cloud hosting) and §4, F9.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

TO_JOIN = "to_join"  # an evidence that is promised


class Parity(NamedTuple):
    """The share of women in tenths of percent, and whether women and men differ by one person at most."""

    women_tenths: int
    met: bool


def parity(women: int | None, men: int | None) -> Parity | None:
    """None as long as both numbers are not said, or nobody sits."""
    if women is None or men is None or women + men == 0:
        return None
    return Parity((women * 2000 + women + men) // (2 * (women + men)), abs(women - men) <= 1)


class Line(NamedTuple):
    """One expectation: its key, what is asked, what is held ("" when nothing), and the code of its evidence."""

    key: str
    label: str
    held: str
    evidence: str
    joined: bool

    @property
    def state(self) -> str:
        return "done" if self.held and self.joined else "doing" if self.held or self.evidence else "todo"

    @property
    def left(self) -> str:
        """What is still to bring, in words; "" once it is done."""
        if self.joined:
            return "" if self.held else _("Réponse à renseigner")
        if self.held:
            return _("Justificatif à joindre") if self.evidence == TO_JOIN else _("Justificatif à apporter")
        return _("Réponse et justificatif à apporter")


def checklist(held: Mapping[str, Any] | None, joined: Iterable[str]) -> list[Line]:
    """The lines in their order; `held` is the governance of a content (None before it is begun), `joined` the codes of its pieces."""
    if held is None:
        held = {}
    codes = frozenset(joined)
    told = {
        "cse": (_("Comité scientifique et éthique"), _committee(held)),
        "transparency": (_("Portail de transparence"), held.get("transparency_url") or ""),
        "cnil": (_("Situation au regard de la CNIL"), held.get("cnil") or ""),
        "dpo": (_("Délégué à la protection des données"), held.get("dpo_contact") or ""),
        "hds": (_("Hébergeur de données de santé"), held.get("hds_host") or ""),
        "charter": (_("Charte d’accès aux données"), _yes(held.get("charter"))),
        "access": (_("Délai d’accès aux données"), _days(held.get("access_days"))),
    }
    return [
        Line(key, label, said, held.get(f"{key}_evidence") or "", held.get(f"{key}_evidence") in codes)
        for key, (label, said) in told.items()
    ]


def _yes(said: bool | None) -> str:
    return "" if said is None else _("oui") if said else _("non")


def _days(days: int | None) -> str:
    return "" if days is None else ngettext("%(days)s jour", "%(days)s jours", days) % {"days": days}


def _committee(held: Mapping[str, Any]) -> str:
    if not held.get("cse_exists"):
        return _yes(held.get("cse_exists"))
    women, men = held.get("cse_women"), held.get("cse_men")
    said = [_("oui")]
    if women is not None and men is not None:
        said.append(_("femmes : %(women)s, hommes : %(men)s") % {"women": women, "men": men})
    if held.get("cse_chair"):
        said.append(_("présidence : %(chair)s") % {"chair": held["cse_chair"]})
    return ", ".join(said)
