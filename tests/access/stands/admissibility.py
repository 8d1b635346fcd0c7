"""The admissibility of the dossier, its complements, its prorogation."""

from datetime import date, timedelta

from applications import actions as dossiers
from casework import actions as casework
from demo import texts

from ..routes import REASON
from .cast import AFTER_CUT_OFF, Cast, Things, shared, stand, valmont


@stand
def waiting(cast: Cast) -> Things:
    """Deposited, the cut-off behind: nobody has examined it."""
    return shared(cast, valmont())


@stand
def asked(cast: Cast) -> Things:
    """The length of the project is asked again, for ten days."""
    due_at = AFTER_CUT_OFF + timedelta(days=10)
    casework.ask_complements(valmont(), ["identity.months"], message=REASON, due_at=due_at, by=cast.driss)
    return shared(cast, valmont())


@stand
def completed(cast: Cast) -> Things:
    things = asked(cast)
    held = valmont()
    names = ("acronym", "title", "goal", "starts_on", "maturity_now", "maturity_target")
    values = {name: getattr(held, name) for name in names}
    dossiers.save_row(held, "identity", **values, months=held.months - 1, by=cast.alice)
    return things


@stand
def prorogation_proposed(cast: Cast) -> Things:
    casework.propose_prorogation(valmont(), decision_on=date(2023, 9, 30), reason=REASON, by=cast.driss)
    return shared(cast, valmont())


@stand
def proposed(cast: Cast) -> Things:
    casework.propose_admissibility(valmont(), verdict="admissible", rule="", evidence="", by=cast.driss)
    return shared(cast, valmont())


@stand
def returned(cast: Cast) -> Things:
    proposed(cast)
    casework.return_admissibility(valmont().admissibilities.get(state="proposed"), REASON, by=cast.victor)
    return shared(cast, valmont())


def ruled(cast: Cast, verdict: str) -> Things:
    rule, evidence = texts.VERDICTS.get(verdict, ("", ""))
    casework.propose_admissibility(valmont(), verdict=verdict, rule=rule, evidence=evidence, by=cast.driss)
    casework.validate_admissibility(valmont().admissibilities.get(state="proposed"), by=cast.victor)
    return shared(cast, valmont())


@stand
def admissible(cast: Cast) -> Things:
    return ruled(cast, "admissible")


@stand
def inadmissible(cast: Cast) -> Things:
    return ruled(cast, "inadmissible")


@stand
def ineligible(cast: Cast) -> Things:
    return ruled(cast, "ineligible")
