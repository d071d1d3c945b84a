"""Market designs, one a file: how a community trades, what everybody gains, and what has to be told to whom."""
