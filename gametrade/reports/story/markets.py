"""Auctions between the homes in tables: the money over the period, and who gains by lying in a few hours."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gametrade.analysis.market_section import Hour, MarketSection, Total, clearing_prices
from gametrade.analysis.properties.meter_changes import WAYS
from gametrade.analysis.properties.meter_pieces import ONE_PRICE
from gametrade.analysis.studies.mechanism_table import FOUR, THEOREM, MechanismTable
from gametrade.analysis.study import StabilityStudy
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import OrderBook
from gametrade.reports.story.numbers import NOTHING, SPACE, Writer, count, fixed, percent
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import plural, rule_label, sentence

PRICE_LIES, ENERGY_LIES = FOUR[2], "quantity_truthfulness"

NONE, NONE_FOUND = "none", "none found"
"""Said where every lie was tried, and where some were."""

AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"

MORE = "\N{LEFT DOUBLE QUOTATION MARK}at most\N{RIGHT DOUBLE QUOTATION MARK} says what no lie at all gains more than"
"""About the bound of what is searched."""

WAY_WORDS = {"waste": "wastes energy", "burn": "burns energy", "shift": "shifts load", "accounts": "second account"}
"""What a home does at its meter, in short."""

LOST = {
    "individual_rationality": "somebody loses by taking part",
    "allocative_efficiency": "efficiency",
    "strategyproofness": "truthfulness",
    "budget_balance": "balance: money is added",
}
"""The four properties of which the theorem speaks, in short."""


def market_tables(study: StabilityStudy) -> list[Table]:
    """Totals of every mechanism, the hours looked at, and who gains by lying in them; none where nothing trades."""
    section = study.market
    if section is None or study.nothing_shared:
        return []
    tables = [totals_table(study, section)]
    if section.table is not None:
        tables += [hours_table(study, section), lies_table(study, section, section.table), meters_table(study, section)]
    return tables


def steps_said(section: MarketSection) -> str:
    """Which steps the totals are about."""
    if section.stride == 1:
        return f"all {count(section.trading)} settlement steps with a buyer and a seller"
    nth = {2: "every second", 3: "every third"}.get(section.stride, f"every {section.stride}th")
    some, every = count(section.counted), count(section.trading)
    return f"{nth} of the {every} settlement steps with a buyer and a seller ({some} steps)"


def totals_table(study: StabilityStudy, section: MarketSection) -> Table:
    """What each mechanism does with honest orders."""
    unit = study.game.unit
    columns = (
        Column("mechanism", numeric=False),
        Column("traded", "kWh"),
        Column("welfare", unit),
        Column("of the optimum", "%"),
        Column("auctioneer keeps", unit),
        Column("buyers pay", f"{unit}/kWh", "average price"),
        Column("sellers get", f"{unit}/kWh", "average price"),
    )
    note = "\n".join(
        [
            f"Totals of {steps_said(section)}. Homes are taken as inelastic and honest: a buyer bids the retail price "
            "less the network charge, a seller asks the feed-in price. So all bids of a step are equal and all asks "
            "are, every crossing is flat, and welfare is what the community saves.",
            "Auctioneer: negative if somebody has to add money. Prices are per kWh traded inside. Mechanisms that draw "
            "lots were run with the lot that their name states; all orders of a step arrive at once, in the order of "
            "the homes.",
        ]
    )
    rows = tuple(_total_row(study, section, row) for row in section.totals)
    return Table("What each mechanism does with honest orders", columns, rows, note)


def _total_row(study: StabilityStudy, section: MarketSection, row: Total) -> tuple[str, ...]:
    write = Writer.of(study)
    slack = 1e-9 * section.optimum
    kept = 0.0 if abs(row.surplus) <= slack else row.surplus
    share = percent(row.welfare / section.optimum, 1) if section.optimum > 0 else NOTHING
    return (
        rule_label(row.mechanism),
        fixed(row.volume, 1),
        write.number(row.welfare),
        share,
        write.number(kept),
        *(fixed(price, 4) if math.isfinite(price) else NOTHING for price in (row.buy_price, row.sell_price)),
    )


def hours_table(study: StabilityStudy, section: MarketSection) -> Table:
    """The hours in which lies were tried."""
    unit = study.game.unit
    columns = (
        Column("why this step", numeric=False),
        Column("when", numeric=False, whole=True),
        Column("sellers", "", "supply"),
        Column("energy", "kWh", "supply"),
        Column("buyers", "", "demand"),
        Column("energy", "kWh", "demand"),
        Column("clearing prices", f"{unit}/kWh"),
    )
    rows = tuple((sentence(hour.why), clock_of(section, hour), *_sides(hour.book)) for hour in section.hours)
    note = (
        "Chosen by rule, not by hand: the step with most trade; among the half of the steps that trade most the one in "
        "which supply and demand differ least; the middle one by energy among those with a surplus and among those "
        "with a shortage."
    )
    return Table("The steps in which lies were tried", columns, rows, note)


def clock_of(section: MarketSection, hour: Hour) -> str:
    """When, on the local wall clock."""
    return str(section.community.local_times()[hour.step])[:16].replace("T", " ")


def _sides(book: OrderBook) -> tuple[str, ...]:
    """Number of sellers and buyers with their energies, and the prices that clear."""
    bids = book.buys
    low, high = clearing_prices(book)
    price = fixed(low, 4) if low == high else f"{fixed(low, 4)} to {fixed(high, 4)}"
    return (
        str(int((~bids).sum())),
        fixed(float(book.energies[~bids].sum()), 2),
        str(int(bids.sum())),
        fixed(float(book.energies[bids].sum()), 2),
        price,
    )


def lies_table(study: StabilityStudy, section: MarketSection, table: MechanismTable) -> Table:
    """Who gains by lying, how much and how, and which of the four properties each mechanism gives up."""
    unit, hours = study.game.unit, len(section.hours)
    columns = (
        Column("mechanism", numeric=False),
        Column("gains up to", unit, "false price"),
        Column("in steps", "", "false price", numeric=False, whole=True),
        Column("who, and how", "", "false price", numeric=False),
        Column("gains up to", unit, "false quantity"),
        Column("in steps", "", "false quantity", numeric=False, whole=True),
        Column("who, and how", "", "false quantity", numeric=False),
        Column("gives up here", numeric=False),
    )
    rows = []
    for label in table.mechanisms:
        lost = [LOST[name.partition(":")[0]] for name in table.gives_up(label) if name in FOUR]
        cells = [_lie(study, section, table.verdicts[label, name]) for name in (PRICE_LIES, ENERGY_LIES)]
        rows.append((rule_label(label), *cells[0], *cells[1], "; ".join(lost) or "none shown"))
    note = "\n".join(
        [
            f"Largest gain of one home in {plural(hours, 'step')}, the others honest; {unit} per step. "
            f"\N{LEFT DOUBLE QUOTATION MARK}{NONE}\N{RIGHT DOUBLE QUOTATION MARK} is proved by trying every lie that "
            f"can matter, \N{LEFT DOUBLE QUOTATION MARK}{NONE_FOUND}\N{RIGHT DOUBLE QUOTATION MARK} is a search "
            f"without proof; so is a number after {AT_LEAST}; {MORE}. A number in brackets can be approached, not "
            "reached. gametrade verify runs every lie again, in exact arithmetic.",
            "False quantity: a seller withholds energy, or offers more and buys what it lacks at the highest limit of "
            "the step; a buyer asks for less, or for more than it can use.",
            f"{THEOREM} doi:10.1016/0022-0531(83)90048-0.",
        ]
    )
    return Table("Who gains by lying, and what each mechanism gives up", columns, tuple(rows), note)


def _lie(study: StabilityStudy, section: MarketSection, verdicts: tuple[Verdict, ...]) -> tuple[str, str, str]:
    """Largest gain, in how many of the steps one pays, and the lie itself."""
    paying = [k for k, verdict in enumerate(verdicts) if verdict.holds is False]
    write = Writer(study.game.unit, max(3, Writer.of(study).decimals), study.game.tolerance)
    if not paying:
        proved = all(verdict.holds for verdict in verdicts)
        said = NONE if proved else NONE_FOUND + _at_most(write, verdicts)
        return said, f"0{SPACE}of{SPACE}{len(verdicts)}", ""
    worst = max(paying, key=lambda k: gain_bound(verdicts[k]))
    verdict = verdicts[worst]
    bound, attained = gain_bound(verdict), -verdict.margin
    text = write.number(bound) if bound <= attained * (1 + 1e-9) else f"({write.number(bound)})"
    text = text if verdict.certificate["exhaustive"] else f"{AT_LEAST}{SPACE}{text}{_at_most(write, verdicts)}"
    where = f"{len(paying)}{SPACE}of{SPACE}{len(verdicts)}"
    return text, where, f"{_told(section.hours[worst].book, verdict)}, {clock_of(section, section.hours[worst])}"


def gain_bound(verdict: Verdict) -> float:
    """Least upper bound of what a lie gains where all were tried, else the largest gain met. [money]"""
    certificate = verdict.certificate
    if not certificate["exhaustive"]:
        return -verdict.margin
    return max(-verdict.margin, float(certificate["supremum"]) - float(certificate["honest"]))


def _told(book: OrderBook, verdict: Verdict) -> str:
    """The lie in words."""
    order = verdict.certificate["orders"][0]
    place = book.ids.index(order["id"])
    verb = "bids" if order["side"] == "bid" else "asks"
    if order["price"] != book.prices[place]:
        return f"{order['owner']} {verb} {fixed(order['price'], 4)} instead of {fixed(float(book.prices[place]), 4)}"
    verb = "asks for" if order["side"] == "bid" else "offers"
    return f"{order['owner']} {verb} {fixed(order['energy'], 3)} instead of {fixed(float(book.energies[place]), 3)} kWh"


def _at_most(write: Writer, verdicts: Iterable[Verdict]) -> str:
    """What no lie or change gains more than, where that is known of every verdict; else nothing is said."""
    searched = [verdict.certificate for verdict in verdicts if not verdict.certificate.get("exhaustive")]
    bounds = [float(certificate["bound"]) for certificate in searched if "bound" in certificate]
    if not bounds or len(bounds) < len(searched):
        return ""
    return f", at most{SPACE}{write.number(max(bounds))}"


def meters_table(study: StabilityStudy, section: MarketSection) -> Table:
    """What a home gains by what it does to its own meter, under every split rule that is cheap to run."""
    unit = study.game.unit
    columns = [Column("rule", numeric=False)]
    for doing in (WAY_WORDS[way] for way in WAYS):
        columns += [Column("gains up to", unit, doing), Column("who, and how", "", doing, numeric=False)]
    names = list(dict.fromkeys(rule for rule, _ in section.meters))
    rows = tuple(
        (rule_label(rule), *(cell for way in WAYS for cell in _meter_cells(study, section.meters[rule, way])))
        for rule in names
    )
    said = [f"\N{LEFT DOUBLE QUOTATION MARK}{word}\N{RIGHT DOUBLE QUOTATION MARK}" for word in (NONE, NONE_FOUND)]
    note = "\n".join(
        [
            f"Largest fall of one home's bill by one change in the {plural(len(section.hours), 'step')} above, "
            "the others honest. Wasted energy is lost, burnt energy of no use; load that is shifted to "
            "another of these steps is as good as before, and may pay without any community: see the row of "
            "staying alone. A second account sells what the first one buys, or has a half of everything.",
            f"{said[0]} is proved: for rules of one local price by looking at every energy of every home in "
            f"all these steps, for wasting and burning under others by their formula. {said[1]} and numbers "
            f"after {AT_LEAST} are a search; what follows them is what no change can gain more than, because "
            "nobody else loses. Rules that solve a program for every change (nucleolus, least core) are left "
            "out. Under a mechanism a seller that withholds energy still has it, so where no false quantity "
            "pays, wasting does not.",
        ]
    )
    return Table("What a home gains at its own meter", tuple(columns), rows, note)


def _meter_cells(study: StabilityStudy, verdict: Verdict) -> tuple[str, str]:
    """The largest gain, and the change."""
    write = Writer(study.game.unit, max(3, Writer.of(study).decimals), study.game.tolerance)
    limit = _at_most(write, [verdict])
    if verdict.holds is not False:
        return (NONE if verdict.holds else f"{NONE_FOUND}{limit}"), ""
    told, gain = verdict.certificate["change"], write.ends(0.0, -verdict.margin)[1]
    exactly = verdict.rule in ONE_PRICE and told["way"] != "shift"
    if told["step"] < 0:
        how = "half of everything" if told["energy"] else "all generation"
        return f"{AT_LEAST}{SPACE}{gain}{limit}", f"{told['home']}, {how}"
    how = f"{told['home']}, {fixed(told['energy'], 3)} kWh, {told['time'][:16].replace('T', ' ')}"
    return (gain if exactly else f"{AT_LEAST}{SPACE}{gain}{limit}"), how
