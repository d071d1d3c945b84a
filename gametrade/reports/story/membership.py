"""Formation and competition in tables: which coalitions form, and where homes go."""

from __future__ import annotations

from gametrade.analysis.studies.formation import FormationStudy
from gametrade.analysis.studies.provider_study import ProviderStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.reports.story.numbers import NOTHING, Writer, fixed
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import listed, plural, rule_label

ENDINGS = {"stable": "no home moves", "cycle": "a structure returns", "stopped": "not decided"}


def membership_tables(study: StabilityStudy) -> list[Table]:
    """Tables about formation and competition that were made."""
    found = study.membership
    if found is None or study.nothing_shared:
        return []
    tables = [formation_table(study, found.formations)] if found.formations else []
    if found.competition is not None:
        tables.append(competition_table(study, found.competition))
        if found.competition.charges:
            tables.append(charges_table(study, found.competition))
    return tables


def formation_table(study: StabilityStudy, formations: tuple[FormationStudy, ...]) -> Table:
    """What forms from everybody alone under each rule, and who would break it."""
    write, rows = Writer.of(study), []
    for found in formations:
        proof, path = found.certificate, found.path
        assert proof is not None
        sizes = sorted((len(part) for part in path.final), reverse=True)
        pair = NOTHING if proof.pair is None else write.number(min(proof.pair.gains))
        block = NOTHING if proof.blocking is None else write.bracket(proof.blocking.excess, proof.blocking.upper_bound)
        lists = {name: str(len(answer.partitions)) for name, answer in found.stable.items()}
        rows.append(
            (
                rule_label(str(found.formation.rule)),
                ", ".join(map(str, sizes[:6])) + (", ..." if len(sizes) > 6 else ""),
                f"{ENDINGS[path.ending]} after {plural(len(path.moves), 'move')}",
                write.number(proof.single.gains[0]),
                pair,
                block,
                *(lists.values()),
            )
        )
    counted = [Column(f"structures, {name.replace('_', ' ')} stable") for name in formations[0].stable]
    unit = study.game.unit
    examined = [answer.examined for answer in formations[0].stable.values()][:1]
    note = f" All {examined[0]} structures were examined for the last columns." if examined else ""
    return Table(
        "Which coalitions form when every home joins the coalition that pays it best, from everybody alone",
        (Column("rule in every coalition", numeric=False), Column("sizes", numeric=False),
         Column("end", numeric=False), Column("best home", unit), Column("best pair, each", unit),
         Column("best coalition", unit), *counted),
        tuple(rows),
        "What the best move would gain: of one home, of the worse off of two homes that move together, and of a "
        "coalition that shares freely what it makes. Negative: all such moves lose. Every move of one and of two homes "
        "was settled; the coalition is the most profitable one, or its bracket." + note,
    )  # fmt: skip


def competition_table(study: StabilityStudy, found: ProviderStudy) -> Table:
    """Where homes end among providers without fees."""
    rows = []
    for option in found.market.options:
        counts = [len(end.members(option)) for end in found.settled]
        mean = fixed(sum(counts) / len(counts), 1) if counts else NOTHING
        span = f"{min(counts)} to {max(counts)}" if counts else NOTHING
        full = str(sum(count == found.market.n_players for count in counts))
        rows.append((rule_label(option) if option != "alone" else "no provider", mean, span, full))
    write = Writer.of(study)
    lost = max((end.welfare_loss for end in found.settled), default=0.0)
    listed_all = ""
    if found.nash is not None and found.core is not None:
        listed_all = (
            f" Of all choices {len(found.nash)} are stable against single homes, {len(found.core)} against groups."
        )
    return Table(
        "Which provider homes choose for all their hours, if rules compete without fees",
        (Column("provider's rule", numeric=False), Column("homes, mean"), Column("range", numeric=False),
         Column("starts in which it has all")),
        tuple(rows),
        f"Homes move one after the other to what pays them best, from {len(found.ends)} random first choices (a "
        f"sample, fixed seed); {len(found.settled)} end where no home gains by moving. Gains lost by being "
        f"apart: at most {write.money(lost)}.{listed_all}",
    )  # fmt: skip


def charges_table(study: StabilityStudy, found: ProviderStudy) -> Table:
    """Largest fee per member of each provider in the end met most often."""
    write = Writer.of(study)
    rows = [
        (rule_label(name), kind, write.number(limit.fee), listed(limit.leavers))
        for name, limits in found.charges.items()
        for kind, limit in limits.items()
    ]
    return Table(
        "How much a provider may charge each member, in the end met most often",
        (Column("provider's rule", numeric=False), Column("until", numeric=False), Column("fee", study.game.unit),
         Column("who", numeric=False)),
        tuple(rows),
        "A provider must cover its cost from fees below this. Negative: somebody would leave even without a fee. "
        "Others keep their fees at nothing, and a move costs nothing.",
    )  # fmt: skip
