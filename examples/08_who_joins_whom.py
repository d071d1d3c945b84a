"""Who joins whom when everybody may choose, and which provider wins.

python examples/08_who_joins_whom.py            # tables
python examples/08_who_joins_whom.py path.html  # also the formation, step by step
"""

import sys

import numpy as np

import gametrade as gt
from gametrade.analysis.studies.formation import formation_study
from gametrade.analysis.studies.provider_study import provider_study

homes = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
few = homes.select(list(homes.names[:6]))

study = formation_study(few, "mid_market_rate", ["nash", "individual", "strong_nash", "core"])
print(study)

rng = np.random.default_rng(0)
print(provider_study(few, ["mid_market_rate", "competitive_price"], rng=rng, starts=5))

if len(sys.argv) > 1:
    study.plot().write_html(sys.argv[1])
