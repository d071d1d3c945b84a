"""The commands about markets: what they print, what they write, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import gametrade as gt
from gametrade.cli import main
from gametrade.mechanisms.continuous_market import ContinuousMarket
from gametrade.registry import mechanisms

ORDERS = """id,side,price,energy
b0,bid,20,1
b1,bid,17,1
b2,bid,14,1
a0,ask,4,1
a1,ask,7,1
a2,ask,11,1
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """The one sentence on standard error of a refusal."""
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("gametrade: ")
    return line


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_the_log_of_an_interrupted_continuous_auction_is_written(
    orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
):
    submit, arrived = ContinuousMarket.submit, []

    def until_the_fifth(self: ContinuousMarket, order: int, **limits: object) -> None:
        if len(arrived) == 4:
            raise KeyboardInterrupt
        arrived.append(order)
        submit(self, order, **limits)  # type: ignore[arg-type]

    monkeypatch.setattr(ContinuousMarket, "submit", until_the_fifth)
    output = tmp_path / f"cleared.{suffix}"
    result = run("clear", orders, "--mechanism", "continuous_double_auction", "-o", output)
    assert result.exit_code == 130
    assert "written: the 4 events before the interruption" in result.stderr
    told = json.loads(output.read_text())["events"] if suffix == "json" else pd.read_csv(output).to_dict("records")
    assert [(row["kind"], row["order"]) for row in told] == [
        ("order", "b0"), ("order", "b1"), ("order", "b2"), ("trade", "a0"),
    ]  # fmt: skip


def test_orders_are_cleared_and_shown(orders: Path):
    told = run("clear", orders, "--currency", "EUR")
    assert told.exit_code == 0
    assert told.stdout.startswith("uniform_price: 3 kWh traded at 12.5 EUR/kWh, welfare 29 EUR")
    dear = run("clear", orders, "--mechanism", "uniform_price:k=1")
    assert "traded at 14 money/kWh" in dear.stdout


def test_the_outcome_is_written(orders: Path, tmp_path: Path):
    table, document = tmp_path / "out.csv", tmp_path / "out.json"
    assert run("clear", orders, "-o", table).exit_code == 0
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("id,owner,side,price,energy,time,traded")
    assert len(lines) == 7
    assert run("clear", orders, "--mechanism", "vickrey_clarke_groves", "-o", document).exit_code == 0
    told = json.loads(document.read_text(encoding="utf-8"))
    assert (told["mechanism"], told["volume"]) == ("vickrey_clarke_groves", 3.0)
    assert told["surplus"] < 0


def test_refusals_are_one_sentence(orders: Path, tmp_path: Path):
    assert "Did you mean 'mcafee'" in refused(run("clear", orders, "--mechanism", "mcafe"))
    assert "option of uniform_price" in refused(run("clear", orders, "--mechanism", "uniform_price:q=1"))
    assert "k of uniform_price must be from 0 to 1" in refused(run("clear", orders, "--mechanism", "uniform_price:k=2"))
    assert "must end in .csv or .json" in refused(run("clear", orders, "-o", tmp_path / "out.txt"))
    assert "output must be" in refused(run("clear", orders, "-o", tmp_path / "none" / "out.csv"))
    refused(run("clear", tmp_path / "missing.csv"))
    bad = tmp_path / "bad.csv"
    bad.write_text(ORDERS.replace("20,1", "-20,1"), encoding="utf-8")
    assert "price of line 2 of bad.csv must be finite and not negative" in refused(run("clear", bad))
    assert not (tmp_path / "out.txt").exists()


def test_mechanisms_are_listed_and_shown():
    every = run("mechanisms")
    assert every.exit_code == 0
    for entry in mechanisms:
        assert f"\n\n{entry.name}" in "\n\n" + every.stdout
    one = run("mechanisms", "uniform_price")
    assert "uniform_price:k=0.5" in one.stdout
    assert "Source: Chatterjee and Samuelson 1983" in one.stdout
    assert "mechanism must be one of" in refused(run("mechanisms", "lottery"))


def test_lies_in_a_file_are_told_again(tmp_path):
    (tmp_path / "orders.csv").write_text("id,side,price,energy\na,bid,20,1\nb,bid,17,1\nc,ask,4,1\nd,ask,7,1\n")
    orders, out = str(tmp_path / "orders.csv"), str(tmp_path / "lies.json")
    asked = ["strategyproofness", "pair_strategyproofness", "false_name_proofness", "quantity_truthfulness"]
    asked += [
        "budget_balance",
        "budget_balance:weak=true",
        "envy_freeness",
        "no_market_power",
        "individual_rationality",
    ]
    for mechanism in ("uniform_price:k=1", "vickrey_clarke_groves", "muda:rng=1"):
        flags = [part for name in asked for part in ("--check", name)]
        done = CliRunner().invoke(main, ["clear", orders, "--mechanism", mechanism, *flags, "-o", out])
        assert done.exit_code == 0, done.output
        checked = CliRunner().invoke(main, ["verify", out])
        assert checked.exit_code == 0, checked.output
        assert "0 refuted" in checked.output
    done = CliRunner().invoke(main, ["clear", orders, "--check", "strategyproofness:about=price", "-o", out])
    assert "The lie: a bids 7 for 1 kWh; it gains 5 money." in done.output
    text = (tmp_path / "lies.json").read_text()
    for old, new in (
        ('"payment": 12.0', '"payment": 11.0'),
        ('"lying": 13.0', '"lying": 14.0'),
        ('"price": 7.0', '"price": 8.0'),
    ):
        assert old in text
        (tmp_path / "lies.json").write_text(text.replace(old, new, 1))
        assert CliRunner().invoke(main, ["verify", out]).exit_code == 1
    (tmp_path / "lies.json").write_text(text.replace('"side": "bid"', '"side": "both"', 1))
    assert CliRunner().invoke(main, ["verify", out]).exit_code == 2


def test_prices_that_are_no_numbers():
    with pytest.raises(gt.InvalidInputError, match="orders of OrderBook must be numbers"):
        gt.OrderBook.of([("x", 1)], [])
