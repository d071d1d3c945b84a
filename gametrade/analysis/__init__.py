"""What is true of an answer: the stability analyser, verdicts, certificates and their verification."""

from gametrade.analysis.stability import analyse_stability
from gametrade.analysis.study import RuleStability, StabilityStudy
from gametrade.analysis.verdict import Verdict

__all__ = ["RuleStability", "StabilityStudy", "Verdict", "analyse_stability"]
