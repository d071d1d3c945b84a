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
def small_leaves(bits: int) -> Iterator[None]:
    """Evaluate all coalitions of a leaf only if they are few, so that trees of small games branch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["gametrade.solvers.price_tree"], "LEAF_BITS", bits)
        yield


def tree_is_proof(game, payoffs, tree):
    """Whether the exact checker accepts a tree."""
    return not refuses(game, payoffs, tree)


def same_trade_steps(game):
    """Whether rounding of the spread hides or invents no trade step: float and rational steps agree."""
    community = game.community
    exact = np.array([spread > 0 for spread in fractions(community.tariff.spread())])
    return bool((exact == (community.tariff.spread() > 0)).all()) and Fraction(game.grand_value) >= 0
