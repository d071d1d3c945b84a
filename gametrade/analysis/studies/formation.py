"""Which coalitions form among the players of a game under one rule, and whether anybody would leave them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gametrade.community import Community
from gametrade.display import Shown, text_table
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.games.formation import FormationGame, Partition
from gametrade.games.formation.formation_game import FORMATION_PLAYERS
from gametrade.solvers.bounded_structure import BoundedStructure, bounded_structure
from gametrade.solvers.certified_structure import SwitchingCertificate, certified_structure
from gametrade.solvers.formation_dynamics import FormationPath, formation_path
from gametrade.solvers.home_pools import fits_pools
from gametrade.solvers.optimal_structure import FormationPrices, prices_of
from gametrade.solvers.partition_finder import NOTIONS, SINGLE_PLAYERS, Deviation, check_players, most_players
from gametrade.solvers.partition_stability import StablePartitions, stable_partitions
from gametrade.solvers.switching_path import SwitchingPath, switching_path

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHOWN_NAMES = 90
"""Letters of a structure that are printed."""


@dataclass(frozen=True, eq=False)
class FormationStudy(Shown):
    """Stable structures of a formation game, the best one, and one path.

    Parameters
    ----------
    formation : FormationGame
        n players and a rule.
    best : BoundedStructure
        The structure worth most, or one with a bound on it.
    path : FormationPath or SwitchingPath
        Best replies from everybody alone.
    stable : mapping of str to StablePartitions
        All stable structures by notion; empty where there are too many partitions to list.
    prices : mapping of str to FormationPrices
        What the best and the worst of them gain.
    certificate : SwitchingCertificate or None
        Of the last structure of the path, where the rule needs the totals of each step only.
    """

    formation: FormationGame
    best: BoundedStructure
    path: FormationPath | SwitchingPath
    stable: dict[str, StablePartitions] = field(default_factory=dict)
    prices: dict[str, FormationPrices] = field(default_factory=dict)
    certificate: SwitchingCertificate | None = None

    def plot(self) -> go.Figure:
        """Draw the path, step by step."""
        return self.path.plot()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        formation = self.formation
        return {
            "rule": str(getattr(formation.rule, "__name__", formation.rule)),
            "players": list(formation.players),
            "unit": formation.game.unit,
            "tolerance": game_tolerance(formation),
            "best": {
                "structure": listed(self.best.structure),
                "value": self.best.value,
                "bound": self.best.bound,
            },
            "stable": {
                notion: {
                    "structures": [listed(structure) for structure in found.partitions],
                    "examined": found.examined,
                    "price_of_anarchy": _finite(self.prices[notion].anarchy),
                    "price_of_stability": _finite(self.prices[notion].stability),
                }
                for notion, found in self.stable.items()
            },
            "path": _path(self.path),
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
        }

    def __str__(self) -> str:
        unit = self.formation.game.unit
        parts = [f"Best structure: {told(self.best.structure)}, worth {self.best.value:.6g} {unit}"]
        if self.best.gap > self.formation.game.tolerance:
            parts[0] += f" (at most {self.best.gap:.3g} below the best)"
        if self.stable:
            parts.append(self._table())
        ending = {"stable": "nobody moves", "cycle": "a structure returns", "stopped": "moves ran out"}
        parts.append(
            f"Path from everybody alone ({self.path.notion}): {len(self.path.moves)} moves to "
            f"{told(self.path.final)}; {ending[self.path.ending]}"
        )
        if self.certificate is not None:
            parts.append(f"Certificate: {self.certificate}")
        return "\n\n".join(parts)

    def _table(self) -> str:
        rows = []
        for notion, found in self.stable.items():
            first = told(found.partitions[0]) if found.partitions else ""
            ratios = (self.prices[notion].anarchy, self.prices[notion].stability)
            shown = ["" if ratio is None else f"{ratio:.4g}" for ratio in ratios]
            rows.append([notion, f"{len(found.partitions)} of {found.examined}", *shown, first])
        header = ["stability", "stable structures", "price of anarchy", "price of stability", "the first one"]
        return text_table(header, rows)


def formation_study(
    game: CoalitionalGame | Community,
    rule: str = "equal_split",
    notions: Iterable[str] | None = None,
    *,
    moves: str = "nash",
) -> FormationStudy:
    """Find the coalitions that form under a rule.

    Parameters
    ----------
    game : CoalitionalGame or Community
        Up to 12 players any game; more if it is a sharing game and the rule needs the totals of each step only.
    rule : str, default="equal_split"
        How each coalition splits what it gains.
    notions : iterable of str, optional
        Notions of stability to list structures for; all that can be decided for so many players if not given.
    moves : str, default="nash"
        Moves of the path.

    Returns
    -------
    FormationStudy
        Exact lists up to 12 players, a certificate above.

    Raises
    ------
    UnknownNameError
        If a rule, a notion or a kind of moves does not exist.
    TooManyPlayersError
        If there are more than 12 players, and notions are asked for or the game has no totals.

    Examples
    --------
    >>> import gametrade as gt
    >>> study = formation_study(gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5}), notions=["core"])
    >>> print(study)  # doctest: +ELLIPSIS
    Best structure: {a, b, c}, worth 4.5 money...
    """
    formation = FormationGame(SharingGame(game) if isinstance(game, Community) else game, rule)
    n = formation.n_players
    wanted = list(dict.fromkeys(notions)) if notions is not None else [x for x in NOTIONS if n <= most_players(x)]
    for notion in wanted:
        check_players(n, notion)
    best = bounded_structure(formation.game)
    if n > SINGLE_PLAYERS:
        homes = switching_path(formation, notion=moves)
        return FormationStudy(formation, best, homes, certificate=certified_structure(formation, homes.final))
    found = stable_partitions(formation, wanted) if wanted else {}
    prices = {notion: prices_of(formation, answer, best.value) for notion, answer in found.items()}
    path = formation_path(formation, notion=moves)
    proof = certified_structure(formation, path.final) if fits_pools(formation) else None
    return FormationStudy(formation, best, path, found, prices, proof)


def game_tolerance(formation: FormationGame) -> float:
    """Gain that counts as none: with the rounding of all payoffs up to 12 players, of the game above. [money]"""
    return formation.tolerance if formation.n_players <= SINGLE_PLAYERS else formation.game.tolerance


def listed(structure: Partition) -> list[list[str]]:
    """A structure for a document."""
    return [list(coalition) for coalition in structure]


def _path(path: FormationPath | SwitchingPath) -> dict[str, Any]:
    """First and last structure, and who moves in between, where to, and with which gains."""
    if isinstance(path, SwitchingPath):
        steps = [_joined(*move) for move in path.named_moves]
    else:
        steps = [_moved(move) for move in path.moves]
    small = sum(map(len, path.final)) <= FORMATION_PLAYERS
    return {
        "moves": path.notion,
        "ending": path.ending,
        "start": listed(path.first),
        "steps": steps,
        "final": listed(path.final),
        **({"structures": [listed(structure) for structure in path.structures]} if small else {}),
    }


def _moved(move: Deviation) -> dict[str, Any]:
    """One move; a player that moves alone names one of those whom it joins, or nobody."""
    if len(move.movers) == 1 and not move.parts:
        others = [player for player in move.coalition if player != move.movers[0]]
        return _joined(move.movers[0], others[0] if others else None, move.gains[0])
    made = move.parts or (move.coalition,)
    return {"movers": list(move.movers), "coalitions": listed(made), "gains": list(move.gains)}


def _joined(mover: str, joins: str | None, gain: float) -> dict[str, Any]:
    return {"movers": [mover], "joins": joins, "gains": [gain]}


def told(structure: Partition) -> str:
    """A structure in a line: coalitions of two or more, and how many are alone.

    Examples
    --------
    >>> told((("a", "c"), ("b",)))
    '{a, c}, 1 alone'
    """
    groups = ["{" + ", ".join(coalition) + "}" for coalition in structure if len(coalition) > 1]
    alone = sum(len(coalition) == 1 for coalition in structure)
    names = ", ".join([*groups, *([f"{alone} alone"] if alone else [])])
    if len(names) <= SHOWN_NAMES:
        return names
    sizes = sorted((len(coalition) for coalition in structure if len(coalition) > 1), reverse=True)
    more = f", ... ({len(sizes)} coalitions)" if len(sizes) > 8 else ""
    return "coalitions of " + ", ".join(map(str, sizes[:8])) + more + (f", {alone} alone" if alone else "")


def _finite(ratio: float | None) -> float | str | None:
    """A ratio for a document, which has no infinite numbers."""
    return "infinite" if ratio == float("inf") else ratio
