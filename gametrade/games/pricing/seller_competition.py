"""Sellers who compete in prices for buyers who choose among them: three games inside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.evolutionary import EvolutionaryGame, State
from gametrade.games.stackelberg.budget_buyers import gains_over_feed_in
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class SellerCompetition:
    r"""M sellers lead with prices; N buyers follow by choosing among them.

    Parameters
    ----------
    energies, keep_worth, keep_bends : array_like of shape (M,)
        :math:`G_i`, energy of seller i [kWh], which values own consumption y at
        :math:`\lambda_i y - \tfrac{\theta_i}2 y^2`. [money/kWh, money/kWh^2]
    worth, bends : array_like of shape (N,)
        :math:`\lambda_j, \theta_j` of buyer j, who values x kWh in the same way. [money/kWh, money/kWh^2]
    import_price, export_price : float
        Grid prices, between which sellers may ask: :math:`\lambda_s \le p_i \le \lambda_b`. [money/kWh]
    sellers, buyers : sequence of str, optional
        Labels.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If there is no seller or no buyer, a number is missing, negative where it cannot be, or prices are in the
        wrong order.

    Notes
    -----
    Players: sellers and buyers. *Sellers' price competition*: seller i names a price :math:`p_i` and keeps what is
    worth more to itself, so it offers :math:`e_i(p_i) = clip(G_i - (\lambda_i - p_i) / \theta_i, 0, G_i)`; payoff
    :math:`\lambda_i (G_i - e_i) - \tfrac{\theta_i}2 (G_i - e_i)^2 + p_i e_i`, unsold energy going to the grid at
    :math:`\lambda_s`. *Buyers' choice of seller*, an evolutionary game: buyer j goes to seller i with a share
    :math:`s_{ji}` that grows by the replicator equation
    :math:`\dot s_{ji} = s_{ji} (W_{ji} - \sum_k s_{jk} W_{jk})`, with
    :math:`W_{ji} = \lambda_j x - \tfrac{\theta_j}2 x^2 - p_i x` and :math:`x = w_{ji} \min(1, e_i / D_i)`: what it
    wants, :math:`w_{ji} = (\lambda_j - p_i)^+ / \theta_j`, or its part of what an over-subscribed seller has, where
    :math:`D_i = \sum_j s_{ji} w_{ji}`. *Leaders over followers*: each seller moves its price towards
    :math:`D_i = e_i`, given the shares at which the buyers came to rest.

    At a fixed point of both loops every seller who sells asks one price, inside the bounds

    .. math::

        p = \frac{\sum \lambda_i / \theta_i + \sum \lambda_j / \theta_j - \sum G_i}
        {\sum 1 / \theta_i + \sum 1 / \theta_j}

    as long as nobody is at a bound, and demand is split as :math:`e_i / \sum e`.

    A model of the class described in Paudel et al. [1]_: the reviews state the two competitions and that sellers
    lead; the formulas are an interpretation.

    References
    ----------
    .. [1] A. Paudel, K. Chaudhari, C. Long and H. B. Gooi, "Peer-to-peer energy trading in a prosumer-based
       community microgrid: a game-theoretic model", IEEE Trans. Ind. Electron. 66 (2019) 6087-6097.

    Examples
    --------
    >>> game = SellerCompetition([4, 6], 0.2, 0.05, [0.5, 0.6], 0.1, import_price=0.4, export_price=0.1)
    >>> game.offers(np.array([0.2, 0.2])).tolist()
    [4.0, 6.0]
    """

    energies: FloatArray
    keep_worth: FloatArray
    keep_bends: FloatArray
    worth: FloatArray
    bends: FloatArray
    import_price: float
    export_price: float
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]
    unit: str

    def __init__(
        self,
        energies: ArrayLike,
        keep_worth: ArrayLike,
        keep_bends: ArrayLike,
        worth: ArrayLike,
        bends: ArrayLike,
        *,
        import_price: float,
        export_price: float,
        sellers: Sequence[str] | None = None,
        buyers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        stock, value = np.array(energies, dtype=float).ravel(), np.array(worth, dtype=float).ravel()
        columns = {
            "energies": stock,
            "keep_worth": _as(keep_worth, stock, "keep_worth"),
            "keep_bends": _as(keep_bends, stock, "keep_bends"),
            "worth": value,
            "bends": _as(bends, value, "bends"),
        }
        _check(columns, import_price, export_price)
        for name, column in columns.items():
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        object.__setattr__(self, "import_price", float(import_price))
        object.__setattr__(self, "export_price", float(export_price))
        object.__setattr__(self, "sellers", _labels(sellers, "seller", stock.size))
        object.__setattr__(self, "buyers", _labels(buyers, "buyer", value.size))
        object.__setattr__(self, "unit", unit)
        if len(set(self.players)) < len(self.players):
            raise InvalidInputError(f"sellers and buyers of SellerCompetition must differ. Got {self.players}.")

    @property
    def players(self) -> tuple[str, ...]:
        """Sellers, then buyers."""
        return (*self.sellers, *self.buyers)

    def components(self, player: int) -> tuple[str, ...]:
        """Price and energy of a seller; shares of a buyer by seller."""
        return ("price", "energy") if player < len(self.sellers) else self.sellers

    def offers(self, prices: FloatArray) -> FloatArray:
        """What each seller offers at its price rather than keep it, shape (M,). [kWh]"""
        return np.clip(self.energies - (self.keep_worth - prices) / self.keep_bends, 0.0, self.energies)

    def wanted(self, prices: FloatArray) -> FloatArray:
        """What each buyer would take from each seller alone, shape (N, M). [kWh]"""
        return np.maximum(0.0, (self.worth[:, None] - prices) / self.bends[:, None])

    def demands(self, prices: FloatArray, shares: FloatArray) -> FloatArray:
        """What is asked of each seller at the buyers' shares, shape (M,). [kWh]"""
        return np.asarray((shares * self.wanted(prices)).sum(axis=0))

    def welfare(self, prices: FloatArray, shares: FloatArray) -> FloatArray:
        """What each buyer gains at each seller, who rations when over-subscribed, shape (N, M). [money]"""
        wanted, offered = self.wanted(prices), self.offers(prices)
        asked = (shares * wanted).sum(axis=0)
        served = np.divide(offered, asked, out=np.where(offered > 0, 1.0, 0.0), where=asked > 0)
        got = wanted * np.minimum(1.0, served)
        return np.asarray(got * (self.worth[:, None] - prices - self.bends[:, None] * got / 2))

    def seller_payoffs(self, prices: FloatArray, shares: FloatArray) -> FloatArray:
        """What each seller has of keeping, selling, and feeding in what is left unsold, shape (M,). [money]"""
        offered = self.offers(prices)
        sold = np.minimum(offered, self.demands(prices, shares))
        kept = self.energies - offered
        own = kept * (self.keep_worth - self.keep_bends * kept / 2)
        return np.asarray(own + prices * sold + self.export_price * (offered - sold))

    def choice(self, prices: FloatArray) -> EvolutionaryGame:
        """The buyers' choice of seller at given prices as a game of populations, one a buyer."""

        def fitness(state: State) -> list[FloatArray]:
            return list(self.welfare(prices, np.stack(state)))

        return EvolutionaryGame(self.buyers, (self.sellers,) * len(self.buyers), fitness, unit=self.unit)

    def excess(self, price: float) -> float:
        """What buyers want beyond what sellers offer when all ask one price. [kWh]"""
        return float(self.wanted(np.array([price])).sum() - self.offers(np.full(len(self.sellers), price)).sum())

    def closed_form(self) -> float:
        """The one price of the formula above; right only if nobody is at a bound there. [money/kWh]"""
        rows = np.sum(self.keep_worth / self.keep_bends) + np.sum(self.worth / self.bends) - self.energies.sum()
        return float(rows / (np.sum(1 / self.keep_bends) + np.sum(1 / self.bends)))

    def clearing_price(self) -> float:
        """The one price at which excess demand is nothing, or the grid price nearest to it. [money/kWh]"""
        empty = self.keep_worth - self.keep_bends * self.energies
        bends = np.unique(np.concatenate([self.worth, self.keep_worth, empty]))
        inner = bends[(bends > self.export_price) & (bends < self.import_price)]
        ends = np.concatenate([[self.export_price], inner, [self.import_price]])
        excess = np.array([self.excess(price) for price in ends])
        if excess[0] <= 0:
            return self.export_price
        if excess[-1] >= 0:
            return self.import_price
        k = int(np.flatnonzero(excess > 0)[-1])
        share = excess[k] / (excess[k] - excess[k + 1])
        return float(ends[k] + share * (ends[k + 1] - ends[k]))

    def over_feed_in(self, strategies: Sequence[FloatArray]) -> tuple[float, float]:
        """By how much trade lowers buyers' cost and raises sellers' benefit against grid and feed-in tariff. [%]

        Parameters
        ----------
        strategies : sequence of ndarray
            Prices of the sellers, one each, and the shares of each buyer, as in an equilibrium.

        Returns
        -------
        tuple of float
            As :func:`~gametrade.games.stackelberg.budget_buyers.gains_over_feed_in` says: what sellers keep or cannot
            sell counts as fed in, what buyers do not get as bought from the grid, in both schemes.

        Examples
        --------
        Two sellers and a buyer, at 0.25 between 0.1 and 0.3:

        >>> import gametrade as gt
        >>> game = SellerCompetition([1.0, 2.0], 0.1, 0.05, [0.4], 0.05, import_price=0.3, export_price=0.1)
        >>> [round(number, 3) for number in game.over_feed_in(gt.solve(game)[0].strategies)]
        [16.667, 150.0]
        """
        m = len(self.sellers)
        prices = np.array([strategy[0] for strategy in strategies[:m]])
        asked = self.demands(prices, np.stack(list(strategies[m:])))
        sold = np.minimum(asked, self.offers(prices))
        price = float(prices @ sold / sold.sum()) if sold.sum() > 0 else self.import_price
        grid = {"import_price": self.import_price, "export_price": self.export_price}
        return gains_over_feed_in(sold, sold, price, **grid, wanted=asked, surplus=self.energies)

    def __repr__(self) -> str:
        return f"<SellerCompetition: {len(self.sellers)} sellers, {len(self.buyers)} buyers>"


def _as(values: ArrayLike, like: FloatArray, name: str) -> FloatArray:
    try:
        return np.broadcast_to(np.asarray(values, dtype=float), like.shape).copy()
    except ValueError:
        raise InvalidInputError(f"{name} of SellerCompetition must be {like.size} numbers.") from None


def _labels(given: Sequence[str] | None, kind: str, count: int) -> tuple[str, ...]:
    labels = tuple(f"{kind} {k + 1}" for k in range(count)) if given is None else tuple(map(str, given))
    if len(labels) != count:
        raise InvalidInputError(f"{kind}s of SellerCompetition must be {count} labels. Got {len(labels)}.")
    return labels


def _check(columns: dict[str, FloatArray], imports: float, exports: float) -> None:
    """Refuse what is not a game of this kind."""
    for name, column in columns.items():
        if not column.size:
            raise InvalidInputError(f"{name} of SellerCompetition must not be empty: it needs a seller and a buyer.")
        if not np.isfinite(column).all():
            raise InvalidInputError(f"{name} of SellerCompetition must be finite.")
        least = float(column.min())
        if name == "energies" and least < 0:
            raise InvalidInputError(f"energies of SellerCompetition must be at least 0. Got {least:g}.")
        if name.endswith("bends") and least <= 0:
            raise InvalidInputError(f"{name} of SellerCompetition must be positive. Got {least:g}.")
    if not np.isfinite([imports, exports]).all() or imports < exports:
        raise InvalidInputError(
            f"import_price of SellerCompetition must be at least export_price. Got {imports:g} < {exports:g}."
        )
