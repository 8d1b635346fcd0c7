"""States move only along named steps: a map per noun, checked here, filled into workflow_step, enforced by a trigger."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from .refusal import Refused as Refused


@dataclass(frozen=True)
class Step:
    """One named move of a noun: sources → target, for whom `may(user, thing)` holds. "" as a source is creation."""

    name: str
    sources: tuple[str, ...]
    target: str
    may: Callable[[Any, Any], bool]
    label: Any
    reason: bool = False


@dataclass(frozen=True)
class Workflow:
    noun: str
    model: type[models.Model]
    steps: tuple[Step, ...]

    def named(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)


# noun → {code: (label, tone)} or (label, tone, shape), as pages draw a state. Each room fills its own nouns when it is loaded:
#   STATES["application"] = {"draft": (_("Brouillon"), "doing"), …}      with gettext_lazy labels
STATES: dict[str, dict[str, tuple[Any, ...]]] = {}
# noun → {code: how a list of them is headed}, where the word of one is not that of several.
SEVERAL: dict[str, dict[str, Any]] = {}


def heading(noun: str, code: str) -> Any:
    """What heads those of a noun that are in a state."""
    return SEVERAL.get(noun, {}).get(code) or STATES[noun][code][0]


WORKFLOWS: dict[type[models.Model], Workflow] = {}


def steps(noun: str, model: type[models.Model], of: Iterable[Step]) -> Workflow:
    """Registers the map of a noun; stands at the top of its app's actions."""
    WORKFLOWS[model] = Workflow(noun, model, tuple(of))
    return WORKFLOWS[model]


def need_step(thing: Any, name: str, by: Any) -> Step:
    """The step, if it may be taken now: PermissionDenied if the gate is shut, Refused if not from this state.

    `by=None` is the portal itself (clocks, obligations): it needs no gate.
    """
    step = WORKFLOWS[type(thing)].named(name)
    if by is not None and not step.may(by, thing):
        raise PermissionDenied(name)
    if thing.state not in step.sources:
        raise Refused(
            _("« %(label)s » n’est pas possible dans l’état actuel (%(state)s) : rechargez la page.")
            % {"label": step.label, "state": thing.get_state_display()},
            code="W01",
        )
    return step


def move(thing: Any, name: str, by: Any) -> Step:
    """Sets `thing.state` along the step, without saving; refused as need_step() says."""
    step = need_step(thing, name, by)
    thing.state = step.target
    return step


def available(thing: Any, user: Any) -> list[Step]:
    """The steps this person may take now: what buttons are drawn from."""
    return [s for s in WORKFLOWS[type(thing)].steps if thing.state in s.sources and s.may(user, thing)]


def portal_only(user: Any, thing: Any = None) -> bool:
    """The gate of steps that time or another room takes in the portal's own name: no person may."""
    return False


def need_reason(reason: str, *, field: str = "reason") -> str:
    """The trimmed reason, compulsory for a step back."""
    if not reason.strip():
        raise Refused(_("Indiquez le motif : il est enregistré avec cet acte."), code="W02", field=field)
    return reason.strip()
