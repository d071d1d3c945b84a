"""``python -m gametrade`` is the command line."""

from gametrade.cli import main

main()
