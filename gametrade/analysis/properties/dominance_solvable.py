"""Whether striking out dominated actions leaves a single profile."""

from __future__ import annotations

from gametrade.analysis.properties.finite_game import at, verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties
from gametrade.solvers.iterated_elimination import eliminate


@properties.register(of="strategic", plays=("NormalFormGame",), source="Moulin 1979")
def dominance_solvable(game: NormalFormGame, *, dominance: str = "strict", mixed: bool = True) -> Verdict:
    """Players who never play dominated actions, and know that of each other, play one profile.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    dominance : {"strict", "weak"}
        Strict domination makes the profile the only equilibrium; weak elimination can depend on the order.
    mixed : bool, default=True
        Whether mixtures of actions may dominate.

    Returns
    -------
    Verdict
        Margin: always 0, the property has no size in money. Witness: the actions that are left, in player order, if
        there is one each, otherwise the players with several. The certificate lists who goes in which round, by which
        mixture.

    References
    ----------
    .. [1] H. Moulin, "Dominance solvable voting schemes", Econometrica 47 (1979) 1337-1351.

    Examples
    --------
    >>> import gametrade as gt
    >>> dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> gt.check(dilemma, "dominance_solvable").witness
    ('2', '2')
    """
    left = eliminate(game, dominance=dominance, mixed=mixed)
    single = all(len(row) == 1 for row in left.kept)
    several = [name for name, row in zip(game.players, left.kept, strict=True) if len(row) > 1]
    certificate = {
        "kind": "elimination",
        "dominance": dominance,
        "rounds": [dict(step) for step in left.rounds],
        "left": {
            name: [labels[k] for k in row]
            for name, labels, row in zip(game.players, game.actions, left.kept, strict=True)
        },
    }
    statement = f"iterated {dominance} domination leaves one profile"
    witness = at(game, [row[0] for row in left.kept]) if single else several
    return verdict(game, "dominance_solvable", statement, single, witness=witness, certificate=certificate)
