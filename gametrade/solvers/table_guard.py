"""When a solver may ask for all 2^n values."""

from __future__ import annotations

from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame, TableGame
from gametrade.games.coalitional.game import TABLE_PLAYERS, check_game, table_memory
from gametrade.typing import FloatArray

TABLE_WORK = 2e10
"""Coalitions times trade steps up to which a table of a sharing game is made: about a minute."""


def table_of(game: CoalitionalGame, what: str) -> FloatArray:
    """Values of all coalitions, or a sentence on why there are too many.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    what : str
        What needs them, for the message.

    Returns
    -------
    ndarray of shape (2**n,)
        Values in bitmask order. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 25 players, or too many coalitions for so many trade steps.
    """
    check_table_work(game, what)
    return game.table()


def fits_a_table(game: CoalitionalGame) -> bool:
    """Whether a table of all coalitions is small enough, and quick enough to make.

    Parameters
    ----------
    game : CoalitionalGame
        n players.

    Returns
    -------
    bool
        For any game but a sharing game, whether there are at most 25 players.
    """
    return game.n_players <= TABLE_PLAYERS and _work(game) <= TABLE_WORK


def _work(game: CoalitionalGame) -> float:
    """Coalitions times trade steps."""
    return 2.0**game.n_players * _steps(game)


def _steps(game: CoalitionalGame) -> int:
    return game.trade_steps.size if isinstance(game, SharingGame) else 1


def check_table_work(game: CoalitionalGame, what: str) -> None:
    """Refuse a table that takes too long, or too much memory.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    what : str
        What needs the table, for the message.

    Raises
    ------
    InvalidInputError
        If it is no coalitional game.
    TooManyPlayersError
        If there are too many coalitions, or too many for so many trade steps.
    """
    check_game(game, what)
    made = not isinstance(game, TableGame)
    if _work(game) > TABLE_WORK or (made and game.n_players > TABLE_PLAYERS):
        steps = f" in {_steps(game)} trade steps" if isinstance(game, SharingGame) else ""
        raise TooManyPlayersError(
            f"{what} needs the values of all 2^n coalitions{steps} ({table_memory(game.n_players)}). "
            f"Got {game.n_players} players; {_what_scales(game)}."
        )


def _what_scales(game: CoalitionalGame) -> str:
    """What answers for this kind of game without a table."""
    if isinstance(game, SharingGame):
        return (
            "least_core_by_rows and nucleolus_by_rows need no table, nor do competitive_price and "
            "marginal_contribution, and shapley samples"
        )
    if isinstance(game, DispatchGame):
        return "least_core_by_rows and competitive_price need no table, and shapley samples"
    return "marginal_contribution and equal_split need no table, and shapley samples"
