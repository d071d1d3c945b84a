"""Importing gametrade is cheap and leaves the interpreter as it was."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "pandas",
    "scipy.optimize",
    "scipy.sparse",
    "pulp",
    "highspy",
    "networkx",
    "plotly",
    "sympy",
    "nashpy",
    "tqdm",
    "jinja2",
)

CODE = f"""
import locale, os, random, signal, sys, warnings
import numpy as np
def state():
    np_state = np.random.get_state()
    return (np.geterr(), list(warnings.filters), os.environ.copy(), locale.setlocale(locale.LC_ALL), os.getcwd(),
            random.getstate(), np_state[1].tolist(), np_state[2], np.get_printoptions(),
            signal.getsignal(signal.SIGINT),
            sys.getrecursionlimit(), sys.stdout, sys.excepthook)
before = state()
import gametrade
assert state() == before, "import gametrade changes global state"
heavy = [name for name in {HEAVY!r} if name in sys.modules]
assert not heavy, heavy
plugins = [name for name in sys.modules if name.startswith(("gametrade.rules.", "gametrade.reports."))]
print(" ".join(sorted(plugins)))
"""


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def test_import_loads_numpy_alone_and_changes_nothing():
    answer = run(CODE)
    assert answer.returncode == 0, answer.stderr
    assert "mid_market_rate" not in answer.stdout, "rules are loaded before anybody asks for them"


def test_import_prints_nothing():
    answer = run("import gametrade")
    assert (answer.stdout, answer.stderr) == ("", "")


def test_a_registry_lists_without_loading_heavy_libraries():
    code = f"import sys, gametrade; len(gametrade.rules); print([m for m in {HEAVY!r} if m in sys.modules])"
    assert run(code).stdout.strip() == "[]"


def test_every_module_can_be_imported_first():
    """First after the package itself, which Python always imports before its parts: each in a process of its own."""
    from tests.architecture.source import modules

    names = [name for name in modules() if name != "gametrade.__main__"]
    code = (
        "import importlib, os, sys\n"
        "import gametrade\n"
        f"for name in {names!r}:\n"
        "    if name in sys.modules:\n"
        "        continue\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        importlib.import_module(name)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1] != 0:\n"
        "        sys.exit(f'{name} cannot be imported first')\n"
    )
    answer = run(code)
    assert answer.returncode == 0, answer.stderr[-2000:]
