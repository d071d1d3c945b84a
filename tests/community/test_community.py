from __future__ import annotations

import datetime
import hashlib
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gametrade.community import Batteries, Community, Source, Tariff, rebuild
from gametrade.errors import InvalidInputError, UnknownNameError

from .helpers import hours, small

ENERGY = st.one_of(st.just(0.0), st.just(1.0), st.floats(1e-9, 1e9))


def test_energies_are_split_into_surplus_and_deficit():
    street = small()
    np.testing.assert_allclose(street.deficit - street.surplus, street.net_load)
    assert (np.minimum(street.deficit, street.surplus) == 0).all()


def test_arrays_are_copied_and_read_only():
    demand = np.ones((1, 2))
    street = Community(["A"], demand, demand, hours(2), 1.0, Tariff(0.3, 0.1))
    demand[0, 0] = 5
    assert street.demand[0, 0] == 1
    for array in (street.demand, street.generation, street.times, street.import_price):
        assert not array.flags.writeable


@given(arrays(float, (2, 3, 4), elements=ENERGY), st.sampled_from([0.0, 0.05, 0.5]))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_gains_are_what_pooling_saves(energies, charge):
    street = Community(list("ABC"), *energies, hours(4), 1.0, Tariff(0.3, 0.1, charge))
    summary = street.summary()
    net = street.net_load.sum(axis=0)
    pooled = 0.3 * np.maximum(net, 0).sum() - 0.1 * np.maximum(-net, 0).sum()
    shared = np.minimum(street.surplus.sum(axis=0), street.deficit.sum(axis=0)).sum()
    saved = street.stand_alone_bills().sum() - pooled - charge * shared
    scale = max(1.0, float(energies.sum()))
    assert summary.gains == pytest.approx(max(0.0, saved) if charge < 0.2 else 0.0, abs=1e-9 * scale)
    assert summary.shared_kwh == pytest.approx(shared if charge < 0.2 else 0.0, abs=1e-9 * scale)


def test_summary_of_a_street_without_energy_has_no_shares():
    street = Community(["A"], [[0.0]], [[0.0]], hours(1), 1.0, Tariff(0.3, 0.1))
    summary = street.summary()
    assert summary.gains_share is None
    assert summary.self_consumption is None
    assert "none" in str(summary)


def test_summary_is_told_in_every_form():
    street = small(source=Source("arrays", "A < B", {}, ("a note",)))
    summary = street.summary()
    assert json.loads(json.dumps(summary.to_dict()))["notes"] == ["a note"]
    assert summary.to_frame().loc["homes", "value"].startswith("3 ")
    assert "[1] a note" in str(summary)
    assert repr(summary) == str(summary)
    assert "A &lt; B" in street._repr_html_()


def test_one_member_and_its_bill():
    street = small()
    ada = street.member("h1")
    assert ada.bill == pytest.approx(street.stand_alone_bills()[1])
    np.testing.assert_array_equal(ada.surplus, street.surplus[1])
    np.testing.assert_array_equal(ada.deficit, street.deficit[1])
    assert "bill alone" in repr(ada)
    with pytest.raises(UnknownNameError, match="Did you mean"):
        street.member("h9")


def test_the_long_frame_holds_every_value():
    street = small()
    table = street.to_frame()
    assert list(table.columns) == ["time", "home", "demand_kwh", "generation_kwh"]
    assert table.demand_kwh.sum() == pytest.approx(street.demand.sum())
    assert len(table) == street.demand.size


def test_the_fingerprint_is_the_documented_one():
    street = small(2, 2, Tariff(0.3, 0.08, currency="EUR"))
    facts = {"currency": "EUR", "names": ["h0", "h1"], "step_hours": 1.0, "time_zone": None}
    header = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    body = b"gametrade-community/1\n" + header.encode() + b"\n" + street.times.astype("<i8").tobytes()
    for array in (street.demand, street.generation, *(np.full(2, p) for p in (0.3, 0.08, 0.0))):
        body += np.asarray(array, "<f8").tobytes()
    assert street.fingerprint == hashlib.sha256(body).hexdigest()
    assert street.fingerprint == small(2, 2).fingerprint
    assert street.fingerprint != small(2, 2, Tariff(0.3, 0.11)).fingerprint


def test_the_fingerprint_covers_the_time_zone():
    """Days and months follow the clock on the wall."""
    prints = {
        Community(["A"], [[1.0]], [[0.0]], hours(1), 1.0, Tariff(0.3, 0.1), time_zone=zone).fingerprint
        for zone in (None, "Europe/Berlin", "Asia/Tokyo", "UTC")
    }
    assert len(prints) == 4


def test_minus_zero_is_zero_to_the_fingerprint():
    plus = Community(["A"], [[0.0]], [[0.0]], hours(1), 1.0, Tariff(0.3, 0.0))
    minus = Community(["A"], [[-0.0]], [[-0.0]], hours(1), 1.0, Tariff(0.3, -0.0))
    assert plus.fingerprint == minus.fingerprint


def test_names_may_be_of_any_alphabet():
    street = Community(["Zoë", "家"], np.ones((2, 1)), np.zeros((2, 1)), hours(1), 1.0, Tariff(0.3, 0.1))
    assert street.member("家").demand.tolist() == [1.0]
    assert len(street.fingerprint) == 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["A", "A"]}, "names of Community must be different. Got 'A' twice"),
        ({"names": ["A", " "]}, "non-empty texts"),
        ({"names": []}, "non-empty texts"),
        ({"names": "AB"}, "non-empty texts"),
        ({"demand": np.ones((2, 3))}, r"demand of Community must have one row a home .* shape \(2, 2\)"),
        ({"demand": [[1, 2], [3, -4]]}, "at least 0 in every step. Got -4 for home 'B' at 2023-06-01 01:00"),
        (
            {"generation": [[1, np.nan], [3, 4]]},
            "generation of Community must be a finite number .* home 'A'",
        ),
        ({"generation": [[1, np.inf], [3, 4]]}, "a finite number"),
        ({"demand": [["a", 2], [3, 4]]}, "demand of Community must be numbers"),
        ({"times": hours(2)[::-1]}, "must increase from step to step. Got 2023-06-01 00:00 after"),
        ({"times": [1, 2]}, "without an offset"),
        ({"times": ["x", "y"]}, "without an offset"),
        ({"times": np.array([], "datetime64[s]")}, "non-empty"),
        ({"times": np.array(["2023-06-01", "NaT"], "datetime64[s]")}, "non-empty list of times"),
        (
            {"times": [datetime.datetime(2023, 6, 1, h, tzinfo=datetime.UTC) for h in (0, 1)]},
            "without an offset",
        ),
        ({"step_hours": 0}, "step_hours of Community must be a number above 0"),
        ({"step_hours": 2.0}, "at least step_hours = 2 h apart. Got 1 h after 2023-06-01 00:00"),
        ({"tariff": Tariff([0.3] * 3, 0.1)}, "one a settlement step, 2 in all. Got 3"),
        ({"batteries": Batteries([1.0], [1.0], [0.9])}, "one entry a home, 2. Got 1"),
        ({"time_zone": "Europe/Nowhere"}, "IANA"),
        ({"time_zone": "../etc"}, "IANA"),
    ],
)
def test_what_cannot_be_a_community_is_refused(change, message):
    arguments = {
        "names": ["A", "B"], "demand": np.ones((2, 2)), "generation": np.ones((2, 2)), "times": hours(2),
        "step_hours": 1.0, "tariff": Tariff(0.3, 0.1),
    }  # fmt: skip
    with pytest.raises(InvalidInputError, match=message):
        Community(**{**arguments, **change})


def test_a_tariff_per_home_is_another_game():
    with pytest.raises(InvalidInputError, match=r"Got 3 prices for 3 homes and 4 steps\. Individual tariffs"):
        small(3, 4, Tariff([0.3, 0.4, 0.5], 0.1))


def test_selection_keeps_the_order_asked_for_and_the_batteries():
    street = small(batteries=Batteries([1, 2, 3], [1, 1, 1], [0.9] * 3))
    part = street.select(["h2", "h0"], "2023-06-01 01:00", "2023-06-01 03:00")
    assert part.names == ("h2", "h0")
    assert part.batteries is not None
    assert part.batteries.energy_kwh.tolist() == [3, 1]
    np.testing.assert_array_equal(part.demand, street.demand[[2, 0], 1:3])
    assert str(part).endswith("2 steps selected")
    assert street.select().fingerprint == street.fingerprint
    assert "homes selected: 2" in str(street.select(iter(["h0", "h1"])))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"homes": "h1"}, r"such as \['h1'\]"),
        ({"homes": []}, "Got no home"),
        ({"homes": ["h1", "h1"]}, "'h1' twice"),
        ({"start": "2024"}, "Got steps from 2023-06-01 00:00 to 2023-06-01 03:00 only"),
        ({"start": "soon"}, "start of the window must be a time"),
        ({"end": "NaT"}, "end of the window must be a time"),
    ],
)
def test_bad_selections_are_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        small().select(**arguments)


def test_an_unknown_home_is_named():
    with pytest.raises(UnknownNameError, match="home must be one of 'h0'"):
        small().select(["h7"])


def test_steps_by_mask_or_position():
    street = small()
    by_mask = street.steps(np.array([True, False, False, True]))
    assert by_mask.fingerprint == street.steps(np.array([0, 3])).fingerprint
    assert by_mask.n_steps == 2


@pytest.mark.parametrize("indices", [[], [3, 1], [4], [-1], [0.5], [False] * 4, [[0]]])
def test_bad_positions_are_refused(indices):
    with pytest.raises(InvalidInputError, match="indices of steps"):
        small().steps(np.array(indices))


def test_resampling_sums_energies():
    street = small(n_steps=6)
    longer = street.resample("3h")
    np.testing.assert_allclose(longer.demand, street.demand.reshape(3, 2, 3).sum(axis=2))
    assert longer.step_hours == 3.0
    assert longer.times.tolist() == street.times[::3].tolist()


def test_resampling_refuses_what_would_change_the_tariff_or_lose_energy():
    changing = small(tariff=Tariff([0.3, 0.4, 0.4, 0.4], 0.1))
    with pytest.raises(InvalidInputError, match=r"import_price .* mean price .* 0\.3 and 0\.4 within the step at"):
        changing.resample("2h")
    with pytest.raises(InvalidInputError, match="Got 1 in the one that holds 2023-06-01 03:00"):
        small().resample("3h")
    with pytest.raises(InvalidInputError, match="multiple of the settlement step of 60 min"):
        small().resample("90min")


def test_resampling_follows_the_local_clock():
    times = np.datetime64("2023-06-01T18:30:00") + np.arange(48) * np.timedelta64(1800, "s")
    street = Community(
        ["A"], np.ones((1, 48)), np.zeros((1, 48)), times, 0.5, Tariff(0.3, 0.1), time_zone="Asia/Kolkata"
    )
    assert str(street.local_times()[0]) == "2023-06-02T00:00:00"
    assert street.resample("1d").n_steps == 1
    assert "Asia/Kolkata" in str(street)
    assert "Asia/Kolkata" in str(street.summary())


def test_another_tariff_drops_the_notes_about_prices():
    street = small(source=Source("bundled", "x", {"community": "fontana"}, ("Tariff: old.", "other")))
    dearer = street.with_tariff(Tariff([0.4, 0.5, 0.4, 0.4], 0.1))
    assert dearer.source.notes == ("other",)
    assert dearer.source.recipe["then"][0]["with_tariff"]["import_price"] == [0.4, 0.5, 0.4, 0.4]
    assert dearer.source.to_dict()["kind"] == "bundled"


def test_arrays_have_no_recipe():
    street = small()
    assert not street.select(["h0"]).source.recipe
    with pytest.raises(InvalidInputError, match="empty one"):
        rebuild(street.source.recipe)


def test_a_community_survives_pickling():
    street = small(batteries=Batteries([1, 2, 3], [1, 1, 1], [0.9] * 3))
    assert pickle.loads(pickle.dumps(street)).fingerprint == street.fingerprint


def test_times_may_be_a_pandas_index():
    index = pd.date_range("2023-06-01", periods=2, freq="h")
    street = Community(["A"], np.ones((1, 2)), np.ones((1, 2)), index, 1.0, Tariff(0.3, 0.1))
    assert street.times.dtype == "datetime64[s]"
    assert str(street).startswith("Community: 1 home, 2 steps of 1 h, 2023-06-01 00:00 to 2023-06-01 02:00")
