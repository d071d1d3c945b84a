from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from gametrade.community import Community, Tariff, check_data, check_files, communities, read_community
from gametrade.community.evidence import checks
from gametrade.errors import InvalidInputError

from .helpers import LOAD, SUN, frame, hours, shared, small, write

FAULTY_LOADS = {"home07", "home12", "home14", "home15"}


def measured(name, suffix=".csv", **options):
    folder = shared(name)
    return read_community(
        folder / f"load_kw{suffix}",
        folder / f"pv_kw{suffix}",
        unit="kW",
        import_price=0.3,
        export_price=0.08,
        **options,
    )


def changed(street, demand=None, generation=None):
    """The street with the arrays edited by functions that write in place."""
    arrays = []
    for array, edit in ((street.demand, demand), (street.generation, generation)):
        copy = array.copy()
        if edit is not None:
            edit(copy)
        arrays.append(copy)
    return Community(street.names, *arrays, street.times, street.step_hours, street.tariff)


@pytest.fixture(scope="module")
def street():
    return communities.street(12, 365, rng=3)


def found(check, *severities):
    return {(f.home, f.quantity, f.check) for f in check.findings if not severities or f.severity in severities}


def test_the_four_faulty_loads_are_found_and_no_clean_home_is_accused():
    result = check_data(measured("fontana17_raw"))
    accused = [f for f in result.findings if f.severity in ("fault", "suspect")]
    assert {f.home for f in accused if f.quantity == "load"} == FAULTY_LOADS
    assert {f.home for f in accused} == FAULTY_LOADS
    assert ("home12", "load", "load_is_solar") in found(result, "fault")
    assert ("home15", "load", "load_is_solar") in found(result, "fault")
    assert ("home14", "load", "load_is_net") in found(result, "fault")
    assert ("home15", "generation", "empty_column") in found(result, "suspect")
    assert [f.home for f in result.findings if f.severity == "note" and f.quantity == "load"] == ["home06"]


def test_rated_power_shows_the_low_yields_too():
    folder = shared("fontana17_raw")
    with (folder / "homes.csv").open() as lines:
        rated = {row["home"]: float(row["pv_kwp"]) for row in csv.DictReader(lines)}
    result = check_data(measured("fontana17_raw"), peak_kw=rated)
    low = {f.home for f in result.findings if f.check == "implausible_yield"}
    assert low == {"home14", "home15"}


@pytest.mark.parametrize(
    ("name", "options"),
    [("fontana13", {}), ("resstock_ca100", {"suffix": ".csv.gz"}), ("faia250", {"date": "2022-06-01"})],
)
def test_clean_data_are_not_accused(name, options):
    result = check_data(measured(name, **options))
    assert found(result, "fault", "suspect") == set()


def test_the_bundled_homes_have_one_note():
    result = check_data(communities.fontana())
    assert found(result) == {("home06", "load", "zero_hours")}


@pytest.mark.parametrize(
    "options",
    [
        {"n": 40, "days": 365, "rng": 1},
        {"n": 20, "days": 30, "rng": 2, "step": "15min", "latitude": 58, "start": "2023-06-01"},
        {"n": 20, "days": 90, "rng": 3, "latitude": -35},
        {"n": 5, "days": 1, "rng": 4, "pv_share": 0.2},
        {"n": 5, "days": 2, "rng": 4, "step": "1d"},
    ],
)
def test_synthetic_streets_are_clean(options):
    assert found(check_data(communities.street(**options)), "fault", "suspect") == set()


def test_a_load_that_holds_generation(street):
    owner = int(np.flatnonzero(street.generation.any(axis=1))[0])

    def swap(demand):
        demand[owner] = street.generation[owner]

    result = check_data(changed(street, demand=swap))
    assert (street.names[owner], "load", "load_is_solar") in found(result, "fault")
    week = check_data(changed(street, demand=swap).steps(np.arange(168)))
    assert (street.names[owner], "load", "load_is_solar") in found(week, "suspect")


def test_a_load_that_is_net_of_generation(street):
    owner = int(np.flatnonzero(street.generation.any(axis=1))[0])

    def net(demand):
        demand[:] = np.maximum(demand - street.generation, 0)

    result = check_data(changed(street, demand=net))
    assert {f.home for f in result.findings if f.check == "load_is_net"} == {
        name for name, own in zip(street.names, street.generation, strict=True) if own.any()
    }

    def hidden(generation):
        generation[owner] = 0

    def deep(demand):
        demand[owner] = np.maximum(demand[owner] - 3 * street.generation[owner], 0)

    result = check_data(changed(street, deep, hidden))
    assert (street.names[owner], "load", "load_is_net") in found(result, "suspect")

    def sometimes(demand):
        demand[owner, ::3] = np.maximum(demand[owner, ::3] - 3 * street.generation[owner, ::3], 0)

    result = check_data(changed(street, sometimes, hidden))
    assert "load_is_net" not in {f.check for f in result.findings}


def test_every_measured_home_is_caught_once_its_load_is_net():
    homes = communities.fontana()
    net = np.maximum(homes.demand - homes.generation, 0)
    result = check_data(Community(homes.names, net, homes.generation, homes.times, 1.0, homes.tariff))
    assert {f.home for f in result.findings if f.check == "load_is_net"} == set(homes.names)


def test_generation_in_the_dark_and_on_another_clock(street):
    owner = int(np.flatnonzero(street.generation.any(axis=1))[0])

    def shift(generation):
        generation[owner] = np.roll(generation[owner], 10)

    result = check_data(changed(street, generation=shift))
    assert (street.names[owner], "generation", "generation_at_night") in found(result, "suspect")
    assert (street.names[owner], "generation", "generation_clock") in found(result, "suspect")
    late = street.times + np.timedelta64(8, "h")
    energies = (street.demand, street.generation)
    abroad = Community(street.names, *energies, late, 1.0, street.tariff)
    assert found(check_data(abroad), "fault", "suspect") == {(None, "generation", "generation_clock")}
    zoned = Community(street.names, *energies, late, 1.0, street.tariff, time_zone="America/Los_Angeles")
    assert found(check_data(zoned), "fault", "suspect") == set()


def test_empty_constant_and_repeated_columns(street):
    owners = np.flatnonzero(street.generation.any(axis=1))

    def spoil(demand):
        demand[0] = 0
        demand[1, 100:400] = 0.25
        demand[2, 100:130] = 0.25
        demand[3, 100:150] = 0
        demand[4] = 0.5
        demand[5] = demand[6]

    def dim(generation):
        generation[owners[0], 500:] = 0
        generation[owners[1]] = generation[owners[2]]

    result = check_data(changed(street, spoil, dim))
    names = street.names
    expected = {
        (names[0], "load", "empty_column"),
        (names[1], "load", "constant_runs"),
        (names[4], "load", "constant_runs"),
        (names[6], "load", "identical_columns"),
        (names[owners[0]], "generation", "empty_column"),
        (names[owners[0]], "generation", "implausible_yield"),
    }
    assert expected <= found(result, "suspect")
    notes = {
        (names[2], "load", "constant_runs"),
        (names[3], "load", "constant_runs"),
        (names[owners[0]], "generation", "constant_runs"),
        (names[owners[2]], "generation", "identical_columns"),
    }
    assert notes <= found(result, "note")


def test_profiles_instead_of_meters_are_one_finding(street):
    def copy(demand):
        demand[:] = demand[0]

    assert (None, "load", "identical_columns") in found(check_data(changed(street, demand=copy)), "suspect")


@pytest.mark.parametrize(
    ("step", "factor", "words"),
    [("15min", 4, "kW and were read as kWh"), ("15min", 0.15, "read as kW"), ("1h", 1000, "W or Wh")]
    + [("15min", 4000, "may be W and were read as kWh"), ("1h", 1e-3, "MW or MWh")],
)
def test_wrong_units(step, factor, words):
    homes = communities.street(30, 20, rng=5, step=step)
    wrong = Community(
        homes.names,
        homes.demand * factor * 1.3,
        homes.generation,
        homes.times,
        homes.step_hours,
        homes.tariff,
    )
    told = [f.evidence for f in check_data(wrong).findings if f.check == "unit_mixup"]
    assert len(told) == 1
    assert words in told[0]


def test_an_unexplained_demand_is_no_mixup():
    homes = small(2, 48)
    huge = Community(homes.names, homes.demand * 1e9, homes.generation, homes.times, 1.0, homes.tariff)
    assert not [f for f in check_data(huge).findings if f.check == "unit_mixup"]


def test_a_spike(street):
    def spike(demand):
        demand[3, 4000] = 500.0

    assert (street.names[3], "load", "implausible_peaks") in found(check_data(changed(street, spike)), "suspect")


@pytest.mark.parametrize(
    ("demand", "generation", "export_price", "words"),
    [
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]], 0.1, "every value is zero"),
        ([[1, 1]], [[0, 2]], 0.1, "one home only"),
        ([[1, 1], [1, 1]], [[0, 0], [0, 0]], 0.1, "no home ever has a surplus"),
        ([[0, 0], [0, 0]], [[1, 0], [1, 0]], 0.1, "no home ever has a deficit"),
        ([[1, 0], [1, 0]], [[0, 1], [0, 1]], 0.1, "no step has both"),
        ([[1, 0], [0, 0]], [[0, 1], [1, 0]], 0.3, "sharing a kWh saves nothing"),
    ],
)
def test_communities_with_nothing_to_share(demand, generation, export_price, words):
    names = ["A", "B"][: len(demand)]
    street = Community(names, demand, generation, hours(2), 1.0, Tariff(0.3, export_price))
    told = [f for f in check_data(street).findings if f.check == "nothing_to_share"]
    assert len(told) == 1
    assert words in told[0].evidence
    assert told[0].action == "Nothing was changed."


def test_the_findings_are_told_in_every_form(street):
    def spoil(demand):
        demand[:] = 0

    result = check_data(changed(street, demand=spoil))
    assert str(result).startswith("Input check of arrays given by the caller: 0 faults, 12 suspects, 1 note.")
    assert repr(result) == str(result)
    assert len(result.to_frame()) == len(result.findings)
    assert json.loads(json.dumps(result.to_dict()))["findings"][0]["action"].startswith("Nothing was changed; leave")
    assert "<table>" in result._repr_html_()
    assert result.homes() == street.names
    assert result.about(street.names[0])[0].check == "empty_column"
    assert {entry.name for entry in checks} <= set(result.checks)
    clean = check_data(communities.street(4, 30, rng=1))
    assert "\n" not in str(clean)


def test_a_long_table_is_cut_and_says_so():
    names = [f"h{k}" for k in range(60)]
    street = Community(names, np.zeros((60, 2)), np.zeros((60, 2)), hours(2), 1.0, Tariff(0.3, 0.1))
    assert str(check_data(street)).endswith("... and 21 more; to_frame() has all.")


def test_every_problem_of_two_files_is_listed(tmp_path):
    load = write(tmp_path / "load.csv", LOAD.replace(",4", ",x").replace(",5,", ",-5,"))
    sun = write(tmp_path / "pv.csv", SUN.replace("Bob", "Eve").replace("14:00", "14:30"))
    result = check_files(str(load), sun, unit="kWh")
    assert found(result, "fault") == {
        ("Bob", "load", "missing_values"),
        ("Ada", "load", "negative_values"),
        ("Bob", "generation", "unequal_columns"),
        ("Eve", "load", "unequal_columns"),
        (None, "both", "unequal_times"),
    }
    assert str(load) in str(result)


def test_irregular_times_are_listed_without_further_checks():
    times = [f"2023-06-01 0{h}:00" for h in (0, 1, 2, 5, 5, 4)]
    result = check_files(frame({"Ada": [1] * 6}, times), unit="kWh", missing_generation="zero")
    assert [f.check for f in result.findings] == ["duplicate_times", "irregular_times", "irregular_times"]


def test_sound_homes_are_checked_even_if_others_are_not():
    load = frame({"Ada": [1.0] * 48, "Bob": [1.0] * 47 + [np.nan], "Eve": [0.0] * 48})
    result = check_files(load, unit="kWh", missing_generation="zero", homes=["Ada", "Bob", "Eve"])
    assert ("Bob", "load", "missing_values") in found(result, "fault")
    assert ("Eve", "load", "empty_column") in found(result, "suspect")
    assert ("Ada", "load", "constant_runs") in found(result, "suspect")
    none_sound = check_files(frame({"Ada": [-1.0, 2.0]}), unit="kWh", missing_generation="zero")
    assert [f.check for f in none_sound.findings] == ["negative_values"]


def test_offsets_in_one_table_are_one_fault():
    load = frame({"Ada": [1, 2]}, ["2023-06-01T12:00+02:00", "2023-06-01T13:00+02:00"])
    result = check_files(load, frame({"Ada": [1, 2]}), unit="kWh")
    assert [f.check for f in result.findings] == ["unequal_times"]


def test_unreadable_files_are_one_fault():
    result = check_files("nowhere.csv", unit="kW")
    assert [(f.check, f.severity) for f in result.findings] == [("unreadable", "fault")]
    with pytest.raises(InvalidInputError, match="unit of read_community must be given"):
        check_files("nowhere.csv")
