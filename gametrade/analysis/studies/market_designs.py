"""Market designs of one community on one footing: welfare, stability, privacy and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners
from gametrade.community import Community
from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame
from gametrade.registry import designs
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition

if TYPE_CHECKING:
    import pandas as pd

RESOLUTION = 1e-5
"""Share of the best gains up to which an excess over a negotiated outcome is told as what the talk left open."""


@dataclass(frozen=True, eq=False)
class DesignRow:
    """One market design of a community.

    Parameters
    ----------
    name : str
        Registered name with options.
    outcome : DesignOutcome
        Gains and messages.
    blocking : BlockingCoalition
        The coalition that gains most by sharing alone, with a bound on what any gains.
    best : float
        Gains of all under the best plan there is. [money]
    lot : mapping, optional
        Where the random source stood, so that a design with chance in it can be run again.
    """

    name: str
    outcome: DesignOutcome
    blocking: BlockingCoalition
    best: float
    lot: Mapping[str, Any] | None = None

    @property
    def loss(self) -> float:
        """What the best plan gains on top. [money]"""
        return self.best - self.outcome.welfare

    @property
    def price_of_anarchy(self) -> float:
        """Best gains over the gains of the design: 1 where nothing is lost, infinite where nobody trades."""
        if self.best <= self.blocking.tolerance:
            return 1.0
        return self.best / self.outcome.welfare if self.outcome.welfare > 0 else np.inf

    @property
    def excess(self) -> tuple[float, float]:
        """What the most profitable coalition gains by leaving: found and at most. [money]"""
        return self.blocking.excess, max(self.blocking.excess, self.blocking.upper_bound)

    @property
    def status(self) -> str:
        """``stable``, ``blocked``, ``not proved``, or ``stable to`` what a negotiation that converged left open."""
        blocked, most = self.blocking.blocks, self.excess[1]
        ended = self.outcome.talk.converged
        if blocked is False and ended:
            return "stable"
        if self.outcome.gap and ended and most <= RESOLUTION * self.best:
            return f"stable to {most:.0e}"
        return "blocked" if blocked else "not proved"


@dataclass(frozen=True, eq=False)
class DesignStudy(Shown):
    """Market designs of one community side by side.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    rows : sequence of DesignRow
        One a design.
    partners : sequence of pairs of str, optional
        Who could trade with whom where homes trade in pairs.
    """

    community: Community
    rows: Sequence[DesignRow]
    partners: Partners = None

    def __getitem__(self, name: str) -> DesignRow:
        return {row.name: row for row in self.rows}[name]

    def to_frame(self) -> pd.DataFrame:
        """One row a design: welfare, loss, price of anarchy, least gain, excess, status, what is told, messages."""
        import pandas as pd

        return pd.DataFrame([_cells(row) for row in self.rows]).set_index("design")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        rows = [
            {
                **_cells(row),
                "price_of_anarchy": "infinite" if np.isinf(row.price_of_anarchy) else row.price_of_anarchy,
                "payoffs": row.outcome.payoffs.tolist(),
                "lot": row.lot,
            }
            for row in self.rows
        ]
        unit = self.community.tariff.currency
        partners = None if self.partners is None else [list(pair) for pair in self.partners]
        head = {"homes": list(self.community.names), "steps": self.community.n_steps, "unit": unit}
        return {**head, "partners": partners, "designs": rows}

    def __str__(self) -> str:
        head = [
            "design",
            "gains",
            "anarchy",
            "least gain",
            "excess",
            "stability",
            "told by a home",
            "messages",
            "rounds",
        ]
        lines = []
        for row in self.rows:
            talk, told = row.outcome.talk, row.outcome
            numbers = [f"{told.welfare:.4g}", f"{row.price_of_anarchy:.4g}", f"{told.payoffs.min():+.3g}"]
            numbers += [f"{row.excess[0]:+.2g}", row.status, _privacy(told), f"{talk.messages:,}"]
            lines.append([row.name, *numbers, f"{talk.rounds:,}{'' if talk.converged else ' (no end)'}"])
        unit = self.community.tariff.currency
        notes = [
            f"[1] gains and excess in {unit} over {self.community.n_steps} steps; anarchy: gains of the best plan over "
            "gains of the design.",
            "[2] excess: what the coalition found gains by sharing among itself as well as it can.",
            "[3] told by a home: how many numbers about itself, to how many others, on average.",
        ]
        return "\n".join([text_table(head, lines, numeric={1, 2, 3, 4, 7, 8}), *notes])


def market_designs(
    community: Community,
    names: Sequence[str] | None = None,
    *,
    partners: Partners = None,
    rng: np.random.Generator | None = None,
) -> DesignStudy:
    """Let a community trade by several market designs and compare what comes of it.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff; energies are taken as metered, batteries included.
    names : sequence of str, optional
        Registered designs, with options as in ``"decentralised:charge=0.01"``; all if not given.
    partners : sequence of pairs of str, optional
        Who may trade with whom where homes trade in pairs; everybody with everybody if not given.
    rng : numpy.random.Generator, optional
        For designs with chance in them.

    Returns
    -------
    DesignStudy
        One row a design.

    Raises
    ------
    UnknownNameError
        If there is no such design, or a partner is no home.
    InvalidInputError
        If no design is named.

    Notes
    -----
    Welfare is what all homes gain over their retailers after charges. The best plan is the value of all in the sharing
    game, whatever partners there are, so the price of anarchy of designs in pairs holds what the missing links cost.
    Outcomes of price takers have the welfare of their graph (first theorem); :func:`first_met` has no such guarantee.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> study = market_designs(day, ["alone", "coordinated", "community_manager"])
    >>> [row.status for row in study.rows]
    ['blocked', 'stable', 'stable to 3e-06']
    """
    wanted = designs.variants() if names is None else list(names)
    if not wanted:
        raise InvalidInputError("names of market_designs must have one design at least.")
    game = SharingGame(community)
    best = game.grand_value
    rows = []
    for name in wanted:
        draws = designs.resolve(name)[0].accepts("rng") and rng is not None
        lot = rng.bit_generator.state if rng is not None and draws else None
        outcome = played(community, name, partners, rng)
        blocking = blocking_coalition(game, outcome.payoffs)
        rows.append(DesignRow(name, outcome, blocking, best, lot))
    return DesignStudy(community, rows, partners)


def played(
    community: Community, name: str, partners: Partners = None, rng: np.random.Generator | None = None
) -> DesignOutcome:
    """Let a community trade by one market design.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    name : str
        Registered design with options.
    partners, rng
        As in :func:`market_designs`.

    Returns
    -------
    DesignOutcome

    Raises
    ------
    UnknownNameError
        If there is no such design, or a partner is no home.
    """
    entry, options = designs.resolve(name)
    given = {"partners": partners, **({"rng": rng} if entry.accepts("rng") else {}), **options}
    outcome: DesignOutcome = entry.function(community, **given)
    return outcome


def neighbours(community: Community, count: int) -> list[tuple[str, str]]:
    """Link every home with the next ones in the list, the last with the first: a sparse graph of partners.

    Parameters
    ----------
    community : Community
        n homes.
    count : int
        How many of the next homes, from 1 to n - 1.

    Returns
    -------
    list of pairs of str
        Each pair once.

    Raises
    ------
    InvalidInputError
        If there are not so many other homes.

    Examples
    --------
    >>> import gametrade as gt
    >>> len(neighbours(gt.communities.fontana("flat"), 2))
    26
    """
    n, names = community.n_prosumers, community.names
    if not 1 <= count <= n - 1:
        raise InvalidInputError(f"count of neighbours must be from 1 to {n - 1}. Got {count!r}.")
    pairs = {tuple(sorted((i, (i + k) % n))) for i in range(n) for k in range(1, count + 1)}
    return [(names[i], names[j]) for i, j in sorted(pairs)]


def _privacy(outcome: DesignOutcome) -> str:
    if not outcome.told.any():
        return "nothing"
    return f"{outcome.told.mean():,.0f} {outcome.kind} to {outcome.receivers.mean():.3g}"


def _cells(row: DesignRow) -> dict[str, Any]:
    outcome, talk = row.outcome, row.outcome.talk
    return {
        "design": row.name,
        "welfare": outcome.welfare,
        "loss": row.loss,
        "price_of_anarchy": row.price_of_anarchy,
        "least_gain": float(outcome.payoffs.min()),
        "excess": row.excess[0],
        "excess_bound": row.excess[1],
        "blocking_coalition": ", ".join(row.blocking.coalition),
        "stability": row.status,
        "numbers_told_per_home": float(outcome.told.mean()),
        "receivers_per_home": float(outcome.receivers.mean()),
        "what_is_told": outcome.kind,
        "messages": talk.messages,
        "numbers": talk.numbers,
        "rounds": talk.rounds,
        "converged": talk.converged,
        "gap": outcome.gap,
    }
