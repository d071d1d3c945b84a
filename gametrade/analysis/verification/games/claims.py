"""Claims about a strategic game: decided again, and proved where that takes no solver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.checking import check
from gametrade.analysis.equilibrium_document import plain
from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.fields import CLAIM, check_fields
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.errors import GametradeError
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import game_checks, properties
from gametrade.solvers.solve import plays

MOST_PROFILES = 200_000
"""Profiles that are looked at one by one."""


def check_claim(case: GameCase, claim: Claim) -> str:
    """Decide a claim again and compare; then prove it.

    Parameters
    ----------
    case : GameCase
        The report.
    claim : mapping
        One of its claims.

    Returns
    -------
    str
        What was proved.

    Raises
    ------
    Refuted
        If the verdict, its margin, its words or its certificate are others.
    NotCertified
        If it agrees, but deciding it takes a solver or floating point.
    """
    check_fields(f"the claim {claim.get('id')}", claim, CLAIM)
    name = claim["property"]
    if claim["id"] != f"{claim['rule']}/{name}" or claim["rule"] != "game":
        raise Refuted("the id does not name the game and the property")
    if name not in properties:
        raise NotCertified(f"{name} is not a registered property and cannot be decided again")
    try:
        again = plain(check(case.game, name).to_dict())
    except GametradeError as reason:
        raise Refuted(f"the property cannot be asked of this game: {reason}") from None
    for field in ("holds", "statement", "unit"):
        if claim[field] != again[field]:
            raise Refuted(f"{field} is {again[field]!r}, the report says {claim[field]!r}")
    _same_number("margin", claim["margin"], again["margin"])
    entry = properties.get(name)
    kinds = {kind.__name__ for kind in type(case.game).__mro__}
    if kinds & set(entry.traits.get("enumerates", ())):
        _same("certificate", claim["certificate"], again["certificate"])
        if list(claim["witness"]) != again["witness"]:
            raise Refuted(f"the witness is {again['witness']}, the report says {claim['witness']}")
        return "decided again in exact arithmetic"
    if name in game_checks:
        told: str = game_checks.get(name).function(case, claim, claim["certificate"])
        return told
    raise NotCertified("decided again with the same answer")


def check_completeness(case: GameCase) -> str:
    """Every property that applies is claimed or left out, each once, and skipped ones do not apply."""
    if case.document["properties"] != "all":
        raise NotCertified("only chosen properties were asked for")
    applying = {e.name for e in properties if e.traits.get("of") == "strategic" and plays(e, case.game)}
    claimed = [claim["property"] for claim in case.document["claims"]]
    skipped = set(case.document["skipped"])
    if len(set(claimed)) < len(claimed):
        raise Refuted("a property is claimed twice")
    missing = applying - set(claimed) - skipped
    if missing:
        raise Refuted(f"nothing is said of {', '.join(sorted(missing))}")
    for name in sorted(skipped & applying):
        try:
            check(case.game, name)
        except GametradeError as reason:
            if str(reason) != case.document["skipped"][name]:
                raise Refuted(f"{name} is left out because {reason}, the report gives another reason") from None
            continue
        raise Refuted(f"{name} is left out, though it can be decided")
    return f"{len(claimed)} properties are claimed, {len(skipped & applying)} are left out for the reasons given"


def check_list(case: GameCase) -> str:
    """Whether the list of equilibria is complete, where that is claimed."""
    if not case.document["complete"]:
        if case.document["equilibria"]:
            raise NotCertified("the report does not say that there are no others")
        raise NotCertified("no equilibrium was found, which is no proof that there is none")
    if any(e.concept.startswith("epsilon") for e in case.equilibria):
        raise NotCertified("equilibria up to a regret are not counted again")
    game, solver = case.game, case.document["solver"].split(":")[0]
    if isinstance(game, NormalFormGame) and solver == "pure_equilibria" and game.payoffs[0].size <= MOST_PROFILES:
        found = pure_profiles(game)
        stated = sorted(tuple(int(np.argmax(s)) for s in e.strategies) for e in case.equilibria)
        if found != stated:
            raise Refuted(f"{len(found)} profiles are pure equilibria, the report lists {len(stated)}")
        return "every profile was looked at: no other is a pure equilibrium"
    shared = getattr(game, "shared", None) is not None
    unique = (
        None if shared else next((c for c in case.document["claims"] if c["property"] == "unique_equilibrium"), None)
    )
    if unique is not None and unique["holds"] and len(case.equilibria) == 1 and "unique_equilibrium" in game_checks:
        game_checks.get("unique_equilibrium").function(case, unique, unique["certificate"])
        return "the equilibrium is unique, as proved below"
    raise NotCertified("that there are no others rests on the solver")


def pure_profiles(game: NormalFormGame) -> list[tuple[int, ...]]:
    """Profiles at which nobody gains by another action, by definition.

    Examples
    --------
    >>> pure_profiles(NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    [(1, 1)]
    """
    found = []
    for where in itertools.product(*map(range, game.shape)):
        lanes = (game.payoffs[i][(*where[:i], slice(None), *where[i + 1 :])].max() for i in range(game.n_players))
        if all(game.payoffs[i][where] >= best for i, best in enumerate(lanes)):
            found.append(where)
    return found


def _same(what: str, stated: Any, found: Any) -> None:
    """Compare parts of certificates, numbers to 1e-9."""
    if isinstance(found, Mapping) and isinstance(stated, Mapping):
        if set(stated) != set(found):
            raise Refuted(f"{what} has the fields {sorted(found)}, the report says {sorted(stated)}")
        for key in found:
            _same(f"{key} of the {what}" if what == "certificate" else what, stated[key], found[key])
    elif isinstance(found, list) and isinstance(stated, list) and len(found) == len(stated):
        for a, b in zip(stated, found, strict=True):
            _same(what, a, b)
    elif isinstance(found, float) and isinstance(stated, int | float):
        _same_number(what, stated, found)
    elif stated != found or isinstance(stated, bool) != isinstance(found, bool):
        raise Refuted(f"{what} is {found!r:.60}, the report says {stated!r:.60}")


def _same_number(what: str, stated: Any, found: Any) -> None:
    if isinstance(stated, str) or isinstance(found, str) or stated is None or found is None:
        if stated != found:
            raise Refuted(f"{what} is {found!r}, the report says {stated!r}")
        return
    a, b = Fraction(float(stated)), Fraction(float(found))
    if abs(a - b) > Fraction(1, 10**9) * max(Fraction(1), abs(b)):
        raise Refuted(f"{what} is {float(found):.9g}, the report says {float(stated):.9g}")
