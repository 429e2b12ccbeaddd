"""The same agreements as tables, for the peers that divide in SQL: segments of days, and who shares in each.

Written as a tuned peer would have them: windows, versions and years are cut beforehand, one denominator an agreement,
a cap or a base as one number.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from bench.workload import YEARS, Rule, Version, Workload

LAST = date(2031, 1, 1)
SEGMENTS = (
    "project",
    "seg",
    "first",
    "last",
    "scope",
    "account",
    "percent",
    "den",
    "base_limit",
    "cap_weight",
    "cap_num",
)
SHARES = ("project", "seg", "party", "rank", "fund_weight", "base_weight", "main_weight", "capped", "host")


@dataclass(frozen=True)
class Segment:
    """Days of one agreement between which nothing changes."""

    rule: Rule
    version: Version
    first: date
    last: date
    weights: dict[str, int]

    @property
    def base_weights(self) -> dict[str, int]:
        """Who gets the base, over the denominator."""
        if self.rule.kind != "base":
            return {}
        return self.rule.stocks or {self.rule.host: self.rule.denominator}

    @property
    def sharers(self) -> tuple[str, ...]:
        """Who can share, in listing order; the rounding account goes by them."""
        rule = self.rule
        more = {rule.fund} | ({rule.host} if rule.kind == "cap" else set())
        sharing = {*self.weights, *self.base_weights} | more
        return tuple(party for party in (*rule.parties, rule.fund) if party and party in sharing)


def segments(rule: Rule) -> Iterator[Segment]:
    """The segments of an agreement, in the order of days."""
    cuts = {rule.first, *(version.effective for version in rule.versions if version.effective)}
    if rule.kind == "base":
        cuts |= {date(year, 1, 1) for year in range(rule.first.year + 1, LAST.year)}
    windows = [_behind(rule, years) for years in YEARS] if rule.kind == "schedule" else []
    days = [*sorted(cuts.union(windows)), LAST]
    for first, behind in pairwise(days):
        version = [each for each in rule.versions if (each.effective or rule.first) <= first][-1]
        step = sum(window <= first for window in windows)
        yield Segment(rule, version, first, behind - timedelta(days=1), version.weights[step])


def _behind(rule: Rule, years: str) -> date:
    """The first day behind some years of an agreement."""
    return rule.first.replace(year=rule.first.year + int(years.split("-")[-1]))


def write(workload: Workload, folder: Path) -> tuple[Path, Path]:
    """The two tables as CSV in a folder."""
    found = [(rule, list(segments(rule))) for rule in workload.rules]
    name = f"{workload.mix}-{workload.n}.csv"
    return (
        _write(folder / f"segments-{name}", SEGMENTS, _segment_rows(found)),
        _write(folder / f"shares-{name}", SHARES, _share_rows(found)),
    )


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as text:
        out = csv.writer(text, lineterminator="\n")
        out.writerow(columns)
        out.writerows(rows)
    return path


def _segment_rows(found: Iterable[tuple[Rule, list[Segment]]]) -> Iterator[tuple[object, ...]]:
    for rule, own in found:
        accounts = list(dict.fromkeys(each.sharers for each in own))
        for seg, each in enumerate(own):
            is_base, is_cap = rule.kind == "base", rule.kind == "cap"
            yield (
                rule.project,
                seg,
                each.first,
                each.last,
                each.first.year if is_base else 0,
                accounts.index(each.sharers),
                rule.percent,
                rule.denominator,
                each.version.limit_fen if is_base else "",
                each.weights.get(rule.parties[-1], 0) if is_cap else "",
                each.version.limit_fen * 100 * rule.denominator if is_cap else "",
            )


def _share_rows(found: Iterable[tuple[Rule, list[Segment]]]) -> Iterator[tuple[object, ...]]:
    for rule, own in found:
        listed = [*rule.parties, rule.fund]
        for seg, each in enumerate(own):
            for party in each.sharers:
                yield (
                    rule.project,
                    seg,
                    party,
                    listed.index(party),
                    int(party == rule.fund),
                    each.base_weights.get(party, 0),
                    each.weights.get(party, 0),
                    int(rule.kind == "cap" and party == rule.parties[-1]),
                    int(rule.kind == "cap" and party == rule.host),
                )
