"""Mechanisms side by side: what is true of each on given books, with the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametrade.analysis.checking import check
from gametrade.analysis.verdict import Verdict
from gametrade.display import html_table, text_table
from gametrade.errors import InvalidInputError
from gametrade.mechanisms import OrderBook, clear
from gametrade.registry import mechanisms as registered
from gametrade.registry import properties as registered_properties

if TYPE_CHECKING:
    import pandas as pd

FOUR = ("individual_rationality", "allocative_efficiency", "strategyproofness:about=price", "budget_balance:weak=true")
"""The properties of which no mechanism has all, in the words of the registry; values are private, energies known."""

THEOREM = (
    "Myerson and Satterthwaite (1983): for a buyer and a seller whose values are drawn independently from densities "
    "that are positive on overlapping intervals, no mechanism is at once Bayesian incentive compatible, interim "
    "individually rational, ex post efficient and without a subsidy in expectation. It is a statement about mechanisms "
    "and priors; a table of books illustrates it and cannot prove or refute it."
)
"""doi:10.1016/0022-0531(83)90048-0"""


@dataclass(frozen=True, eq=False)
class MechanismTable:
    """Verdicts about several mechanisms on the same books.

    Parameters
    ----------
    books : tuple of OrderBook
        The books, each taken as the truth.
    verdicts : mapping of (str, str) to tuple of Verdict
        By mechanism and property, one verdict a book.
    """

    books: tuple[OrderBook, ...]
    verdicts: Mapping[tuple[str, str], tuple[Verdict, ...]]

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Rows."""
        return tuple(dict.fromkeys(mechanism for mechanism, _ in self.verdicts))

    @property
    def properties(self) -> tuple[str, ...]:
        """Columns."""
        return tuple(dict.fromkeys(name for _, name in self.verdicts))

    def worst(self, mechanism: str, property: str) -> Verdict:
        """The verdict of the book that is worst for a mechanism: a failure before an undecided one."""
        order = {False: 0, None: 1, True: 2}
        return min(self.verdicts[mechanism, property], key=lambda verdict: (order[verdict.holds], verdict.margin))

    def gives_up(self, mechanism: str) -> tuple[str, ...]:
        """Properties that a mechanism is proved not to have, by some book of the table."""
        return tuple(name for name in self.properties if self.worst(mechanism, name).holds is False)

    def to_frame(self) -> pd.DataFrame:
        """One row a mechanism and property: decided how, least margin, witness and kind of evidence."""
        import pandas as pd

        rows = []
        for mechanism, name in self.verdicts:
            verdict = self.worst(mechanism, name)
            rows.append(
                {
                    "mechanism": mechanism,
                    "property": name.partition(":")[0],
                    "holds": verdict.holds,
                    "margin": verdict.margin,
                    "witness": ", ".join(verdict.witness),
                    "evidence": verdict.certificate["kind"],
                    "books_failing": sum(v.holds is False for v in self.verdicts[mechanism, name]),
                }
            )
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        header, rows = self._cells()
        return "\n".join([text_table(header, rows), *self._notes()])

    def _repr_html_(self) -> str:
        header, rows = self._cells()
        return html_table(header, rows, "Mechanisms on the same orders") + "".join(f"<p>{n}</p>" for n in self._notes())

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        names = self.properties
        header = ["mechanism", *(name.partition(":")[0].replace("_", " ") for name in names), "gives up"]
        rows = []
        for mechanism in self.mechanisms:
            lost = ", ".join(name.partition(":")[0].replace("_", " ") for name in self.gives_up(mechanism))
            rows.append([mechanism, *(_word(self.worst(mechanism, name)) for name in names), lost or "none shown"])
        return header, rows

    def _notes(self) -> list[str]:
        unit = self.books[0].unit
        return [
            f"Worst of {len(self.books)} book(s); numbers in {unit}: what a lie gains, what is missed or added.",
            "'holds' is said of these books, never of a mechanism in general; '?' is not proved.",
            THEOREM,
        ]


def mechanism_table(
    books: OrderBook | Sequence[OrderBook],
    mechanisms: Sequence[str | Callable[..., Any]] | None = None,
    properties: Sequence[str] | None = None,
    *,
    most: int = 2_000,
) -> MechanismTable:
    """Compare mechanisms on the same books: who could gain by lying, what is missed, who pays for it.

    Parameters
    ----------
    books : OrderBook or sequence of OrderBook
        Honest orders.
    mechanisms : sequence of str or callable, optional
        Names, with options as in ``"uniform_price:k=1"``, or functions; all registered ones that draw no lots if
        not given.
    properties : sequence of str, optional
        Properties of markets; the four of the impossibility theorem if not given.
    most : int, default=2000
        Lies to try at most, for each mechanism and book.

    Returns
    -------
    MechanismTable
        One row a mechanism, with verdicts and certificates.

    Raises
    ------
    InvalidInputError
        If there is no book.

    References
    ----------
    .. [1] R. B. Myerson and M. A. Satterthwaite, "Efficient mechanisms for bilateral trading", J. Econ. Theory
       29 (1983) 265-281. :doi:`10.1016/0022-0531(83)90048-0`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1), (4, 1)], asks=[(2, 1), (4, 1), (6, 1), (7.5, 1)])
    >>> table = mechanism_table(book, ["uniform_price", "vickrey_clarke_groves"])
    >>> table.gives_up("uniform_price"), table.gives_up("vickrey_clarke_groves")
    (('strategyproofness:about=price',), ('budget_balance:weak=true',))
    """
    given = (books,) if isinstance(books, OrderBook) else tuple(books)
    if not given:
        raise InvalidInputError("books of mechanism_table must be one or more. Got none.")
    chosen = mechanisms if mechanisms is not None else [e.name for e in registered if not e.traits.get("draws")]
    names = tuple(properties) if properties is not None else FOUR
    verdicts: dict[tuple[str, str], tuple[Verdict, ...]] = {}
    for mechanism in chosen:
        label = mechanism if isinstance(mechanism, str) else registered.get(mechanism).name
        outcomes = [clear(book, mechanism) for book in given]
        for name in names:
            options = _limited(name, mechanism, most)
            verdicts[label, name] = tuple(check(outcome, name, **options) for outcome in outcomes)
    return MechanismTable(given, verdicts)


def _limited(name: str, mechanism: str | Callable[..., Any], most: int) -> dict[str, Any]:
    """Options of a property that runs the mechanism again."""
    known = registered_properties.resolve(name)[0].options

    options: dict[str, Any] = {"most": most} if "most" in known else {}
    if "mechanism" in known and not isinstance(mechanism, str):
        options["mechanism"] = mechanism
    return options


def _word(verdict: Verdict) -> str:
    """Holds, a number, or a question mark."""
    return "holds" if verdict.holds else "?" if verdict.holds is None else f"{abs(verdict.margin):.4g}"
