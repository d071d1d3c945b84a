"""Homes negotiate energies and prices with their partners, link by link, with nobody in the middle."""

from __future__ import annotations

from functools import partial

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners, negotiated, partners_of
from gametrade.community import Community
from gametrade.errors import UnknownNameError
from gametrade.games.contracts import CommunityDispatch, community_dispatch
from gametrade.registry import designs
from gametrade.solvers.consensus_dispatch import consensus_dispatch
from gametrade.solvers.link_prices import link_prices
from gametrade.solvers.relaxed_consensus import relaxed_consensus

NEGOTIATIONS = {f.__name__: f for f in (consensus_dispatch, relaxed_consensus, link_prices)}


@designs.register(variants=({"negotiation": "relaxed_consensus"},))
def decentralised(
    community: Community,
    *,
    partners: Partners = None,
    negotiation: str = "consensus_dispatch",
    charge: float = 0.0,
    tolerance: float = 1e-6,
    max_rounds: int = 5_000,
) -> DesignOutcome:
    """Let every home negotiate with each partner, with link prices that only the two of them know.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    partners : sequence of pairs of str, optional
        Who may trade with whom; everybody with everybody if not given.
    negotiation : str, default="consensus_dispatch"
        ``consensus_dispatch``, ``relaxed_consensus`` or ``link_prices``.
    charge : float, default=0.0
        What either end pays on each kWh beside the tariff's network charge. [money/kWh]
    tolerance : float, default=1e-6
        Residuals at which to stop.
    max_rounds : int, default=5000
        Rounds after which the negotiation stops, and says so.

    Returns
    -------
    DesignOutcome
        Gains at link prices. Every home tells each partner what it would trade with it, once a round and step.

    Raises
    ------
    UnknownNameError
        If there is no such negotiation, or a partner is no home.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> round(decentralised(day).welfare, 3)
    2.541
    """
    if negotiation not in NEGOTIATIONS:
        raise UnknownNameError("negotiation of decentralised", negotiation, sorted(NEGOTIATIONS))
    pairs = partners_of(community, partners)

    def market_of(step: Community) -> CommunityDispatch | None:
        sells, buys = ({step.names[i] for i in np.flatnonzero(side)} for side in (step.surplus, step.deficit))
        able = [(a, b) for a, b in pairs if (a in sells and b in buys) or (a in buys and b in sells)]
        return community_dispatch(step, able, charge=charge) if able else None

    settle = partial(NEGOTIATIONS[negotiation], tolerance=tolerance, max_rounds=max_rounds)
    return negotiated(community, market_of, settle, "trades with each partner")
