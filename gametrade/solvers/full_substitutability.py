"""Whether contracts are substitutes to a player, with the bundles that show it where they are not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from gametrade.display import Shown
from gametrade.errors import TooManyPlayersError, UnknownNameError
from gametrade.games.contracts import ContractNetwork
from gametrade.games.contracts.contract_network import fits_energy
from gametrade.games.contracts.valuations import Bundle

MOST_CONTRACTS = 8
"""Contracts of a player of which all pairs of bundles are compared."""


@dataclass(frozen=True, slots=True)
class Substitutability(Shown):
    """Whether a player's contracts are full substitutes.

    Parameters
    ----------
    player : str
        Whose.
    holds : bool
        Whether they are.
    reason : str
        How it was decided.
    first, second : frozenset of str
        The pair of bundles that fails where it does not hold.
    contract : str
        The contract that cannot move from one to the other.
    shortfall : Fraction or None
        By how much every exchange loses; None if no exchange is feasible. [money]
    """

    player: str
    holds: bool
    reason: str
    first: Bundle = frozenset()
    second: Bundle = frozenset()
    contract: str = ""
    shortfall: Fraction | None = None

    def __str__(self) -> str:
        if self.holds:
            return f"contracts of {self.player} are full substitutes: {self.reason}"
        lost = "cannot be made" if self.shortfall is None else f"loses {float(self.shortfall):g}"
        sets = " and ".join("{" + ", ".join(sorted(some)) + "}" for some in (self.first, self.second))
        return f"contracts of {self.player} are NOT full substitutes: moving {self.contract} between {sets} {lost}"


def full_substitutability(network: ContractNetwork, player: str) -> Substitutability:
    r"""Decide whether a player's contracts are full substitutes, exactly.

    Parameters
    ----------
    network : ContractNetwork
        m contracts.
    player : str
        At most 8 contracts, unless its value is of energy with falling value.

    Returns
    -------
    Substitutability
        With a pair of bundles as witness if they are not.

    Raises
    ------
    UnknownNameError
        If there is no such player.
    TooManyPlayersError
        If it has more than 8 contracts and its value is of another kind.

    Notes
    -----
    Read a sold contract as an object given away. Full substitutability is the gross substitutes condition of the value
    u of objects held [1]_, which is :math:`M^\natural`-concavity [2]_: for all X, Y and e in X but not in Y

    .. math:: u(X) + u(Y) \le \max\bigl(u(X - e) + u(Y + e),\;
       \max_{f \in Y \setminus X} u(X - e + f) + u(Y + e - f)\bigr).

    All 4^k pairs are compared in fractions. Values that are concave in the net number of units of each step are sums of
    concave functions of disjoint sets of objects, so they have it (the number of objects held is the net number plus a
    constant).

    References
    ----------
    .. [1] J. W. Hatfield, S. D. Kominers, A. Nichifor, M. Ostrovsky and A. Westkamp, "Full substitutability", Theor.
       Econ. 14 (2019).
    .. [2] S. Fujishige and Z. Yang, "A note on Kelso and Crawford's gross substitutes condition", Math. Oper. Res. 28
       (2003) 463-469.

    Examples
    --------
    >>> from gametrade.games.contracts import BundleValue, Contract
    >>> pair = [Contract("x", "s", "A"), Contract("y", "s", "A")]
    >>> seller = BundleValue({"x": 0, "y": 0, ("x", "y"): 0})
    >>> print(full_substitutability(ContractNetwork(pair, {"s": seller, "A": BundleValue({("x", "y"): 3})}), "A"))
    contracts of A are NOT full substitutes: moving x between {x, y} and {} cannot be made
    """
    if player not in network.valuations:
        raise UnknownNameError("player", player, network.players)
    if fits_energy(network.valuations[player]):
        return Substitutability(player, True, "energy of falling value in every step")
    own = network.of[player]
    if len(own) > MOST_CONTRACTS:
        raise TooManyPlayersError(
            f"full_substitutability compares all bundles of at most {MOST_CONTRACTS} contracts of a player. "
            f"{player} has {len(own)}; energy of falling value (NetValue) is decided for any number."
        )
    names = [contract.name for contract in own]
    sold = frozenset(contract.name for contract in own if contract.seller == player)
    held = [frozenset(some) for k in range(len(names) + 1) for some in itertools.combinations(names, k)]
    value = network.valuations[player].value
    worth = {some: got for some in held if (got := value(some ^ sold)) is not None}
    for first, second in itertools.product(worth, repeat=2):
        for name in sorted(first - second):
            best = _best_exchange(worth, first, second, name)
            now = worth[first] + worth[second]
            if best is None or best < now:
                lost = None if best is None else now - best
                return Substitutability(player, False, "", first ^ sold, second ^ sold, name, lost)
    return Substitutability(player, True, f"all {len(worth) ** 2} pairs of bundles can be exchanged")


def _best_exchange(worth: dict[Bundle, Fraction], first: Bundle, second: Bundle, name: str) -> Fraction | None:
    """Largest joint value after one object moves from the first set to the second, perhaps for another one."""
    moved = frozenset([name])
    tries = [(first - moved, second | moved)]
    tries += [((first - moved) | {other}, (second | moved) - {other}) for other in second - first]
    sums = [worth[a] + worth[b] for a, b in tries if a in worth and b in worth]
    return max(sums) if sums else None
