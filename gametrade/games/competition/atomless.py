"""Providers with very many very small homes, in rational arithmetic: nobody's move changes a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gametrade.errors import InvalidInputError

Number = int | float | Fraction
Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, eq=False)
class AtomlessMarket:
    r"""Kinds of homes, each a continuum, spread over providers that trade at one place within the spread.

    Parameters
    ----------
    position : sequence of k sequences of T numbers
        Net position of a unit mass of each kind of home in each step: above 0 sells. [kWh]
    mass : sequence of k sequences of m numbers
        How much of each kind is with each provider, at least 0.
    export_price, import_price : number
        Grid prices, the import price the higher one. [money/kWh]
    place : number, optional
        Place of the local price between the two, from 0 to 1; 1/2, the mid-market rate, if not given.
    seller_fee, buyer_fee : sequence of m numbers, optional
        Fee of each provider on each kWh of surplus and of deficit, at least 0; none if not given. [money/kWh]

    Raises
    ------
    InvalidInputError
        If shapes differ, a mass or fee is negative, or prices are out of order.

    Notes
    -----
    With :math:`\Delta = b - f`, :math:`r = D / S` and place :math:`\lambda`, a seller gains
    :math:`\lambda \Delta \min(1, r)` a kWh and a buyer :math:`(1 - \lambda) \Delta \min(1, 1 / r)`; nobody gains at
    a provider without both sides.

    *One step, no fees, one place* :math:`0 < \lambda < 1`, *both sides at every provider*. Dividing the
    homes costs :math:`\Delta [\min(S, D) - \sum_m \min(S_m, D_m)] \ge 0`,
    and zero if and only if no provider is short while another is long. Two providers on one side of 1 are stable
    if and only if :math:`r_1 = r_2`; with :math:`r_1 < 1 < r_2` never, since sellers of 1 gain at 2 and buyers of
    2 gain at 1.

    *Several steps.* A home takes one provider for all its steps, so it compares sums over steps, and only kinds of
    homes that use both providers must be indifferent. Equal ratios in every step still suffice. They are no longer
    needed: ratios that differ in every step can balance out for every kind. Equal ratios of the totals over all
    steps are not enough, and even :math:`r_1 < 1 < r_2` in a step can last, at a loss, where other steps bind the
    homes. All are shown below.

    Examples
    --------
    Sellers get 6 and 7, so a seller fee of the second provider may exceed that of the first by 1 at most:

    >>> half = Fraction(1, 2)
    >>> fair = AtomlessMarket([[1], [-1]], [[4, 4], [2, 3]], 4, 12)
    >>> [float(p) for p in fair.seller_prices(0)], fair.stable, float(fair.loss)
    ([6.0, 7.0], False, 0.0)
    >>> AtomlessMarket([[1], [-1]], [[4, 4], [2, 3]], 4, 12, seller_fee=[0, 1]).stable
    True

    Two mirrored steps with ratios 1/2, 3/4 at one provider and 3/4, 1/2 at the other are stable:

    >>> kinds = [[1, 1], [-1, 0], [0, -1]]
    >>> AtomlessMarket(kinds, [[4, 4], [2, 3], [3, 2]], 4, 12).stable
    True

    Sellers of one step only are not indifferent then, though the ratios of the totals are equal:

    >>> kinds = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    >>> AtomlessMarket(kinds, [[4, 4], [4, 4], [2, 3], [3, 2]], 4, 12).stable
    False

    Ratios 1/2 and 2 in the first step last, because partners of the other steps are at one provider each:

    >>> kinds = [[2, 9, 0], [-1, -9, 0], [1, 0, 9], [-2, 0, -9]]
    >>> bound = AtomlessMarket(kinds, [[1, 0], [1, 0], [0, 1], [0, 1]], 4, 12)
    >>> bound.stable, float(bound.loss)
    (True, 8.0)
    """

    position: Rows
    mass: Rows
    export_price: Fraction
    import_price: Fraction
    place: Fraction
    seller_fee: tuple[Fraction, ...]
    buyer_fee: tuple[Fraction, ...]

    def __init__(
        self,
        position: Sequence[Sequence[Number]],
        mass: Sequence[Sequence[Number]],
        export_price: Number,
        import_price: Number,
        place: Number = Fraction(1, 2),
        *,
        seller_fee: Sequence[Number] | None = None,
        buyer_fee: Sequence[Number] | None = None,
    ) -> None:
        kinds, masses = _rows(position, "position"), _rows(mass, "mass")
        if len(kinds) != len(masses):
            raise InvalidInputError(
                f"mass of AtomlessMarket must have one row for each of {len(kinds)} kinds of homes. Got {len(masses)}."
            )
        m = len(masses[0])
        fees = [
            tuple(Fraction(x) for x in fee) if fee is not None else (Fraction(0),) * m
            for fee in (seller_fee, buyer_fee)
        ]
        if any(len(fee) != m for fee in fees):
            raise InvalidInputError(f"fees of AtomlessMarket must be {m} numbers, one a provider.")
        if min(x for row in (*masses, *fees) for x in row) < 0:
            raise InvalidInputError("masses and fees of AtomlessMarket must be at least 0.")
        if not (Fraction(import_price) >= Fraction(export_price) and 0 <= place <= 1):
            raise InvalidInputError(
                "AtomlessMarket needs an import price of at least the export price and a place from 0 to 1. "
                f"Got {import_price}, {export_price} and {place}."
            )
        names = ("position", "mass", "export_price", "import_price", "place", "seller_fee", "buyer_fee")
        prices = Fraction(export_price), Fraction(import_price), Fraction(place)
        for name, value in zip(names, (kinds, masses, *prices, *fees), strict=True):
            object.__setattr__(self, name, value)

    @property
    def n_steps(self) -> int:
        """Number of steps T."""
        return len(self.position[0])

    @property
    def n_providers(self) -> int:
        """Number of providers m."""
        return len(self.mass[0])

    @property
    def spread(self) -> Fraction:
        """Import price less export price. [money/kWh]"""
        return self.import_price - self.export_price

    def totals(self, provider: int, step: int) -> tuple[Fraction, Fraction]:
        """Surplus and deficit at one provider in one step. [kWh]"""
        held = [(kind[step], row[provider]) for kind, row in zip(self.position, self.mass, strict=True)]
        supply = sum((p * q for p, q in held if p > 0), Fraction(0))
        return supply, sum((-p * q for p, q in held if p < 0), Fraction(0))

    def gains(self, provider: int, step: int) -> tuple[Fraction, Fraction]:
        """What a kWh of surplus and one of deficit gain over the grid, fees not paid. [money/kWh]"""
        supply, need = self.totals(provider, step)
        if not (supply and need):
            return Fraction(0), Fraction(0)
        least = min(supply, need)
        return self.place * self.spread * least / supply, (1 - self.place) * self.spread * least / need

    def seller_prices(self, step: int) -> tuple[Fraction, ...]:
        """Average price of a kWh of surplus at each provider, fees not paid. [money/kWh]"""
        return tuple(self.export_price + self.gains(m, step)[0] for m in range(self.n_providers))

    @property
    def payoffs(self) -> Rows:
        """What a unit mass of each kind gains at each provider, fees paid, k rows of m. [money]"""
        offers = range(self.n_providers)
        return tuple(tuple(self._payoff(kind, m) for m in offers) for kind in self.position)

    def _payoff(self, kind: tuple[Fraction, ...], provider: int) -> Fraction:
        total = Fraction(0)
        for step, energy in enumerate(kind):
            sell, buy = self.gains(provider, step)
            sell, buy = sell - self.seller_fee[provider], buy - self.buyer_fee[provider]
            total += energy * sell if energy > 0 else -energy * buy
        return total

    @property
    def regrets(self) -> tuple[Fraction, ...]:
        """The most that a unit mass of each kind gains by another provider, over all providers that have some."""
        found = []
        for held, row in zip(self.mass, self.payoffs, strict=True):
            used = [gain for share, gain in zip(held, row, strict=True) if share]
            found.append(max(row) - min(used) if used else Fraction(0))
        return tuple(found)

    @property
    def stable(self) -> bool:
        """Whether nobody gains by another provider, decided exactly."""
        return not any(self.regrets)

    @property
    def loss(self) -> Fraction:
        r"""Gains lost against one pool, :math:`\Delta \sum_t [\min(S, D) - \sum_m \min(S_m, D_m)]`. [money]"""
        lost = Fraction(0)
        for step in range(self.n_steps):
            pools = [self.totals(m, step) for m in range(self.n_providers)]
            whole = min(sum(s for s, _ in pools), sum(d for _, d in pools))
            lost += whole - sum(min(pair) for pair in pools)
        return self.spread * lost


def _rows(values: Sequence[Sequence[Number]], name: str) -> Rows:
    rows = tuple(tuple(Fraction(x) for x in row) for row in values)
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise InvalidInputError(f"{name} of AtomlessMarket must be rows of one length, at least one number each.")
    return rows
