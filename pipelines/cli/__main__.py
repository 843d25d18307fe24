"""`python -m pipelines.cli` is `kyoso`."""

from pipelines.cli import main

main()
