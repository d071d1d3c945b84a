"""Whether a coalition structure is stable, as a verdict."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.verdict import Verdict
from gametrade.games.formation import FormationGame, PartitionLike, partition_of
from gametrade.solvers.partition_finder import group_size
from gametrade.solvers.partition_stability import deviation_from

CLAIMS = {
    "nash": "no player gains by joining another coalition or by leaving alone",
    "individual": "no player gains by a move to which the coalition joined consents",
    "contractual": "no player gains by a move to which the coalition left consents",
    "contractually_individual": "no player gains by a move to which the coalitions joined and left consent",
    "pair_nash": "no two players both gain by moving at the same time",
    "strong_nash": "no group of players all gain by moving at the same time",
    "core": "no coalition forms whose members all gain",
    "contractual_core": "no coalition forms of which somebody gains and nobody loses, inside or left behind",
    "merge_split": "no coalitions merge and none splits with a gain to somebody and a loss to nobody",
    "d_c": "every collection of coalitions is worse for its members than what the structure makes of them",
    "coalition_proof": "no group gains by a deviation from which no part of it deviates again",
}
"""What each notion of stability claims."""


def partition_verdict(formation: FormationGame, structure: PartitionLike, notion: str) -> Verdict:
    """Decide whether one coalition structure is stable.

    Parameters
    ----------
    formation : FormationGame
        At most 16 players, at most 10 for ``"merge_split"``, ``"d_c"`` and ``"coalition_proof"``.
    structure : iterable of iterables of str
        The partition.
    notion : str
        As in :func:`~gametrade.solvers.partition_stability.stable_partitions`.

    Returns
    -------
    Verdict
        The movers are the witness; the certificate holds the structure, and the new coalition with the gains. It is a
        ``"deviation"`` to replay where one exists, else an ``"enumeration"`` to repeat.
        The margin is minus the least gain of a mover, zero if one of them only does not lose, or loses: it is no
        distance to stability.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> verdict = partition_verdict(FormationGame(table), [["a", "b", "c"]], "core")
    >>> verdict.holds, verdict.witness, verdict.margin
    (False, ('a', 'b'), -0.5)
    """
    found = deviation_from(formation, structure, notion)
    evidence: dict[str, Any] = {
        "kind": "enumeration" if found is None else "deviation",
        "partition": [list(part) for part in partition_of(formation.game, structure)],
    }
    if found is not None:
        evidence |= {"coalition": list(found.coalition), "gains": list(found.gains)}
        if found.parts:
            evidence["coalitions"] = [list(part) for part in found.parts]
    return Verdict(
        rule=str(getattr(formation.rule, "__name__", formation.rule)),
        property=f"{notion}_stable",
        statement=stability_claim(formation, notion),
        holds=found is None,
        margin=-max(0.0, min(found.gains)) if found else 0.0,
        unit=formation.game.unit,
        witness=found.movers if found else (),
        certificate=evidence,
    )


def stability_claim(formation: FormationGame, notion: str) -> str:
    """What a notion of stability claims, in words, with the tolerance."""
    words = CLAIMS.get(notion) or (
        f"no group of at most {group_size(notion)} players all gain by moving at the same time"
    )
    return f"{words} (tolerance {formation.tolerance:.3g} {formation.game.unit})"
