"""Write the reference from the registries, so that a new rule, format or error has its page by itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Pages = dict[str, str]
KINDS = {"price": "sets prices", "payoff": "sets payoffs"}


def write_pages(app: Any) -> None:
    """Write all generated pages, and remove those whose subject is gone."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = all_pages()
    for old in folder.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        file = folder / f"{name}.md"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def all_pages() -> Pages:
    """Text of every generated page by file name."""
    writers = (
        rule_pages,
        game_pages,
        property_pages,
        derivation_pages,
        system_pages,
        equilibrium_solver_pages,
        solver_pages,
        format_pages,
        error_pages,
        command_pages,
        name_pages,
        check_pages,
        proof_pages,
        design_pages,
    )
    return {name: text for write in writers for name, text in write().items()}


def rule_pages() -> Pages:
    """One page a rule, and a table of all."""
    from gametrade.registry import rules

    pages = {f"rule-{entry.name}": rule_page(entry) for entry in rules}
    rows = [
        f"| [`{entry.name}`](rule-{entry.name}.md) | {entry.summary} | {', '.join(sorted(entry.promises)) or 'none'} |"
        for entry in rules
    ]
    table = ["| rule | what it does | promises, tested |", "|---|---|---|", *rows]
    text = [
        "# Allocation rules",
        "",
        "How the gains of a community become payoffs. Every promise is verified on random games by the contract "
        "tests; what is not promised may still hold on your data, and the stability analyser says whether it does.",
        "",
        *table,
        "",
        toctree(sorted(pages)),
    ]
    return {**pages, "rules": "\n".join(text)}


def rule_page(entry: Any) -> str:
    """The docstring of a rule beside what the registry knows of it."""
    variants = [
        entry.name + "".join(f":{option}={value}" for option, value in options.items())
        for options in entry.traits.get("variants", ())
    ]
    needs = entry.traits.get("needs", "any")
    facts = [
        f"- name, also on the command line: `{entry.name}`",
        f"- game: {'any coalitional game' if needs == 'any' else f'a {needs} game'.replace('_', '-')}",
        f"- kind: {KINDS.get(entry.traits.get('kind', ''), 'sets payoffs')}",
        f"- promises: {', '.join(sorted(entry.promises)) or 'none'}",
    ]
    if variants:
        facts.append(f"- variants compared by default: {', '.join(f'`{name}`' for name in variants)}")
    if source := entry.traits.get("source"):
        facts.append(f"- source: {source}")
    return "\n".join([f"# {entry.name}", "", *facts, "", autodoc("autofunction", entry.function)])


def game_pages() -> Pages:
    """All kinds of coalitional games on one page."""
    from gametrade.games import coalitional

    kinds = [value for name in coalitional.__all__ if is_game(value := getattr(coalitional, name))]
    intro = "What can be played; all are in `gametrade.games.coalitional`, the common ones also at `gt.`."
    parts = ["# Games", "", intro, ""]
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        parts += [f"## {kind.__name__}", "", described_once("autoclass", kind), ""]
    for kind in free_games():
        parts += [f"## {kind.__name__}", "", f"In `{kind.__module__.rpartition('.')[0]}`.", ""]
        parts += [described_once("autoclass", kind), ""]
    return {"games": "\n".join(parts)}


def free_games() -> list[type]:
    """Games in which players choose with whom they are."""
    from gametrade.games.competition import AtomlessMarket, Provider, ProviderMarket
    from gametrade.games.formation import FormationGame, PartitionFunctionGame

    return [FormationGame, PartitionFunctionGame, Provider, ProviderMarket, AtomlessMarket]


def is_game(value: Any) -> bool:
    """Whether a value is a kind of coalitional game."""
    from gametrade.games.coalitional import CoalitionalGame

    return inspect.isclass(value) and issubclass(value, CoalitionalGame) and value is not CoalitionalGame


def property_pages() -> Pages:
    """All properties of games and of answers on one page."""
    from gametrade.registry import properties

    parts = ["# Properties", "", "What `gt.check(subject, name)` decides; each answer is a verdict with evidence.", ""]
    for entry in properties:
        parts += [f"## {entry.name}", "", autodoc("autofunction", entry.function), ""]
    return {"properties": "\n".join(parts)}


def derivation_pages() -> Pages:
    """All equilibria in letters on one page, and how to derive one's own."""
    from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
    from gametrade.registry import derivations

    intro = "Closed forms that sympy derives from the payoffs; `to_latex()` prints them, `at(values)` is exact."
    parts = ["# Derivations", "", intro, "", autodoc("autofunction", symbolic_equilibrium), ""]
    parts += [autodoc("autoclass", SymbolicEquilibrium), ""]
    for entry in derivations:
        parts += [f"## {entry.name}", "", autodoc("autofunction", entry.function), ""]
    return {"derivations": "\n".join(parts)}


def system_pages() -> Pages:
    """All named systems on one page, each with its example."""
    from gametrade.cli.games import from_community, toml
    from gametrade.registry import systems

    intro = (
        "Games of the literature that are made of plain numbers; `gametrade games NAME` shows one with its example. "
        "From a community each is built for a step, a day or a month by `step_game`, and played over a year by "
        "`play_steps`, both in `gametrade.analysis.studies.play_steps`; what is assumed then stands with each."
    )
    parts = ["# Systems", "", intro, ""]
    for entry in systems:
        example = toml({"system": entry.name, **entry.traits["example"]})
        parts += [f"## {entry.name}", "", f"Source: {entry.traits['source']}.", ""]
        if "of_step" in entry.traits:
            parts += [from_community(entry), ""]
        parts += ["```toml", example, "```", "", described_once("autofunction", entry.function), ""]
    return {"systems": "\n".join(parts)}


def equilibrium_solver_pages() -> Pages:
    """A table of the solvers of strategic games; their documentation stands with the other solvers."""
    from gametrade.registry import solvers

    rows = [
        f"| `{entry.name}` | {', '.join(entry.traits['plays'])} | {entry.summary} | {entry.traits['source']} |"
        for entry in solvers
    ]
    intro = (
        "What `gt.solve(game, name)` and `gametrade solve --solver NAME` run; [the functions](solvers.md) one by one."
    )
    table = ["| solver | for | what it does | source |", "|---|---|---|---|", *rows, ""]
    return {"equilibrium-solvers": "\n".join(["# Equilibrium solvers", "", intro, "", *table])}


def solver_pages() -> Pages:
    """Functions of the solvers that are not rules and show how they are used, on one page."""
    from gametrade.registry import rules

    known = {entry.name for entry in rules}
    folder = importlib.import_module("gametrade.solvers").__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folder) if module.name not in known)
    modules = [(name, importlib.import_module(f"gametrade.solvers.{name}")) for name in names]
    intro = "Questions to a game beside the rules; each in the module of its name in `gametrade.solvers`."
    parts = ["# Solvers", "", intro, ""]
    for name, module in modules:
        function = getattr(module, name, None)
        if inspect.isfunction(function) and "Examples" in (function.__doc__ or ""):
            parts += [f"## {name}", "", described_once("autofunction", function), ""]
    return {"solvers": "\n".join(parts)}


def format_pages() -> Pages:
    """All report formats on one page."""
    from gametrade.registry import formats

    written_by = "Written by `study.to_html`, `study.to_markdown`, `study.to_json` and the command line."
    parts = ["# Report formats", "", written_by, ""]
    for entry in formats:
        parts += [f"## {entry.name}", "", autodoc("autofunction", entry.function), ""]
    return {"formats": "\n".join(parts)}


def error_pages() -> Pages:
    """All exceptions on one page."""
    from gametrade import errors

    parts = [
        "# Errors",
        "",
        "Accidents are exceptions; findings, such as a rule that is blocked, are values. Every exception that the "
        "package raises on purpose is a `GametradeError`, and its message has one form: name, owner, rule, value.",
        "",
    ]
    for kind in classes_of(errors):
        parts += [autodoc("autoclass", kind), ""]
    return {"errors": "\n".join(parts)}


def check_pages() -> Pages:
    """What the input check looks for."""
    from gametrade.community.evidence import checks

    rows = [f"| `{entry.name}` | {entry.summary} |" for entry in checks]
    head = ["# Input checks", "", "One file each in `gametrade/community/checks`.", ""]
    return {"checks": "\n".join([*head, "| check | finds |", "|---|---|", *rows, ""])}


def proof_pages() -> Pages:
    """What verification proves, claim by claim."""
    from gametrade.registry import checks, game_checks

    parts = [
        "# Proofs",
        "",
        "What `gametrade verify` does for each property that a report claims. One file each in "
        "`gametrade/analysis/verification/proofs`.",
        "",
    ]
    for entry in checks:
        parts += [f"## {entry.name}", "", entry.summary, ""]
    parts += [
        "## Games of strategies",
        "",
        "Strategies, payoffs, regrets and concepts of every equilibrium are proved by the kind of game, see "
        "[report on a game](../../how-to/report-on-a-game.md). Properties have one file each in "
        "`gametrade/analysis/verification/game_proofs`.",
        "",
    ]
    for entry in game_checks:
        parts += [f"### {entry.name}", "", entry.summary, ""]
    return {"proofs": "\n".join(parts)}


def design_pages() -> Pages:
    """All market designs, and the games of contracts beside them, on one page."""
    from gametrade.games import contracts
    from gametrade.registry import designs

    intro = "Compared by `gametrade designs` and `market_designs`; one file each in `gametrade/analysis/designs`."
    parts = ["# Market designs", "", intro, ""]
    for entry in designs:
        parts += [f"## {entry.name}", "", autodoc("autofunction", entry.function), ""]
    parts += ["# Contracts between homes", "", "All in `gametrade.games.contracts`.", ""]
    for name in contracts.__all__:
        value = getattr(contracts, name)
        parts += [f"## {name}", "", autodoc("autoclass" if inspect.isclass(value) else "autofunction", value), ""]
    return {"designs": "\n".join(parts)}


def command_pages() -> Pages:
    """Help of every command, as the command line prints it."""
    try:
        cli = importlib.import_module("gametrade.cli")
    except ModuleNotFoundError:
        return {"command-line": "# Command line\n\nNot part of this build.\n"}
    import click

    group = next(value for value in vars(cli).values() if isinstance(value, click.Group))
    parts = ["# Command line", "", *help_of(group, "gametrade", None)]
    return {"command-line": "\n".join(parts)}


def help_of(command: Any, path: str, parent: Any) -> Iterable[str]:
    """Help text of a command and of those under it."""
    import click

    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=100)
    yield from (f"## {path}", "", "```text", command.get_help(context), "```", "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from help_of(command.get_command(context, name), f"{path} {name}", context)


def name_pages() -> Pages:
    """The public names at ``gametrade``, in reading order."""
    import gametrade

    source = inspect.getsource(gametrade)
    public = [
        name
        for name, value in vars(gametrade).items()
        if not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value)) and name in source
    ]
    parts = ["# Public names", "", "`import gametrade as gt` gives these names.", ""]
    for name in sorted(public, key=source.index):
        value = getattr(gametrade, name)
        if inspect.isclass(value) and issubclass(value, Exception):
            continue
        parts += [f"## {name}", ""]
        parts += [autodoc("autoclass" if inspect.isclass(value) else "autofunction", value), ""]
    from gametrade.community import communities

    parts += ["## communities", "", "`gt.communities` needs no files of yours.", ""]
    for name in communities.__all__:
        parts += [autodoc("autofunction", getattr(communities, name)), ""]
    return {"names": "\n".join(parts)}


def autodoc(directive: str, value: Any) -> str:
    """A docstring, typeset; classes with their public members."""
    options = "   :members:\n" if directive == "autoclass" else ""
    return f"```{{eval-rst}}\n.. {directive}:: {value.__module__}.{value.__qualname__}\n{options}```\n"


def described_once(directive: str, value: Any) -> str:
    """A docstring, or for a public name its first line with a link to the page that has the rest."""
    import gametrade

    name = value.__name__
    if getattr(gametrade, name, None) is not value:
        return autodoc(directive, value)
    summary = (inspect.getdoc(value) or "").partition("\n")[0]
    return f"{summary} See [`gt.{name}`](names.md#{name.lower()})."


def classes_of(module: Any) -> Iterable[type]:
    """Classes that a module defines, in its order."""
    return [value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__]


def toctree(names: Iterable[str]) -> str:
    """A hidden table of contents."""
    return "\n".join(["```{toctree}", ":hidden:", "", *names, "```", ""])


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
