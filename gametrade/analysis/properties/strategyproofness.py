"""Whether telling the truth is always best, on a given book."""

from __future__ import annotations

from gametrade.analysis.properties.lie_search import best_lie
from gametrade.analysis.properties.lies import MOST_LIES, lie_verdict
from gametrade.analysis.properties.market import Mechanism
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of="market")
def strategyproofness(
    outcome: MarketOutcome, *, about: str = "both", mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Verdict:
    r"""No trader gains by misreporting its price, its energy or both, whatever the truth of the others is here.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits and energies are taken as the truth.
    about : {"price", "energy", "both"}, default="both"
        What a trader may misreport.
    mechanism : callable or str, optional
        The mechanism, where it is not a registered one.
    most : int, default=20000
        Lies to try at most.

    Returns
    -------
    Verdict
        Margin: minus the largest gain found; witness: who lies. A certificate of kind ``"lie"`` holds the false
        order with honest and lying gains, so that anybody can run it again. Not decided if no lie pays and the
        search was not exhaustive. [money]

    Raises
    ------
    InvalidInputError
        If `about` is none of the three.

    Notes
    -----
    One book at a time: a lie refutes the mechanism, a book without one does not prove it. With the orders of
    the others fixed, fills depend on where a price stands among the others' limits and energies on differences
    of cumulative energies; between these breakpoints (for mechanisms that use midpoints also
    :math:`(p + q) / 2` and :math:`2p - q`) the gain is linear in price and in energy. Its least upper bound is
    then found at the corners of cells: at breakpoints, and just below and above, where the limits are
    extrapolated from two inner points. ``certificate["supremum"]`` is that bound, which need not be attained.
    The search is exhaustive where the mechanism is known to have this form, and `most` allows all cells: :math:`O(m)`
    prices times :math:`O(m^2)` energies for each of m orders. A trader with two or three orders lies about the
    prices of all of them at once, the number of its orders kept: space is cut at the limits of the others and where
    two own prices are equal, the gain is affine in each of the :math:`O(m^r)` regions, and its limits at their
    corners follow from r + 1 inner points. For energies of one side the coordinates are the sums of its first orders.
    Prices and energies of several orders at once, orders on both sides about their energies, and more than three
    orders are searched. Bought energy beyond what a buyer wants is worth nothing; a seller buys what it lacks at
    the highest limit of the book.

    Elsewhere ``certificate["bound"]`` is what no lie at all gains more than, if the mechanism promises that nobody
    loses at its stated limits and that nobody adds money: see ``lie_bounds``.

    References
    ----------
    .. [1] R. B. Myerson and M. A. Satterthwaite, "Efficient mechanisms for bilateral trading", J. Econ. Theory
       29 (1983) 265-281. :doi:`10.1016/0022-0531(83)90048-0`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1), (14, 1)], asks=[(4, 1), (7, 1), (11, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "strategyproofness")
    >>> verdict.holds, verdict.witness, verdict.certificate["orders"][0]["id"]
    (False, ('b0',), 'b0')
    >>> gt.check(gt.clear(book, "vickrey_clarke_groves"), "strategyproofness").holds
    True
    """
    if about not in ("price", "energy", "both"):
        raise InvalidInputError(f"about of strategyproofness must be 'price', 'energy' or 'both'. Got {about!r}.")
    found = best_lie(outcome, about=about, mechanism=mechanism, most=most)
    return lie_verdict(outcome, "strategyproofness", about, found)
