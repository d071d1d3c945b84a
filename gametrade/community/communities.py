"""Communities that need no files of yours: measured, synthetic of any size, and the SimBench grids."""

from gametrade.community.bundled import fontana
from gametrade.community.simbench_grids import simbench
from gametrade.community.street import street

__all__ = ["fontana", "simbench", "street"]
