"""Ready-made combinations: games that need a market, with the market."""
