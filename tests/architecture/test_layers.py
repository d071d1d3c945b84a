"""Imports point one way, from the reports down to the errors."""

from __future__ import annotations

import pytest

from gametrade.registry import formats, properties, rules
from tests.architecture.source import imports, is_package, modules

FLOORS = (
    ("errors", "tolerance", "registry", "typing", "display", "optimise"),
    ("community",),
    ("games",),
    ("solvers",),
    ("rules", "mechanisms"),
    ("analysis",),
    ("reports",),
    ("cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
PLUGIN_FOLDERS = (
    "gametrade.rules",
    "gametrade.mechanisms",
    "gametrade.community.checks",
    "gametrade.analysis.properties",
    "gametrade.reports",
)


def floor(module):
    """Level of a module; the package itself stands above everything."""
    parts = module.split(".")
    return len(FLOORS) if len(parts) == 1 else LEVEL[parts[1]]


def test_every_module_stands_on_a_floor():
    unknown = {name.split(".")[1] for name in modules() if "." in name} - set(LEVEL)
    assert not unknown, f"folders without a floor in the layer order: {unknown}"


@pytest.mark.parametrize("module", [name for name in modules() if name != "gametrade"])
def test_no_arrow_points_up(module):
    targets = imports(module) - ({"gametrade"} if floor(module) == LEVEL["cli"] else set())
    upward = sorted(target for target in targets if floor(target) > floor(module))
    assert not upward, f"{module} imports from a floor above: {upward}"


@pytest.mark.parametrize("module", [name for name in modules() if name != "gametrade"])
def test_mechanisms_and_rules_do_not_know_each_other(module):
    other = {"rules": "mechanisms", "mechanisms": "rules"}.get(module.split(".")[1])
    assert other is None or not any(t.startswith(f"gametrade.{other}") for t in imports(module))


def plugin_modules(folder):
    """Modules of a plugin folder that register a function under their own name."""
    names = {entry.name for registry in (rules, formats, properties) for entry in registry}
    inside = [name for name in modules() if name.startswith(folder + ".") and name.count(".") == folder.count(".") + 1]
    if folder == "gametrade.community.checks":
        return inside
    return [name for name in inside if name.rsplit(".", 1)[1] in names]


@pytest.mark.parametrize("folder", PLUGIN_FOLDERS)
def test_plugins_do_not_import_each_other(folder):
    plugins = set(plugin_modules(folder))
    for plugin in plugins:
        assert not imports(plugin) & (plugins - {plugin}), f"{plugin} imports another plugin"


def test_no_import_cycle():
    graph = {
        name: {target for target in imports(name, at_import=True) if target in modules() and target != name}
        for name in modules()
    }
    done, path = set(), []

    def visit(name):
        if name in done:
            return
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        path.append(name)
        for target in sorted(graph[name]):
            ancestor = is_package(target) and name.startswith(target + ".")
            if not ancestor:
                visit(target)
        path.pop()
        done.add(name)

    for name in sorted(graph):
        if name != "gametrade":
            visit(name)
