"""The sharing game of homes whose import price changes above a threshold: rising slabs, or discounts for bulk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.merit_order import Offers, least_of_both, price_levels
from gametrade.optimise import Program, maximise
from gametrade.tolerance import ROUNDING, absolute_tolerance
from gametrade.typing import ArrayLike, BoolArray, FloatArray


@dataclass(frozen=True, eq=False, init=False)
class SlabTariffGame(CoalitionalGame):
    r"""What each coalition saves when the import price of a home changes above a threshold in each step.

    Import q of home i costs :math:`b_i q` up to the threshold :math:`\theta_i` and :math:`b'_i` a kWh above it. A kWh
    shared saves its buyer the last kWh imported: while the import is above the threshold :math:`b'_i`, then
    :math:`b_i`, less the network charge; it costs its seller the export price.

    Parameters
    ----------
    community : Community
        Homes, meter data, network charge and currency. Its import and export price are not used.
    import_price, above_price : array_like of shape (n,)
        Price b of a kWh imported up to the threshold, and b' above it. [money/kWh]
    threshold : array_like of shape (n,)
        Import of a home in one settlement step above which the second price holds, at least 0. [kWh]
    export_price : array_like of shape (n,)
        What each home earns for a kWh fed in. [money/kWh]

    Raises
    ------
    InvalidInputError
        If there is not one finite number for each home, or a threshold is negative.

    Notes
    -----
    *Rising slabs* (:math:`b' \ge b`): the first kWh saved is the dearest, each slab is a bid of its own, and the value
    is a merit order: a market game, whose core is not empty. *Falling slabs*: the cheap kWh must be saved before the
    dear ones, which is a choice of whole blocks. The value of a coalition with such a buyer is a mixed-integer program
    with one choice for each such buyer and step, solved to optimality and valued at its choices; it is not concave,
    and the core can be empty.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [2]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> bulk = SlabTariffGame(street, [10, 10, 10], [2, 2, 2], [1, 1, 1], [0, 0, 0])
    >>> round(bulk.value(["Ada", "Cy"]), 9), round(bulk.grand_value, 9)
    (2.0, 12.0)
    """

    community: Community
    import_price: FloatArray
    above_price: FloatArray
    threshold: FloatArray
    export_price: FloatArray

    def __init__(
        self,
        community: Community,
        import_price: ArrayLike,
        above_price: ArrayLike,
        threshold: ArrayLike,
        export_price: ArrayLike,
    ) -> None:
        if not isinstance(community, Community):
            raise InvalidInputError(f"community of SlabTariffGame must be a Community. Got {type(community).__name__}.")
        object.__setattr__(self, "community", community)
        given = {
            "import_price": import_price,
            "above_price": above_price,
            "threshold": threshold,
            "export_price": export_price,
        }
        for name, numbers in given.items():
            least = 0.0 if name == "threshold" else -np.inf
            n = community.n_prosumers
            layout = f"one for each of {n} homes"
            array = finite_numbers(numbers, name, "SlabTariffGame", (n,), least=least, layout=layout)
            object.__setattr__(self, name, array)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def unit(self) -> str:
        """Currency of the community's tariff."""
        return self.community.tariff.currency

    @property
    def single_values(self) -> FloatArray:
        """A home alone shares nothing: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @cached_property
    def grand_value(self) -> float:
        """Gains from trade of the whole community. [money]"""
        return float(self.values(np.ones((1, self.n_players), dtype=bool))[0])

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the gains of all, or the rounding of the money that changes hands. [money]"""
        price = np.maximum(np.abs(self.import_price), np.abs(self.above_price)) + np.abs(self.export_price)
        turnover = float((np.abs(self.community.net_load).sum(axis=1) * price).sum())
        return max(absolute_tolerance(self.grand_value), ROUNDING * turnover)

    @cached_property
    def blocks(self) -> BoolArray:
        """Homes and steps in which a cheap block must be saved before a dear one, shape (n, T)."""
        above = self.community.deficit > self.threshold[:, None]
        return np.asarray(above & ((self.above_price < self.import_price) & (self.threshold > 0))[:, None])

    @cached_property
    def asks(self) -> Offers:
        """Surpluses, offered from the seller's export price up."""
        home, step = np.nonzero(self.community.surplus > 0)
        return Offers(home, step, self.community.surplus[home, step], self.export_price[home])

    @cached_property
    def bids(self) -> Offers:
        """Both slabs of every deficit: what is above the threshold, then what is below. [kWh]"""
        deficit = self.community.deficit
        below = np.minimum(deficit, self.threshold[:, None])
        parts = []
        for energy, price in ((deficit - below, self.above_price), (below, self.import_price)):
            home, step = np.nonzero(energy > 0)
            parts.append((home, step, energy[home, step], price[home] - self.community.tariff.network_charge[step]))
        home, step, energy, limit = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Offers(home, step, energy, limit)

    @cached_property
    def position(self) -> FloatArray:
        """Position of the homes at price levels as if blocks could be split, shape (n, L). [money]"""
        return price_levels(self.asks, self.bids, self.n_players).position

    def values(self, members: BoolArray) -> FloatArray:
        """Gains of each coalition, shape (k, n) to (k,); a program for each that has a block to choose. [money]"""
        members = np.asarray(members, dtype=bool)
        answer = least_of_both(self.position, members)
        sells = (self.community.surplus > 0).astype(float)
        whole = (members @ self.blocks.astype(float) > 0) & (members @ sells > 0)
        for row in np.flatnonzero(whole.any(axis=1)):
            answer[row] = self._with_blocks(members[row])
        return answer

    def _with_blocks(self, inside: BoolArray) -> float:
        """Best trades and best choice of blocks of one coalition, valued at that choice. [money]"""
        program, unit, n_trades = self._program(inside)
        first = maximise(program)
        if first.bound > first.objective + 1e-6 * max(1.0, abs(first.objective)):
            raise SolverError("The best choice of blocks was not proved best.", first.status)
        chosen = np.round(first.variables[n_trades:])
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[n_trades:] = upper[n_trades:] = chosen
        fixed = Program(program.gain, program.matrix, program.row_lower, program.row_upper, lower, upper)
        return max(0.0, maximise(fixed).objective) * unit

    def _program(self, inside: BoolArray) -> tuple[Program, float, int]:
        """Sales and purchases of each slab, balanced in every step, and one choice for each block."""
        from scipy.sparse import coo_matrix, csr_matrix

        asks, bids = (_of(offers, inside) for offers in (self.asks, self.bids))
        home, step = np.nonzero(self.blocks & inside[:, None])
        above = self.community.deficit[home, step] - self.threshold[home]
        m, k, b, steps = asks.home.size, bids.home.size, home.size, self.community.n_steps
        unit, price = float(asks.energy.max()), float(max(np.abs(asks.limit).max(), np.abs(bids.limit).max())) or 1.0
        slab: dict[tuple[int, int], list[int]] = {}
        for j, place in enumerate(zip(bids.home.tolist(), bids.step.tolist(), strict=True)):
            slab.setdefault(place, []).append(j)
        entries = [(t, j, -1.0) for j, t in enumerate(asks.step)] + [(t, m + j, 1.0) for j, t in enumerate(bids.step)]
        for c, (i, t) in enumerate(zip(home, step, strict=True)):
            cheap, dear = slab[int(i), int(t)]
            entries += [(steps + c, m + cheap, 1.0), (steps + c, m + k + c, -above[c] / unit)]
            entries += [(steps + b + c, m + dear, -1.0), (steps + b + c, m + k + c, bids.energy[dear] / unit)]
        rows, columns, numbers = (np.array(part) for part in zip(*entries, strict=True))
        matrix = csr_matrix(coo_matrix((numbers, (rows, columns)), shape=(steps + 2 * b, m + k + b)))
        program = Program(
            gain=np.concatenate([-asks.limit, bids.limit, np.zeros(b)]) / price,
            matrix=matrix,
            row_lower=np.zeros(steps + 2 * b),
            row_upper=np.concatenate([np.zeros(steps), np.full(2 * b, np.inf)]),
            lower=np.zeros(m + k + b),
            upper=np.concatenate([asks.energy / unit, bids.energy / unit, np.ones(b)]),
            integer=np.arange(m + k + b) >= m + k,
        )
        return program, unit * price, m + k


def _of(offers: Offers, inside: BoolArray) -> Offers:
    """Offers of some homes."""
    kept = inside[offers.home]
    return Offers(offers.home[kept], offers.step[kept], offers.energy[kept], offers.limit[kept])
