"""What can be true of a game: one property per file, each a function that returns a verdict."""
