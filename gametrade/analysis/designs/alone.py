"""No market: every home trades with its retailer."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners
from gametrade.community import Community
from gametrade.games.contracts import Talk
from gametrade.registry import designs


@designs.register()
def alone(community: Community, *, partners: Partners = None) -> DesignOutcome:
    """Leave every home to its retailer: nobody gains and nothing is told.

    Parameters
    ----------
    community : Community
        n homes.
    partners : sequence of pairs of str, optional
        Not used.

    Returns
    -------
    DesignOutcome
        Zeros: what the other designs are compared with.

    Examples
    --------
    >>> import gametrade as gt
    >>> alone(gt.communities.fontana("flat")).welfare
    0.0
    """
    zero = np.zeros(community.n_prosumers)
    return DesignOutcome(zero, zero, zero, "nothing", Talk(0, 0, 0, True))
