"""States of population games with their regret: exact where members meet in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gametrade.games.equilibrium import Equilibrium
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.certified_profile import Profile, certified, exact_profile, on_supports, support
from gametrade.solvers.reply_polytopes import positive_whole
from gametrade.typing import FloatArray

NEAR = 1e-4
"""A tenth of the distance of shares at which an exact equilibrium counts as the one that was approached."""


def as_population(game: NormalFormGame | EvolutionaryGame) -> EvolutionaryGame:
    """A finite game as one population for each player."""
    return game if isinstance(game, EvolutionaryGame) else EvolutionaryGame.from_game(game)


def payoff_span(game: EvolutionaryGame) -> float:
    """Range of payoffs, or of the fitness at pure and at equal states where it is a function; 1 if nothing differs."""
    if game.pairwise is not None:
        return float(game.pairwise.payoff_range.max()) or 1.0
    states = [game.equal_shares()]
    for player, size in enumerate(game.shape):
        for k in range(size):
            states.append((*states[0][:player], np.eye(size)[k], *states[0][player + 1 :]))
    earned = np.concatenate([np.concatenate(game.fitness_at(state)) for state in states])
    return float(np.ptp(earned)) or 1.0


def certified_state(game: EvolutionaryGame, profile: Profile, epsilon: Fraction) -> Equilibrium | None:
    """Make an equilibrium of exact shares, if no strategy earns more than epsilon above the average.

    Parameters
    ----------
    game : EvolutionaryGame
        With pairwise payoffs.
    profile : sequence of sequences of Fraction
        Shares of each population.
    epsilon : Fraction
        Regret that is let pass. [unit of the game]

    Returns
    -------
    Equilibrium or None
        Certified in rational arithmetic.
    """
    if game.pairwise is None:
        return None
    found = certified(game.pairwise, game.paired(profile), epsilon=epsilon)
    if found is None:
        return None
    n = len(game.players)
    certificate = {
        **found.certificate,
        **{key: found.certificate[key][:n] for key in ("strategies", "payoffs", "regrets")},
        "symmetric": game.symmetric,
    }
    return replace(
        found,
        game=game,
        strategies=found.strategies[:n],
        payoffs=found.payoffs[:n],
        regrets=found.regrets[:n],
        certificate=certificate,
    )


def approached(game: EvolutionaryGame, state: Sequence[FloatArray], epsilon: float) -> Equilibrium | None:
    """The exact equilibrium near a state, or the state itself if nobody gains more than epsilon there.

    Parameters
    ----------
    game : EvolutionaryGame
        Population game.
    state : sequence of ndarray
        Shares in floats.
    epsilon : float
        Regret that is let pass. [unit of the game]

    Returns
    -------
    Equilibrium or None
        With certificate "regret" if members meet in pairs, otherwise "none": fitness is then a function that cannot
        be evaluated without rounding.
    """
    if game.pairwise is None:
        return _uncertified(game, state, epsilon)
    for share in (1e-6, 1e-4, 1e-2):
        exact = _on_supports(game, state, share)
        if exact is None:
            continue
        off = max(np.abs(x - np.array([float(p) for p in row])).max() for x, row in zip(state, exact, strict=True))
        found = certified_state(game, exact, Fraction(0)) if off <= 10 * max(share, NEAR) else None
        if found is not None:
            return found
    return certified_state(game, exact_profile(state), Fraction(epsilon))


def _on_supports(game: EvolutionaryGame, state: Sequence[FloatArray], share: float) -> list[list[Fraction]] | None:
    """Shares on the strategies in use that make them equally good, for two players or one population."""
    if game.pairwise is None or game.pairwise.n_players != 2:
        return None
    first, second = (positive_whole(whole) for whole, _ in game.pairwise.whole_payoffs)
    supports = [support(row, share=share) for row in state]
    rows, columns = supports if len(supports) == 2 else supports * 2
    profile = on_supports(first, second, rows, columns)
    return profile if profile is None else profile[: len(game.players)]


def _uncertified(game: EvolutionaryGame, state: Sequence[FloatArray], epsilon: float) -> Equilibrium | None:
    """A state of small regret in floats, that says what it is."""
    regrets = np.maximum(game.regrets(state), 0.0)
    if regrets.max() > epsilon:
        return None
    note = "Fitness is a function: the regret was computed in floats and is not certified."
    concept = f"epsilon-Nash ({regrets.max():.3g})"
    return Equilibrium(game, tuple(state), game.averages(state), regrets, concept, {"kind": "none"}, (note,))
