"""Random histories: a legal terms document and entries, from a seed.

Small enough to read, crossed enough to hurt: windows cross, limits fill, refunds reach back.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from tests.oracle import LEVELS, anniversary, as_date, covers, edges, first_day, is_inside, last_day, next_day

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
    """Booking date and tax period around an interesting day; booking may be years off."""
    day = interesting_day(random, document)
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
