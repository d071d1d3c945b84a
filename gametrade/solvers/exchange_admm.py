"""Players who share under joint constraints: each replies to a price, and the price answers the imbalance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.concavity import need_concave
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import AnyQuadratic
from gametrade.registry import solvers
from gametrade.solvers.exchange_blocks import blocks
from gametrade.solvers.price_taking import price_taking_answer
from gametrade.typing import FloatArray

RELAXATION = 1.6
CHECKED = 25
"""Rounds between looks at the residuals."""

LARGE = 2e7
"""Entries of all constraints above which their consistency is left to the iteration."""


@solvers.register(plays=("QuadraticGame", "SparseQuadraticGame"), source="Boyd et al. 2011, 10.1561/2200000016")
def exchange_admm(
    game: QuadraticGame, *, tolerance: float = 1e-8, penalty: float = 1.0, max_rounds: int = 20_000
) -> Solution:
    r"""Find the variational equilibrium of players whom only shared constraints connect.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        Concave payoffs that depend on the player's own variables alone, and shared constraints.
    tolerance : float, default=1e-8
        Relative primal and dual residuals at which to stop.
    penalty : float, default=1.0
        First penalty, relative to the curvature of the payoffs; it adapts.
    max_rounds : int, default=20000
        Rounds after which the iteration gives up, and says so.

    Returns
    -------
    Solution
        The variational equilibrium with one price a shared constraint and every player's price-taking gap; or the
        residuals that are left, as when the constraints contradict each other.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave, depend on other players' variables, or the constraints admit no profile.

    Notes
    -----
    Exchange form of the alternating direction method of multipliers [1]_ with relaxation 1.6: each player
    minimises its cost plus the price plus :math:`\tfrac\rho2` times the squared distance to its share of a balanced
    plan; players of equal shape are solved in one product of arrays. The penalty doubles where the primal residual
    exceeds ten times the dual one, and halves in the reverse case.

    References
    ----------
    .. [1] S. Boyd, N. Parikh, E. Chu, B. Peleato and J. Eckstein, "Distributed optimization and statistical
       learning via the alternating direction method of multipliers", Found. Trends Mach. Learn. 3 (2011) 1-122.
       :doi:`10.1561/2200000016`

    Examples
    --------
    >>> import gametrade as gt
    >>> free = [(-99.0, 99.0)] * 3
    >>> costs = {"a": "-(x - 3)**2/2", "b": "-2*(y + 1)**2/2", "c": "-4*(z + 4)**2/2"}
    >>> exchange = gt.ContinuousGame.from_expressions(costs, {"a": {"x": free[0]}, "b": {"y": free[1]},
    ...     "c": {"z": free[2]}}, constraints=["x + y + z == 0"])
    >>> gt.solve(exchange, "exchange_admm")[0].certificate["shared_equal_prices"][0] + 8 / 7 < 1e-7
    True
    """
    need_concave(game, "exchange_admm")
    _need_separate(game)
    if game.shared is None:
        raise InvalidInputError("exchange_admm needs shared constraints. Got a game without; use best_response.")
    rows = sum(len(points.rows) + len(points.equal_rows) for points in game.sets)
    if rows * game.dimension < LARGE:
        need_feasible(game)
    exchange = _Exchange(game, penalty)
    for done in range(0, max_rounds, CHECKED):
        exchange.advance(min(CHECKED, max_rounds - done))
        if exchange.error <= tolerance:
            break
        exchange.adapt()
    return exchange.told(tolerance)


class _Exchange:
    """State of the iteration: plans z, scaled prices u, and one penalty for own and one for shared constraints."""

    def __init__(self, game: AnyQuadratic, penalty: float) -> None:
        shared = game.shared
        assert shared is not None
        self.game, self.blocks = game, blocks(game)
        self.m, self.k = len(shared.rows), len(shared.limits) + len(shared.equal_limits)
        self.limits = np.concatenate([shared.limits, shared.equal_limits])
        # A row in which a player has no variable is none of its business: it keeps no share of it.
        self.part = [(np.abs(b.stack[:, b.stack.shape[1] - self.k :]).sum(axis=2) > 0) * 1.0 for b in self.blocks]
        self.count = np.maximum(1.0, sum(part.sum(axis=0) for part in self.part))
        self.talking = sum(int(part.any(axis=1).sum()) for part in self.part)
        scale = np.concatenate([np.diagonal(b.curve, axis1=1, axis2=2).ravel() for b in self.blocks])
        self.penalty = penalty * (float(scale[scale > 0].mean()) if (scale > 0).any() else 1.0)
        self.z = [np.clip(np.zeros_like(b.low), b.low, b.high) for b in self.blocks]
        self.u = [np.zeros_like(z) for z in self.z]
        self.x = [z[:, : b.where.shape[1]] for z, b in zip(self.z, self.blocks, strict=True)]
        self.trace: list[Mapping[str, Any]] = []
        self.rounds, self.changes, self.wanted = 0, 0, 0.0
        self._factor()

    def _factor(self) -> None:
        for block in self.blocks:
            block.factor(np.full(block.low.shape[1], self.penalty))

    def advance(self, rounds: int) -> None:
        """Some rounds, then the residuals."""
        for _ in range(rounds):
            before = self.z
            images = []
            self.x = []
            for block, z, u in zip(self.blocks, self.z, self.u, strict=True):
                x = block.reply(z - u)
                self.x.append(x)
                images.append(block.image(x))
            relaxed = [RELAXATION * g + (1 - RELAXATION) * z for g, z in zip(images, self.z, strict=True)]
            self.z = self._project([g + u for g, u in zip(relaxed, self.u, strict=True)])
            self.u = [u + g - z for u, g, z in zip(self.u, relaxed, self.z, strict=True)]
        self.rounds += rounds
        self._measure(images, before)

    def _project(self, wanted: list[FloatArray]) -> list[FloatArray]:
        """Nearest plans within bounds whose shared rows balance."""
        k = self.k
        total = sum((w[:, w.shape[1] - k :] * part).sum(axis=0) for w, part in zip(wanted, self.part, strict=True))
        excess = (total - self.limits) / self.count
        excess[: self.m] = np.clip(excess[: self.m], 0.0, None)
        plans = []
        for block, w, part in zip(self.blocks, wanted, self.part, strict=True):
            plan = np.clip(w, block.low, block.high)
            plan[:, plan.shape[1] - k :] -= part * excess
            plans.append(plan)
        return plans

    def _measure(self, images: list[FloatArray], before: list[FloatArray]) -> None:
        """Relative primal and dual residuals."""
        primal = max(float(np.abs(g - z).max()) for g, z in zip(images, self.z, strict=True))
        size = max(float(np.abs(plan).max()) for plan in (*self.z, *images))
        # Plans that end at zero are measured by what the players wanted on the way.
        self.wanted = max(self.wanted, size)
        size = max(size, 1e-3 * self.wanted)
        pulls = [b.back(self.penalty * u) for b, u in zip(self.blocks, self.u, strict=True)]
        moves = [b.back(self.penalty * (z - y)) for b, z, y in zip(self.blocks, self.z, before, strict=True)]
        dual = max(float(np.abs(move).max()) for move in moves)
        force = max(
            max(float(np.abs(p).max()), float(np.abs(b.cost).max())) for p, b in zip(pulls, self.blocks, strict=True)
        )
        self.primal, self.dual = primal / max(size, 1e-300), dual / max(force, 1e-300)
        residuals = {"primal": self.primal, "dual": self.dual, "penalty": self.penalty}
        self.trace.append({"round": self.rounds, "messages": self.messages} | residuals)

    @property
    def messages(self) -> int:
        """Sent so far: each player of a shared row tells its part and is told what is left over, once a round."""
        return 2 * self.talking * self.rounds

    @property
    def error(self) -> float:
        """The larger relative residual."""
        return max(self.primal, self.dual)

    def adapt(self) -> None:
        """Move the penalty towards equal residuals, less and less often."""
        factor = 2.0 if self.primal > 10 * self.dual else 0.5 if self.dual > 10 * self.primal else 1.0
        if factor == 1.0 or self.rounds < CHECKED * self.changes**2 / 4:
            return
        self.penalty *= factor
        self.u = [u / factor for u in self.u]
        self.changes += 1
        self._factor()

    def told(self, tolerance: float) -> Solution:
        """The answer with its certificate, or the residuals that are left."""
        trace = tuple(self.trace)
        residuals = f"primal residual {self.primal:.2g}, dual residual {self.dual:.2g}"
        said = f"{self.rounds} rounds and {self.messages} messages: {residuals}"
        if self.error > tolerance:
            return Solution(self.game, "exchange_admm", (), finding=f"No end after {said}.", trace=trace)
        x = np.empty(self.game.dimension)
        own: list[Any] = [None] * self.game.n_players
        owner = self.game.owner
        for block, plans, u in zip(self.blocks, self.x, self.u, strict=True):
            d, m = block.where.shape[1], block.low.shape[1] - self.k
            x[block.where] = plans
            rows = np.clip(self.penalty * u[:, d:m], 0.0, None)
            for g, where in enumerate(block.where[:, 0]):
                own[owner[where]] = (rows[g], block.force[g])
        found = price_taking_answer(self.game, np.clip(x, *self.game.bounds), self._common_prices(), own=own)
        return Solution(self.game, "exchange_admm", (found,), finding=f"Stopped after {said}.", trace=trace)

    def _common_prices(self) -> tuple[FloatArray, FloatArray]:
        """Mean over the players concerned of the price of each shared row; all are the same but for rounding."""
        total = sum(
            (self.penalty * u[:, u.shape[1] - self.k :] * part).sum(axis=0)
            for u, part in zip(self.u, self.part, strict=True)
        )
        prices = total / self.count
        return np.clip(prices[: self.m], 0.0, None), prices[self.m :]


def _need_separate(game: AnyQuadratic) -> None:
    """Refuse payoffs in which other players' variables matter."""
    from scipy.sparse import coo_matrix

    entries, owner = coo_matrix(game.jacobian), game.owner
    cross = (owner[entries.row] != owner[entries.col]) & (entries.data != 0)
    if cross.any():
        k = int(np.flatnonzero(cross)[0])
        a, b = (game.players[owner[index[k]]] for index in (entries.row, entries.col))
        raise InvalidInputError(
            f"exchange_admm needs payoffs of own variables alone. Got a payoff of {a} that {b} changes; "
            "use linear_quadratic or extragradient."
        )
