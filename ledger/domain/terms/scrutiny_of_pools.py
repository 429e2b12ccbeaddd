"""Scrutiny of pools (池的审查): pools that feed each other, words that do nothing for what a pool shares, and two
pools that would claim the same entry (semantics findings 24 and 25).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ledger.domain.errors import Fault
from ledger.domain.terms import TAKES_RECEIPTS, Feeding, Pool, Selection, Step, Terms, Transfer, faults, levels_meet

CLAIMING = (*TAKES_RECEIPTS, "indicator", "quota", "inputs")
UNUSED = {
    "due_of": ("of", "subjects", "level", "eligible", "per"),
    "transfer": ("of", "subjects", "level"),
    "indicator": ("subjects", "level", "guarantee"),
    "quota": ("subjects", "level", "guarantee"),
    "inputs": ("subjects", "level", "guarantee"),
}

NAMED_MAX = 5
"""So many names are said of those that two pools share."""


def scrutinise_pools(terms: Terms) -> Iterator[Fault]:
    """Every fault between pools, and of what a pool shares."""
    yield from _pools_apart(terms)
    for one, other in combinations(terms.pools, 2):
        if one.fed_by and one.fed_by == other.fed_by:
            fed = one.fed_by
            rule = faults.FeedingTwice(party=fed.party, source=fed.pool, one=one.name, other=other.name)
            yield Fault(f"{other.path}.share", rule, other.clause)
    for pool in terms.pools:
        yield from _idle_words(pool)
        yield from _feeding(terms, pool)
        for index, transfer in enumerate(pool.transfers):
            path = f"{pool.path}.transfer" + (f"[{index}]" if len(pool.transfers) > 1 else "")
            yield from _transfer(terms, pool, transfer, path)
        yield from _doubled(pool)
        yield from _finer_limits(pool)
        if pool.guarantee and pool.guarantee.per == "term" and terms.last is None:
            yield Fault(f"{pool.path}.guarantee", faults.GuaranteeNeedsEnd(), pool.clause)


def _idle_words(pool: Pool) -> Iterator[Fault]:
    """Words that mean nothing for what the pool shares."""
    said = {
        "of": pool.selection.by != "all",
        "subjects": bool(pool.subjects),
        "level": pool.level != "as_given",
        "eligible": pool.eligible is not None,
        "per": pool.per != "agreement",
        "guarantee": pool.guarantee is not None,
    }
    for word in UNUSED.get(pool.share, ()):
        if said[word]:
            yield Fault(f"{pool.path}.{word}", faults.WordDoesNothing(word=word, share=pool.share), pool.clause)


# Feeding (semantics finding 24)


def _feeding(terms: Terms, pool: Pool) -> Iterator[Fault]:
    feeding = pool.fed_by
    if feeding is None:
        return
    source = terms.pool(feeding.pool)
    if source is None or not source.is_money:
        yield Fault(f"{pool.path}.share", faults.FeedingUnknown(pool=pool.name, source=feeding.pool), pool.clause)
        return
    circle = _circle(terms, pool)
    if circle and pool.name == min(circle, key=[each.name for each in terms.pools].index):
        yield Fault(f"{pool.path}.share", faults.FeedingCircular(circle=" → ".join(circle)), pool.clause)
    elif not circle and not _can_get(source, feeding):
        rule = faults.FeedingFromNobody(party=feeding.party, source=source.name, pool=pool.name)
        yield Fault(f"{pool.path}.share", rule, pool.clause)


def _circle(terms: Terms, pool: Pool) -> list[str]:
    """The names on the way back to a pool, if it feeds itself in the end."""
    way, current = [pool.name], pool
    while current.fed_by and len(way) <= len(terms.pools):
        following = terms.pool(current.fed_by.pool)
        if following is None:
            return []
        way.append(following.name)
        if following is pool:
            return way
        current = following
    return []


def _can_get(source: Pool, feeding: Feeding) -> bool:
    steps: Sequence[Step] = source.steps
    weights = [step.weights for step in steps] + ([source.otherwise] if source.otherwise else [])
    return any(step.is_certified_by for step in steps) or any(each.get(feeding.party) for each in weights)


def _transfer(terms: Terms, pool: Pool, transfer: Transfer, path: str) -> Iterator[Fault]:
    if pool.per != "agreement" and isinstance(transfer.amount, int):
        yield Fault(f"{path}.amount", faults.TransferPerUnitNeedsName(), pool.clause)
    givers = {party for party, weight in transfer.givers.items() if weight}
    if pool.steps and len(givers) == 1 and all(step.sharers == givers for step in pool.steps):
        yield Fault(f"{path}.from", faults.PaysItself(party=givers.pop()), pool.clause)
    if pool.per == "collector":
        yield Fault(f"{pool.path}.per", faults.WordDoesNothing(word="per: collector", share=pool.share), pool.clause)
    for when in transfer.on:
        if not terms.covers(when):
            yield Fault(f"{path}.on", faults.DayOutsideLife(when=when), pool.clause)


def _finer_limits(pool: Pool) -> Iterator[Fault]:
    """Limits of figures and quotas are read in their unit and count whole smallest steps."""
    for step in pool.steps:
        stocks = step.keeps.values() if isinstance(step.keeps, Mapping) else ()
        limits = (step.until, step.cap.at if step.cap else None, *stocks)
        if any(isinstance(each, int) and (each * pool.steps_per_hundredth).denominator != 1 for each in limits):
            yield Fault(step.path, faults.LimitTooFine(step=step.name), step.clause)


def _doubled(pool: Pool) -> Iterator[Fault]:
    """Basis double conserves nothing, so nothing may be limited in it (semantics finding 26)."""
    if pool.basis != "double":
        return
    if pool.otherwise is not None:
        yield Fault(f"{pool.path}.otherwise", faults.LimitsInDouble(word="otherwise"), pool.clause)
    for step in pool.steps:
        words = {"take": step.take, "until": step.until, "keep": step.keeps, "cap": step.cap}
        for word, value in words.items():
            if value is not None:
                yield Fault(f"{step.path}.{word}", faults.LimitsInDouble(word=word), step.clause)


# What is conserved falls in at most one pool (semantics finding 25)


def _pools_apart(terms: Terms) -> Iterator[Fault]:
    for one, other in combinations(terms.pools, 2):
        if may_claim_the_same(one, terms, other, terms):
            yield Fault(other.path, faults.PoolsOverlap(one=one.name, other=other.name), other.clause)
        both = [measure for measure in one.measures if measure in other.measures]
        if both and one.reported != other.reported:
            rule = faults.ReportedDiffers(measure=both[0], one=one.name, other=other.name)
            yield Fault(f"{other.path}.reported", rule, other.clause)


def may_claim_the_same(one: Pool, terms: Terms, other: Pool, other_terms: Terms) -> bool:
    """Whether two pools certainly select the same kind of entries.

    Selections of different kinds (a park, some projects) are compared entry by entry when money is divided.
    """
    if one.share != other.share or one.share not in CLAIMING or not levels_meet(one.level, other.level):
        return False
    if one.measures and (one.basis != other.basis or not set(one.measures) & set(other.measures)):
        return False
    return _subjects_meet(one.subjects, other.subjects) and _selections_meet(
        one.selection, terms, other.selection, other_terms
    )


def what_both_claim(one: Pool, terms: Terms, other: Pool, other_terms: Terms) -> str:
    """What two pools both select, in words: the names they share, and the subjects."""
    kinds = {"projects": "项目", "park": "园区", "list": "企业", "all": ""}
    both = set(_members(one.selection, terms)) & set(_members(other.selection, other_terms))
    names = "、".join(sorted(both)[:NAMED_MAX]) if one.selection.by == other.selection.by else ""
    whose = f"{kinds[one.selection.by]} {names}" if names else "全部"
    more = f" 等 {len(both)} 个" if names and len(both) > NAMED_MAX else ""
    mine, theirs = one.measures or one.subjects, other.measures or other.subjects
    subjects = "、".join(each for each in mine if not theirs or any(_covers(each, its) for its in theirs)) or "、".join(
        theirs
    )
    return f"{whose}{more}" + (f"，{'指标' if one.measures else '科目'} {subjects}" if subjects else "")


def _covers(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _subjects_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one or not other:
        return True
    return any(mine.startswith(theirs) or theirs.startswith(mine) for mine in one for theirs in other)


def _selections_meet(one: Selection, terms: Terms, other: Selection, other_terms: Terms) -> bool:
    if one.by == "all" or other.by == "all":
        return True
    if one.by != other.by:
        return False
    return bool(set(_members(one, terms)) & set(_members(other, other_terms)))


def _members(selection: Selection, terms: Terms) -> tuple[str, ...]:
    if selection.by == "list" and terms.lists and selection.names[0] in terms.lists:
        return terms.lists[selection.names[0]]
    return selection.names
