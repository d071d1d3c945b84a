"""Every leaf of a JSON document, and false values to put in its place."""

from __future__ import annotations

import copy
import json


def report(study):
    """The document of a study as another machine reads it."""
    return json.loads(json.dumps(study.to_dict(), allow_nan=False))


def leaves(node, path=()):
    """Path and value of every leaf, empty lists and mappings included."""
    if isinstance(node, dict) and node:
        for key, child in node.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node, list) and node:
        for index, child in enumerate(node):
            yield from leaves(child, (*path, index))
    else:
        yield path, node


def lists(node, path=()):
    """Path and value of every non-empty list."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from lists(child, (*path, key))
    elif isinstance(node, list) and node:
        yield path, node
        for index, child in enumerate(node):
            yield from lists(child, (*path, index))


def replaced(document, path, value):
    """The document with one place changed; what lies beside the path is shared."""
    changed = copy.copy(document)
    key, *rest = path
    changed[key] = replaced(document[key], rest, value) if rest else value
    return changed


def kind_of(document, path):
    """Where a leaf stands, its positions and names left out: claims.core.certificate.excess."""
    if path[0] == "claims" and len(path) > 1:
        path = ("claims", document["claims"][path[1]]["property"], *path[2:])
    if path[0] == "answers" and len(path) > 3 and path[2] in ("payoffs", "alternatives"):
        path = (*path[:3], "*", *path[4:])
    return ".".join("*" if isinstance(part, int) else str(part) for part in path)


def false_values(value, players, scale):
    """Values that a leaf must not have."""
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value + 0.37 * scale, value - 0.23 * scale]
    if value is None:
        return [True, 1.0]
    if isinstance(value, str):
        return [next(p for p in players if p != value)] if value in players else [value + "x", "Z" + value[1:]]
    return [[players[0]], [0]]


def wrong_shapes():
    """Values of the wrong type that a careless reader chokes on."""
    return [None, [], {}, "x", -1, 1e999, float("nan"), [[1]], True, 10**30]
