from __future__ import annotations

import numpy as np
import pytest

from gametrade.community import Band, time_of_use
from gametrade.community.clock import step_seconds
from gametrade.errors import InvalidInputError, UnknownNameError

WEEK = np.datetime64("2023-01-02T00:00:00") + np.arange(168) * np.timedelta64(3600, "s")  # Monday first


def test_bands_follow_hour_weekday_and_month():
    price = time_of_use(
        WEEK, 0.2, [Band("16:00", "19:00", 0.5, "weekdays", (1,)), Band("00:00", "24:00", 0.1, "weekends")]
    )
    assert price[16] == price[18] == 0.5
    assert price[15] == price[19] == 0.2
    assert (price[120:] == 0.1).all()


def test_a_band_over_midnight_and_other_months():
    price = time_of_use(
        WEEK, 0.2, [{"start": "22:00", "end": "06:00", "price": 0.1}, Band("00:00", "24:00", 9, months=(7,))]
    )
    assert price[:6].tolist() == [0.1] * 6
    assert price[22] == 0.1
    assert price[12] == 0.2


@pytest.mark.parametrize(
    ("band", "message"),
    [
        ({"start": "16:00", "end": "25:00", "price": 1}, "end of Band must be a clock time"),
        ({"start": 16, "end": "20:00", "price": 1}, "start of Band must be a clock time"),
        ({"start": "16:99", "end": "20:00", "price": 1}, "start of Band"),
        ({"start": "16:00", "price": 1}, "Got no 'end'"),
        ({"start": "16:00", "end": "20:00", "price": "x"}, "price of Band"),
        ({"start": "16:00", "end": "20:00", "price": 1, "months": [0]}, "numbers from 1 to 12"),
        ({"start": "16:00", "end": "20:00", "price": 1, "months": []}, "numbers from 1 to 12"),
    ],
)
def test_bad_bands_are_refused(band, message):
    with pytest.raises(InvalidInputError, match=message):
        time_of_use(WEEK, 0.2, [band])


def test_unknown_words_in_a_band_come_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean 'weekdays'"):
        Band("16:00", "19:00", 0.4, "weekday")
    with pytest.raises(UnknownNameError, match="Did you mean 'price'"):
        time_of_use(WEEK, 0.2, [{"start": "16:00", "end": "19:00", "prise": 1}])


@pytest.mark.parametrize("text", ["", "1x", "0h", 15, "h1"])
def test_a_step_must_be_a_duration(text):
    with pytest.raises(InvalidInputError, match="step must be a duration"):
        step_seconds(text)


def test_steps_in_words():
    assert [step_seconds(text) for text in ("h", "30 min", "1d", "90s")] == [3600, 1800, 86400, 90]
