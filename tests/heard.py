"""The contradictory procedure walked to its end, for tests that start after it."""

from typing import Any

from decisions import actions
from decisions.models import Decision, Procedure
from directory.models import Affiliation
from funding.models import Amendment

WHY = "Conditions de l’aide non respectées."


def heard(of: Any, *, ground: str = "", cents: int = 0, by: Any) -> Procedure:
    """Of a notified award, of a convention, or of an amendment that puts a member out: its addressee was told, has answered, and was answered. `cents`: of a recovery."""
    if isinstance(of, Decision):
        made = actions.open_revocation_procedure(of, ground=ground or "conditions", motives=WHY, by=by)
    elif isinstance(of, Amendment):
        made = actions.open_exclusion_procedure(of, ground=ground or "breach", motives=WHY, by=by)
    else:
        made = actions.open_recovery_procedure(of, ground=ground or "object", cents=cents, motives=WHY, by=by)
    theirs = Affiliation.objects.reached().filter(establishment=made.establishment).order_by("pk").first()
    actions.observe(made, "Nous avons réalisé le projet.", by=theirs.user)
    actions.answer_procedure(made, "Les pièces ne le montrent pas.", by=by)
    return made
