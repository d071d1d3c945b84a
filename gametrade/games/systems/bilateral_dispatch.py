"""Homes that trade over links, each with preferences and network charges, as a game with one balance a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import market_numbers
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray


@systems.register(
    source="Sorin, Bobo and Pinson 2019, IEEE Trans. Power Syst. 34; charges as in Baroche et al. 2019, same volume",
    example={
        "homes": ["roof", "farm", "flat"],
        "curvature": [1.0, 1.0, 1.0],
        "slope": [2.0, 4.0, 12.0],
        "lower": [0.0, 0.0, -9.0],
        "upper": [9.0, 9.0, 0.0],
        "links": [["roof", "flat"], ["farm", "flat"]],
        "charge": [[0.5, 0.5], [0.0, 0.0]],
    },
    of_step=market_numbers.linked_homes,
    answered_by="exchange_admm",
)
def bilateral_dispatch(
    *,
    homes: Sequence[str],
    curvature: ArrayLike,
    slope: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    links: Sequence[tuple[str, str]],
    charge: ArrayLike = 0.0,
    resale: bool = True,
    unit: str = "money",
) -> SparseQuadraticGame:
    r"""Build the multi-bilateral economic dispatch as a game in which the two ends of a link share one equation.

    Parameters
    ----------
    homes, curvature, slope, lower, upper, links, charge, resale
        As in :class:`~gametrade.games.contracts.peer_dispatch.PeerDispatch`.
    unit : str
        Money.

    Returns
    -------
    SparseQuadraticGame
        Players: the homes; strategies: energy sold to and bought from each partner; payoffs: minus the cost without
        payments. Shared: what one end sells the other buys, whose multiplier is the price of the link.

    Raises
    ------
    InvalidInputError
        If a number is out of range, or a home has no partner.

    Notes
    -----
    Players: the homes. Strategies: energy sold to and bought from each partner [kWh]. Payoffs: minus cost of energy
    and charges of links, without payments [money]. Source: Sorin, Bobo and Pinson 2019; charges as in Baroche et
    al. 2019. Interpretation: the dispatch is theirs; that it is a game of homes who share one equation a link,
    answered by its variational equilibrium, is ours.

    For hundreds of homes :func:`~gametrade.solvers.consensus_dispatch.consensus_dispatch` solves the same problem on
    the links, with messages counted.

    Examples
    --------
    >>> import gametrade as gt
    >>> pair = bilateral_dispatch(homes=["roof", "flat"], curvature=[1, 1], slope=[2, 12], lower=[0, -9], upper=[9, 0],
    ...                           links=[("roof", "flat")], charge=1)
    >>> found = gt.solve(pair, "exchange_admm")[0]
    >>> round(found.certificate["shared_equal_prices"][0], 4), found.strategies[0].round(4)
    (7.0, array([4., 0.]))
    """
    game = PeerDispatch(homes, curvature, slope, lower, upper, links=links, charge=charge, resale=resale)
    owner, count = game.owner, game.n_links
    mine = [np.flatnonzero(owner == i) for i in range(game.n_players)]
    if any(not halves.size for halves in mine):
        lonely = next(game.players[i] for i, halves in enumerate(mine) if not halves.size)
        raise InvalidInputError(f"links of bilateral_dispatch must give every home a partner. {lonely!r} has none.")
    low, high = np.asarray(game.lower), np.asarray(game.upper)
    most = float(np.maximum(np.abs(low), np.abs(high)).sum()) or 1.0
    may = np.stack([game.may_sell, game.may_buy], axis=1)
    sets, blocks, rates, names = [], [], [], []
    for i, halves in enumerate(mine):
        signs = np.tile([1.0, -1.0], halves.size)
        ways = 2 * halves.size
        sets.append(
            Polyhedron.of(np.zeros(ways), most * may[halves].ravel(), np.stack([signs, -signs]), [high[i], -low[i]])
        )
        blocks.append(-float(np.asarray(game.curvature)[i]) * np.outer(signs, signs))
        rates.append(-float(np.asarray(game.slope)[i]) * signs - np.repeat(game.half_charge[halves], 2))
        partners = [game.players[owner[(half + count) % (2 * count)]] for half in halves]
        names.append([f"{verb} {partner}" for partner in partners for verb in ("to", "from")])
    return SparseQuadraticGame.of(
        game.players,
        _stacked(blocks),
        np.concatenate(rates),
        sets,
        variables=names,
        shared=_links(mine, count),
        unit=unit,
    )


def _links(mine: list[np.ndarray], count: int) -> Polyhedron:
    """What both ends of a link buy adds up to nothing."""
    order = np.concatenate(mine)
    rows = np.zeros((count, 2 * order.size))
    rows[order % count, 2 * np.arange(order.size)] = -1.0
    rows[order % count, 2 * np.arange(order.size) + 1] = 1.0
    free = np.full(2 * order.size, np.inf)
    return Polyhedron.of(-free, free, equal=(rows, np.zeros(count)))


def _stacked(blocks: list[FloatArray]) -> Any:
    from scipy.sparse import block_diag

    return block_diag(blocks)
