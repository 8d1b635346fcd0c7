"""Fields that save themselves (static/js/writing/): what a page sends in one exchange, what becomes of a text over the one that its
page had shown, and what the page is told of each. Every room that keeps texts by version asks here; what it keeps is its own."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from . import clock
from .templatetags.portal import typo
from .workflow import Refused

MOST_SAVES = 200
MOST_KEYS = 500


class Save(NamedTuple):
    """What is said of one field, a text as it was typed or its value, over the version that was read (None: over whatever is in
    place). The same `save_id` twice is one save; `after` are the saves of the same hand whose answers never came back, which this
    one goes on from."""

    key: str
    said: Any
    read_version: int | None = None
    save_id: UUID | None = None
    after: frozenset[UUID] = frozenset()


Fate = Literal["same", "left", "aside", "put"]


def fate(text: str, in_place: str, *, version: int, seen: int, shown: Callable[[int], str | None]) -> Fate:
    """What becomes of a text over `seen`, the version that its page had read, when `version` is in place (0: nothing yet):
    the same as there; left as it was read, so that nothing of it is to keep; kept aside, for somebody wrote in between; put there.

    `shown`: the text that a page showed as a version.
    """
    if text == in_place:
        return "same"
    if seen == version or version == 0:
        return "put"
    return "left" if text == shown(seen) else "aside"


# ── one exchange ─────────────────────────────────────────────────────────────────────────────────────────────────────
def moment(at: datetime) -> str:
    """« 11:58:02 », in Paris."""
    return f"{at.astimezone(clock.PARIS):%H:%M:%S}"


def asked(request: HttpRequest) -> dict[str, Any] | None:
    """The body, if it is what our own page sends: {place, known, keys: [str], cards: [int], saves: [{key, text, read, id,
    after: [id]}]}."""
    try:
        body = json.loads(request.body)
        saves = [_save(one) for one in body["saves"]]
        found: dict[str, Any] = {
            "place": _string(body["place"]).replace("\x00", ""),
            "known": _count(body["known"]),
            "keys": [_string(key) for key in body["keys"]],
            "cards": [_count(pk) for pk in body.get("cards", [])],
            "saves": saves,
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if len(saves) <= MOST_SAVES and max(len(found["keys"]), len(found["cards"])) <= MOST_KEYS else None


def not_ours() -> JsonResponse:
    return JsonResponse({"sentence": _("Le portail n’a pas compris cet envoi : rechargez la page.")}, status=422)


def _save(one: Any) -> Save:
    after = frozenset(UUID(sent) for sent in one.get("after", []))
    return Save(str(one["key"]), _string(one["text"]), _count(one["read"]), UUID(one["id"]), after)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**31:
        raise TypeError
    return value


class Hand(NamedTuple):
    """How a room saves: `put` writes some, all or none, and answers the row of each (its version, aside, at; None for a field that
    was and stays empty); `label` says how the field of a key is called."""

    put: Callable[[list[Save]], Sequence[Any]]
    label: Callable[[str], str]


def taken(saves: list[Save], hand: Hand) -> list[dict[str, Any]]:
    """What became of each, row by row: what is typed in several columns of one at once is judged at once."""
    rows: dict[str, list[Save]] = {}
    for save in saves:
        parts = save.key.split(".", 2)
        rows.setdefault(".".join(parts[:-1]), []).append(save)
    return [said for row in rows.values() for said in _tried(row, hand)]


def _tried(saves: list[Save], hand: Hand) -> list[dict[str, Any]]:
    """Saved, aside, refused (with the sentence). If they cannot all be, each is tried alone."""
    try:
        became = hand.put(saves)
    except (Refused, PermissionDenied) as refused:
        if len(saves) > 1:
            return [said for save in saves for said in _tried([save], hand)]
        return [_refused(saves[0], hand, refused)]
    return [_answer_to(save, row) for save, row in zip(saves, became, strict=True)]


def _refused(save: Save, hand: Hand, refused: Refused | PermissionDenied) -> dict[str, Any]:
    if isinstance(refused, Refused):
        code, sentence = refused.code, refused.message
    else:
        code, sentence = (
            "403",
            _(
                "Cette rubrique ne vous est plus ouverte : votre texte reste dans ce navigateur, copiez-le avant de fermer la page."
            ),
        )
    told = {"status": "refused", "code": code, "sentence": typo(sentence), "label": hand.label(save.key)}
    return {"key": save.key, "id": str(save.save_id)} | told


def _answer_to(save: Save, row: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"key": save.key, "id": str(save.save_id)}
    if row is None:
        return said | {"status": "saved", "version": 0, "at": moment(clock.now())}
    return said | {"status": "aside" if row.aside else "saved", "version": row.version, "at": moment(row.at)}


def change(row: Mapping[str, Any], *, mine: bool) -> dict[str, Any]:
    """The news of one text that was put in place: key, version, text, at, and who."""
    return {name: row[name] for name in ("key", "version", "text", "who")} | {"mine": mine, "at": moment(row["at"])}
