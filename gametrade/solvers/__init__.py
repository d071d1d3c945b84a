"""How games are answered: one solution concept or algorithm per file."""
