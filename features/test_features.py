"""What the service promises, in Chinese."""

from pathlib import Path

from pytest_bdd import scenarios

from features.soundness import refuse_unsound

refuse_unsound(Path(__file__).parent)
scenarios(".")
