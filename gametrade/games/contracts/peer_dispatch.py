"""Multi-bilateral economic dispatch: homes that trade link by link, with preferences and network charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class PeerDispatch:
    r"""Players with quadratic costs who trade energy over given links, each link with its own charge at either end.

    Parameters
    ----------
    players : sequence of str
        n labels.
    curvature, slope : array_like of shape (n,)
        Cost :math:`\tfrac12 a p^2 + b p` of selling p in all, of buying where p < 0; a >= 0.
        [money/kWh^2] and [money/kWh]
    lower, upper : array_like of shape (n,)
        Bounds of p. [kWh]
    links : sequence of pairs of str
        Who may trade with whom: L unordered pairs, each at most once.
    charge : array_like of shape (), (L,) or (L, 2), default=0.0
        What either end pays on each kWh of a link: preference and network charge in one number, at least 0. Columns
        belong to the ends of the pair as written; they differ where preferences do. [money/kWh]
    resale : bool, default=True
        Whether a player may pass energy on. If not, one with lower >= 0 sells only and one with upper <= 0 buys only.

    Raises
    ------
    InvalidInputError
        If shapes differ, bounds cross, a cost is concave, a charge is negative, links repeat or name nobody, or the
        bounds of players who are linked cannot balance.

    Notes
    -----
    The multi-bilateral economic dispatch of [1]_ with exogenous charges [2]_,

    .. math:: \min \sum_n \Bigl(\tfrac12 a_n p_n^2 + b_n p_n + \sum_m \gamma_{nm} |t_{nm}|\Bigr), \quad
       p_n = \sum_m t_{nm} \in [l_n, u_n], \quad t_{nm} + t_{mn} = 0.

    A partner one likes less has a higher charge; a negative one would make the problem non-convex. The multiplier of
    the last equation is the price of the link.

    References
    ----------
    .. [1] E. Sorin, L. Bobo and P. Pinson, "Consensus-based approach to peer-to-peer electricity markets with product
       differentiation", IEEE Trans. Power Syst. 34 (2019).
    .. [2] T. Baroche, P. Pinson, R. Le Goff Latimier and H. Ben Ahmed, "Exogenous cost allocation in peer-to-peer
       electricity markets", IEEE Trans. Power Syst. 34 (2019).

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")], charge=1)
    >>> pair.n_players, pair.n_links, pair.parts
    (2, 1, (('roof', 'flat'),))
    """

    players: Sequence[str]
    curvature: ArrayLike
    slope: ArrayLike
    lower: ArrayLike
    upper: ArrayLike
    links: Sequence[tuple[str, str]] = field(repr=False)
    charge: ArrayLike = field(default=0.0, repr=False)
    resale: bool = True
    ends: IntArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        labels = tuple(map(str, self.players))
        if not labels or len(set(labels)) < len(labels):
            raise InvalidInputError(f"players of PeerDispatch must be unique, one at least. Got {labels[:8]}.")
        object.__setattr__(self, "players", labels)
        object.__setattr__(self, "links", tuple((str(a), str(b)) for a, b in map(_pair, self.links)))
        object.__setattr__(self, "ends", self._checked_ends())
        n, count = len(labels), len(self.links)
        for name in ("curvature", "slope", "lower", "upper"):
            least = 0.0 if name == "curvature" else -np.inf
            object.__setattr__(self, name, finite_numbers(getattr(self, name), name, "PeerDispatch", (n,), least=least))
        given = finite_numbers(self.charge, "charge", "PeerDispatch", (), (count,), (count, 2), least=0.0)
        both = np.array(np.broadcast_to(given[:, None] if given.ndim == 1 else given, (count, 2)))
        both.setflags(write=False)
        object.__setattr__(self, "charge", both)
        self._check_bounds()

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.players)

    @property
    def n_links(self) -> int:
        """Number of links L."""
        return len(self.links)

    @property
    def owner(self) -> IntArray:
        """Whose half of a link it is: the first ends of all links, then the second ends, shape (2L,)."""
        return self.ends.T.ravel()

    @property
    def half_charge(self) -> FloatArray:
        """Charge of each half of a link, in the order of :attr:`owner`. [money/kWh]"""
        return np.asarray(self.charge).T.ravel()

    @property
    def may_sell(self) -> BoolArray:
        """Whether the owner of each half may sell over its link, shape (2L,)."""
        if self.resale:
            return np.ones(2 * self.n_links, dtype=bool)
        sells, buys = np.asarray(self.upper) > 0, np.asarray(self.lower) < 0
        owner = self.owner
        return sells[owner] & buys[np.roll(owner, self.n_links)]

    @property
    def may_buy(self) -> BoolArray:
        """Whether the owner of each half may buy over its link, shape (2L,)."""
        return np.roll(self.may_sell, self.n_links)

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Players who are linked, directly or through others: more than one part is a finding, not a fault."""
        part, labels = self._part, np.array(self.players, dtype=object)
        return tuple(tuple(labels[part == k]) for k in np.unique(part))

    def cost(self, trades: FloatArray) -> FloatArray:
        """Cost of each player, charges included and payments not, for halves of shape (2L,). [money]"""
        p, n = self.positions(trades), self.n_players
        own = 0.5 * np.asarray(self.curvature) * p**2 + np.asarray(self.slope) * p
        return np.asarray(own + np.bincount(self.owner, self.half_charge * np.abs(trades), n))

    def positions(self, trades: FloatArray) -> FloatArray:
        """Energy that each player sells in all, shape (n,), for halves of shape (2L,). [kWh]"""
        return np.asarray(np.bincount(self.owner, trades, self.n_players), dtype=float)

    @property
    def _part(self) -> IntArray:
        """Least position of the players each one is linked to."""
        part = np.arange(self.n_players)
        while True:
            least = np.minimum(part[self.ends[:, 0]], part[self.ends[:, 1]])
            before = part.copy()
            np.minimum.at(part, self.ends.ravel(), np.repeat(least, 2))
            part = part[part]
            if (part == before).all():
                return part

    def _checked_ends(self) -> IntArray:
        place = {label: i for i, label in enumerate(self.players)}
        strangers = [label for link in self.links for label in link if label not in place]
        if strangers:
            raise InvalidInputError(f"links of PeerDispatch must join its players. Got {strangers[0]!r}.")
        ends = np.array([[place[a], place[b]] for a, b in self.links], dtype=np.int64).reshape(-1, 2)
        sorted_ends = np.sort(ends, axis=1)
        if (ends[:, 0] == ends[:, 1]).any() or len(np.unique(sorted_ends, axis=0)) < len(ends):
            raise InvalidInputError("links of PeerDispatch must be pairs of two different players, each at most once.")
        ends.setflags(write=False)
        return ends

    def _check_bounds(self) -> None:
        low, high = np.asarray(self.lower), np.asarray(self.upper)
        if (low > high).any():
            i = int(np.argmax(low > high))
            raise InvalidInputError(
                f"lower of PeerDispatch must be at most upper. Got {low[i]:g} > {high[i]:g} for {self.players[i]}."
            )
        for part in np.unique(self._part):
            inside = self._part == part
            if low[inside].sum() > 0 or high[inside].sum() < 0:
                names = ", ".join(np.array(self.players)[inside][:8])
                raise InvalidInputError(
                    f"bounds of PeerDispatch must let linked players balance. Got sums from {low[inside].sum():g} to "
                    f"{high[inside].sum():g} for {names}."
                )


def _pair(link: Sequence[str]) -> tuple[str, str]:
    if isinstance(link, str) or len(link) != 2:
        raise InvalidInputError(f"links of PeerDispatch must be pairs of labels. Got {link!r}.")
    return link[0], link[1]
