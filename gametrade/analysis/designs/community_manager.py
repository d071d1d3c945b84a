"""A community manager tells prices and is told energies, until the community balances."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners, negotiated
from gametrade.community import Community
from gametrade.games.contracts import CommunityDispatch, PeerDispatch, PeerTrades
from gametrade.registry import designs
from gametrade.solvers.consensus_dispatch import consensus_dispatch


@designs.register()
def community_manager(
    community: Community, *, partners: Partners = None, tolerance: float = 1e-6, max_rounds: int = 5_000
) -> DesignOutcome:
    """Let a manager in the middle find prices at which homes that answer with energies balance in every step.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    partners : sequence of pairs of str, optional
        Not used: every home talks to the manager alone.
    tolerance : float, default=1e-6
        Residuals at which to stop, as in :func:`~gametrade.solvers.consensus_dispatch.consensus_dispatch`.
    max_rounds : int, default=5000
        Rounds after which the negotiation stops, and says so.

    Returns
    -------
    DesignOutcome
        Gains at the manager's prices. Homes keep their meters to themselves; they tell what they would trade, once a
        round and step.

    Notes
    -----
    The consensus negotiation on a star, step by step: the manager may only pass energy on.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> round(community_manager(day).welfare, 3)
    2.541
    """

    def settle(game: PeerDispatch) -> PeerTrades:
        return consensus_dispatch(game, tolerance=tolerance, penalty=1.0, max_rounds=max_rounds)

    return negotiated(community, _star, settle, "energies at prices")


def _star(community: Community) -> CommunityDispatch:
    """Homes linked to a manager in every step with both sides; players of homes come first."""
    net = community.surplus - community.deficit
    live = (net > 0).any(axis=0) & (net < 0).any(axis=0)
    home, step = np.nonzero((net != 0) & live)
    held, steps = net[home, step], np.flatnonzero(live)
    homes = [f"{community.names[i]} {t}" for i, t in zip(home, step, strict=True)]
    managers = [f" manager {t}" for t in steps]
    slope = np.where(held > 0, community.export_price[step], community.import_price[step])
    still = np.zeros(len(steps))
    fee = community.network_charge[step] / 2
    game = PeerDispatch(
        homes + managers,
        np.zeros(home.size + steps.size),
        np.concatenate([slope, (community.import_price + community.export_price)[steps] / 2]),
        np.concatenate([np.minimum(held, 0.0), still]),
        np.concatenate([np.maximum(held, 0.0), still]),
        links=[(label, f" manager {t}") for label, t in zip(homes, step, strict=True)],
        charge=np.stack([fee, 0 * fee], axis=1),
    )
    return CommunityDispatch(community, game, home, step)
