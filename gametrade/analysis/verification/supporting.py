"""The supporting price path of an answer: what it falls short of the payoffs, without rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gametrade.analysis.encoding import ENCODING, unpack
from gametrade.analysis.verification.case import Case, Certificate, Refuted, Row
from gametrade.analysis.verification.comparing import at_most, close, equal
from gametrade.analysis.verification.scene import Scene, headline_contract
from gametrade.games.coalitional import SharingGame
from gametrade.solvers.saddle_point import PRICE_GRID


def check_supporting_path(case: Case, row: Row, scene: Scene) -> None:
    """Compute what homes gain more at the prices than under the rule, and compare answer and summary with it.

    Raises
    ------
    Refuted
        If the path falls short by another amount, is said to support what it does not, or is of another period.
    """
    rule, stated = row["rule"], case.answers[row["rule"]]["supporting_path"]
    if not isinstance(scene.exact.game, SharingGame):
        equal(f"supporting path of {rule}", stated, None)
        equal(f"price shortfall of {rule}", row["price_shortfall"], None)
        return
    if stated is None:
        raise Refuted(f"the supporting path of {rule} is missing")
    equal(f"contract of the supporting path of {rule}", stated["contract"], headline_contract(case, rule))
    equal(f"period of the supporting path of {rule}", stated["period"], row["period"])
    gains = scene.exact.sharing.price_values(read_path(stated, len(scene.exact.sharing.steps)), PRICE_GRID)
    above = [w - x for w, x in zip(gains, scene.payoffs, strict=True)]
    found = sum((gain for gain in above if gain > 0), Fraction(0))
    for number in (stated["shortfall"], row["price_shortfall"]):
        close(f"price shortfall of {rule}", number, found, len(above) * scene.tolerance)
    if not any(stated["supports"] is answer for answer in at_most(found, scene.tolerance)):
        raise Refuted(f"the prices fall short by {float(found):.9g}, so supports must not be {stated['supports']!r}")


def read_path(certificate: Certificate, n_steps: int) -> NDArray[np.int64]:
    """Price positions of a certificate in 128ths."""
    path = np.frombuffer(unpack(certificate["path"]), dtype=np.uint8).astype(np.int64)
    if path.shape != (n_steps,) or (path > PRICE_GRID).any():
        raise Refuted(f"a price path must have {n_steps} positions from 0 to {PRICE_GRID}")
    equal("number of steps of the price path", certificate["steps"], n_steps)
    equal("encoding of the price path", certificate["encoding"], ENCODING)
    return path
