"""Whether the game has an equilibrium, and by which argument."""

from __future__ import annotations

from gametrade.analysis.properties.existence_arguments import existence_arguments
from gametrade.analysis.verdict import Verdict
from gametrade.games.equilibrium import StrategicGame
from gametrade.registry import properties


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "EvolutionaryGame", "ContinuousGame", "StackelbergGame", "SellerCompetition"),
    source="Nash 1951, 10.2307/1969529",
)
def existence(game: StrategicGame) -> Verdict:
    """The game has an equilibrium.

    Parameters
    ----------
    game : StrategicGame
        A finite, continuous or population game, one of leaders and followers, or a market of competing sellers.

    Returns
    -------
    Verdict
        Holds with the arguments that apply in the certificate, most general first; not decided where none is known,
        which does not mean that there is no equilibrium. Margin: always 0.

    References
    ----------
    .. [1] J. Nash, "Non-cooperative games", Ann. Math. 54 (1951) 286-295. :doi:`10.2307/1969529`

    Examples
    --------
    >>> import gametrade as gt
    >>> pennies = gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]])
    >>> [row["gives"] for row in gt.check(pennies, "existence").certificate["arguments"]]
    ['mixed']
    """
    arguments = existence_arguments(game)
    kinds = dict.fromkeys(row["gives"] for row in arguments)
    told = "; ".join(
        f"{kind}: {', '.join(row['argument'] for row in arguments if row['gives'] == kind)}" for kind in kinds
    )
    certificate = {"kind": "argument", "arguments": arguments}
    holds = True if arguments else None
    statement = f"the game has an equilibrium ({told or 'no argument known'})"
    return Verdict("game", "existence", statement, holds, 0.0, game.unit, (), certificate)
