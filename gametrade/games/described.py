"""Strategic games as plain data: what a game file and a report hold, and how the game is made of it again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from gametrade.errors import GametradeError, InvalidInputError, UnknownNameError, closest
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import StrategicGame
from gametrade.games.named_system import named_system
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.stackelberg import BilevelGame, StackelbergGame, leaders_of_formulas

Made = TypeVar("Made")

FINITE = ("players", "actions", "payoffs", "unit")
FORMULAS = ("players", "variables", "payoffs", "constraints", "parameters", "unit")
BILEVEL = ("players", "leader", "follower", "n_leader", "unit")
SIDE = ("linear", "hessian", "constant", "rows", "limits")
LEADERS = ("players", "variables", "payoffs", "answers", "followers", "parameters", "unit")

FORM = (
    'game must name a system (system = "usage_charge" and its data), or have players, actions and payoffs (a finite '
    "game), or variables and payoffs as formulas (a continuous game)."
)


@dataclass(frozen=True, eq=False)
class Described:
    """A strategic game beside the data that it was made of.

    Parameters
    ----------
    game : StrategicGame
        The game.
    description : mapping
        As :func:`described_game` takes it.
    """

    game: StrategicGame
    description: Mapping[str, Any]


def described(content: Mapping[str, Any], name: str = "game") -> Described:
    """Make a game of its description and keep both."""
    return Described(described_game(content, name), dict(content))


def description_of(game: StrategicGame) -> dict[str, Any] | None:
    """Data of which a game can be made again; None where they are not known.

    Examples
    --------
    >>> description_of(NormalFormGame([[1.0, 0.0]]))
    {'players': ['player 1'], 'actions': [['1', '2']], 'payoffs': [[1.0, 0.0]], 'unit': 'money'}
    """
    if isinstance(game, BilevelGame):
        return _bilevel_data(game)
    if not isinstance(game, NormalFormGame):
        return None
    return {
        "players": list(game.players),
        "actions": [list(row) for row in game.actions],
        "payoffs": game.payoffs.tolist(),
        "unit": game.unit,
    }


def is_described(content: Mapping[str, Any]) -> bool:
    """Whether data describe a strategic game rather than the values of coalitions."""
    return any(key in content for key in ("system", "payoffs", "actions", "variables", "follower"))


def described_game(content: Mapping[str, Any], name: str = "game") -> StrategicGame:
    """Make a game of its description.

    Parameters
    ----------
    content : mapping
        Plain data of one of three forms: ``system``, the name of a registered system, and its keyword arguments;
        ``players``, ``actions`` (a list of labels a player) and ``payoffs`` (of shape (n, a_1, ..., a_n), or player
        to its table); ``variables`` (player to variable to [low, high]), ``payoffs`` (player to formula) and
        if wanted ``constraints`` and ``parameters``; the same for leaders, with ``answers`` (follower to formula of the
        leaders' variables) and if wanted ``followers`` (follower to its payoff and the ends it chooses between, as
        {payoff, between}); ``leader`` and ``follower`` (linear, hessian, constant, rows, limits of all variables, the
        first ``n_leader`` of which the leader chooses). Numbers may be written as text where data formats have none:
        ``"inf"``.
    name : str
        What messages call it, e.g. the file.

    Returns
    -------
    StrategicGame
        The game.

    Raises
    ------
    InvalidInputError
        If something is missing or does not fit.
    UnknownNameError
        If a key, a system or a player is misspelled.

    Examples
    --------
    >>> described_game({"players": ["a", "b"], "actions": [["x", "y"], ["x"]], "payoffs": [[[1], [2]], [[0], [3]]]})
    <NormalFormGame: 2 players, 2 x 1 actions>
    >>> described_game({"variables": {"a": {"q": [0, 9]}}, "payoffs": {"a": "q*(p - q)"}, "parameters": {"p": 4}})
    <QuadraticGame: 1 players, 1 variables>
    """
    if "system" in content:
        game: StrategicGame = _system(content, name)
        return game
    if "follower" in content:
        return _bilevel(content, name)
    if "answers" in content:
        return _leaders(content, name)
    if "variables" in content:
        return _continuous(content, name)
    if "payoffs" in content or "actions" in content:
        return _finite(content, name)
    raise InvalidInputError(f"{FORM} Got keys {sorted(content)} in {name!r}.")


def _system(content: Mapping[str, Any], name: str) -> Any:
    """Call the builder with the data as its keyword arguments."""
    wanted = content["system"]
    if not isinstance(wanted, str):
        raise InvalidInputError(f"system of the game {name!r} must be a name. Got {wanted!r:.60}.")
    data = {key: _numbers(value) for key, value in content.items() if key != "system"}
    return named_system(wanted, data, file=name)


def _finite(content: Mapping[str, Any], name: str) -> NormalFormGame:
    """A game of payoff tables."""
    _known_keys(content, FINITE, name)
    _needed(content, ("actions", "payoffs"), name)
    actions, tables = content["actions"], content["payoffs"]
    labels = list(actions.values()) if isinstance(actions, Mapping) else actions
    if not isinstance(labels, Sequence) or not all(isinstance(row, list | tuple) and row for row in labels):
        raise InvalidInputError(f"actions of the game {name!r} must be a list of labels a player. Got {labels!r:.60}.")
    default = list(actions) if isinstance(actions, Mapping) else [f"player {k + 1}" for k in range(len(labels))]
    players = _labels(content.get("players", default), name)
    by_player = (("actions", actions), ("payoffs", tables))
    for what, part in by_player:
        if isinstance(part, Mapping):
            _same_players(part, players, what, name)
    labels = [actions[player] for player in players] if isinstance(actions, Mapping) else labels
    table = [tables[player] for player in players] if isinstance(tables, Mapping) else tables
    unit = str(content.get("unit", "money"))
    return _made(
        lambda: NormalFormGame(_numbers(table), players, labels, unit=unit),
        f"payoffs of the game {name!r}",
        "be numbers in tables of one shape, an action of the first player a row",
    )


def _bilevel(content: Mapping[str, Any], name: str) -> BilevelGame:
    """A leader over a follower's program."""
    _known_keys(content, BILEVEL, name)
    _needed(content, ("leader", "n_leader"), name)
    sides = {side: _numbers(content[side]) for side in ("leader", "follower")}
    for side, part in sides.items():
        if not isinstance(part, Mapping) or "linear" not in part:
            raise InvalidInputError(f"{side} of the game {name!r} must have linear costs. Got {part!r:.60}.")
        _known_keys(part, SIDE, f"{name}, {side}")
    first, players = content["n_leader"], _labels(content.get("players", ["leader", "follower"]), name)
    if len(players) != 2 or not isinstance(first, int):
        raise InvalidInputError(f"the game {name!r} must have two players and a whole n_leader. Got {first!r:.60}.")

    def make() -> BilevelGame:
        d = len(sides["leader"]["linear"])
        unit = str(content.get("unit", "money"))
        game = BilevelGame.of(sides["leader"], sides["follower"], n_leader=first, n_follower=d - first, unit=unit)
        return replace(game, labels=(players[0], players[1]))

    return _made(make, f"numbers of the game {name!r}")


def _bilevel_data(game: BilevelGame) -> dict[str, Any]:
    """A bilevel game as plain data."""
    sides = {
        side: {
            "linear": cost.linear.tolist(),
            "hessian": cost.hessian.tolist(),
            "constant": cost.constant,
            "rows": rows.tolist(),
            "limits": limits.tolist(),
        }
        for side, cost, rows, limits in (
            ("leader", game.leader, game.leader_rows, game.leader_limits),
            ("follower", game.follower, game.follower_rows, game.follower_limits),
        )
    }
    return {"players": list(game.labels), **sides, "n_leader": game.n_leader, "unit": game.unit}


def _leaders(content: Mapping[str, Any], name: str) -> StackelbergGame:
    """Leaders and followers of formulas."""
    _known_keys(content, LEADERS, name)
    _needed(content, ("payoffs", "variables"), name)
    payoffs, variables, answers = _by_player(content, name)
    followers = content.get("followers")
    if not isinstance(answers, Mapping) or not all(isinstance(text, str) for text in answers.values()):
        raise InvalidInputError(f"answers of the game {name!r} must be formulas by follower. Got {answers!r:.60}.")
    if followers is not None:
        whole = isinstance(followers, Mapping) and all(
            isinstance(one, Mapping) and set(one) == {"payoff", "between"} for one in followers.values()
        )
        if not whole:
            raise InvalidInputError(
                f"followers of the game {name!r} must have payoff and between. Got {followers!r:.60}."
            )
        followers = {key: (one["payoff"], tuple(_numbers(one["between"]))) for key, one in followers.items()}
    return _made(
        lambda: leaders_of_formulas(
            payoffs,
            variables,
            answers,
            followers=followers,
            parameters=_numbers(content.get("parameters", {})),
            unit=str(content.get("unit", "money")),
        ),
        f"numbers of the game {name!r}",
    )


def _continuous(content: Mapping[str, Any], name: str) -> ContinuousGame:
    """A game of formulas."""
    _known_keys(content, FORMULAS, name)
    _needed(content, ("payoffs",), name)
    payoffs, variables, _ = _by_player(content, name)
    constraints, parameters = content.get("constraints", []), _numbers(content.get("parameters", {}))
    if not isinstance(constraints, list) or not all(isinstance(text, str) for text in constraints):
        raise InvalidInputError(
            f"constraints of the game {name!r} must be a list of formulas. Got {constraints!r:.60}."
        )
    return _made(
        lambda: ContinuousGame.from_expressions(
            payoffs,
            variables,
            constraints=constraints,
            parameters=parameters,
            unit=str(content.get("unit", "money")),
        ),
        f"numbers of the game {name!r}",
    )


def _by_player(content: Mapping[str, Any], name: str) -> tuple[dict[str, str], dict[str, Any], Any]:
    """Payoffs and variables of all players in order, checked, and answers of followers if any."""
    payoffs, variables = content["payoffs"], content["variables"]
    for what, part in (("payoffs", payoffs), ("variables", variables)):
        if not isinstance(part, Mapping) or not part:
            raise InvalidInputError(f"{what} of the game {name!r} must be given by player. Got {part!r:.60}.")
    players = _labels(content.get("players", list(variables)), name)
    for what, part in (("payoffs", payoffs), ("variables", variables)):
        _same_players(part, players, what, name)
    for player in players:
        if not isinstance(payoffs[player], str):
            raise InvalidInputError(f"payoff of {player} in {name!r} must be a formula. Got {payoffs[player]!r:.60}.")
        for variable, ends in dict(variables[player]).items():
            pair = _numbers(ends)
            if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, int | float) for x in pair)):
                raise InvalidInputError(f"{variable} of {player} in {name!r} must be [low, high]. Got {ends!r:.60}.")
    return (
        {player: payoffs[player] for player in players},
        {player: _numbers(variables[player]) for player in players},
        content.get("answers"),
    )


def _known_keys(content: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    for key in content:
        if key not in known:
            raise UnknownNameError(f"key of the game {name!r}", key, known)


def _needed(content: Mapping[str, Any], keys: Sequence[str], name: str) -> None:
    missing = [key for key in keys if key not in content]
    if missing:
        raise InvalidInputError(f"{FORM} Got no {missing[0]!r} in {name!r}.")


def _labels(names: Any, game: str) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(label, str) and label for label in names):
        raise InvalidInputError(f"players of the game {game!r} must be a list of names. Got {names!r:.60}.")
    if len(set(names)) < len(names) or not names:
        raise InvalidInputError(f"players of the game {game!r} must be unique and at least one. Got {names!r:.60}.")
    return names


def _same_players(part: Mapping[str, Any], players: Sequence[str], what: str, game: str) -> None:
    """What is given by player is given for each and nobody else."""
    for label in part:
        if label not in players:
            raise UnknownNameError(f"player in {what} of the game {game!r}", label, players)
    absent = [label for label in players if label not in part]
    if absent:
        near = closest(absent[0], part)
        hint = f"; {near!r} is there" if near else ""
        raise InvalidInputError(
            f"{what} of the game {game!r} must be given for every player. Got none of {absent[0]!r}{hint}."
        )


def _numbers(value: Any) -> Any:
    """Plain data with ``"inf"`` and ``"-inf"`` as numbers, all else as it is."""
    if isinstance(value, Mapping):
        return {key: _numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(entry) for entry in value]
    return {"inf": math.inf, "-inf": -math.inf, "+inf": math.inf}.get(value, value) if isinstance(value, str) else value


def _made(make: Callable[[], Made], what: str, must: str = "be numbers, texts and lists of the right shape") -> Made:
    """Make a game; what numpy says of data that fit no array becomes one sentence."""
    try:
        return make()
    except GametradeError:
        raise
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError) as problem:
        told = str(problem).partition(". ")[0].rstrip(".")
        raise InvalidInputError(f"{what} must {must}. Got: {told}.") from None
