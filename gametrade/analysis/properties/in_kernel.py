"""Whether an allocation is in the kernel."""

from __future__ import annotations

from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation
from gametrade.registry import properties
from gametrade.solvers.kernel_membership import kernel_membership


@properties.register(of="allocation", covariant=True)
def in_kernel(allocation: Allocation, *, exact: bool = False) -> Verdict:
    r"""Nobody outweighs anybody who could be paid less: the payoffs are in the kernel.

    Parameters
    ----------
    allocation : Allocation
        Payoffs of at most 12 players.
    exact : bool, default=False
        Decide without tolerance, on the fractions of the allocation where it has them.

    Returns
    -------
    Verdict
        Margin and witness of ``kernel_membership``, which holds the definition. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 12 players.

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("ABC", lambda coalition: int(len(coalition) > 1))
    >>> gt.check(gt.allocate(majority, "shapley"), "in_kernel").holds
    True
    """
    payoffs = allocation.fractions if exact and allocation.fractions else allocation.payoffs.tolist()
    answer = kernel_membership(allocation.game, payoffs, exact=exact)
    to = "exactly" if exact else f"to {answer.tolerance:.3g} {allocation.game.unit}"
    statement = f"nobody outweighs anybody who could be paid less than now, {to}"
    evidence = {key: list(value) if isinstance(value, tuple) else value for key, value in answer.evidence.items()}
    certificate = {"kind": "enumeration", "reason": answer.reason, **evidence}
    return Verdict(
        allocation.rule,
        "in_kernel",
        statement,
        answer.holds,
        answer.margin,
        allocation.game.unit,
        answer.witness,
        certificate,
    )
