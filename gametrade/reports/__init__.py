"""How it is told: one report format per file, from the tables and figures in the folders beside them."""
