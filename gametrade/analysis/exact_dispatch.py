"""Dispatch games in exact arithmetic: what plans cost, and what dual values prove, without any solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.analysis.exact import whole_numbers
from gametrade.games.coalitional.dispatch_home import HomeProgram
from gametrade.games.coalitional.dispatch_terms import PricePath, Terms
from gametrade.typing import ArrayLike, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class Broken(ValueError):
    """A plan breaks a limit or a price path leaves its range; the message says where."""


@dataclass(frozen=True, eq=False, slots=True)
class Dyadic:
    """An array of numbers m * 2**exponent with whole m: sums and products of floats without rounding."""

    numbers: np.ndarray
    exponent: int

    @classmethod
    def of(cls, values: ArrayLike) -> Dyadic:
        """Take floats as they are stored."""
        return cls(*whole_numbers(np.atleast_1d(np.asarray(values, dtype=float))))

    def _aligned(self, other: Dyadic) -> tuple[np.ndarray, np.ndarray, int]:
        low = min(self.exponent, other.exponent)
        return self.numbers << (self.exponent - low), other.numbers << (other.exponent - low), low

    def __add__(self, other: Dyadic) -> Dyadic:
        left, right, exponent = self._aligned(other)
        return Dyadic(left + right, exponent)

    def __sub__(self, other: Dyadic) -> Dyadic:
        return self + (-other)

    def __neg__(self) -> Dyadic:
        return Dyadic(-self.numbers, self.exponent)

    def __mul__(self, other: Dyadic) -> Dyadic:
        return Dyadic(self.numbers * other.numbers, self.exponent + other.exponent)

    def __getitem__(self, places: Any) -> Dyadic:
        return Dyadic(self.numbers[places], self.exponent)

    def minimum(self, other: Dyadic) -> Dyadic:
        """Smaller of two, element by element."""
        left, right, exponent = self._aligned(other)
        return Dyadic(np.minimum(left, right), exponent)

    def maximum(self, other: Dyadic) -> Dyadic:
        """Larger of two, element by element."""
        return -(-self).minimum(-other)

    def positive(self) -> Dyadic:
        """The larger of each element and nothing."""
        return Dyadic(np.maximum(self.numbers, 0), self.exponent)

    def total(self) -> Fraction:
        """Sum of all elements."""
        return Fraction(int(sum(self.numbers))) * Fraction(2) ** self.exponent

    def largest(self) -> Fraction:
        """Largest element, 0 if there is none."""
        return Fraction(int(max(self.numbers, default=0))) * Fraction(2) ** self.exponent

    def smallest(self) -> Fraction:
        """Smallest element, 0 if there is none."""
        return -(-self).largest()

    def where(self, mask: np.ndarray) -> Dyadic:
        """Elements under a mask, nothing elsewhere."""
        return Dyadic(np.where(mask, self.numbers, 0), self.exponent)


def times(matrix: csr_matrix, vector: Dyadic) -> Dyadic:
    """Product of a sparse matrix of floats and a vector."""
    entries = matrix.tocoo()
    answer = np.zeros(matrix.shape[0], dtype=object)
    products = Dyadic.of(entries.data) * vector[entries.col] if entries.nnz else Dyadic(answer[:0], 0)
    np.add.at(answer, entries.row, products.numbers)
    return Dyadic(answer, products.exponent)


def exact_prices(terms: Terms, path: PricePath) -> tuple[Dyadic, Dyadic]:
    """Give the sell and buy prices of a price path, cut to the range in which it bounds every coalition.

    Parameters
    ----------
    terms : Terms
        Prices and joint limits.
    path : PricePath
        Prices.

    Returns
    -------
    sell, buy : Dyadic
        Prices that homes face. [money/kWh]

    Raises
    ------
    Broken
        If a joint limit has a negative value, or the peak prices add up to more than the peak charge.
    """
    names = ("sell", "peak", "import_limit", "export_limit")
    sell, peak, more_import, more_export = (Dyadic.of(getattr(path, name)) for name in names)
    if any(len(part.numbers) != terms.n_steps for part in (sell, peak, more_import, more_export)):
        raise Broken("a price path must have one price a step")
    if min(part.smallest() for part in (peak, more_import, more_export)) < 0:
        raise Broken("values of the peak and of a connection must not be negative")
    if peak.total() > Fraction(terms.peak_charge):
        raise Broken("peak prices add up to more than the peak charge")
    if not terms.limited and more_import.total() + more_export.total() > 0:
        raise Broken("there is no joint connection that could have a value")
    ceiling = Dyadic.of(terms.import_price) + peak + more_import
    floor = Dyadic.of(terms.export_price) - more_export
    sell = sell.maximum(floor).minimum(ceiling)
    return sell, ceiling.minimum(sell + Dyadic.of(terms.network_charge))


def joint_value(terms: Terms, path: PricePath) -> Fraction:
    """What a joint connection is worth at a price path, 0 if there is none. [money]"""
    if not terms.limited:
        return Fraction(0)
    return Fraction(terms.connection) * (Dyadic.of(path.import_limit) + Dyadic.of(path.export_limit)).total()


def least_cost(home: HomeProgram, sell: Dyadic, buy: Dyadic, value: FloatArray, multipliers: FloatArray) -> Fraction:
    """Lower bound on the cost of a home against prices, proved by any dual values.

    Parameters
    ----------
    home : HomeProgram
        The home.
    sell, buy : Dyadic
        Prices, sell <= buy. [money/kWh]
    value : ndarray of shape (T,)
        The home's own value of a kWh, cut to [sell, buy]. [money/kWh]
    multipliers : ndarray of shape (r,)
        Dual values of its rows; those of rows that are no equations are cut to at most 0. [money/kWh]

    Returns
    -------
    Fraction
        No plan of the home costs less. [money]
    """
    load = Dyadic.of(home.load)
    if home.rigid:
        return (buy * load.positive()).total() - (sell * (-load).positive()).total()
    q = Dyadic.of(value).maximum(sell).minimum(buy)
    y = Dyadic.of(np.where(home.equal, multipliers, np.minimum(multipliers, 0.0)))
    reduced = Dyadic.of(home.cost) + times(home.net.T.tocsr(), q) - times(home.rows.T.tocsr(), y)
    bound = (q * load).total() + (y * Dyadic.of(home.limit)).total()
    return bound - (Dyadic.of(home.upper) * (-reduced).positive()).total()


def complete_plan(home: HomeProgram, plan: FloatArray) -> Dyadic:
    """Recompute what the equations of a home determine, and check every limit.

    Parameters
    ----------
    home : HomeProgram
        The home.
    plan : ndarray of shape (k,)
        Its columns as floats; the energy taken from the store in each step and one step of every shiftable block
        are recomputed from the others. [kWh]

    Returns
    -------
    Dyadic
        The columns, feasible without rounding. [kWh]

    Raises
    ------
    Broken
        If a limit is broken.
    """
    if plan.shape != home.upper.shape or not np.isfinite(plan).all():
        raise Broken("a plan must have one finite number for each choice of the home")
    fixed = plan.copy()
    columns = _derived(home, plan)
    fixed[columns[columns >= 0]] = 0.0
    kept = Dyadic.of(fixed)
    left = Dyadic.of(home.limit) - times(home.rows, kept)
    rest = np.zeros(plan.size, dtype=object)
    rest[columns[home.equal]] = left.numbers[home.equal]
    whole = kept + Dyadic(rest, left.exponent)
    if whole.smallest() < 0 or (Dyadic.of(home.upper) - whole).smallest() < 0:
        raise Broken("a plan leaves the power, energy or window of its home")
    if (Dyadic.of(home.limit) - times(home.rows, whole))[~home.equal].smallest() < 0:
        raise Broken("a plan breaks the connection limit of its home")
    return whole


def _derived(home: HomeProgram, plan: FloatArray) -> IntArray:
    """Column that each equation determines: as declared, or the one with most room in its block."""
    columns = home.derived.copy()
    room = np.minimum(plan, home.upper - plan)
    for row in np.flatnonzero(home.equal & (columns < 0)):
        inside = home.rows.indices[home.rows.indptr[row] : home.rows.indptr[row + 1]]
        columns[row] = inside[int(np.argmax(room[inside]))]
    return columns


def joint_cost(terms: Terms, homes: Sequence[HomeProgram], plans: Sequence[FloatArray], peak: float) -> Fraction:
    """What a coalition pays when each member follows a plan: an upper bound on its least cost.

    Parameters
    ----------
    terms : Terms
        Prices and joint limits.
    homes : sequence of HomeProgram
        The members.
    plans : sequence of ndarray
        Their plans. [kWh]
    peak : float
        Import up to which nothing is shared in steps where sharing costs more than it saves. [kWh]

    Returns
    -------
    Fraction
        Exact cost of feasible plans. [money]

    Raises
    ------
    Broken
        If a plan or the joint connection is broken.
    """
    nothing = Dyadic(np.zeros(terms.n_steps, dtype=object), 0)
    private, net, bought, sold = Fraction(0), nothing, nothing, nothing
    for home, plan in zip(homes, plans, strict=True):
        whole = complete_plan(home, plan)
        private += (Dyadic.of(home.cost) * whole).total()
        moved = Dyadic.of(home.load) + times(home.net, whole)
        net, bought, sold = net + moved, bought + moved.positive(), sold + (-moved).positive()
    pooled = terms.pooled
    shared = _shared(terms, bought, sold, peak)
    into = net.positive().where(pooled) + (bought - shared).where(~pooled)
    out = (-net).positive().where(pooled) + (sold - shared).where(~pooled)
    if terms.limited and max(into.largest(), out.largest()) > Fraction(terms.connection):
        raise Broken("the plans together break the joint connection limit")
    money = Dyadic.of(terms.import_price) * into - Dyadic.of(terms.export_price) * out
    charge = Dyadic.of(terms.network_charge) * shared.where(~pooled)
    return private + money.total() + charge.total() + Fraction(terms.peak_charge) * max(into.largest(), Fraction(0))


def _shared(terms: Terms, bought: Dyadic, sold: Dyadic, peak: float) -> Dyadic:
    """Energy shared in charged steps: all where that pays, else what the peak and the joint connection ask for."""
    most = bought.minimum(sold)
    pays = terms.network_charge < terms.import_price - terms.export_price
    needed = (bought - Dyadic.of(np.full(terms.n_steps, peak))).positive()
    if terms.limited:
        limit = Dyadic.of(np.full(terms.n_steps, terms.connection))
        needed = needed.maximum(bought - limit).maximum(sold - limit)
    needed = needed.minimum(most)
    return most.where(terms.shareable & pays) + needed.where(terms.shareable & ~pays)
