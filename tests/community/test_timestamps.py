from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gametrade.community import read_community
from gametrade.errors import InvalidInputError

PRICES = {"import_price": 0.30, "export_price": 0.08}


def table(times, rng=None):
    return pd.DataFrame({"time": times, "Ada": np.arange(len(times), dtype=float), "Bob": 1.0})


def read(times, **options):
    return read_community(table(times), unit="kWh", missing_generation="zero", **PRICES, **options)


def berlin(day, freq="h"):
    """Wall clock of one day in Berlin, as a meter writes it."""
    start = pd.Timestamp(day, tz="Europe/Berlin")
    index = pd.date_range(start, start + pd.DateOffset(days=1), freq=freq, inclusive="left")
    return [f"{time:%Y-%m-%d %H:%M}" for time in index], index


@pytest.mark.parametrize(("day", "n_steps"), [("2023-03-26", 23), ("2023-10-29", 25), ("2023-06-01", 24)])
def test_days_on_which_the_clock_changes(day, n_steps):
    written, index = berlin(day)
    street = read(written, time_zone="Europe/Berlin")
    assert street.n_steps == n_steps
    np.testing.assert_array_equal(street.times, index.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[s]"))
    assert [str(t).replace("T", " ")[:16] for t in street.local_times()] == written


def test_quarter_hours_that_come_twice_and_long_tables():
    written, _ = berlin("2023-10-29", "15min")
    street = read(written, time_zone="Europe/Berlin")
    assert street.n_steps == 100
    long = pd.DataFrame({"home": "Ada", "time": written, "load": np.arange(100.0), "generation": 0.0})
    again = read_community(long, unit="kWh", time_zone="Europe/Berlin", **PRICES)
    np.testing.assert_array_equal(again.times, street.times)
    np.testing.assert_array_equal(again.demand[0], street.demand[0])


def test_without_a_zone_the_clock_changes_are_refused_with_a_hint():
    with pytest.raises(InvalidInputError, match=r"must increase .* in row 13 .* put back there, pass time_zone="):
        read(berlin("2023-10-29", "15min")[0])
    with pytest.raises(InvalidInputError, match=r"must appear once\. .* in row 4 of the load table.*pass time_zone="):
        read(berlin("2023-10-29")[0])
    with pytest.raises(InvalidInputError, match=r"must follow every 60 min\. .* put forward there, pass time_zone="):
        read(berlin("2023-03-26")[0])


def test_an_hour_that_does_not_exist_or_comes_once_too_few_is_named():
    with pytest.raises(InvalidInputError, match=r"must exist in Europe/Berlin, .* Got '2023-03-26 02:30' in row 2"):
        read(["2023-03-26 01:30", "2023-03-26 02:30"], time_zone="Europe/Berlin")
    with pytest.raises(InvalidInputError, match=r"be there twice .* Got '2023-10-29 02:00' in row 2"):
        read(["2023-10-29 01:00", "2023-10-29 02:00", "2023-10-29 03:00"], time_zone="Europe/Berlin")


def test_offsets_need_no_zone_and_keep_their_clock():
    summer = read(["2023-06-01T12:00+02:00", "2023-06-01T13:00+02:00"])
    assert summer.time_zone == "Etc/GMT-2"
    assert str(summer.local_times()[0]) == "2023-06-01T12:00:00"
    assert read(["2023-06-01T12:00-05:00", "2023-06-01T13:00-05:00"]).time_zone == "Etc/GMT+5"
    mixed = read(["2023-10-29T02:00+02:00", "2023-10-29T02:00+01:00"])
    assert mixed.time_zone == "UTC"
    assert mixed.step_hours == 1.0
    assert read(["2023-06-01T12:00Z", "2023-06-01T13:00Z"]).time_zone == "UTC"
    zoned = read(["2023-06-01T12:00+02:00", "2023-06-01T13:00+02:00"], time_zone="Europe/Berlin")
    assert zoned.time_zone == "Europe/Berlin"
    assert zoned.times.tolist() == summer.times.tolist()


def test_aware_columns_keep_their_zone():
    index = berlin("2023-10-29")[1]
    assert read(index).time_zone == "Europe/Berlin"
    assert read(index.tz_convert("+02:00")).time_zone == "UTC"


def test_naive_datetimes_with_and_without_a_zone():
    index = pd.date_range("2023-06-01", periods=3, freq="h")
    assert read(index).time_zone is None
    assert str(read(index, time_zone="Europe/Berlin").times[0]) == "2023-05-31T22:00:00"
    with pytest.raises(InvalidInputError, match="Got an empty cell in row 2"):
        read([index[0], pd.NaT, index[2]])


def test_load_and_generation_must_agree_on_offsets():
    load = table(["2023-06-01T12:00+02:00", "2023-06-01T13:00+02:00"])
    sun = table(["2023-06-01 12:00", "2023-06-01 13:00"])
    with pytest.raises(InvalidInputError, match="Got offsets in one of them only"):
        read_community(load, sun, unit="kWh", **PRICES)


def test_gaps_and_disorder_are_named():
    with pytest.raises(InvalidInputError, match=r"Got 2023-06-01 05:00 after 2023-06-01 02:00 in row 4 .*table\.$"):
        read([f"2023-06-01 0{h}:00" for h in (0, 1, 2, 5, 6)])
    with pytest.raises(InvalidInputError, match="in row 4 of the load table and 1 more"):
        read([f"2023-06-01 0{h}:00" for h in (0, 1, 2, 5, 6, 8)])
    with pytest.raises(InvalidInputError, match="must increase from row to row"):
        read([f"2023-06-01 0{h}:00" for h in (0, 1, 2, 1)])
