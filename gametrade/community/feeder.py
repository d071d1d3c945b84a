"""A radial low-voltage feeder: buses, lines with impedance and rating, and where the homes are connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, init=False)
class Feeder:
    r"""A tree of lines below one transformer, balanced over three phases.

    Parameters
    ----------
    lines : sequence of pairs of str
        Both ends of each of the m lines, in any order and direction. Together they must be a tree over m + 1 buses.
    resistance, reactance : array_like of shape (m,)
        Of each line, one phase. [ohm]
    capacity : array_like, broadcast to shape (m,)
        Apparent power that each line may carry in either direction; infinite if that never binds. [kVA]
    homes : mapping of str to str
        The bus at which each home is connected, by name of the home.
    root : str, optional
        Bus whose voltage is held: the secondary side of the transformer, or the grid above it. The first end of the
        first line if not given.
    voltage : float
        Nominal voltage between two phases. [V]
    lowest, highest : float
        Limits of every bus's voltage, as shares of the nominal one; 0.9 and 1.1 are those of EN 50160.
    held : float
        Voltage at the root, as a share of the nominal one.

    Raises
    ------
    InvalidInputError
        If lines form a mesh or leave a bus without connection, if a number is missing or negative, or if the limits
        leave no room around the voltage that is held.
    UnknownNameError
        If the root or the bus of a home is no end of a line.

    Examples
    --------
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.2], [0.05, 0.1], homes={"Ada": "a", "Bob": "b"})
    >>> feeder.buses, feeder.distance("Ada", "Bob")
    (('grid', 'a', 'b'), 0.2)
    """

    lines: tuple[tuple[str, str], ...]
    resistance: FloatArray
    reactance: FloatArray
    capacity: FloatArray
    homes: Mapping[str, str]
    root: str
    voltage: float
    lowest: float
    highest: float
    held: float

    def __init__(
        self,
        lines: Sequence[tuple[str, str]],
        resistance: ArrayLike,
        reactance: ArrayLike,
        *,
        homes: Mapping[str, str],
        capacity: ArrayLike = np.inf,
        root: str | None = None,
        voltage: float = 400.0,
        lowest: float = 0.9,
        highest: float = 1.1,
        held: float = 1.0,
    ) -> None:
        pairs = tuple((str(first), str(second)) for first, second in lines)
        if not pairs:
            raise InvalidInputError("lines of Feeder must be at least one. Got none.")
        top = pairs[0][0] if root is None else root
        ends = dict.fromkeys(end for pair in pairs for end in pair)
        for kind, name in (("root of Feeder", top), *((f"bus of home {home!r}", bus) for home, bus in homes.items())):
            if name not in ends:
                raise UnknownNameError(kind, name, list(ends))
        order = _outwards(pairs, top)
        for name, values in (("resistance", resistance), ("reactance", reactance)):
            array = finite_numbers(values, name, "Feeder", (len(pairs),), least=0.0, layout="one for each line")
            object.__setattr__(self, name, _sorted(array, order))
        rating = np.broadcast_to(np.asarray(capacity, dtype=float), (len(pairs),))
        if not (rating > 0).all():
            raise InvalidInputError(f"capacity of Feeder must be above 0 for every line. Got {rating.min():g}.")
        object.__setattr__(self, "capacity", _sorted(rating, order))
        object.__setattr__(self, "lines", tuple((start, end) for _, start, end in order))
        object.__setattr__(self, "homes", {str(home): str(bus) for home, bus in homes.items()})
        object.__setattr__(self, "root", top)
        for name, value in (("voltage", voltage), ("lowest", lowest), ("highest", highest), ("held", held)):
            object.__setattr__(self, name, finite_number(value, name, "Feeder", least=0.0))
        if not self.lowest < self.held < self.highest or self.voltage == 0:
            raise InvalidInputError(
                f"held of Feeder must lie between its lowest and highest voltage. Got {self.lowest:g}, {self.held:g} "
                f"and {self.highest:g} of {self.voltage:g} V."
            )

    @property
    def buses(self) -> tuple[str, ...]:
        """The root, then the far end of each line, outwards."""
        return (self.root, *(end for _, end in self.lines))

    @cached_property
    def parents(self) -> IntArray:
        """Position of the line above each line, -1 for lines that start at the root, shape (m,)."""
        position = {end: k for k, (_, end) in enumerate(self.lines)}
        return np.array([position.get(start, -1) for start, _ in self.lines], dtype=np.int64)

    @cached_property
    def below(self) -> BoolArray:
        """Whether bus j (without the root) is fed through line k, shape (m, m)."""
        reached = np.eye(len(self.lines), dtype=bool)
        for k in range(len(self.lines) - 1, -1, -1):
            if self.parents[k] >= 0:
                reached[self.parents[k]] |= reached[k]
        reached.setflags(write=False)
        return reached

    def at(self, names: Sequence[str]) -> FloatArray:
        """Which bus each of n homes is connected to, shape (m, n): adds energies of homes up by bus.

        Homes at the root are in no row: what they use flows through no line.

        Raises
        ------
        UnknownNameError
            If a home is not connected.
        """
        position = {end: k for k, (_, end) in enumerate(self.lines)}
        rows = np.zeros((len(self.lines), len(names)))
        for i, name in enumerate(names):
            if name not in self.homes:
                raise UnknownNameError("home of Feeder", name, list(self.homes))
            if self.homes[name] != self.root:
                rows[position[self.homes[name]], i] = 1.0
        return rows

    def path(self, first: str, second: str) -> BoolArray:
        """Which lines lie between two homes, shape (m,)."""
        ends = self.at([first, second]) > 0
        return np.asarray((self.below @ ends[:, 0]) ^ (self.below @ ends[:, 1]))

    def distance(self, first: str, second: str) -> float:
        """Resistance of the lines between two homes. [ohm]"""
        return float(self.resistance[self.path(first, second)].sum())


def _outwards(pairs: tuple[tuple[str, str], ...], root: str) -> list[tuple[int, str, str]]:
    """Position and direction of every line, walking from the root."""
    neighbours: dict[str, list[tuple[int, str]]] = {}
    for k, (first, second) in enumerate(pairs):
        neighbours.setdefault(first, []).append((k, second))
        neighbours.setdefault(second, []).append((k, first))
    order: list[tuple[int, str, str]] = []
    reached, used, queue = {root}, set(), [root]
    for bus in queue:
        for k, other in neighbours.get(bus, []):
            if k in used:
                continue
            if other in reached:
                raise InvalidInputError(
                    f"lines of Feeder must form a tree, and the line between {bus!r} and {other!r} closes a mesh."
                )
            used.add(k)
            reached.add(other)
            queue.append(other)
            order.append((k, bus, other))
    apart = next((bus for bus in neighbours if bus not in reached), None)
    if apart is not None:
        raise InvalidInputError(f"lines of Feeder must connect every bus with {root!r}, and {apart!r} is apart.")
    return order


def _sorted(values: FloatArray, order: list[tuple[int, str, str]]) -> FloatArray:
    array = np.array([values[k] for k, _, _ in order], dtype=float)
    array.setflags(write=False)
    return array
