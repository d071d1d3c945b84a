"""What negotiations over links have in common: options, scales, the stopping test and the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.contracts import PeerDispatch, PeerTrades, Talk
from gametrade.games.contracts.peer_trades import repaired_prices
from gametrade.typing import FloatArray


def checked_options(owner: str, max_rounds: int, positive: Mapping[str, float]) -> None:
    """Refuse tolerances and steps that are no positive numbers, and less than one round."""
    for name, value in positive.items():
        if not (math.isfinite(value) and value > 0):
            raise InvalidInputError(f"{name} of {owner} must be a number above 0. Got {value!r}.")
    if max_rounds < 1:
        raise InvalidInputError(f"max_rounds of {owner} must be at least 1. Got {max_rounds!r}.")


def energy_scale(game: PeerDispatch) -> float:
    """Largest bound of a player; one where nobody may trade. [kWh]"""
    return float(max(np.abs(game.lower).max(), np.abs(game.upper).max())) or 1.0


def link_energy(game: PeerDispatch) -> FloatArray:
    """Most that the smaller end of each link can trade, for either half, shape (2L,). [kWh]"""
    reach = np.maximum(np.abs(game.lower), np.abs(game.upper))
    each = np.minimum(*reach[game.ends.T])
    return np.tile(np.where(each > 0, each, energy_scale(game)), 2)


def price_scale(game: PeerDispatch) -> float:
    """Spread of the marginal costs at all bounds; the size of costs where they do not differ. [money/kWh]"""
    bend, slope = np.asarray(game.curvature), np.asarray(game.slope)
    ends = np.concatenate([slope + bend * np.asarray(game.lower), slope + bend * np.asarray(game.upper)])
    return float(np.ptp(ends)) or float(np.abs(ends).max()) or 1.0


def disagreement(game: PeerDispatch, plans: FloatArray) -> FloatArray:
    """Sum of what the two ends of each link mean to sell, once for either end, shape (2L,). [kWh]"""
    return np.asarray(plans + np.roll(plans, game.n_links))


def largest(values: FloatArray) -> float:
    """Largest absolute value, 0 of nothing."""
    return float(np.abs(values).max(initial=0.0))


def closed(
    game: PeerDispatch,
    method: str,
    found: tuple[FloatArray, FloatArray, FloatArray],
    talk: tuple[int, int, int],
    test: tuple[Mapping[str, float], float],
) -> PeerTrades:
    """The answer of a negotiation.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    method : str
        Name of the negotiation.
    found : tuple of ndarray
        Plans (2L,), marginal costs (n,) and link prices (L,) of the last round.
    talk : tuple of int
        Rounds, messages a round and numbers a round.
    test : mapping and float
        Residuals of the last round, and the tolerance below which all had to come.
    """
    rounds, messages, numbers = talk
    residuals, tolerance = test
    counted = Talk(rounds, rounds * messages, rounds * numbers, max(residuals.values()) <= tolerance, residuals)
    plans, marginal, price = found
    node, link = repaired_prices(game, marginal, price)
    for array in (plans, node, link):
        array.setflags(write=False)
    return PeerTrades(game, method, plans, node, link, counted)
