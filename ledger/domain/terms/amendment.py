"""Amendments (补充协议): what a later version may change, and what it must say of what came before.

Counts go on by name; a party that joins or leaves is one that the new version lists or no
longer lists (semantics 5.12, finding 9).
"""

from collections.abc import Iterable, Iterator, Sequence

from ledger.domain.errors import Fault, TermsRefused
from ledger.domain.terms import Document, Pool, Step, Terms, faults
from ledger.domain.terms.draft import read_terms
from ledger.domain.terms.scrutiny import memory_word
from ledger.domain.terms.versions import Versions

UNCHANGING = {
    "from": "first",
    "rate_date": "rate_date",
    "refunds": "refunds",
    "negatives": "negatives",
    "rounding": "rounding",
    "settle.every": "every",
}


def scrutinise_amendment(terms: Terms, signed: Sequence[Terms]) -> list[Fault]:
    """Every fault of an amendment, seen from the versions signed before it."""
    before = signed[-1]
    return [
        *_dated(terms),
        *_unchanging(terms, before),
        *_same_kinds(terms, signed),
        *_feeding(terms, signed),
        *_counts_go_on(terms, before),
        *_ended(terms, before),
        *_ended_names(terms, signed),
        *_parties(terms, signed),
    ]


def read_versions(documents: Iterable[Document]) -> Versions:
    """Terms and their amendments in the order of signing; raises TermsRefused with every fault of the first faulty one."""
    signed: list[Terms] = []
    for document in documents:
        terms = read_terms(document)
        found = scrutinise_amendment(terms, signed) if signed else []
        if found:
            raise TermsRefused(found)
        signed.append(terms)
    return Versions(signed)


def leaving(terms: Terms, before: Terms) -> list[str]:
    """The parties that an amendment no longer lists."""
    return [party for party in before.parties if party not in terms.parties]


def _dated(terms: Terms) -> Iterator[Fault]:
    if terms.amended_from is None:
        yield Fault("effective", faults.WordMissing(word="effective"))


def _unchanging(terms: Terms, before: Terms) -> Iterator[Fault]:
    """What decides how everything is dated, rounded and settled belongs to the agreement, not to a version."""
    for word, name in UNCHANGING.items():
        if getattr(terms, name) != getattr(before, name):
            yield Fault(word, faults.AmendmentCannotChange(word=word))


def _same_kinds(terms: Terms, signed: Sequence[Terms]) -> Iterator[Fault]:
    """A pool's name stands for one kind of thing as long as the agreement lives."""
    for pool in terms.pools:
        if any((own := version.pool(pool.name)) and _kind(own) != _kind(pool) for version in signed):
            yield Fault(f"{pool.path}.share", faults.AmendmentCannotChange(word=f"{pool.name}.share"), pool.clause)


def _feeding(terms: Terms, signed: Sequence[Terms]) -> Iterator[Fault]:
    """What feeds what may change, but never so that all versions together go in a circle."""
    feeds = {(pool.name, pool.fed_by.pool) for version in (*signed, terms) for pool in version.pools if pool.fed_by}
    reach = {name: {source for fed, source in feeds if fed == name} for name, _ in feeds}
    for _ in feeds:
        reach = {name: found | {far for near in found for far in reach.get(near, ())} for name, found in reach.items()}
    circular = [name for name, found in reach.items() if name in found]
    if circular:
        yield Fault("pools", faults.FeedingCircular(circle=" → ".join([*circular, circular[0]])))


def _kind(pool: Pool) -> tuple[object, ...]:
    """What a pool divides."""
    return pool.share, pool.basis, pool.reported


def _counts_go_on(terms: Terms, before: Terms) -> Iterator[Fault]:
    """A step that counts is kept by its name or ended by it (semantics finding 9)."""
    ends = terms.ends or {}
    for pool, step in _counting(before):
        if step.name in ends.get(pool.name, ()):
            continue
        own = terms.pool(pool.name)
        kept = next((each for each in own.steps if each.name == step.name), None) if own else None
        if own is None or kept is None or not kept.has_memory:
            rule = faults.CountDropped(pool=pool.name, step=step.name, word=memory_word(step))
            yield Fault(own.path if own else "pools", rule, step.clause)
        elif (own.per, kept.per) != (pool.per, step.per) or not _counts(step) <= _counts(kept):
            yield Fault(kept.path, faults.CountOfOtherKind(pool=pool.name, step=step.name), kept.clause)


def _counts(step: Step) -> set[str]:
    """What a step counts: what it takes, and what a party gets of it."""
    takes = {"until"} if step.until is not None or step.keeps is not None else set()
    return takes | ({f"cap {step.cap.party}"} if step.cap else set())


def _ended(terms: Terms, before: Terms) -> Iterator[Fault]:
    """What is ended must have been there, and may not be kept as well."""
    counting = {(pool.name, step.name) for pool, step in _counting(before)}
    kept = {(pool.name, step.name) for pool, step in _counting(terms)}
    for pool, steps in (terms.ends or {}).items():
        for step in steps:
            if (pool, step) not in counting or (pool, step) in kept:
                yield Fault(f"ends.{pool}", faults.NothingToEnd(pool=pool, step=step))


def _ended_names(terms: Terms, signed: Sequence[Terms]) -> Iterator[Fault]:
    """A count that was ended does not begin again under its name: it would go on from where it stood."""
    ended = {(pool, step) for version in signed for pool, steps in (version.ends or {}).items() for step in steps}
    for pool, step in _counting(terms):
        if (pool.name, step.name) in ended:
            yield Fault(f"{step.path}.name", faults.EndedNameAgain(pool=pool.name, step=step.name), step.clause)


def _counting(terms: Terms) -> Iterable[tuple[Pool, Step]]:
    return ((pool, step) for pool in terms.pools for step in pool.steps if step.has_memory)


def _parties(terms: Terms, signed: Sequence[Terms]) -> Iterator[Fault]:
    """Who stays keeps its place; nobody takes the name of another, so that old statements are read as they were."""
    before = signed[-1]
    staying = [party for party in terms.parties if party in before.parties]
    if staying != [party for party in before.parties if party in terms.parties]:
        yield Fault("parties", faults.ListingOrderChanged())
    for party in terms.parties.values():
        for version in signed:
            other = version.party_named(party.name)
            if other and other != party.id:
                yield Fault(f"parties.{party.id}", faults.PartiesAlike(one=party.id, other=other))
                break
    host = before.host
    if host in leaving(terms, before) and terms.host is None:
        yield Fault("parties", faults.CollectorLeaves(party=before.parties[host].name))
