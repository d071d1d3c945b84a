"""A seller sets a price for energy and a reward for flexibility, and cares for welfare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray


@systems.register(
    source="Park et al., as reviews describe it: welfare over transaction price and flexibility",
    example={
        "intercepts": [1.0, 0.8],
        "slopes": 0.5,
        "discomfort": [2.0, 1.0],
        "most_flexibility": 5.0,
        "flexibility_value": 0.6,
        "import_price": 0.9,
    },
    of_step=step_numbers.flexible_buyers,
)
def flexibility_seller(
    *,
    intercepts: ArrayLike,
    slopes: ArrayLike,
    discomfort: ArrayLike,
    most_flexibility: ArrayLike,
    flexibility_value: float,
    import_price: float,
    export_price: float = 0.0,
    welfare_weight: float = 0.5,
    seller: str = "seller",
    buyers: Sequence[str] | None = None,
    unit: str = "money",
) -> StackelbergGame:
    r"""Build the game of a seller who prices energy and rewards buyers for shifting some.

    Parameters
    ----------
    intercepts, slopes : array_like of shape (n,)
        Value of the first kWh and slope of each buyer. [money/kWh, money/kWh^2]
    discomfort : array_like, broadcast to shape (n,)
        Shifting f kWh costs buyer i :math:`k_i f^2 / 2`. [money/kWh^2]
    most_flexibility : array_like, broadcast to shape (n,)
        Energy that each can shift. [kWh]
    flexibility_value : float
        What a shifted kWh is worth to the seller. [money/kWh]
    import_price, export_price : float
        Bounds of the price, and what a kWh is worth to the seller elsewhere. [money/kWh]
    welfare_weight : float
        Weight of the buyers' surplus in what the seller maximises.
    seller, buyers, unit : str, sequence of str, str
        Labels and money.

    Returns
    -------
    StackelbergGame
        The seller's two decisions as two leaders, "seller: price" and "seller: reward"; followers: each buyer's
        energy, then each buyer's flexibility.

    Notes
    -----
    Players: the seller (leader, in two roles: price and reward), buyers (followers). Strategies: a price and a
    reward [money/kWh]; energies and flexibilities [kWh]. Payoffs: welfare; utility less payments and discomfort,
    plus rewards [money]. Source: Park et al., as reviews describe it: welfare over transaction price and
    flexibility. Interpretation: energy and flexibility that do not interact, and all formulas.

    Buyers' energy and flexibility do not interact (an interpretation), so the seller's objective is a sum of one
    term in the price and one in the reward, and the best pair is a pair of best choices. A reward r is a negative
    price: :math:`f_i = clip(r / k_i, 0, F_i)`.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = flexibility_seller(intercepts=[1.0], slopes=0.5, discomfort=2.0, most_flexibility=5.0,
    ...     flexibility_value=0.6, import_price=0.9, welfare_weight=0.0)
    >>> [round(float(gt.solve(game)[0].strategies[k][0]), 12) for k in (0, 1)]
    [0.5, 0.3]
    """
    first = PriceLeaderGame(
        intercepts,
        slopes,
        unit_cost=export_price,
        floor=export_price,
        cap=import_price,
        welfare_weight=welfare_weight,
    )
    n = first.n_followers
    most = max(flexibility_value, 0.0)
    second = PriceLeaderGame(
        np.zeros(n),
        discomfort,
        0.0,
        most_flexibility,
        unit_cost=-flexibility_value,
        floor=-most,
        cap=0.0,
        welfare_weight=welfare_weight,
    )
    names = [f"buyer {k + 1}" for k in range(n)] if buyers is None else list(buyers)

    def response(x: FloatArray) -> FloatArray:
        return np.concatenate([first.demands(float(x[0])), second.demands(-float(x[1]))])

    def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
        return np.concatenate([first.follower_losses(float(x[0]), y[:n]), second.follower_losses(-float(x[1]), y[n:])])

    return StackelbergGame(
        (f"{seller}: price", f"{seller}: reward"),
        (("price",), ("reward",)),
        (Polyhedron.of([export_price], [import_price]), Polyhedron.of([0.0], [most])),
        (
            lambda x, y: first.objective(float(x[0]), y[:n]),
            lambda x, y: second.objective(-float(x[1]), y[n:]),
        ),
        response,
        tuple(f"{what} of {name}" for what in ("energy", "flexibility") for name in names),
        gaps,
        lambda i, x: first.breakpoints() if i == 0 else -second.breakpoints(),
        "quadratic",
        unit=unit,
    )
