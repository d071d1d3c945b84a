"""Whether an allocation is in the bargaining set."""

from __future__ import annotations

from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation
from gametrade.registry import properties
from gametrade.solvers.bargaining_set_membership import bargaining_set_membership


@properties.register(of="allocation", covariant=True)
def in_bargaining_set(allocation: Allocation) -> Verdict:
    r"""Every objection meets a counter-objection: the payoffs are in the bargaining set.

    Parameters
    ----------
    allocation : Allocation
        Payoffs of at most 12 players.

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
    answer = bargaining_set_membership(allocation.game, allocation.payoffs.tolist())
    statement = (
        f"every objection of one player to another can be countered, to {answer.tolerance:.3g} {allocation.game.unit}"
    )
    evidence = {key: list(value) if isinstance(value, tuple) else value for key, value in answer.evidence.items()}
    certificate = {"kind": "none" if answer.holds else "objection", "reason": answer.reason, **evidence}
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
