"""What is asked of the solver: dossiers with the skills they need, experts with the skills and the room they have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal.refusal import Refused

Key = str | int
Pair = tuple[int, int]  # places of an expert and of a dossier in their lists


@dataclass(frozen=True)
class Dossier:
    id: Key
    skills: frozenset[str] = frozenset()
    region: str = ""


@dataclass(frozen=True)
class Expert:
    id: Key
    skills: frozenset[str] = frozenset()
    capacity: int = 0
    region: str = ""
    employer: str = ""
    available: bool = True


@dataclass(frozen=True)
class Instance:
    """`k` experts a dossier. `fixed` are held whatever else: begun, or locked by hand; who is not available keeps theirs."""

    k: int
    dossiers: Sequence[Dossier]
    experts: Sequence[Expert]
    conflicts: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = field(default_factory=frozenset)

    def match(self, expert: int, dossier: int) -> int:
        """How many of the dossier's skills this expert has."""
        return len(self.experts[expert].skills & self.dossiers[dossier].skills)

    @cached_property
    def need(self) -> list[int]:
        """Experts each dossier still lacks; below zero when too many are fixed."""
        held = [0] * len(self.dossiers)
        for _expert, dossier in self.fixed:
            held[dossier] += 1
        return [self.k - n for n in held]

    @cached_property
    def room(self) -> list[int]:
        """Dossiers each expert can still take; below zero when too many are fixed."""
        held = [0] * len(self.experts)
        for expert, _dossier in self.fixed:
            held[expert] += 1
        return [
            expert.capacity - n if expert.available else min(expert.capacity - n, 0)
            for expert, n in zip(self.experts, held, strict=True)
        ]

    @cached_property
    def open_to(self) -> list[int]:
        """For each dossier, a mask of the experts who may be newly given it (bit e: the expert e), available or not."""
        everybody = (1 << len(self.experts)) - 1
        masks = [everybody] * len(self.dossiers)
        for expert, dossier in self.conflicts | self.fixed:
            masks[dossier] &= ~(1 << expert)
        return masks


def bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


KEYS = ("k", "dossiers", "experts", "conflicts", "fixed")


def read(said: Any) -> Instance:
    """The instance of a file's JSON; a Refused says what to change."""
    if not isinstance(said, Mapping):
        raise Refused(_("L’instance est un objet JSON dont les clés sont %(keys)s.") % {"keys": ", ".join(KEYS)})
    dossiers = [
        Dossier(_id(row, "dossiers"), _skills(row), _text(row, "region")) for row in _rows(said, "dossiers", Mapping)
    ]
    experts = [_expert(row) for row in _rows(said, "experts", Mapping)]
    places = {"dossiers": _places(dossiers, "dossiers"), "experts": _places(experts, "experts")}
    conflicts, fixed = (_pairs(said, key, places) for key in ("conflicts", "fixed"))
    for expert, dossier in sorted(conflicts & fixed):
        words = {"expert": experts[expert].id, "dossier": dossiers[dossier].id}
        raise Refused(
            _("« fixed » donne à %(expert)s le dossier %(dossier)s, alors que « conflicts » les met en conflit.")
            % words
        )
    return Instance(_whole(said, "k", 1, "l’instance"), dossiers, experts, conflicts, fixed)


def _rows(said: Mapping[str, Any], key: str, kind: type) -> list[Any]:
    rows = said.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
        raise Refused(_("« %(key)s » est une liste, d’objets pour les dossiers et les experts.") % {"key": key})
    if not rows and key in ("dossiers", "experts"):
        raise Refused(_("« %(key)s » est vide ou absent : donnez-en au moins un.") % {"key": key})
    return rows


def _id(row: Mapping[str, Any], key: str) -> Key:
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise Refused(_("Chaque élément de « %(key)s » a un « id », texte ou nombre entier.") % {"key": key})
    return found


def _whole(row: Mapping[str, Any], key: str, least: int, of: Any) -> int:
    found = row.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        words = {"key": key, "of": of, "least": least}
        raise Refused(_("« %(key)s » de %(of)s est un nombre entier, au moins %(least)s.") % words)
    return found


def _text(row: Mapping[str, Any], key: str) -> str:
    found = row.get(key)
    if found is not None and not isinstance(found, str | int):
        raise Refused(_("« %(key)s » de %(of)s est un texte.") % {"key": key, "of": row["id"]})
    return "" if found is None else str(found)


def _skills(row: Mapping[str, Any]) -> frozenset[str]:
    found = row.get("skills", [])
    if not isinstance(found, list) or not all(isinstance(skill, str | int) for skill in found):
        raise Refused(_("« skills » de %(of)s est une liste de textes.") % {"of": row["id"]})
    return frozenset(str(skill) for skill in found)


def _expert(row: Mapping[str, Any]) -> Expert:
    key = _id(row, "experts")
    available = row.get("available", True)
    if not isinstance(available, bool):
        raise Refused(_("« available » de %(of)s vaut true ou false.") % {"of": key})
    return Expert(
        key, _skills(row), _whole(row, "capacity", 0, key), _text(row, "region"), _text(row, "employer"), available
    )


def _places(rows: Sequence[Dossier | Expert], key: str) -> dict[Key, int]:
    places = {row.id: place for place, row in enumerate(rows)}
    if len(places) != len(rows):
        twice = next(row.id for place, row in enumerate(rows) if places[row.id] != place)
        raise Refused(_("« %(id)s » est deux fois dans « %(key)s ».") % {"id": twice, "key": key})
    return places


def _pairs(said: Mapping[str, Any], key: str, places: Mapping[str, Mapping[Key, int]]) -> frozenset[Pair]:
    found = set()
    for row in _rows(said, key, list):
        if len(row) != 2:
            raise Refused(_("« %(key)s » est une liste de paires : l’expert, puis le dossier.") % {"key": key})
        for id, kind in zip(row, ("experts", "dossiers"), strict=True):
            if not isinstance(id, str | int) or id not in places[kind]:
                words = {"key": key, "id": id, "kind": kind}
                raise Refused(_("« %(key)s » nomme %(id)s, qui n’est pas dans « %(kind)s ».") % words)
        found.add((places["experts"][row[0]], places["dossiers"][row[1]]))
    return frozenset(found)
