"""The competitive price: the dual price of the energy balance."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook, settle
from gametrade.solvers.dispatch_prices import supporting_prices
from gametrade.solvers.uniform_prices import uniform_prices


@rules.register(
    promises=(
        "efficiency",
        "symmetry",
        "null_player",
        "individual_rationality",
        "step_individual_rationality",
        "core",
        "additivity",
    ),
    needs="sharing",
    also="dispatch",
    kind="price",
    source="Shapley and Shubik 1969, 10.1016/0022-0531(69)90008-8",
)
def competitive_price(game: CoalitionalGame) -> Allocation:
    r"""Trade at the price that clears each step: the import or the export price, and dual prices with batteries.

    Parameters
    ----------
    game : CoalitionalGame
        A game that has dual prices: a sharing game, also with individual tariffs, or a dispatch game without a joint
        connection limit.

    Returns
    -------
    Allocation
        Payoffs over being alone [money] and average prices [money/kWh]. A note says in how many steps supply
        equals demand.

    Raises
    ------
    InvalidInputError
        If the game has no dual prices, or a joint limit takes part of the gains.

    Notes
    -----
    The price of a shared kWh is f where :math:`S > D` and :math:`b - \varphi` where :math:`S < D`. Where they
    are equal (up to 1e-12 of either) every price between supports the core, and the middle is taken.

    *Core.* With :math:`\lambda_t \in [0, 1]` the place of the price between the two and
    :math:`w_i = \sum_t \delta_t (\lambda_t s_{it} + (1 - \lambda_t) d_{it})`, any coalition has
    :math:`v(S) = \sum_t \delta_t \min(s_t(S), d_t(S)) \le \sum_{i \in S} w_i`, a convex combination being at
    least the minimum. The clearing price puts all weight on the shorter side of the whole community, so
    :math:`\sum_i w_i = v(N)`: the payoffs w are shared in full and no coalition gains by leaving, over any
    number of steps. Each term of w is at least 0, so every home gains in every step. Time O(n T).

    *Dispatch games.* The prices are duals of the energy balance of the grand coalition's linear program, of all such
    paths the one nearest the middle price in least squares weighted by energy; a joint peak charge adds its own dual to
    the import price.
    A home's payoff is its cost alone less its least cost against these prices, and is at least 0 because it may
    always trade at the grid's prices [2]_.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
       :doi:`10.1016/0022-0531(69)90008-8`
    .. [2] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> gt.allocate(street, "competitive_price").payoffs
    array([0., 0., 8.])
    """
    return dual_price_allocation(game)


@singledispatch
def dual_price_allocation(game: CoalitionalGame) -> Allocation:
    """Payoffs at the dual prices of one kind of game; a new kind registers its own function here.

    Parameters
    ----------
    game : CoalitionalGame
        A game of a kind that has dual prices.

    Returns
    -------
    Allocation
        Payoffs over being alone. [money]

    Raises
    ------
    InvalidInputError
        If this kind of game has none.
    """
    raise InvalidInputError(f"competitive_price needs a game with dual prices. Got {type(game).__name__}.")


@dual_price_allocation.register
def _(game: SharingGame) -> Allocation:
    book = TradeBook(game)
    balanced = book.balanced
    price = np.where(balanced, book.middle, np.where(book.supply > book.need, book.floor, book.ceiling))
    ties = int(balanced.sum())
    note = f"Supply equals demand in {ties} of {balanced.size} trade steps, which take the middle price."
    return settle(book, "competitive_price", price, (note,) if ties else ())


@dual_price_allocation.register
def _dispatch(game: DispatchGame) -> Allocation:
    bound = supporting_prices(game)
    terms, sell = game.terms, bound.path.sell
    ceiling, charged = bound.path.ceiling(terms), sell + terms.network_charge
    buy = np.where(charged <= ceiling, sell, ceiling)
    note = "Prices are optimal dual prices, but not the ones nearest the middle price, which were not found."
    notes = () if bound.nearest else (note,)
    return Allocation(game, "competitive_price", bound.gains, buy_price=buy, sell_price=sell, notes=notes)


@dual_price_allocation.register
def _individual(game: IndividualTariffGame) -> Allocation:
    found = uniform_prices(game)
    note = f"One local price a step; in {found.open_steps} of {found.n_traded} steps with trade it could vary."
    return Allocation(game, "competitive_price", found.payoffs, notes=(note,))
