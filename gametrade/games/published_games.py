"""The data of the catalogue: games of the literature with their sources and exact answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from gametrade.games.catalogue import PublishedGame
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.published_families import (
    airport,
    bankruptcy,
    fano_plane,
    gloves,
    horse_market,
    houses,
    listed,
    unanimity_on_a_path,
    weighted_vote,
)

OPTIONS = ("cost", "note")
YES_OR_NO = ("yes", "no")


def _published(
    name: str, title: str, source: str, build: Callable[[], CoalitionalGame], answers: Mapping[str, str]
) -> PublishedGame:
    """Read exact numbers; ``cost`` and ``note`` are options, single numbers and yes or no are facts."""
    facts: dict[str, Fraction | bool] = {}
    known: dict[str, tuple[Fraction, ...]] = {}
    for key, text in answers.items():
        vector = [number for word in text.split() for number in _numbers(word)] if key not in OPTIONS else []
        if len(vector) > 1:
            known[key] = tuple(vector)
        elif key not in OPTIONS:
            facts[key] = text == "yes" if text in YES_OR_NO else vector[0]
    return PublishedGame(name, title, source, build, known, facts, "cost" in answers, answers.get("note", ""))


def _numbers(word: str) -> list[Fraction]:
    """Read "1/2" as one number and "3*1/2" as three; yes and no are none."""
    if word in YES_OR_NO:
        return []
    times, _, number = word.rpartition("*")
    return [Fraction(number)] * int(times or 1)


TALMUD = (
    'R. J. Aumann and M. Maschler, "Game theoretic analysis of a bankruptcy problem from the Talmud", '
    "J. Econ. Theory 36 (1985) 195-213, doi:10.1016/0022-0531(85)90102-4"
)
ASSIGNMENT = (
    'L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130, '
    "doi:10.1007/BF01753437"
)
MISTAKES = (
    'M. Guajardo and K. Jornsten, "Common mistakes in computing the nucleolus", Eur. J. Oper. Res. 241 (2015) 931-935'
)
CLAIMS = {"100": 100, "200": 200, "300": 300}
COUNCIL = {**{f"P{i}": 7 for i in range(1, 6)}, **{f"E{i}": 1 for i in range(1, 11)}}

PUBLISHED = (
    _published(
        "talmud_100",
        "an estate of 100, claims of 100, 200 and 300",
        TALMUD,
        bankruptcy(100, CLAIMS),
        {
            "nucleolus": "100/3 100/3 100/3",
            "shapley": "100/3 100/3 100/3",
            "tau_value": "100/3 100/3 100/3",
            "core_empty": "no",
        },
    ),
    _published(
        "talmud",
        "an estate of 200, claims of 100, 200 and 300",
        TALMUD,
        bankruptcy(200, CLAIMS),
        {
            "nucleolus": "50 75 75",
            "shapley": "100/3 250/3 250/3",
            "tau_value": "40 80 80",
            "core_empty": "no",
            "least_core_epsilon": "-50",
            "note": "The nucleolus explains a division that puzzled readers for two thousand years.",
        },
    ),
    _published(
        "talmud_300",
        "an estate of 300, claims of 100, 200 and 300",
        TALMUD,
        bankruptcy(300, CLAIMS),
        {
            "nucleolus": "50 100 150",
            "shapley": "50 100 150",
            "tau_value": "50 100 150",
            "core_empty": "no",
        },
    ),
    _published(
        "airport",
        "a runway for aircraft that need 1, 2, 3 and 6",
        'S. C. Littlechild and G. Owen, "A simple expression for the Shapley value in a special case", '
        "Manage. Sci. 20 (1973) 370-372, doi:10.1287/mnsc.20.3.370",
        airport({"A": 1, "B": 2, "C": 3, "D": 6}),
        {
            "cost": "yes",
            "shapley": "1/4 7/12 13/12 49/12",
            "nucleolus": "1/2 3/4 7/8 31/8",
            "tau_value": "1/3 2/3 1 4",
            "core_empty": "no",
            "least_core_epsilon": "-1/2",
        },
    ),
    _published(
        "glove",
        "two left gloves, one right glove",
        'L. S. Shapley, "The solutions of a symmetric market game", Contributions to the Theory of Games IV (1959)',
        gloves,
        {
            "nucleolus": "0 0 1",
            "shapley": "1/6 1/6 2/3",
            "tau_value": "0 0 1",
            "core_empty": "no",
            "least_core_epsilon": "0",
            "note": "The core pays the owners of the long side nothing; the Shapley value does not.",
        },
    ),
    _published(
        "assignment",
        "three sellers and three buyers of houses",
        ASSIGNMENT,
        houses,
        {
            "nucleolus": "4 17/3 1/3 5/3 4 1/3",
            "shapley": "199/60 68/15 11/15 11/5 239/60 37/30",
            "seller_optimal": "5 6 1 1 3 0",
            "buyer_optimal": "3 5 0 2 5 1",
            "core_empty": "no",
            "least_core_epsilon": "0",
        },
    ),
    _published(
        "horse_market",
        "a horse market of 8 sellers and 10 buyers, after Boehm-Bawerk",
        ASSIGNMENT + "; its figures are those commonly quoted, not compared with the original",
        horse_market,
        {
            "seller_optimal": "23/2 21/2 13/2 9/2 3/2 0 0 0 17/2 13/2 9/2 5/2 1/2 0 0 0 0 0",
            "buyer_optimal": "11 10 6 4 1 0 0 0 9 7 5 3 1 0 0 0 0 0",
            "core_empty": "no",
            "lowest_price": "21",
            "highest_price": "43/2",
        },
    ),
    _published(
        "majority",
        "two of three players win",
        'J. von Neumann and O. Morgenstern, "Theory of Games and Economic Behavior" (1944)',
        weighted_vote(2, {"A": 1, "B": 1, "C": 1}),
        {
            "nucleolus": "1/3 1/3 1/3",
            "shapley": "1/3 1/3 1/3",
            "banzhaf": "1/3 1/3 1/3",
            "core_empty": "yes",
            "least_core_epsilon": "1/3",
            "cost_of_stability": "1/2",
        },
    ),
    _published(
        "fano_plane",
        "seven players win with the three points of a line",
        'M. Richardson, "On finite projective games", Proc. Am. Math. Soc. 7 (1956) 458-465',
        fano_plane,
        {
            "nucleolus": "7*1/7",
            "shapley": "7*1/7",
            "banzhaf": "7*1/7",
            "core_empty": "yes",
            "least_core_epsilon": "4/7",
            "cost_of_stability": "4/3",
        },
    ),
    _published(
        "un_security_council",
        "five permanent and ten elected members",
        'L. S. Shapley and M. Shubik, "A method for evaluating the distribution of power in a committee system", '
        "Am. Polit. Sci. Rev. 48 (1954) 787-792, doi:10.2307/1951053; the council of 15 since 1965",
        weighted_vote(39, COUNCIL),
        {
            "shapley": "5*421/2145 10*4/2145",
            "banzhaf": "5*106/635 10*21/1270",
            "nucleolus": "5*1/5 10*0",
            "core_empty": "no",
        },
    ),
    _published(
        "eec_council",
        "the Council of the European Economic Community, 1958-1972",
        'D. S. Felsenthal and M. Machover, "The Measurement of Voting Power" (1998)',
        weighted_vote(12, {"DE": 4, "FR": 4, "IT": 4, "BE": 2, "NL": 2, "LU": 1}),
        {
            "shapley": "7/30 7/30 7/30 3/20 3/20 0",
            "banzhaf": "5/21 5/21 5/21 1/7 1/7 0",
            "nucleolus": "1/4 1/4 1/4 1/8 1/8 0",
            "core_empty": "yes",
            "least_core_epsilon": "1/4",
            "cost_of_stability": "1/3",
            "note": "Luxembourg had a vote and no power.",
        },
    ),
    _published(
        "nassau_county",
        "the Nassau County Board of Supervisors, 1964",
        'J. F. Banzhaf, "Weighted voting doesn\'t work: a mathematical analysis", Rutgers Law Rev. 19 (1965) 317-343',
        weighted_vote(58, {"H1": 31, "H2": 31, "OB": 28, "NH": 21, "LB": 2, "GC": 2}),
        {
            "banzhaf": "1/3 1/3 1/3 0 0 0",
            "shapley": "1/3 1/3 1/3 0 0 0",
            "nucleolus": "1/3 1/3 1/3 0 0 0",
            "core_empty": "yes",
            "least_core_epsilon": "1/3",
            "cost_of_stability": "1/2",
        },
    ),
    _published(
        "southern_india",
        "what three regions save by joint investment in electric power, in millions of rupees",
        'D. Gately, "Sharing the gains from regional cooperation: a game theoretic application to planning investment '
        'in electric power", Int. Econ. Rev. 15 (1974) 195-208, doi:10.2307/2526099; as quoted in the manual of the R '
        "package CoopGame",
        listed("1 2 3", {"12": 1170, "13": 770, "23": 210, "123": 1530}),
        {
            "shapley": "2290/3 1450/3 850/3",
            "nucleolus": "955 395 180",
            "tau_value": "26450/29 12160/29 5760/29",
            "core_empty": "no",
            "least_core_epsilon": "-180",
        },
    ),
    _published(
        "insurance",
        "co-insurance of three companies",
        MISTAKES + "; the game of J. Lemaire (1991)",
        listed(
            "A B C",
            {
                "A": 46125,
                "B": Fraction(34875, 2),
                "C": Fraction(11625, 2),
                "AB": Fraction(138375, 2),
                "AC": Fraction(107625, 2),
                "BC": 30750,
                "ABC": 90000,
            },
        ),
        {
            "shapley": "51750 25875 12375",
            "nucleolus": "105375/2 97875/4 51375/4",
            "tau_value": "51900 51375/2 24825/2",
            "core_empty": "no",
            "least_core_epsilon": "-13125/2",
        },
    ),
    _published(
        "manufacturing",
        "joint costs of three manufacturers",
        MISTAKES + "; the game of Oh and Shin (2012)",
        listed(
            "A B C",
            {"A": 375144, "B": 245280, "C": 211239, "AB": 568232, "AC": 551055, "BC": 452411, "ABC": 772500},
            -1,
        ),
        {
            "cost": "yes",
            "shapley": "1026617/3 683855/3 607028/3",
            "nucleolus": "1326781/4 932205/4 415507/2",
            "core_empty": "no",
            "least_core_epsilon": "-6971/2",
        },
    ),
    _published(
        "unanimity_on_a_path",
        "the ends of a path of three need the middle to meet",
        'R. B. Myerson, "Graphs and cooperation in games", Math. Oper. Res. 2 (1977) 225-229, doi:10.1287/moor.2.3.225',
        unanimity_on_a_path,
        {
            "myerson": "1/3 1/3 1/3",
            "core_empty": "no",
        },
    ),
)
"""Every game of the catalogue."""
