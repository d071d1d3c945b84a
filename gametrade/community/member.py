"""What one home sees of its community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.typing import FloatArray, TimeArray

if TYPE_CHECKING:
    import pandas as pd

    from gametrade.community.community import Community


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Member:
    """One home of a community: its energies and its bill without sharing.

    Parameters
    ----------
    name : str
        Home.
    times : ndarray of shape (T,)
        Start of each settlement step.
    demand, generation : ndarray of shape (T,)
        Energy used and produced. [kWh]
    surplus, deficit : ndarray of shape (T,)
        What it would feed in and draw alone. [kWh]
    bill : float
        What it pays alone, over the period. [money]
    currency : str
        Label of the money.
    """

    name: str
    times: TimeArray
    demand: FloatArray
    generation: FloatArray
    surplus: FloatArray
    deficit: FloatArray
    bill: float
    currency: str

    def __repr__(self) -> str:
        return (
            f"<Member {self.name}: demand {self.demand.sum():.1f} kWh, "
            f"generation {self.generation.sum():.1f} kWh, bill alone {self.bill:.2f} {self.currency}>"
        )


def member_of(community: Community, home: int) -> Member:
    """Look at the home at a position."""
    demand, generation = community.demand[home], community.generation[home]
    surplus, deficit = np.maximum(generation - demand, 0.0), np.maximum(demand - generation, 0.0)
    bill = float(deficit @ community.import_price - surplus @ community.export_price)
    currency = community.tariff.currency
    return Member(community.names[home], community.times, demand, generation, surplus, deficit, bill, currency)


def long_frame(community: Community) -> pd.DataFrame:
    """Write every value of a community as one row of a table."""
    import pandas as pd

    return pd.DataFrame(
        {
            "time": np.tile(community.times, community.n_prosumers),
            "home": np.repeat(np.array(community.names, dtype=object), community.n_steps),
            "demand_kwh": community.demand.ravel(),
            "generation_kwh": community.generation.ravel(),
        }
    )
