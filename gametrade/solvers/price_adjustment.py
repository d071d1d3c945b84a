"""Contract prices that rise until every contract that a buyer wants is offered."""

from __future__ import annotations

from fractions import Fraction

from gametrade.errors import InvalidInputError
from gametrade.games.contracts import ContractNetwork, ContractOutcome, Talk
from gametrade.games.contracts.valuations import Bundle, Number, exact


def price_adjustment(
    network: ContractNetwork, *, step: Number = Fraction(1, 20), start: Number = 0, max_rounds: int = 10_000
) -> ContractOutcome:
    r"""Let players sign contracts by raising prices of those that buyers want and sellers refuse.

    Parameters
    ----------
    network : ContractNetwork
        m contracts.
    step : number, optional
        Rise of a price in a round, above 0; 1/20 if not given. [money]
    start : number, default=0
        First price of every contract; low enough that buyers want what they will ever want. [money]
    max_rounds : int, default=10000
        Rounds after which the process stops, and says so.

    Returns
    -------
    ContractOutcome
        What both sides want in the end, at the price the buyer pays, with the price-taking gap of each player.

    Raises
    ------
    InvalidInputError
        If the step is not above 0, or no round is allowed.

    Notes
    -----
    A model of the class described in [1]_. Every contract has a price for the seller and one for the buyer. In each
    round every player names its best set at its own prices; for a contract that the buyer wants and the seller does not
    offer, the seller's price rises by a step if it is the lower one, else the buyer's does. Prices only rise, so the
    process ends. If contracts are substitutes to everybody (:func:`full_substitutability`), a buyer goes on wanting
    what is offered while other prices rise, and the end is a competitive equilibrium up to steps, near the one that is
    best for buyers [2]_; if not, the gaps say what is missing. 2m messages of one word a round.

    References
    ----------
    .. [1] T. Morstyn, A. Teytelboym and M. D. McCulloch, "Bilateral contract networks for peer-to-peer energy
       trading", IEEE Trans. Smart Grid 10 (2019).
    .. [2] J. W. Hatfield, S. D. Kominers, A. Nichifor, M. Ostrovsky and A. Westkamp, "Stability and competitive
       equilibrium in trading networks", J. Polit. Econ. 121 (2013) 966-1005.

    Examples
    --------
    >>> from gametrade.games.contracts import assignment_network
    >>> found = price_adjustment(assignment_network(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]]))
    >>> [(name, float(found.prices[name])) for name in sorted(found.concluded)]
    [('s0>b1', 2.1), ('s1>b0', 0.05)]
    """
    rise, first = exact(step, "step", "price_adjustment"), exact(start, "start", "price_adjustment")
    if rise <= 0:
        raise InvalidInputError(f"step of price_adjustment must be above 0. Got {step!r}.")
    if max_rounds < 1:
        raise InvalidInputError(f"max_rounds of price_adjustment must be at least 1. Got {max_rounds!r}.")
    ask = {contract.name: first for contract in network.contracts}
    bid = dict(ask)
    rounds, refused, wanted, offered = 0, [""], frozenset[str](), frozenset[str]()
    while refused and rounds < max_rounds:
        rounds += 1
        wanted, offered = _sides(network, bid, ask)
        refused = sorted(wanted - offered)
        for name in refused:
            raised = ask if bid[name] > ask[name] else bid
            raised[name] += rise
    messages = 2 * len(network.contracts) * rounds
    talk = Talk(rounds, messages, messages, not refused, {"refused contracts": float(len(refused))})
    return ContractOutcome(network, _feasible(network, wanted & offered), bid, talk)


def _sides(network: ContractNetwork, bid: dict[str, Fraction], ask: dict[str, Fraction]) -> tuple[Bundle, Bundle]:
    """Contracts that buyers want and that sellers offer, each by the prices of its own side."""
    wanted, offered = set[str](), set[str]()
    for player in network.players:
        prices = {c.name: ask[c.name] if c.seller == player else bid[c.name] for c in network.of[player]}
        best = network.valuations[player].choice(network.income(player, prices))
        for contract in network.of[player]:
            if contract.name in best:
                (offered if contract.seller == player else wanted).add(contract.name)
    return frozenset(wanted), frozenset(offered)


def _feasible(network: ContractNetwork, agreed: Bundle) -> Bundle:
    """What both sides agreed to, unless somebody cannot fulfil the part of its set that the others left."""
    left = agreed
    while True:
        stuck = [p for p in network.players if network.valuations[p].value(network.own(p, left)) is None]
        if not stuck:
            return left
        left = left - network.own(stuck[0], left)
