"""The least core as an allocation rule: its fair point."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.fair_core_point import FairCorePoint, fair_core_point


@rules.register(
    promises=("efficiency", "symmetry", "covariance"),
    needs="any",
    kind="payoff",
    settles="whole",
    source="Maschler, Peleg and Shapley 1979, 10.1287/moor.4.4.303",
)
def least_core(game: CoalitionalGame, *, weak: bool = False, exact: bool = False) -> Allocation:
    r"""Make the largest gain from leaving as small as it can be, and the payoffs then as equal as they can be.

    Parameters
    ----------
    game : CoalitionalGame
        Any game with a table: at most 25 players, or 28 if the table is given.
    weak : bool, default=False
        Whether gains from leaving are counted per member.
    exact : bool, default=False
        Whether payoffs are fractions, proved without tolerance.

    Returns
    -------
    Allocation
        The fair point of the least core, with a certificate of kind ``least_core``. [money]

    Raises
    ------
    SolverError
        If a program fails or the answer is not certified.

    Notes
    -----
    The least core is the set of payoff vectors whose largest excess over proper coalitions is as small as
    possible. It is part of the core if there is one. Of its points the rule pays the one with the least
    variance of what players gain over being alone; see
    :func:`~gametrade.solvers.fair_core_point.fair_core_point`. The certificate holds a balanced collection,
    which proves that no vector has a smaller largest excess, and the coalitions that determine the point.

    References
    ----------
    .. [1] M. Maschler, B. Peleg and L. S. Shapley, "Geometric properties of the kernel, nucleolus, and related
       solution concepts", Math. Oper. Res. 4 (1979) 303-338. :doi:`10.1287/moor.4.4.303`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> gt.allocate(game, "least_core").payoffs
    array([0., 6., 0.])
    """
    rule = "least_core" + (":weak=True" if weak else "") + (":exact=True" if exact else "")
    if game.n_players == 1:
        return Allocation(game, rule, np.array([game.grand_value]), notes=("One player alone takes everything.",))
    found = fair_core_point(game, weak=weak, exact=exact)
    unit = f"{game.unit} a member" if weak else game.unit
    within = "rounding" if found.gap <= game.tolerance else f"{float(found.gap):.2g} {game.unit}"
    gap = "exactly" if exact else f"within {within}"
    note = (
        f"Largest excess {float(found.epsilon):.9g} {unit}, {gap}; weights on {len(found.levels.levels[0].masks)} "
        "coalitions prove that it cannot be smaller."
    )
    fractions = found.fractions if exact else None
    proof = certificate_of(game, found)
    return Allocation(game, rule, found.payoffs, notes=(note,), fractions=fractions, certificate=proof)


def certificate_of(game: CoalitionalGame, found: FairCorePoint) -> dict[str, Any]:
    """JSON-ready proof of the least excess and of the fair point."""
    return {
        **found.levels.to_dict(game.players),
        "kind": "least_core",
        "epsilon": str(found.epsilon),
        "active": [list(game.labels(row)) for row in found.active],
    }
