"""Whether the lowest and the highest equilibrium of a supermodular game are one."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.finite_game import at, verdict
from gametrade.analysis.properties.lattice import continuous_ends, is_supermodular, lattice_ends
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.quadratic import QuadraticGame
from gametrade.registry import properties
from gametrade.tolerance import RELATIVE_TOLERANCE


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "QuadraticGame", "SparseQuadraticGame"),
    enumerates=("NormalFormGame",),
    source="Topkis 1979, 10.1137/0317054",
)
def lattice_bounds(game: NormalFormGame | QuadraticGame) -> Verdict:
    """The lowest and the highest equilibrium coincide, so there is no other.

    Parameters
    ----------
    game : NormalFormGame, QuadraticGame or SparseQuadraticGame
        Supermodular: actions as they are listed from low to high; concave quadratic payoffs on boxes.

    Returns
    -------
    Verdict
        Margin: minus the largest distance between them, in positions of actions or in the unit of a variable. The
        certificate holds both. Witness: the actions or variables that differ. Between them lies every equilibrium,
        also mixed ones [1]_. Without rounding for finite games; floating point otherwise.

    Raises
    ------
    InvalidInputError
        If the game is not supermodular.

    References
    ----------
    .. [1] P. Milgrom and J. Roberts, "Rationalizability, learning, and equilibrium in games with strategic
       complementarities", Econometrica 58 (1990) 1255-1277.

    Examples
    --------
    >>> import gametrade as gt
    >>> hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]], actions=[["stag", "hare"]] * 2)
    >>> verdict = gt.check(hunt, "lattice_bounds")
    >>> verdict.holds, verdict.certificate["lowest"], verdict.certificate["highest"]
    (False, ['stag', 'stag'], ['hare', 'hare'])
    """
    statement = "the lowest and the highest equilibrium are one"
    if isinstance(game, NormalFormGame):
        if not is_supermodular(game):
            raise InvalidInputError("lattice_bounds takes supermodular games; the property supermodular has a witness.")
        lowest, highest = lattice_ends(game)
        certificate = {"kind": "enumeration", "lowest": at(game, lowest), "highest": at(game, highest)}
        apart = float(max(b - a for a, b in zip(lowest, highest, strict=True)))
        who = [name for name, a, b in zip(game.players, lowest, highest, strict=True) if a != b]
        return verdict(
            game, "lattice_bounds", statement, apart == 0, margin=-apart, witness=who, certificate=certificate
        )
    low, high = continuous_ends(game)
    apart = float(np.abs(high - low).max())
    size = max(1.0, float(np.abs(high).max()), float(np.abs(low).max()))
    names = [name for own in game.variables for name in own]
    near = RELATIVE_TOLERANCE * size
    who = [name for name, gap in zip(names, high - low, strict=True) if gap > near]
    shown = {
        "kind": "none",
        "why": "best replies in floating point",
        "lowest": low.tolist(),
        "highest": high.tolist(),
    }
    statement += f" (no variable differs by more than {near:.3g})"
    return Verdict("game", "lattice_bounds", statement, not who, -apart, "", tuple(who), shown)
