"""Descriptions of small strategic games of every kind that a file can hold."""

from __future__ import annotations

from typing import Any

DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "hunt": {
        "actions": {"Ada": ["stag", "hare"], "Bob": ["stag", "hare"]},
        "payoffs": [[[4, 0], [3, 3]], [[4, 3], [0, 3]]],
    },
    "pennies": {"actions": [["h", "t"], ["h", "t"]], "payoffs": [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]},
    "three players": {
        "actions": [["a", "b"]] * 3,
        "payoffs": [[[[1, 0], [0, 0]], [[0, 0], [0, 2]]]] * 3,
    },
    "duopoly": {
        "variables": {"Ada": {"p": [0, 20]}, "Bob": {"q": [0, 20]}},
        "payoffs": {"Ada": "(10 - 2*p + q) * (p - c)", "Bob": "(12 - 2*q + p) * (q - c)"},
        "parameters": {"c": 1.0},
        "unit": "EUR",
    },
    "logarithms": {
        "variables": {"Ada": {"x": [0, 9]}, "Bob": {"y": [0, 9]}},
        "payoffs": {"Ada": "log(1 + x) - x*(1 + y)/10", "Bob": "sqrt(1 + y) - y*(1 + x)/8"},
    },
    "not concave": {
        "variables": {"Ada": {"x": [0, 3]}, "Bob": {"y": [0, 3]}},
        "payoffs": {"Ada": "sin(3*x) + x/2", "Bob": "y*(2 - y) + x*y/10"},
    },
    "shared limit": {
        "variables": {"Ada": {"x": [-9, 9]}, "Bob": {"y": [-9, 9]}},
        "payoffs": {"Ada": "-(x - 1)**2", "Bob": "-(y - 1/2)**2"},
        "constraints": ["x + y <= 1"],
    },
    "shared balance": {
        "variables": {"Ada": {"x": [-9, 9]}, "Bob": {"y": [-9, 9]}},
        "payoffs": {"Ada": "-(x - 1)**2", "Bob": "-(y - 1/2)**2"},
        "constraints": ["x + y == 0"],
    },
    "usage charge": {
        "system": "usage_charge",
        "intercepts": [0.5, 0.4],
        "slopes": [0.1, 0.2],
        "usage_charge": [0.06, 0.02],
        "import_price": 0.30,
        "export_price": 0.08,
    },
}
"""By name."""
