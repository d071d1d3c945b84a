"""All 2^n values of a sharing game, with sums of small coalitions reused and blocks that fit the cache."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional.game import all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.typing import FloatArray

LOW_PLAYERS = 6
BLOCK = 2**16
"""Numbers in one block: steps times the 2^6 coalitions of the low players."""
ROWS = 1024
FEW_STEPS = 8


def sharing_table(position: FloatArray) -> FloatArray:
    """Values of all coalitions in bitmask order.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Spread times net surplus of each home in each trade step. [money]

    Returns
    -------
    ndarray of shape (2**n,)
        Gains of every coalition. [money]

    Notes
    -----
    Two additions, a minimum and a sum for each of the 2^n T' pairs, in cache: a few seconds for 5e9 pairs.

    Examples
    --------
    >>> sharing_table(np.array([[1.0], [-3.0]]))
    array([0., 0., 0., 1.])
    """
    n, steps = position.shape
    if steps <= FEW_STEPS:
        return _step_by_step(position)
    low = min(n, LOW_PLAYERS)
    inner = all_coalitions(low).astype(float)
    outer = all_coalitions(n - low).astype(float)
    table = np.zeros((len(outer), len(inner)))
    width = max(1, BLOCK // len(inner))
    for start in range(0, steps, width):
        part = position[:, start : start + width]
        supply, need = np.maximum(part, 0), np.maximum(-part, 0)
        _add_block(table, inner @ supply[:low], inner @ need[:low], outer, supply[low:], need[low:])
    return table.ravel()


def _step_by_step(position: FloatArray) -> FloatArray:
    """The same for a few steps, whose blocks would be all overhead."""
    table = np.zeros(2 ** len(position))
    for step in position.T:
        table += np.minimum(subset_sums(np.maximum(step, 0)), subset_sums(np.maximum(-step, 0)))
    return table


def _add_block(
    table: FloatArray,
    supply_in: FloatArray,
    need_in: FloatArray,
    outer: FloatArray,
    supply: FloatArray,
    need: FloatArray,
) -> None:
    """Add the gains of some steps: rows are coalitions of the high players, columns of the low ones."""
    left, right = np.empty_like(supply_in), np.empty_like(need_in)
    ones = np.ones(supply_in.shape[1])
    for start in range(0, len(outer), ROWS):
        rows = outer[start : start + ROWS]
        for k, (more, less) in enumerate(zip(rows @ supply, rows @ need, strict=True), start):
            np.add(supply_in, more, out=left)
            np.add(need_in, less, out=right)
            np.minimum(left, right, out=left)
            table[k] += left @ ones
