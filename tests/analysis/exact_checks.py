"""Doors to the exact checker of price trees, for tests of everything that makes trees."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.exact import ExactSharingGame
from tests.solvers.brute_force import fractions


def _checker():
    try:
        from gametrade.analysis.verification import check_tree
    except ImportError:
        from gametrade.analysis.tree_check import check_tree
    return check_tree


def refuses(game, payoffs, tree):
    """Whether the exact checker finds that a tree does not prove its limit."""
    try:
        _checker()(ExactSharingGame(game.community), fractions(payoffs), tree, smallest=1)
    except (ValueError, IndexError, KeyError, OverflowError):
        return True
    except Exception as reason:
        assert type(reason).__name__ == "Refuted", reason  # noqa: PT017
        return True
    return False


def tree_is_proof(game, payoffs, tree):
    """Whether the exact checker accepts a tree."""
    return not refuses(game, payoffs, tree)


def same_trade_steps(game):
    """Whether rounding of the spread hides or invents no trade step: float and rational steps agree."""
    community = game.community
    prices = [fractions(p) for p in (community.import_price, community.export_price, community.network_charge)]
    exact = np.array([b - f - charge > 0 for b, f, charge in zip(*prices, strict=True)])
    return bool((exact == (community.tariff.spread() > 0)).all()) and Fraction(game.grand_value) >= 0
