"""An answer as anyone can read it and hold it beside another solver's: JSON, with the identifiers of the instance."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import ngettext

from .instance import Instance
from .places import Cause, Change

if TYPE_CHECKING:
    from .solver import Allocation


def allocation(instance: Instance, found: "Allocation") -> dict[str, Any]:
    """`loads` by expert; `bound`: what no allocation can pass, aim by aim; `gap`: how far from it, 0 where proved the best."""
    reached = {"least": found.least, "total": found.total, "squares": found.squares, "repeats": found.repeats}
    return {
        "assignments": [[instance.experts[e].id, instance.dossiers[d].id] for e, d in found.pairs],
        "least": found.least,
        "total": found.total,
        "loads": {str(expert.id): load for expert, load in zip(instance.experts, found.loads, strict=True)},
        "seconds": round(found.seconds, 3),
        "balance": {"squares": found.squares, "repeats": found.repeats},
        "bound": found.bounds,
        "gap": {aim: abs(found.bounds[aim] - value) for aim, value in reached.items()},
    }


def causes(instance: Instance, found: list[Cause]) -> list[dict[str, Any]]:
    return [
        {
            "dossiers": [instance.dossiers[d].id for d in cause.dossiers],
            "experts": [instance.experts[e].id for e in cause.experts],
            "need": cause.need,
            "places": cause.places,
            "skills": cause.skills,
            "changes": [change(instance, one) for one in cause.changes],
            "why": why(instance, cause),
        }
        for cause in found
    ]


def change(instance: Instance, one: Change) -> dict[str, Any]:
    dossiers: list[Any] = [instance.dossiers[d].id for d in one.dossiers]
    if one.expert is None:
        return {"change": one.kind, "dossiers": dossiers, "places": one.places, "skills": one.skills}
    expert = instance.experts[one.expert].id
    if one.kind == "unfix":
        return {"change": one.kind, "expert": expert, "dossier": dossiers[0]}
    return {"change": one.kind, "expert": expert, "places": one.places}


def why(instance: Instance, cause: Cause) -> str:
    """The cause in a sentence."""
    words = {
        "count": len(cause.dossiers),
        "dossiers": ", ".join(str(instance.dossiers[d].id) for d in cause.dossiers),
        "need": cause.need,
        "places": cause.places,
    }
    return (
        ngettext(
            "Le dossier %(dossiers)s demande %(need)s places d’expert ; on peut lui en offrir %(places)s.",
            "Les %(count)s dossiers %(dossiers)s demandent ensemble %(need)s places d’expert ; on peut leur en offrir %(places)s.",
            len(cause.dossiers),
        )
        % words
    )
