"""Parts of a community: some homes, some steps, or longer steps. Nothing here happens unasked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.clock import step_seconds
from gametrade.community.tariff import Tariff
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import BoolArray, IntArray, TimeArray

if TYPE_CHECKING:
    from gametrade.community.community import Community


def home_positions(names: tuple[str, ...], homes: Iterable[str]) -> IntArray:
    """Find homes by name.

    Parameters
    ----------
    names : tuple of str
        All homes.
    homes : iterable of str
        Homes to find, in the order wanted.

    Returns
    -------
    ndarray of shape (k,)
        Positions in `names`.

    Raises
    ------
    UnknownNameError
        If there is no such home.
    InvalidInputError
        If no home or the same home twice is asked for, or one string instead of several.
    """
    if isinstance(homes, str):
        raise InvalidInputError(f"homes must be several names, such as [{homes!r}]. Got the text {homes!r}.")
    wanted = list(homes)
    position = {name: k for k, name in enumerate(names)}
    for name in wanted:
        if name not in position:
            raise UnknownNameError("home", name, names)
    if not wanted or len(set(wanted)) < len(wanted):
        twice = next((name for name in wanted if wanted.count(name) > 1), None)
        told = "no home" if twice is None else f"{twice!r} twice"
        raise InvalidInputError(f"homes must name each wanted home once. Got {told}.")
    return np.array([position[name] for name in wanted], dtype=np.int64)


def inside_window(local_times: TimeArray, start: Any, end: Any) -> BoolArray:
    """Find the steps that start within ``[start, end)``.

    Parameters
    ----------
    local_times : ndarray of shape (T,)
        Wall clock at the start of each step.
    start, end : time or None
        First time wanted and first time no longer wanted; None leaves the side open.

    Returns
    -------
    ndarray of shape (T,)
        True for the steps in the window.

    Raises
    ------
    InvalidInputError
        If a limit is not a time or the window holds no step; the message gives the available range.
    """
    inside = np.ones(local_times.shape, dtype=bool)
    if start is not None:
        inside &= local_times >= _limit(start, "start")
    if end is not None:
        inside &= local_times < _limit(end, "end")
    if not inside.any():
        raise InvalidInputError(
            f"The window {_window(start, end)} must hold at least one settlement step. "
            f"Got steps from {show_time(local_times[0])} to {show_time(local_times[-1])} only."
        )
    return inside


def _window(start: Any, end: Any) -> str:
    """Words for a window that may be open at one side."""
    if end is None:
        return f"from {start} on"
    return f"before {end}" if start is None else f"from {start} to before {end}"


def _limit(limit: Any, name: str) -> np.datetime64:
    try:
        moment = np.datetime64(limit, "s")
    except (TypeError, ValueError):
        moment = np.datetime64("NaT", "s")
    if np.isnat(moment):
        raise InvalidInputError(f"{name} of the window must be a time such as '2023-06-01'. Got {limit!r}.")
    return moment


def as_positions(indices: IntArray | BoolArray, n_steps: int) -> IntArray:
    """Turn a mask or positions of settlement steps into increasing positions.

    Parameters
    ----------
    indices : ndarray
        Booleans of shape (T,), or increasing positions.
    n_steps : int
        Number of steps T.

    Returns
    -------
    ndarray of shape (k,)
        Positions.

    Raises
    ------
    InvalidInputError
        If nothing is chosen, a position does not exist, or positions do not increase.
    """
    chosen = np.atleast_1d(np.asarray(indices))
    if chosen.dtype == bool and chosen.shape == (n_steps,):
        chosen = np.flatnonzero(chosen)
    valid = chosen.ndim == 1 and chosen.size and chosen.dtype.kind in "iu"
    if not valid or chosen[0] < 0 or chosen[-1] >= n_steps or (np.diff(chosen) <= 0).any():
        raise InvalidInputError(
            f"indices of steps must be {n_steps} booleans, or increasing positions from 0 to {n_steps - 1}, "
            f"with at least one step. Got {indices!r}."
        )
    return chosen.astype(np.int64)


def step_groups(community: Community, step: str) -> IntArray:
    """Find where each longer settlement step begins.

    Parameters
    ----------
    community : Community
        Community with steps of equal length and no gaps.
    step : str
        The longer step, e.g. ``"1h"``.

    Returns
    -------
    ndarray of shape (k,)
        Position of the first old step of each new step.

    Raises
    ------
    InvalidInputError
        If the new step is not a multiple of the old one, or a new step would be incomplete.
    """
    seconds, old = step_seconds(step), round(community.step_hours * 3600)
    if seconds % old:
        raise InvalidInputError(
            f"step of resample must be a multiple of the settlement step of {old // 60} min. Got {step!r}."
        )
    clock = community.local_times()[0] - community.times[0] + community.times
    number = clock.astype(np.int64) // seconds
    first = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    counts = np.diff(np.append(first, number.size))
    short = np.flatnonzero(counts != seconds // old)
    if short.size:
        when = show_time(clock[first[short[0]]])
        raise InvalidInputError(
            f"Every new step of resample must hold {seconds // old} old steps. "
            f"Got {counts[short[0]]} in the one that holds {when}; select a window of whole steps first."
        )
    return first


def tariff_of_groups(community: Community, first: IntArray) -> Tariff:
    """Take the price of each longer step, refusing one that changes inside it.

    Parameters
    ----------
    community : Community
        Community with shorter steps.
    first : ndarray of shape (k,)
        Where each longer step begins.

    Returns
    -------
    Tariff
        With k prices.

    Raises
    ------
    InvalidInputError
        If a price changes within a longer step: a mean price would be another tariff.
    """
    for name in ("import_price", "export_price", "network_charge"):
        price = getattr(community, name)
        low, high = np.minimum.reduceat(price, first), np.maximum.reduceat(price, first)
        changing = np.flatnonzero(low != high)
        if changing.size:
            k = changing[0]
            raise InvalidInputError(
                f"{name} of Tariff must be constant within each new step of resample, because a mean price "
                f"is another tariff. Got {low[k]:.4g} and {high[k]:.4g} within the step at "
                f"{show_time(community.local_times()[first[k]])}."
            )
    return community.tariff.at(first)
