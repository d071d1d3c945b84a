"""What every property of a market needs: a cleared book, its tolerance, and what a trader gains by another book."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.mechanisms import ManyOutcomes, MarketOutcome, OrderBook, clear, clear_many
from gametrade.registry import mechanisms
from gametrade.tolerance import BALANCE_TOLERANCE
from gametrade.typing import BoolArray, FloatArray

Mechanism = Callable[[OrderBook], MarketOutcome]
ManyMechanism = Callable[[OrderBook, FloatArray, FloatArray, BoolArray], ManyOutcomes]


def money_tolerance(book: OrderBook) -> float:
    """Money that counts as none: 1e-9 of the value of all orders at their limits. [money]"""
    return BALANCE_TOLERANCE * float(book.prices @ book.energies)


def market_verdict(
    outcome: MarketOutcome,
    property: str,
    statement: str,
    holds: bool | None,
    margin: float,
    *,
    witness: tuple[str, ...] = (),
    certificate: Mapping[str, Any],
    unit: str = "",
) -> Verdict:
    """Put a verdict about a cleared book together; the witness comes in the order of the traders."""
    ordered = tuple(trader for trader in outcome.book.traders if trader in witness)
    written = label(outcome)
    return Verdict(written, property, statement, holds, margin, unit or outcome.book.unit, ordered, certificate)


def label(outcome: MarketOutcome) -> str:
    """Name of the mechanism with its options, as it is written on the command line."""
    if outcome.mechanism not in mechanisms:
        return outcome.mechanism  # a caller's function, or a label that says its options already
    parameters = inspect.signature(mechanisms.get(outcome.mechanism).function).parameters
    told = {name: value for name, value in outcome.options.items() if parameters[name].default != value}
    return outcome.mechanism + "".join(f":{name}={value}" for name, value in told.items())


def mechanism_of(outcome: MarketOutcome, mechanism: Mechanism | str | None = None) -> Mechanism:
    """The mechanism that made an outcome, ready to clear another book.

    Parameters
    ----------
    outcome : MarketOutcome
        Names the mechanism and its options.
    mechanism : callable or str, optional
        Where it is not a registered one.

    Returns
    -------
    callable
        Clears a book.

    Raises
    ------
    InvalidInputError
        If the mechanism is not registered and not given.
    """
    chosen, options = _named(outcome, mechanism)
    return lambda book: clear(book, chosen, **options)


def many_of(outcome: MarketOutcome, mechanism: Mechanism | str | None = None) -> ManyMechanism:
    """As :func:`mechanism_of`, for many books that differ from one in limits and energies; some orders are watched."""
    chosen, options = _named(outcome, mechanism)
    return lambda book, prices, energies, watched: clear_many(
        book, chosen, prices, energies, watched=watched, options=options
    )


def _named(
    outcome: MarketOutcome, mechanism: Mechanism | str | None
) -> tuple[str | Callable[..., Any], Mapping[str, Any]]:
    """What to clear with, and its options."""
    if mechanism is not None:
        return mechanism, {}
    if outcome.mechanism.partition(":")[0] not in mechanisms:
        raise InvalidInputError(
            f"mechanism must be given to run a mechanism that is not registered again. Got {outcome.mechanism!r}."
        )
    return outcome.mechanism, outcome.options


@dataclass(frozen=True, eq=False)
class Truth:
    """What energy is really worth to each trader: its own orders of the honest book, best ones used first.

    Parameters
    ----------
    book : OrderBook
        The honest book.

    Notes
    -----
    A buyer has no use for more than it wants. A seller that has sold more than it has buys the rest at the highest
    limit of the book.
    """

    book: OrderBook

    @cached_property
    def shortage_price(self) -> float:
        """Highest limit of the book. [money/kWh]"""
        return float(self.book.prices.max(initial=0.0))

    @cached_property
    def _curves(self) -> dict[tuple[str, bool], tuple[FloatArray, FloatArray]]:
        """Cumulative energy and money of each trader's side, from its best order on."""
        book, curves, owner = self.book, {}, self.book.owner_positions
        for place, trader in enumerate(book.traders):
            for buys in (True, False):
                rows = np.flatnonzero((owner == place) & (book.buys == buys))
                rows = rows[np.argsort(-book.signs[rows] * book.prices[rows], kind="stable")]
                energy = np.concatenate([[0.0], book.energies[rows].cumsum()])
                money = np.concatenate([[0.0], (book.energies[rows] * book.prices[rows]).cumsum()])
                curves[trader, buys] = energy, money
        return curves

    def gain(self, trader: str, outcome: MarketOutcome, mine: BoolArray | None = None) -> float:
        """What a trader really gains by an outcome of any book, from its orders there. [money]

        Parameters
        ----------
        trader : str
            Whose truth counts.
        outcome : MarketOutcome
            Of the honest book or of a book with lies.
        mine : ndarray of bool, shape (m,), optional
            Orders of that book behind which the trader stands; those of its name if not given.

        Returns
        -------
        float
            Value of what is bought, less cost of what is sold, less payments.
        """
        book = outcome.book
        orders = np.array([owner == trader for owner in book.owners], dtype=bool) if mine is None else mine
        bought = float(outcome.fills[orders & book.buys].sum())
        sold = float(outcome.fills[orders & ~book.buys].sum())
        return self.worth(trader, bought, sold) - float(outcome.payments[orders].sum())

    def gains_of(self, trader: str, book: OrderBook, made: ManyOutcomes, mine: BoolArray) -> FloatArray:
        """What a trader really gains in each of many outcomes, by its orders there, shape (B,). [money]"""
        bought, sold = (made.fills[:, mine & (book.buys == side)].sum(axis=1) for side in (True, False))
        return np.asarray(self.worths(trader, bought, sold) - made.payments[:, mine].sum(axis=1))

    def worth(self, trader: str, bought: float, sold: float) -> float:
        """Value of energy bought less cost of energy sold. [money]"""
        return float(self.worths(trader, np.array(bought), np.array(sold)))

    def worths(self, trader: str, bought: FloatArray, sold: FloatArray) -> FloatArray:
        """Value of energy bought less cost of energy sold, of any shape. [money]"""
        wanted, value = self._curves[trader, True]
        owned, cost = self._curves[trader, False]
        short = np.maximum(0.0, sold - owned[-1]) * self.shortage_price
        return np.asarray(np.interp(bought, wanted, value) - np.interp(sold, owned, cost) - short)

    def gains(self, outcome: MarketOutcome) -> FloatArray:
        """What every trader of the honest book gains, in order of traders. [money]"""
        return np.array([self.gain(trader, outcome) for trader in self.book.traders])
