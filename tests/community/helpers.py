"""Small communities and files for the tests of this folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gametrade.community import Community, Tariff

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the measured data {name} are not on this machine")
    return folder


def hours(n_steps: int, start: str = "2023-06-01") -> np.ndarray:
    return np.datetime64(start, "s") + np.arange(n_steps) * np.timedelta64(3600, "s")


def small(n: int = 3, n_steps: int = 4, tariff: Tariff | None = None, **options: object) -> Community:
    rng = np.random.default_rng(7)
    names = [f"h{k}" for k in range(n)]
    demand, generation = rng.random((2, n, n_steps))
    return Community(names, demand, generation, hours(n_steps), 1.0, tariff or Tariff(0.30, 0.08), **options)


def frame(columns: dict[str, list[object]], times: list[str] | None = None) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame({"time": times or [str(t).replace("T", " ") for t in hours(length)], **columns})


def write(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


LOAD = "time,Ada,Bob\n2023-06-01 12:00,1,2\n2023-06-01 13:00,3,4\n2023-06-01 14:00,5,6\n"
SUN = "time,Ada,Bob\n2023-06-01 12:00,4,0\n2023-06-01 13:00,0,0\n2023-06-01 14:00,1,0\n"
