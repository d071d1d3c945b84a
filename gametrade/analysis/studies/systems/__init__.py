"""Named systems that need a market to be built: one function a file builds the game from plain numbers."""
