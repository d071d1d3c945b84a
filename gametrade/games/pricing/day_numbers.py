"""Numbers of the days of a community, for systems that are played day by day."""

from __future__ import annotations

import numpy as np

from gametrade.games.pricing.step_numbers import SIMILAR, Numbers, StepNumbers


def shared_days(numbers: StepNumbers) -> Numbers | None:
    """Demand, generation and prices of the steps, for homes that share them."""
    community, steps = numbers.community, numbers.steps
    return {
        "demand": community.demand[:, steps],
        "generation": community.generation[:, steps],
        "import_price": community.import_price[steps],
        "export_price": community.export_price[steps],
        "players": list(community.names),
        "unit": community.tariff.currency,
    }


def cleared_days(numbers: StepNumbers) -> Numbers | None:
    """Homes that would take their net load at the import price share and clear; slopes from elasticity and size."""
    community, steps = numbers.community, numbers.steps
    net, imports = community.net_load[:, steps], community.import_price[steps]
    slopes = imports.mean() / (numbers.elasticity * np.maximum(community.demand[:, steps].mean(axis=1), 1e-9))
    needs = net + imports / slopes[:, None]
    own = float(1 / np.sum(1 / slopes))
    given = needs - community.import_price[steps] / slopes[:, None] < 0
    taken = needs - community.export_price[steps] / slopes[:, None] > 0
    if not (given.any(axis=0) & taken.any(axis=0)).any():
        return None
    return {
        "needs": needs,
        "slopes": slopes,
        "import_price": imports,
        "export_price": community.export_price[steps],
        "own": own,
        "cross": SIMILAR * own,
        "buildings": list(community.names),
        "unit": community.tariff.currency,
    }


def safe_days(numbers: StepNumbers) -> Numbers | None:
    """Homes in a ring trade at the middle price; the grid's price rises to the tariff at their mean demand."""
    community, steps = numbers.community, numbers.steps
    n, load = len(community.names), community.demand[:, steps]
    mean = float(load.sum(axis=0).mean())
    if not mean > 0:
        return None
    imports, exports = float(community.import_price[steps].mean()), float(community.export_price[steps].mean())
    ring = {(min(k, (k + 1) % n), max(k, (k + 1) % n)) for k in range(n)} if n > 1 else set()
    return {
        "demand": load,
        "generation": community.generation[:, steps],
        "partners": [list(pair) for pair in sorted(ring)],
        "tariff": (imports + exports) / 2,
        "trade_cost": float(community.network_charge[steps].mean()),
        "grid_slope": imports / mean,
        "players": list(community.names),
        "unit": community.tariff.currency,
    }
