"""Ready-made comparisons that combine rules, mechanisms and responses."""

from gametrade.analysis.studies.market_allocation import market_allocation
from gametrade.analysis.studies.mechanism_table import MechanismTable, mechanism_table

__all__ = ["MechanismTable", "market_allocation", "mechanism_table"]
