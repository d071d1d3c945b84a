"""Optima of price leaders in exact rational arithmetic, without the solver that found them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gametrade.games.equilibrium import Equilibrium
from gametrade.games.stackelberg import PriceLeaderGame

Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class ExactLeader:
    """A price leader's game with every float read as the rational that it is.

    Parameters
    ----------
    followers : tuple of (net intercept, slope, lower, upper)
        One a follower; bounds are None where infinite.
    unit_cost, quadratic_cost, welfare_weight : Fraction
        As in the game.
    capacity, floor, cap : Fraction or None
        None where infinite.
    """

    followers: tuple[tuple[Fraction, Fraction, Fraction | None, Fraction | None], ...]
    unit_cost: Fraction
    quadratic_cost: Fraction
    welfare_weight: Fraction
    capacity: Fraction | None
    floor: Fraction | None
    cap: Fraction | None

    @classmethod
    def of(cls, game: PriceLeaderGame) -> ExactLeader:
        """Read a game."""
        columns = (game.intercepts, game.usage_charge, game.slopes, game.lower, game.upper)
        followers = tuple(
            (Fraction(a) - Fraction(tau), Fraction(b), _rational(low), _rational(high))
            for a, tau, b, low, high in zip(*(column.tolist() for column in columns), strict=True)
        )
        costs = (Fraction(x) for x in (game.unit_cost, game.quadratic_cost, game.welfare_weight))
        return cls(followers, *costs, *map(_rational, (game.capacity, game.floor, game.cap)))

    def answer(self, price: Fraction) -> tuple[Fraction, ...]:
        """What each follower takes at a price."""
        return tuple(_clip((a - price) / b, low, high) for a, b, low, high in self.followers)

    def payoff(self, price: Fraction) -> Fraction:
        """What the leader's objective is at a price."""
        taken = self.answer(price)
        total = sum(taken, Fraction(0))
        profit = (price - self.unit_cost) * total - self.quadratic_cost / 2 * total**2
        worth = ((a - price) * x - b * x**2 / 2 for (a, b, _, _), x in zip(self.followers, taken, strict=True))
        return (1 - self.welfare_weight) * profit + self.welfare_weight * sum(worth, Fraction(0))

    def follower_gaps(self, price: Fraction, taken: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """What each follower could gain over what it takes."""
        best = self.answer(price)
        rows = zip(self.followers, best, taken, strict=True)
        return tuple((a - price) * (y - x) - b * (y**2 - x**2) / 2 for (a, b, _, _), y, x in rows)

    def covers(self, price: Fraction) -> bool:
        """Whether a price is allowed."""
        return (self.floor is None or price >= self.floor) and (self.cap is None or price <= self.cap)

    def distance(self, price: Fraction, taken: tuple[Fraction, ...]) -> Fraction:
        """How far what followers take is from their answer to a price."""
        return sum((abs(x - y) for x, y in zip(self.answer(price), taken, strict=True)), Fraction(0))

    def edges(self) -> list[Fraction | None]:
        """Ends of the pieces in ascending order; None for an infinite end."""
        ends = [a - b * bound for a, b, *bounds in self.followers for bound in bounds if bound is not None]
        inside = {p for p in ends if (self.floor is None or p > self.floor) and (self.cap is None or p < self.cap)}
        return [self.floor, *sorted(inside), self.cap]

    def optimum(self) -> Point | None:
        """Best price and payoff over all pieces; the lowest of tied prices, None if nothing is feasible.

        Raises
        ------
        OverflowError
            If the payoff grows without bound.
        """
        found = self.maximisers()
        return None if found is None else (min(found[1]), found[0])

    def maximisers(self) -> tuple[Fraction, set[Fraction]] | None:
        """Largest payoff and the prices that attain it, ends of flat stretches for all between; None if infeasible.

        Raises
        ------
        OverflowError
            If the payoff grows without bound.
        """
        found = {p for low, high in pairwise(self.edges()) for p in self.candidates(low, high)}
        if not found:
            return None
        values = {price: self.payoff(price) for price in found}
        best = max(values.values())
        return best, {price for price, value in values.items() if value == best}

    def candidates(self, low: Fraction | None, high: Fraction | None) -> list[Fraction]:
        """Ends and vertex of one piece, cut to the capacity, among which the best price of the piece is.

        Raises
        ------
        OverflowError
            If the payoff grows without bound.
        """
        first, last = _inside(low, high)
        middle = (first + last) / 2
        x0, x1 = (sum(self.answer(p), Fraction(0)) for p in (first, last))
        steep = (x0 - x1) / (last - first) if last > first else Fraction(0)
        never = high is not None or steep == 0
        if self.capacity is not None and never and x0 - steep * (last - first) > self.capacity:
            return []
        start = low
        if self.capacity is not None and (low is None or x0 > self.capacity):
            enough = first + (x0 - self.capacity) / steep if steep else low
            start = enough if low is None else max(low, enough or low)
        f0, f1, f2 = self.payoff(first), self.payoff(middle), self.payoff(last)
        width = last - first
        curve = 2 * (f0 - 2 * f1 + f2) / width**2 if width else Fraction(0)
        slope = (f2 - f0) / width - curve * width if width else Fraction(0)
        self._refuse_growth(start, high, curve, slope)
        found = [p for p in (start, high) if p is not None] or [first]
        if curve < 0:
            vertex = first - slope / (2 * curve)
            found += [vertex] if (start is None or vertex > start) and (high is None or vertex < high) else []
        return found

    @staticmethod
    def _refuse_growth(low: Fraction | None, high: Fraction | None, curve: Fraction, slope: Fraction) -> None:
        rises = high is None and (curve > 0 or (curve == 0 and slope > 0))
        if rises or (low is None and (curve > 0 or (curve == 0 and slope < 0))):
            raise OverflowError("the payoff grows without bound")


@dataclass(frozen=True)
class LeaderProof:
    """What exact arithmetic says of an answer: everything in rationals."""

    regret: Fraction
    follower_gap: Fraction
    excess_demand: Fraction


def prove_leader(equilibrium: Equilibrium) -> LeaderProof:
    """Regret of a price leader and of its followers at an answer, computed exactly from the game alone.

    Parameters
    ----------
    equilibrium : Equilibrium
        Of a PriceLeaderGame; meant for some hundred followers.

    Returns
    -------
    LeaderProof
        The leader's best payoff at any price less its payoff at this price (negative only if the price lets
        demand exceed the capacity), the largest follower gap at the energies stated, and by how much demand
        exceeds the capacity.

    Raises
    ------
    TypeError
        If the game is of another kind.

    Notes
    -----
    Every piece between breakpoints is recomputed from three exact payoffs. Cost O(n^2) rational operations. Where
    demand jumps because followers have an alternative, the intervals between jumps are proved one by one, and the
    answer is judged on the interval in which followers take what it states.

    References
    ----------
    .. [1] H. von Stackelberg, "Marktform und Gleichgewicht", Springer, Vienna (1934).
    """
    game = equilibrium.game
    if not isinstance(game, PriceLeaderGame):
        raise TypeError(f"prove_leader needs an answer to a PriceLeaderGame. Got {type(game).__name__}.")
    price = Fraction(float(equilibrium.strategies[0][0]))
    taken = tuple(Fraction(float(x)) for x in equilibrium.strategies[1])
    parts = [ExactLeader.of(part) for part in game.parts()]
    exact = min((part for part in parts if part.covers(price)), key=lambda part: part.distance(price, taken))
    best = [found[1] for part in parts if (found := part.optimum()) is not None]
    here = exact.payoff(price)
    demand = sum(exact.answer(price), Fraction(0))
    over = Fraction(0) if exact.capacity is None else max(Fraction(0), demand - exact.capacity)
    return LeaderProof(max(best, default=here) - here, max(exact.follower_gaps(price, taken)), over)


def _rational(number: float) -> Fraction | None:
    return Fraction(number) if math.isfinite(number) else None


def _clip(x: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    x = x if high is None else min(x, high)
    return x if low is None else max(x, low)


def _inside(low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """Two points of a piece that may be infinite."""
    if low is not None and high is not None:
        return low, high
    if low is not None:
        return low, low + 1
    return (high - 1, high) if high is not None else (Fraction(0), Fraction(1))
