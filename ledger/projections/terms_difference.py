"""The difference of two texts of an agreement, sentence by sentence, for people who have to sign the second."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from ledger.domain.terms import Terms
from ledger.projections.terms_in_words import sentences_of


def difference(before: Terms, after: Terms) -> list[str]:
    """What is dropped (删) and what is new (增), in the order of the text; empty if both say the same."""
    return list(_changes(list(sentences_of(before)), list(sentences_of(after))))


def _changes(before: list[str], after: list[str]) -> Iterator[str]:
    for kind, start, end, new_start, new_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"删：{sentence}" for sentence in before[start:end])
            yield from (f"增：{sentence}" for sentence in after[new_start:new_end])
