"""The joint linear program of a coalition, written once as a template with one block a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.games.coalitional.dispatch_home import HomeProgram
from gametrade.games.coalitional.dispatch_terms import PricePath, Terms, price_path
from gametrade.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class JointProgram:
    r"""Least cost of a coalition z: :math:`\min k^T x` with :math:`A x \le B z + \beta`, :math:`0 \le x \le U z`.

    Columns: grid import and grid export of the pooled steps, energy shared in the charged steps that can
    share, the peak; then one block a home with its own columns and, if it is flexible, its imports and exports
    in charged steps. Rows: the *joint* rows first, then one block a home.

    Parameters
    ----------
    homes : sequence of HomeProgram
        The n homes.
    terms : Terms
        Prices and joint limits.
    """

    homes: Sequence[HomeProgram]
    terms: Terms

    @cached_property
    def _steps(self) -> dict[str, IntArray]:
        """Positions of the steps of each kind."""
        terms = self.terms
        kinds = {"pooled": terms.pooled, "charged": ~terms.pooled, "shared": terms.shareable}
        return {name: np.flatnonzero(mask) for name, mask in kinds.items()}

    @cached_property
    def _energy_unit(self) -> float:
        sizes = [float(np.abs(part).max(initial=0.0)) for home in self.homes for part in (home.load, home.upper)]
        return _power_of_two(max(sizes))

    @cached_property
    def price_unit(self) -> float:
        """Price that one unit of a scaled dual stands for. [money/kWh]"""
        prices = (self.terms.import_price, self.terms.export_price)
        largest = max(float(np.abs(price).max()) for price in prices)
        return _power_of_two(largest)

    @property
    def money_unit(self) -> float:
        """Money that one unit of the scaled objective stands for."""
        return self._energy_unit * self.price_unit

    @cached_property
    def _grid(self) -> tuple[dict[str, IntArray], FloatArray]:
        """Positions and costs of the joint columns."""
        terms, steps = self.terms, self._steps
        b, f, phi = terms.import_price, terms.export_price, terms.network_charge
        parts = {
            "import": b[steps["pooled"]],
            "export": -f[steps["pooled"]],
            "share": (f + phi - b)[steps["shared"]],
            "peak": np.full(int(terms.peak_charge > 0), terms.peak_charge),
        }
        cost = np.concatenate(list(parts.values()))
        starts = np.cumsum([0, *(part.size for part in parts.values())])
        return {name: np.arange(starts[i], starts[i + 1]) for i, name in enumerate(parts)}, cost

    @cached_property
    def first_column(self) -> IntArray:
        """Where the columns of each home begin, shape (n + 1,)."""
        charged = 2 * self._steps["charged"].size
        sizes = [0 if home.rigid else home.cost.size + charged for home in self.homes]
        return np.cumsum([self._grid[1].size, *sizes])

    @cached_property
    def first_row(self) -> IntArray:
        """Where the rows of each home begin, shape (n + 1,)."""
        charged = self._steps["charged"].size
        sizes = [home.limit.size + (0 if home.rigid else charged) for home in self.homes]
        return np.cumsum([self._joint[0].shape[0], *sizes])

    @cached_property
    def _joint(self) -> tuple[csr_matrix, FloatArray, BoolArray, dict[str, IntArray]]:
        """Joint columns in the joint rows, constant right-hand sides, which are equations, rows by name."""
        from scipy.sparse import csr_matrix, vstack

        grid, cost = self._grid
        n_pooled, n_shared = grid["import"].size, grid["share"].size

        def pick(name: str, value: float, rows: int) -> csr_matrix:
            data = np.full(grid[name].size, value)
            return csr_matrix((data, (np.arange(data.size), grid[name])), shape=(rows, cost.size))

        def peak(rows: int) -> csr_matrix:
            column = np.full(rows, grid["peak"][0] if grid["peak"].size else 0)
            return csr_matrix((np.full(rows, -1.0), (np.arange(rows), column)), shape=(rows, cost.size))

        share = pick("share", 1.0, n_shared)
        blocks: dict[str, tuple[csr_matrix, float, bool]] = {
            "balance": (pick("import", 1.0, n_pooled) - pick("export", 1.0, n_pooled), 0.0, True),
            "sold": (share, 0.0, False),
            "bought": (share, 0.0, False),
        }
        if self.terms.peak_charge > 0:
            blocks["pooled_peak"] = (pick("import", 1.0, n_pooled) + peak(n_pooled), 0.0, False)
            blocks["shared_peak"] = (peak(n_shared) - share, 0.0, False)
        if self.terms.limited:
            for name, column in (("import", "import"), ("export", "export")):
                blocks[f"pooled_{name}_limit"] = (pick(column, 1.0, n_pooled), self.terms.connection, False)
                blocks[f"shared_{name}_limit"] = (-share, self.terms.connection, False)
        rows, first = {}, 0
        for name, (block, _, _) in blocks.items():
            rows[name] = np.arange(first, first + block.shape[0])
            first += block.shape[0]
        constant = np.concatenate([np.full(block.shape[0], limit) for block, limit, _ in blocks.values()])
        equal = np.concatenate([np.full(block.shape[0], equation) for block, _, equation in blocks.values()])
        return csr_matrix(vstack([block for block, _, _ in blocks.values()])), constant, equal, rows

    @property
    def joint_rows(self) -> dict[str, IntArray]:
        """Positions of the joint rows by name."""
        return self._joint[3]

    def _home_block(self, home: HomeProgram) -> tuple[csr_matrix, csr_matrix, FloatArray, FloatArray]:
        """A home's columns in the joint rows and in its own, and what it adds to both right-hand sides."""
        from scipy.sparse import csr_matrix, hstack, vstack

        charged, shared, pooled = (self._steps[name] for name in ("charged", "shared", "pooled"))
        rows, joint_rows = self._joint[3], self._joint[0].shape[0]
        right = np.zeros(joint_rows)
        right[rows["balance"]] = home.load[pooled]
        if home.rigid:
            flows = {"sold": np.maximum(-home.load, 0.0)[shared], "bought": np.maximum(home.load, 0.0)[shared]}
            for name, sign, flow in self._flows():
                right[rows[name]] = -sign * flows[flow]
            return csr_matrix((joint_rows, 0)), csr_matrix((home.limit.size, 0)), right, home.limit
        m = charged.size
        where = {"bought": np.searchsorted(charged, shared), "sold": m + np.searchsorted(charged, shared)}
        flows_part = [
            _entries(rows[name], where[flow], sign, (joint_rows, 2 * m)) for name, sign, flow in self._flows()
        ]
        spread = _entries(rows["balance"], np.arange(pooled.size), -1.0, (joint_rows, pooled.size))
        joint = hstack([spread @ home.net[pooled], sum(flows_part[1:], flows_part[0])])
        identity = _entries(np.arange(m), np.arange(m), 1.0, (m, m))
        own = vstack(
            [
                hstack([home.rows, csr_matrix((home.limit.size, 2 * m))]),
                hstack([-home.net[charged], identity, -identity]),
            ]
        )
        return csr_matrix(joint), csr_matrix(own), right, np.concatenate([home.limit, home.load[charged]])

    def _flows(self) -> list[tuple[str, float, str]]:
        """Joint rows of charged steps in which the imports or exports of homes stand, with their sign."""
        entries = [("sold", -1.0, "sold"), ("bought", -1.0, "bought")]
        if self.terms.peak_charge > 0:
            entries.append(("shared_peak", 1.0, "bought"))
        if self.terms.limited:
            entries += [("shared_import_limit", 1.0, "bought"), ("shared_export_limit", 1.0, "sold")]
        return entries

    @cached_property
    def arrays(self) -> Template:
        """The template in scaled units: energies and prices are of order one."""
        from scipy.sparse import block_diag, csr_matrix, hstack, vstack

        joint, constant, equal, _ = self._joint
        blocks = [self._home_block(home) for home in self.homes]
        own = block_diag([block[1] for block in blocks], format="csr")
        matrix = vstack(
            [
                hstack([joint, *(block[0] for block in blocks)]),
                hstack([csr_matrix((own.shape[0], joint.shape[1])), own]),
            ]
        )
        right: list[Any] = [csr_matrix(np.array([block[2] for block in blocks]).T)]
        right += [block_diag([block[3][:, None] for block in blocks], format="csr")]
        charged = self._steps["charged"].size
        flow_cost = np.concatenate(
            [p[self._steps["charged"]] for p in (self.terms.import_price, -self.terms.export_price)]
        )
        costs, uppers, equals = [self._grid[1]], [np.full(joint.shape[1], np.inf)], [equal]
        for home in self.homes:
            equals.append(np.concatenate([home.equal, np.ones(0 if home.rigid else charged, dtype=bool)]))
            if not home.rigid:
                costs += [home.cost, flow_cost]
                uppers += [home.upper, np.full(2 * charged, np.inf)]
        return Template(
            csr_matrix(matrix),
            csr_matrix(vstack(right) / self._energy_unit),
            np.concatenate([constant, np.zeros(own.shape[0])]) / self._energy_unit,
            np.concatenate(equals),
            np.concatenate(costs) / self.price_unit,
            np.concatenate(uppers) / self._energy_unit,
            np.array([self._fixed_cost(home) for home in self.homes]) / self.money_unit,
        )

    def _fixed_cost(self, home: HomeProgram) -> float:
        """What a home without choices pays the grid in charged steps if nothing is shared. [money]"""
        if not home.rigid:
            return 0.0
        load = home.load[self._steps["charged"]]
        b, f = (price[self._steps["charged"]] for price in (self.terms.import_price, self.terms.export_price))
        return float(np.maximum(load, 0.0) @ b - np.maximum(-load, 0.0) @ f)

    def prices(self, row_duals: FloatArray) -> PricePath:
        """Read the supporting prices off the duals of the joint rows."""
        rows, terms = self._joint[3], self.terms
        found = {name: np.zeros(terms.n_steps) for name in ("sold", "peak", "import_limit", "export_limit")}
        steps = {"pooled": self._steps["pooled"], "shared": self._steps["shared"]}
        for kind, at in steps.items():
            for name in ("peak", "import_limit", "export_limit"):
                if f"{kind}_{name}" in rows:
                    found[name][at] = -row_duals[rows[f"{kind}_{name}"]] * self.price_unit
        found["sold"][steps["shared"]] = -row_duals[rows["sold"]] * self.price_unit
        sell = terms.export_price - found["export_limit"] + found["sold"]
        sell[steps["pooled"]] = row_duals[rows["balance"]] * self.price_unit
        return price_path(terms, sell, found["peak"], found["import_limit"], found["export_limit"])

    def home_duals(self, row_duals: FloatArray, home: int) -> tuple[FloatArray, FloatArray]:
        """A home's own value of a kWh, shape (T,), and the duals of its rows. [money/kWh]"""
        program, first, last = self.homes[home], self.first_row[home], self.first_row[home + 1]
        own = row_duals[first:last] * self.price_unit
        value = np.zeros(self.terms.n_steps)
        value[self._steps["pooled"]] = row_duals[self._joint[3]["balance"]] * self.price_unit
        if not program.rigid:
            value[self._steps["charged"]] = own[program.limit.size :]
        return value, own[: program.limit.size]

    def peak(self, columns: FloatArray) -> float:
        """Largest joint import, 0 if there is no peak charge. [kWh]"""
        return float(columns[self._grid[0]["peak"]].sum() * self._energy_unit)

    def plan(self, columns: FloatArray, home: int) -> FloatArray:
        """What a home does: its columns without imports and exports. [kWh]"""
        first = self.first_column[home]
        return np.asarray(columns[first : first + self.homes[home].cost.size] * self._energy_unit)


def _power_of_two(size: float) -> float:
    """A power of two near a size, by which nothing is rounded; 1 for nothing."""
    return float(2.0 ** np.round(np.log2(size))) if size > 0 else 1.0


def _entries(rows: IntArray, columns: IntArray, value: float, shape: tuple[int, int]) -> csr_matrix:
    """A sparse matrix with one value in the given places."""
    from scipy.sparse import csr_matrix

    return csr_matrix((np.full(rows.size, value), (rows, columns)), shape=shape)


@dataclass(frozen=True, eq=False, slots=True)
class Template:
    """Scaled arrays of a joint program: A, B, beta, equations, k, U and the cost of each home that is fixed."""

    matrix: csr_matrix
    right: csr_matrix
    constant: FloatArray
    equal: BoolArray
    cost: FloatArray
    upper: FloatArray
    fixed_cost: FloatArray

    def limits(self, members: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper right-hand sides of a coalition."""
        high = self.constant + self.right @ members.astype(float)
        return np.where(self.equal, high, -np.inf), high

    def model(self, lower_right: FloatArray, right: FloatArray, upper: FloatArray) -> Any:
        """HiGHS model with the given right-hand sides and bounds."""
        return highs_model(self.matrix, lower_right, right, upper, self.cost)


def highs_model(matrix: csr_matrix, low: FloatArray, high: FloatArray, upper: FloatArray, cost: FloatArray) -> Any:
    """Write a minimisation over non-negative columns for HiGHS."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(upper.size), upper
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = matrix.shape
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp
