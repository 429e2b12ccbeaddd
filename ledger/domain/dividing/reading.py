"""Reading an entry under terms: which pool takes it, dated when, for which unit, how much.

What cannot be told is never guessed: the entry waits, with the rule that says what is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.dividing.levels import percents_of, retained_fen
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.uncertified import EligibilityUncertified, ListUncertified
from ledger.domain.recording.entries import Entry, Originals
from ledger.domain.register.places import NOWHERE, Places
from ledger.domain.terms import LAND_PROCEEDS_SUBJECT, LEVELS, TAKES_RECEIPTS, Level, Pool, Terms, Window, levels_meet
from ledger.domain.terms.versions import Versions


class Fate(Enum):
    """What becomes of an entry in a pool."""

    DIVIDED = "divided"
    OTHERWISE = "otherwise"
    UNDIVIDED = "undivided"
    WAITING = "waiting"


class EntryIncomplete(RuleBroken):
    """A column that the terms need, empty on this line."""

    zh = "{voucher} 缺“{column}”，条款要用它来{purpose}。请在文件里补上；已入账的，冲销后用新行重记。"
    en = "{voucher} lacks {column}, which the terms need. Fill it in; if recorded, reverse it and record it anew."


class CollectorUnknown(RuleBroken):
    """A collector that is no party of the agreement."""

    zh = "{voucher} 的征收方“{collector}”不是本协议的参与方（{parties}）。请核对。"
    en = "The collector '{collector}' of {voucher} is no party of this agreement ({parties}). Check it."


class ReporterUnknown(RuleBroken):
    """A figure or a contribution of somebody who is no party of the agreement."""

    zh = "{voucher} 的报送方“{collector}”不是本协议的参与方（{parties}）。请核对。"
    en = "The reporter '{collector}' of {voucher} is no party of this agreement ({parties}). Check it."


class CollectorAmbiguous(RuleBroken):
    """A collector's code that several parties of the agreement went under (two places merged into a third)."""

    zh = "{voucher} 的征收方“{collector}”接替了不止一个参与方（{parties}），分不清是哪一方。请在文件里写参与方的名称，或修订协议。"
    en = "The collector '{collector}' of {voucher} succeeded several parties ({parties}). Write the party's name, or amend."


class LevelUnknown(RuleBroken):
    """A subject without treasury's figure and without a row in the level table."""

    zh = "{voucher} 的科目“{subject}”在 {when} 没有级次比例，国库也没有给出分级金额。请在条款 levels 中补一行。"
    en = "Subject '{subject}' of {voucher} has no level shares on {when}. Add a row to levels."


class ClaimedTwice(RuleBroken):
    """One entry, several pools (semantics finding 25)."""

    zh = "{voucher} 同时被“{one}”和“{other}”选中，同一笔钱不能分两次。请双方改约，使范围不重叠。"
    en = "{voucher} is selected by both '{one}' and '{other}'. Amend them so that they do not overlap."


class Reading(Struct, frozen=True):
    """One entry as one pool reads it."""

    entry: Entry
    pool: str
    fate: Fate
    amount_fen: int
    rate_date: date
    unit: str = ""
    collector: str | None = None
    reason: RuleBroken | None = None
    measure: str = ""
    level: Level = "as_given"


class Parted(NamedTuple):
    """Entries that are read alike, parted: how they are read, in which parts some stand, and what they come to in each."""

    reading: Reading
    parts: np.ndarray
    amounts_fen: np.ndarray


def by_part(parted: Iterable[Parted], count: int) -> list[list[Reading]]:
    """The same part by part, of so many: one reading for what comes to a sum there."""
    found: list[list[Reading]] = [[] for _ in range(count)]
    for reading, parts, amounts_fen in parted:
        for part, amount_fen in zip(parts.tolist(), amounts_fen.tolist(), strict=True):
            found[part].append(replace(reading, amount_fen=amount_fen))
    return found


class Reader:
    """Reads entries under the versions of one agreement."""

    def __init__(
        self, versions: Versions, certified: Certified, originals: Originals, places: Places = NOWHERE
    ) -> None:
        self._places = places
        self._versions = versions
        self.certified = certified
        self._originals = originals

    def read(self, entry: Entry) -> list[Reading]:
        """The entry in every pool that takes it; usually one, none if no pool does."""
        source, when = self._source(entry), self._rate_date(entry)
        terms = self._versions.on(when or entry.booked_on)
        taking = [pool for pool in terms.pools if pool.share in TAKES_RECEIPTS]
        readings = [self._in_pool(terms, pool, entry, source, when) for pool in taking]
        found = [reading for reading in readings if reading]
        return self._apart(found) if len(found) > 1 else found

    def _apart(self, readings: list[Reading]) -> list[Reading]:
        """Pools of different levels each take their part of an entry; two of one level may not."""
        twice = [pair for pair in combinations(readings, 2) if levels_meet(pair[0].level, pair[1].level)]
        if not twice:
            return readings
        one, other = twice[0]
        rule = ClaimedTwice(voucher=one.entry.key, one=one.pool, other=other.pool)
        return [replace(one, fate=Fate.WAITING, reason=rule)]

    def percents(self, entry: Entry) -> Mapping[Level, Fraction] | None:
        """The shares between the levels of an entry that takes none back, if the treasury does not give amounts."""
        when = self._rate_date(entry) or entry.booked_on
        given = entry.levels_fen is not None
        return None if given else percents_of(entry, entry, self._versions.on(when).levels, entry.booked_on)

    def by_level(self, entry: Entry) -> dict[Level, int] | None:
        """What each level retains of an entry, in fen; None where neither treasury nor table says it."""
        terms, source = self._versions.on(self._rate_date(entry) or entry.booked_on), self._source(entry)
        retained = {level: self._retained_fen(terms, level, entry, source) for level in LEVELS}
        found = {level: amount_fen for level, amount_fen in retained.items() if amount_fen is not None}
        return found if len(found) == len(LEVELS) else None

    # What can change from one day to the next

    @property
    def signed(self) -> tuple[Terms, ...]:
        """Every version that it reads by."""
        return self._versions.signed

    def days_of_change(self) -> set[date]:
        """Rate dates from which an entry may be read otherwise than the day before."""
        lives = {day for terms in self.signed for day in Window(terms.first, terms.last).cuts()}
        facts = {day for fact in self.certified.facts for day in fact.days.cuts()}
        return {*self._versions.dates, *self._places.parks.days()} | lives | facts

    def booked_days_of_change(self) -> set[date]:
        """Days of booking from which an entry may be read otherwise than the day before."""
        rows = {day for terms in self.signed for row in terms.levels for day in Window(row.first, row.last).cuts()}
        return rows | {succession.on for succession in self._places.regions.successions}

    # One entry

    def _source(self, entry: Entry) -> Entry:
        """The entry whose attributes count: the first original (semantics 5.2)."""
        while entry.original is not None:
            entry = self._originals[entry.original]
        return entry

    def _dated_by(self, entry: Entry) -> Entry:
        """The entry whose dates count: a refund's own under `own_date`, else the original's."""
        as_original = self._versions.first.refunds == "as_original"
        while entry.original is not None and (entry.is_reversal or as_original):
            entry = self._originals[entry.original]
        return entry

    def _in_pool(self, terms: Terms, pool: Pool, entry: Entry, source: Entry, when: date | None) -> Reading | None:
        selected = self._selected(terms, pool, source, when or entry.booked_on)
        if selected is False:
            return None
        level_date = self._dated_by(entry).booked_on
        amount_fen = self._retained_fen(terms, pool.level, entry, source)
        waiting = Reading(entry, pool.name, Fate.WAITING, entry.amount_fen, when or entry.booked_on, level=pool.level)
        if amount_fen is None:
            return replace(waiting, reason=_level_unknown(entry, source, level_date))
        waiting = replace(waiting, amount_fen=amount_fen)
        try:
            return self._placed(terms, pool, source, waiting, when, selected)
        except RuleBroken as rule:
            return replace(waiting, reason=rule)

    def _rate_date(self, entry: Entry) -> date | None:
        dated, rate_date = self._dated_by(entry), self._versions.first.rate_date
        if rate_date == "entry_date":
            return dated.booked_on
        wanted: Callable[[Entry], date | None] = (
            (lambda each: each.period_first) if rate_date == "tax_period" else (lambda each: each.period_last)
        )
        return wanted(dated) or wanted(self._source(entry))

    def _retained_fen(self, terms: Terms, level: Level, entry: Entry, source: Entry) -> int | None:
        """What a level retains; a reversal takes back what its own original had, whatever its columns say."""
        if entry.is_reversal and entry.original is not None:
            retained = self._retained_fen(terms, level, self._originals[entry.original], source)
            return None if retained is None else -retained
        level_date = self._dated_by(entry).booked_on
        return retained_fen(level, entry, source, terms.levels, level_date)

    def _placed(
        self, terms: Terms, pool: Pool, source: Entry, waiting: Reading, when: date | None, selected: RuleBroken | bool
    ) -> Reading:
        """A selected entry with unit, collector and fate; raises the rule that keeps it waiting."""
        if when is None:
            raise EntryIncomplete(voucher=waiting.entry.key, column="税款所属期", purpose="确定适用的比例")
        if isinstance(selected, RuleBroken):
            raise selected
        collector = self.collector_of(terms, source)
        unit = unit_of(pool, source, collector)
        fate = fate_of(terms, pool, unit, when, self.certified)
        return replace(waiting, unit=unit, collector=collector, fate=fate)

    def _selected(self, terms: Terms, pool: Pool, source: Entry, when: date) -> RuleBroken | bool:
        """Whether a pool takes an entry; a rule where that cannot be told."""
        of_kind = _of_kind(terms, pool, source)
        selected = of_kind and self.in_selection(terms, pool, source, when)
        return of_kind if selected is True else selected

    def in_selection(self, terms: Terms, pool: Pool, source: Entry, when: date) -> RuleBroken | bool:
        """Whether something is of the projects, park or list that a pool names; a rule where that cannot be told."""
        selection = pool.selection
        if selection.by == "projects":
            return source.project in selection.names
        if selection.by == "park":
            return self._stands_in(selection.names, source.park, when)
        return selection.by == "all" or self._listed(terms, pool, source, when)

    def _stands_in(self, parks: tuple[str, ...], park: str, when: date) -> bool:
        """Whether a park is one of these or stands below one on a day."""
        return park in parks or any(self._places.parks.within(park, each, when) for each in parks)

    def collector_of(self, terms: Terms, source: Entry) -> str | None:
        """The party that collected, or reported; None where nobody says so.

        It is named, or goes by a code that followed or preceded its own by the day of booking.
        Raises CollectorUnknown, CollectorAmbiguous.
        """
        if not source.collector:
            return terms.host
        named, written = self._named(terms, source.collector), source.collector
        if named:
            return named
        regions, parties = self._places.regions, list(terms.parties.values())
        found = [each for each in parties if each.region and regions.same_place(written, each.region, source.booked_on)]
        if len(found) == 1:
            return found[0].id
        rule = CollectorAmbiguous if found else CollectorUnknown
        raise rule(voucher=source.key, collector=written, parties="、".join(each.name for each in found or parties))

    def _named(self, terms: Terms, written: str) -> str | None:
        """A party of these terms by what it is called in them, or in another version (撤县设区 changes names)."""
        own = terms.party_named(written)
        others = (version.party_named(written) for version in self._versions.signed)
        return own or next((party for party in others if party in terms.parties), None)

    def _listed(self, terms: Terms, pool: Pool, source: Entry, when: date) -> RuleBroken | bool:
        """Whether an enterprise is on the list, or, where nobody certified one, is judged by name for the pool."""
        name = pool.selection.names[0]
        members = self.certified.members(name, when)
        if members is None and terms.lists:
            members = frozenset(terms.lists[name]) if name in terms.lists else None
        if members is None and pool.per == "enterprise" and self.certified.judges(pool.name, source.enterprise, when):
            return True
        return ListUncertified(name=name) if members is None else source.enterprise in members


def _of_kind(terms: Terms, pool: Pool, source: Entry) -> RuleBroken | bool:
    if not source.subject:
        shares = {each.share for each in terms.pools if each.share in TAKES_RECEIPTS}
        missing = EntryIncomplete(voucher=source.key, column="预算科目", purpose="判断归哪一池分配")
        return missing if pool.subjects or len(shares) > 1 else True
    is_land = source.subject.startswith(LAND_PROCEEDS_SUBJECT)
    if is_land != (pool.share == "land_proceeds"):
        return False
    return not pool.subjects or any(source.subject.startswith(subject) for subject in pool.subjects)


def unit_of(pool: Pool, source: Entry, collector: str | None) -> str:
    """Whose count an entry belongs to; empty for the whole agreement.  Raises EntryIncomplete."""
    if pool.per == "agreement":
        return ""
    unit = {"enterprise": source.enterprise, "project": source.project, "collector": collector}[pool.per]
    if not unit:
        column = {"enterprise": "社会信用代码", "project": "项目", "collector": "征收方"}[pool.per]
        raise EntryIncomplete(voucher=source.key, column=column, purpose="分别累计")
    return unit


def fate_of(terms: Terms, pool: Pool, unit: str, when: date, certified: Certified) -> Fate:
    """What becomes of something selected, by the agreement's life and the unit's eligibility.

    Raises EligibilityUncertified.
    """
    divides = terms.covers(when)
    if divides and pool.eligible:
        eligible = certified.is_eligible(pool.name, unit, when)
        if eligible is None:
            raise EligibilityUncertified(unit=unit or terms.title, pool=pool.name)
        divides = eligible
    if divides:
        return Fate.DIVIDED
    return Fate.UNDIVIDED if pool.otherwise is None else Fate.OTHERWISE


def _level_unknown(entry: Entry, source: Entry, when: date) -> RuleBroken:
    if not source.subject:
        return EntryIncomplete(voucher=entry.key, column="预算科目", purpose="查级次比例")
    return LevelUnknown(voucher=entry.key, subject=source.subject, when=when)
