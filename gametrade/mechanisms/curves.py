"""Demand and supply curves of a book, as data and as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.order_book import OrderBook

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

DEMAND, SUPPLY = "#1f5fa8", "#c2571a"


def curves(book: OrderBook) -> pd.DataFrame:
    """Steps of the demand and the supply curve.

    Parameters
    ----------
    book : OrderBook
        The orders; those without energy have no step.

    Returns
    -------
    DataFrame
        One row a step: side, order, price [money/kWh], and the energies `start` and `end` between which the
        step lies [kWh], the best order of each side first.

    Examples
    --------
    >>> book = OrderBook.of(bids=[(5, 1), (9, 2)], asks=[(4, 3)])
    >>> curves(book)[["side", "order", "price", "start", "end"]].values.tolist()
    [['demand', 'b1', 9.0, 0.0, 2.0], ['demand', 'b0', 5.0, 2.0, 3.0], ['supply', 'a0', 4.0, 0.0, 3.0]]
    """
    import pandas as pd

    crossing = Crossing.of(book)
    parts = []
    for side, queue in (("demand", crossing.bids), ("supply", crossing.asks)):
        end = book.energies[queue].cumsum()
        columns = {"side": side, "order": [book.ids[k] for k in queue], "price": book.prices[queue]}
        parts.append(pd.DataFrame({**columns, "start": end - book.energies[queue], "end": end}))
    return pd.concat(parts, ignore_index=True)


def plot_curves(book: OrderBook, *, volume: float | None = None, price: float | None = None) -> go.Figure:
    """Draw the demand and the supply curve, and where they trade.

    Parameters
    ----------
    book : OrderBook
        The orders.
    volume : float, optional
        Energy traded, marked by a line; that at which the curves cross if not given. [kWh]
    price : float, optional
        Price traded at, marked by a line. [money/kWh]

    Returns
    -------
    Figure
        A plotly figure.
    """
    import plotly.graph_objects as go

    frame = curves(book)
    figure = go.Figure()
    for side, colour in (("demand", DEMAND), ("supply", SUPPLY)):
        steps = frame[frame["side"] == side]
        if not len(steps):
            continue
        figure.add_scatter(
            x=np.append(steps["start"], steps["end"].iloc[-1]).tolist(),
            y=np.append(steps["price"], steps["price"].iloc[-1]).tolist(),
            text=[*steps["order"], steps["order"].iloc[-1]],
            mode="lines",
            line={"shape": "hv", "color": colour},
            name=side,
            hovertemplate="%{text}: %{y:g} " + book.unit + "/kWh up to %{x:g} kWh<extra></extra>",
        )
    crossing = Crossing.of(book)
    traded = crossing.volume if volume is None else volume
    if traded > 0:
        figure.add_vline(x=traded, line_dash="dot", annotation_text=f"{traded:g} kWh traded")
    if price is not None:
        figure.add_hline(y=price, line_dash="dot", annotation_text=f"{price:g} {book.unit}/kWh")
    figure.update_xaxes(title="energy [kWh]", rangemode="tozero")
    figure.update_yaxes(title=f"price [{book.unit}/kWh]", rangemode="tozero")
    figure.update_layout(template="plotly_white", title="Demand and supply")
    return figure
