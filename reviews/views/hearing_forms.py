"""What is typed of hearings: when and where, who is away, the confirmation of a sending, marks revised after."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Criterion
from edsh_portal.clock import PARIS
from edsh_portal.forms import Form

from ..actions.hearing import Frame
from ..forms.fields import mark_field
from ..models import Schedule, Seat, Slot

NUMBER = {"inputmode": "numeric", "class": "w-4 number", "autocomplete": "off"}
BLOCK = re.compile(r"(\d{1,2}/\d{1,2}/\d{4})\s+(\d{1,2})[h:](\d{2})?\s*[-–à]\s*(\d{1,2})[h:](\d{2})?")  # noqa: RUF001 - as people type it


def _whole(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, widget=forms.TextInput(attrs=NUMBER), **more
    )


class FrameForm(Form):
    blocks = forms.CharField(
        label=gettext_lazy("Demi-journées d’audition"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Une par ligne, heure de Paris : 13/12/2022 9:00-12:30"),
    )
    minutes = _whole(gettext_lazy("Durée d’une audition, en minutes"), 5, 240)
    venues = forms.CharField(
        label=gettext_lazy("Salles"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Une par ligne ; pour une visioconférence, ajoutez son lien à la fin de la ligne : Visio https://…"
        ),
    )
    seats = _whole(gettext_lazy("Membres du jury à chaque audition"), 1, 30)
    people = _whole(gettext_lazy("Personnes au plus pour chaque dossier"), 1, 30)
    note = forms.CharField(
        label=gettext_lazy("Consignes aux personnes entendues"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Par exemple : présentation de dix minutes, puis questions."),
    )

    def clean_blocks(self) -> list[tuple[datetime, datetime]]:
        return [_block(line) for line in self.cleaned_data["blocks"].splitlines() if line.strip()]

    def clean_venues(self) -> list[tuple[str, str]]:
        return [_venue(line.strip()) for line in self.cleaned_data["venues"].splitlines() if line.strip()]

    def frame(self) -> Frame:
        data = self.cleaned_data
        each = timedelta(minutes=data["minutes"])
        slots = [
            (start + n * each, start + (n + 1) * each)
            for start, end in data["blocks"]
            for n in range((end - start) // each)
        ]
        return Frame(slots, data["venues"], data["seats"], data["people"], data["note"].strip())


def _block(line: str) -> tuple[datetime, datetime]:
    found = BLOCK.fullmatch(line.strip())
    try:
        if found is None:
            raise ValueError
        day, *hours = found.groups("0")
        date = datetime.strptime(day, "%d/%m/%Y").replace(tzinfo=PARIS)
        start, end = (date.replace(hour=int(hours[n]), minute=int(hours[n + 1])) for n in (0, 2))
        if start >= end:
            raise ValueError
    except ValueError as wrong:
        said = _(
            "« %(line)s » : écrivez un jour et deux heures, la première avant la seconde, par exemple 13/12/2022 9:00-12:30."
        )
        raise ValidationError(said, params={"line": line.strip()[:60]}) from wrong
    return start, end


def _venue(line: str) -> tuple[str, str]:
    name, _space, link = line.rpartition(" ")
    if not link.startswith(("http://", "https://")):
        name, link = line, ""
    if not name.strip() or len(name.strip()) > 120 or len(link) > 400:
        raise ValidationError(
            _("« %(line)s » : donnez à la salle un nom de 120 caractères au plus."), params={"line": line[:60]}
        )
    if link:
        try:
            URLValidator(["https", "http"])(link)
        except ValidationError as wrong:
            raise ValidationError(
                _("« %(link)s » n’est pas un lien : copiez-le entier."), params={"link": link[:60]}
            ) from wrong
    return name.strip(), link


def frame_of(schedule: Schedule | None, seats: int) -> dict[str, Any]:
    """What the form shows first: what stands, or a proposal."""
    if schedule is None:
        return {"minutes": 30, "seats": min(seats, 3), "people": 4}
    slots = list(schedule.slots.order_by("starts_at"))
    venues = schedule.venues.order_by("order").values_list("name", "link")
    return {
        "blocks": "\n".join(
            f"{_at(block[0].starts_at, '%d/%m/%Y %H:%M')}-{_at(block[-1].ends_at, '%H:%M')}" for block in blocks(slots)
        ),
        "minutes": (slots[0].ends_at - slots[0].starts_at) // timedelta(minutes=1) if slots else 30,
        "venues": "\n".join(f"{name} {link}".strip() for name, link in venues),
        "seats": schedule.seats,
        "people": schedule.people,
        "note": schedule.note,
    }


def _at(instant: datetime, layout: str) -> str:
    return instant.astimezone(PARIS).strftime(layout)


def blocks(slots: Sequence[Slot]) -> list[list[Slot]]:
    """Slots that follow each other without a pause."""
    found: list[list[Slot]] = []
    for slot in slots:
        if found and found[-1][-1].ends_at == slot.starts_at:
            found[-1].append(slot)
        else:
            found.append([slot])
    return found


class AbsencesForm(Form):
    """A list of half days for each member: those when they are not there."""

    def __init__(
        self, data: Any = None, *, seats: Sequence[Seat], blocks: Sequence[Sequence[Slot]], away: set[tuple[int, int]]
    ) -> None:
        super().__init__(data)
        self.seats, self.blocks = seats, blocks
        choices = [
            (str(n), f"{_at(block[0].starts_at, '%d/%m %H:%M')}-{_at(block[-1].ends_at, '%H:%M')}")
            for n, block in enumerate(blocks)
        ]
        for seat in seats:
            gone = [str(n) for n, block in enumerate(blocks) if any((slot.pk, seat.pk) in away for slot in block)]
            self.fields[f"away_{seat.pk}"] = forms.MultipleChoiceField(
                label=str(seat.person),
                choices=choices,
                initial=gone,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def away(self) -> list[tuple[int, int]]:
        return [
            (slot.pk, seat.pk)
            for seat in self.seats
            for n in self.cleaned_data[f"away_{seat.pk}"]
            for slot in self.blocks[int(n)]
        ]


class RevisionForm(Form):
    """Each mark as it stands, to change with its reason."""

    def __init__(
        self, data: Any = None, *, criteria: Sequence[Criterion], marks: Mapping[int, Any], scale_max: int
    ) -> None:
        super().__init__(data)
        self.criteria = criteria
        for criterion in criteria:
            field = mark_field(scale_max, gettext_lazy("Note de 0 à %(most)s"))
            field.label, field.initial = f"{criterion}, {field.label}", marks.get(criterion.number)
            self.fields[f"value_{criterion.number}"] = field
            self.fields[f"reason_{criterion.number}"] = forms.CharField(
                label=_("Motif du changement, critère %(number)s") % {"number": criterion.number},
                required=False,
                max_length=2000,
            )

    def marks(self) -> dict[int, tuple[int | None, str]]:
        data = self.cleaned_data
        return {c.number: (data[f"value_{c.number}"], data[f"reason_{c.number}"]) for c in self.criteria}
