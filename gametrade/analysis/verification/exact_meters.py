"""Bills under one local price by their definition, and the proof that no energy lowers them, in exact rationals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import NamedTuple

from gametrade.analysis.properties.meter_changes import MeterChange
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.exact_crossing import ZERO
from gametrade.community import Community

ONE_PRICE = ("bill_sharing", "mid_market_rate", "supply_demand_ratio", "competitive_price")
"""Rules whose bills are defined here a second time."""

DEGREE = 5
"""Degree of a gain times its denominators that is allowed for."""

HALVINGS = 40
"""How often a piece is cut in two, at most, before a bound is given up."""


class Step(NamedTuple):
    """One step as a home sees it: its own meter, the others' supply and demand [kWh], and the prices [money/kWh]."""

    demand: Fraction
    generation: Fraction
    supply: Fraction
    need: Fraction
    export: Fraction
    grid: Fraction
    charge: Fraction


def step_of(community: Community, home: int, step: int) -> Step:
    """A step without rounding."""
    column = [Fraction(d) - Fraction(g) for d, g in zip(
        community.demand[:, step].tolist(), community.generation[:, step].tolist(), strict=True
    )]  # fmt: skip
    others = column[:home] + column[home + 1 :]
    prices = (community.export_price, community.import_price, community.network_charge)
    return Step(
        Fraction(float(community.demand[home, step])),
        Fraction(float(community.generation[home, step])),
        sum((-net for net in others if net < 0), ZERO),
        sum((net for net in others if net > 0), ZERO),
        *(Fraction(float(price[step])) for price in prices),
    )


def local_price(rule: str, step: Step, supply: Fraction, need: Fraction) -> Fraction:
    """What a shared kWh costs, network charge excluded."""
    floor, ceiling = step.export, step.grid - step.charge
    if rule == "bill_sharing":
        return ZERO
    if rule == "mid_market_rate":
        return (floor + ceiling) / 2
    if rule == "competitive_price":
        return (floor + ceiling) / 2 if supply == need else floor if supply > need else ceiling
    if supply >= need or floor == 0:
        return floor
    return ceiling * floor / ((ceiling - floor) * supply / need + floor)


def exact_bill(rule: str, step: Step, nets: Sequence[Fraction]) -> Fraction:
    """What a home pays in all for its accounts, at their net loads."""
    supply = step.supply + sum((-net for net in nets if net < 0), ZERO)
    need = step.need + sum((net for net in nets if net > 0), ZERO)
    shared = min(supply, need) if step.grid - step.charge > step.export else ZERO
    price = local_price(rule, step, supply, need) if shared else ZERO
    bill = ZERO
    for net in nets:
        if net < 0:
            bill += net * (price * shared + step.export * (supply - shared)) / supply
        elif net > 0:
            bill += net * ((price + step.charge) * shared + step.grid * (need - shared)) / need
    return bill


def _nets(step: Step, way: str, energy: Fraction) -> list[Fraction]:
    """Net loads of the home's accounts after a change."""
    net = step.demand - step.generation
    if way != "accounts":
        return [net + energy]
    return [max(net, ZERO) + energy, min(net, ZERO) - energy]


def exact_gain(community: Community, rule: str, change: MeterChange) -> Fraction:
    """By how much the bill of a step falls by a change in it."""
    step = step_of(community, change.home, change.step)
    before = exact_bill(rule, step, [step.demand - step.generation])
    return before - exact_bill(rule, step, _nets(step, change.way, Fraction(change.energy)))


def prove_nothing_gains(community: Community, rule: str, way: str, slack: Fraction) -> None:
    r"""Prove that no energy gains more than a slack in all steps together, for any home.

    Parameters
    ----------
    community : Community
        Honest meters.
    rule : str
        One of `ONE_PRICE`.
    way : {"waste", "burn", "accounts"}
        What homes do.
    slack : Fraction
        What counts as nothing. [money]

    Raises
    ------
    Refuted
        If some energy gains more, or prices are such that this is no proof.

    Notes
    -----
    In each piece gain less slack, times its denominators, is a polynomial; it is interpolated exactly, checked at one
    point more, and bounded by its Bernstein coefficients, the piece being halved where they do not decide.
    """
    if community.export_price.min() < 0 or community.import_price.min() <= 0:
        raise Refuted("a negative price, for which this is no proof")
    if (community.import_price < community.export_price + community.network_charge).any():
        raise Refuted("the grid pays more than it costs, for which this is no proof")
    share = slack / community.n_steps
    for home in range(community.n_prosumers):
        for step in range(community.n_steps):
            _prove_step(step_of(community, home, step), rule, way, share)


def _prove_step(step: Step, rule: str, way: str, slack: Fraction) -> None:
    """One home in one step."""
    own = step.generation - step.demand
    before = exact_bill(rule, step, [-own])
    if way == "accounts":
        ends = {ZERO, min(step.demand, step.generation)}
    else:
        alone = own * step.export if own > 0 else own * step.grid
        top = step.generation if way == "waste" else max(own, ZERO) + step.supply + abs(alone) / step.grid
        ends = {ZERO, top} | {x for x in (own, own - step.need + step.supply) if 0 < x < top}

    def gain(energy: Fraction) -> Fraction:
        return before - exact_bill(rule, step, _nets(step, way, energy))

    for end in ends:
        if gain(end) > slack:
            raise Refuted(f"{float(end):.6g} kWh gain {float(gain(end)):.6g}, though none is said to pay")
    for low, high in pairwise(sorted(ends)):
        _prove_piece(gain, lambda x: _below(step, rule, way, x), (low, high), slack)


def _below(step: Step, rule: str, way: str, energy: Fraction) -> tuple[Fraction, ...]:
    """Denominators of a bill: supply, demand, and that of the price."""
    nets = _nets(step, way, energy)
    supply = step.supply + sum((-net for net in nets if net < 0), ZERO)
    need = step.need + sum((net for net in nets if net > 0), ZERO)
    if rule != "supply_demand_ratio":
        return supply, need
    return supply, need, (step.grid - step.charge - step.export) * supply + step.export * need


def _prove_piece(
    gain: Callable[[Fraction], Fraction],
    below: Callable[[Fraction], tuple[Fraction, ...]],
    piece: tuple[Fraction, Fraction],
    slack: Fraction,
) -> None:
    """No value inside a piece is above the slack."""
    low, high = piece
    alive = [min(pair) > 0 for pair in zip(below(low), below(high), strict=True)]

    def value(share: Fraction) -> Fraction:
        energy = low + (high - low) * share
        product = Fraction(1)
        for part, counts in zip(below(energy), alive, strict=True):
            product *= part if counts else 1
        return (gain(energy) - slack) * product

    values = [value(node) for node in NODES]
    powers = [sum((row[k] * values[k] for k in range(DEGREE + 1)), ZERO) for row in INVERSE]
    other = Fraction(1, 7)
    if sum((c * other**k for k, c in enumerate(powers)), ZERO) != value(other):
        raise Refuted("a bill is not of the form that its rule gives it")
    todo = [([sum((Fraction(comb(i, j), comb(DEGREE, j)) * powers[j] for j in range(i + 1)), ZERO)
              for i in range(DEGREE + 1)], 0)]  # fmt: skip
    while todo:
        coefficients, depth = todo.pop()
        if max(coefficients) <= 0:
            continue
        if depth == HALVINGS or max(coefficients[0], coefficients[-1]) > 0:
            raise Refuted(
                f"between {float(low):.6g} and {float(high):.6g} kWh something gains, though nothing is said to"
            )
        todo += [(half, depth + 1) for half in _halves(coefficients)]


def _halves(coefficients: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """Bernstein coefficients on both halves of an interval (de Casteljau)."""
    left, right, row = [], [], coefficients
    while row:
        left.append(row[0])
        right.append(row[-1])
        row = [(one + other) / 2 for one, other in pairwise(row)]
    return left, right[::-1]


def _inverse(nodes: Sequence[Fraction]) -> list[list[Fraction]]:
    """Takes values at the nodes to coefficients of powers: Lagrange's polynomials written out."""
    columns = []
    for k, node in enumerate(nodes):
        powers = [Fraction(1)]
        for other in (*nodes[:k], *nodes[k + 1 :]):
            shifted = [ZERO, *powers]
            powers = [(shifted[i] - other * (powers[i] if i < len(powers) else ZERO)) / (node - other)
                      for i in range(len(shifted))]  # fmt: skip
        columns.append(powers)
    return [[column[i] for column in columns] for i in range(len(nodes))]


NODES = [Fraction(2 * k + 1, 2 * DEGREE + 2) for k in range(DEGREE + 1)]
"""Where a piece is looked at, as shares of its length."""

INVERSE = _inverse(NODES)
"""Of the matrix of powers at the nodes."""
