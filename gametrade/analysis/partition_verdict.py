"""Whether a coalition structure is stable, as a verdict."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.verdict import Verdict
from gametrade.games.formation import FormationGame, PartitionLike, partition_of
from gametrade.solvers.partition_stability import deviation_from

CLAIMS = {
    "nash": "no player gains by joining another coalition or by leaving alone",
    "individual": "no player gains by a move to which the coalition joined consents",
    "contractual": "no player gains by a move to which the coalition left consents",
    "contractually_individual": "no player gains by a move to which the coalitions joined and left consent",
    "core": "no coalition forms whose members all gain",
    "merge_split": "no coalitions merge and none splits with a gain to somebody and a loss to nobody",
}
"""What each notion of stability claims."""


def partition_verdict(formation: FormationGame, structure: PartitionLike, notion: str) -> Verdict:
    """Decide whether one coalition structure is stable.

    Parameters
    ----------
    formation : FormationGame
        At most 16 players, at most 10 for ``"core"`` and ``"merge_split"``.
    structure : iterable of iterables of str
        The partition.
    notion : str
        As in :func:`~gametrade.solvers.partition_stability.stable_partitions`.

    Returns
    -------
    Verdict
        The movers are the witness; the certificate holds the structure, and the new coalition with the gains.
        The margin is minus the least gain of a mover, zero where none is told: it is no distance to stability.

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
        "kind": "none",
        "partition": [list(part) for part in partition_of(formation.game, structure)],
    }
    if found is not None:
        evidence |= {"coalition": list(found.coalition), "gains": list(found.gains)}
    return Verdict(
        rule=str(getattr(formation.rule, "__name__", formation.rule)),
        property=f"{notion}_stable",
        statement=f"{CLAIMS[notion]} (tolerance {formation.tolerance:.3g} {formation.game.unit})",
        holds=found is None,
        margin=-min(found.gains, default=0.0) if found else 0.0,
        unit=formation.game.unit,
        witness=found.movers if found else (),
        certificate=evidence,
    )
