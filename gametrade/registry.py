"""Registries: drop one function into one file of a plugin folder and the whole package sees it."""

from __future__ import annotations

import functools
import importlib
import inspect
import numbers
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError, UnknownOptionError

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered function: its name, what it does, what it promises and which game it needs."""

    name: str
    function: Callable[..., Any]
    summary: str
    promises: frozenset[str]
    traits: Mapping[str, Any]

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the keyword-only options of the function."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)

    def accepts(self, option: str) -> bool:
        """Whether the function has an option of that name, takes any, or keeps its options to itself."""
        try:
            parameters = inspect.signature(self.function).parameters
        except ValueError:
            return True
        return option in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


class Registry:
    """Named functions of one kind, found in plugin folders the first time somebody asks.

    Parameters
    ----------
    kind : str
        What an entry is called in messages, e.g. ``"allocation rule"``.
    *packages : str
        Packages whose modules are imported on first use. In each the file name is the function name.

    Examples
    --------
    >>> from gametrade.registry import rules
    >>> "mid_market_rate" in rules
    True
    """

    def __init__(self, kind: str, *packages: str) -> None:
        self.kind = kind
        self._packages = packages
        self._entries: dict[str, Entry] = {}
        self._loaded = False

    def register(self, *, promises: tuple[str, ...] = (), **traits: Any) -> Callable[[Function], Function]:
        """Add the decorated function under its own name.

        Parameters
        ----------
        promises : tuple of str
            Properties that the contract tests verify on random games.
        **traits
            Facts about the function, e.g. ``needs="table"``, kept with its entry.

        Returns
        -------
        callable
            A decorator that returns the function, with misspelled options refused by name.
        """

        def add(function: Function) -> Function:
            name = function.__name__
            if name in self._entries:
                raise InvalidInputError(f"{self.kind} {name!r} is registered twice.")
            checked = _refuse_unknown_options(function)
            summary = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
            self._entries[name] = Entry(name, checked, summary, frozenset(promises), dict(traits))
            return checked

        return add

    def get(self, name: str | Callable[..., Any]) -> Entry:
        """Look up a name; a plain function is wrapped as an entry of its own.

        Raises
        ------
        UnknownNameError
            If nothing of that name is registered; the message suggests the closest name.
        """
        if callable(name):
            known = [entry for entry in self if entry.function is name]
            label = getattr(name, "__name__", type(name).__name__)
            return known[0] if known else Entry(label, name, inspect.getdoc(name) or "", frozenset(), {})
        self._load()
        if name not in self._entries:
            raise UnknownNameError(self.kind, name, sorted(self._entries))
        return self._entries[name]

    def resolve(self, name: str | Callable[..., Any]) -> tuple[Entry, dict[str, Any]]:
        """Look up ``"name:option=value:option=value"`` and return the entry with the options written there.

        Examples
        --------
        >>> from gametrade.registry import rules
        >>> entry, options = rules.resolve("proportional:to=demand")
        >>> entry.name, options
        ('proportional', {'to': 'demand'})

        Raises
        ------
        UnknownNameError
            If there is no such name or option.
        InvalidInputError
            If an option is not written so.
        """
        if callable(name):
            return self.get(name), {}
        if not isinstance(name, str):
            raise InvalidInputError(f"{self.kind} must be a name or a function. Got {name!r}.")
        base, *parts = name.split(":")
        entry = self.get(base)
        options: dict[str, Any] = {}
        for part in parts:
            option, equals, value = part.partition("=")
            if not equals:
                raise InvalidInputError(f"options of {base} are written name:option=value. Got {name!r}.")
            if not entry.accepts(option):
                raise UnknownOptionError(base, option, entry.options)
            options[option] = _literal(value)
        return entry, options

    def variants(self) -> list[str]:
        """Every registered name, and every name with the option values it declares as variants."""
        names = []
        for entry in self:
            names.append(entry.name)
            for options in entry.traits.get("variants", ()):
                names.append(entry.name + "".join(f":{option}={value}" for option, value in options.items()))
        return names

    def __iter__(self) -> Iterator[Entry]:
        self._load()
        return iter(sorted(self._entries.values(), key=lambda entry: entry.name))

    def __len__(self) -> int:
        self._load()
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._entries

    def __repr__(self) -> str:
        plural = self.kind[:-1] + "ies" if self.kind.endswith("y") else self.kind + "s"
        return f"<{len(self)} {plural}: {', '.join(entry.name for entry in self)}>"

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for package_name in self._packages:
            package = importlib.import_module(package_name)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{package_name}.{module.name}")


def _literal(text: str) -> Any:
    """Read a number, a truth value or a plain word."""
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)


def _refuse_unknown_options(function: Function) -> Function:
    """Wrap a function so that a misspelled option is an error that suggests the right one."""
    parameters = inspect.signature(function).parameters
    options = [name for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name, value in kwargs.items():
            if name not in parameters and not takes_any:
                raise UnknownOptionError(function.__name__, name, options)
            _refuse_other_kinds(function, name, value)
            _refuse_nothing(function, name, value)
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]


KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a word", type(None): "none"}
"""Kinds of values that an option may have on the command line, in words."""


def _refuse_other_kinds(function: Callable[..., Any], option: str, value: Any) -> None:
    """An option annotated with plain kinds only takes no other, whoever wrote the value."""
    hint = _hints(function).get(option)
    kinds = typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else (hint,)
    if not set(kinds) <= set(KINDS) or type(value) in kinds:
        return
    if isinstance(value, bool | np.bool_):
        fits = bool in kinds
    else:
        whole = isinstance(value, numbers.Integral)
        fits = (whole and int in kinds) or (isinstance(value, numbers.Real) and float in kinds)
    if not fits:
        words = " or ".join(KINDS[kind] for kind in kinds)
        raise InvalidInputError(f"{option} of {function.__name__} must be {words}. Got {value!r}.")


LIMITS = ("max_rounds", "max_steps", "rounds")
"""Options that end an iteration: one step at least."""


def _refuse_nothing(function: Callable[..., Any], option: str, value: Any) -> None:
    """An iteration takes a step at least, and no tolerance is negative or not a number."""
    if not isinstance(value, int | float):
        return
    if option in LIMITS and value < 1:
        raise InvalidInputError(f"{option} of {function.__name__} must be at least 1. Got {value!r}.")
    if option == "tolerance" and not value >= 0:
        raise InvalidInputError(f"tolerance of {function.__name__} must be at least 0. Got {value!r}.")


@functools.cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Annotations of a function; none where a name in them is known to type checkers only."""
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return {}


rules = Registry("allocation rule", "gametrade.rules", "gametrade.solvers")
"""Every revenue-split rule: how the gains of a community become payoffs."""

formats = Registry("report format", "gametrade.reports")
"""Every way to write a report: one function ``format(study, path)`` in one file."""

figures = Registry("figure", "gametrade.reports.figures")
"""Every figure of a report: one function ``figure(study)`` in one file, drawn in the order of its `order` trait."""

checks = Registry("claim check", "gametrade.analysis.verification.proofs")
"""Every property of a report's claims: one function ``property(case, claim, certificate) -> detail`` in one file."""

game_checks = Registry("equilibrium claim check", "gametrade.analysis.verification.game_proofs")
"""Every claim about a strategic game that is proved without a solver, as `checks` are for allocation rules."""

mechanisms = Registry("mechanism", "gametrade.mechanisms")
"""Every way to clear a book of orders: one function ``mechanism(book, *, options) -> MarketOutcome`` in one file."""

bargains = Registry("bargaining solution", "gametrade.solvers")
"""Every bargaining solution: one function ``solution(problem, *, options) -> Agreement`` in one file."""

solvers = Registry("equilibrium solver", "gametrade.solvers")
"""Every equilibrium solver: one function ``solver(game, *, options) -> Solution`` in one file."""

systems = Registry("system", "gametrade.games.systems", "gametrade.analysis.studies.systems")
"""Every named system of the literature: one function ``system(*, numbers) -> game`` in one file. Its ``example`` trait
holds numbers, ready for a game file, that build a small instance."""

designs = Registry("market design", "gametrade.analysis.designs")
"""Every market design: one function ``design(community, *, options) -> DesignOutcome`` in one file."""

derivations = Registry("derivation", "gametrade.analysis.derivations")
"""Every equilibrium in letters: one function ``derivation(*, options) -> SymbolicEquilibrium`` in one file. Its
``systems`` trait names the systems whose closed form it is."""

properties = Registry("property", "gametrade.analysis.properties")
"""Every property of a game or an answer: one function ``property(game) -> Verdict`` in one file."""
