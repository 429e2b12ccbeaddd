"""Proposals (测算建议): facts that the books suggest to certify; only what both sides confirm counts (semantics finding 7).

Clocks from receipts and signatures, weights and outlays from contributions, eligibility and totals from past years.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.agreeing.certification import Facts, contradicts
from ledger.domain.calendar import DAY
from ledger.domain.dividing.division import Division
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.reading import Fate, Reading
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_fact
from ledger.domain.money import yuan
from ledger.domain.recording.figures import MONEY_UNITS, Report, decimal_text
from ledger.domain.register.projects import clock_starts
from ledger.domain.terms import ClockWindow, Document, Named, Pool, Step, Terms
from ledger.domain.terms.versions import Versions

CONTRIBUTIONS = "contributions"
OUTLAY = "outlay"
FROM_BOOKS = "账簿测算"


def proposals(known: Known, agreement: Agreement, cut: int) -> list[Document]:
    """Every fact that the terms ask for and the books can suggest, as documents to put forward; none certified already."""
    versions, certified = agreement.known_at(cut), known.certified(agreement, cut)
    readings = _readings(known, agreement, cut)
    found: list[Document] = []
    for pool in versions.latest.pools:
        own = [reading for reading in readings if reading.pool == pool.name]
        found += _clocks(agreement, versions, pool, own, certified)
        found += _stages(known, pool, certified)
        found += _past_years(versions, pool, own)
        found += _eligibilities(pool, certified)
        found += _of_contributions(known, versions.latest, pool, cut)
    said = {each.number: each for each in known.facts.values() if each.agreement == agreement.number}
    alike = {str(document): document for document in found}
    return [each for each in (_beside(document, said) for document in alike.values()) if each]


def _beside(document: Document, said: Facts) -> Document | None:
    """A suggestion beside what was put forward before: nothing if it was, naming what it would take the place of."""
    fact = read_fact(document)
    replaced = {each.supersedes for each in said.values()}
    for other in said.values():
        if other.fact == fact:
            return None
        if other.number not in replaced and other.fact and contradicts(fact, other.fact):
            return document | {"supersedes": other.number}
    return document


def _readings(known: Known, agreement: Agreement, cut: int) -> list[Reading]:
    claims = known.claims(agreement, cut)
    rows = claims.selectable(known.recorded, known.recorded.rows(cut=cut))
    entries = sorted(known.recorded.entries(rows), key=lambda entry: entry.booked_on)
    return [reading for entry in entries for reading in claims.read(entry)]


# Clocks


def _clocks(
    agreement: Agreement, versions: Versions, pool: Pool, readings: Iterable[Reading], certified: Certified
) -> Iterator[Document]:
    clocks = {step.window.clock for step in pool.steps if isinstance(step.window, ClockWindow)}
    firsts: dict[str, date] = {}
    for reading in readings:
        if reading.amount_fen > 0:
            firsts.setdefault(reading.unit, reading.entry.booked_on)
    if "first_tax" in clocks:
        yield from (
            _clock("first_tax", unit, on) for unit, on in firsts.items() if not certified.clock("first_tax", unit)
        )
    if "signed" in clocks and agreement.versions and not certified.clock("signed", ""):
        yield _clock("signed", "", agreement.versions[0].signed_on)
    if "recovered" in clocks:
        recovered = _recovered(versions, pool, readings, certified)
        yield from (_clock("recovered", *each) for each in recovered if not certified.clock("recovered", each[0]))


def _stages(known: Known, pool: Pool, certified: Certified) -> Iterator[Document]:
    """The clocks that the register of projects shows, for the units that the pool counts by."""
    clocks = {step.window.clock for step in pool.steps if isinstance(step.window, ClockWindow)}
    for start in clock_starts(known.projects.values()):
        unit = {"enterprise": start.enterprise, "project": start.project}.get(pool.per, "")
        if start.clock in clocks and unit and not certified.clock(start.clock, unit):
            yield _clock(start.clock, unit, start.on) | {"source": start.source or FROM_BOOKS}


def _clock(clock: str, unit: str, on: date) -> Document:
    return {"clock": clock, **({"unit": unit} if unit else {}), "on": on.isoformat(), "source": FROM_BOOKS}


def _recovered(
    versions: Versions, pool: Pool, readings: Iterable[Reading], certified: Certified
) -> Iterator[tuple[str, date]]:
    """The day on which each unit's recovery step was first full: the last `until` before the step on the clock."""
    step = _recovery_step(pool)
    division, done = Division(versions, pool.name, certified), set()
    for reading in readings if step else ():
        division.add(reading)
        if reading.unit in done or reading.fate is not Fate.DIVIDED:
            continue
        for unit, progress in division.progress():
            is_full = progress.reached >= progress.limit_fen > 0
            if step and (unit, progress.step, progress.party) == (reading.unit, step.name, None) and is_full:
                done.add(unit)
                yield unit, reading.entry.booked_on


def _recovery_step(pool: Pool) -> Step | None:
    before: Step | None = None
    for step in pool.steps:
        if isinstance(step.window, ClockWindow) and step.window.clock == "recovered":
            return before
        before = step if step.until is not None else before
    return None


# Eligibility, contributions, outlays


def _past_years(versions: Versions, pool: Pool, readings: Iterable[Reading]) -> Iterator[Document]:
    """What each unit brought in the years before the agreement, net of refunds, under the names that cap a party by it."""
    names = {step.cap.at.name for step in pool.steps if step.cap and isinstance(step.cap.at, Named)}
    if pool.eligible is None or not names:
        return
    begins = versions.first.first.year
    years = range(begins - pool.eligible.average_of_years, begins)
    totals: dict[str, dict[int, int]] = defaultdict(lambda: dict.fromkeys(years, 0))
    for reading in readings:
        if reading.unit and reading.rate_date.year in years:
            totals[reading.unit][reading.rate_date.year] += reading.amount_fen
    for unit, sums in totals.items():
        said = {str(year): yuan(sum_fen) for year, sum_fen in sums.items()}
        yield from ({"amount": name, "unit": unit, "years": said, "source": FROM_BOOKS} for name in sorted(names))


def _eligibilities(pool: Pool, certified: Certified) -> Iterator[Document]:
    for each in certified.propose(pool.name, pool.eligible) if pool.eligible else ():
        unit = {"unit": each.unit} if each.unit else {}
        yield {"eligible": each.pool, **unit, "value": each.eligible, "source": FROM_BOOKS}


def _of_contributions(known: Known, terms: Terms, pool: Pool, cut: int) -> Iterator[Document]:
    """Weights of every year and the outlay to recover, by the contributions recorded."""
    names = {name for step in pool.steps for name in step.names_certified}
    by_unit: dict[str, list[tuple[str, Report]]] = defaultdict(list)
    named_by = _party_of(known, terms, cut)
    for position, report in known.counted:
        party = named_by(report)
        if report.is_input and position <= cut and party:
            by_unit[report.project if pool.per == "project" else ""].append((party, report))
    times_days = any(step.by and step.by.times_days for step in pool.steps)
    last_year = max(known.recorded.years(cut), default=0)
    for unit, own in by_unit.items():
        named = {"unit": unit} if unit else {}
        if CONTRIBUTIONS in names:
            yield from (each | named for each in _weights(own, last_year, times_days=times_days))
        for step in pool.steps:
            if step.until == Named(OUTLAY) and len(step.sharers) == 1:
                yield from (each | named for each in _outlays(own, next(iter(step.sharers)), terms.first))


def _party_of(known: Known, terms: Terms, cut: int) -> Callable[[Report], str | None]:
    """Whom a report comes from, also by a code that followed or preceded the party's own."""
    regions = known.places(cut).regions

    def found(report: Report) -> str | None:
        named = terms.party_named(report.reporter)
        alike = (
            party.id
            for party in terms.parties.values()
            if party.region and regions.same_place(report.reporter, party.region, report.last)
        )
        return named or next(alike, None)

    return found


def _weights(own: list[tuple[str, Report]], last_year: int, *, times_days: bool) -> Iterator[Document]:
    """Contributions paid in by the end of each year; times the days they were there in it, if the terms say so."""
    first, last = (pick(report.first.year for _, report in own) for pick in (min, max))
    for year in range(first, max(last, last_year) + 1):
        values: dict[str, Fraction] = defaultdict(Fraction)
        ends = date(year, 12, 31)
        for party, report in own:
            if report.first <= ends:
                there = (ends - max(report.first, date(year, 1, 1))).days + 1 if times_days else 1
                values[party] += yuan_of(report) * there
        texts = {party: decimal_text(value) for party, value in values.items()}
        days = {"from": f"{year}-01-01", "to": ends.isoformat()}
        yield {"weights": CONTRIBUTIONS, **days, "values": texts, "source": FROM_BOOKS}


def _outlays(own: list[tuple[str, Report]], party: str, begins: date) -> Iterator[Document]:
    """What one party has put in, from each contribution's day to the day before the next; nothing before the first."""
    put_in: dict[date, Fraction] = defaultdict(Fraction)
    for each, report in own:
        if each == party:
            put_in[report.first] += yuan_of(report)
    days, total = sorted(put_in), Fraction(0)
    if days and begins < days[0]:
        put_in[begins] = Fraction(0)
        days.insert(0, begins)
    for day, following in pairwise([*days, None]):
        assert day is not None
        total += put_in[day]
        if (total * 100).denominator != 1:
            return  # nothing finer than a fen can be certified
        until = {"to": (following - DAY).isoformat()} if following else {}
        value = yuan(int(total * 100))
        yield {"amount": OUTLAY, "from": day.isoformat(), **until, "value": value, "source": FROM_BOOKS}


def yuan_of(report: Report) -> Fraction:
    """A contribution in yuan, whatever unit of money it was reported in."""
    return report.value * MONEY_UNITS.get(report.unit, 1)
