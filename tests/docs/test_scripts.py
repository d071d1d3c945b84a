"""Gallery scripts and experiments run, headless and offline."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GALLERY = sorted((ROOT / "examples").glob("[0-9]*.py"))
EXPERIMENT = ROOT / "experiments" / "mid_market_rate"
BATTERIES = ROOT / "experiments" / "batteries"
DESIGNS = ROOT / "experiments" / "market_designs"
PROVIDERS = ROOT / "experiments" / "competing_providers"
MECHANISMS = ROOT / "experiments" / "mechanisms"


def run(*arguments: str | Path, cwd: Path) -> str:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_gallery_is_numbered():
    assert [int(path.name[:2]) for path in GALLERY] == list(range(1, len(GALLERY) + 1))


@pytest.mark.parametrize("script", GALLERY, ids=lambda path: path.stem)
def test_gallery_script_prints_and_writes_nothing(script: Path, tmp_path: Path):
    assert run(script, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_gallery_script_writes_its_figure_where_asked(tmp_path: Path):
    run(GALLERY[2], "who.html", cwd=tmp_path)
    assert "plotly" in (tmp_path / "who.html").read_text(encoding="utf-8")


def test_experiment_runs_quickly(tmp_path: Path):
    told = run(EXPERIMENT / "run.py", "--quick", "--output", tmp_path / "results", cwd=tmp_path)
    assert [line.partition(":")[0] for line in told.splitlines()] == ["growth", "contracts", "exit_costs", "tariff"]
    written = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert written == [
        "contracts.csv",
        "exit_cost.svg",
        "exit_costs.csv",
        "growth.csv",
        "growth.svg",
        "pv_share.svg",
        "tariff.csv",
    ]


def test_battery_experiment_runs_quickly(tmp_path: Path):
    told = run(BATTERIES / "run.py", "--quick", "--output", tmp_path / "results", cwd=tmp_path)
    assert [line.partition(":")[0] for line in told.splitlines()] == ["value", "splits", "fees", "all"]
    written = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert written == ["fees.csv", "fees.svg", "gains.svg", "splits.csv", "value.csv"]


def test_the_experiment_on_market_designs_runs_quickly(tmp_path: Path):
    told = run(DESIGNS / "run.py", "--quick", "--output", tmp_path / "results", cwd=tmp_path)
    assert told.splitlines()[-4:] == ["designs: 8 rows", "months: 8 rows", "homes: 104 rows", "properties: 16 rows"]
    table = (tmp_path / "results" / "designs.csv").read_text(encoding="utf-8")
    rows = {row["design"]: row for row in csv.DictReader(table.splitlines())}
    gains = {name: float(row["gain"]) for name, row in rows.items()}
    assert max(gains.values()) == gains["uniform_price auction"] == gains["bargaining"] > 0
    assert gains["one owner leads"] <= gains["sellers in quantities"] <= gains["uniform_price auction"]
    traded = ("mid_market_rate", "supply_demand_ratio", "uniform_price auction", "sellers in quantities")
    assert all(abs(float(rows[name]["leader"])) < 1e-9 for name in traded)
    assert (tmp_path / "results" / "welfare.svg").exists()


def test_the_experiment_on_providers_runs_quickly(tmp_path: Path):
    told = run(PROVIDERS / "run.py", "--quick", "--output", tmp_path / "results", cwd=tmp_path)
    names = [line.partition(":")[0] for line in told.splitlines() if "rows" in line]
    assert names == ["duels", "leavers", "charges", "bertrand"]
    written = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert written == ["bertrand.csv", "charges.csv", "duels.csv", "kept.svg", "leavers.csv"]


@pytest.mark.parametrize(
    "experiment", [EXPERIMENT, BATTERIES, DESIGNS, PROVIDERS, MECHANISMS], ids=lambda path: path.name
)
def test_numbers_of_the_readme_are_those_of_the_results(experiment: Path, tmp_path: Path):
    check = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import tell; "
        "here = Path(sys.argv[1]); text = (here / 'README.md').read_text(encoding='utf-8'); "
        "import telling; told = telling.render(text, here / 'results', tell.TABLES); "
        "assert told == text, 'run tell.py of the experiment'"
    )
    run("-c", check, experiment, cwd=tmp_path)


def test_the_experiment_on_mechanisms_runs_quickly(tmp_path: Path):
    told = run(MECHANISMS / "run.py", "--quick", "--output", tmp_path, cwd=tmp_path)
    rows = {line.split()[0]: line.split() for line in told.splitlines()}
    assert float(rows["vickrey_clarke_groves"][4]) < 0
    assert float(rows["uniform_price"][3]) == 1
    assert float(rows["vickrey_clarke_groves"][8]) == float(rows["uniform_price"][7]) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hours.csv.gz", "mechanisms.csv"]


GRID = ROOT / "experiments" / "grid_limits"


def test_the_table_of_the_grid_experiment_is_that_of_its_results(tmp_path: Path):
    """Written by ``run.told`` from the results between the marks of the README."""
    check = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import pandas as pd, run; "
        "here = Path(sys.argv[1]); text = (here / 'README.md').read_text(encoding='utf-8'); "
        "assert run.told(pd.read_csv(here / 'results' / 'rules.csv'), run.DAYS[1]) in text"
    )
    run("-c", check, GRID, cwd=tmp_path)


def test_the_grid_experiment_runs_quickly(tmp_path: Path):
    pytest.importorskip("simbench", reason="the extra gametrade[simbench] is not installed")
    told = run(GRID / "run.py", "--quick", "--output", tmp_path, cwd=tmp_path)
    rows = [line.split("|")[1].strip() for line in told.splitlines() if line.startswith("| ")]
    assert "mid_market_rate" in rows
    assert [path.name for path in tmp_path.iterdir()] == ["rules.csv"]
