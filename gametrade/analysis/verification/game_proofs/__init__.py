"""How a claim about a strategic game is proved without a solver: one property per file."""
