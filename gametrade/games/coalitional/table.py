"""A coalitional game given as a table of 2^n numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional.coalition_orders import coalition_order
from gametrade.games.coalitional.game import CoalitionalGame, all_coalitions, check_table_size
from gametrade.games.coalitional.given_numbers import as_array, as_given, check_numbers, checked_names, exact_and_floats
from gametrade.games.coalitional.integer_table import (
    WholeNumbers,
    int64_or_object,
    integer_table,
    times,
    whole_numbers,
)
from gametrade.games.coalitional.labelled_values import (
    check_separator,
    every_coalition,
    numbers_by_label,
    read_values,
    write_values,
)
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import ArrayLike, BoolArray, Coalition, FloatArray

if TYPE_CHECKING:
    import pandas as pd

GAINS = ("savings", "minus_costs")


@dataclass(frozen=True, eq=False)
class TableGame(CoalitionalGame):
    """All values of a game, listed in bitmask order.

    Parameters
    ----------
    names : tuple of str
        Labels of the n players. Player 0 is bit 0 of a mask.
    numbers : array_like of shape (2**n,)
        Value of each coalition; entry 0, the empty coalition, is zero. Fractions and whole numbers are kept
        as they are for exact algorithms, beside the nearest floats. [money]

    Raises
    ------
    InvalidInputError
        If the table does not have 2^n finite entries or the empty coalition is worth something.
    TooManyPlayersError
        If there are more than 28 players.

    Notes
    -----
    ``2.0 * game`` and ``game + other`` scale and add the values; games that are added have the same players
    in the same order. Other orders of coalitions are read by :meth:`from_array`, labels by
    :meth:`from_values`.

    Examples
    --------
    >>> game = TableGame.from_function("ABC", lambda coalition: {2: 60, 3: 90}.get(len(coalition), 0))
    >>> game.value(["A", "C"])
    60.0
    """

    names: tuple[str, ...]
    numbers: FloatArray
    _exact: tuple[WholeNumbers, int] | None = field(default=None, init=False, repr=False)

    __array_ufunc__ = None

    def __post_init__(self) -> None:
        names = checked_names(self.names)
        self._keep(names, *as_given(self.numbers))

    def _keep(self, names: Coalition, exact: tuple[WholeNumbers, int] | None, numbers: FloatArray) -> None:
        check_numbers(numbers, len(names))
        numbers.setflags(write=False)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "_exact", exact)

    @classmethod
    def from_function(cls, names: Iterable[str], value: Callable[[Coalition], Any]) -> TableGame:
        """Tabulate a function of coalitions, given to it as tuples of labels in player order."""
        labels = tuple(names) if isinstance(names, Iterable) else checked_names(names)
        check_table_size(len(labels), "TableGame")
        rows = all_coalitions(len(labels))
        coalitions = [tuple(label for label, inside in zip(labels, row, strict=True) if inside) for row in rows]
        return cls(labels, as_array([0, *(value(coalition) for coalition in coalitions[1:])]))

    @classmethod
    def from_values(
        cls,
        values: Mapping[Coalition, Any],
        *,
        players: Iterable[str] | None = None,
        missing: float | None = 0.0,
    ) -> TableGame:
        """Make a game from a mapping of coalitions by label.

        Parameters
        ----------
        values : mapping of tuple of str to number
            Value of each coalition, its labels in any order; no coalition comes twice. [money]
        players : iterable of str, optional
            Player order; the order of first mention if not given.
        missing : float or None, default=0.0
            Value of the coalitions left out; None makes leaving one out an error. [money]

        Returns
        -------
        TableGame
            The game.

        Examples
        --------
        >>> TableGame.from_values({("s", "b"): 6.0}).grand_value
        6.0
        """
        names, numbers = numbers_by_label(values, players, missing)
        return cls(names, as_array(numbers))

    @classmethod
    def from_array(cls, names: Iterable[str], numbers: ArrayLike, *, order: str) -> TableGame:
        """Make a game from values listed in a named order of coalitions.

        Parameters
        ----------
        names : iterable of str
            Labels of the n players.
        numbers : array_like of shape (2**n,) or (2**n - 1,)
            Values; the shorter list leaves the empty coalition out. [money]
        order : str
            ``"bitmask"``, ``"reversed_bitmask"``, ``"size_lexicographic"`` or ``"lexicographic"``, explained at
            :func:`~gametrade.games.coalitional.coalition_orders.coalition_order`. It is never guessed.

        Returns
        -------
        TableGame
            The game, in bitmask order.

        Examples
        --------
        >>> TableGame.from_array("ABC", [0, 0, 0, 4, 5, 6, 9], order="size_lexicographic").value(["B", "C"])
        6.0
        """
        labels = checked_names(names)
        masks = coalition_order(len(labels), order)
        given = as_array(numbers)
        if given.shape == (len(masks) - 1,):
            given = np.concatenate([np.zeros(1, dtype=given.dtype), given])
        if given.shape != masks.shape:
            raise InvalidInputError(
                f"numbers of TableGame must have 2^n = {len(masks)} entries for {len(labels)} players, or one less "
                f"without the empty coalition. Got shape {given.shape}."
            )
        table = np.empty_like(given)
        table[masks] = given
        return cls(labels, table)

    @classmethod
    def from_integers(cls, names: Iterable[str], numbers: WholeNumbers, denominator: int = 1) -> TableGame:
        """Make a game whose values are whole numbers over one denominator, kept exactly.

        Examples
        --------
        >>> TableGame.from_integers("AB", np.array([0, 1, 1, 3]), 3).numbers
        array([0.        , 0.33333333, 0.33333333, 1.        ])
        """
        game = cls.__new__(cls)
        game._keep(checked_names(names), *exact_and_floats(as_array(numbers), denominator))
        return game

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        separator: str,
        players: Iterable[str] | None = None,
        missing: float | None = None,
        exact: bool = False,
    ) -> TableGame:
        """Read a game from a CSV file with the columns ``coalition`` and ``value``.

        Parameters
        ----------
        path : str or Path
            The file, in UTF-8.
        separator : str
            What stands between the labels of a coalition, e.g. ``"+"``.
        players : iterable of str, optional
            Player order; the order of first mention if not given.
        missing : float or None, default=None
            Value of the coalitions left out; None makes leaving one out an error. [money]
        exact : bool, default=False
            Take numbers as written: 0.1 is one tenth, and 1/3 may be written. Otherwise they are floats.

        Returns
        -------
        TableGame
            The game.
        """
        check_separator(separator)
        return cls.from_values(read_values(path, separator, exact), players=players, missing=missing)

    @classmethod
    def from_costs(
        cls, costs: TableGame | Mapping[Coalition, Any], *, gains: Literal["savings", "minus_costs"]
    ) -> TableGame:
        r"""Turn what each coalition pays into what it gains.

        Parameters
        ----------
        costs : TableGame or mapping of tuple of str to number
            Cost c(S) of every coalition; none may be left out of a mapping. [money]
        gains : {"savings", "minus_costs"}
            :math:`v(S) = \sum_{i \in S} c(\{i\}) - c(S)`, what S saves over its members alone, or
            :math:`v(S) = -c(S)`, whose payoffs are minus the shares of the cost.

        Returns
        -------
        TableGame
            The gains game.

        Examples
        --------
        >>> airport = {("A",): 1, ("B",): 2, ("A", "B"): 2}
        >>> TableGame.from_costs(airport, gains="savings").grand_value
        1.0
        """
        if gains not in GAINS:
            raise UnknownNameError("gains of TableGame.from_costs", gains, GAINS)
        table = costs if isinstance(costs, TableGame) else cls.from_values(costs, missing=None)
        if gains == "minus_costs":
            return table.changed(np.negative)
        singles = 1 << np.arange(table.n_players)
        return table.changed(lambda c: subset_sums(c[singles]) - c)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in player order."""
        return self.names

    @property
    def tolerance(self) -> float:
        """1e-9 of the range of the zero-normalised values. [money]"""
        normalised = subset_sums(self.single_values)
        np.subtract(self.numbers, normalised, out=normalised)
        return absolute_tolerance(float(normalised.max() - normalised.min()))

    @property
    def is_exact(self) -> bool:
        """Whether values are kept as whole numbers over a denominator because floats would round them."""
        return self._exact is not None

    def values(self, members: BoolArray) -> FloatArray:
        """Look the coalitions up, shape (k, n) to (k,). [money]"""
        masks = members @ (1 << np.arange(self.n_players))
        return self.numbers[masks]

    def table(self) -> FloatArray:
        """The table itself, read-only, shape (2**n,). [money]"""
        return self.numbers

    def changed(
        self, change: Callable[[Any], Any], *, names: Iterable[str] | None = None, exact: bool = False
    ) -> TableGame:
        """Apply a linear change of at most n + 1 values at a time to the table, exactly if the values are exact.

        Parameters
        ----------
        change : callable
            From the table, shape (2**n,), to the new one; works for floats and for whole numbers.
        names : iterable of str, optional
            Players of the new game, if they differ.
        exact : bool, default=False
            Change the floats as the rational numbers that they are.

        Returns
        -------
        TableGame
            The new game.
        """
        labels = self.names if names is None else tuple(names)
        if exact or self.is_exact:
            numbers, denominator = integer_table(self)
            return TableGame.from_integers(labels, change(numbers), denominator)
        return TableGame(labels, change(self.numbers))

    def to_frame(self) -> pd.DataFrame:
        """One row a coalition but the empty one: its labels and its value in money."""
        import pandas as pd

        return pd.DataFrame({"coalition": list(every_coalition(self.names)), "value": self.numbers[1:]})

    def to_csv(self, path: str | Path, *, separator: str) -> None:
        """Write the columns ``coalition`` and ``value``; exact values as fractions, for ``from_csv(exact=True)``."""
        check_separator(separator, self.names)
        values: Iterable[Any] = self.numbers[1:].tolist()
        if self._exact is not None:
            numbers, denominator = self._exact
            values = (Fraction(int(number), denominator) for number in numbers[1:])
        write_values(path, zip(every_coalition(self.names), values, strict=True), separator)

    def __add__(self, other: TableGame) -> TableGame:
        if not isinstance(other, TableGame):
            return NotImplemented
        if self.names != other.names:
            raise InvalidInputError(
                f"added games must have the same players in order. Got {self.names}, {other.names}."
            )
        if not (self.is_exact or other.is_exact):
            return TableGame(self.names, self.numbers + other.numbers)
        tables = [integer_table(self), integer_table(other)]
        denominator = math.lcm(*(d for _, d in tables))
        first, second = (times(numbers, denominator // d, terms=2) for numbers, d in tables)
        return TableGame.from_integers(self.names, first + second, denominator)

    def __mul__(self, factor: Any) -> TableGame:
        if not isinstance(factor, int | float | Fraction | np.number):
            return NotImplemented
        if not math.isfinite(factor):
            raise InvalidInputError(f"factor of TableGame must be finite. Got {factor}.")
        if not (self.is_exact or isinstance(factor, Fraction)):
            return TableGame(self.names, self.numbers * float(factor))
        (numbers, denominator), ratio = integer_table(self), Fraction(cast(Any, factor))
        return TableGame.from_integers(self.names, times(numbers, ratio.numerator), denominator * ratio.denominator)

    __rmul__ = __mul__


@integer_table.register
def _(game: TableGame, *, terms: int | None = None) -> tuple[WholeNumbers, int]:
    terms = terms or game.n_players + 1
    if game._exact is None:
        return whole_numbers(game.numbers, terms=terms)
    numbers, denominator = game._exact
    return int64_or_object(numbers, terms=terms), denominator
