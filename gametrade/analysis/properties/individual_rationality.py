"""Whether anybody loses by taking part: in a market, or in an agreement."""

from __future__ import annotations

from gametrade.analysis.properties.agreements import agreement_verdict
from gametrade.analysis.properties.market import Truth, market_verdict, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.games.bargaining import Agreement
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of=("market", "agreement"))
def individual_rationality(answer: MarketOutcome | Agreement) -> Verdict:
    """Nobody is worse off than by staying away, whatever happened.

    Parameters
    ----------
    answer : MarketOutcome or Agreement
        A cleared book, whose limits are taken as the truth, or a bargaining solution.

    Returns
    -------
    Verdict
        Margin: smallest gain of a trader or player; witness: whose. [money]

    Notes
    -----
    Ex post: after all orders are known. A trader's orders are counted together, its best ones used first.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "individual_rationality")
    >>> verdict.holds, verdict.margin, verdict.witness
    (True, 5.0, ('b1',))
    """
    if isinstance(answer, Agreement):
        k = int(answer.gains.argmin())
        statement = "nobody has less than without an agreement"
        return agreement_verdict(
            answer,
            "individual_rationality",
            statement,
            float(answer.gains[k]),
            witness=(answer.problem.players[k],),
            certificate={"kind": "recompute"},
        )
    book, tolerance = answer.book, money_tolerance(answer.book)
    gains = Truth(book).gains(answer)
    least = float(gains.min(initial=0.0)) if not gains.size else float(gains.min())
    witness = (book.traders[int(gains.argmin())],) if gains.size else ()
    return market_verdict(
        answer,
        "individual_rationality",
        f"no trader loses at its own limits, to {tolerance:.3g} {book.unit}",
        least >= -tolerance,
        least,
        witness=witness,
        certificate={"kind": "recompute", "gains": dict(zip(book.traders, gains.tolist(), strict=True))},
    )
