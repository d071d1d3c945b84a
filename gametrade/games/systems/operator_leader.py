"""A distribution operator charges microgrids for the energy they trade over its network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.operator_leader import OperatorLeader
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="class described in reviews: distribution operator leads trading microgrids; interpretation",
    example={
        "energies": [4.0, 6.0],
        "keep_worth": [0.2, 0.25],
        "keep_bends": 0.05,
        "worth": [0.5, 0.6],
        "bends": 0.08,
        "import_price": 0.4,
        "export_price": 0.08,
        "flows": [[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        "losses": [0.002, 0.004],
    },
    of_step=step_numbers.traded_by_microgrids,
)
def operator_leader(
    *,
    energies: ArrayLike,
    keep_worth: ArrayLike,
    keep_bends: ArrayLike,
    worth: ArrayLike,
    bends: ArrayLike,
    import_price: float,
    export_price: float,
    flows: ArrayLike | None = None,
    losses: ArrayLike = 0.0,
    operator: str = "operator",
    microgrids: Sequence[str] | None = None,
    unit: str = "money",
) -> OperatorLeader:
    r"""Build the game of an operator whose lines lose energy with the square of the traded flow.

    Parameters
    ----------
    energies, keep_worth, keep_bends, worth, bends, import_price, export_price, operator, microgrids, unit
        As in :class:`~gametrade.games.stackelberg.operator_leader.OperatorLeader`.
    flows : array_like of shape (L, m + n), optional
        Flow of each line by what sellers, then buyers, feed in; one line that carries all sales if not given.
    losses : array_like, broadcast to shape (L,)
        Cost of each line: losses times its flow squared. [money/kWh^2]

    Returns
    -------
    OperatorLeader
        Leader: the operator, its charge; followers: microgrids, energies sold and bought.

    Raises
    ------
    InvalidInputError
        If flows do not fit the microgrids or a loss is negative.

    Notes
    -----
    Players: the operator (leader), microgrids (followers). Strategies: a charge [money/kWh]; energies sold and
    bought [kWh]. Payoffs: charges less the cost of losses, :math:`\tau \sum x - C(x)`; utility less payments
    [money]. Source: reviews: "a distribution operator leads trading microgrids"; no single source. Interpretation:
    all formulas, losses with the square of flows among them.

    Any other network function, of a load flow for instance, goes to the class in place of these numbers.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = operator_leader(energies=[9.0], keep_worth=0.0, keep_bends=1.0, worth=[0.5], bends=0.1,
    ...     import_price=0.5, export_price=0.1)
    >>> gt.solve(game)[0].strategies[0].round(9).tolist()
    [0.2]
    """
    m, n = np.size(energies), np.size(worth)
    lines = np.concatenate([np.ones(m), np.zeros(n)])[None, :] if flows is None else np.array(flows, dtype=float)
    if lines.ndim != 2 or lines.shape[1] != m + n or not np.isfinite(lines).all():
        raise InvalidInputError(
            f"flows of operator_leader must have {m + n} columns, sellers first. Got {lines.shape}."
        )
    lost = np.broadcast_to(np.asarray(losses, dtype=float), len(lines))
    if not (lost >= 0).all():
        raise InvalidInputError(f"losses of operator_leader must be at least 0. Got {lost.min():g}.")
    return OperatorLeader(
        lambda net: float(lost @ (lines @ net) ** 2),
        energies,
        keep_worth,
        keep_bends,
        worth,
        bends,
        import_price=import_price,
        export_price=export_price,
        operator=operator,
        microgrids=microgrids,
        unit=unit,
    )
