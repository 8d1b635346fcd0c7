"""What a section of a dossier says of itself, once: its model, its fields, the part of the dossier that it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

from .kinds import Field, One, Several


@dataclass(frozen=True, eq=False)
class Section:
    """`name` is the first word of its keys; each of `fields` is called by its column, and takes from it what it does not say.

    `part`: what is handed over, and reopened, with it (its own, when none is said). `within`: the noun that its rows stand in,
    the dossier itself when there is none.
    """

    name: str
    model: type[Any]
    fields: Mapping[str, Field]
    part: str = ""
    within: str = ""
    single: bool = False  # the dossier's own, not one row of several
    content: tuple[str, ...] = ()  # keys of a frozen content that it fills whole
    feeds: tuple[int, ...] = ()  # numbers of the criteria that it is judged for most (CALL.md §1.5)
    words: Any = ""  # what a page of the dossier heads it with, of one that feeds a criterion

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {name: self._bound(name, field) for name, field in self.fields.items()})
        object.__setattr__(self, "part", self.part or self.name)

    def _bound(self, name: str, field: Field) -> Field:
        try:
            return field.of(self.model._meta.get_field(name))
        except FieldDoesNotExist:
            return field  # it lives in its history alone, or in rows of its own

    @property
    def first(self) -> tuple[str, ...]:
        """What names a row: it is there as soon as these are said."""
        return tuple(name for name, field in self.fields.items() if field.needed)

    @property
    def asked_later(self) -> tuple[str, ...]:
        return tuple(name for name, field in self.fields.items() if field.asked and not field.needed)

    @property
    def kept(self) -> dict[str, str]:
        """{column: its name in a frozen content} of those that one keeps."""
        named = {name: name if field.kept is None else field.kept for name, field in self.fields.items()}
        return {name: kept for name, kept in named.items() if kept}

    def frozen(self, **columns: Any) -> dict[str, Any]:
        """{name: expression} of what a frozen content keeps of a row, and `columns`."""
        return {kept: self.fields[name].frozen(name, self.model) for name, kept in self.kept.items()} | columns

    def rows(self, application: Any) -> Any:
        """Those of a dossier."""
        leads = f"{self.within}__application" if self.within else "application"
        return self.model.objects.filter(**{leads: application})

    def shown(self, application: Any) -> Any:
        """The same, each with the numbers of those that it leads to: what `held` reads."""
        several = [name for name, field in self.fields.items() if isinstance(field, Several)]
        numbers = {f"{name}_": ArrayAgg(name, default=[], filter=Q(**{f"{name}__isnull": False})) for name in several}
        return self.rows(application).annotate(**numbers)

    def held(self, row: Any) -> dict[str, Any]:
        """{name: value} of the columns of a row, as a form shows them."""
        ends = {One: "_id", Several: "_"}
        return {name: getattr(row, f"{name}{ends.get(type(field), '')}") for name, field in self.fields.items()}
