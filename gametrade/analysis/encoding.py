"""Price trees as JSON: paths packed into text, nodes as plain lists."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation
from gametrade.solvers.price_tree import PriceTree
from gametrade.solvers.row_generation import LeastCoreBracket
from gametrade.typing import FloatArray

TREE_FIELDS = ("limit", "steps", "paths", "branch", "inside", "outside")
ENCODING = "base64(zlib(uint8)), price position in 128ths"


def pack(array: np.ndarray) -> str:
    """Compress an array of bytes into text."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 6)).decode("ascii")


def unpack(text: str) -> bytes:
    """Undo :func:`pack`."""
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except (ValueError, zlib.error) as problem:
        raise InvalidInputError(f"packed data of a certificate cannot be read: {problem}.") from None


def doubles(numbers: FloatArray) -> str:
    """Pack floats into text."""
    return pack(np.ascontiguousarray(numbers, dtype="<f8"))


def floats(text: str) -> FloatArray:
    """Undo :func:`doubles`."""
    return np.frombuffer(unpack(text), dtype="<f8").astype(float)


def digest(data: Any) -> str:
    """SHA-256 of JSON-ready data: of the numbers in packed texts, not of how this machine compresses them."""
    return hashlib.sha256(json.dumps(_opened(data), sort_keys=True).encode("ascii")).hexdigest()


def _opened(data: Any) -> Any:
    """The same data with a checksum of its bytes in place of every packed text."""
    if isinstance(data, Mapping):
        return {name: _opened(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_opened(value) for value in data]
    if isinstance(data, str):
        try:
            return hashlib.sha256(unpack(data)).hexdigest()
        except InvalidInputError:
            return data
    return data


def tree_to_dict(tree: PriceTree, players: tuple[str, ...]) -> dict[str, Any]:
    """JSON-ready form of a price tree, homes by label."""
    return {
        "limit": tree.limit,
        "steps": int(tree.paths.shape[1]),
        "encoding": ENCODING,
        "paths": pack(tree.paths),
        "branch": [None if home < 0 else players[home] for home in tree.homes],
        "inside": list(tree.inside),
        "outside": list(tree.outside),
    }


def tree_from_dict(data: Mapping[str, Any], players: tuple[str, ...]) -> PriceTree:
    """Read a price tree back; anything malformed is an InvalidInputError."""
    position = {label: i for i, label in enumerate(players)}
    try:
        homes = tuple(-1 if label is None else position[label] for label in data["branch"])
        raw = np.frombuffer(unpack(data["paths"]), dtype=np.uint8)
        paths = raw.reshape(len(homes), int(data["steps"]))
        inside, outside = (tuple(int(node) for node in data[side]) for side in ("inside", "outside"))
        return PriceTree(float(data["limit"]), paths, homes, inside, outside)
    except (KeyError, TypeError, ValueError) as problem:
        missing = isinstance(problem, KeyError) and problem.args[0] in TREE_FIELDS
        what = f"it lacks the field {problem.args[0]!r}" if missing else "a value in it is of the wrong type or size"
        raise InvalidInputError(f"price tree of a certificate is malformed: {what}.") from None


def least_core_to_dict(found: LeastCoreBracket) -> dict[str, Any]:
    """Balancing weights and payoffs of a least core found without a table, with the price tree of these, if any.

    :func:`~gametrade.analysis.verification.balance.check_least_core_bracket` proves both ends of its bracket again.
    """
    tree = found.proof.price_tree
    return found.to_dict() | ({} if tree is None else {"tree": tree_to_dict(tree, found.proof.game.players)})


def path_to_dict(path: np.ndarray) -> dict[str, Any]:
    """JSON-ready form of one price path in 128ths."""
    return {"steps": len(path), "encoding": ENCODING, "path": pack(path.astype(np.uint8))}


def allocation_prices(allocation: Allocation) -> dict[str, Any]:
    """Price paths of an allocation, rounded to 12 significant digits, or nulls."""
    return {
        name: None if path is None else [float(f"{price:.12g}") for price in path]
        for name, path in (("buy_price", allocation.buy_price), ("sell_price", allocation.sell_price))
    }
