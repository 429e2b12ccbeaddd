"""Documents of facts: read from a feature's text, and drawn so that two can be compared line by line."""

from collections.abc import Sequence

from ledger.domain.terms import Document
from ledger.files.documents import parse_yaml


def fact_documents(text: str) -> list[Document]:
    """The facts of a text: `facts:` and a list."""
    facts = parse_yaml(text, "事实").get("facts")
    assert isinstance(facts, list), "请写“facts:”，下面每行一条事实。"
    return facts


def drawn_facts(facts: str | Sequence[Document]) -> str:
    """Facts one a line, each word in alphabetical order."""
    found = fact_documents(facts) if isinstance(facts, str) else facts
    return "\n".join(_drawn(each) for each in found) or "（无）"


def _drawn(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{word}: {_drawn(value[word])}" for word in sorted(value)) + "}"
    return str(value)
