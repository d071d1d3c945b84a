"""Studies that the report tests share: a community, a large one, a table game, and one with nothing to share."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt

RULES = ["mid_market_rate", "competitive_price", "equal_split", "bill_sharing", "static_key", "stand_alone", "shapley"]


@pytest.fixture(scope="session")
def community() -> gt.StabilityStudy:
    """Five homes for five weeks, with a network charge."""
    names = ["home01", "home02", "home04", "home06", "home11"]
    homes = gt.communities.fontana("flat").select(names, "2017-05-01", "2017-06-05")
    charged = homes.with_tariff(gt.Tariff(0.30, 0.08, 0.02, "USD"))
    return gt.analyse_stability(charged, RULES)


@pytest.fixture(scope="session")
def monthly() -> gt.StabilityStudy:
    """The same homes when coalitions commit to a month."""
    homes = gt.communities.fontana("flat").select(["home01", "home04", "home09", "home17"], "2017-05-01", "2017-07-01")
    return gt.analyse_stability(homes, ["mid_market_rate", "competitive_price", "equal_split"], contract="month")


@pytest.fixture(scope="session")
def large() -> gt.StabilityStudy:
    """70 homes, too many for tables and for one dot or row a home."""
    street = gt.communities.street(70, 6, rng=np.random.default_rng(3))
    return gt.analyse_stability(street, ["mid_market_rate", "competitive_price", "bill_sharing", "equal_split"])


@pytest.fixture(scope="session")
def table() -> gt.StabilityStudy:
    """Three players without meter data; two buyers of one seller."""
    game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    return gt.analyse_stability(game)


@pytest.fixture(scope="session")
def nothing() -> gt.StabilityStudy:
    """Two homes without generation."""
    times = ["2023-06-01T12:00", "2023-06-01T13:00"]
    homes = gt.Community(["<Ada>", "Bob|"], [[1, 3], [2, 2]], [[0, 0], [0, 0]], times, 1.0, gt.Tariff(0.30, 0.10))
    return gt.analyse_stability(homes, ["mid_market_rate", "equal_split"])


@pytest.fixture(params=["community", "monthly", "large", "table", "nothing"])
def study(request: pytest.FixtureRequest) -> gt.StabilityStudy:
    """Every one of them in turn."""
    answer: gt.StabilityStudy = request.getfixturevalue(request.param)
    return answer
