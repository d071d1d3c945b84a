"""House rules that a reader would miss first: length, documentation, names, leftovers."""

from __future__ import annotations

import ast
import importlib
import inspect
import re

import pytest

from gametrade.registry import Registry
from tests.architecture.source import modules

LONGEST_FILE = 350
LONGEST_BODY = 50
MOST_POSITIONAL = 5


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("name", modules())
def test_files_and_bodies_are_short(name):
    path, tree = modules()[name]
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_FILE, f"{path.name} has {length} lines"
    for node in functions(tree):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
        assert lines <= LONGEST_BODY, f"{name}.{node.name} has {lines} lines"


@pytest.mark.parametrize("name", modules())
def test_no_leftovers(name):
    path, tree = modules()[name]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    for node in ast.walk(tree):
        bare = isinstance(node, ast.ExceptHandler) and node.type is None
        assert not bare, f"bare except in {name}"
        prints = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        assert not prints, f"print in {name}"
    assert ast.get_docstring(tree), f"{name} has no docstring"


@pytest.mark.parametrize("name", modules())
def test_no_sink_for_misspelled_options(name):
    """``**options`` only where they are handed on and checked, by their names."""
    for node in functions(modules()[name][1]):
        if node.args.kwarg is not None and not node.name.startswith("_"):
            assert node.name in {
                "allocate",
                "answer",
                "check",
                "checked",
                "clear",
                "of_trades",
                "plot",
                "register",
                "solve",
            }, f"{name}.{node.name} takes **kwargs"


def public_objects():
    """Public functions, classes and methods that the package itself defines."""
    for name in modules():
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        for label, value in vars(module).items():
            if label.startswith("_") or getattr(value, "__module__", None) != name:
                continue
            if inspect.isfunction(value):
                yield f"{name}.{label}", value
            elif inspect.isclass(value):
                yield f"{name}.{label}", value
                for method, function in vars(value).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{name}.{label}.{method}", function


PUBLIC = dict(public_objects())


@pytest.mark.parametrize("name", PUBLIC)
def test_public_objects_are_documented(name):
    value = PUBLIC[name]
    doc = inspect.getdoc(value)
    assert doc, f"{name} has no docstring"
    if not inspect.isfunction(value):
        return
    documented = set(re.findall(r"^([*\w][*\w, ]*)(?: :|$)", section(doc, "Parameters"), re.MULTILINE))
    documented = {label.strip(" *") for labels in documented for label in labels.split(",")}
    if documented:
        real = set(inspect.signature(value).parameters) - {"self", "cls"}
        assert documented == real, f"{name} documents {documented ^ real} wrongly"


def section(doc, title):
    """Text of one numpydoc section."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


@pytest.mark.parametrize("name", [n for n, v in PUBLIC.items() if "default=" in (inspect.getdoc(v) or "")])
def test_documented_defaults_are_the_real_ones(name):
    value = PUBLIC[name]
    parameters = inspect.signature(value).parameters
    for labels, default in re.findall(r"^([\w, ]+) : .*default=(.+)$", inspect.getdoc(value), re.MULTILINE):
        names = [label.strip() for label in labels.split(",")]
        values = default.split(" and ") if " and " in default else [default] * len(names)
        for label, written in zip(names, values, strict=True):
            real = parameters[label].default
            assert ast.literal_eval(written) == real, f"{label} of {name}: {written} is documented, {real!r} is true"


def registries():
    import gametrade.registry as module

    return [value for value in vars(module).values() if isinstance(value, Registry)]


@pytest.mark.parametrize("registry", registries(), ids=lambda registry: registry.kind)
def test_file_name_is_function_name_is_registered_name(registry):
    assert len(registry) > 0
    for entry in registry:
        function = inspect.unwrap(entry.function)
        assert function.__name__ == entry.name
        assert function.__module__.rsplit(".", 1)[1] == entry.name
        assert entry.summary
        assert not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())


@pytest.mark.parametrize("name", PUBLIC)
def test_five_positional_parameters_at_most(name):
    value = PUBLIC[name]
    if inspect.isfunction(value):
        kinds = [p.kind for p in inspect.signature(value).parameters.values() if p.name not in ("self", "cls")]
        positional = [
            k for k in kinds if k in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        ]
        assert len(positional) <= MOST_POSITIONAL, f"{name} takes {len(positional)} positional parameters"


def test_public_names_are_few_and_real():
    import gametrade

    names = getattr(gametrade, "__all__", None)
    if names is not None:
        assert len(names) <= 64
        assert all(hasattr(gametrade, name) for name in names)
