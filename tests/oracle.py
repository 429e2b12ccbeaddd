"""The slow oracle: what is due, worked out from nothing by the numbered rules of semantics.md.

Written to be read beside the rules, not to be fast.  Every call starts from the plain
documents, facts and entries; nothing is kept between calls.  Numbers 5.n and 6.1 are
the paragraphs of semantics.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor, trunc
from typing import Any, NamedTuple

LEVELS = ("central", "province", "city", "county")
ATTRIBUTES = ("subject", "enterprise", "project", "park", "collector")
LAND = "1030148"
OPEN_END = date.max
NEVER = (date.max, date.min)  # a window that covers nothing


# --- What goes in and what comes out ---------------------------------------------------


class AccountKey(NamedTuple):
    """A rounding account (5.8).  What is no part of the key under these terms is empty."""

    pool: str
    parties: tuple[str, ...]  # the set of parties, written in listing order
    period: str
    entry: str
    unit: str


Account = dict[str, tuple[Fraction, int]]


@dataclass(frozen=True)
class Due:
    """What is due, and where every other fen of the entries is.

    `parties` + `waiting` + `undivided` + `unselected` + `other_levels` sum to the entries.
    """

    parties: dict[str, int]
    pools: dict[str, dict[str, int]]
    exact: dict[str, Fraction]  # of all accounts, before `given`
    waiting: int
    undivided: int
    unselected: int
    accounts: dict[AccountKey, Account]
    other_levels: int  # of selected entries: what belongs to another level of government
    given: dict[str, dict[str, int]]  # by pool and giver: what fed and transfer pools took from a party's due


@dataclass(frozen=True)
class Line:
    """An entry with everything that it takes from its original (5.2), or one of a fed or transfer pool."""

    id: str
    amount_fen: int
    booked: date
    rate_date: date
    level_date: date
    attributes: Mapping[str, str | None]
    giver: str = ""  # of fed and transfer pools: the party out of whose due it comes


class Group(NamedTuple):
    """What flows together through the steps: lines of one unit, segment and account."""

    unit: str
    segment: date  # the first day of the segment
    period: str
    entry: str


@dataclass(frozen=True)
class Book:
    """Everything known, in order of signing and certifying, and the day (5.1, 5.9)."""

    versions: tuple[dict, ...]
    facts: tuple[dict, ...]
    lines: tuple[Line, ...]
    day: date
    rated: date = date.max  # for fed pools: nothing rate-dated after this day counts
    found: dict[tuple[str, date], "PoolDue"] = field(default_factory=dict)  # worked out already, in this call
    segments: dict[tuple[str, str, date], date] = field(default_factory=dict)  # likewise

    @property
    def first(self) -> dict:
        """The first version: words that may not change are read from it."""
        return self.versions[0]

    def in_force(self, day: date) -> dict:
        """The last signed version that is effective by then (5.1); before all of them the first."""
        effective = [version for version in self.versions if effective_from(version) <= day]
        return effective[-1] if effective else self.first

    def pool(self, name: str, day: date) -> dict | None:
        """The pool as the version in force writes it."""
        return self.in_force(day)["pools"].get(name)

    @property
    def parties(self) -> list[str]:
        """Listing order: the first version's; a newcomer stands after the party that it follows."""
        order: list[str] = []
        for version in self.versions:
            place = 0
            for party in version["parties"]:
                if party not in order:
                    order.insert(place, party)
                place = order.index(party) + 1
        return order

    @property
    def pools(self) -> list[str]:
        """Every pool of money that any version has."""
        named = {name: divides_money(pool) for version in self.versions for name, pool in version["pools"].items()}
        return [name for name, money in named.items() if money]


# --- Public functions ------------------------------------------------------------------


def due(
    document: dict | Sequence[dict], entries: Sequence[dict], facts: Iterable[dict] = (), day: date | None = None
) -> Due:
    """What is due of all entries booked up to `day` (5.9).

    `document` is one, or all versions in order of signing.  No day: the last booking day of the
    entries, or the first day of the agreement if there are none.
    """
    versions = versions_of(document)
    lines = resolved(versions[0], entries)
    return due_of_lines(versions, lines, facts, last_booking(versions[0], lines) if day is None else day)


def worths(document: dict | Sequence[dict], entries: Sequence[dict], facts: Iterable[dict] = ()) -> list[dict]:
    """For each entry, due after it less due before it (5.11), all on the last booking day of all entries."""
    versions, facts = versions_of(document), list(facts)
    lines = resolved(versions[0], entries)
    day = last_booking(versions[0], lines)
    dues = [due_of_lines(versions, lines[:count], facts, day).parties for count in range(len(lines) + 1)]
    return [difference(after, before) for before, after in zip(dues, dues[1:])]


def statements(history: Sequence[dict] | dict, *rest: Any) -> list[dict[str, dict[str, int]]]:
    """What the statement of each cut says, by pool and party (6.1).

    `statements(history, cuts)`: things in log order, each a `version`, `fact` or `entry`; a cut is
    how many of them are known, and the last day.  `statements(document, entries, cuts)`: a cut counts entries.
    """
    if isinstance(history, dict):
        entries, cuts = rest
        log = [{"version": history}, *({"entry": entry} for entry in entries)]
        return statements(log, [(known + 1, last) for known, last in cuts])
    said: list[dict[str, dict[str, int]]] = []
    for known, last in rest[0]:
        pools = due_as_known(history, known, last).pools
        earlier = [{name: paper.get(name, {}) for name in pools} for paper in said]
        said.append({name: says(history, parts, [paper[name] for paper in earlier]) for name, parts in pools.items()})
    return said


def due_as_known(history: Sequence[dict], known: int, day: date) -> Due:
    """What is due on a day by the first `known` things of a log; originals are looked up in all of it."""
    versions = [thing["version"] for thing in history[:known] if "version" in thing]
    facts = [thing["fact"] for thing in history[:known] if "fact" in thing]
    entries = [thing["entry"] for thing in history if "entry" in thing]
    recorded = sum(1 for thing in history[:known] if "entry" in thing)
    return due_of_lines(versions, resolved(versions[0], entries)[:recorded], facts, day)


def says(history: Sequence[dict], parts: dict[str, int], earlier: Sequence[dict[str, int]]) -> dict[str, int]:
    """Due less what earlier statements said; under `carry` nothing if that is below zero in total."""
    saying = dict(parts)
    for statement in earlier:
        saying = difference(saying, statement)
    if history[0]["version"]["negatives"] == "carry" and sum(saying.values()) < 0:
        return dict.fromkeys(saying, 0)
    return saying


def difference(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """Party by party; who joined between had nothing before."""
    return {party: after[party] - before.get(party, 0) for party in after}


def versions_of(document: dict | Sequence[dict]) -> list[dict]:
    return [document] if isinstance(document, dict) else list(document)


def last_booking(document: dict, lines: Sequence[Line]) -> date:
    return max((line.booked for line in lines), default=first_day(document))


# --- Words of the document as values ---------------------------------------------------


def as_date(value: str | date) -> date:
    """An ISO date, as text or already read."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def as_fen(yuan: str) -> int:
    """Whole fen of an amount in yuan."""
    fen = Fraction(yuan) * 100
    if fen.denominator != 1:
        raise ValueError(f"not whole fen: {yuan}")
    return fen.numerator


def as_weight(value: int | str) -> Fraction:
    """`3`, `"2/3"`, `"0.35"` or `"60%"`."""
    if isinstance(value, str) and value.endswith("%"):
        return Fraction(value[:-1]) / 100
    return Fraction(value)


def as_part(value: int | str) -> Fraction:
    """The word `take`: a whole number is a percentage."""
    return Fraction(value, 100) if isinstance(value, int) else as_weight(value)


def weights_of(split: Mapping[str, int | str]) -> dict[str, Fraction]:
    return {party: as_weight(weight) for party, weight in split.items()}


def is_name(value: str) -> bool:
    """A name instead of an amount: facts give the amount."""
    return not value[0].isdigit()


def divides_money(pool: dict) -> bool:
    return pool["share"] not in ("indicator", "quota", "inputs")


def takes_entries(pool: dict) -> bool:
    """Whether the pool selects among the entries; others are fed or transfer."""
    return pool["share"] in ("receipts", "land_proceeds")


# --- Days ------------------------------------------------------------------------------


def next_day(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def day_before(day: date) -> date:
    return day if day == date.min else day - timedelta(days=1)


def anniversary(start: date, years: int) -> date:
    """The same day `years` later; 1 March where 29 February is missing (finding 22)."""
    return day_in_year(start.year + years, start.month, start.day)


def day_in_year(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 3, 1)


def first_day(document: dict) -> date:
    return as_date(document["from"])


def last_day(document: dict) -> date:
    return OPEN_END if document["to"] == "open" else as_date(document["to"])


def effective_from(version: dict) -> date:
    return as_date(version.get("effective", version["from"]))


def is_inside(document: dict, day: date) -> bool:
    """Within the life of the agreement."""
    return first_day(document) <= day <= last_day(document)


def agreement_year(document: dict, day: date) -> int:
    """1 for the year that begins on the agreement's first day."""
    number = 1
    while anniversary(first_day(document), number) <= day:
        number += 1
    return number


def years_window(start: date, first: int, last: int) -> tuple[date, date]:
    """Years `first` to `last` counted from `start`, the start being the first day of year 1 (finding 22)."""
    return anniversary(start, first - 1), day_before(anniversary(start, last))


def years_said(during: dict) -> tuple[int, int]:
    first, _, last = str(during["years"]).partition("-")
    return int(first), int(last or first)


def period_span(document: dict, day: date) -> tuple[date, date]:
    """First and last day of the settlement period that a day lies in."""
    months = {"month": 1, "quarter": 3, "year": 12}[document.get("settle", {}).get("every", "month")]
    begins = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = date(day.year + 1, 1, 1) if begins.month + months > 12 else date(day.year, begins.month + months, 1)
    return begins, day_before(after)


def period_of(document: dict, booked: date) -> str:
    """The settlement period of a booking date."""
    match document.get("settle", {}).get("every", "month"):
        case "month":
            return f"{booked.year}-{booked.month:02}"
        case "quarter":
            return f"{booked.year}Q{(booked.month + 2) // 3}"
    return f"{booked.year}"


def period_day(book: "Book", span: tuple[date, date]) -> date:
    """The day that a whole period stands for (finding 21), inside the agreement's life where that meets the period."""
    begins = max(span[0], first_day(book.first)) if first_day(book.first) <= span[1] else span[0]
    if book.first["rate_date"] != "tax_period_end":
        return begins
    ends = last_day(book.in_force(begins))
    return min(span[1], ends) if ends >= begins else span[1]


# --- Entries (5.2) ---------------------------------------------------------------------


def resolved(document: dict, entries: Sequence[dict]) -> list[Line]:
    """Every entry as a line; originals are looked up among all the entries, wherever they stand."""
    by_id = {entry["id"]: entry for entry in entries}
    return [line_of(document, entry, by_id) for entry in entries]


def line_of(document: dict, entry: dict, by_id: Mapping[str, dict]) -> Line:
    """A reversal or refund takes everything from its original but amount and booking date."""
    if entry.get("original") is None:
        return own_line(entry, own_rate_date(document, entry))
    original = line_of(document, by_id[entry["original"]], by_id)
    booked = as_date(entry["booked"])
    if entry.get("reversal"):
        return replace(original, id=entry["id"], booked=booked, amount_fen=-original.amount_fen)
    if document.get("refunds", "as_original") == "own_date":
        own = own_line(entry, own_rate_date(document, entry) or original.rate_date)
        return replace(own, attributes=original.attributes)
    return replace(original, id=entry["id"], booked=booked, amount_fen=entry["amount_fen"])


def own_line(entry: dict, rate_date: date) -> Line:
    """The entry as if it named no original."""
    booked = as_date(entry["booked"])
    attributes = {name: entry.get(name) for name in ATTRIBUTES}
    return Line(entry["id"], entry["amount_fen"], booked, rate_date, booked, attributes)


def own_rate_date(document: dict, entry: dict) -> date | None:
    """The day that chooses version, window, weights and year; the agreement says which (5.2, finding 21)."""
    field = {"entry_date": "booked", "tax_period": "period_from", "tax_period_end": "period_to"}
    said = entry.get(field[document["rate_date"]])
    return None if said is None else as_date(said)


# --- Facts -----------------------------------------------------------------------------


def holds_from(fact: dict) -> date:
    return as_date(fact["from"]) if fact.get("from") else date.min


def holds_to(fact: dict) -> date:
    return as_date(fact["to"]) if fact.get("to") else date.max


def holds_on(fact: dict, day: date) -> bool:
    return holds_from(fact) <= day <= holds_to(fact)


def named(book: Book, kind: str, name: str, unit: str) -> list[dict]:
    """Facts of a name that were certified for exactly this unit; unit "" for every unit."""
    return [fact for fact in book.facts if fact.get(kind) == name and (fact.get("unit") or "") == unit]


def own_and_general(book: Book, kind: str, name: str, unit: str) -> list[list[dict]]:
    """A unit's own facts are stronger than general ones."""
    general = named(book, kind, name, "")
    return [named(book, kind, name, unit), general] if unit else [general]


def fact_on(book: Book, kind: str, name: str, unit: str, day: date) -> dict | None:
    """What was certified last for the day (5.1)."""
    for facts in own_and_general(book, kind, name, unit):
        holding = [fact for fact in facts if holds_on(fact, day)]
        if holding:
            return holding[-1]
    return None


def fact_before(book: Book, kind: str, name: str, unit: str, day: date) -> dict | None:
    """What was certified for the latest days before the day; of several the last certified."""
    for facts in own_and_general(book, kind, name, unit):
        ended = [fact for fact in facts if holds_to(fact) < day]
        if ended:
            latest = max(holds_to(fact) for fact in ended)
            return [fact for fact in ended if holds_to(fact) == latest][-1]
    return None


def clock_start(book: Book, name: str, unit: str) -> date | None:
    for facts in own_and_general(book, "clock", name, unit):
        if facts:
            return as_date(facts[-1]["on"])
    return None


# --- Terms: what the words say for one unit on one day ----------------------------------


@dataclass(frozen=True)
class Terms:
    """The pool as it holds for one unit on one day."""

    book: Book
    pool: str
    unit: str
    day: date

    @property
    def document(self) -> dict:
        return self.book.in_force(self.day)

    @property
    def steps(self) -> list[dict]:
        pool = self.document["pools"].get(self.pool, {})
        return pool.get("waterfall", [])

    @property
    def guarantee(self) -> dict | None:
        return self.document["pools"].get(self.pool, {}).get("guarantee")

    @property
    def per_fen(self) -> Fraction:
        """How many of what the pool counts make a hundredth of its unit."""
        step = self.document["pools"].get(self.pool, {}).get("reported", {}).get("step")
        return Fraction(1, 100) / Fraction(step) if step else Fraction(1)

    def amount(self, value: str | dict) -> Fraction | None:
        """Fen of an amount, written, certified or a part of that; of figures and quotas smallest steps."""
        fen = self.certified_fen(value) if isinstance(value, dict) or is_name(value) else as_fen(value)
        found = None if fen is None else fen * self.per_fen
        return found if found is None or found.denominator == 1 else None  # finer than the pool counts: no limit

    def certified_fen(self, value: str | dict) -> int | None:
        """Of a part half a fen goes up."""
        name, part = (value["of"], as_part(value["take"])) if isinstance(value, dict) else (value, 1)
        fact = fact_on(self.book, "amount", name, self.unit, self.day)
        if fact is None:
            return None
        years = fact["years"].values() if "years" in fact else [fact["value"]]
        return floor(sum(as_fen(yuan) for yuan in years) * part + Fraction(1, 2))

    def limits(self, step: dict) -> dict[str, Fraction | None]:
        """By word: `until`, the sum of the stocks to `keep`, `cap`.  None: nobody certified it."""
        found: dict[str, Fraction | None] = {}
        if "until" in step:
            found["until"] = self.amount(step["until"])
        if "keep" in step:
            stocks = self.stocks(step["keep"])
            found["keep"] = None if stocks is None else sum(stocks.values(), Fraction(0))
        if "cap" in step:
            found["cap"] = self.amount(step["cap"]["at"])
        return found

    def weights(self, step: dict) -> dict[str, Fraction] | None:
        """The weights of a `split`; of a `keep` its stocks (5.5).  None: nobody certified them."""
        if "keep" in step:
            return self.stocks(step["keep"])
        split, previous = step["split"], step.get("until_certified") == "previous"
        if "by" not in split:
            return self.written(split)
        if "factors" in split:
            return self.shares(split, previous)
        return self.certified(split["by"], previous)

    def written(self, split: dict) -> dict[str, Fraction]:
        """Weights of the document; the word `collector` stands for the unit and adds to its own weight."""
        weights: dict[str, Fraction] = {}
        for party, weight in weights_of(split).items():
            who = self.unit if party == "collector" else party
            weights[who] = weights.get(who, Fraction(0)) + weight
        return weights

    def stocks(self, keep: dict) -> dict[str, Fraction] | None:
        if "by" not in keep:
            return {party: as_fen(stock) * self.per_fen for party, stock in keep.items()}
        fact = fact_on(self.book, "amounts", keep["by"], self.unit, self.day)
        if fact is None:
            return None
        usable = self.usable({p: as_fen(y) * self.per_fen for p, y in fact["values"].items()})
        return usable if usable and sum(usable.values()).denominator == 1 else None

    def certified(self, name: str, previous: bool, floor_to: int | str = 0) -> dict[str, Fraction] | None:
        """Certified weights of the day, cut down to full multiples if said; or those that held last before it."""
        lookups = [fact_on, fact_before] if previous else [fact_on]
        for look_up in lookups:
            fact = look_up(self.book, "weights", name, self.unit, self.day)
            if fact is not None and (usable := self.usable(cut_down(weights_of(fact["values"]), floor_to))):
                return usable
        return None

    def usable(self, values: Mapping[str, Fraction]) -> dict[str, Fraction] | None:
        """Values of the parties of the day; nothing can be divided by values that sum to zero."""
        kept = {party: value for party, value in values.items() if party in self.document["parties"]}
        return kept if sum(kept.values()) != 0 else None

    def shares(self, split: dict, previous: bool) -> dict[str, Fraction] | None:
        """By factors: each factor divides its weight; the sum may be rounded to decimals (finding 34)."""
        shares = dict.fromkeys(listed(self.book, set(self.document["parties"])), Fraction(0))
        importance = weights_of(split["factors"])
        for name, weight in importance.items():
            values = self.certified(name, previous, split.get("floor_to", 0))
            if values is None:
                return None
            for party, value in values.items():
                shares[party] += weight * value / sum(values.values()) / sum(importance.values())
        if split["decimals"] == "exact":
            return shares
        ones = 10 ** int(split["decimals"])
        rounded_shares = largest_remainder({party: share * ones for party, share in shares.items()})
        return {party: Fraction(share, ones) for party, share in rounded_shares.items()}

    def uses(self, step: dict) -> tuple:
        """What must not change within a segment (5.4)."""
        weights = self.weights(step)
        return None if weights is None else {p: w for p, w in weights.items() if w != 0}, self.limits(step)

    def window(self, step: dict) -> tuple[date, date] | None:
        """First and last day of a step's window, both included (5.7).  None: nobody certified its clock."""
        during = step.get("during", {})
        if "clock" in during:
            return self.clock_window(during)
        if "years" in during:
            return years_window(first_day(self.document), *years_said(during))
        start = as_date(during["from"]) if "from" in during else date.min
        return start, as_date(during["to"]) if "to" in during else date.max

    def clock_window(self, during: dict) -> tuple[date, date] | None:
        """Years from the unit's certified start; `recovered` has no beginning and meanwhile no end (finding 8)."""
        start, (first, last) = clock_start(self.book, during["clock"], self.unit), years_said(during)
        if during["clock"] != "recovered":
            return None if start is None else years_window(start, first, last)
        if start is None:
            return (date.min, date.max) if first == 1 else NEVER
        begins, ends = years_window(start, first, last)
        return (date.min if first == 1 else begins), ends

    def extension(self, step: dict) -> tuple[date, date] | None:
        """The extension days, which may be open or not; None if there are none."""
        window = self.window(step)
        if "extend" not in step or window is None or window == NEVER or window[1] == date.max:
            return None
        begins, more = next_day(window[1]), step["extend"]["years"]
        if "years" not in step["during"]:
            return begins, day_before(anniversary(begins, more))
        start = first_day(self.document)
        if "clock" in step["during"]:
            start = clock_start(self.book, step["during"]["clock"], self.unit)
        return begins, years_window(start, 1, years_said(step["during"])[1] + more)[1]

    def coverage(self, step: dict) -> str:
        """Whether the step covers the day: `yes`, `no`, `if open` on extension days, `unknown` without its clock."""
        window, extension = self.window(step), self.extension(step)
        if window is None:
            return "unknown"
        if window[0] <= self.day <= window[1]:
            return "yes"
        return "if open" if extension and extension[0] <= self.day <= extension[1] else "no"


def cut_down(values: Mapping[str, Fraction], multiple: int | str) -> dict[str, Fraction]:
    """Every value down to a full multiple, if there is one to keep to."""
    unit = as_weight(multiple)
    return {party: value // unit * unit if unit else value for party, value in values.items()}


def listed(book: Book, parties: set[str]) -> tuple[str, ...]:
    """Parties in listing order."""
    return tuple(party for party in book.parties if party in parties)


# --- Selecting, and the level of government --------------------------------------------


def selects(book: Book, name: str, line: Line) -> bool | None:
    """Whether the pool divides this entry.  None: nobody certified the list that says so."""
    pool = book.pool(name, line.rate_date)
    if pool is None or not takes_entries(pool):
        return False
    subject = line.attributes["subject"] or ""
    if subject.startswith(LAND) != (pool["share"] == "land_proceeds"):
        return False
    if "subjects" in pool and not any(subject.startswith(prefix) for prefix in pool["subjects"]):
        return False
    found = is_of(book, pool.get("of", "all"), line)
    return True if found is None and judged_by_name(book, name, pool, line) else found


def judged_by_name(book: Book, name: str, pool: dict, line: Line) -> bool:
    """Nobody certified the list, but both sides judged this very enterprise for this pool."""
    unit = line.attributes["enterprise"]
    own = [fact for fact in named(book, "eligible", name, unit or "") if unit and fact.get("unit", "") == unit]
    return pool.get("per") == "enterprise" and any(holds_on(fact, line.rate_date) for fact in own)


def is_of(book: Book, of: str | dict, line: Line) -> bool | None:
    """The word `of`: all, projects, a park, or a list: a certified one, else one of the document."""
    if of == "all":
        return True
    if "projects" in of:
        return line.attributes["project"] in of["projects"]
    if "park" in of:
        return line.attributes["park"] == of["park"]
    fact = fact_on(book, "list", of["list"], "", line.rate_date)
    written = book.in_force(line.rate_date).get("lists", {}).get(of["list"])
    units = written if fact is None else fact["units"]
    return None if units is None else line.attributes["enterprise"] in units


def level_row(document: dict, line: Line) -> dict | None:
    """The row with the longest subject that covers the line's subject and booking date."""
    rows = [row for row in document.get("levels", []) if row_covers(row, line)]
    return max(rows, key=lambda row: len(row["subject"]), default=None)


def row_covers(row: dict, line: Line) -> bool:
    end = as_date(row["to"]) if row.get("to") else date.max
    starts_so = (line.attributes["subject"] or "").startswith(row["subject"])
    return starts_so and as_date(row["from"]) <= line.level_date <= end


def pool_amount(document: dict, pool: dict, line: Line) -> int | None:
    """The fen that the pool divides: the line, or its part at the pool's level.  None: the line waits."""
    level = pool.get("level", "as_given")
    if level == "as_given":
        return line.amount_fen
    row = level_row(document, line)
    if row is None:
        return None
    percents = {name: Fraction(row.get(name, 0)) for name in LEVELS}
    whole = sum(percents.values())
    return largest_remainder({name: line.amount_fen * part / whole for name, part in percents.items()})[level]


# --- What a pool divides ---------------------------------------------------------------


def lines_of(book: Book, name: str) -> list[Line]:
    """All that the pool has to do with: entries, what other pools feed into it, dated transfers."""
    lines = [line for line in book.lines if selects(book, name, line) is not False]
    lines += fed_lines(book, name) + transfer_lines(book, name)
    return [line for line in lines if line.rate_date <= book.rated]


def unit_of(pool: dict, line: Line) -> str:
    """The unit whose total is counted (5.3); of the agreement it has no name."""
    per = pool.get("per", "agreement")
    return "" if per == "agreement" else line.attributes[per]


def fate(book: Book, name: str, line: Line) -> str:
    """Where a line of the pool goes: through the `steps`, `otherwise`, `undivided`, or it is `waiting`."""
    document = book.in_force(line.rate_date)
    pool = document["pools"][name]
    if takes_entries(pool) and selects(book, name, line) is None:
        return "waiting"
    if pool_amount(document, pool, line) is None:
        return "waiting"
    eligible = is_eligible(book, name, pool, line) if is_inside(document, line.rate_date) else False
    if eligible is None:
        return "waiting"
    return "steps" if eligible else "otherwise" if "otherwise" in pool else "undivided"


def is_eligible(book: Book, name: str, pool: dict, line: Line) -> bool | None:
    """By what was certified for the unit on the rate date; None if nothing was."""
    if "eligible" not in pool:
        return True
    fact = fact_on(book, "eligible", name, unit_of(pool, line), line.rate_date)
    return None if fact is None else fact["value"]


def transfer_lines(book: Book, name: str) -> list[Line]:
    """An entry on each date of a transfer pool, by the version in force on it, inside the agreement's life."""
    lines = []
    for version in book.versions:
        pool = version["pools"].get(name, {"share": None})
        for day in transfer_days(version, pool, book.day) if pool["share"] == "transfer" else []:
            if book.in_force(day) is version and is_inside(version, day) and day <= book.day:
                lines += transfers_on(book, name, pool, day)
    return lines


def transfer_days(version: dict, pool: dict, until: date) -> list[date]:
    """The dates said by `on`, or one of every year."""
    if isinstance(pool["transfer"], list):
        return sorted({day for each in pool["transfer"] for day in transfer_days(version, {"transfer": each}, until)})
    transfer = pool["transfer"]
    if "on" in transfer:
        said = transfer["on"] if isinstance(transfer["on"], list) else [transfer["on"]]
        return [as_date(day) for day in said]
    month, day = (int(part) for part in transfer["yearly"].split("-"))
    return [day_in_year(year, month, day) for year in range(first_day(version).year, until.year + 1)]


def transfers_on(book: Book, name: str, pool: dict, day: date) -> list[Line]:
    """One for the agreement, or one for each unit with an amount of its own; none below `at_least`."""
    if isinstance(pool["transfer"], list):
        own = [pool | {"transfer": each} for each in pool["transfer"]]
        falling = [each for each in own if day in transfer_days(book.in_force(day), each, day)]
        return [line for each in falling for line in transfers_on(book, name, each, day)]
    transfer, per = pool["transfer"], pool.get("per", "agreement")
    said = transfer["amount"]
    units = [""] if per == "agreement" else units_with(book, said["of"] if isinstance(said, dict) else said, day)
    lines = []
    for unit in units:
        amount = Terms(book, name, unit, day).amount(transfer["amount"])
        if amount is not None and amount != 0 and amount >= as_fen(transfer.get("at_least", "0")):
            for giver, fen in given_by(transfer["from"], int(amount)).items():
                key = f"{name} {day} {unit} {giver} {transfer}"
                line = Line(key, fen, day, day, day, {per: unit, "subject": None}, giver=giver)
                lines += [line] if fen else []
    return lines


def given_by(said: str | dict, amount: int) -> dict[str, int]:
    """One party gives all, or several in some ratio."""
    if isinstance(said, str):
        return {said: amount}
    weights = weights_of(said)
    return largest_remainder({party: amount * weight / sum(weights.values()) for party, weight in weights.items()})


def units_with(book: Book, name: str, day: date) -> list[str]:
    """Units for which an amount of their own is certified for the day."""
    units = [fact["unit"] for fact in book.facts if fact.get("amount") == name and fact.get("unit")]
    return [unit for unit in dict.fromkeys(units) if any(holds_on(f, day) for f in named(book, "amount", name, unit))]


# --- Fed pools (finding 24) ------------------------------------------------------------


def fed_lines(book: Book, name: str) -> list[Line]:
    """What a party is due in another pool, in whole fen: line by line, period by period, or running."""
    feeders = {"line": fed_line_by_line, "period": fed_by_booking_period, "running": fed_by_rate_period}
    feed = feeders[book.first["rounding"]["level"]]
    is_fed = any(feed_of(book, name, effective_from(version)) for version in book.versions)
    return [line for line in feed(book, name) if line.amount_fen != 0] if is_fed else []


def feed_of(book: Book, name: str, day: date) -> tuple[str, str] | None:
    """The party and the pool that feed this pool by the version in force."""
    share = (book.pool(name, day) or {"share": None})["share"]
    return (share["due_of"]["party"], share["due_of"]["pool"]) if isinstance(share, dict) else None


def sources(book: Book, name: str) -> list[str]:
    """Every pool that feeds this one by any version."""
    shares = [version["pools"].get(name, {"share": None})["share"] for version in book.versions]
    return list(dict.fromkeys(share["due_of"]["pool"] for share in shares if isinstance(share, dict)))


def fed_line(name: str, day: date, booked: date, fen: int, giver: str) -> Line:
    return Line(f"{name} {day}", fen, booked, day, day, dict.fromkeys(ATTRIBUTES), giver)


def fed_line_by_line(book: Book, name: str) -> list[Line]:
    """One for each line of the other pool, with its dates."""
    lines = []
    for source in sources(book, name):
        for line in lines_of(book, source):
            feed = feed_of(book, name, line.rate_date)
            if feed and feed[1] == source:
                fen = fen_of(book, feed, lambda key, line=line: key.entry == line.id)
                lines.append(replace(fed_line(name, line.rate_date, line.booked, fen, feed[0]), id=line.id))
    return lines


def fed_by_booking_period(book: Book, name: str) -> list[Line]:
    """One for each settlement period of booking of the other pool."""
    lines = []
    for source in sources(book, name):
        for span in sorted({period_span(book.first, line.booked) for line in lines_of(book, source)}):
            day = period_day(book, span)
            feed = feed_of(book, name, day)
            if feed and feed[1] == source:
                period = period_of(book.first, day)
                fen = fen_of(book, feed, lambda key, period=period: key.period == period)
                lines.append(fed_line(name, day, day, fen, feed[0]))
    return lines


def fed_by_rate_period(book: Book, name: str) -> list[Line]:
    """One for each settlement period of rate dates: due of what is dated up to its end, less the same before it."""
    lines, before = [], replace(book, rated=date.min)
    for span in sorted({period_span(book.first, day) for day in days_of_happenings(book)}):
        day, now = period_day(book, span), replace(book, rated=span[1])
        feed = feed_of(book, name, day)
        if feed:
            fen = fen_of(now, feed, lambda key: True) - fen_of(before, feed, lambda key: True)
            lines.append(fed_line(name, day, day, fen, feed[0]))
        before = now  # nothing happens in the periods between
    return lines


def days_of_happenings(book: Book) -> list[date]:
    """The days on which anything can come to any pool."""
    found = [line.rate_date for line in book.lines]
    for name in book.pools:
        found += [line.rate_date for line in transfer_lines(book, name)]
        found += [guaranteed.last for guaranteed in guarantees(book, name)]
    return [day for day in found if day <= book.rated]


def fen_of(book: Book, feed: tuple[str, str], wanted: Callable[[AccountKey], bool]) -> int:
    """Whole fen of a party in the wanted accounts of a pool, before anything that it gives away."""
    party, source = feed
    accounts = pool_due(book, source).accounts
    return sum(account[party][1] for key, account in accounts.items() if party in account and wanted(key))


# --- Segments (5.4) --------------------------------------------------------------------


def segment_of(terms: Terms) -> date:
    """The first day of the segment that a day of the agreement's life lies in; worked out once in a call."""
    known, key = terms.book.segments, (terms.pool, terms.unit, terms.day)
    if key not in known:
        known[key] = work_out_segment(terms)
    return known[key]


def work_out_segment(terms: Terms) -> date:
    """The last edge by the day."""
    found = version_edges(terms) + window_edges(terms) + year_edges(terms)
    begun = max(edge for edge in found if edge <= terms.day)
    return max([begun, *(edge for edge in fact_days(terms) if begun < edge <= terms.day and is_change(terms, edge))])


def version_edges(terms: Terms) -> list[date]:
    """The dates of every signed version, in force or not, and the life of the agreement."""
    life = [first_day(terms.document), next_day(last_day(terms.document))]
    return life + [effective_from(version) for version in terms.book.versions]


def window_edges(terms: Terms) -> list[date]:
    """The days on which a window or an extension begins, and the days after their last."""
    found = []
    for step in terms.steps:
        for window in (terms.window(step), terms.extension(step)):
            found += [window[0], next_day(window[1])] if window else []
    return found


def year_edges(terms: Terms) -> list[date]:
    """The first days of the calendar year and agreement year of the day, where something counts by them."""
    pools = [version["pools"].get(terms.pool, {}) for version in terms.book.versions]
    scopes = {step.get("per") for pool in pools for step in pool.get("waterfall", [])}
    scopes |= {pool.get("guarantee", {}).get("per") for pool in pools}
    found = []
    if "year" in scopes:
        found.append(date(terms.day.year, 1, 1))
    if "agreement_year" in scopes:
        found.append(anniversary(first_day(terms.document), agreement_year(terms.document, terms.day) - 1))
    return found


def fact_days(terms: Terms) -> set[date]:
    """Days on which some fact begins or has ended."""
    begin = {holds_from(fact) for fact in terms.book.facts}
    return begin | {next_day(holds_to(fact)) for fact in terms.book.facts}


def is_change(terms: Terms, day: date) -> bool:
    """Whether weights, stocks or limits of any step are others than the day before; none is also another."""
    today, yesterday = replace(terms, day=day), replace(terms, day=day_before(day))
    return any(today.uses(step) != yesterday.uses(step) for step in terms.steps)


# --- Flow and count (5.5, 5.6) ---------------------------------------------------------


@dataclass
class Count:
    """What has come to a limit, and what of it fitted."""

    come: Fraction = Fraction(0)
    fitted: Fraction = Fraction(0)
    limit: Fraction | None = None
    history: list[tuple[date, Fraction]] = field(default_factory=list)  # what had fitted after each segment

    def fit(self, coming: Fraction, limit: Fraction, segment: date) -> Fraction:
        """How much of what comes fits below the limit; both totals grow."""
        if self.limit is not None and self.limit != limit:
            self.come = self.fitted
        fits = min(self.come + coming, limit) - min(self.come, limit)
        self.come, self.fitted, self.limit = self.come + coming, self.fitted + fits, limit
        self.history.append((segment, self.fitted))
        return fits

    def fitted_by(self, day: date) -> Fraction:
        """What had fitted after the last segment that begins by the day."""
        earlier = [fitted for segment, fitted in self.history if segment <= day]
        return earlier[-1] if earlier else Fraction(0)


class Waterfall:
    """The steps of a pool as one unit meets them, with the unit's counts by scope (5.3)."""

    def __init__(self, book: Book, pool: str, unit: str) -> None:
        self.book = book
        self.pool = pool
        self.unit = unit
        self.counts: dict[tuple, Count] = {}

    def descend(self, total: int, segment: date) -> dict[str, Fraction] | None:
        """Exact parts of one segment's sum.  None: it waits, and nothing of it is counted (5.5.3)."""
        parts = dict.fromkeys(self.book.parties, Fraction(0))
        if total == 0:
            return parts  # a segment whose sum is zero uses no limit (5.6)
        terms = Terms(self.book, self.pool, self.unit, segment)
        counted, arriving = deepcopy(self.counts), Fraction(total)
        for step in terms.steps:
            stays = self.stays(terms, step, arriving)
            if stays is None and arriving != 0:
                self.counts = counted
                return None
            for party, part in (stays or {}).items():
                parts[party] += part
                arriving -= part
        if arriving != 0:
            raise ValueError(f"{arriving} fen of {segment} pass the last step")
        return parts

    def stays(self, terms: Terms, step: dict, arriving: Fraction) -> dict[str, Fraction] | None:
        """What each party gets of a step: taken, divided, capped.  None: what it needs is not certified."""
        coverage, weights, limits = terms.coverage(step), terms.weights(step), terms.limits(step)
        if coverage == "no":
            return {}
        if coverage == "unknown" or weights is None or None in limits.values():
            return None
        if coverage == "if open" and not self.is_open(terms, step, limits["cap"]):
            return {}
        taken = self.taken(terms, step, arriving, limits)
        gets = {party: taken * weight / sum(weights.values()) for party, weight in weights.items()}
        if "cap" in step:
            party = step["cap"]["party"]
            count = self.count("cap", terms, step, party)
            gets[party] = count.fit(gets.get(party, Fraction(0)), limits["cap"], terms.day)
        return gets

    def is_open(self, terms: Terms, step: dict, cap: Fraction) -> bool:
        """On extension days: the party has kept less than the cap by the window's last day (5.7, finding 16)."""
        kept = self.count("cap", terms, step, step["cap"]["party"]).fitted_by(terms.window(step)[1])
        return kept < cap

    def taken(self, terms: Terms, step: dict, arriving: Fraction, limits: Mapping[str, Fraction]) -> Fraction:
        """What the step takes of what arrives."""
        reach = as_part(step["take"]) * arriving if "take" in step else arriving
        for word in ("until", "keep"):
            if word in limits:
                return self.count(word, terms, step).fit(reach, limits[word], terms.day)
        return reach

    def count(self, word: str, terms: Terms, step: dict, party: str = "") -> Count:
        """The count of a step's scope, by name through all versions; it begins at zero."""
        scope = (step["name"], word, party, *year_of(terms, step))
        return self.counts.setdefault(scope, Count())


def year_of(terms: Terms, step: dict) -> tuple[str, int] | tuple[()]:
    """The year that is part of the step's scope, if any."""
    match step.get("per"):
        case "year":
            return "year", terms.day.year
        case "agreement_year":
            return "agreement_year", agreement_year(terms.document, terms.day)
    return ()


# --- Rounding (5.8) --------------------------------------------------------------------


def largest_remainder(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Cut down, and give the missing fen to the largest remainders, ties in listing order; negatives mirrored."""
    sign = -1 if sum(exact.values()) < 0 else 1
    whole = {party: floor(sign * part) for party, part in exact.items()}
    missing = sign * sum(exact.values()) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda party: whole[party] - sign * exact[party])
    for party in by_remainder[: whole_number(missing)]:
        whole[party] += 1
    return {party: sign * fen for party, fen in whole.items()}


def last_takes_rest(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Cut towards zero; the last party that has a part takes the rest (finding 13)."""
    whole = {party: trunc(part) for party, part in exact.items()}
    having = [party for party, part in exact.items() if part != 0]
    if having:
        whole[having[-1]] += whole_number(sum(exact.values()) - sum(whole.values()))
    return whole


def whole_number(value: Fraction | int) -> int:
    """The total of an account is whole; anything else is a fault of the oracle."""
    if Fraction(value).denominator != 1:
        raise ArithmeticError(f"not whole: {value}")
    return int(value)


def rounded(document: dict, exact: Mapping[str, Fraction]) -> Account:
    """Exact part and fen of each party of an account; `exact` stands in listing order."""
    rule = document["rounding"].get("rule", "largest_remainder")
    fen = largest_remainder(exact) if rule == "largest_remainder" else last_takes_rest(exact)
    return {party: (exact[party], fen[party]) for party in exact}


# --- Accounts --------------------------------------------------------------------------


def sharing(terms: Terms) -> tuple[str, ...]:
    """Parties with a positive weight in any step that covers the day, reached or not, extension open or not."""
    covering = [step for step in terms.steps if terms.coverage(step) in ("yes", "if open")]
    parties = set().union(*(positive_parties(terms.weights(step) or {}) for step in covering))
    if terms.guarantee:
        parties |= {terms.guarantee["party"], terms.guarantee["payer"]}
    return listed(terms.book, parties)


def positive_parties(weights: Mapping[str, Fraction]) -> set[str]:
    return {party for party, weight in weights.items() if weight > 0}


def group_of(document: dict, unit: str, line: Line, segment: date) -> Group:
    """What a line flows and is rounded together with."""
    level = document["rounding"]["level"]
    period = period_of(document, line.booked) if level == "period" else ""
    return Group(unit, segment, period, line.id if level == "line" else "")


def account_key(document: dict, pool: str, parties: tuple[str, ...], group: Group) -> AccountKey:
    by_unit = document["rounding"].get("account") == "unit"
    return AccountKey(pool, parties, group.period, group.entry, group.unit if by_unit else "")


class Accounts:
    """Exact parts by rounding account, while they are added up."""

    def __init__(self, document: dict, pool: str) -> None:
        self.document = document
        self.pool = pool
        self.exact: dict[AccountKey, dict[str, Fraction]] = {}

    def add(self, parties: tuple[str, ...], group: Group, parts: Mapping[str, Fraction]) -> None:
        """Parts of parties that are not of the account must be zero."""
        key = account_key(self.document, self.pool, parties, group)
        account = self.exact.setdefault(key, dict.fromkeys(parties, Fraction(0)))
        for party, part in parts.items():
            if party in account:
                account[party] += part
            elif part != 0:
                raise ArithmeticError(f"{party} has a part of an account that it does not share")

    def rounded(self) -> dict[AccountKey, Account]:
        return {key: rounded(self.document, exact) for key, exact in self.exact.items()}


# --- Guarantees (5.9, finding 19) ------------------------------------------------------


class Guaranteed(NamedTuple):
    """A year, or the whole life, for which a guarantee is worked out on its last day."""

    first: date
    last: date
    party: str
    payer: str
    minimum: Fraction | None  # None: nobody certified it


def spans(book: Book) -> Iterator[tuple[str, date, date]]:
    """Calendar years, agreement years and the whole life, as far as they begin by the day."""
    start, until = first_day(book.first), min(book.day, book.rated)
    for year in range(start.year, until.year + 1):
        yield "year", date(year, 1, 1), date(year, 12, 31)
    for number in range(1, agreement_year(book.first, until) + 1):
        yield "agreement_year", *years_window(start, number, number)
    yield "term", start, date.max


def guarantees(book: Book, name: str) -> list[Guaranteed]:
    """What is worked out by the day: each by the version in force on its last day."""
    found = []
    for per, first, end in spans(book):
        last = min(end, last_day(book.in_force(end)))
        terms = Terms(book, name, "", last)
        worked_out = max(first, first_day(book.first)) <= last <= min(book.day, book.rated)
        if worked_out and terms.guarantee and terms.guarantee["per"] == per:
            said = terms.guarantee
            found.append(Guaranteed(first, last, said["party"], said["payer"], terms.amount(said["at_least"])))
    return found


def add_guarantees(book: Book, name: str, flowed: Sequence[tuple[date, dict]], accounts: Accounts) -> None:
    """The payer makes up what the party's exact part of the year lacks, in the account of the last day."""
    for first, last, party, payer, minimum in guarantees(book, name):
        had = sum((parts[party] for segment, parts in flowed if first <= segment <= last), Fraction(0))
        if minimum is not None and had < minimum:
            parts = {party: minimum - had, payer: had - minimum}
            accounts.add(sharing(Terms(book, name, "", last)), Group("", last, "", ""), parts)


# --- Due (5.9) -------------------------------------------------------------------------


@dataclass(frozen=True)
class PoolDue:
    """What one pool makes of what comes to it."""

    accounts: dict[AccountKey, Account]
    waiting: int
    undivided: int
    other_levels: int
    given: dict[str, int]


def pool_due(book: Book, name: str) -> PoolDue:
    """Worked out once in a call for each pool and last rate date."""
    if (name, book.rated) not in book.found:
        book.found[name, book.rated] = work_out_pool(book, name)
    return book.found[name, book.rated]


def work_out_pool(book: Book, name: str) -> PoolDue:
    """Every line goes where its fate says."""
    fates: dict[str, list[tuple[Line, int]]] = {"steps": [], "otherwise": [], "undivided": [], "waiting": []}
    other_levels, given = 0, dict.fromkeys(book.parties, 0)
    for line in lines_of(book, name):
        document = book.in_force(line.rate_date)
        amount = pool_amount(document, document["pools"][name], line)
        amount = line.amount_fen if amount is None else amount  # no row of the level table: all of it waits
        fates[fate(book, name, line)].append((line, amount))
        other_levels += line.amount_fen - amount
        if line.giver:
            given[line.giver] += amount
    accounts = Accounts(book.first, name)
    flowed, waiting = add_through_steps(book, name, fates["steps"], accounts)
    add_otherwise(book, name, fates["otherwise"], accounts)
    add_guarantees(book, name, flowed, accounts)
    waiting += sum(amount for _, amount in fates["waiting"])
    undivided = sum(amount for _, amount in fates["undivided"])
    return PoolDue(accounts.rounded(), waiting, undivided, other_levels, given)


def add_through_steps(
    book: Book, name: str, inside: Sequence[tuple[Line, int]], accounts: Accounts
) -> tuple[list[tuple[date, dict]], int]:
    """Sum each group, and let the groups of each unit descend in the order of their segments.

    Returns the exact parts by the segment's first day, and what waits.
    """
    sums: dict[Group, int] = {}
    for line, amount in inside:
        unit = unit_of(book.pool(name, line.rate_date), line)
        group = group_of(book.first, unit, line, segment_of(Terms(book, name, unit, line.rate_date)))
        sums[group] = sums.get(group, 0) + amount
    flowed, waiting = [], 0
    for unit, groups in groupby(sorted(sums), key=lambda group: group.unit):
        waterfall = Waterfall(book, name, unit)
        for group in groups:
            parts = waterfall.descend(sums[group], group.segment)
            if parts is None:
                waiting += sums[group]
            else:
                accounts.add(sharing(Terms(book, name, unit, group.segment)), group, parts)
                flowed.append((group.segment, parts))
    return flowed, waiting


def add_otherwise(book: Book, name: str, outside: Sequence[tuple[Line, int]], accounts: Accounts) -> None:
    """What is dated outside the life, or not eligible, goes where `otherwise` says."""
    for line, amount in outside:
        pool = book.pool(name, line.rate_date)
        weights = weights_of(pool["otherwise"])
        parts = {party: amount * weight / sum(weights.values()) for party, weight in weights.items()}
        group = group_of(book.first, unit_of(pool, line), line, line.rate_date)
        accounts.add(listed(book, positive_parties(weights)), group, parts)


def due_of_lines(versions: Sequence[dict], lines: Sequence[Line], facts: Iterable[dict], day: date) -> Due:
    """Everything, pool by pool."""
    known = [line for line in lines if line.booked <= day]
    book = Book(tuple(versions), tuple(facts), tuple(known), day)
    found = {name: pool_due(book, name) for name in book.pools}
    accounts = {key: account for pool in found.values() for key, account in pool.accounts.items()}
    pools = {name: {party: -fen for party, fen in pool.given.items()} for name, pool in found.items()}
    exact = dict.fromkeys(book.parties, Fraction(0))
    for key, account in accounts.items():
        for party, (part, fen) in account.items():
            pools[key.pool][party] += fen
            exact[party] += part
    return Due(
        parties={party: sum(pool[party] for pool in pools.values()) for party in book.parties},
        pools=pools,
        exact=exact,
        waiting=sum(pool.waiting for pool in found.values()),
        undivided=sum(pool.undivided for pool in found.values()),
        unselected=sum(line.amount_fen for line in known if not selected_by_any(book, line)),
        accounts=accounts,
        other_levels=sum(pool.other_levels for pool in found.values()),
        given={name: pool.given for name, pool in found.items()},
    )


def selected_by_any(book: Book, line: Line) -> bool:
    return any(selects(book, name, line) is not False for name in book.pools)


# --- Indicators, quotas, inputs (finding 26) -------------------------------------------


Figures = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True)
class Sheet:
    """One indicator of one pool: how it is reported, and its lines in whole steps."""

    book: Book
    pool: str
    indicator: str
    lines: list[Line]


def figures_due(
    document: dict | Sequence[dict], reports: Sequence[dict], facts: Iterable[dict] = (), day: date | None = None
) -> Figures:
    """By pool and indicator the whole steps of each party, of all reports made by `day` (or ever).

    A stock figure has no running total: there the key is the indicator and the date.
    """
    versions = versions_of(document)
    known = [report for report in reports if day is None or as_date(report["reported"]) <= day]
    book = Book(tuple(versions), tuple(facts), (), OPEN_END if day is None else day)
    found: Figures = {}
    for name, pool in figure_pools(versions).items():
        found[name] = {}
        for indicator in indicators_of(pool):
            lines = figure_lines(book, pool, [report for report in known if report["indicator"] == indicator])
            found[name] |= figures_of(Sheet(book, name, indicator, lines), is_stock(pool))
    return found


def figure_pools(versions: Sequence[dict]) -> dict[str, dict]:
    """The pools that divide figures, as the first version writes them that has them."""
    pools = [(name, pool) for version in reversed(versions) for name, pool in version["pools"].items()]
    return {name: pool for name, pool in pools if not divides_money(pool)}


def indicators_of(pool: dict) -> list[str]:
    return pool.get("indicators") or pool.get("quotas") or ["inputs"]


def is_stock(pool: dict) -> bool:
    return pool.get("reported", {}).get("kind") == "stock"


def figures_of(sheet: Sheet, stock: bool) -> dict[str, dict[str, int]]:
    """All lines together; of a stock each date by itself."""
    if not stock:
        return {sheet.indicator: divided_figures(sheet)}
    days = sorted({line.rate_date for line in sheet.lines})
    by_day = {day: [line for line in sheet.lines if line.rate_date == day] for day in days}
    return {f"{sheet.indicator} {day}": divided_figures(replace(sheet, lines=by_day[day])) for day in days}


def divided_figures(sheet: Sheet) -> dict[str, int]:
    """By the basis that holds on each line's date."""
    by_basis: dict[str, list[Line]] = {"split": [], "double": [], "in_place": []}
    for line in sheet.lines:
        pool = sheet.book.pool(sheet.pool, line.rate_date)
        if pool and sheet.indicator in indicators_of(pool) and is_of(sheet.book, pool.get("of", "all"), line):
            by_basis[pool.get("basis", "split")].append(line)
    total = dict.fromkeys(sheet.book.parties, 0)
    for party, steps in [*split_figures(sheet, by_basis["split"]), *double_figures(sheet, by_basis["double"])]:
        total[party] += steps
    for line in by_basis["in_place"]:
        total[line.attributes["collector"]] += line.amount_fen
    return total


def split_figures(sheet: Sheet, lines: Sequence[Line]) -> list[tuple[str, int]]:
    """As money is divided: segments, steps, accounts."""
    fates = {line.id: fate(sheet.book, sheet.pool, line) for line in lines}
    accounts = Accounts(sheet.book.first, sheet.pool)
    add_through_steps(sheet.book, sheet.pool, [(x, x.amount_fen) for x in lines if fates[x.id] == "steps"], accounts)
    otherwise = [(line, line.amount_fen) for line in lines if fates[line.id] == "otherwise"]
    add_otherwise(sheet.book, sheet.pool, otherwise, accounts)
    return [(party, steps) for account in accounts.rounded().values() for party, (_, steps) in account.items()]


def double_figures(sheet: Sheet, lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Every party with a weight in the first step that covers gets the whole; what is not certified waits."""
    found = []
    for line in lines:
        pool = sheet.book.pool(sheet.pool, line.rate_date)
        terms = Terms(sheet.book, sheet.pool, unit_of(pool, line), line.rate_date)
        covering = [step for step in terms.steps if terms.coverage(step) != "no"]
        if fate(sheet.book, sheet.pool, line) == "steps" and terms.coverage(covering[0]) == "yes":
            found += [(party, line.amount_fen) for party in positive_parties(terms.weights(covering[0]) or {})]
    return found


def figure_lines(book: Book, pool: dict, reports: Sequence[dict]) -> list[Line]:
    """The latest revision of each report; of cumulative ones the step from one to the next."""
    latest = {(series_of(report), report["period_from"], report["period_to"]): report for report in reports}
    if is_stock(pool) or pool.get("reported", {}).get("as") != "cumulative":
        return [figure_line(book, pool, report, as_date(report["period_from"]), 0) for report in latest.values()]
    lines = []
    by_year: dict[tuple, list[dict]] = {}
    for report in latest.values():
        by_year.setdefault((series_of(report), as_date(report["period_to"]).year), []).append(report)
    for series in by_year.values():
        first, before = None, 0
        for report in sorted(series, key=lambda report: as_date(report["period_to"])):
            lines.append(figure_line(book, pool, report, first or as_date(report["period_from"]), before))
            first, before = next_day(as_date(report["period_to"])), steps_of(pool, report)
    return lines


def series_of(report: dict) -> tuple:
    """Reports of one series revise or continue each other."""
    return tuple(report.get(name) for name in ("collector", "project", "enterprise", "park"))


def figure_line(book: Book, pool: dict, report: dict, first: date, before: int) -> Line:
    """What a report adds to what was reported before it, for the days from `first` to its period's end."""
    dated = as_date(report["period_to"]) if book.first["rate_date"] == "tax_period_end" else first
    attributes = {name: report.get(name) for name in ATTRIBUTES}
    booked = as_date(report["reported"])
    return Line(report["id"], steps_of(pool, report) - before, booked, dated, booked, attributes)


def steps_of(pool: dict, report: dict) -> int:
    """A value in whole smallest steps; inputs are counted in fen."""
    return whole_number(Fraction(report["value"]) / Fraction(pool.get("reported", {"step": "0.01"})["step"]))
