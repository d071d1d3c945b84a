"""Doors to the exact checker of price trees, for tests of everything that makes trees."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import pytest

from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.trees import check_tree
from tests.solvers.brute_force import fractions


def refuses(game, payoffs, tree):
    """Whether the exact checker finds that a tree does not prove its limit."""
    try:
        check_tree(ExactSharingGame(game.community), fractions(payoffs), tree, smallest=1)
    except (Refuted, ValueError, IndexError):
        return True
    return False


@contextmanager
def leaf_homes(most: int) -> Iterator[None]:
    """Evaluate all coalitions of a leaf up to so many free homes only, so that trees of small games branch."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("gametrade.solvers.price_tree", "gametrade.analysis.verification.trees"):
            patch.setattr(sys.modules[module], "LEAF_HOMES", most)
        yield


def tree_is_proof(game, payoffs, tree):
    """Whether the exact checker accepts a tree."""
    return not refuses(game, payoffs, tree)


def same_trade_steps(game):
    """Whether rounding of the spread hides or invents no trade step: float and rational steps agree."""
    community = game.community
    exact = np.array([spread > 0 for spread in fractions(community.tariff.spread())])
    return bool((exact == (community.tariff.spread() > 0)).all()) and Fraction(game.grand_value) >= 0
