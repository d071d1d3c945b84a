"""Whether a state of a population can be invaded by a few mutants."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.registry import properties
from gametrade.solvers.copositive import least_value, without_free
from gametrade.solvers.rest_points import rest_points


@properties.register(
    of="strategic", plays=("EvolutionaryGame",), source="Maynard Smith and Price 1973, 10.1038/246015a0"
)
def evolutionarily_stable(game: EvolutionaryGame, *, shares: Sequence[float | str] | None = None) -> Verdict:
    r"""A small share of mutants, whatever they play, earns less than the rest and dies out.

    Parameters
    ----------
    game : EvolutionaryGame
        One population whose members meet in pairs.
    shares : sequence of float or str, optional
        The state; fractions such as ``"1/3"`` are taken without rounding. If not given: whether any state is stable.

    Returns
    -------
    Verdict
        Margin: the least amount by which residents do better than mutants per squared share of mutants outside the
        strategies in use; minus the regret where the state is no equilibrium; 0 where the form is not definite on the
        strategies in use. Witness: strategies of a successful mutant, or in use.

    Raises
    ------
    InvalidInputError
        If there are several populations, fitness is not pairwise, or shares do not fit.

    Notes
    -----
    x is evolutionarily stable if it is an equilibrium and :math:`x^T A y > y^T A y` for every other best reply y to it
    [1]_, that is, :math:`-z^T A z > 0` for all :math:`z \ne 0` that add up to zero, are zero off the best replies and
    not negative off the strategies in use [2]_. Decided without rounding: directions among the strategies in use by a
    Schur complement, the others by the least value of a quadratic form over a simplex.

    References
    ----------
    .. [1] J. Maynard Smith and G. R. Price, "The logic of animal conflict", Nature 246 (1973) 15-18.
       :doi:`10.1038/246015a0`
    .. [2] J. Haigh, "Game theory and evolution", Adv. Appl. Probab. 7 (1975) 8-11. :doi:`10.2307/1425844`

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.evolutionary import EvolutionaryGame
    >>> hawk_dove = EvolutionaryGame.from_matrix([[-1, 4], [0, 2]], ["hawk", "dove"])
    >>> gt.check(hawk_dove, "evolutionarily_stable", shares=["2/3", "1/3"]).holds
    True
    >>> print(gt.check(hawk_dove, "evolutionarily_stable", shares=[1, 0]))
    game/evolutionarily_stable                       FAILS           -1.000000 money  {dove}
    """
    if game.pairwise is None or not game.symmetric:
        raise InvalidInputError("evolutionarily_stable takes one population whose members meet in pairs.")
    if shares is not None:
        return _of_state(game, _read(game, shares))
    states = [[Fraction(p) for p in e.certificate["strategies"][0]] for e in rest_points(game)]
    verdicts = [_of_state(game, state) for state in states]
    stable = [verdict for verdict in verdicts if verdict.holds]
    best = max(verdicts, key=lambda verdict: (verdict.holds, verdict.margin), default=None)
    certificate = {"kind": "enumeration", "states": [verdict.certificate for verdict in stable]}
    statement = f"some state resists every small share of mutants: {len(stable)} of {len(states)} equilibria do"
    margin, witness = (best.margin, best.witness) if best else (0.0, ())
    return Verdict("game", "evolutionarily_stable", statement, bool(stable), margin, game.unit, witness, certificate)


def _read(game: EvolutionaryGame, shares: Sequence[float | str]) -> list[Fraction]:
    """Shares without rounding."""
    state = [Fraction(share) for share in shares]
    if len(state) != game.shape[0] or min(state) < 0 or sum(state) != 1:
        raise InvalidInputError(
            f"shares of evolutionarily_stable must be {game.shape[0]} numbers, not negative, adding up to 1 without "
            f"rounding. Got {[str(share) for share in state]}."
        )
    return state


def _of_state(game: EvolutionaryGame, state: list[Fraction]) -> Verdict:
    """Decide one state."""
    if game.pairwise is None:
        raise InvalidInputError("evolutionarily_stable takes one population whose members meet in pairs.")
    matrix = game.pairwise.exact_payoffs[0]
    earned = (matrix @ np.array(state, dtype=object)).tolist()
    average = sum((p * f for p, f in zip(state, earned, strict=True)), Fraction(0))
    used = [k for k, p in enumerate(state) if p]
    best = [k for k, f in enumerate(earned) if f == max(earned)]
    if max(earned) > average:
        return _verdict(game, state, False, average - max(earned), [best[0]])
    others = [k for k in best if not state[k]]
    form = _form(matrix, used[0], used[1:] + others)
    reduced = without_free(form, len(used) - 1)
    if reduced is None:
        return _verdict(game, state, False, Fraction(0), used)
    least = least_value(reduced)
    if least is None:
        return _verdict(game, state, True, Fraction(0), used)
    value, weights = least
    mutants = [k for k, weight in zip(others, weights, strict=True) if weight]
    return _verdict(game, state, value > 0, value, mutants)


def _form(matrix: np.ndarray, base: int, others: list[int]) -> list[list[Fraction]]:
    """Symmetric part of minus A, on directions that add up to zero, each one strategy against the base."""
    s = matrix + matrix.T
    return [[-(s[i, j] - s[i, base] - s[base, j] + s[base, base]) / 2 for j in others] for i in others]


def _verdict(game: EvolutionaryGame, state: list[Fraction], holds: bool, margin: Fraction, who: list[int]) -> Verdict:
    """Say what was decided."""
    told = ", ".join(f"{label} {share}" for label, share in zip(game.strategies[0], state, strict=True) if share)
    witness = tuple(game.strategies[0][k] for k in sorted(who))
    certificate = {"kind": "ess", "shares": [str(p) for p in state], "margin": str(margin)}
    statement = f"a small share of mutants dies out at the state ({told}), exactly"
    return Verdict("game", "evolutionarily_stable", statement, holds, float(margin), game.unit, witness, certificate)
