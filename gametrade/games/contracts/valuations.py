"""What contracts are worth to a player: a table of bundles, or energy with a grid behind it."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gametrade.errors import InvalidInputError

Number = int | float | Fraction
Bundle = frozenset[str]
NOTHING: Bundle = frozenset()


@dataclass(frozen=True, slots=True)
class Contract:
    """An offer to deliver one unit of energy from one player to another.

    Parameters
    ----------
    name : str
        Label, unique in its network.
    seller, buyer : str
        Two different players.
    time : str, default=""
        Settlement step of the delivery.
    energy : float, default=1.0
        Energy delivered. [kWh]
    cost : Fraction, optional
        Transaction cost, which the buyer pays on top of the price, at least 0; none if not given. [money]

    Raises
    ------
    InvalidInputError
        If the players are one, or the cost is negative.
    """

    name: str
    seller: str
    buyer: str
    time: str = ""
    energy: float = 1.0
    cost: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost", exact(self.cost, "cost", self.name))
        if self.seller == self.buyer:
            raise InvalidInputError(
                f"seller of contract {self.name!r} must not be its buyer. Got {self.seller!r} twice."
            )
        if self.cost < 0:
            raise InvalidInputError(f"cost of contract {self.name!r} must be at least 0. Got {float(self.cost):g}.")


class Valuation(ABC):
    """Money that a player gets from bundles of its contracts, payments not counted; nothing is worth 0."""

    @abstractmethod
    def value(self, bundle: Bundle) -> Fraction | None:
        """Value of a bundle; None if the player cannot fulfil it. [money]"""

    @abstractmethod
    def choice(self, income: Mapping[str, Fraction]) -> Bundle:
        """Best bundle when each contract brings an income (negative: a payment); the smallest one if several are.

        Parameters
        ----------
        income : mapping of str to Fraction
            Contracts that are on offer. [money]
        """

    def net(self, bundle: Bundle, income: Mapping[str, Fraction]) -> Fraction:
        """Value of a feasible bundle with its income. [money]"""
        worth = self.value(bundle)
        assert worth is not None
        return worth + sum((income[name] for name in bundle), Fraction(0))


@dataclass(frozen=True)
class BundleValue(Valuation):
    """A table of bundles; those that it leaves out cannot be fulfilled.

    Parameters
    ----------
    table : mapping of iterable of str to number
        Value of each bundle of contract names. [money]

    Examples
    --------
    >>> both = BundleValue({("x", "y"): 3})
    >>> both.value(frozenset("xy")), both.value(frozenset("x")), both.value(frozenset())
    (Fraction(3, 1), None, Fraction(0, 1))
    """

    table: Mapping[Bundle, Fraction]

    def __init__(self, table: Mapping[Iterable[str] | str, Number]) -> None:
        read = {_names(key): exact(value, "value", "BundleValue") for key, value in table.items()}
        if read.setdefault(NOTHING, Fraction(0)):
            raise InvalidInputError("value of BundleValue must be 0 for no contract at all.")
        object.__setattr__(self, "table", read)

    @staticmethod
    def best_of(values: Mapping[str, Number], *, capacity: int | None = None) -> BundleValue:
        """One contract is used, the best of a bundle; with a capacity larger bundles cannot be fulfilled.

        Parameters
        ----------
        values : mapping of str to number
            Value of each contract alone. [money]
        capacity : int, optional
            Most contracts in a bundle.
        """
        most = len(values) if capacity is None else capacity
        sizes = range(1, most + 1)
        bundles = [bundle for size in sizes for bundle in itertools.combinations(values, size)]
        return BundleValue({bundle: max(values[name] for name in bundle) for bundle in bundles})

    def value(self, bundle: Bundle) -> Fraction | None:
        """Value of a bundle; None if the table leaves it out. [money]"""
        return self.table.get(bundle)

    def choice(self, income: Mapping[str, Fraction]) -> Bundle:
        """Best bundle on offer, by looking at all; ties go to fewer contracts, then to the alphabet."""
        offered = [bundle for bundle in self.table if all(name in income for name in bundle)]
        return min(offered, key=lambda bundle: (-self.net(bundle, income), len(bundle), sorted(bundle)))


@dataclass(frozen=True)
class NetValue(Valuation):
    """Energy of a home with a grid behind it: in each step the value depends on units bought less units sold.

    Parameters
    ----------
    signs : mapping of str to (str, int)
        Step of each of its contracts, and 1 if it buys or -1 if it sells.
    gains : mapping of str to mapping of int to number
        For each step the value of every net number of units from selling all to buying all. [money]

    Raises
    ------
    InvalidInputError
        If a net number of units has no value, or no units have one that is not 0.
    """

    signs: Mapping[str, tuple[str, int]]
    gains: Mapping[str, Mapping[int, Fraction]]

    def __post_init__(self) -> None:
        read = {t: {k: exact(v, "gains", "NetValue") for k, v in row.items()} for t, row in self.gains.items()}
        object.__setattr__(self, "gains", read)
        for time in {time for time, _ in self.signs.values()}:
            least, most = self._range(time)
            if any(k not in read.get(time, {}) for k in range(least, most + 1)) or read[time][0]:
                raise InvalidInputError(
                    f"gains of NetValue must cover {least} to {most} units in step {time!r}, with 0 for no units."
                )

    def value(self, bundle: Bundle) -> Fraction | None:
        """Value of a bundle, step by step. [money]"""
        net: dict[str, int] = {}
        for name in bundle:
            time, sign = self.signs[name]
            net[time] = net.get(time, 0) + sign
        return sum((self.gains[time][units] for time, units in net.items()), Fraction(0))

    def choice(self, income: Mapping[str, Fraction]) -> Bundle:
        """Best bundle on offer: in each step the cheapest purchases and the dearest sales, every pair of numbers."""
        chosen: set[str] = set()
        for time in self.gains:
            mine = sorted(n for n in income if n in self.signs and self.signs[n][0] == time)
            buys, sells = (
                sorted((n for n in mine if self.signs[n][1] == sign), key=lambda n: -income[n]) for sign in (1, -1)
            )
            spent, earned = (_running([income[n] for n in side]) for side in (buys, sells))
            pairs = itertools.product(range(len(buys) + 1), range(len(sells) + 1))
            x, y = min(pairs, key=lambda k: (-(self.gains[time][k[0] - k[1]] + spent[k[0]] + earned[k[1]]), sum(k), k))
            chosen |= {*buys[:x], *sells[:y]}
        return frozenset(chosen)

    @property
    def concave(self) -> bool:
        """Whether each further unit is worth no more than the one before, in every step."""
        for time in {time for time, _ in self.signs.values()}:
            least, most = self._range(time)
            row = [self.gains[time][k] for k in range(least, most + 1)]
            if any(row[k + 1] - row[k] > row[k] - row[k - 1] for k in range(1, len(row) - 1)):
                return False
        return True

    def _range(self, time: str) -> tuple[int, int]:
        signs = [sign for when, sign in self.signs.values() if when == time]
        return -signs.count(-1), signs.count(1)


def exact(value: Any, name: str, owner: str) -> Fraction:
    """A finite number as a fraction, floats as what they are.

    Parameters
    ----------
    value : number
        Any finite number.
    name, owner : str
        For the message.
    """
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} of {owner} must be a finite number. Got {value!r}.") from None


def _names(key: Iterable[str] | str) -> Bundle:
    return frozenset([key] if isinstance(key, str) else key)


def _running(values: Sequence[Fraction]) -> list[Fraction]:
    return [Fraction(0), *itertools.accumulate(values)]
