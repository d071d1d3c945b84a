"""Which of two equilibria is safer when players are unsure of each other."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from gametrade.analysis.properties.finite_game import at, verdict
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties

Profile = tuple[int, int]
"""Positions of the actions of two players."""


@properties.register(
    of="strategic", plays=("NormalFormGame",), enumerates=("NormalFormGame",), source="Harsanyi and Selten 1988"
)
def risk_dominance(game: NormalFormGame) -> Verdict:
    r"""The equilibrium that risk selects is also the one that pays both players more, if any does.

    Parameters
    ----------
    game : NormalFormGame
        Two players with two actions each, and two strict pure equilibria.

    Returns
    -------
    Verdict
        Margin: difference of the square roots of the two Nash products. Witness: the actions of the risk-dominant
        equilibrium; nobody if the products are equal, where Harsanyi and Selten choose the mixed equilibrium. The
        certificate holds both products, ``risk_dominant``, and ``payoff_dominant`` or None. Harsanyi and Selten's
        theory puts payoff dominance first where the two differ; most experiments side with risk.

    Raises
    ------
    InvalidInputError
        If the game is not one of two players with two strict pure equilibria.

    Notes
    -----
    An equilibrium risk dominates the other if the product of what the players lose by leaving it alone,
    :math:`(u_1(a) - u_1(b_1, a_2)) (u_2(a) - u_2(a_1, b_2))`, is larger [1]_. Compared without rounding.

    References
    ----------
    .. [1] J. C. Harsanyi and R. Selten, *A General Theory of Equilibrium Selection in Games*, MIT Press (1988).

    Examples
    --------
    >>> import gametrade as gt
    >>> hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]], actions=[["stag", "hare"]] * 2)
    >>> verdict = gt.check(hunt, "risk_dominance")
    >>> verdict.holds, verdict.witness, verdict.certificate["payoff_dominant"]
    (False, ('hare', 'hare'), ['stag', 'stag'])
    """
    first, second = _two_strict(game)
    products = [_nash_product(game, profile) for profile in (first, second)]
    ahead = [game.exact_payoffs[(slice(None), *profile)].tolist() for profile in (first, second)]
    by_payoff = _better(ahead[0], ahead[1], first, second)
    by_risk = None if products[0] == products[1] else first if products[0] > products[1] else second
    certificate = {
        "kind": "enumeration",
        "equilibria": [at(game, first), at(game, second)],
        "nash_products": [str(product) for product in products],
        "risk_dominant": at(game, by_risk) if by_risk else None,
        "payoff_dominant": at(game, by_payoff) if by_payoff else None,
    }
    return verdict(
        game,
        "risk_dominance",
        "the risk-dominant equilibrium is payoff dominant, if any is",
        by_payoff is None or by_payoff == by_risk,
        margin=abs(sqrt(products[0]) - sqrt(products[1])),
        witness=at(game, by_risk) if by_risk else (),
        certificate=certificate,
    )


def _two_strict(game: NormalFormGame) -> list[Profile]:
    """Both strict pure equilibria."""
    strict: list[Profile] = []
    if game.shape == (2, 2):
        strict = [(i, j) for i in range(2) for j in range(2) if min(_losses(game, (i, j))) > 0]
    if len(strict) != 2:
        sizes = " x ".join(map(str, game.shape))
        count = f" and {len(strict)} strict equilibria" if game.shape == (2, 2) else ""
        raise InvalidInputError(
            "risk_dominance takes games of two players with two actions each and two strict pure equilibria. "
            f"Got {sizes} actions{count}."
        )
    return strict


def _losses(game: NormalFormGame, profile: Profile) -> tuple[Fraction, Fraction]:
    """What each player loses by leaving a profile alone."""
    i, j = profile
    row, column = game.exact_payoffs
    return row[i, j] - row[1 - i, j], column[i, j] - column[i, 1 - j]


def _nash_product(game: NormalFormGame, profile: Profile) -> Fraction:
    """Product of the losses."""
    first, second = _losses(game, profile)
    return first * second


def _better(a: list[Fraction], b: list[Fraction], first: Profile, second: Profile) -> Profile | None:
    """The profile that pays both players at least as much and one more."""
    if a != b and all(x >= y for x, y in zip(a, b, strict=True)):
        return first
    return second if a != b and all(y >= x for x, y in zip(a, b, strict=True)) else None
