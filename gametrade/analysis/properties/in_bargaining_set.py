"""Whether an allocation is in the bargaining set."""

from __future__ import annotations

from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation
from gametrade.registry import properties
from gametrade.solvers.bargaining_set_membership import bargaining_set_membership


@properties.register(of="allocation", covariant=True)
def in_bargaining_set(allocation: Allocation, *, exact: bool = False) -> Verdict:
    r"""Every objection meets a counter-objection: the payoffs are in the bargaining set.

    Parameters
    ----------
    allocation : Allocation
        Payoffs of at most 12 players.
    exact : bool, default=False
        Decide without tolerance, on the fractions of the allocation where it has them.

    Returns
    -------
    Verdict
        Margin and witness of ``bargaining_set_membership``, which holds the definition. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 12 players.

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("ABC", lambda coalition: int(len(coalition) > 1))
    >>> gt.check(gt.allocate(majority, "shapley"), "in_bargaining_set").holds
    True
    """
    payoffs = allocation.fractions if exact and allocation.fractions else allocation.payoffs.tolist()
    answer = bargaining_set_membership(allocation.game, payoffs, exact=exact)
    to = "exactly" if exact else f"to {answer.tolerance:.3g} {allocation.game.unit}"
    statement = f"every objection of one player to another can be countered, {to}"
    evidence = {key: list(value) if isinstance(value, tuple) else value for key, value in answer.evidence.items()}
    certificate = {"kind": "objection" if answer.holds is False else "none", "reason": answer.reason, **evidence}
    return Verdict(
        allocation.rule,
        "in_bargaining_set",
        statement,
        answer.holds,
        answer.margin,
        allocation.game.unit,
        answer.witness,
        certificate,
    )
