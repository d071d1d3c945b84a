"""Whether homes gain by moving to one provider together, for more homes than every group can be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

import numpy as np

from gametrade.community import Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.competition import ProviderMarket
from gametrade.games.competition.market import Choice
from gametrade.games.step_prices import StepPrices, trading_steps
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.deadline import deadline
from gametrade.solvers.provider_choice import JointMove
from gametrade.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class JointMoveSearch(Shown):
    """Homes that all gain by moving to one option together, or the proof that there are none.

    Parameters
    ----------
    move : JointMove or None
        Some such homes, not those that gain most.
    proved : bool
        Whether the search was complete; without a move that proves that nobody moves.
    groups : int
        Sets of groups that were bounded.
    """

    move: JointMove | None
    proved: bool
    groups: int

    @property
    def stable(self) -> bool | None:
        """Whether no homes gain by moving together; None if the time was up."""
        return False if self.move is not None else True if self.proved else None

    def __str__(self) -> str:
        if self.move is not None:
            return f"{', '.join(self.move.movers)} gain {self.move.gain:.6g} by moving to {self.move.option} together"
        told = "no homes gain" if self.proved else "time was up before any homes were found that gain"
        return f"{told} by moving to one option together; {self.groups} sets of groups bounded"


def joint_move_search(market: ProviderMarket, choice: Choice, *, seconds: float = 60.0) -> JointMoveSearch:
    r"""Decide whether a choice of providers is core-stable, for any number of homes.

    Parameters
    ----------
    market : ProviderMarket
        Every provider has a rule under which the scarcer side gains more a kWh (``StepPrices.monotone``), at export
        prices of at least 0.
    choice : mapping or sequence
        Present option of each home.
    seconds : float, default=60.0
        When the time is up the search ends undecided.

    Returns
    -------
    JointMoveSearch
        Some homes that each gain, settled by the rule itself, or a proof.

    Raises
    ------
    InvalidInputError
        If a rule is another one, or an export price is negative.

    Notes
    -----
    Groups between I and :math:`I \cup C` join the members M of a provider. Under these rules a kWh of surplus gains
    less the more supply and the less need there is, and a kWh of deficit the reverse; so home i gets at most what it
    gets with the supply of :math:`M \cup I \cup i` and the need of :math:`M \cup I \cup C` where it sells, and the
    reverse where it buys. Candidates whose bound does not exceed what they have are dropped until none is left, or
    the groups with and without one of them are bounded next. First, no group that joins M can get more than
    :math:`v(M \cup T)`, since M does not lose by sharing: one question to :func:`blocking_coalition`.
    Exponential at worst.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.studies.competition import registered_provider
    >>> street = gt.communities.street(20, 1, rng=4, start="2023-06-01")
    >>> offers = [registered_provider(rule) for rule in ("competitive_price", "mid_market_rate")]
    >>> joint_move_search(ProviderMarket(street, offers), ["competitive_price"] * 20).stable
    True
    """
    end = deadline(seconds, "joint_move_search")
    for offer in market.providers:
        if not isinstance(offer.rule, StepPrices) or not offer.rule.monotone:
            raise InvalidInputError(
                "providers of joint_move_search must have rules under which the scarcer side gains more, such as "
                f"mid_market_rate. Got {offer.name!r}."
            )
    if (np.asarray(market.community.export_price) < 0).any():
        raise InvalidInputError("export prices of joint_move_search must be at least 0.")
    positions, groups, proved = market.positions(choice), 0, True
    for option in range(len(market.options)):
        search = _Search(market, positions, option, end)
        members = search.run()
        groups += search.groups
        if members is not None:
            return JointMoveSearch(search.told(members), True, groups)
        proved = proved and search.complete
    return JointMoveSearch(None, proved, groups)


@dataclass(eq=False)
class _Search:
    """Groups that might join one option."""

    market: ProviderMarket
    positions: IntArray
    option: int
    end: float
    groups: int = 0
    complete: bool = True

    @cached_property
    def there(self) -> BoolArray:
        """Who is there already."""
        return np.asarray(self.positions == self.option)

    @cached_property
    def needed(self) -> FloatArray:
        """What each home must get there to have any reason to move. [money]"""
        return np.asarray(self.market.payoffs_of(self.positions[None])[0] + self.market.switching_cost)

    def run(self) -> BoolArray | None:
        """A group that gains, if one was found."""
        nobody, others = np.zeros(self.market.n_players, dtype=bool), ~self.there
        if self.option == len(self.market.providers):
            leaving = others & (self.needed < -self.market.tolerance)
            return leaving if leaving.any() else None
        waiting = [(nobody, others)]
        while waiting:
            if monotonic() > self.end:
                self.complete = False
                return None
            self.groups += 1
            sure, free = self._left(*waiting.pop())
            if not (sure | free).any():
                continue
            group = self._willing(sure | free)
            if not group.any() and self.groups == 1:
                enough, rich = self._enough()
                group = self._willing(rich)
                if not (enough or group.any()):
                    return None
            if group.any():
                return group
            if free.any():
                waiting += self._halves(sure, free)
        return None

    def _left(self, sure: BoolArray, free: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Drop who cannot gain in any group from `sure` to both; nobody is left if that is one of the sure."""
        while True:
            hopeful = self._most(sure, free) > self.needed + self.market.tolerance / 2
            if (sure & ~hopeful).any():
                return sure & False, free & False
            if not (free & ~hopeful).any():
                return sure, free & ~sure
            free = free & hopeful

    def _most(self, sure: BoolArray, free: BoolArray) -> FloatArray:
        """The most that each home can get, fees paid, shape (n,); 0 for those who do not come. [money]"""
        trading, offer = self._trading, self.market.providers[self.option]
        assert isinstance(offer.rule, StepPrices)
        who = np.flatnonzero(sure | free)
        fewest = np.repeat((self.there | sure)[None], len(who), axis=0)
        fewest[np.arange(len(who)), who] = True
        all_of_them = np.repeat((self.there | sure | free)[None], len(who), axis=0)
        least, largest = fewest.astype(float), all_of_them.astype(float)
        sell, _ = offer.rule.gains(trading, least @ trading.surplus, largest @ trading.deficit)
        _, buy = offer.rule.gains(trading, largest @ trading.surplus, least @ trading.deficit)
        gains = np.zeros(self.market.n_players)
        gains[who] = (sell * trading.surplus[who] + buy * trading.deficit[who]).sum(axis=1)
        return np.asarray(gains - offer.fees(gains, offer.charged_energy(self.market.community)))

    @cached_property
    def _trading(self) -> Community:
        return trading_steps(self.market.game)

    def _willing(self, group: BoolArray) -> BoolArray:
        """Who is left, all of them gaining, when those of a group who do not gain stay where they are; maybe nobody."""
        while group.any():
            got = self.market.member_payoffs(self.option, (self.there | group)[None])[0]
            gains = got > self.needed + self.market.tolerance
            if gains[group].all():
                break
            group = group & gains
        return group

    def _enough(self) -> tuple[bool, BoolArray]:
        """Whether some group might have enough to share, whatever the rule, and the one that has most."""
        market = self.market
        price = np.where(self.there, 0.0, self.needed)
        names = [home for home, member in zip(market.players, self.there, strict=True) if member]
        left = max(0.0, self.end - monotonic()) / 2
        answer = blocking_coalition(market.game, price, containing=names, seconds=left)
        everybody = market.game.grand_value - float(price.sum())
        return max(answer.upper_bound, everybody) > market.tolerance / 2, answer.members & ~self.there

    def _halves(self, sure: BoolArray, free: BoolArray) -> Iterator[tuple[BoolArray, BoolArray]]:
        """Groups without and with the candidate that has most to trade."""
        trading = self._trading
        size = np.where(free, (trading.surplus + trading.deficit).sum(axis=1), -1.0)
        first = np.arange(len(size)) == size.argmax()
        yield sure, free & ~first
        yield sure | first, free & ~first

    def told(self, group: BoolArray) -> JointMove:
        """The move of a group that gains."""
        got = (
            np.zeros(len(group))
            if self.option == len(self.market.providers)
            else self.market.member_payoffs(self.option, (self.there | group)[None])[0]
        )
        movers = tuple(home for home, moves in zip(self.market.players, group, strict=True) if moves)
        return JointMove(movers, self.market.options[self.option], float((got - self.needed)[group].sum()))
