"""What one home sees of its community."""

from __future__ import annotations

from dataclasses import dataclass

from gametrade.typing import FloatArray, TimeArray


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
