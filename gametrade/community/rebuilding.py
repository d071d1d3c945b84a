"""Get a community again from its recipe, and refuse files that have changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.community.communities import fontana
from gametrade.community.community import Community
from gametrade.community.reading import read_community, sha256_of
from gametrade.community.simbench_grids import simbench
from gametrade.community.street import street
from gametrade.community.tariff import Tariff
from gametrade.errors import InvalidInputError, UnknownNameError

_MAKERS: dict[str, Callable[..., Community]] = {"fontana": fontana, "street": street, "simbench": simbench}
_ACTIONS = ("select", "steps", "resample", "with_tariff")


def rebuild(recipe: Mapping[str, Any], *, folder: str | Path | None = None) -> Community:
    """Make exactly the community that a recipe describes.

    Parameters
    ----------
    recipe : mapping
        `Source.recipe` of a community, possibly after a round trip through JSON.
    folder : str or Path, optional
        Where to look for the files instead of their recorded folders.

    Returns
    -------
    Community
        With the same fingerprint as the one the recipe was taken from.

    Raises
    ------
    InvalidInputError
        If the recipe is empty, a file has changed since, or an argument breaks a rule.

    Examples
    --------
    >>> from gametrade.community import communities
    >>> week = communities.fontana().select(start="2017-06-01", end="2017-06-08")
    >>> rebuild(week.source.recipe).fingerprint == week.fingerprint
    True
    """
    if not recipe:
        raise InvalidInputError("recipe of rebuild must say how to get the community. Got an empty one.")
    options = {name: value for name, value in recipe.items() if name not in ("then", "sha256", "community")}
    if "community" in recipe:
        maker = recipe["community"]
        if maker not in _MAKERS:
            raise UnknownNameError("community", maker, _MAKERS)
        community = _MAKERS[maker](**options)
    else:
        community = _from_files(options, recipe.get("sha256", {}), folder)
    for action in recipe.get("then", ()):
        community = _act(community, action)
    return community


def _from_files(options: dict[str, Any], checksums: Mapping[str, str], folder: str | Path | None) -> Community:
    for name, checksum in checksums.items():
        path = Path(options[name])
        if folder is not None:
            path = Path(folder) / path.name
            options[name] = str(path)
        if not path.is_file():
            raise InvalidInputError(f"{name} file of the recipe must exist. Got {str(path)!r}.")
        found = sha256_of(path)
        if found != checksum:
            raise InvalidInputError(
                f"{name} file {path.name} must have the SHA-256 of the recipe, {checksum}. Got {found}."
            )
    if isinstance(options.get("tariff"), Mapping):
        options["tariff"] = Tariff(**options["tariff"])
    return read_community(**options)


def _act(community: Community, action: Mapping[str, Mapping[str, Any]]) -> Community:
    (name, options), *more = action.items()
    if name not in _ACTIONS or more:
        raise UnknownNameError("action of a recipe", name, _ACTIONS)
    if name == "with_tariff":
        return community.with_tariff(Tariff(**options))
    if name == "steps":
        return community.steps(np.array(options["indices"], dtype=np.int64))
    return community.select(**options) if name == "select" else community.resample(**options)
