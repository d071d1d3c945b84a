"""The nucleolus of sharing games too large for a table: levels of excess by row generation, each with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.solvers.deadline import deadline
from gametrade.solvers.row_levels import RowLevels, Stage, twin_homes
from gametrade.typing import BoolArray, FloatArray, IntArray

NOT_PROVED = "nucleolus_not_proved"
"""What payoffs are called of which some level is only bracketed."""


def nucleolus_by_rows(game: SharingGame, *, seconds: float = 600.0) -> Allocation:
    r"""Find the nucleolus of a sharing game without a table of coalitions.

    Parameters
    ----------
    game : SharingGame
        Any number of homes; dozens are practical.
    seconds : float, default=600.0
        When the time is up, the levels that remain are taken from the coalitions met by then.

    Returns
    -------
    Allocation
        Of the rule ``nucleolus`` if every level was proved; otherwise of ``nucleolus_not_proved``, with a note that
        says between which bounds each open level lies. The certificate lists the levels. [money]

    Raises
    ------
    InvalidInputError
        If the game is not a sharing game, or the time is no number of at least 0.
    SolverError
        If a linear program fails or the coalitions of a level do not balance.

    Notes
    -----
    The scheme of Maschler, Peleg and Shapley [1]_: push the largest excess of the unsettled coalitions down by a linear
    program, settle the coalitions with positive dual and all that is in their linear span, and go on until every payoff
    is settled. Rows come from the coalitions met before, from a local search, and from a branch and bound over the
    coalitions outside the span (:class:`~gametrade.solvers.span_search.SpanSearch`), which ends with a price path
    for every region and so proves that none was missed, to 3e-10 of the gains of all.

    Homes without trade get nothing and homes with equal meter data the same, as in every nucleolus, and this is
    settled at once. The core of a sharing game is not empty, so nobody gets less than alone. If it is a single point,
    the first level is 0 and settles everything.

    Where the first level takes too many regions, a mixed-integer program looks for coalitions that were missed; the
    bound that its solver states narrows the bracket of that level but is not called a proof.

    The number of regions can grow exponentially with the number of homes.

    References
    ----------
    .. [1] M. Maschler, B. Peleg and L. S. Shapley, "Geometric properties of the kernel, nucleolus, and related
       solution concepts", Math. Oper. Res. 4 (1979) 303-338. :doi:`10.1287/moor.4.4.303`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[3], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> nucleolus_by_rows(gt.SharingGame(street)).payoffs.round(9) + 0.0
    array([0., 0., 8.])
    """
    if not isinstance(game, SharingGame):
        raise InvalidInputError(f"nucleolus_by_rows needs a SharingGame. Got {type(game).__name__}.")
    until = deadline(seconds, "nucleolus_by_rows")
    active = np.asarray(game.position.any(axis=1))
    payoffs = np.zeros(game.n_players)
    if not active.any() or game.grand_value <= 0:
        return Allocation(game, "nucleolus", payoffs, notes=("There are no gains to share.",))
    part = SharingGame(game.community.select([*game.labels(active)]))
    twins = twin_homes(part.position)
    levels = RowLevels(part, until, twins)
    stages = []
    while levels.span.freedom:
        stages.append(levels.next_stage())
    payoffs[active] = levels.point * game.grand_value
    return _described(game, payoffs, stages, active, twins)


def _described(
    game: SharingGame, payoffs: FloatArray, stages: Sequence[Stage], active: BoolArray, twins: Sequence[IntArray]
) -> Allocation:
    """The allocation under the name that its proofs deserve."""
    open_levels = [k for k, stage in enumerate(stages, 1) if not stage.proved]
    rule = NOT_PROVED if open_levels else "nucleolus"
    regions = sum(stage.regions for stage in stages)
    notes = [f"{len(stages)} levels of excess by row generation, without a table, and {regions} regions of coalitions."]
    if open_levels:
        first = stages[open_levels[0] - 1]
        notes.insert(
            0,
            f"Not proved to be the nucleolus: no proof was found in time for level {open_levels[0]} of {len(stages)}, "
            f"which lies between {first.level:.6g} and {min(first.upper_bound, 0.0):.6g} {game.unit}; "
            "open levels hold for the coalitions met, later ones given those, and a bound of an open level may be "
            "one that a solver states.",
        )
    return Allocation(game, rule, payoffs, notes=tuple(notes), certificate=_certificate(game, stages, active, twins))


def _certificate(
    game: SharingGame, stages: Sequence[Stage], active: BoolArray, twins: Sequence[IntArray]
) -> dict[str, Any]:
    """Levels, coalitions and weights by label, and what was proved of each."""
    homes = np.array(game.labels(active), dtype=object)
    return {
        "kind": "kohlberg_by_rows",
        "without_trade": list(game.labels(~active)),
        "twins": [homes[group].tolist() for group in twins],
        "levels": [
            {
                "level": stage.level,
                "coalitions": [homes[row].tolist() for row in stage.rows],
                "weights": list(stage.weights),
                "upper_bound": stage.upper_bound,
                "status": "proved" if stage.proved else "bracketed",
                "searches": stage.searches,
                "regions": stage.regions,
            }
            for stage in stages
        ],
    }
