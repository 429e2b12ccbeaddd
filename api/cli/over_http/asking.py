"""What is asked of an address: only the words that were said."""

from typing import Any


def only_said(*asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The words that have a value."""
    words = {name: value for each in (*asked, more) for name, value in each.items()}
    return {name: value for name, value in words.items() if value not in (None, "")}
