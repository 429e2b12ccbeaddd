"""Random histories: a legal terms document and entries, from a seed.

Small enough to read, crossed enough to hurt: windows cross, limits fill, refunds reach back.
`random_history` is one document and entries; `random_log` has amendments and certified facts as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.oracle import (
    LEVELS,
    agreement_year,
    anniversary,
    as_date,
    first_day,
    is_inside,
    last_day,
    next_day,
    years_said,
    years_window,
)

SUBJECT_GROUPS = (["10101"], ["10104", "10109"], ["103"], ["1030"], ["10102", "30"])
SUBJECTS = ("1010101", "1010102", "10104", "1010432", "10109", "10301", "1030146", "10201", "30", "3001", "999")
ENTERPRISES = ("e1", "e2", "e3", "e4")
PROJECTS = ("j1", "j2", "j3")
PARKS = ("north", "south")
ATTRIBUTE_VALUES = {"subject": SUBJECTS, "enterprise": ENTERPRISES, "project": PROJECTS, "park": PARKS}
SPLIT_WORDS = ((), ("take",), ("until",), ("cap",), ("take", "until"), ("take", "cap"), ("until", "cap"))
KEEP_WORDS = ((), ("take",), ("cap",))
FIRST_DAYS = (date(2024, 1, 1), date(2024, 2, 29), date(2020, 2, 29), date(2022, 7, 1), date(2023, 3, 1))
SCALES = {
    "tiny": (1, 20),
    "small": (1, 5_000),
    "middling": (10_000, 90_000_000),
    "huge": (10**13, 10**15),
}
ENTRIES_MAX = 60
LOG_SUBJECTS = {
    "tax": ("1010101", "1010102", "10104", "1010432", "10109", "10201"),
    "fees": ("10301", "1030146", "30", "3001"),
    "land": ("1030148", "103014801"),
}
LOG_FACTS_MAX = 12
CLOCKS = ("registered", "works_started", "production", "first_tax", "recovered", "recovered", "signed")
WEIGHT_NAMES = ("contributions", "shares")
FACTOR_NAMES = ("revenue", "payroll", "assets")
LIMIT_NAMES = ("base_total", "outlay")
MEMORY = {"until", "keep", "cap"}
FEN_MAX = 10**15


def random_history(seed: int) -> tuple[dict, list[dict]]:
    """A legal document and up to 60 entries; the same for the same seed."""
    random = Random(seed)
    scale = random.choice(list(SCALES))
    document = random_document(random, scale)
    return document, random_entries(random, document, scale)


# --- The document ----------------------------------------------------------------------


def random_document(random: Random, scale: str) -> dict:
    """Terms with every required word."""
    document = {
        "title": "随机协议",
        "edition": 2,
        "parties": random_parties(random),
        **random_life(random),
        "rate_date": random.choice(["entry_date", "tax_period", "tax_period_end"]),
        "refunds": random.choice(["as_original", "as_original", "own_date"]),
        "negatives": random.choice(["immediate", "carry"]),
        "rounding": random_rounding(random),
    }
    if chance(random, 70):
        document["settle"] = {"every": random.choice(["month", "quarter", "year"])}
    if chance(random, 35):
        document["levels"] = random_levels(random)
    document["pools"] = random_pools(random, document, scale)
    return document


def chance(random: Random, percent: int) -> bool:
    return random.randrange(100) < percent


def random_parties(random: Random) -> dict:
    """2 to 9 parties whose listing order is not the order of their names."""
    host, *others = random.sample("abcdefghi", random.choice([2, 2, 3, 3, 4, 5, 6, 7, 8, 9]))
    roles = {host: "host"} | dict.fromkeys(others, "origin")
    return {party: {"name": f"{party}县", "role": role} for party, role in roles.items()}


def random_life(random: Random) -> dict:
    """First and last day; the last may be any day or said to be open."""
    start = random.choice(FIRST_DAYS) if chance(random, 60) else date(2020, 1, 1) + days(random, 0, 2000)
    if chance(random, 20):
        return {"from": start.isoformat(), "to": "open"}
    end = anniversary(start, random.randint(1, 9)) - timedelta(days=1)
    if chance(random, 40):
        end = start + days(random, 300, 3000)
    return {"from": start.isoformat(), "to": end.isoformat()}


def days(random: Random, fewest: int, most: int) -> timedelta:
    return timedelta(days=random.randint(fewest, most))


def random_rounding(random: Random) -> dict:
    rounding = {"level": random.choice(["running", "running", "running", "period", "line"])}
    if chance(random, 50):
        rounding["rule"] = random.choice(["largest_remainder", "last_takes_rest", "last_takes_rest"])
    if chance(random, 25):
        rounding["account"] = "unit"
    return rounding


def random_levels(random: Random) -> list[dict]:
    """Rows by subject and day; rows of one subject do not overlap, some days have none."""
    subjects = random.sample(["1", "101", "10101", "1010101", "10104", "103", "3"], random.randint(1, 5))
    return [row for subject in subjects for row in level_rows(random, subject)]


def level_rows(random: Random, subject: str) -> list[dict]:
    """One row, or two on either side of a change, sometimes with days between that no row covers."""
    start, change = date(2000, 1, 1) + days(random, 0, 7000), date(2023, 1, 1) + days(random, 0, 1500)
    first = {"subject": subject, "from": start.isoformat(), **random_percents(random)}
    if chance(random, 50):
        return [first]
    resumed = change + days(random, 1, random.choice([1, 200]))
    second = {"subject": subject, "from": resumed.isoformat(), **random_percents(random)}
    return [first | {"to": change.isoformat()}, second]


def random_percents(random: Random) -> dict[str, int]:
    """Whole percentages of the levels that sum to 100; a missing level is 0."""
    marks = [0, *sorted(random.choice(range(0, 101, random.choice([1, 5, 50]))) for _ in range(3)), 100]
    percents = {level: high - low for level, low, high in zip(LEVELS, marks, marks[1:])}
    return {level: percent for level, percent in percents.items() if percent or chance(random, 30)}


def random_pools(random: Random, document: dict, scale: str) -> dict:
    """One or two pools; the subjects of two pools are disjoint."""
    if chance(random, 40):
        subjects = None if chance(random, 60) else random.choice([["10"], ["10101", "10104"], ["1"]])
        return {"tax": random_pool(random, document, scale, subjects)}
    groups = [SUBJECT_GROUPS[0] + SUBJECT_GROUPS[1], random.choice(SUBJECT_GROUPS[2:])]
    random.shuffle(groups)
    return {name: random_pool(random, document, scale, group) for name, group in zip(("tax", "fees"), groups)}


def random_pool(random: Random, document: dict, scale: str, subjects: Sequence[str] | None) -> dict:
    pool = {"share": "receipts", "of": random_selector(random)}
    if subjects:
        pool["subjects"] = list(subjects)
    if document.get("levels") and chance(random, 80):
        pool["level"] = random.choice(LEVELS)
    if chance(random, 75):
        pool["per"] = random.choice(["agreement", "enterprise", "project", "collector"])
    if chance(random, 50):
        pool["otherwise"] = random_weights(random, document)
    pool["waterfall"] = random_waterfall(random, document, pool, scale)
    return pool


def random_selector(random: Random) -> str | dict:
    if chance(random, 60):
        return "all"
    return random.choice([{"projects": ["j1", "j3"]}, {"projects": ["j2"]}, {"park": "north"}])


def random_weights(random: Random, document: dict) -> dict:
    """Weights of one or more parties in any order, some of them zero, not all."""
    parties = list(document["parties"])
    sharing = random.sample(parties, random.choice([1, 2, 2, len(parties), random.randint(1, len(parties))]))
    write = random.choice([plain_weight, plain_weight, equal_weight, fraction_weight, decimal_weight, percent_weight])
    weights = {party: write(random) for party in sharing}
    if len(sharing) > 1 and chance(random, 30):
        weights[random.choice(sharing)] = 0
    return weights


def plain_weight(random: Random) -> int:
    return random.choice([1, 2, 3, 4, 5, 6, 7, 25, 50, 1989, 1234])


def equal_weight(random: Random) -> int:
    return 1


def fraction_weight(random: Random) -> str:
    return f"{random.randint(1, 9)}/{random.choice([2, 3, 7, 11, 997])}"


def decimal_weight(random: Random) -> str:
    return f"0.{random.choice([5, 25, 35, 125, 3333])}"


def percent_weight(random: Random) -> str:
    return f"{random.choice(['5', '12.5', '20', '33', '60'])}%"


# --- The waterfall ---------------------------------------------------------------------


def random_waterfall(random: Random, document: dict, pool: dict, scale: str) -> list[dict]:
    """Plain steps that cover every day, and other steps between; every step can be reached."""
    while True:
        waterfall = plain_steps(random, document)
        for number in range(random.choice([0, 1, 2, 2, 3, 4])):
            place = 0 if chance(random, 60) else random.randrange(len(waterfall))
            waterfall.insert(place, flowing_step(random, document, scale, f"s{number}"))
        if all(can_be_reached(document, waterfall, place) for place in range(len(waterfall))):
            return waterfall


def can_be_reached(document: dict, waterfall: list[dict], place: int) -> bool:
    """On some day of the life the step covers and no plain step stands before it."""
    step = waterfall[place]
    plain = [earlier for earlier in waterfall[:place] if is_plain(earlier)]
    starts = [day for day in edges(document, {"waterfall": waterfall}, first_day(document)) if is_inside(document, day)]
    return any(covers(document, step, day) and not any(covers(document, p, day) for p in plain) for day in starts)


def window(document: dict, step: dict) -> tuple[date, date]:
    """First and last day of a step without a clock."""
    during = step.get("during", {})
    if "years" in during:
        return years_window(first_day(document), *years_said(during))
    start = as_date(during["from"]) if "from" in during else date.min
    return start, as_date(during["to"]) if "to" in during else date.max


def covers(document: dict, step: dict, day: date) -> bool:
    start, end = window(document, step)
    return start <= day <= end


def edges(document: dict, pool: dict, day: date) -> list[date]:
    """Days on which a segment begins by the words of one document; of year ends those around `day`."""
    found = [first_day(document), next_day(last_day(document))]
    for step in pool["waterfall"]:
        start, end = window(document, step)
        found += [start, next_day(end)]
    scopes = {step.get("per") for step in pool["waterfall"]}
    if "year" in scopes:
        found.append(date(day.year, 1, 1))
    if "agreement_year" in scopes:
        found.append(anniversary(first_day(document), agreement_year(document, day) - 1))
    return found


def is_plain(step: dict) -> bool:
    return not {"take", "until", "cap", "keep"} & set(step)


def plain_steps(random: Random, document: dict) -> list[dict]:
    """One step for every day, windows side by side, or windows and a last step for the days after."""
    kind = random.choice(["catch all", "side by side", "side by side", "windows first"])
    windows = [{}] if kind == "catch all" else side_by_side(random, document)
    if kind == "windows first":
        windows[-1] = {}
    steps = [{"split": random_weights(random, document), **during} for during in windows]
    if kind == "side by side":
        random.shuffle(steps)
    return [maybe_named(random, f"plain{place}", step) for place, step in enumerate(steps)]


def maybe_named(random: Random, name: str, step: dict) -> dict:
    return {"name": name, **step} if chance(random, 50) else step


def side_by_side(random: Random, document: dict) -> list[dict]:
    """Windows that cover the life without gap or overlap: by agreement years or by dates."""
    by_years = chance(random, 50)
    cuts = year_cuts(random, document) if by_years else date_cuts(random, document)
    starts = [first_day(document), *cuts]
    ends = [cut - timedelta(days=1) for cut in cuts] + [last_day(document)]
    return [{"during": written(random, document, start, end)} for start, end in zip(starts, ends)]


def year_cuts(random: Random, document: dict) -> list[date]:
    cuts = [anniversary(first_day(document), years) for years in range(1, 9)]
    inside = [cut for cut in cuts if cut <= last_day(document)]
    return sorted(random.sample(inside, min(len(inside), random.randint(1, 3))))


def date_cuts(random: Random, document: dict) -> list[date]:
    end = min(last_day(document), anniversary(first_day(document), 9))
    most = (end - first_day(document)).days
    return sorted({first_day(document) + days(random, 1, most) for _ in range(random.randint(1, 3))})


def written(random: Random, document: dict, start: date, end: date) -> dict:
    """A window as `years` where it can be said so, else as dates; ends of the life may stay unsaid."""
    years = {anniversary(first_day(document), number): number for number in range(40)}
    if start in years and next_day(end) in years and chance(random, 70):
        return {"years": years_text(random, years[start] + 1, years[next_day(end)])}
    during = {"from": start.isoformat(), "to": end.isoformat()}
    if end == last_day(document) and (end == date.max or chance(random, 50)):
        during.pop("to")
    if start == first_day(document) and "to" in during and chance(random, 50):
        during.pop("from")
    return during


def years_text(random: Random, first: int, last: int) -> int | str:
    return f"{first}-{last}" if first != last or chance(random, 30) else first


def flowing_step(random: Random, document: dict, scale: str, name: str) -> dict:
    """A step that lets something flow on; memory only where terms round running (finding 5)."""
    if document["rounding"]["level"] != "running":
        step = {"split": random_weights(random, document), "take": random_part(random)}
        return maybe_named(random, name, step | random_window(random, document))
    step = {"name": name, **random_words(random, document, scale), **random_window(random, document)}
    if {"until", "keep", "cap"} & set(step) and chance(random, 40):
        step["per"] = random.choice(["year", "agreement_year"])
    return step


def random_words(random: Random, document: dict, scale: str) -> dict:
    """`split` or `keep` with `take`, `until`, `cap`."""
    keeps = chance(random, 30)
    step = {"keep": random_stocks(random, document, scale)} if keeps else {"split": random_weights(random, document)}
    words = random.choice(KEEP_WORDS if keeps else SPLIT_WORDS[1:])
    if "take" in words:
        step["take"] = random_part(random)
    if "until" in words:
        step["until"] = yuan(random, random_limit(random, scale))
    if "cap" in words:
        shared = step.get("keep") or step["split"]
        party = random.choice([party for party, weight in shared.items() if weight not in (0, "0", "0.00")])
        step["cap"] = {"party": party, "at": yuan(random, random_limit(random, scale))}
    return step


def random_part(random: Random) -> int | str:
    return random.choice([40, 1, 99, "40%", "2/5", "1/3", "6/7", "0.35", "33.3%", "50%"])


def random_stocks(random: Random, document: dict, scale: str) -> dict[str, str]:
    """Amounts to keep, some of them zero, not all."""
    keeping = random.sample(list(document["parties"]), random.randint(1, len(document["parties"])))
    stocks = {party: yuan(random, random_limit(random, scale)) for party in keeping}
    if len(keeping) > 1 and chance(random, 30):
        stocks[random.choice(keeping)] = "0.00"
    return stocks


def random_limit(random: Random, scale: str) -> int:
    """Fen near what a few entries of this scale bring, or far from it."""
    smallest, largest = SCALES[scale]
    return min(FEN_MAX - 1, random.randint(smallest, largest) * random.choice([1, 1, 2, 3, 5, 10, 40]))


def yuan(random: Random, fen: int) -> str:
    """Fen as yuan in text; whole yuan sometimes without decimals."""
    whole, rest = divmod(fen, 100)
    return str(whole) if rest == 0 and chance(random, 50) else f"{whole}.{rest:02}"


def random_window(random: Random, document: dict) -> dict:
    """None, agreement years or dates; windows of different steps cross."""
    kind = random.choice(["none", "none", "years", "dates"])
    if kind == "none":
        return {}
    first = random.randint(1, 4)
    if kind == "years":
        return {"during": {"years": years_text(random, first, first + random.choice([0, 0, 1, 2, 5]))}}
    start = first_day(document) + days(random, -100, 900)
    during = {"from": start.isoformat(), "to": (start + days(random, 0, 1500)).isoformat()}
    if chance(random, 50):
        during.pop(random.choice(["from", "to"]))
    return {"during": during}


# --- Entries ---------------------------------------------------------------------------


def random_entries(random: Random, document: dict, scale: str) -> list[dict]:
    """Up to 60 entries; refunds and reversals name entries that stand anywhere in the list."""
    entries: list[dict] = []
    for number in range(random.choice([0, 1, 3, 8, 15, 30, 45, ENTRIES_MAX])):
        entries.append(random_entry(random, document, scale, entries, f"n{number}"))
    if chance(random, 40):
        random.shuffle(entries)
    elif chance(random, 30):
        entries.sort(key=lambda entry: entry["booked"])
    return entries


def random_entry(random: Random, document: dict, scale: str, entries: list[dict], name: str) -> dict:
    """An entry of its own, a refund, or a reversal."""
    kind = random.choices(["own", "refund", "reversal"], [70, 20, 10])[0]
    entry = own_entry(random, document, scale, name)
    if kind == "refund" and (refundable := [other for other in entries if left_to_refund(entries, other) > 0]):
        return refund(random, entry, entries, random.choice(refundable))
    if kind == "reversal" and (reversible := [other for other in entries if can_be_reversed(entries, other)]):
        return reversal(random, entry, random.choice(reversible))
    return entry


def own_entry(random: Random, document: dict, scale: str, name: str) -> dict:
    """An entry that names no original; one in six is negative."""
    smallest, largest = SCALES[scale if chance(random, 80) else random.choice(list(SCALES))]
    amount = random.randint(smallest, largest) * random.choice([1, 1, 1, 1, 1, -1])
    return {
        "id": name,
        "amount_fen": amount,
        **random_dates(random, document),
        **{name: random.choice(values) for name, values in ATTRIBUTE_VALUES.items()},
        "collector": random.choice(list(document["parties"])),
        "original": None,
        "reversal": False,
    }


def random_dates(random: Random, document: dict) -> dict:
    return dates_about(random, document, interesting_day(random, document))


def dates_about(random: Random, document: dict, day: date) -> dict:
    """Booking date and tax period around a day; booking may be years off."""
    if document["rate_date"] == "entry_date":
        period = random_period(random, day - days(random, 0, 400)) if chance(random, 50) else (None, None)
        return {"booked": day.isoformat(), "period_from": period[0], "period_to": period[1]}
    booked = max(date(2018, 1, 1), day + days(random, *random.choice([(0, 40), (0, 40), (-30, 1500)])))
    start, end = random_period(random, day)
    if document["rate_date"] == "tax_period_end":
        length = as_date(end) - as_date(start)
        start, end = (day - length).isoformat(), day.isoformat()
    return {"booked": booked.isoformat(), "period_from": start, "period_to": end}


def random_period(random: Random, day: date) -> tuple[str, str]:
    return day.isoformat(), (day + days(random, *random.choice([(0, 30), (89, 91), (364, 365)]))).isoformat()


def interesting_day(random: Random, document: dict) -> date:
    """Often a day beside an edge of a segment, else any day near the life."""
    if chance(random, 40):
        return random.choice(edge_days(document)) + days(random, -1, 1)
    end = min(last_day(document), anniversary(first_day(document), 6))
    return first_day(document) + days(random, -200, (end - first_day(document)).days + 200)


def edge_days(document: dict) -> list[date]:
    """Edges of all pools, and of the first calendar and agreement years."""
    found = {anniversary(first_day(document), years) for years in range(4)}
    found |= {date(first_day(document).year + years, 1, 1) for years in range(1, 4)}
    for pool in document["pools"].values():
        found |= set(edges(document, pool, first_day(document)))
    return sorted(day for day in found if date(2018, 1, 1) < day < date(2045, 1, 1))


def refund(random: Random, entry: dict, entries: list[dict], original: dict) -> dict:
    """A part of what is left of the original, or all of it."""
    left = left_to_refund(entries, original)
    amount = random.choice([left, random.randint(1, left), min(left, random.randint(1, 20)), left // 2 or 1])
    return like(random, entry, original) | {"amount_fen": -amount, "original": original["id"]}


def reversal(random: Random, entry: dict, original: dict) -> dict:
    amount = -original["amount_fen"]
    return like(random, entry, original) | {"amount_fen": amount, "original": original["id"], "reversal": True}


def like(random: Random, entry: dict, original: dict) -> dict:
    """Mostly written with the attributes of the original; what is written must not matter."""
    if chance(random, 25):
        return entry
    return entry | {name: original[name] for name in ("subject", "enterprise", "project", "park", "collector")}


def naming(entries: list[dict], original: dict) -> list[dict]:
    return [entry for entry in entries if entry["original"] == original["id"]]


def left_to_refund(entries: list[dict], original: dict) -> int:
    """What refunds may still take: nothing of a refund, a reversal, or what is reversed."""
    named = naming(entries, original)
    if original["original"] or any(entry["reversal"] for entry in named):
        return 0
    return original["amount_fen"] + sum(entry["amount_fen"] for entry in named)


def can_be_reversed(entries: list[dict], original: dict) -> bool:
    """Not a reversal, and nothing names it yet."""
    return not original["reversal"] and not naming(entries, original)


# --- Logs: amendments, certified facts, and entries, in the order of recording -----------


@dataclass
class Pen:
    """What the functions below write with: a version of the terms, and its number."""

    random: Random
    scale: str
    document: dict
    number: int

    def chance(self, percent: int) -> bool:
        return chance(self.random, percent)

    def yuan(self) -> str:
        return yuan(self.random, random_limit(self.random, self.scale))

    @property
    def runs(self) -> bool:
        """Whether steps may have memory."""
        return self.document["rounding"]["level"] == "running"


def random_log(seed: int) -> tuple[list[dict], list[tuple[int, date]]]:
    """A log as `oracle.statements` reads it, and cuts of it; the same for the same seed."""
    random = Random(f"log {seed}")
    scale = random.choice(list(SCALES))
    versions = [log_document(random, scale)]
    for number in range(2, random.choice([2, 2, 3, 3, 4, 5])):
        versions.append(amendment(random, scale, versions[-1], number))
    facts = log_facts(random, scale, versions)
    entries = log_entries(random, scale, versions)
    early, late = (facts, []) if chance(random, 25) else ([], facts)
    streams = things("version", versions[1:]), things("fact", late), things("entry", entries)
    history = [{"version": versions[0]}, *things("fact", early), *interleaved(random, *streams)]
    return history, log_cuts(random, history)


def things(kind: str, values: list[dict]) -> list[dict]:
    return [{kind: value} for value in values]


def interleaved(random: Random, *streams: list[dict]) -> list[dict]:
    """One order of all, in which each stream keeps its own."""
    order = [place for place, stream in enumerate(streams) for _ in stream]
    random.shuffle(order)
    left = [iter(stream) for stream in streams]
    return [next(left[place]) for place in order]


def log_cuts(random: Random, history: list[dict]) -> list[tuple[int, date]]:
    """Cuts and ends of years that both grow; the last cut knows everything."""
    count = random.randint(1, 4)
    known = sorted(random.randint(1, len(history)) for _ in range(count - 1))
    years = sorted(random.randint(2021, 2032) for _ in range(count))
    return [(cut, date(year, 12, 31)) for cut, year in zip([*known, len(history)], years)]


# --- Versions --------------------------------------------------------------------------


def log_document(random: Random, scale: str) -> dict:
    """The first version."""
    document = {
        "title": "随机协议",
        "edition": 2,
        "parties": log_parties(random),
        **random_life(random),
        "rate_date": random.choice(["entry_date", "tax_period", "tax_period_end"]),
        "refunds": random.choice(["as_original", "as_original", "own_date"]),
        "negatives": random.choice(["immediate", "carry"]),
        "rounding": random_rounding(random) | {"level": random.choice(["running"] * 5 + ["period", "line"])},
        "settle": {"every": random.choice(["month", "quarter", "year"])},
    }
    if chance(random, 20):
        document["levels"] = random_levels(random)
    if chance(random, 20):
        document["lists"] = {"firms": sorted(random.sample(ENTERPRISES, 3))}
    document["pools"] = log_pools(Pen(random, scale, document, 1), {})
    return document


def log_parties(random: Random) -> dict:
    """Parties that stay (`host`, `origin`: only these collect), and some that may leave (`introducer`)."""
    host, other, *others = random.sample("abcdefgh", random.choice([2, 3, 3, 4, 5, 6]))
    roles = {host: "host", other: "origin"}
    roles |= {party: random.choice(["origin", "introducer"]) for party in others}
    names = list(roles)
    random.shuffle(names)
    return {party: {"name": f"{party}县", "role": roles[party]} for party in names}


def staying(document: dict) -> list[str]:
    return [name for name, party in document["parties"].items() if party["role"] != "introducer"]


def amendment(random: Random, scale: str, before: dict, number: int) -> dict:
    """The next signed version; it may take effect before the last one."""
    start, end = first_day(before), min(last_day(before), anniversary(first_day(before), random.choice([2, 2, 6])))
    effective = start + days(random, 0, (end - start).days)
    if chance(random, 30):
        effective = random.choice([start, end, max(start, date(effective.year, 1, 1))])
    document = before | {"effective": effective.isoformat(), "parties": changed_parties(random, before, number)}
    document.pop("ends", None)
    document["to"] = changed_end(random, before, effective)
    document["pools"] = log_pools(Pen(random, scale, document, number), before["pools"])
    ends = {name: given_up(pool, document["pools"].get(name)) for name, pool in before["pools"].items()}
    if any(ends.values()):
        document["ends"] = {name: steps for name, steps in ends.items() if steps}
    return document


def changed_parties(random: Random, before: dict, number: int) -> dict:
    """Some introducers leave; one party may join anywhere in the list."""
    kept = [(name, p) for name, p in before["parties"].items() if p["role"] != "introducer" or chance(random, 60)]
    if chance(random, 40):
        name = f"n{number}"
        kept.insert(random.randint(0, len(kept)), (name, {"name": f"{name}县", "role": "introducer"}))
    return dict(kept)


def changed_end(random: Random, before: dict, effective: date) -> str:
    """Mostly as before; else later, open, or earlier."""
    change = random.choice(["none", "none", "none", "later", "open", "earlier"])
    if change == "none" or (change != "open" and before["to"] == "open"):
        return before["to"]
    if change == "open":
        return "open"
    end = as_date(before["to"])
    moved = end + days(random, 1, 900) if change == "later" else end - days(random, 0, 400)
    return max(moved, effective, first_day(before) + timedelta(days=300)).isoformat()


def given_up(before: dict, after: dict | None) -> list[str]:
    """Steps with memory that the new version does not keep."""
    kept = {step["name"] for step in (after or {"waterfall": []})["waterfall"] if MEMORY & set(step)}
    return [step["name"] for step in before["waterfall"] if MEMORY & set(step) and step["name"] not in kept]


# --- Pools of a version ----------------------------------------------------------------


def log_pools(pen: Pen, before: dict) -> dict:
    """The same pools as before, written anew; fed and transfer pools may come and go."""
    names = list(before) or pen.random.choice([["tax"], ["tax"], ["tax", "fees"], ["tax", "land"], ["land"]])
    pools: dict[str, dict] = {}
    for name in names:
        if name in ("tax", "fees", "land"):
            pools[name] = selecting_pool(pen, name, before.get(name))
    for name, source in (("fed", names[0]), ("fed again", "fed")):
        if source in pools and (name in before or pen.chance(10 if before else 35)):
            fed = fed_pool(pen, pools, source, before.get(name, {}))
            pools |= {name: fed} if fed else {}
    for name in ("base", "once"):
        if pen.chance(85 if name in before else 20):
            pools[name] = transfer_pool(pen, name)
    return pools


def selecting_pool(pen: Pen, name: str, before: dict | None) -> dict:
    """What it selects stays as it was; how it divides is written anew."""
    pool = {word: value for word, value in (before or {}).items() if word not in ("waterfall", "otherwise")}
    if before is None:
        pool = new_pool(pen, name)
    elif pen.chance(20) and "guarantee" in pool:
        pool.pop("guarantee")
    elif "guarantee" in pool and pen.chance(50):
        pool["guarantee"] = pool["guarantee"] | {"at_least": pen.yuan()}
    elif "guarantee" not in pool:
        pool |= new_guarantee(pen, 10)
    if pool.get("guarantee", {}).get("per") == "term" and pen.document["to"] == "open":
        pool["guarantee"] = pool["guarantee"] | {"per": "year"}
    if pen.chance(50):
        alone = {pen.random.choice(staying(pen.document)): 1}
        pool["otherwise"] = alone if "guarantee" in pool else random_weights(pen.random, pen.document)
    return pool | {"waterfall": log_waterfall(pen, pool, (before or {}).get("waterfall", []))}


def new_pool(pen: Pen, name: str) -> dict:
    """Everything but the steps; pools of one version select by different subjects."""
    random = pen.random
    pool = {"share": "land_proceeds" if name == "land" else "receipts", "of": "all"}
    if pen.chance(20):
        pool["of"] = random_selector(random)
    if pen.chance(15):
        pool["of"] = {"list": "firms"}
    if name != "land":
        pool["subjects"] = {"tax": ["101", "102"], "fees": ["103", "30"]}[name]
    pool["per"] = random.choice(["agreement", "agreement", "agreement", "enterprise", "project", "collector"])
    if pen.document.get("levels") and pen.chance(70):
        pool["level"] = random.choice(LEVELS)
    if pool["per"] in ("enterprise", "project") and pen.chance(25):
        pool["eligible"] = {"average_of_years": 3, "at_least": "20000000.00"}
    return pool | new_guarantee(pen, 35)


def new_guarantee(pen: Pen, percent: int) -> dict:
    if not pen.runs or not pen.chance(percent):
        return {}
    party, payer = pen.random.sample(staying(pen.document), 2)
    amount = maybe_part(pen, "minimum") if pen.chance(25) else pen.yuan()
    per = pen.random.choice(["year", "year", "agreement_year", "term"])
    if pen.document["to"] == "open":
        per = per.replace("term", "year")
    return {"guarantee": {"party": party, "payer": payer, "at_least": amount, "per": per}}


def fed_pool(pen: Pen, pools: dict, source: str, before: dict) -> dict | None:
    """Fed by a party that shares in the source's last step, and does not already pass that on."""
    feeder = pools[source]["share"]["due_of"]["party"] if isinstance(pools[source]["share"], dict) else None
    last = pools[source]["waterfall"][-1]["split"]
    shared = dict.fromkeys(staying(pen.document), 1) if "by" in last else last
    sharing = [party for party, weight in shared.items() if weight != 0 and party not in (feeder, "collector")]
    if not sharing:
        return None
    pool = {"share": {"due_of": {"party": pen.random.choice(sharing), "pool": source}}}
    if "guarantee" in before:
        per = {"per": "year"} if pen.document["to"] == "open" else {}
        pool["guarantee"] = before["guarantee"] | per
    pool |= new_guarantee(pen, 15) if pen.number == 1 else {}
    if pen.chance(50):
        pool["otherwise"] = {pen.random.choice(staying(pen.document)): 1}
    return pool | {"waterfall": log_waterfall(pen, pool, before.get("waterfall", []))}


def transfer_pool(pen: Pen, name: str) -> dict:
    """A yearly base transfer, or sums on single days."""
    giver, *takers = pen.random.sample(list(pen.document["parties"]), len(pen.document["parties"]))
    transfer: dict = {"from": giver, "amount": maybe_part(pen, "yearly_base") if pen.chance(40) else pen.yuan()}
    pool = {"share": "transfer", "transfer": transfer, "waterfall": [{"split": dict.fromkeys(takers, 1)}]}
    if name == "once":
        dates = sorted({some_day(pen.random, pen.document).isoformat() for _ in range(pen.random.randint(1, 3))})
        return pool | {"transfer": transfer | {"on": dates if len(dates) > 1 else dates[0]}}
    transfer["yearly"] = pen.random.choice(["12-31", "06-30", "02-29", "01-01"])
    if pen.chance(40):
        transfer["at_least"] = pen.yuan()
    if "yearly_base" in str(transfer["amount"]) and pen.chance(50):
        pool["per"] = pen.random.choice(["enterprise", "project"])
    elif len(takers) > 1 and pen.chance(50):
        also = transfer | {"from": takers[0], "amount": pen.yuan()}
        several = transfer | {"from": {giver: 2, takers[0]: "1/3"}}
        pool["transfer"] = pen.random.choice([[transfer, also], several])
    return pool


def some_day(random: Random, document: dict) -> date:
    """A day of the first six years of the life."""
    end = min(last_day(document), anniversary(first_day(document), 6))
    return first_day(document) + days(random, 0, (end - first_day(document)).days)


# --- Steps of a version ----------------------------------------------------------------


def log_waterfall(pen: Pen, pool: dict, before: Sequence[dict]) -> list[dict]:
    """Steps of the last version that go on, new ones, and plain steps of which the last has no window."""
    while True:
        waterfall = log_plain_steps(pen, pool)
        kept = [renewed(pen, pool, step) for step in before if MEMORY & set(step) and pen.chance(85)]
        new = pen.random.choice([0, 1, 1, 2] if before else [0, 1, 2, 2, 3])
        for step in [*kept, *(log_step(pen, pool, f"s{pen.number}{number}") for number in range(new))]:
            waterfall.insert(0 if pen.chance(60) else pen.random.randrange(len(waterfall)), step)
        if all(step_can_be_reached(pen.document, waterfall, place) for place in range(len(waterfall))):
            return waterfall


def step_can_be_reached(document: dict, waterfall: list[dict], place: int) -> bool:
    """Of windows on a clock anything is possible, but for plain steps on the same clock before them."""
    step = waterfall[place]
    if has_clock(step):
        clocks = [s["during"]["clock"] for s in waterfall[:place] if has_clock(s) and is_plain(s)]
        return is_plain(step) or step["during"]["clock"] not in clocks
    fixed = [step for step in waterfall[:place] if not has_clock(step)]
    return can_be_reached(document, [*fixed, step], len(fixed))


def has_clock(step: dict) -> bool:
    return "clock" in step.get("during", {})


def log_plain_steps(pen: Pen, pool: dict) -> list[dict]:
    """For every day alike; windows side by side; or years on one clock; then a last step without window."""
    kind = pen.random.choice(["catch all", "windows", "clock", "clock"])
    windows: list[dict] = []
    if kind == "windows":
        windows = side_by_side(pen.random, pen.document)[:-1]
    if kind == "clock":
        clock, first, second = pen.random.choice(CLOCKS), pen.random.randint(1, 4), pen.random.randint(1, 3)
        years = [years_text(pen.random, 1, first), years_text(pen.random, first + 1, first + second)]
        windows = [{"during": {"clock": clock, "years": said}} for said in years[: pen.random.randint(1, 2)]]
    steps = [{**log_split(pen, pool), **during} for during in windows]
    return [*steps, {"split": log_written(pen, pool)} if pen.chance(80) else certified_split(pen)]


def log_written(pen: Pen, pool: dict) -> dict:
    """Weights in the document; where collectors are the units, often the unit itself."""
    weights = random_weights(pen.random, pen.document)
    if pool.get("per") == "collector" and pen.chance(50):
        return weights | {"collector": pen.random.choice([75, 3, "0.35"])}
    return weights


def log_split(pen: Pen, pool: dict) -> dict:
    return {"split": log_written(pen, pool)} if pen.chance(60) else certified_split(pen)


def certified_split(pen: Pen) -> dict:
    """Weights that are certified: by name, contributions × days, or factors."""
    name = pen.random.choice([*WEIGHT_NAMES, "factors"])
    split: dict = {"by": name} | ({"times": "days"} if name == "contributions" and pen.chance(50) else {})
    previous = {"until_certified": "previous"} if pen.chance(50) else {}
    if name == "factors":
        importance = pen.random.choice([("0.35", "0.35", "0.30"), ("1/2", 1, 2), (1, 1, 1)])
        count = pen.random.randint(1, 3)
        split |= {"factors": dict(list(zip(FACTOR_NAMES, importance))[:count])}
        split["decimals"] = pen.random.choice(["exact", 1, 2, 4, 10])
        if not previous and pen.chance(40):
            split["floor_to"] = pen.random.choice([10, 100, 1000])
    return {"split": split, **previous}


def log_step(pen: Pen, pool: dict, name: str) -> dict:
    """A step that lets something flow on; memory only where terms round running."""
    if not pen.runs:
        return {"name": name, **log_split(pen, pool), "take": random_part(pen.random), **log_window(pen)}
    if pen.chance(35):
        recovery = {"name": name, **log_split(pen, pool), "until": log_limit(pen)}
        return pen.random.choice([capped_and_extended(pen, name), recovery])
    if pen.chance(25):
        step = {"name": name, "keep": log_stocks(pen)}
        words = pen.random.choice(KEEP_WORDS if "by" not in step["keep"] else KEEP_WORDS[:2])
    else:
        words = pen.random.choice(SPLIT_WORDS[1:])
        step = {"name": name, **({"split": capped_split(pen)} if "cap" in words else log_split(pen, pool))}
    if "take" in words:
        step["take"] = random_part(pen.random)
    if "until" in words:
        step["until"] = log_limit(pen)
    step |= log_window(pen)
    if "cap" in words:
        step["cap"] = {"party": sharer(pen, step), "at": log_limit(pen)}
    if MEMORY & set(step) and pen.chance(25):
        step["per"] = pen.random.choice(["year", "agreement_year"])
    return extended(pen, step)


def capped_and_extended(pen: Pen, name: str) -> dict:
    """Years of the agreement or on a clock that may grow while a cap is not reached."""
    first, years = pen.random.randint(1, 2), pen.random.choice([0, 0, 1, 2])
    clock = {"clock": pen.random.choice(CLOCKS)} if pen.chance(50) else {}
    step = {"name": name, "split": capped_split(pen)}
    step["during"] = clock | {"years": years_text(pen.random, first, first + years)}
    step["cap"] = {"party": sharer(pen, step), "at": log_limit(pen)}
    step["extend"] = {"years": pen.random.randint(1, 3), "unless": "cap_reached"}
    return step


def log_stocks(pen: Pen) -> dict:
    return {"by": "stocks"} if pen.chance(40) else random_stocks(pen.random, pen.document, pen.scale)


def capped_split(pen: Pen) -> dict:
    """Written weights: a capped party must be seen to have a share."""
    return random_weights(pen.random, pen.document)


def sharer(pen: Pen, step: dict) -> str:
    shared = step.get("keep") or step["split"]
    return pen.random.choice([party for party, weight in shared.items() if weight not in (0, "0", "0.00")])


def log_limit(pen: Pen) -> str | dict:
    return maybe_part(pen, pen.random.choice(LIMIT_NAMES)) if pen.chance(25) else pen.yuan()


def maybe_part(pen: Pen, name: str) -> str | dict:
    """A certified amount, or a part of it."""
    return {"take": pen.random.choice(["10%", "2/3", "0.37%", "105%", 95]), "of": name} if pen.chance(30) else name


def log_window(pen: Pen) -> dict:
    """None, agreement years, dates, or years on a clock."""
    if pen.chance(40):
        return {}
    if pen.chance(60):
        return random_window(pen.random, pen.document)
    first = pen.random.choice([1, 1, 1, 2, 3])
    years = years_text(pen.random, first, first + pen.random.choice([0, 1, 2, 4]))
    return {"during": {"clock": pen.random.choice(CLOCKS), "years": years}}


def extended(pen: Pen, step: dict) -> dict:
    """With `extend` where it may stand: a cap, a window with an end, no `per`."""
    step = {word: value for word, value in step.items() if word != "extend"}
    ends = {"years", "to"} & set(step.get("during", {}))
    if "cap" in step and "per" not in step and ends and pen.chance(75):
        step["extend"] = {"years": pen.random.randint(1, 3), "unless": "cap_reached"}
    return step


def renewed(pen: Pen, pool: dict, step: dict) -> dict:
    """The same step in the next version: same name and words, some of them with other values."""
    step = dict(step)
    shared = "keep" if "keep" in step else "split"
    if shared == "keep" and (is_gone(pen, step["keep"]) or pen.chance(40)):
        step["keep"] = random_stocks(pen.random, pen.document, pen.scale) if "cap" in step else log_stocks(pen)
    if shared == "split" and (is_gone(pen, step["split"]) or pen.chance(40)):
        step.pop("until_certified", None)
        step |= {"split": capped_split(pen)} if "cap" in step else log_split(pen, pool)
    if "until" in step and pen.chance(65):
        step["until"] = log_limit(pen)
    if "cap" in step:
        stays = step["cap"]["party"] in step[shared] and step[shared][step["cap"]["party"]] not in (0, "0", "0.00")
        party = step["cap"]["party"] if stays else sharer(pen, step)
        step["cap"] = {"party": party, "at": log_limit(pen) if pen.chance(65) else step["cap"]["at"]}
    if pen.chance(25):
        step.pop("during", None)
        step |= log_window(pen)
    if pen.chance(10):
        step["per"] = pen.random.choice(["year", "agreement_year"])
    return extended(pen, step)


def is_gone(pen: Pen, shared: dict) -> bool:
    """Whether a party of the weights has left."""
    return "by" not in shared and not set(shared) <= {*pen.document["parties"], "collector"}


# --- Certified facts -------------------------------------------------------------------


def log_facts(random: Random, scale: str, versions: list[dict]) -> list[dict]:
    """Facts that the versions ask for: early, late, superseded, or never; in order of certification."""
    pen = Pen(random, scale, versions[0], 0)
    said = str([version["pools"] for version in versions])
    asked = [(name, write) for name, write in fact_writers().items() if f"'{name}'" in said]
    facts = []
    for name, write in asked:
        always = [{**write(pen), "unit": None}] if pen.chance(85) else []
        dated = [{**write(pen), **log_days(pen)} for _ in range(random.choice([0, 0, 1, 2]))]
        for fact in [*always, *dated]:
            unit = fact.pop("unit", random.choice([None, None, *ENTERPRISES, *PROJECTS, *staying(versions[0])]))
            facts.append({word: name if value == "?" else value for word, value in fact.items()})
            facts[-1] |= {"unit": unit} if unit and "list" not in fact else {}
            if "clock" in fact:
                facts[-1] = {word: value for word, value in facts[-1].items() if word not in ("from", "to")}
    facts += eligible_facts(random, versions[0])
    random.shuffle(facts)
    return facts[:LOG_FACTS_MAX]


def fact_writers() -> dict[str, Callable[[Pen], dict]]:
    """How to write a fact of each name; "?" stands for the name."""
    writers = dict.fromkeys([*WEIGHT_NAMES, *FACTOR_NAMES], weights_fact)
    writers |= dict.fromkeys([*LIMIT_NAMES, "yearly_base", "minimum"], amount_fact)
    return writers | {"stocks": amounts_fact, "firms": list_fact} | dict.fromkeys(CLOCKS, clock_fact)


def weights_fact(pen: Pen) -> dict:
    """Ratios of parties that stay, not all zero."""
    parties = pen.random.sample(staying(pen.document), pen.random.randint(1, len(staying(pen.document))))
    values = {party: pen.random.choice([1, 3, 1989, 1234, "12.5", 260, 5017]) for party in parties}
    if len(parties) > 1 and pen.chance(20):
        values[parties[0]] = 0
    return {"weights": "?", "values": values}


def amounts_fact(pen: Pen) -> dict:
    return {"amounts": "?", "values": {party: pen.yuan() for party in staying(pen.document)}}


def amount_fact(pen: Pen) -> dict:
    if pen.chance(20):
        return {"amount": "?", "years": {year: pen.yuan() for year in (2018, 2019)}}
    return {"amount": "?", "value": pen.yuan()}


def clock_fact(pen: Pen) -> dict:
    on = first_day(pen.document) + days(pen.random, -500, 1200)
    return {"clock": "?", "on": on.isoformat()}


def list_fact(pen: Pen) -> dict:
    return {"list": "?", "units": sorted(pen.random.sample(ENTERPRISES, pen.random.randint(1, 4)))}


def log_days(pen: Pen) -> dict:
    """The days that a fact holds for: years, from a day on, up to a day, or all."""
    start = date(first_day(pen.document).year + pen.random.randint(-1, 4), 1, 1)
    if pen.chance(40):
        start = some_day(pen.random, pen.document)
    end = anniversary(start, pen.random.choice([1, 1, 2])) - timedelta(days=1)
    kept = pen.random.choice([("from", "to"), ("from", "to"), ("from",), ("to",), ()])
    return {word: day.isoformat() for word, day in (("from", start), ("to", end)) if word in kept}


def eligible_facts(random: Random, document: dict) -> list[dict]:
    """For some units of the pools that ask."""
    facts = []
    for name, pool in document["pools"].items():
        units = {"enterprise": ENTERPRISES, "project": PROJECTS}.get(pool.get("per"), ())
        if "eligible" in pool:
            facts += [{"eligible": name, "unit": unit, "value": chance(random, 75)} for unit in units[1:]]
    return facts


# --- Entries of a log ------------------------------------------------------------------


def log_entries(random: Random, scale: str, versions: list[dict]) -> list[dict]:
    """Up to 40 entries; refunds, reversals, and reversals of refunds name entries that stand before them."""
    entries: list[dict] = []
    for number in range(random.choice([1, 5, 15, 25, 40])):
        entry = log_entry(random, scale, versions, f"n{number}")
        kind = random.choices(["own", "refund", "reversal"], [70, 20, 10])[0]
        refundable = [other for other in entries if left_to_refund(entries, other) > 0]
        reversible = [other for other in entries if can_be_reversed(entries, other)]
        if kind == "refund" and refundable:
            entry = refund(random, entry, entries, random.choice(refundable))
        if kind == "reversal" and reversible:
            entry = reversal(random, entry, random.choice(reversible))
        entries.append(entry)
    return entries


def log_entry(random: Random, scale: str, versions: list[dict], name: str) -> dict:
    """An entry of its own, often dated beside the first day of some version."""
    version = random.choice(versions)
    entry = own_entry(random, version, scale, name)
    if chance(random, 25):
        day = as_date(version.get("effective", version["from"])) + days(random, -2, 2)
        entry |= dates_about(random, version, day)
    entry["collector"] = random.choice(staying(version))
    if chance(random, 85):
        selecting = [pool for pool in version["pools"] if pool in LOG_SUBJECTS]
        entry["subject"] = random.choice(LOG_SUBJECTS[random.choice(selecting)])
    if chance(random, 50):
        entry |= {"enterprise": "e1", "project": "j1", "collector": staying(version)[0]}
    return entry
