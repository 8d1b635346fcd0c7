"""Forms given more than they ask: every column of every model of their room beside what is due. Nothing of it is kept."""

import json
from collections import Counter
from typing import Any

from django.apps import apps
from django.db import models

from . import routes
from .stands import Things
from .swaps import Asked, ask, forms_drawn
from .trial import Trial

SENTINEL = "zqx-en-trop"


def value_of(field: Any) -> Any:
    """Something that the column would take, and that nobody asked for."""
    if isinstance(field.related_model, type):
        return field.related_model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 1
    if field.choices:
        return [value for value, _label in field.flatchoices][-1]
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2021-02-03T04:05"
    if isinstance(field, models.DateField):
        return "2021-02-03"
    if isinstance(field, models.IntegerField | models.FloatField):
        return 424_242
    return SENTINEL


def columns(model: type[models.Model]) -> dict[str, Any]:
    return {name: value_of(field) for field in model._meta.concrete_fields for name in {field.name, field.attname}}


def kept(asked: Asked) -> dict[tuple[str, str], Counter[str]]:
    """{(table, column): its values in the rows that the request touched}."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for table, rows in asked.touched.items():
        for row in rows:
            for column, value in json.loads(row).items():
                found.setdefault((table, column), Counter())[json.dumps(value, sort_keys=True)] += 1
    return found


class Extras:
    """One person who may take the step, with and without what is too much."""

    def __init__(self, tried: Trial, stand: str, things: Things) -> None:
        self.tried, self.stand, self.things = tried, stand, things
        self.requests, self.through, self.failed = 0, [], []

    def step(self, route: str, subject: str, beside: dict[str, Any]) -> None:
        path = routes.path(route, self.tried.parameters[route], self.things)
        with forms_drawn() as drawn:
            first = self._ask(route, path, subject, {})
        second = self._ask(route, path, subject, {})
        own = {form.add_prefix(name) for form in drawn for name in form.fields} | set(routes.posted(route, self.things))
        # What two identical requests leave different (numbers, instants, what is drawn by lot) tells nothing.
        once, twice = kept(first), kept(second)
        steady = {place for place in once if once[place] == twice.get(place)}
        asked = self._ask(route, path, subject, {name: value for name, value in beside.items() if name not in own})
        found = kept(asked)
        differs = sorted(place for place in steady if found.get(place) != once[place])
        differs += sorted(place for place in set(found) - set(once))
        if differs or first.letter != asked.letter:
            what = f"{first.letter} → {asked.letter}, {differs[:6]}"
            self.through.append(f"[{self.stand}] {subject}: POST {route}: {what}")
        if any(SENTINEL in row for rows in asked.touched.values() for row in rows):
            self.through.append(f"[{self.stand}] {subject}: POST {route}: kept")

    def _ask(self, route: str, path: str, subject: str, extra: dict[str, Any]) -> Asked:
        self.requests += 1
        asked = ask(self.tried, "POST", path, subject, extra | routes.posted(route, self.things))
        if asked.answer.status_code >= 500:
            self.failed.append(f"[{self.stand}] {subject}: POST {route}: {asked.answer.status_code} {sorted(extra)}")
        return asked

    def interface(self, subject: str) -> None:
        """The API serves reading alone: whatever is sent to it changes nothing."""
        body = json.dumps(rooms()["applications"], default=str)
        for route, wanted in self.tried.parameters.items():
            path = routes.path(route, wanted, self.things) if not route.startswith("admin:") else ""
            if not path.startswith("/api/v1/"):
                continue
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                asked = ask(self.tried, method, path, subject, body, "application/json")
                self.requests += 1
                if asked.answer.status_code not in (401, 403, 404, 405) or asked.touched:
                    self.through.append(
                        f"{subject}: {method} {route}: {asked.answer.status_code} {sorted(asked.touched)}"
                    )


def rooms() -> dict[str, dict[str, Any]]:
    """{name space of routes: every column of every model of its room, with what it would take}."""
    names = ("applications", "calls", "casework", "reviews", "decisions", "funding", "directory")
    return {
        name: {
            column: value
            for model in apps.get_app_config(name).get_models()
            for column, value in columns(model).items()
        }
        for name in names
    }
