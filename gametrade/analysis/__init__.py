"""What is true of an answer: the stability analyser, verdicts, certificates and their verification."""

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.stability import analyse_stability
from gametrade.analysis.study import StabilityStudy
from gametrade.analysis.verdict import Verdict

__all__ = ["RuleStability", "StabilityStudy", "Verdict", "analyse_stability"]
