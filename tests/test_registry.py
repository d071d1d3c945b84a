"""Registries: lookup, options written in a name, and messages that help."""

from __future__ import annotations

import pytest

import gametrade as gt
from gametrade.registry import Registry, rules


def test_names_of_every_registry_lead_to_their_functions():
    for entry in rules:
        assert entry.name in rules
        assert rules.get(entry.name) is entry
        assert rules.get(entry.function) is entry
        assert entry.summary.strip()
    assert len(rules) == len(list(rules))
    assert [entry.name for entry in rules] == sorted(entry.name for entry in rules)
    assert "nothing_of_the_kind" not in rules
    assert repr(rules).startswith(f"<{len(rules)} allocation rules: ")


def test_unknown_names_suggest_the_closest():
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'mid_market_rate'") as caught:
        rules.get("midmarket_rate")
    assert "mid_market_rate" in caught.value.known
    with pytest.raises(gt.UnknownNameError) as caught:
        rules.get("qqqqqq")
    assert "Did you mean" not in str(caught.value)


def test_variants_resolve_to_options_that_exist():
    for name in rules.variants():
        entry, options = rules.resolve(name)
        assert set(options) <= set(entry.options)
        game = gt.SharingGame(street())
        game = gt.GraphGame(game, []) if entry.traits["needs"] == "graph" else game
        assert gt.allocate(game, name).payoffs.shape == (3,)
    assert len(set(rules.variants())) == len(rules.variants())


def street():
    from tests.strategies import make_community

    return make_community([[2, -1], [-1, 2], [1, -1]])


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("0.5", 0.5), ("true", True), ("False", False), ("none", None), ("demand", "demand"), ("1e-3", 1e-3)],
)
def test_options_written_in_a_name(text, value):
    entry, options = rules.resolve(f"proportional:to={text}")
    assert entry.name == "proportional"
    assert options == {"to": value}
    assert type(options["to"]) is type(value)


def test_half_written_options_are_refused():
    for name in ("proportional:to", "proportional:", "proportional:to=demand:"):
        with pytest.raises(gt.InvalidInputError, match="name:option=value"):
            rules.resolve(name)
    with pytest.raises(gt.UnknownNameError):
        rules.resolve("proportionl:to=demand")


def test_a_misspelled_option_names_the_function():
    with pytest.raises(
        gt.UnknownNameError, match=r"option of proportional must be one of 'to'\. Got 'too'\. Did you mean 'to'"
    ):
        gt.allocate(street(), "proportional", too="demand")
    with pytest.raises(gt.UnknownNameError, match="option of proportional"):
        gt.allocate(street(), "proportional:too=demand")


def test_a_plain_function_is_an_entry_of_its_own():
    def mine(game, *, factor=1.0):
        """Says what it does."""
        return [factor] * game.n_players

    entry = rules.get(mine)
    assert (entry.name, entry.options, entry.promises) == ("mine", ("factor",), frozenset())
    assert rules.resolve(mine) == (entry, {})
    assert gt.allocate(street(), mine, factor=2.0).payoffs.tolist() == [2, 2, 2]
    assert "mine" not in rules


class Doubler:
    """A callable without a name."""

    def __call__(self, game):
        return [0.0] * game.n_players


def test_a_callable_object_is_named_after_its_type():
    assert rules.get(Doubler()).name == "Doubler"


def test_registering_twice_is_refused():
    registry = Registry("thing")

    @registry.register(promises=("efficiency",), needs="any")
    def one(game, *, level=1):
        """First line
        goes on.

        Not this one.
        """
        return level

    assert registry.get("one").summary == "First line goes on."
    assert registry.get("one").traits == {"needs": "any"}
    assert registry.get("one").promises == {"efficiency"}
    assert one(None, level=3) == 3
    with pytest.raises(gt.UnknownNameError, match="option of one"):
        one(None, levle=3)
    with pytest.raises(gt.InvalidInputError, match="thing 'one' is registered twice"):
        registry.register()(one)
