"""Tables of the equilibrium-property report: players, equilibria, payoffs, properties, comparative statics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.registry import properties
from gametrade.reports.story.appendix import HOLDS
from gametrade.reports.story.game_words import figure, mixes, strategy_words
from gametrade.reports.story.numbers import NOTHING
from gametrade.reports.story.table import Column, Table, words
from gametrade.reports.story.words import listed, sentence

MOST_ROWS = 60
"""Rows of a table of players or of equilibria that are shown."""

MOST_ACTIONS = 12
"""Actions up to which payoff tables are shown."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report.

    Parameters
    ----------
    id, title : str
        Anchor and heading.
    tables : tuple of Table
        What it shows.
    left_out : tuple of str
        What could not be asked, and why.
    """

    id: str
    title: str
    tables: tuple[Table, ...]
    left_out: tuple[str, ...] = ()


def game_sections(study: EquilibriumStudy, drawn: bool) -> list[Section]:
    """All parts that apply, in reading order; that of the figures is empty and marks their place."""
    equilibria, payoffs = equilibria_tables(study), payoff_tables(study)
    sections = [
        Section("players", "The game", (players_table(study),)),
        *([Section("equilibria", "Equilibria", equilibria)] if equilibria else []),
        *([Section("payoffs", "Payoff tables", payoffs)] if payoffs else []),
        *([Section("figures", "Figures", ())] if drawn else []),
    ]
    left = tuple(f"{name.replace('_', ' ')}: {reason}" for name, reason in study.skipped.items())
    if study.properties or left:
        about = (properties_table(study),) if study.properties else ()
        sections.append(Section("properties", "Properties", about, left))
    if study.statics:
        tables = (*statics_tables(study), *closed_form_tables(study))
        sections.append(Section("statics", "How the equilibrium moves", tables))
    return sections


def players_table(study: EquilibriumStudy) -> Table:
    """Who plays, what they choose and from what."""
    rows = []
    for k, player in enumerate(study.game.players[:MOST_ROWS]):
        names = study.game.components(k)
        rows.append((player, listed(names, 6), _choices(study.game, k)))
    more = len(study.game.players) - MOST_ROWS
    note = f"Payoffs in {study.game.unit}." + (f" {more:,} more players are not shown." if more > 0 else "")
    columns = (Column("player", numeric=False), Column("chooses", numeric=False), Column("from", numeric=False))
    return Table("Players and strategies", columns, tuple(rows), note)


def _choices(game: Any, player: int) -> str:
    """The strategy set of a player in words."""
    sets = getattr(game, "sets", None)
    if isinstance(game, SellerCompetition):
        return _market_choices(game, player)
    if sets is None:
        return f"{len(game.components(player))} actions, and lotteries over them"
    if player >= len(sets):
        return "best answers to the leaders"
    points = sets[player]
    units = getattr(game, "units", {})
    names = game.components(player)
    shown = [
        f"{figure(low)} to {figure(high) if np.isfinite(high) else 'any number'}"
        + f" {units.get(name) or _unit(name, game.unit)}".rstrip()
        for name, low, high in zip(names[:4], points.lower.tolist(), points.upper.tolist(), strict=False)
    ]
    rows = len(points.rows) + len(points.equal_rows)
    return ", ".join(shown) + (", ..." if len(names) > 4 else "") + (f", {rows} constraints" if rows else "")


def _unit(name: str, money: str) -> str:
    """Unit of a variable by its last word, nothing where that does not tell."""
    word = name.split()[-1] if name else ""
    return {"capacity": "kWh", "energy": "kWh"}.get(word, f"{money}/kWh" if word in PRICED else "")


def _market_choices(game: SellerCompetition, player: int) -> str:
    """Prices and energies of a seller, or shares of the sellers."""
    if player >= len(game.sellers):
        return "shares of the sellers that add up to 1"
    prices = f"{figure(game.export_price)} to {figure(game.import_price)} {game.unit}/kWh"
    return f"{prices}, 0 to {figure(float(game.energies[player]))} kWh"


def equilibria_tables(study: EquilibriumStudy) -> tuple[Table, ...]:
    """Every equilibrium with strategies, payoffs and regrets; nothing if there is none."""
    if not len(study.solution):
        return ()
    unit, rows = study.game.unit, []
    for k, equilibrium in enumerate(study.solution, 1):
        for player, payoff, regret in zip(study.game.players, equilibrium.payoffs, equilibrium.regrets, strict=True):
            told = strategy_words(equilibrium, player)
            label = f"{k}: {equilibrium.concept}"
            rows.append((label, player, told, figure(float(payoff)), figure(float(regret), 2)))
    columns = (
        Column("equilibrium", numeric=False),
        Column("player", numeric=False),
        Column("strategy", numeric=False),
        Column("payoff", unit),
        Column("regret at most", unit),
    )
    kind = "Strategies are probabilities; an action alone is played for certain." if mixes(study.solution[0]) else ""
    more = len(rows) - 4 * MOST_ROWS
    remarks = [kind, "Regret: the most that the player could gain by changing its strategy alone."]
    remarks += sorted({note for equilibrium in study.solution for note in equilibrium.notes})
    remarks += [f"{more:,} more rows are in the machine-readable report."] if more > 0 else []
    note = "\n".join(text for text in remarks if text)
    return (Table("Equilibria with payoffs and regrets", columns, tuple(rows[: 4 * MOST_ROWS]), note, joined=True),)


def payoff_tables(study: EquilibriumStudy) -> tuple[Table, ...]:
    """Payoffs of both players of a small finite game, equilibria in pure strategies marked."""
    game = study.game
    if not isinstance(game, NormalFormGame) or game.n_players != 2 or max(game.shape) > MOST_ACTIONS:
        return ()
    first, second = game.players
    pure = {
        tuple(int(np.argmax(s)) for s in e.strategies)
        for e in study.solution
        if all(s.max() == 1 for s in e.strategies)
    }
    rows = tuple(
        (
            action,
            *(
                f"{figure(game.payoffs[0, i, j], 4)}; {figure(game.payoffs[1, i, j], 4)}"
                + (" \N{BLACK STAR}" if (i, j) in pure else "")
                for j in range(game.shape[1])
            ),
        )
        for i, action in enumerate(game.actions[0])
    )
    columns = (
        Column(first, numeric=False),
        *(Column(action, group=second, whole=True, numeric=False) for action in game.actions[1]),
    )
    note = f"In each cell the payoff of {first}, then of {second}. \N{BLACK STAR} pure equilibrium."
    return (Table(f"Payoffs [{game.unit}]", columns, rows, note),)


def properties_table(study: EquilibriumStudy) -> Table:
    """Every property with its verdict, number, witness and theorem."""
    rows = tuple(
        (
            verdict.property.replace("_", " "),
            HOLDS[verdict.holds],
            number_of(verdict),
            listed(verdict.witness, 4) or NOTHING,
            sentence(verdict.statement),
            _theorem(verdict),
        )
        for verdict in study.properties
    )
    return Table(
        "Properties of the game and of its equilibria",
        words("property", "verdict", "number", "witness", "claim", "theorem"),
        rows,
        "Not proved: nothing here decides it; the claim may still be true.",
    )


def _theorem(verdict: Verdict) -> str:
    """Sources of the arguments that apply, or of the property."""
    sources = [str(row["source"]) for row in verdict.certificate.get("arguments", []) if "source" in row]
    if sources:
        return "; ".join(dict.fromkeys(sources))
    known = verdict.property in properties
    return str(properties.get(verdict.property).traits.get("source", "")) if known else ""


def number_of(verdict: Verdict) -> str:
    """The number that a property is about, as far as its certificate names one; else the margin."""
    certificate = verdict.certificate
    for name, (label, value) in NUMBERS.items():
        if name in certificate and certificate[name] is not None:
            return f"{label} {value(certificate[name])}"
    if verdict.property in ("existence", "unique_equilibrium"):
        return _arguments(certificate)
    return f"margin {figure(verdict.margin, 4)}{' ' + verdict.unit if verdict.unit else ''}"


NUMBERS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "ratio": ("ratio", lambda value: figure(float(value), 5)),
    "radius": ("spectral radius", lambda value: figure(float(value), 5)),
    "largest_real_part": ("largest real part", lambda value: figure(float(value), 4)),
}
"""Entries of certificates that are shown in place of the margin."""


PRICED = ("price", "charge", "reward")
"""Last words of variables that are money by the kWh."""

COUNTED = ("eigenvalue", "radius", "count", "covariance")
"""Entries of an argument that are shown beside it."""


def _arguments(certificate: Mapping[str, Any]) -> str:
    told = []
    for row in certificate.get("arguments", []):
        numbers = [f"{key} {figure(float(row[key]), 4)}" for key in COUNTED if key in row]
        told.append(f"{row['argument']}" + (f" ({', '.join(numbers)})" if numbers else ""))
    return "; ".join(told) or NOTHING


def statics_tables(study: EquilibriumStudy) -> tuple[Table, ...]:
    """Derivatives of the first equilibrium by each parameter."""
    names = study.statics[0].names
    rows = []
    for k, name in enumerate(names[:MOST_ROWS]):
        cells = [_slope(moves.derivatives[k], moves.errors[k]) for moves in study.statics]
        rows.append((name, figure(float(study.statics[0].levels[k])), *cells))
    columns = (
        Column("what", numeric=False),
        Column("level"),
        *(Column(f"{moves.parameter.removeprefix('parameters.')} = {figure(moves.value)}", group="change per unit of")
          for moves in study.statics),
    )  # fmt: skip
    findings = [f"{moves.parameter}: {moves.finding}" for moves in study.statics if moves.finding]
    remarks = [
        "Derivatives of the equilibrium that is listed first, by differences; digits beyond the estimated error are "
        "left out. A list moves as a whole: every entry by the same amount.",
        *findings,
    ]
    return (Table("Comparative statics", columns, tuple(rows), "\n".join(remarks)),)


def closed_form_tables(study: EquilibriumStudy) -> tuple[Table, ...]:
    """Best responses, the equilibrium and its derivatives in letters; nothing where there is no closed form."""
    if study.closed_form is None:
        return ()
    names = list(study.closed_form.values)
    rows = tuple(
        (variable, reply, value, *(slopes[name] for name in names))
        for variable, reply, value, slopes in study.closed_form.rows()
    )
    columns = (
        *words("variable", "best response", "equilibrium"),
        *(Column(name, group="derivative by", numeric=False) for name in names),
    )
    note = "Derived by sympy, away from all limits; the numbers of the game give the equilibrium that was computed."
    return (Table("Closed form", columns, rows, note),)


def _slope(value: float, error: float) -> str:
    """A derivative with the digits that its error leaves, four at most."""
    if not np.isfinite(value):
        return NOTHING
    if abs(value) <= max(2 * error, 1e-12):
        return "0"
    digits = 4 if error <= 0 else int(np.clip(np.floor(np.log10(abs(value) / error)), 1, 4))
    return figure(float(f"{value:.{digits}g}"), 4)


def certificates_table(study: EquilibriumStudy) -> Table:
    """What kind of certificate stands behind each statement."""
    rows = [
        (f"equilibrium {k}", equilibrium.concept, str(equilibrium.certificate.get("kind", "none")).replace("_", " "))
        for k, equilibrium in enumerate(study.solution, 1)
    ]
    rows += [(v.id, HOLDS[v.holds], str(v.certificate.get("kind", "none")).replace("_", " ")) for v in study.properties]
    return Table("Certificates", words("claim", "verdict or concept", "certificate"), tuple(rows[:500]))
