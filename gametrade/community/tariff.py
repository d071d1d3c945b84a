"""The prices every home of a community faces: import, export, and the charge on shared energy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.community.arrays import read_only, show_time
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray, TimeArray


@dataclass(frozen=True, eq=False, slots=True, init=False, repr=False)
class Tariff:
    """What a kWh costs from the grid, earns from the grid, and still owes when it is shared.

    Parameters
    ----------
    import_price : float or array_like of shape (T,)
        All-in avoided cost of a kWh: energy, network, levies, value-added tax. [money/kWh]
    export_price : float or array_like of shape (T,)
        Net revenue of a kWh fed into the grid. [money/kWh]
    network_charge : float or array_like of shape (T,), default=0.0
        What is still due to the network operator on each shared kWh. [money/kWh]
    currency : str, default="EUR"
        Label of the money.
    allow_negative_spread : bool, default=False
        Accept steps in which exporting pays more than importing costs; such steps share nothing.

    Raises
    ------
    InvalidInputError
        If a price is missing, the network charge is negative, lengths differ, or the import price is below
        the export price without `allow_negative_spread`.

    Notes
    -----
    All homes face the one tariff. A shared kWh saves the *spread* ``max(0, import - export - charge)``.
    Prices may be negative; the network charge may not.

    Examples
    --------
    >>> tariff = Tariff(0.30, 0.08, network_charge=0.05)
    >>> float(tariff.spread().round(2))
    0.17
    >>> print(tariff)
    import 0.3, export 0.08, network charge 0.05 EUR/kWh
    """

    import_price: FloatArray
    export_price: FloatArray
    network_charge: FloatArray
    currency: str
    allow_negative_spread: bool

    def __init__(
        self,
        import_price: ArrayLike,
        export_price: ArrayLike,
        network_charge: ArrayLike = 0.0,
        currency: str = "EUR",
        allow_negative_spread: bool = False,
    ) -> None:
        fields = {
            "import_price": import_price,
            "export_price": export_price,
            "network_charge": network_charge,
        }
        prices = {name: _price(value, name) for name, value in fields.items()}
        _refuse_unequal_lengths(prices)
        if not isinstance(currency, str) or not currency.strip():
            raise InvalidInputError(f"currency of Tariff must be a non-empty label. Got {currency!r}.")
        if (prices["network_charge"] < 0).any():
            lowest = float(prices["network_charge"].min())
            raise InvalidInputError(f"network_charge of Tariff must be at least 0. Got {lowest:g}.")
        if not allow_negative_spread:
            refuse_negative_spread(prices["import_price"], prices["export_price"])
        for name, price in prices.items():
            object.__setattr__(self, name, price)
        object.__setattr__(self, "currency", currency)
        object.__setattr__(self, "allow_negative_spread", bool(allow_negative_spread))

    def over(self, n_steps: int) -> Tariff:
        """Repeat flat prices over a number of settlement steps.

        Parameters
        ----------
        n_steps : int
            Number of settlement steps T.

        Returns
        -------
        Tariff
            With three prices of shape (T,).

        Raises
        ------
        InvalidInputError
            If a price already has another length.

        Examples
        --------
        >>> Tariff(0.30, 0.08).over(3).import_price
        array([0.3, 0.3, 0.3])
        """
        repeated = {}
        for name, price in self._prices().items():
            if price.ndim and price.size != n_steps:
                raise InvalidInputError(
                    f"{name} of Tariff must be one number or one a settlement step, {n_steps} in all. Got {price.size}."
                )
            repeated[name] = np.broadcast_to(price, (n_steps,))
        return Tariff(**repeated, currency=self.currency, allow_negative_spread=self.allow_negative_spread)

    def spread(self) -> FloatArray:
        """What a shared kWh saves the community, ``max(0, import - export - charge)``. [money/kWh].

        Returns
        -------
        ndarray of shape () or (T,)
            Never negative.
        """
        return np.asarray(np.maximum(0.0, self.import_price - self.export_price - self.network_charge))

    def at(self, steps: Any) -> Tariff:
        """Return the tariff of a sub-set of the steps; flat prices stay as they are."""
        part = {name: price[steps] if price.ndim else price for name, price in self._prices().items()}
        return Tariff(**part, currency=self.currency, allow_negative_spread=self.allow_negative_spread)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; a price that never changes is one number. [money/kWh]."""
        prices = {name: _compact(price) for name, price in self._prices().items()}
        return {**prices, "currency": self.currency, "allow_negative_spread": self.allow_negative_spread}

    def __str__(self) -> str:
        parts = [f"import {_describe(self.import_price)}", f"export {_describe(self.export_price)}"]
        if self.network_charge.any():
            parts.append(f"network charge {_describe(self.network_charge)}")
        return f"{', '.join(parts)} {self.currency}/kWh"

    def __repr__(self) -> str:
        return f"<Tariff: {self}>"

    def _prices(self) -> dict[str, FloatArray]:
        return {
            "import_price": self.import_price,
            "export_price": self.export_price,
            "network_charge": self.network_charge,
        }


def refuse_negative_spread(import_price: FloatArray, export_price: FloatArray, times: TimeArray | None = None) -> None:
    """Raise if importing is cheaper than exporting earns in some step, naming the first such step.

    Parameters
    ----------
    import_price, export_price : ndarray of shape () or (T,)
        Prices. [money/kWh]
    times : ndarray of shape (T,), optional
        Start of the steps; the message names the time instead of the number of the step.

    Raises
    ------
    InvalidInputError
        If the import price is below the export price somewhere.
    """
    wrong = np.flatnonzero(import_price < export_price)
    if not wrong.size:
        return
    low, high = np.broadcast_arrays(import_price, export_price)
    step = int(wrong[0])
    where = "" if not low.ndim else f" at step {step}" if times is None else f" at {show_time(times[step])}"
    raise InvalidInputError(
        "import_price of Tariff must be at least export_price in every step, unless allow_negative_spread=True. "
        f"Got {low.flat[step]:.4g} < {high.flat[step]:.4g}{where}."
    )


def _price(values: ArrayLike, name: str) -> FloatArray:
    if isinstance(values, Mapping):
        raise InvalidInputError(
            f"{name} of Tariff must be one number or one number a settlement step, the same for every home. "
            f"Got a {type(values).__name__} of {len(values)}. {INDIVIDUAL_TARIFFS}"
        )
    price = read_only(values, name, "Tariff")
    if price.ndim > 1:
        raise InvalidInputError(
            f"{name} of Tariff must be one number or one number a settlement step, the same for every home. "
            f"Got shape {price.shape}. {INDIVIDUAL_TARIFFS}"
        )
    if price.size == 0 or not np.isfinite(price).all():
        wrong = "no number" if price.size == 0 else f"{price[~np.isfinite(price)].flat[0]:g}"
        raise InvalidInputError(f"{name} of Tariff must be a finite number in every step. Got {wrong}.")
    return price


INDIVIDUAL_TARIFFS = (
    "Individual tariffs are another game: which kWh goes to whom then matters, "
    "and the value of a coalition is an assignment problem in each step."
)
"""Why a tariff per home is refused."""


def common_tariff(tariff: object, owner: str) -> Tariff:
    """Return the one tariff that all homes face, or raise if it is several or none.

    Parameters
    ----------
    tariff : object
        What the caller gave.
    owner : str
        Whose tariff it is, for the message.

    Returns
    -------
    Tariff
        The same object.

    Raises
    ------
    InvalidInputError
        If it is not a `Tariff`; a collection is refused with the reason why homes must share one.

    Examples
    --------
    >>> common_tariff(Tariff(0.30, 0.08), "Community").currency
    'EUR'
    """
    if isinstance(tariff, Tariff):
        return tariff
    rule = f"tariff of {owner} must be one Tariff that all homes face, such as Tariff(0.30, 0.08)."
    if isinstance(tariff, Mapping) and tariff and set(tariff) <= {*_FIELDS}:
        raise InvalidInputError(f"{rule} Got a mapping of its fields; write Tariff(**fields).")
    if isinstance(tariff, Iterable) and not isinstance(tariff, str | bytes):
        size = f" of {len(tariff)}" if isinstance(tariff, Sized) else ""
        raise InvalidInputError(f"{rule} Got a {type(tariff).__name__}{size}. {INDIVIDUAL_TARIFFS}")
    raise InvalidInputError(f"{rule} Got {tariff!r}.")


_FIELDS = ("import_price", "export_price", "network_charge", "currency", "allow_negative_spread")


def _refuse_unequal_lengths(prices: dict[str, FloatArray]) -> None:
    sizes = {name: price.size for name, price in prices.items() if price.ndim}
    if len(set(sizes.values())) > 1:
        told = " and ".join(f"{size} of {name}" for name, size in sizes.items())
        raise InvalidInputError(f"The prices of Tariff must have equal lengths. Got {told}.")


def _describe(price: FloatArray) -> str:
    levels = np.unique(price)
    if levels.size == 1:
        return f"{levels[0]:.4g}"
    return f"{levels[0]:.4g} to {levels[-1]:.4g} ({levels.size} levels)"


def _compact(price: FloatArray) -> float | list[float]:
    same = price.ndim == 0 or bool((price == price.flat[0]).all())
    return float(price.flat[0]) if same else [float(value) for value in price]
