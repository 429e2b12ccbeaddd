"""The slow oracle: what is due, worked out from nothing by the numbered rules of semantics.md.

Written to be read beside the rules, not to be fast.  Every call starts from the plain
document and the plain entries; nothing is kept between calls.  Numbers 5.n and 6.1 are
the paragraphs of semantics.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor, trunc
from typing import NamedTuple

LEVELS = ("central", "province", "city", "county")
ATTRIBUTES = ("subject", "enterprise", "project", "park", "collector")
OPEN_END = date.max


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
    exact: dict[str, Fraction]
    waiting: int
    undivided: int
    unselected: int
    accounts: dict[AccountKey, Account]
    other_levels: int  # of selected entries: what belongs to another level of government


@dataclass(frozen=True)
class Line:
    """An entry with everything that it takes from its original (5.2)."""

    id: str
    amount_fen: int
    booked: date
    rate_date: date
    level_date: date
    attributes: Mapping[str, str | None]


class Group(NamedTuple):
    """What flows together through the steps: lines of one unit, segment and account."""

    unit: str
    segment: date  # the first day of the segment
    period: str
    entry: str


# --- Public functions ------------------------------------------------------------------


def due(document: dict, entries: Sequence[dict], facts: Iterable[dict] = (), day: date | None = None) -> Due:
    """What is due of all entries booked up to `day` (5.9); `facts` are not needed by these words."""
    return due_of_lines(document, resolved(document, entries), day)


def worths(document: dict, entries: Sequence[dict], facts: Iterable[dict] = ()) -> list[dict[str, int]]:
    """For each entry, due after it less due before it (5.11)."""
    lines = resolved(document, entries)
    dues = [due_of_lines(document, lines[:count], None).parties for count in range(len(lines) + 1)]
    return [difference(after, before) for before, after in zip(dues, dues[1:])]


def statements(
    document: dict, entries: Sequence[dict], cuts: Iterable[tuple[int, date]]
) -> list[dict[str, dict[str, int]]]:
    """What the statement of each cut says, by pool and party (6.1)."""
    lines = resolved(document, entries)
    said: list[dict[str, dict[str, int]]] = []
    for known, last_day in cuts:
        pools = due_of_lines(document, lines[:known], last_day).pools
        said.append({pool: says(document, parts, [earlier[pool] for earlier in said]) for pool, parts in pools.items()})
    return said


def says(document: dict, parts: dict[str, int], earlier: Sequence[dict[str, int]]) -> dict[str, int]:
    """Due less what earlier statements said; under `carry` nothing if that is below zero in total."""
    saying = dict(parts)
    for statement in earlier:
        saying = difference(saying, statement)
    if document["negatives"] == "carry" and sum(saying.values()) < 0:
        return dict.fromkeys(saying, 0)
    return saying


def difference(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """Party by party."""
    return {party: after[party] - before[party] for party in after}


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


def stocks_of(step: dict) -> dict[str, Fraction]:
    return {party: Fraction(as_fen(stock)) for party, stock in step["keep"].items()}


def step_weights(step: dict) -> dict[str, Fraction]:
    """The weights of a `split`; of a `keep` its stocks (5.5)."""
    return stocks_of(step) if "keep" in step else weights_of(step["split"])


def limit_of(step: dict) -> Fraction | None:
    """What the step takes at most: `until`, or the sum of the stocks to `keep`."""
    if "keep" in step:
        return sum(stocks_of(step).values(), Fraction(0))
    return Fraction(as_fen(step["until"])) if "until" in step else None


# --- Days ------------------------------------------------------------------------------


def next_day(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def anniversary(start: date, years: int) -> date:
    """The same day `years` later; 1 March where 29 February is missing (finding 22)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def first_day(document: dict) -> date:
    return as_date(document["from"])


def last_day(document: dict) -> date:
    return OPEN_END if document["to"] == "open" else as_date(document["to"])


def is_inside(document: dict, day: date) -> bool:
    """Within the life of the agreement."""
    return first_day(document) <= day <= last_day(document)


def agreement_year(document: dict, day: date) -> int:
    """1 for the year that begins on the agreement's first day."""
    number = 1
    while anniversary(first_day(document), number) <= day:
        number += 1
    return number


def window(document: dict, step: dict) -> tuple[date, date]:
    """First and last day of a step's window, both included (5.7)."""
    during = step.get("during", {})
    if "years" in during:
        first, _, last = str(during["years"]).partition("-")
        start, end = (anniversary(first_day(document), years) for years in (int(first) - 1, int(last or first)))
        return start, end - timedelta(days=1)
    start = as_date(during["from"]) if "from" in during else date.min
    return start, as_date(during["to"]) if "to" in during else date.max


def covers(document: dict, step: dict, day: date) -> bool:
    start, end = window(document, step)
    return start <= day <= end


# --- Entries (5.2) ---------------------------------------------------------------------


def resolved(document: dict, entries: Sequence[dict]) -> list[Line]:
    """Every entry as a line; originals are looked up among all the entries, wherever they stand."""
    by_id = {entry["id"]: entry for entry in entries}
    return [line_of(document, entry, by_id) for entry in entries]


def line_of(document: dict, entry: dict, by_id: Mapping[str, dict]) -> Line:
    """A reversal or refund takes everything from its original but amount and booking date."""
    own = own_line(document, entry)
    if entry.get("original") is None:
        return own
    original = line_of(document, by_id[entry["original"]], by_id)
    if entry.get("reversal"):
        return replace(original, id=own.id, booked=own.booked, amount_fen=-original.amount_fen)
    if document.get("refunds", "as_original") == "own_date":
        return replace(own, attributes=original.attributes)
    return replace(original, id=own.id, booked=own.booked, amount_fen=own.amount_fen)


def own_line(document: dict, entry: dict) -> Line:
    """The entry as if it named no original."""
    booked = as_date(entry["booked"])
    attributes = {name: entry.get(name) for name in ATTRIBUTES}
    return Line(entry["id"], entry["amount_fen"], booked, own_rate_date(document, entry), booked, attributes)


def own_rate_date(document: dict, entry: dict) -> date:
    """The day that chooses window, weights and year; the agreement says which (5.2, finding 21)."""
    field = {"entry_date": "booked", "tax_period": "period_from", "tax_period_end": "period_to"}
    return as_date(entry[field[document["rate_date"]]])


# --- Selecting, and the level of government --------------------------------------------


def selects(pool: dict, line: Line) -> bool:
    """Whether the pool divides this line."""
    subject = line.attributes["subject"] or ""
    if "subjects" in pool and not any(subject.startswith(prefix) for prefix in pool["subjects"]):
        return False
    of = pool.get("of", "all")
    if of == "all":
        return True
    return line.attributes["project"] in of["projects"] if "projects" in of else line.attributes["park"] == of["park"]


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


# --- Segments (5.4) --------------------------------------------------------------------


def segment_of(document: dict, pool: dict, day: date) -> date:
    """The first day of the segment that a day of the agreement's life lies in."""
    return max(edge for edge in edges(document, pool, day) if edge <= day)


def edges(document: dict, pool: dict, day: date) -> list[date]:
    """Days on which a segment begins; of year ends those around `day`."""
    found = [first_day(document), next_day(last_day(document))]
    for step in pool["waterfall"]:
        start, end = window(document, step)
        found += [start, next_day(end)]
    return found + year_edges(document, pool, day)


def year_edges(document: dict, pool: dict, day: date) -> list[date]:
    """The first days of the calendar year and agreement year of `day`, where some step counts by them."""
    scopes = {step.get("per") for step in pool["waterfall"]}
    found = []
    if "year" in scopes:
        found.append(date(day.year, 1, 1))
    if "agreement_year" in scopes:
        found.append(anniversary(first_day(document), agreement_year(document, day) - 1))
    return found


# --- Flow and count (5.5, 5.6) ---------------------------------------------------------


@dataclass
class Count:
    """What has come to a limit, and what of it fitted."""

    come: Fraction = Fraction(0)
    fitted: Fraction = Fraction(0)
    limit: Fraction | None = None

    def fit(self, coming: Fraction, limit: Fraction) -> Fraction:
        """How much of what comes fits below the limit; both totals grow."""
        if self.limit is not None and self.limit != limit:
            self.come = self.fitted
        fits = min(self.come + coming, limit) - min(self.come, limit)
        self.come, self.fitted, self.limit = self.come + coming, self.fitted + fits, limit
        return fits


class Waterfall:
    """The steps of a pool as one unit meets them, with the unit's counts by scope (5.3)."""

    def __init__(self, document: dict, pool: dict) -> None:
        self.document = document
        self.pool = pool
        self.counts: dict[tuple, Count] = {}

    def descend(self, total: int, segment: date) -> dict[str, Fraction]:
        """Exact parts of one segment's sum."""
        parts = dict.fromkeys(self.document["parties"], Fraction(0))
        if total == 0:
            return parts  # a segment whose sum is zero uses no limit (5.6)
        arriving = Fraction(total)
        for step in covering(self.document, self.pool, segment):
            stays = self.stays(step, arriving, segment)
            for party, part in stays.items():
                parts[party] += part
            arriving -= sum(stays.values())
        if arriving != 0:
            raise ValueError(f"{arriving} fen of {segment} pass the last step")
        return parts

    def stays(self, step: dict, arriving: Fraction, segment: date) -> dict[str, Fraction]:
        """What each party gets of a step: taken, divided, capped."""
        weights = step_weights(step)
        taken = self.taken(step, arriving, segment)
        gets = {party: taken * weight / sum(weights.values()) for party, weight in weights.items()}
        if "cap" in step:
            party, limit = step["cap"]["party"], Fraction(as_fen(step["cap"]["at"]))
            gets[party] = self.count("cap", step, segment, party).fit(gets.get(party, Fraction(0)), limit)
        return gets

    def taken(self, step: dict, arriving: Fraction, segment: date) -> Fraction:
        """What the step takes of what arrives."""
        reach = as_part(step["take"]) * arriving if "take" in step else arriving
        limit = limit_of(step)
        return reach if limit is None else self.count("limit", step, segment).fit(reach, limit)

    def count(self, word: str, step: dict, segment: date, party: str = "") -> Count:
        """The count of a step's scope; it begins at zero."""
        scope = (step["name"], word, party, *self.year(step, segment))
        return self.counts.setdefault(scope, Count())

    def year(self, step: dict, segment: date) -> tuple[str, int] | tuple[()]:
        """The year that is part of the step's scope, if any."""
        match step.get("per"):
            case "year":
                return "year", segment.year
            case "agreement_year":
                return "agreement_year", agreement_year(self.document, segment)
        return ()


def covering(document: dict, pool: dict, day: date) -> list[dict]:
    """The steps whose window covers a day, in order."""
    return [step for step in pool["waterfall"] if covers(document, step, day)]


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


def sharing(document: dict, pool: dict, day: date) -> tuple[str, ...]:
    """Parties with a positive weight in any step that covers the day, reached or not."""
    positive = [positive_parties(step_weights(step)) for step in covering(document, pool, day)]
    return listed(document, set().union(*positive))


def positive_parties(weights: Mapping[str, Fraction]) -> set[str]:
    return {party for party, weight in weights.items() if weight > 0}


def listed(document: dict, parties: set[str]) -> tuple[str, ...]:
    """Parties in listing order."""
    return tuple(party for party in document["parties"] if party in parties)


def unit_of(pool: dict, line: Line) -> str:
    """The unit whose total is counted (5.3)."""
    per = pool.get("per", "agreement")
    return "agreement" if per == "agreement" else line.attributes[per]


def period_of(document: dict, booked: date) -> str:
    """The settlement period of a booking date."""
    match document.get("settle", {}).get("every", "month"):
        case "month":
            return f"{booked.year}-{booked.month:02}"
        case "quarter":
            return f"{booked.year}Q{(booked.month + 2) // 3}"
    return f"{booked.year}"


def group_of(document: dict, pool: dict, line: Line, segment: date) -> Group:
    """What a line flows and is rounded together with."""
    level = document["rounding"]["level"]
    period = period_of(document, line.booked) if level == "period" else ""
    return Group(unit_of(pool, line), segment, period, line.id if level == "line" else "")


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


# --- Due (5.9) -------------------------------------------------------------------------


def due_of_lines(document: dict, lines: Sequence[Line], day: date | None) -> Due:
    """Everything, pool by pool."""
    known = [line for line in lines if day is None or line.booked <= day]
    accounts: dict[AccountKey, Account] = {}
    waiting = undivided = other_levels = 0
    for name, pool in document["pools"].items():
        selected = [(line, pool_amount(document, pool, line)) for line in known if selects(pool, line)]
        waiting += sum(line.amount_fen for line, amount in selected if amount is None)
        ready = [(line, amount) for line, amount in selected if amount is not None]
        other_levels += sum(line.amount_fen - amount for line, amount in ready)
        undivided += undivided_of(document, pool, ready)
        accounts |= pool_accounts(document, name, ready)
    unselected = sum(line.amount_fen for line in known if not selected_by_any(document, line))
    return total_of(document, accounts, waiting, undivided, unselected, other_levels)


def selected_by_any(document: dict, line: Line) -> bool:
    return any(selects(pool, line) for pool in document["pools"].values())


def undivided_of(document: dict, pool: dict, ready: Sequence[tuple[Line, int]]) -> int:
    """Dated outside the agreement's life, and no word `otherwise`."""
    if "otherwise" in pool:
        return 0
    return sum(amount for line, amount in ready if not is_inside(document, line.rate_date))


def pool_accounts(document: dict, name: str, ready: Sequence[tuple[Line, int]]) -> dict[AccountKey, Account]:
    """The rounded accounts of one pool."""
    pool = document["pools"][name]
    accounts = Accounts(document, name)
    inside = [(line, amount) for line, amount in ready if is_inside(document, line.rate_date)]
    add_inside(document, pool, inside, accounts)
    if "otherwise" in pool:
        outside = [(line, amount) for line, amount in ready if not is_inside(document, line.rate_date)]
        add_otherwise(document, pool, outside, accounts)
    return accounts.rounded()


def add_inside(document: dict, pool: dict, inside: Sequence[tuple[Line, int]], accounts: Accounts) -> None:
    """Sum each group, and let the groups of each unit descend in the order of their segments."""
    sums: dict[Group, int] = {}
    for line, amount in inside:
        group = group_of(document, pool, line, segment_of(document, pool, line.rate_date))
        sums[group] = sums.get(group, 0) + amount
    for _, groups in groupby(sorted(sums), key=lambda group: group.unit):
        waterfall = Waterfall(document, pool)
        for group in groups:
            parts = waterfall.descend(sums[group], group.segment)
            accounts.add(sharing(document, pool, group.segment), group, parts)


def add_otherwise(document: dict, pool: dict, outside: Sequence[tuple[Line, int]], accounts: Accounts) -> None:
    """What is dated outside the life goes where `otherwise` says."""
    weights = weights_of(pool["otherwise"])
    parties = listed(document, positive_parties(weights))
    for line, amount in outside:
        parts = {party: amount * weight / sum(weights.values()) for party, weight in weights.items()}
        accounts.add(parties, group_of(document, pool, line, line.rate_date), parts)


def total_of(
    document: dict,
    accounts: dict[AccountKey, Account],
    waiting: int,
    undivided: int,
    unselected: int,
    other_levels: int,
) -> Due:
    """Sum the accounts by party and by pool."""
    pools = {name: dict.fromkeys(document["parties"], 0) for name in document["pools"]}
    exact = dict.fromkeys(document["parties"], Fraction(0))
    for key, account in accounts.items():
        for party, (part, fen) in account.items():
            pools[key.pool][party] += fen
            exact[party] += part
    parties = {party: sum(pool[party] for pool in pools.values()) for party in document["parties"]}
    return Due(parties, pools, exact, waiting, undivided, unselected, accounts, other_levels)
