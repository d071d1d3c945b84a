"""Batteries from a file: in the order of the homes, or one sentence about what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.community.battery_files import read_batteries

HEAD = "home,energy_kwh,power_kw,efficiency"
HOMES = ("Ada", "Bob", "Cy")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "batteries.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_lines_go_to_their_homes(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD},wear_cost,start_kwh", "Cy,10,5,0.9,,4", "Ada,6.4,3,0.81,0.02,")
    found = read_batteries(path, HOMES)
    assert found.energy_kwh.tolist() == [6.4, 0.0, 10.0]
    assert found.wear_cost.tolist() == [0.02, 0.0, 0.0]
    assert np.isnan(found.start_kwh[:2]).all()
    assert found.start_kwh[2] == 4.0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["home,energy_kwh,power_kw", "Ada,1,1"], "must have the column 'efficiency'"),
        ([f"{HEAD},colour", "Ada,1,1,1,red"], "Got 'colour'"),
        ([HEAD, "Zoe,1,1,1"], "must be a home of the community. Got 'Zoe'"),
        ([HEAD, "Ada,1,1,1", "Ada,1,1,1"], "every home once. Got 'Ada' again in line 3"),
        ([HEAD, "Ada,much,1,1"], "energy_kwh of .*, line 2, must be a finite number. Got 'much'"),
        ([HEAD, "Ada,1,,1"], "power_kw of .* Got ''"),
        ([HEAD, "Ada,1,1,1.5"], "efficiency of Batteries must be above 0 and at most 1. Got 1.5 for 'Ada' in"),
        ([HEAD, "Ada,1,-1,1"], "power_kw of Batteries must be"),
        ([f"{HEAD},start_kwh", "Ada,1,1,1,2"], "the initial charge, must be from 0 to the capacity. Got 2 for 'Ada'"),
        ([""], "Got no column"),
    ],
)
def test_refusals(lines: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(gt.InvalidInputError, match=words):
        read_batteries(written(tmp_path, *lines), HOMES)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(gt.InvalidInputError, match="can be read"):
        read_batteries(tmp_path / "none.csv", HOMES)
