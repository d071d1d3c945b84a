"""What each promise of an allocation rule means, as a check on one game."""

from __future__ import annotations

import numpy as np

import gametrade as gt
from gametrade.games.coalitional import all_coalitions

TOLERANCE = 1e-9


def money_tolerance(game, *payoffs):
    """1e-9 of the money that the game and the payoffs are about, and the rounding of the bills."""
    values = [abs(game.grand_value), *np.abs(game.single_values), *(np.abs(x).sum() for x in payoffs)]
    if isinstance(game, gt.TableGame | gt.GraphGame):
        values.append(np.abs(game.table()).max())
    return TOLERANCE * max(values) + 1e-15 * _turnover(game)


def efficiency(rule, game):
    x = rule(game).payoffs
    assert abs(x.sum() - game.grand_value) <= money_tolerance(game, x)


def symmetry(rule, game):
    x = rule(game).payoffs
    for i in range(game.n_players):
        for j in range(i):
            if _equal_players(game, i, j):
                assert abs(x[i] - x[j]) <= money_tolerance(game, x)


def null_player(rule, game):
    x = rule(game).payoffs
    for i in range(game.n_players):
        if _is_null(game, i):
            assert abs(x[i]) <= money_tolerance(game, x)


def individual_rationality(rule, game):
    x = rule(game).payoffs
    assert (x >= game.single_values - money_tolerance(game, x)).all()


def step_individual_rationality(rule, game):
    for step in _step_games(game):
        individual_rationality(rule, step)


def core(rule, game):
    x = rule(game).payoffs
    efficiency(rule, game)
    excesses = game.table() - all_coalitions(game.n_players) @ x
    assert excesses.max() <= max(game.tolerance, money_tolerance(game, x))


def covariance(rule, game):
    """v -> a v + b with b additive gives x -> a x + b."""
    assert isinstance(game, gt.TableGame), "covariance is promised by payoff rules of any game only"
    a, b = 2.5, np.linspace(-1.0, 2.0, game.n_players) * max(1e-300, np.abs(game.numbers).max())
    moved = gt.TableGame(game.names, a * game.numbers + all_coalitions(game.n_players) @ b)
    x, y = rule(game).payoffs, rule(moved).payoffs
    assert np.abs(y - (a * x + b)).max() <= 10 * money_tolerance(moved, x, y)


def additivity(rule, game):
    """Payoffs of a period are the sum over its steps; of a sum of tables, the sum over the tables."""
    x = rule(game).payoffs
    if isinstance(game, gt.SharingGame):
        parts = sum(rule(step).payoffs for step in _step_games(game))
    else:
        halves = game.numbers * np.where(np.arange(game.numbers.size) % 3 == 0, 0.25, 0.75)
        parts = sum(rule(gt.TableGame(game.names, part)).payoffs for part in (halves, game.numbers - halves))
    assert np.abs(x - parts).max() <= money_tolerance(game, x)


CHECKS = {
    check.__name__: check
    for check in (
        efficiency,
        symmetry,
        null_player,
        individual_rationality,
        step_individual_rationality,
        core,
        covariance,
        additivity,
    )
}


def _turnover(game):
    if isinstance(game, gt.TableGame | gt.GraphGame):
        return 0.0
    street = game.community
    return float((np.abs(street.net_load) @ (np.abs(street.import_price) + np.abs(street.export_price))).sum())


def _step_games(game):
    assert isinstance(game, gt.SharingGame), "steps are promised by rules of sharing games only"
    return [game.during(np.array([step])) for step in range(game.community.n_steps)]


def _equal_players(game, i, j):
    if isinstance(game, gt.SharingGame):
        street = game.community
        return all((street.demand[i] == street.demand[j]) & (street.generation[i] == street.generation[j]))
    masks = np.arange(2**game.n_players)
    without = masks[(masks & (1 << i | 1 << j)) == 0]
    table = game.table()
    return np.array_equal(table[without | 1 << i], table[without | 1 << j])


def _is_null(game, i):
    if isinstance(game, gt.SharingGame):
        return not game.community.net_load[i].any()
    masks = np.arange(2**game.n_players)
    table = game.table()
    return np.array_equal(table, table[masks & ~(1 << i)])
