from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gametrade.community as package
from gametrade.community import communities, rebuild
from gametrade.errors import InvalidInputError, UnknownNameError

from .helpers import write

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(package.__file__).parent / "data"


def test_the_bundled_homes():
    street = communities.fontana()
    assert street.names[5:7] == ("home06", "home08")
    assert street.tariff.currency == "USD"
    assert street.demand.sum() == pytest.approx(135_896.6, abs=0.1)
    assert street.generation.sum() == pytest.approx(86_706.7, abs=0.1)
    assert sorted(set(street.import_price)) == [0.21, 0.22, 0.4, 0.5, 0.54]
    assert street.batteries is not None
    assert (street.batteries.energy_kwh == 6.4).all()
    assert any("hypothetical" in note for note in street.source.notes)
    assert street.summary().gains == pytest.approx(1377.81, abs=0.01)


def test_the_flat_variant_is_hypothetical():
    street = communities.fontana("flat")
    assert (street.import_price == 0.30).all()
    assert any("0.30 / 0.08" in note and "hypothetical" in note for note in street.source.notes)
    assert rebuild(street.source.recipe).fingerprint == street.fingerprint
    with pytest.raises(UnknownNameError, match="Did you mean 'flat'"):
        communities.fontana("flatt")  # type: ignore[arg-type]


def test_the_bundled_files_have_their_checksums_and_are_small():
    for line in (DATA / "fontana_SHA256SUMS").read_text().splitlines():
        checksum, name = line.split()
        packed = DATA / f"{name}.gz"
        content = gzip.decompress(packed.read_bytes()) if packed.exists() else (DATA / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == checksum
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 1_500_000
    assert "MIT License" in (DATA / "fontana_LICENSE.txt").read_text()


def load_build_script():
    spec = importlib.util.spec_from_file_location("build_fontana", ROOT / "scripts" / "build_fontana.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_build_script_refuses_another_wheel(tmp_path):
    if not (ROOT / "scripts" / "build_fontana.py").exists():
        pytest.skip("the scripts are not part of an installation")
    script = load_build_script()
    wheel = write(tmp_path / "other.whl", "no wheel")
    with pytest.raises(SystemExit, match="with SHA-256"):
        script.main([str(wheel), "--into", str(tmp_path)])
    assert list(script.by_hour([[1.23456, -1], [2, 3]])) == [
        ["2016-08-01 00:00", "1.235", "2"],
        ["2016-08-01 01:00", "0", "3"],
    ]


def test_the_build_script_makes_the_same_bytes(tmp_path):
    wheels = sorted(Path(os.environ.get("CITYLEARN_WHEELS", ROOT)).glob("CityLearn-2.1.2*.whl"))
    if not wheels:
        pytest.skip("the wheel CityLearn 2.1.2 is not on this machine")
    load_build_script().main([str(wheels[0]), "--into", str(tmp_path)])
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (DATA / file.name).read_bytes()


def test_a_street_is_the_same_for_the_same_number():
    street = communities.street(7, 3, rng=11, step="15min", network_charge=[0.01] * 288)
    assert street.fingerprint == communities.street(7, 3, rng=11, step="15min", network_charge=[0.01] * 288).fingerprint
    assert street.fingerprint != communities.street(7, 3, rng=12, step="15min").fingerprint
    recipe = json.loads(json.dumps(dict(street.source.recipe)))
    assert rebuild(recipe).fingerprint == street.fingerprint
    assert street.source.kind == "synthetic"
    assert "synthetic" in str(street)


def test_a_street_from_a_generator_has_no_recipe():
    street = communities.street(2, 1, rng=np.random.default_rng(1))
    assert street.fingerprint == communities.street(2, 1, rng=1).fingerprint
    assert not street.source.recipe


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_share_of_homes_with_photovoltaics(share):
    street = communities.street(8, 2, rng=0, pv_share=share)
    assert street.generation.any(axis=1).sum() == 8 * share


def test_a_synthetic_year_is_plausible():
    street = communities.street(300, 365, rng=2)
    owners = street.generation.any(axis=1)
    demand, produced = street.demand.sum(axis=1), street.generation[owners]
    assert 3000 < np.median(demand) < 4300
    hour = (street.times - street.times.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    assert produced[:, (hour < 2) | (hour > 22)].sum() == 0
    assert abs(np.average(hour + 0.5, weights=produced.sum(axis=0)) - 12) < 0.5
    summer, winter = produced[:, 3624:5832].sum(), produced[:, :2208].sum()
    assert summer > 2 * winter
    south = communities.street(300, 365, rng=2, latitude=-50.0)
    assert south.generation[:, 3624:5832].sum() < south.generation[:, :2208].sum() / 2
    assert (street.demand > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n of street must be a whole number of at least 1. Got 0"),
        ({"days": 1.5}, "days of street"),
        ({"n": True}, "n of street"),
        ({"pv_share": 1.1}, "pv_share of street must be from 0 to 1"),
        ({"latitude": 80}, "latitude of street"),
        ({"step": "7h"}, "whole part of a day"),
        ({"start": "soon"}, "start of street must be a day"),
        ({"start": "NaT"}, "start of street must be a day"),
        ({"rng": None}, "rng of street"),
        ({"rng": -1}, "rng of street"),
    ],
)
def test_impossible_streets_are_refused(options, message):
    with pytest.raises(InvalidInputError, match=message):
        communities.street(**{"n": 2, "days": 1, "rng": 0, **options})


@pytest.fixture
def tables(tmp_path):
    """A grid of two nodes, one with two loads and photovoltaics, through the end of summer time."""
    write(
        tmp_path / "Load.csv",
        "id;node;profile;pLoad;qLoad;sR;subnet;voltLvl\n"
        "L1;LV1.101 Bus 1;H0-A;0.002;0;0;LV1.101;7\nL2;LV1.101 Bus 1;H0-B;0.001;0;0;LV1.101;7\n"
        "L3;LV1.101 Bus 2;H0-A;0.004;0;0;LV1.101;7\nL4;MV1.101 Bus 4;lv_rural1;1;0;0;MV1.101_LV1.101_eq;5\n",
    )
    write(
        tmp_path / "RES.csv",
        "id;node;type;profile;calc_type;pRES;qRES;sR;subnet;voltLvl\n"
        "S1;LV1.101 Bus 3;PV;PV5;pq;0.01;0;0.01;LV1.101;7\nS2;LV1.101 Bus 2;Wind;WP1;pq;1;0;1;LV1.101;7\n",
    )
    times = ["30.10.2016 02:30", "30.10.2016 02:45"] + [f"30.10.2016 02:{m}" for m in ("00", "15", "30", "45")]
    times += ["30.10.2016 03:00"]
    times = ["30.10.2016 02:00", "30.10.2016 02:15", *times]
    loads, suns = ["time;H0-A_pload;H0-A_qload;H0-B_pload"], ["time;PV5;WP1"]
    loads += [f"{time};0.5;9;0.25" for time in times]
    suns += [f"{time};{k / 10};1" for k, time in enumerate(times)]
    write(tmp_path / "LoadProfile.csv", "\n".join(loads))
    write(tmp_path / "RESProfile.csv", "\n".join(suns))
    return tmp_path


def test_simbench_tables_become_a_community(tables):
    street = communities.simbench(folder=tables)
    assert street.names == ("LV1.101 Bus 1", "LV1.101 Bus 2", "LV1.101 Bus 3")
    np.testing.assert_allclose(street.demand[:, 0], [250 * (0.002 * 0.5 + 0.001 * 0.25), 250 * 0.004 * 0.5, 0])
    np.testing.assert_allclose(street.generation[2], 250 * 0.01 * np.arange(9) / 10)
    assert (np.diff(street.times) == np.timedelta64(900, "s")).all()
    assert street.time_zone == "Europe/Berlin"
    assert rebuild(json.loads(json.dumps(dict(street.source.recipe)))).fingerprint == street.fingerprint


@pytest.mark.parametrize("name", ["Load.csv", "LoadProfile.csv", "RESProfile.csv"])
def test_missing_simbench_tables_are_named(tables, name):
    (tables / name).unlink()
    with pytest.raises(InvalidInputError, match=f"^{name} of SimBench must exist"):
        communities.simbench(folder=tables)


def test_incomplete_simbench_tables_are_named(tables):
    write(tables / "RESProfile.csv", "time;PV1\n30.10.2016 03:00;0\n")
    with pytest.raises(InvalidInputError, match=r"RESProfile\.csv of SimBench must hold every profile in use"):
        communities.simbench(folder=tables)
    with pytest.raises(InvalidInputError, match=r"must hold loads of LV2\.101"):
        communities.simbench("1-LV-rural2--0-sw", folder=tables)


@pytest.mark.parametrize("code", ["1-MV-rural--0-sw", "x", None, "1-LV-rural1-1-0-sw"])
def test_codes_of_other_grids_are_refused(code):
    with pytest.raises(InvalidInputError, match="code of simbench"):
        communities.simbench(code)
    with pytest.raises(UnknownNameError, match="scenario of simbench"):
        communities.simbench("1-LV-rural1--5-sw")


def test_simbench_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InvalidInputError, match=r"pip install 'gametrade\[simbench\]'"):
        communities.simbench()


def test_the_installed_package_simbench():
    if importlib.util.find_spec("simbench") is None:
        pytest.skip("the extra [simbench] is not installed")
    street = communities.simbench("1-LV-rural1--0-sw")
    assert (street.n_prosumers, street.n_steps) == (13, 35136)
    assert street.demand.sum() == pytest.approx(199_538.67, abs=0.01)


def test_recipes_of_something_else_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'fontana'"):
        rebuild({"community": "fontane"})
    with pytest.raises(UnknownNameError, match="action of a recipe"):
        rebuild({"community": "fontana", "then": [{"selects": {}}]})


def test_later_steps_are_replayed():
    week = communities.fontana().select(["home02", "home01"], "2017-06-01", "2017-06-08")
    part = week.with_tariff(week.tariff).steps(np.arange(24)).with_tariff(communities.street(1, 1, rng=0).tariff)
    part = part.resample("1d")
    recipe = json.loads(json.dumps(dict(part.source.recipe)))
    assert rebuild(recipe).fingerprint == part.fingerprint


def test_importing_and_loading_the_bundled_homes_needs_numpy_only():
    code = (
        "import sys, gametrade.community as c; c.communities.fontana(); "
        "print(sorted({'pandas', 'scipy', 'highspy', 'plotly', 'simbench'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
