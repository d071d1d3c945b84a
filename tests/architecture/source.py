"""The package as syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import gametrade

ROOT = Path(gametrade.__file__).parent


@cache
def modules():
    """Syntax tree of every module by dotted name."""
    trees = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ["gametrade", *path.relative_to(ROOT).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        trees[".".join(parts)] = (path, ast.parse(path.read_text(encoding="utf-8")))
    return trees


def is_package(name):
    return modules()[name][0].name == "__init__.py"


def imports(name, *, at_import=False):
    """Dotted names inside gametrade that a module imports: anywhere in the file, or while it is loaded."""
    found = set()
    tree = modules()[name][1]
    for node in tree.body if at_import else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "gametrade"}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = name.split(".") if is_package(name) else name.split(".")[:-1]
                kept = here[: len(here) - node.level + 1]
                base = ".".join([*kept, base]).rstrip(".")
            if base.split(".")[0] != "gametrade":
                continue
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in modules() else base)
    return found
