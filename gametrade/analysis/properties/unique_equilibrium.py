"""Whether a game has one equilibrium only, and by which argument."""

from __future__ import annotations

from gametrade.analysis.properties.uniqueness_arguments import uniqueness
from gametrade.analysis.verdict import Verdict
from gametrade.games.equilibrium import StrategicGame
from gametrade.registry import properties


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "EvolutionaryGame", "ContinuousGame", "PriceLeaderGame"),
    source="Rosen 1965, 10.2307/1911749",
)
def unique_equilibrium(game: StrategicGame) -> Verdict:
    r"""The game has at most one equilibrium; with shared constraints, one normalised equilibrium for its weights.

    Parameters
    ----------
    game : StrategicGame
        A finite, continuous or population game, or a price leader's.

    Returns
    -------
    Verdict
        The certificate lists the arguments that apply, each with its number. Quadratic games: Rosen's diagonal strict
        concavity for some weights, or without shared constraints best replies that contract, or over boxes a Jacobian
        that is a P-matrix; small ones on boxes that meet none of these: all equilibria. Margin: smallest eigenvalue of
        the symmetric part of the Jacobian scaled to a unit diagonal, for the best weights found. Other payoffs that are
        formulas: the same conditions for the Jacobian on boxes that cover all profiles, or on a box that holds all
        equilibria, in interval arithmetic; False where two equilibria are proved to exist. Otherwise not decided: the
        margin is the least eigenvalue in a sample of profiles. Finite games: strict domination, bounds of the lattice
        that meet, or all equilibria of two players with at most 12 actions. Price leaders: all pieces of the payoff;
        margin: payoff by which the best price beats the next local maximum.

    Notes
    -----
    Weights r with :math:`\mathrm{diag}(r) J + J^T \mathrm{diag}(r)` positive definite are found by a search and
    checked in exact arithmetic up to 60 variables [1]_. A search that finds none proves nothing. If the Jacobian is a
    P-matrix everywhere on a box, :math:`(x_i - y_i)(F_i(x) - F_i(y)) > 0` for some i, for any two profiles [2]_; for
    two equilibria none of these is positive.

    References
    ----------
    .. [1] J. B. Rosen, "Existence and uniqueness of equilibrium points for concave n-person games",
       Econometrica 33 (1965) 520-534. :doi:`10.2307/1911749`
    .. [2] D. Gale and H. Nikaido, "The Jacobian matrix and global univalence of mappings", Math. Ann. 159 (1965) 81-93.
       :doi:`10.1007/BF01360282`

    Examples
    --------
    >>> import gametrade as gt
    >>> skewed = gt.ContinuousGame.from_expressions({"a": "-x**2 - 5*x*y", "b": "-y**2 - x*y/5"},
    ...     {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}})
    >>> verdict = gt.check(skewed, "unique_equilibrium")
    >>> verdict.holds, [row["argument"] for row in verdict.certificate["arguments"]]
    (True, ['diagonal strict concavity', 'contraction of best replies', 'P-matrix'])
    """
    return uniqueness(game)
