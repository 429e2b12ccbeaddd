"""What pytest loads to run features: the steps, and the clerk who carries them out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.clerk import Clerk

pytest_plugins = [
    "features.steps.agreements",
    "features.steps.receipts",
    "features.steps.statements",
    "features.steps.shares",
    "features.steps.refusals",
]


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    """A clerk with fresh books."""
    with Clerk(tmp_path) as found:
        yield found
