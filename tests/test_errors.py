"""Exceptions: one family, readable messages, and the tolerance in its one place."""

from __future__ import annotations

import pickle

import pytest

import gametrade as gt
from gametrade.tolerance import RELATIVE_TOLERANCE, absolute_tolerance


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (gt.InvalidInputError("x"), ValueError),
        (gt.UnknownNameError("rule", "x", ["y"]), KeyError),
        (gt.TooManyPlayersError("x"), ValueError),
        (gt.SolverError("x.", "infeasible"), RuntimeError),
    ],
)
def test_one_family(error, builtin):
    assert isinstance(error, gt.GametradeError)
    assert isinstance(error, builtin)


def test_unknown_names_read_well():
    error = gt.UnknownNameError("home", "Adda", ["Ada", "Bob"])
    assert str(error) == "home must be one of 'Ada', 'Bob'. Got 'Adda'. Did you mean 'Ada'?"
    assert error.known == ("Ada", "Bob")
    many = gt.UnknownNameError("home", "zzz", [f"h{i}" for i in range(40)])
    assert "'h29', ..." in str(many)
    assert "h30" not in str(many)
    assert str(gt.UnknownNameError("home", 3, [])) == "There is no home to choose from. Got 3."


def test_solver_errors_carry_the_status():
    error = gt.SolverError("maximise found nothing.", "Infeasible")
    assert error.status == "Infeasible"
    assert str(error) == "maximise found nothing. The solver ended with status 'Infeasible'."


@pytest.mark.parametrize("error", [gt.UnknownNameError("rule", "x", ["y"]), gt.SolverError("x.", "infeasible")])
def test_errors_cross_processes(error):
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_tolerance():
    assert RELATIVE_TOLERANCE == 1e-9
    assert absolute_tolerance(0.0) == 0.0
    assert absolute_tolerance(-2.0) == 2e-9
    assert absolute_tolerance(2.0, relative=1e-3) == 2e-3
