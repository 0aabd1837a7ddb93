"""`python -m kontera`: the same as the command `kontera`."""

from kontera.cli import main

main()
