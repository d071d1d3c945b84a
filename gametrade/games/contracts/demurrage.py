"""Tokens for shared energy that lose value with time, so that nobody hoards them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_number
from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.games.contracts.talk import Talk
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class TokenLedger(Shown):
    r"""What homes shared by tokens, and where every token went.

    Parameters
    ----------
    homes : sequence of str
        n labels.
    tokens : ndarray of shape (n, T + 1)
        Tokens of each home before the first step and after each. [kWh]
    given, received : ndarray of shape (n, T)
        Energy given and received for tokens. [kWh]
    decayed : ndarray of shape (n, T)
        Tokens lost with time. [kWh]
    refused : ndarray of shape (T,)
        Energy that was there but not received for want of tokens. [kWh]
    talk : Talk
        A round in each step in which somebody has a surplus and somebody a deficit: each of them tells the ledger its
        energy and is told what it gives or receives.
    """

    homes: Sequence[str]
    tokens: FloatArray
    given: FloatArray
    received: FloatArray
    decayed: FloatArray
    refused: FloatArray
    talk: Talk

    @property
    def shared(self) -> float:
        """Energy shared in all. [kWh]"""
        return float(self.received.sum())

    @property
    def imbalance(self) -> float:
        """Largest error of the books: tokens before, plus earned, less spent and lost, less tokens after. [kWh]"""
        change = self.given - self.received - self.decayed
        return float(np.abs(self.tokens[:, :-1] + change - self.tokens[:, 1:]).max(initial=0.0))

    def __str__(self) -> str:
        columns = (self.given.sum(1), self.received.sum(1), self.decayed.sum(1), self.tokens[:, -1])
        rows = [[str(h), *(f"{c[i]:.4g}" for c in columns)] for i, h in enumerate(self.homes)]
        return text_table(["home", "given", "received", "decayed", "left"], rows, numeric=range(1, 5))


def demurrage(community: Community, *, decay: float, endowment: float = 0.0, credit: float = 0.0) -> TokenLedger:
    r"""Share energy for tokens, one a kWh, which decay from step to step.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    decay : float
        Rate :math:`\delta` at which tokens lose value, at least 0. [1/h]
    endowment : float, default=0.0
        Tokens of every home before the first step. [kWh]
    credit : float, default=0.0
        How far below 0 a home may go; debts do not decay. [kWh]

    Returns
    -------
    TokenLedger
        Books that balance in every step.

    Raises
    ------
    InvalidInputError
        If a number is negative.

    Notes
    -----
    A model of the class described as demurrage tokens: value falls as :math:`e^{-\delta t}`. In a step of h hours
    tokens decay first; then homes with a deficit receive surplus as far as their tokens and credit go, in proportion to
    what they can pay for, and homes with a surplus give in proportion to it. Income of m a step leads to
    :math:`m / (1 - e^{-\delta h})` tokens, and half of any hoard is gone after :math:`\ln 2 / \delta` hours. What is
    not shared goes to or comes from the grid.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.Community(["Ada", "Bob"], [[0, 2], [1, 0]], [[1, 0], [0, 2]],
    ...                    ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(0.3, 0.1))
    >>> print(demurrage(day, decay=0.0, credit=1.0))
    home  given  received  decayed  left
    Ada       1         2        0    -1
    Bob       2         1        0     1
    """
    numbers = {"decay": decay, "endowment": endowment, "credit": credit}
    rate, first, line = (finite_number(x, name, "demurrage", least=0) for name, x in numbers.items())
    n, steps = community.n_prosumers, community.n_steps
    kept = float(np.exp(-rate * community.step_hours))
    supply, need = community.surplus, community.deficit
    tokens = np.zeros((n, steps + 1))
    tokens[:, 0] = first
    given, received, lost, refused = np.zeros((n, steps)), np.zeros((n, steps)), np.zeros((n, steps)), np.zeros(steps)
    for t in range(steps):
        lost[:, t] = np.maximum(tokens[:, t], 0.0) * (1 - kept)
        purse = tokens[:, t] - lost[:, t]
        able = np.minimum(need[:, t], np.maximum(purse + line, 0.0))
        offered, wanted = supply[:, t].sum(), able.sum()
        traded = min(offered, wanted)
        refused[t] = min(offered, need[:, t].sum()) - traded
        if traded > 0:
            given[:, t], received[:, t] = supply[:, t] * (traded / offered), able * (traded / wanted)
        tokens[:, t + 1] = purse + given[:, t] - received[:, t]
    met = (supply > 0).any(axis=0) & (need > 0).any(axis=0)
    messages = 2 * int(((supply > 0) | (need > 0))[:, met].sum())
    talk = Talk(int(met.sum()), messages, messages, True)
    return TokenLedger(community.names, tokens, given, received, lost, refused, talk)


def half_life(decay: float) -> float:
    r"""Hours after which half of a hoard is gone: :math:`\ln 2 / \delta`.

    Parameters
    ----------
    decay : float
        Rate, above 0. [1/h]

    Raises
    ------
    InvalidInputError
        If tokens never decay.

    Examples
    --------
    >>> round(half_life(0.01), 2)
    69.31
    """
    if not decay > 0:
        raise InvalidInputError(f"decay of half_life must be above 0. Got {decay!r}.")
    return float(np.log(2) / decay)
