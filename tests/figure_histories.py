"""Random figures: versions with pools of indicators, quotas and contributions, reports, and facts, from a seed."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from tests.histories import (
    ENTERPRISES,
    PARKS,
    PROJECTS,
    Pen,
    chance,
    changed_parties,
    days,
    given_up,
    log_facts,
    log_parties,
    log_plain_steps,
    log_waterfall,
    random_life,
    random_rounding,
    random_selector,
    random_weights,
    staying,
)
from tests.oracle import anniversary, first_day, last_day

INDICATORS = ("output", "firms", "investment")
POOL_NAMES = ("split", "double", "in_place", "quota", "inputs")
STEPS = ("1", "0.1", "0.01", "0.5", "25")
YEARS_MAX = 3


def random_figures(seed: int) -> tuple[list[dict], list[dict], list[dict]]:
    """Versions, reports in the order recorded, and facts; the same for the same seed."""
    random = Random(f"figures {seed}")
    scale = random.choice(["tiny", "small", "middling"])
    versions = [figure_document(random, scale)]
    for number in range(2, random.choice([2, 2, 3, 4])):
        versions.append(figure_amendment(random, scale, versions[-1], number))
    return versions, random_reports(random, scale, versions), log_facts(random, scale, versions)


# --- Versions --------------------------------------------------------------------------


def figure_document(random: Random, scale: str) -> dict:
    document = {
        "title": "随机指标",
        "edition": 2,
        "parties": log_parties(random),
        **random_life(random),
        "rate_date": random.choice(["entry_date", "tax_period", "tax_period_end"]),
        "refunds": "as_original",
        "negatives": "immediate",
        "rounding": random_rounding(random) | {"level": random.choice(["running", "running", "period", "line"])},
        "settle": {"every": random.choice(["month", "quarter", "year"])},
    }
    names = random.sample(POOL_NAMES, random.randint(1, 3))
    if "in_place" in names:  # what lies outside the life is in no place of the agreement
        document |= {"from": f"{document['from'][:4]}-01-01", "to": "open"}
    reported, measures = random_reported(random), random.sample(INDICATORS, random.randint(1, 2))
    pools = {name: new_figure_pool(random, name, reported, measures) for name in names}
    document["pools"] = {name: divided(Pen(random, scale, document, 1), pool, []) for name, pool in pools.items()}
    return document


def random_reported(random: Random) -> dict:
    """How indicators are reported: a stock stands by itself, a flow month by month or cumulative."""
    way = random.choice([("monthly", "stock"), ("monthly", "flow"), ("cumulative", "flow"), ("cumulative", "flow")])
    return {"as": way[0], "kind": way[1], "unit": "万元", "step": random.choice(STEPS)}


def new_figure_pool(random: Random, name: str, reported: dict, measures: list[str]) -> dict:
    """Everything but the steps."""
    pool: dict = {"share": "indicator", "indicators": measures, "basis": name, "reported": reported}
    if name == "quota":
        pool = {"share": "quota", "quotas": ["land"], "reported": {"unit": "亩", "step": random.choice(STEPS)}}
    if name == "inputs":
        pool = {"share": "inputs"}
    if chance(random, 25):
        pool["of"] = random_selector(random)
    return pool | {"per": random.choice(["agreement", "agreement", "enterprise", "project", "collector"])}


def divided(pen: Pen, pool: dict, before: list[dict]) -> dict:
    """With its steps: none in place, no limits in double."""
    pool = {word: value for word, value in pool.items() if word not in ("waterfall", "otherwise")}
    if pool.get("basis") == "in_place":
        return pool
    if pool.get("basis") == "double":
        return pool | {"waterfall": log_plain_steps(pen, pool)}
    if pen.chance(50):
        pool["otherwise"] = random_weights(pen.random, pen.document)
    return pool | {"waterfall": [in_whole_steps(pool, step) for step in log_waterfall(pen, pool, before)]}


def in_whole_steps(pool: dict, step: dict) -> dict:
    """Written limits in the unit of the pool, as whole multiples of its smallest step."""
    least = Fraction(pool.get("reported", {}).get("step", "0.01"))

    def whole(amount: str | dict) -> str | dict:
        if isinstance(amount, dict) or not amount[0].isdigit():
            return amount
        hundredths = max(1, Fraction(amount) // least) * least * 100
        return f"{int(hundredths) // 100}.{int(hundredths) % 100:02}"

    step = dict(step)
    if "until" in step:
        step["until"] = whole(step["until"])
    if "cap" in step:
        step["cap"] = step["cap"] | {"at": whole(step["cap"]["at"])}
    if "keep" in step and "by" not in step["keep"]:
        step["keep"] = {party: whole(amount) for party, amount in step["keep"].items()}
    return step


def figure_amendment(random: Random, scale: str, before: dict, number: int) -> dict:
    """The same pools divided anew from some day on; introducers may leave or join."""
    start, end = first_day(before), min(last_day(before), anniversary(first_day(before), 3))
    effective = start + days(random, 0, (end - start).days)
    document = before | {"effective": effective.isoformat(), "parties": changed_parties(random, before, number)}
    document.pop("ends", None)
    pen = Pen(random, scale, document, number)
    document["pools"] = {name: divided(pen, pool, steps_of_pool(pool)) for name, pool in before["pools"].items()}
    ends = {
        name: given_up(pool, document["pools"][name]) for name, pool in before["pools"].items() if steps_of_pool(pool)
    }
    if any(ends.values()):
        document["ends"] = {name: steps for name, steps in ends.items() if steps}
    return document


def steps_of_pool(pool: dict) -> list[dict]:
    return pool.get("waterfall", [])


# --- Reports ---------------------------------------------------------------------------


def random_reports(random: Random, scale: str, versions: list[dict]) -> list[dict]:
    """Some years of every indicator, quota and contribution; a revision stands behind what it revises."""
    document, reports = versions[0], []
    for pool in document["pools"].values():
        shared = [other for other in reports if other["indicator"] in pool.get("indicators", ())]
        for indicator in pool.get("indicators") or pool.get("quotas") or ["inputs"]:
            if not shared:
                reports += reports_of(random, scale, document, pool, indicator)
    for number, report in enumerate(reports):
        report["id"] = f"r{number}"
    revised = [revision_of(random, scale, report) for report in reports if chance(random, 20)]
    random.shuffle(reports)
    return [*revised, *reports]


def reports_of(random: Random, scale: str, document: dict, pool: dict, indicator: str) -> list[dict]:
    """Several series, each described by its reporter, project, enterprise and park."""
    found = []
    described = {tuple(series.items()): series for series in (random_series(random, document) for _ in range(3))}
    for series in described.values():
        for year in range(first_day(document).year, first_day(document).year + random.randint(1, YEARS_MAX)):
            found += [series | {"indicator": indicator} | said for said in year_of(random, scale, pool, year)]
    return found


def random_series(random: Random, document: dict) -> dict:
    return {
        "collector": random.choice(staying(document)),
        "project": random.choice(PROJECTS),
        "enterprise": random.choice(ENTERPRISES[:2]),
        "park": random.choice(PARKS),
    }


def year_of(random: Random, scale: str, pool: dict, year: int) -> list[dict]:
    """A year's reports: totals that never fall, or periods side by side; some are missing."""
    step = Fraction(pool.get("reported", {"step": "0.01"})["step"])
    ends = sorted(random.sample(range(1, 13), random.randint(1, 8)))
    cumulative = pool.get("reported", {}).get("as") == "cumulative"
    said, total, begins = [], 0, 1
    for month in ends:
        steps = random_steps(random, scale, signed=not cumulative)
        total += abs(steps)
        first, last = date(year, 1 if cumulative else begins, 1), month_end(year, month)
        if pool["share"] == "inputs":
            first = last = date(year, month, random.randint(1, 28))
        begins = month + 1
        said.append(reported(first, last, (total if cumulative else steps) * step))
    return said


def month_end(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


def random_steps(random: Random, scale: str, *, signed: bool) -> int:
    most = {"tiny": 9, "small": 5_000, "middling": 10**9}[scale]
    return random.randint(0, most) * (random.choice([1, 1, 1, -1]) if signed else 1)


def reported(first: date, last: date, value: Fraction) -> dict:
    """A report made on the last day of its period."""
    days_said = {"period_from": first.isoformat(), "period_to": last.isoformat(), "reported": last.isoformat()}
    return days_said | {"value": decimal(value)}


def decimal(value: Fraction) -> str:
    sign, hundredths = "-" if value < 0 else "", abs(value * 100)
    return f"{sign}{int(hundredths) // 100}.{int(hundredths) % 100:02}"


def revision_of(random: Random, scale: str, report: dict) -> dict:
    """What was said first, and is held no longer."""
    return report | {"value": str(random_steps(random, scale, signed=True) * 25)}
