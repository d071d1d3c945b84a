"""Whether every player's highest claim covers what it can be denied at least: where the tau value exists."""

from __future__ import annotations

from gametrade.analysis.properties.shape import Shape, Term
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame, subset_sums
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def quasi_balanced(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""No player can be sure of more than it can hope for, and the total lies between both.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: the lesser of :math:`M(S) - v(S)` over non-empty S and :math:`v(N) - \sum_i m_i`; witness: that
        S or the grand coalition. [money]

    Notes
    -----
    With the utopia payoff :math:`M_i = v(N) - v(N \setminus i)` and the minimum right
    :math:`m_i = \max_{S \ni i} v(S) - \sum_{j \in S \setminus i} M_j` the definition [1]_ asks for
    :math:`m \le M` and :math:`\sum m_i \le v(N) \le \sum M_i`. As :math:`M_i - m_i` is the least
    :math:`M(S) - v(S)` of a coalition with i, the first and the last are :math:`v(S) \le M(S)` for every S.
    The tau value exists exactly for these games; every game with a core is one.

    References
    ----------
    .. [1] S. H. Tijs, "Bounds for the core and the tau-value", in: O. Moeschlin and D. Pallaschke (eds.),
       Game Theory and Mathematical Economics, North-Holland (1981) 123-132.

    Examples
    --------
    >>> import gametrade as gt
    >>> glove = gt.TableGame.from_values({("l", "r"): 1, ("m", "r"): 1, ("l", "m", "r"): 1})
    >>> gt.check(glove, "quasi_balanced").holds
    True
    """
    shape, n = Shape.of(game, exact), game.n_players
    values, grand = shape.values, shape.grand
    utopia = values[grand] - values[grand - shape.alone]
    gap = subset_sums(utopia) - values
    worst = 1 + int(gap[1:].argmin())
    nearest = [_with_one_at(int(gap.reshape(-1, 2, 1 << i)[:, 1].argmin()), i) for i in range(n)]
    claims = _combined([(worst, -1), *_utopia_terms(worst, 1, grand)])
    rights: list[Term] = [(grand, 1)]
    for i, coalition in enumerate(nearest):
        rights += [(coalition, -1), *_utopia_terms(coalition - (1 << i), 1, grand)]
    rights = _combined(rights)
    tightest, witness = min((claims, worst), (rights, grand), key=lambda pair: shape.margin(pair[0]))
    statement = "no player is sure of more than it can hope for, and the total lies between both"
    return shape.inequality("quasi_balanced", statement, tightest, count=2**n, witness=witness)


def _with_one_at(index: int, bit: int) -> int:
    low = index & ((1 << bit) - 1)
    return (index - low) << 1 | 1 << bit | low


def _utopia_terms(mask: int, weight: int, grand: int) -> list[Term]:
    """Utopia payoffs of the members, as terms."""
    members = [1 << i for i in range(mask.bit_length()) if mask >> i & 1]
    return [(grand, weight * len(members)), *((grand - member, -weight) for member in members)]


def _combined(terms: list[Term]) -> list[Term]:
    """Terms with each coalition once, in the order of first mention."""
    total: dict[int, int] = {}
    for mask, weight in terms:
        total[mask] = total.get(mask, 0) + int(weight)
    return [(mask, weight) for mask, weight in total.items() if weight and mask]
