"""One price, one leader, and followers who each buy until the price eats up what the next kWh is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class PriceLeaderGame(StackelbergGame):
    r"""A leader sets a price p; follower i then takes :math:`x_i(p) = clip((a_i - \tau_i - p) / b_i, l_i, u_i)`.

    Parameters
    ----------
    intercepts : array_like of shape (n,)
        :math:`a_i`, what the first kWh is worth to follower i. [money/kWh]
    slopes : array_like, broadcast to shape (n,)
        :math:`b_i > 0`, by how much each further kWh is worth less. [money/kWh^2]
    lower, upper : array_like, broadcast to shape (n,)
        :math:`l_i \le u_i`; a negative energy is sold to the leader. [kWh]
    unit_cost : float
        w, what a kWh costs the leader. [money/kWh]
    quadratic_cost : float
        c, the cost of Q kWh is :math:`w Q + c Q^2 / 2`. [money/kWh^2]
    welfare_weight : float
        :math:`\mu` from 0 to 1: the leader maximises :math:`(1 - \mu)` profit :math:`+ \mu` consumer surplus.
    usage_charge : array_like, broadcast to shape (n,)
        :math:`\tau_i`, what follower i owes the network for each kWh beyond the price. [money/kWh]
    capacity : float
        Most energy that followers may take together; the leader has to choose a price at which they do.
        Infinite if there is no limit. [kWh]
    floor, cap : float
        Lowest and highest price allowed. [money/kWh]
    leader : str
        Label of the leader.
    followers : sequence of str, optional
        Labels of the followers.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If there is no follower, a number is missing, a slope is not positive, or bounds contradict each other.

    Notes
    -----
    Follower i maximises :math:`a_i x - b_i x^2 / 2 - (p + \tau_i) x` on :math:`[l_i, u_i]`, which is strictly
    concave: one answer to every price, so optimistic and pessimistic leaders agree. Total demand is piecewise
    linear and the leader's payoff piecewise quadratic with a kink at each of the 2n prices at which somebody
    reaches a bound, and in general many local maxima.

    A model of the class described in Tushar et al. [1]_ and Maharjan et al. [2]_.

    References
    ----------
    .. [1] W. Tushar et al., "Three-party energy management with distributed energy resources in smart grid",
       IEEE Trans. Ind. Electron. 62 (2015) 2487-2498, arXiv:1406.5794.
    .. [2] S. Maharjan et al., "Dependable demand response management in the smart grid: a Stackelberg game
       approach", IEEE Trans. Smart Grid 4 (2013) 120-132. :doi:`10.1109/TSG.2012.2223766`

    Examples
    --------
    >>> game = PriceLeaderGame([10.0, 4.0], [1.0, 0.1], unit_cost=1.0)
    >>> game.demands(5.5).tolist(), game.profit(5.5)
    ([4.5, 0.0], 20.25)
    """

    intercepts: FloatArray = ()  # type: ignore[assignment]
    slopes: FloatArray = ()  # type: ignore[assignment]
    lower: FloatArray = ()  # type: ignore[assignment]
    upper: FloatArray = ()  # type: ignore[assignment]
    usage_charge: FloatArray = ()  # type: ignore[assignment]
    unit_cost: float = 0.0
    quadratic_cost: float = 0.0
    welfare_weight: float = 0.0
    capacity: float = np.inf
    floor: float = 0.0
    cap: float = np.inf

    def __init__(
        self,
        intercepts: ArrayLike,
        slopes: ArrayLike,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        *,
        unit_cost: float = 0.0,
        quadratic_cost: float = 0.0,
        welfare_weight: float = 0.0,
        usage_charge: ArrayLike = 0.0,
        capacity: float = np.inf,
        floor: float = 0.0,
        cap: float = np.inf,
        leader: str = "leader",
        followers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        vectors = _vectors(intercepts, slopes, lower, upper, usage_charge)
        scalars = {
            "unit_cost": float(unit_cost),
            "quadratic_cost": float(quadratic_cost),
            "welfare_weight": float(welfare_weight),
            "capacity": float(capacity),
            "floor": float(floor),
            "cap": float(cap),
        }
        _check(vectors, scalars)
        labels = () if followers is None else tuple(map(str, followers))
        if labels and len(labels) != vectors["intercepts"].size:
            raise InvalidInputError(f"followers of PriceLeaderGame must be {vectors['intercepts'].size} labels.")
        for name, value in {**vectors, **scalars}.items():
            object.__setattr__(self, name, value)
        super().__init__(
            (leader,),
            (("price",),),
            (Polyhedron.of([scalars["floor"]], [scalars["cap"]]),),
            (lambda x, y: self.objective(float(x[0]), y),),
            lambda x: self.demands(float(x[0])),
            labels,
            lambda x, y: self.follower_losses(float(x[0]), y),
            lambda i, x: self.breakpoints(),
            "quadratic",
            None,
            unit,
        )

    def __post_init__(self) -> None:
        """Checked already."""

    @property
    def n_followers(self) -> int:
        """Number of followers n."""
        return self.intercepts.size

    @property
    def only_solver(self) -> str | None:
        """Enumeration, if followers share a capacity: a leader who scans prices would not see it."""
        return "leader_breakpoints" if np.isfinite(self.capacity) else None

    def demands(self, price: float) -> FloatArray:
        """What each follower takes at a price, shape (n,). [kWh]"""
        return np.clip((self.intercepts - self.usage_charge - price) / self.slopes, self.lower, self.upper)

    def profit(self, price: float, demands: FloatArray | None = None) -> float:
        """Revenue less cost of the leader. [money]"""
        total = float((self.demands(price) if demands is None else demands).sum())
        return (price - self.unit_cost) * total - self.quadratic_cost / 2 * total * total

    def consumer_surplus(self, price: float, demands: FloatArray | None = None) -> float:
        """What the energy is worth to all followers beyond what they pay for it, charges included. [money]"""
        x = self.demands(price) if demands is None else demands
        return float((x * (self.intercepts - self.usage_charge - price - self.slopes * x / 2)).sum())

    def objective(self, price: float, demands: FloatArray | None = None) -> float:
        """What the leader maximises: profit, or its weighted mean with consumer surplus. [money]"""
        x = self.demands(price) if demands is None else demands
        weight = self.welfare_weight
        cared = weight * self.consumer_surplus(price, x) if weight else 0.0
        return (1 - weight) * self.profit(price, x) + cared

    def follower_losses(self, price: float, demands: FloatArray) -> FloatArray:
        """What each follower could gain at the price by taking its best amount instead, shape (n,). [money]"""
        best = self.demands(price)
        slope = self.intercepts - self.usage_charge - price - self.slopes * best
        inner = (best > self.lower) & (best < self.upper)
        step = demands - best
        return np.maximum(0.0, step * (self.slopes / 2 * step - np.where(inner, 0.0, slope)))

    def breakpoints(self) -> FloatArray:
        """Prices at which some follower reaches a bound, in ascending order, each once. [money/kWh]"""
        net = self.intercepts - self.usage_charge
        ends = np.concatenate([net - self.slopes * self.upper, net - self.slopes * self.lower])
        return np.unique(ends[np.isfinite(ends)])

    def parts(self) -> tuple[PriceLeaderGame, ...]:
        """Games on adjoining intervals of prices, ascending, in each of which demand is continuous: here, one."""
        return (self,)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.n_followers} followers, price from {self.floor:g} to {self.cap:g}>"


def _vectors(
    intercepts: ArrayLike, slopes: ArrayLike, lower: ArrayLike, upper: ArrayLike, usage_charge: ArrayLike
) -> dict[str, FloatArray]:
    """Read-only copies, one number a follower."""
    first = np.array(intercepts, dtype=float).ravel()
    if not first.size:
        raise InvalidInputError("intercepts of PriceLeaderGame must be those of one follower at least. Got none.")
    vectors = {"intercepts": first}
    given = {"slopes": slopes, "lower": lower, "upper": upper, "usage_charge": usage_charge}
    for name, value in given.items():
        try:
            vectors[name] = np.broadcast_to(np.asarray(value, dtype=float), first.shape).copy()
        except ValueError as reason:
            raise InvalidInputError(
                f"{name} of PriceLeaderGame must be one number, or one for each of the {first.size} followers."
            ) from reason
    for vector in vectors.values():
        vector.setflags(write=False)
    return vectors


def _check(vectors: dict[str, FloatArray], scalars: dict[str, float]) -> None:
    """Refuse what is not a game of this kind."""
    for name in ("intercepts", "slopes", "usage_charge"):
        if not np.isfinite(vectors[name]).all():
            raise InvalidInputError(f"{name} of PriceLeaderGame must be finite.")
    if not (vectors["slopes"] > 0).all():
        raise InvalidInputError(f"slopes of PriceLeaderGame must be positive. Got {vectors['slopes'].min():g}.")
    empty = ~(vectors["lower"] <= vectors["upper"]) | (vectors["lower"] == np.inf) | (vectors["upper"] == -np.inf)
    if empty.any():
        k = int(np.flatnonzero(empty)[0])
        low, high = vectors["lower"][k], vectors["upper"][k]
        raise InvalidInputError(
            f"lower of follower {k + 1} of PriceLeaderGame must be at most upper. Got {low:g}, {high:g}."
        )
    for name in ("unit_cost", "quadratic_cost", "welfare_weight"):
        if not np.isfinite(scalars[name]):
            raise InvalidInputError(f"{name} of PriceLeaderGame must be finite. Got {scalars[name]}.")
    if not 0 <= scalars["welfare_weight"] <= 1:
        raise InvalidInputError(
            f"welfare_weight of PriceLeaderGame must be from 0 to 1. Got {scalars['welfare_weight']:g}."
        )
    if scalars["quadratic_cost"] < 0:
        raise InvalidInputError(
            f"quadratic_cost of PriceLeaderGame must be at least 0. Got {scalars['quadratic_cost']:g}."
        )
    ordered = scalars["floor"] <= scalars["cap"] and scalars["floor"] < np.inf and scalars["cap"] > -np.inf
    if not ordered or np.isnan(scalars["capacity"]):
        raise InvalidInputError(
            f"floor of PriceLeaderGame must be at most cap. Got {scalars['floor']:g} > {scalars['cap']:g}."
        )
