"""Market designs side by side: price of anarchy, stability, messages, the command and its page."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import gametrade as gt
from gametrade.analysis.studies.market_designs import market_designs, neighbours
from gametrade.cli import main
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.contracts import community_dispatch
from gametrade.registry import designs
from gametrade.solvers.central_dispatch import central_dispatch
from tests.strategies import make_community


@pytest.fixture(scope="module")
def study():
    day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    return market_designs(day, partners=neighbours(day, 2), rng=np.random.default_rng(1))


def test_one_table_says_what_each_design_is_worth(study):
    frame = study.to_frame()
    assert list(frame.index) == designs.variants()
    assert frame.loc["coordinated", "price_of_anarchy"] == pytest.approx(1)
    assert frame.loc["alone", "price_of_anarchy"] == np.inf
    assert study["coordinated"].status == "stable"
    assert study["community_manager"].status.startswith("stable to")
    assert study["first_met"].status == study["alone"].status == "blocked"
    assert 1.01 < frame.loc["decentralised", "price_of_anarchy"] <= frame.loc["first_met", "price_of_anarchy"] + 1e-4
    assert frame.loc["decentralised", "messages"] > frame.loc["coordinated", "messages"]
    assert json.loads(json.dumps(study.to_dict()))["steps"] == 24


def test_price_takers_reach_the_optimum_of_their_graph(study):
    community = study.community
    best = -central_dispatch(community_dispatch(community, neighbours(community, 2)).game).cost
    assert study["decentralised"].outcome.welfare == pytest.approx(best, abs=1e-4)


def test_trading_with_the_first_met_loses_at_most_half():
    rng = np.random.default_rng(3)
    worst = 1.0
    for _ in range(10):
        street = make_community(rng.integers(-5, 6, size=(6, 2)).astype(float))
        pairs = neighbours(street, 2)
        try:
            best = -central_dispatch(community_dispatch(street, pairs).game).cost
        except InvalidInputError:
            continue
        for _ in range(5):
            got = designs.get("first_met").function(street, partners=pairs, rng=rng).welfare
            assert got >= best / 2 - 1e-6
            worst = min(worst, got / best)
    assert worst < 0.95


def test_half_is_reached():
    """A path seller, buyer, seller, buyer in which the middle meets first and both ends are left over."""
    street = make_community([[-1.0], [1.0], [-1.0], [1.0]])
    pairs = [("B", "C"), ("A", "B"), ("C", "D")]
    met = designs.get("first_met").function(street, partners=pairs)
    best = -central_dispatch(community_dispatch(street, pairs).game).cost
    assert met.welfare == pytest.approx(best / 2, abs=1e-5)


def test_a_negotiation_without_end_is_told():
    street = make_community([[-2.0], [1.0], [1.0]])
    study = market_designs(street, ["decentralised:max_rounds=2"])
    assert "(no end)" in str(study)
    assert study.rows[0].status != "stable"


def test_charges_lower_the_welfare():
    street = make_community([[-2.0], [1.0], [1.0]])
    free, dear = market_designs(street, ["decentralised", "decentralised:charge=1.0"]).rows
    assert free.outcome.welfare - dear.outcome.welfare == pytest.approx(4, abs=1e-4)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


DEMO = ("designs", "--demo", "--start", "2017-06-01", "--end", "2017-06-02", "--design", "coordinated", "--design")


@pytest.mark.parametrize("ending", ["csv", "json", "html"])
def test_the_command_prints_the_table_and_writes_it(tmp_path, ending):
    path = tmp_path / f"designs.{ending}"
    told = run(*DEMO, "first_met", "--neighbours", 2, "-o", path)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("design ")
    text = path.read_text(encoding="utf-8")
    assert "coordinated" in text
    if ending == "json":
        assert [row["design"] for row in json.loads(text)["designs"]["designs"]] == ["coordinated", "first_met"]
    if ending == "html":
        assert "plotly" in text.lower()


def test_the_designs_are_listed():
    told = run("designs", "--list")
    assert told.exit_code == 0
    assert all(entry.name in told.stdout for entry in designs)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("designs",), "Got no file"),
        (("designs", "--demo", "--design", "coordinatd"), "Did you mean 'coordinated'"),
        (("designs", "--demo", "-o", "x.txt"), "must end in"),
        (("designs", "--demo", "--neighbours", 99), "from 1 to 12"),
        (("designs", "a.csv", "--demo"), "takes no files"),
        ((*DEMO, "decentralised:charge=-1"), "charge of community_dispatch"),
        ((*DEMO, "decentralised:negotiation=shouting"), "negotiation of decentralised"),
    ],
)
def test_refusals_are_one_sentence(arguments, sentence):
    told = run(*arguments)
    assert told.exit_code == 2
    (line,) = told.stderr.strip().splitlines()
    assert sentence in line


def test_unknown_partners_and_empty_lists():
    street = make_community([[-2.0], [1.0]])
    with pytest.raises(UnknownNameError):
        market_designs(street, ["decentralised"], partners=[("A", "Zoe")])
    with pytest.raises(InvalidInputError):
        market_designs(street, [])
