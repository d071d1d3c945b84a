"""What traders settle with the grid after a market has cleared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from gametrade.mechanisms.market_outcome import MarketOutcome


@dataclass(frozen=True, eq=False)
class GridSettlement(Shown):
    """Bills of all traders with the market and the grid together.

    Parameters
    ----------
    outcome : MarketOutcome
        The cleared market.
    wanted : ndarray of shape (traders,)
        Energy of all bids less that of all asks. [kWh]
    inside : ndarray of shape (traders,)
        Bought less sold in the market. [kWh]
    imported, exported : ndarray of shape (traders,)
        Bought from and sold to the grid, one of them 0. [kWh]
    paid_inside, charge, grid_bill : ndarray of shape (traders,)
        Paid to the market, to the network operator for what is bought inside, and to the grid. [money]
    alone : ndarray of shape (traders,)
        Bill if everything were settled with the grid. [money]
    """

    outcome: MarketOutcome
    wanted: FloatArray
    inside: FloatArray
    imported: FloatArray
    exported: FloatArray
    paid_inside: FloatArray
    charge: FloatArray
    grid_bill: FloatArray
    alone: FloatArray

    @property
    def bills(self) -> FloatArray:
        """What each trader pays in all, shape (traders,). [money]"""
        return np.asarray(self.paid_inside + self.charge + self.grid_bill)

    @property
    def savings(self) -> FloatArray:
        """What each trader's bill falls by against the grid alone, shape (traders,). [money]"""
        return np.asarray(self.alone - self.bills)

    @property
    def energy_residual(self) -> float:
        """Largest difference, over traders and in total, between energy wanted and delivered. [kWh]"""
        own = self.wanted - (self.inside + self.imported - self.exported)
        return float(max(np.abs(own).max(initial=0.0), abs(self.inside.sum())))

    @property
    def money_residual(self) -> float:
        """Difference between what traders pay and what auctioneer, operator and grid receive. [money]"""
        received = self.outcome.surplus + self.charge.sum() + self.grid_bill.sum()
        return float(abs(self.bills.sum() - received))

    def to_frame(self) -> pd.DataFrame:
        """One row a trader: energies [kWh], bills and savings [money]."""
        import pandas as pd

        names = ("wanted", "inside", "imported", "exported", "paid_inside", "charge", "grid_bill", "bills", "alone")
        columns = {name: getattr(self, name) for name in (*names, "savings")}
        return pd.DataFrame(columns, index=pd.Index(self.outcome.book.traders, name="trader"))

    def __str__(self) -> str:
        rows = [
            [label, *(f"{number:.4g}" for number in numbers)]
            for label, *numbers in zip(
                self.outcome.book.traders, self.inside, self.imported, self.exported, self.bills, self.savings,
                strict=True,
            )
        ]  # fmt: skip
        head = ["trader", "inside [kWh]", "imported", "exported", f"bill [{self.outcome.book.unit}]", "saved"]
        more = [f"... and {len(rows) - 20} more traders"] if len(rows) > 20 else []
        return "\n".join([text_table(head, rows[:20]), *more])


def settle_with_grid(
    outcome: MarketOutcome, import_price: float, export_price: float, *, network_charge: float = 0.0
) -> GridSettlement:
    r"""Settle what a market leaves over at grid prices, each trader at one meter.

    Parameters
    ----------
    outcome : MarketOutcome
        The cleared market.
    import_price, export_price : float
        Grid prices of a kWh bought and sold. [money/kWh]
    network_charge : float, default=0.0
        Due on each kWh bought inside. [money/kWh]

    Returns
    -------
    GridSettlement
        Bills, and the residuals of energy and money.

    Raises
    ------
    InvalidInputError
        If a price is not finite.

    Notes
    -----
    All energy ordered is consumed or produced whether it trades or not; a trader's remaining bids and asks are
    netted at its meter before the grid prices apply. Money: what traders pay in all is what the auctioneer
    keeps, the operator charges and the grid earns.

    Examples
    --------
    >>> import gametrade as gt
    >>> outcome = gt.clear(gt.OrderBook.of(bids=[(0.3, 2)], asks=[(0.1, 3)]), "uniform_price")
    >>> settle_with_grid(outcome, 0.3, 0.1).bills.round(6)
    array([ 0.2, -0.3])
    """
    for name, value in (
        ("import_price", import_price),
        ("export_price", export_price),
        ("network_charge", network_charge),
    ):
        if not np.isfinite(value):
            raise InvalidInputError(f"{name} of settle_with_grid must be finite. Got {value}.")
    book = outcome.book

    def each(column: FloatArray) -> FloatArray:
        return outcome.by_trader(column)

    wanted, inside = each(book.signs * book.energies), each(book.signs * outcome.fills)
    rest = each(book.signs * outcome.unserved)
    imported, exported = np.maximum(rest, 0.0), np.maximum(-rest, 0.0)

    def at_grid_prices(net: FloatArray) -> FloatArray:
        return np.asarray(import_price * np.maximum(net, 0.0) - export_price * np.maximum(-net, 0.0))

    return GridSettlement(
        outcome,
        wanted,
        inside,
        imported,
        exported,
        each(outcome.payments),
        network_charge * each(np.where(book.buys, outcome.fills, 0.0)),
        at_grid_prices(rest),
        at_grid_prices(wanted),
    )
