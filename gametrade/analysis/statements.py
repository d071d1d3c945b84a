"""The words of every claim, written from its numbers alone, so that verification can write them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What a statement is written from.

    Parameters
    ----------
    rule : str
        Whom the claim is about.
    unit : str
        Currency.
    tolerance : float
        Amount that does not count as a gain. [money]
    n_players : int
        Number of homes.
    certificate : mapping
        Evidence of the claim, with its numbers.
    contract : str, default="whole"
        Length of the period that the claim speaks of.
    period : str, default=""
        Which period that is, empty for the whole or for all periods.
    periods, blocked : int, default=0
        How many periods there are, and in how many some coalition gains.
    """

    rule: str
    unit: str
    tolerance: float
    n_players: int
    certificate: Mapping[str, Any]
    contract: str = "whole"
    period: str = ""
    periods: int = 0
    blocked: int = 0


def write_statement(claim: str, facts: Facts) -> str:
    """Put a claim in words.

    Parameters
    ----------
    claim : str
        Property: payoffs, budget_balance, ..., core_month, core_day, core_step.
    facts : Facts
        Its numbers.

    Returns
    -------
    str
        One sentence without a full stop, about one period if the facts name one.

    Raises
    ------
    KeyError
        If there is no such property, or the certificate lacks a number.

    Examples
    --------
    >>> write_statement("budget_balance", Facts("equal_split", "EUR", 1e-9, 2, {}))
    'payoffs add up to the gains of all, to 1.00e-09 EUR'
    """
    words = WORDS["core_of_periods" if claim.startswith("core_") else claim](facts)
    return f"in the {facts.contract} of {facts.period}: {words}" if facts.period else words


def _payoffs(facts: Facts) -> str:
    return f"payoffs and prices are those of {facts.rule} on these data, to 1e-9 of the gains"


def _balance(facts: Facts) -> str:
    return f"payoffs add up to the gains of all, to {_tolerance(facts)}"


def _rationality(facts: Facts) -> str:
    return f"no home is worse off than alone over the whole period, to {_tolerance(facts)}"


def _core(facts: Facts) -> str:
    return f"payoffs share the gains of all and no proper coalition gains more than {_tolerance(facts)} by leaving"


def _exit_cost(facts: Facts) -> str:
    cost = facts.certificate["bracket"][0]
    less = "; at less somebody does" if facts.certificate["needed_by"] else ""
    return f"nobody gains by leaving if it costs each member {cost:.6g} {facts.unit}{less}"


def _least_subsidy(facts: Facts) -> str:
    lower, upper = facts.certificate["bracket"]
    enough = f"a subsidy of {upper:.6g} {facts.unit} in all leaves nobody a gain from leaving"
    return f"{enough}; less than {lower:.6g} {facts.unit} never does"


def _count(facts: Facts) -> str:
    certificate = facts.certificate
    if certificate.get("count") is None:
        error = f"standard error {certificate['standard_error']:.2%}"
        return f"about {certificate['share']:.2%} ({error}) of all proper coalitions gain by leaving"
    everybody = 2**facts.n_players - 2
    return f"{certificate['count']} of {everybody} proper coalitions gain by leaving, to {_tolerance(facts)}"


def _balanced(facts: Facts) -> str:
    return f"some payoffs leave no coalition more than {_tolerance(facts)} to gain: the core is not empty"


def _least_core_excess(facts: Facts) -> str:
    lower, upper = facts.certificate["bracket"]
    reached = f"some payoffs leave no proper coalition an excess above {upper:.6g} {facts.unit}"
    return f"{reached}, and none bring the largest excess below {lower:.6g} {facts.unit}"


def _cost_of_stability(facts: Facts) -> str:
    lower, upper = facts.certificate["bracket"]
    enough = f"with {upper:.6g} {facts.unit} from outside some payoffs leave nobody a gain from leaving"
    return f"{enough}; with less than {lower:.6g} {facts.unit} none do"


def _core_of_periods(facts: Facts) -> str:
    return f"no coalition gains by leaving for one {facts.contract} ({facts.blocked} of {facts.periods} blocked)"


def _tolerance(facts: Facts) -> str:
    return f"{facts.tolerance:.2e} {facts.unit}"


WORDS: Mapping[str, Callable[[Facts], str]] = {
    "payoffs": _payoffs,
    "budget_balance": _balance,
    "individual_rationality": _rationality,
    "core": _core,
    "exit_cost": _exit_cost,
    "least_subsidy": _least_subsidy,
    "n_blocking": _count,
    "core_of_periods": _core_of_periods,
    "balanced": _balanced,
    "least_core_excess": _least_core_excess,
    "cost_of_stability": _cost_of_stability,
}
"""How each property is said."""
