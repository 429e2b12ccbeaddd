"""The simple subset for plain-text accounting: a journal whose postings are split beforehand, so that it only adds.

What a posting says is the worth of its receipt: due after it less due before it (semantics 5.11), in the order of the
file; so the months sum to what statements say, to the fen.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.cells import yuan_of
from bench.workload import VOUCHER_BASE, Rule, Workload

TREASURY = "treasury"


class _Running:
    """What has come to one project, and what each party has got of it."""

    def __init__(self, rule: Rule) -> None:
        self._weights, self._denominator = rule.versions[0].weights[0], rule.denominator
        self._come_fen = 0
        self._due = dict.fromkeys(self._weights, 0)

    def worth(self, fen: int) -> dict[str, int]:
        """What a receipt adds to each party."""
        self._come_fen += fen
        before, self._due = self._due, self._divided()
        return {party: self._due[party] - before[party] for party in before}

    def _divided(self) -> dict[str, int]:
        whole, sign = abs(self._come_fen), -1 if self._come_fen < 0 else 1
        exact = {party: divmod(whole * weight, self._denominator) for party, weight in self._weights.items()}
        missing = whole - sum(floor for floor, _ in exact.values())
        first = sorted(exact, key=lambda party: -exact[party][1])[:missing]
        return {party: sign * (floor + (party in first)) for party, (floor, _) in exact.items()}


def postings(workload: Workload) -> Iterator[tuple[int, date, int, dict[str, int]]]:
    """Voucher, day, amount and split of every receipt."""
    running = [_Running(rule) for rule in workload.rules]
    for lines in workload.blocks():
        columns = (lines.numbers, lines.booked_on, lines.amounts_fen, lines.projects)
        for number, day, fen, project in zip(*(column.tolist() for column in columns), strict=True):
            yield VOUCHER_BASE + number, date.fromordinal(day), fen, running[project].worth(fen)


def journal(workload: Workload, folder: Path) -> Path:
    """A journal that hledger and ledger read."""
    path = folder / f"receipts-{workload.n}.journal"
    with path.open("w", encoding="utf-8") as out:
        for voucher, day, fen, shares in postings(workload):
            split = "".join(f"    {party}  {yuan_of(part)}\n" for party, part in shares.items())
            out.write(f"{day} {voucher}\n{split}    {TREASURY}  {yuan_of(-fen)}\n\n")
    return path


def beancount(workload: Workload, folder: Path) -> Path:
    """The same for beancount, which wants its accounts opened."""
    path = folder / f"receipts-{workload.n}.beancount"
    parties = sorted({party for rule in workload.rules for party in rule.parties})
    with path.open("w", encoding="utf-8") as out:
        for account in ("Assets:Treasury", *map(_account, parties)):
            out.write(f"2019-01-01 open {account}\n")
        for voucher, day, fen, shares in postings(workload):
            split = "".join(f"  {_account(party)}  {yuan_of(part)} CNY\n" for party, part in shares.items())
            out.write(f'{day} * "{voucher}"\n{split}  Assets:Treasury  {yuan_of(-fen)} CNY\n\n')
    return path


def _account(party: str) -> str:
    return f"Income:{party.upper()}"
