"""What one page changes of what is there, over the values that it had shown: pure, asked by a verb under its lock."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from .workflow import Refused

Values = Mapping[Any, Any]


def over(current: Values, typed: Values, read: Values | None = None) -> dict[Any, Any]:
    """{name: value} to write: of what was typed, what its author changed. `read`: what the page showed of each; a name that it
    does not say, or None for all, was written over what is there.

    Refused W04 when somebody else has changed one of them meanwhile: facts["met"] is what each holds now.
    """
    seen = dict(current) if read is None else {**current, **read}
    changed = {name: value for name, value in typed.items() if value != seen.get(name)}
    met = {
        name: current.get(name) for name, value in changed.items() if current.get(name) not in (seen.get(name), value)
    }
    if met:
        raise Refused(
            _(
                "Une autre personne a modifié les mêmes champs entre-temps : comparez les deux valeurs, puis enregistrez de nouveau."
            ),
            code="W04",
            met=met,
        )
    return {name: value for name, value in changed.items() if value != current.get(name)}
