"""The supply-demand ratio price."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook, settle
from gametrade.typing import FloatArray


@rules.register(
    promises=(
        "efficiency",
        "symmetry",
        "null_player",
        "individual_rationality",
        "step_individual_rationality",
        "additivity",
    ),
    needs="sharing",
    kind="price",
    source="Liu et al. 2017, 10.1109/TPWRS.2017.2649558",
)
def supply_demand_ratio(game: SharingGame, *, compensation: float = 0.0) -> Allocation:
    r"""Let the local price fall from the import to the export price as supply grows to meet demand.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.
    compensation : float, default=0.0
        Extra price x that buyers pay above the export price, at least 0. [money/kWh]

    Returns
    -------
    Allocation
        Payoffs over being alone [money] and average prices [money/kWh]. Notes say in how many steps the
        compensation was cut to the spread and in how many the formula is undefined.

    Raises
    ------
    InvalidInputError
        If `compensation` is negative or not finite.

    Notes
    -----
    With ratio :math:`R = S / D`, :math:`f' = f + x` and :math:`b' = b - \varphi`,

    .. math:: \text{sell} = \frac{f' b'}{(b' - f') R + f'},\quad \text{buy} = R\,\text{sell} + (1 - R)\, b
              \quad (R \le 1); \qquad
              \text{sell} = f + x / R,\quad \text{buy} = f + x \quad (R > 1).

    For :math:`f' > 0` the local price lies in :math:`[f', b']`, hence the payoffs balance and every home
    gains in every step. x may not exceed :math:`b' - f`; in steps where it does it is cut to it, with a note.
    At :math:`f' = 0` the formula gives 0 for every :math:`R > 0`. For :math:`f' < 0` (a negative export
    price) its denominator vanishes at some ratio and it means nothing: those steps take the price 0, or the
    ceiling :math:`b'` if that is negative too, and are counted in a note. Without compensation it is the
    competitive price where supply exceeds demand. Time O(n T).

    References
    ----------
    .. [1] N. Liu, X. Yu, C. Wang, C. Li, L. Ma and J. Lei, "Energy-sharing model with price-based demand
       response for microgrids of peer-to-peer prosumers", IEEE Trans. Power Syst. 32 (2017) 3569-3583.
       :doi:`10.1109/TPWRS.2017.2649558`
    .. [2] Y. Zhou, J. Wu and C. Long, "Evaluation of peer-to-peer energy sharing mechanisms based on a
       multiagent simulation framework", Applied Energy 222 (2018) 993-1022 (the compensation).

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [6]], [[3], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=12, export_price=4))
    >>> split = gt.allocate(street, "supply_demand_ratio")
    >>> split.sell_price, split.buy_price
    (array([6.]), array([9.]))
    """
    if not (np.isfinite(compensation) and compensation >= 0):
        raise InvalidInputError(f"compensation of supply_demand_ratio must be at least 0. Got {compensation!r}.")
    book = TradeBook(game)
    floor, ceiling = book.floor, book.ceiling
    raised = np.minimum(floor + compensation, ceiling)
    short = (book.supply < book.need) & ~book.balanced
    undefined = short & (raised < 0)
    price = np.where(short, _falling_price(book, raised), raised)
    price = np.where(undefined, np.minimum(0.0, ceiling), price)
    notes = []
    cut = int((floor + compensation > ceiling).sum())
    if cut:
        notes.append(f"The compensation exceeds the spread in {cut} of {floor.size} trade steps and was cut to it.")
    if undefined.any():
        notes.append(
            f"The formula is undefined for a negative export price in {int(undefined.sum())} of {floor.size} "
            "trade steps, which take the price 0 (or the highest price that buyers can pay, if less)."
        )
    label = f"supply_demand_ratio:compensation={compensation}" if compensation else "supply_demand_ratio"
    return settle(book, label, price, tuple(notes))


def _falling_price(book: TradeBook, raised: FloatArray) -> FloatArray:
    """Price of the formula where supply falls short; 0 where the raised export price is 0 or less."""
    weight = (book.ceiling - raised) * book.supply / book.need + raised
    defined = (raised > 0) & (weight > 0)
    share = np.divide(raised, weight, out=np.zeros_like(raised), where=defined)
    return np.clip(book.ceiling * share, raised, book.ceiling)
