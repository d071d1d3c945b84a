"""A community in figures: energies, gains from trade, self-sufficiency, prices."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.clock import local_clock
from gametrade.display import html_table, text_table

if TYPE_CHECKING:
    import pandas as pd

    from gametrade.community.community import Community


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class CommunitySummary:
    """Figures of a community over its whole period.

    Parameters
    ----------
    label : str
        Where the data come from.
    n_prosumers, n_sellers, n_buyers, n_steps : int
        Homes; homes that ever have a surplus, a deficit; settlement steps.
    step_hours : float
        Settlement step. [h]
    start, end : str
        Start of the first step and end of the last, on the local clock.
    time_zone : str or None
        Zone of that clock, if known.
    currency, tariff : str
        Label of the money; the prices in words.
    demand_kwh, generation_kwh, shared_kwh : float
        Energy used, produced and shared between homes. [kWh]
    gains : float
        Gains from trade of the whole community. [money]
    bill : float
        Sum of the bills if nobody shares. [money]
    gains_share : float or None
        Gains as a share of that bill; None if the bill is not above 0.
    self_consumption_alone, self_consumption : float or None
        Share of the generation used by the home itself, by the community; None without generation.
    self_sufficiency_alone, self_sufficiency : float or None
        Share of the demand met by the home itself, by the community; None without demand.
    mean_import_price, mean_export_price, mean_network_charge : float
        Means over the steps. [money/kWh]
    notes : tuple of str
        Licence, citation and assumptions of the data.
    """

    label: str
    n_prosumers: int
    n_sellers: int
    n_buyers: int
    n_steps: int
    step_hours: float
    start: str
    end: str
    time_zone: str | None
    currency: str
    tariff: str
    demand_kwh: float
    generation_kwh: float
    shared_kwh: float
    gains: float
    bill: float
    gains_share: float | None
    self_consumption_alone: float | None
    self_consumption: float | None
    self_sufficiency_alone: float | None
    self_sufficiency: float | None
    mean_import_price: float
    mean_export_price: float
    mean_network_charge: float
    notes: tuple[str, ...]

    def rows(self) -> list[list[str]]:
        """Return the table as pairs of a label and a figure with its unit."""
        money = self.currency
        clock = f" {self.time_zone}" if self.time_zone else ""
        of_bill = "" if self.gains_share is None else f" ({_percent(self.gains_share)} of the bill)"
        return [
            ["source", self.label],
            [
                "homes",
                f"{self.n_prosumers} ({self.n_sellers} with a surplus, {self.n_buyers} with a deficit)",
            ],
            ["settlement", f"{self.n_steps} steps of {self.step_hours:g} h"],
            ["period", f"{self.start} to {self.end}{clock}"],
            ["tariff", self.tariff],
            ["demand", f"{self.demand_kwh:,.1f} kWh"],
            ["generation", f"{self.generation_kwh:,.1f} kWh"],
            ["shared", f"{self.shared_kwh:,.1f} kWh"],
            ["bill without sharing", f"{self.bill:,.2f} {money}"],
            ["gains from trade", f"{self.gains:,.2f} {money}{of_bill}"],
            ["self-consumption", _from_to(self.self_consumption_alone, self.self_consumption)],
            ["self-sufficiency", _from_to(self.self_sufficiency_alone, self.self_sufficiency)],
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as a JSON-ready value."""
        return {**dataclasses.asdict(self), "notes": list(self.notes)}

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a DataFrame indexed by label."""
        import pandas as pd

        labels, figures = zip(*self.rows(), strict=True)
        return pd.DataFrame({"value": figures}, index=pd.Index(labels, name="figure"))

    def __str__(self) -> str:
        notes = [f"[{k}] {note}" for k, note in enumerate(self.notes, 1)]
        return "\n".join([text_table([], self.rows()), *([""] if notes else []), *notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        notes = [[f"[{k}]", note] for k, note in enumerate(self.notes, 1)]
        return html_table([], [*self.rows(), *notes], "Community")


def summarise(community: Community) -> CommunitySummary:
    """Work out the figures of a community in one pass.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.

    Returns
    -------
    CommunitySummary
        Energies, gains from trade, self-sufficiency and prices.

    Notes
    -----
    The gains from trade are ``sum_t spread_t min(sum_i s_it, sum_i d_it)``; energy is shared only in steps
    whose spread is above 0.
    """
    surplus, deficit, tariff = community.surplus, community.deficit, community.tariff
    spread = tariff.spread()
    sharable = np.minimum(surplus.sum(axis=0), deficit.sum(axis=0))
    shared, gains = float(sharable[spread > 0].sum()), float(spread @ sharable)
    bill = float(community.stand_alone_bills().sum())
    demand, generation = float(community.demand.sum()), float(community.generation.sum())
    own = float(np.minimum(community.demand, community.generation).sum())
    start, end = period(community)
    return CommunitySummary(
        label=community.source.label,
        n_prosumers=community.n_prosumers,
        n_sellers=int(surplus.any(axis=1).sum()),
        n_buyers=int(deficit.any(axis=1).sum()),
        n_steps=community.n_steps,
        step_hours=community.step_hours,
        start=start,
        end=end,
        time_zone=community.time_zone,
        currency=tariff.currency,
        tariff=str(tariff),
        demand_kwh=demand,
        generation_kwh=generation,
        shared_kwh=shared,
        gains=gains,
        bill=bill,
        gains_share=gains / bill if bill > 0 else None,
        self_consumption_alone=_share(own, generation),
        self_consumption=_share(own + shared, generation),
        self_sufficiency_alone=_share(own, demand),
        self_sufficiency=_share(own + shared, demand),
        mean_import_price=float(tariff.import_price.mean()),
        mean_export_price=float(tariff.export_price.mean()),
        mean_network_charge=float(tariff.network_charge.mean()),
        notes=community.source.notes,
    )


def period(community: Community) -> tuple[str, str]:
    """Start of the first step and end of the last, on the local clock, as texts."""
    length = np.timedelta64(round(community.step_hours * 3600), "s")
    ends = np.array([community.times[0], community.times[-1] + length])
    start, end = local_clock(ends, community.time_zone)
    return show_time(start), show_time(end)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _from_to(alone: float | None, together: float | None) -> str:
    if alone is None or together is None:
        return "none"
    return f"{_percent(alone)} alone, {_percent(together)} together"
