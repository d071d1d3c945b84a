"""Named systems of the literature: one function a file builds the game from plain numbers."""
