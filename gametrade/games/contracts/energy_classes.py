"""Energy of several classes, such as green, subsidised and from the grid, each with a price of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.typing import ArrayLike, FloatArray

GRID = "grid"


def energy_classes(
    homes: Sequence[str],
    classes: Sequence[str],
    *,
    supply: ArrayLike,
    demand: ArrayLike,
    premium: ArrayLike,
    value: ArrayLike,
    import_price: float,
    export_price: float = 0.0,
    subsidy: ArrayLike = 0.0,
    unit: str = "money",
) -> SparseQuadraticGame:
    r"""Make the market of one step in which homes trade energy by class and the grid supplies the rest.

    Parameters
    ----------
    homes : sequence of str
        n labels.
    classes : sequence of str
        K classes of local energy; the grid is a class of its own.
    supply : array_like of shape (n, K)
        Most that each home can sell in each class. [kWh]
    demand : array_like of shape (n,)
        Energy at which the value of energy to a home is used up. [kWh]
    premium : array_like of shape (n, K)
        What a home values a kWh of a class above one from the grid. [money/kWh]
    value : array_like of shape (n,)
        Value of the first kWh; it falls evenly to 0 at the demand. [money/kWh]
    import_price : float
        Price of grid energy. [money/kWh]
    export_price : float, default=0.0
        What the grid pays for energy that is not sold, forgone on each kWh that is. [money/kWh]
    subsidy : array_like of shape () or (K,), default=0.0
        Paid from outside on each kWh bought of a class. [money/kWh]
    unit : str
        Money.

    Returns
    -------
    SparseQuadraticGame
        One player a home, with energy sold and bought in each class and bought from the grid, and the grid. Shared: one
        balance a class, whose multiplier is the price of the class.

    Raises
    ------
    InvalidInputError
        If shapes differ, or a supply, demand or subsidy is negative.

    Notes
    -----
    A model of the class described in [1]_, where prices of classes direct homes with preferences about where energy
    comes from; solved by ``exchange_admm``. Buyer i maximises
    :math:`v_i q - \tfrac{v_i}{2 d_i} q^2 + \sum_k (m_{ik} + s_k - \lambda_k) b_{ik} - b\, g_i` with
    :math:`q = \sum_k b_{ik} + g_i`. A home that buys both of two classes is indifferent:
    :math:`\lambda_k - \lambda_l = m_{ik} + s_k - m_{il} - s_l`.

    References
    ----------
    .. [1] T. Morstyn and M. D. McCulloch, "Multiclass energy management for peer-to-peer energy trading driven by
       prosumer preferences", IEEE Trans. Power Syst. 34 (2019).

    Examples
    --------
    >>> import gametrade as gt
    >>> market = energy_classes(["roof", "flat"], ["green"], supply=[[1], [0]], demand=[0, 8], premium=[[0], [0.5]],
    ...                         value=[0, 4], import_price=2)
    >>> found = gt.solve(market, "exchange_admm")[0]
    >>> round(found.certificate["shared_equal_prices"][0], 6)
    2.5
    """
    n, k = len(homes), len(classes)
    if not n or not k or GRID in homes or GRID in classes:
        raise InvalidInputError("energy_classes needs a home and a class, none of them called 'grid'.")
    sell = finite_numbers(supply, "supply", "energy_classes", (n, k), least=0.0)
    most = finite_numbers(demand, "demand", "energy_classes", (n,), least=0.0)
    liked = finite_numbers(premium, "premium", "energy_classes", (n, k))
    worth = finite_numbers(value, "value", "energy_classes", (n,), least=0.0)
    paid = np.broadcast_to(finite_numbers(subsidy, "subsidy", "energy_classes", (), (k,), least=0.0), k)
    price = finite_number(import_price, "import_price", "energy_classes")
    forgone = finite_number(export_price, "export_price", "energy_classes")
    bend = np.zeros((n, 2 * k + 1, 2 * k + 1))
    fall = np.divide(worth, most, out=np.zeros(n), where=most > 0)
    bend[:, k:, k:] = -fall[:, None, None]
    slope = np.zeros((n, 2 * k + 1))
    slope[:, :k] = -forgone
    slope[:, k : 2 * k] = worth[:, None] + liked + paid
    slope[:, 2 * k] = worth
    limit = np.maximum(most, 0.0)
    sets = [Polyhedron.of(np.zeros(2 * k + 1), [*sell[i], *np.full(k + 1, limit[i])]) for i in range(n)]
    total = float(limit.sum()) or 1.0
    return SparseQuadraticGame.of(
        [*homes, GRID],
        _stacked(bend),
        np.concatenate([slope.ravel(), [-price]]),
        [*sets, Polyhedron.of([0.0], [total])],
        variables=[[f"{verb} {c}" for verb in ("sells", "buys") for c in classes] + ["buys grid"]] * n
        + [["sells grid"]],
        shared=_balances(n, k),
        unit=unit,
    )


def _stacked(blocks: FloatArray) -> Any:
    from scipy.sparse import block_diag, csr_matrix

    return block_diag([*blocks, csr_matrix((1, 1))])


def _balances(n: int, k: int) -> Polyhedron:
    """What is bought of a class is sold, the grid last."""
    home = np.zeros((k + 1, 2 * k + 1))
    home[range(k), range(k)] = -1.0
    home[range(k + 1), range(k, 2 * k + 1)] = 1.0
    grid = np.zeros((k + 1, 1))
    grid[k] = -1.0
    rows = np.hstack([np.tile(home, n), grid])
    free = np.full(rows.shape[1], np.inf)
    return Polyhedron.of(-free, free, equal=(rows, np.zeros(k + 1)))
