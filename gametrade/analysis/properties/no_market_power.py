"""Whether the market can do without each single seller."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.market import market_verdict
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.mechanisms.crossing import SAME_ENERGY, Crossing
from gametrade.registry import properties


@properties.register(of="market")
def no_market_power(outcome: MarketOutcome) -> Verdict:
    r"""No seller is pivotal: without any one of them as much energy would trade.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits are taken as the truth.

    Returns
    -------
    Verdict
        Margin: minus the volume that the most pivotal seller alone makes possible; witness: that seller. [kWh]

    Notes
    -----
    Seller i is pivotal if the efficient volume :math:`V` falls without it, by :math:`V - V_{-i}`. Beside that the
    certificate has the residual supply index of each seller, the supply of the others over the energy that
    buyers want, and its Lerner index :math:`(p_i - c_i) / p_i` with its average price :math:`p_i` and the
    limit :math:`c_i` of its dearest kWh sold; None for sellers that sell nothing or for nothing. Cost
    O(sellers m log m).

    References
    ----------
    .. [1] A. P. Lerner, "The concept of monopoly and the measurement of monopoly power", Rev. Econ. Stud. 1 (1934)
       157-175. :doi:`10.2307/2967480`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 2), (12, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "no_market_power")
    >>> verdict.holds, verdict.margin, verdict.witness, round(verdict.certificate["lerner"]["a0"], 2)
    (False, -1.0, ('a0',), 0.5)
    """
    book = outcome.book
    offering = ~book.buys & (book.energies > 0)
    sellers = tuple(dict.fromkeys(book.owners[k] for k in np.flatnonzero(offering)))
    volume = Crossing.of(book).volume
    lost = [volume - Crossing.of(book.select(_not(book.owners, trader) | book.buys)).volume for trader in sellers]
    worst = int(np.argmax(lost)) if lost else 0
    wanted, offered = float(book.energies[book.buys].sum()), float(book.energies[offering].sum())
    own = {s: float(book.energies[offering & ~_not(book.owners, s)].sum()) for s in sellers}
    certificate = {
        "kind": "recompute",
        "pivotal": dict(zip(sellers, lost, strict=True)),
        "residual_supply": {s: (offered - own[s]) / wanted if wanted > 0 else None for s in sellers},
        "lerner": {s: _lerner(outcome, ~_not(book.owners, s) & ~book.buys) for s in sellers},
    }
    most = max([0.0, *lost])
    return market_verdict(
        outcome,
        "no_market_power",
        "without any one seller as much energy would trade",
        most <= SAME_ENERGY * max(wanted, offered),
        0.0 - most,
        witness=sellers[worst : worst + 1],
        certificate=certificate,
        unit="kWh",
    )


def _not(owners: tuple[str, ...], trader: str) -> np.ndarray:
    """Orders of all others."""
    return np.array([owner != trader for owner in owners], dtype=bool)


def _lerner(outcome: MarketOutcome, mine: np.ndarray) -> float | None:
    """Markup of a seller's average price over the limit of its dearest kWh sold, as a share of that price."""
    sold = mine & (outcome.fills > 0)
    revenue, energy = -float(outcome.payments[sold].sum()), float(outcome.fills[sold].sum())
    if revenue <= 0 or energy <= 0:
        return None
    price = revenue / energy
    return (price - float(outcome.book.prices[sold].max())) / price
