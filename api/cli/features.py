"""`enclave steps|feature`: the phrase book, and a policy officer's own file against fresh books."""

import click


@click.command()
def steps() -> None:
    """步骤手册。The phrase book."""


@click.group()
def feature() -> None:
    """验收。Acceptance."""
