"""Explanation (解释): one figure of a statement, down to vouchers, clauses and the owner of the last fen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period, settlement_last
from ledger.domain.dividing.division import Account, Stream
from ledger.domain.dividing.reading import Reading
from ledger.domain.dividing.waterfall import Progress, Taken
from ledger.domain.errors import RuleBroken
from ledger.domain.stating.books import Books
from ledger.domain.stating.working import Turn
from ledger.domain.terms import Step, Weights
from ledger.projections.nothing_stated import nothing_in_force
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.spans import month_span
from ledger.projections.statements import Statement, closed_at, statements_as_of, statements_of_agreement
from ledger.projections.wording import called


@dataclass(frozen=True)
class StepShare:
    """What one step gave the party, to date: of what arrived, by which clause."""

    step: Step
    weights: Weights
    unit: str
    day: date
    arrived: Fraction
    taken: Fraction
    part: Fraction


@dataclass(frozen=True)
class Voucher:
    """One entry behind the figure, and what it is worth to the party."""

    reading: Reading
    cause: str
    worth_fen: int


@dataclass(frozen=True)
class OtherChange:
    """What else moved the figure: a version, a certified fact, a day that came; and what it is worth to the party."""

    turn: Turn
    cause: str
    worth_fen: int


@dataclass(frozen=True)
class Explanation:
    """Why a party is due what a statement says."""

    statement: Statement
    agreement: Agreement
    party: str
    due_fen: int
    said_before_fen: int
    entitled_fen: int
    causes_fen: dict[str, int]
    steps: tuple[StepShare, ...]
    limits: tuple[tuple[str, Progress], ...]
    rows_fen: dict[str, int]
    accounts: tuple[Account, ...]
    vouchers: tuple[Voucher, ...]
    others: tuple[OtherChange, ...]
    reasons: tuple[tuple[str, int], ...]

    @property
    def carried_fen(self) -> int:
        """What was due at the last statement and was not stated then."""
        return self.causes_fen.get("carried", 0)

    @property
    def rounding_fen(self) -> int:
        """舍入差: the figure less the rows, each rounded for itself, and less what was carried (semantics 5.11)."""
        return self.due_fen - self.said_before_fen - sum(self.rows_fen.values()) - self.carried_fen

    @property
    def quantity(self) -> Quantity:
        """How the statement's numbers are written."""
        return stated_quantity(self.statement.unit, self.statement.step, self.statement.basis)

    @property
    def name(self) -> str:
        """The party's name."""
        return self.agreement.name_of(self.party)


def explain(books: Books, number: str, period: Period, party: str, as_of: date | None = None) -> list[Explanation]:
    """Explain what a period's statements say of a party: one explanation for each statement.

    With `as_of` they are drafts of what is booked up to that day.

    Raises AgreementUnknown, NotAParty, NothingInForce.
    """
    agreement = books.agreement(number)
    party = agreement.party(party)
    if as_of:
        period = Period.of(settlement_last(as_of, agreement.terms.every))
        stated = statements_as_of(books, as_of, number)
    else:
        stated = statements_of_agreement(books, agreement, period)
    found = [_explanation(books, agreement, statement, period, party) for statement in stated]
    if not found:
        raise nothing_in_force(books, [agreement], month_span(period))
    return found


def _explanation(books: Books, agreement: Agreement, statement: Statement, period: Period, party: str) -> Explanation:
    before = statement.closed_at or (closed_at(books, period) if statement.as_of else None) or books.position + 1
    papers = books.work(agreement, period, statement.cut, before, statement.as_of, line_by_line=True)
    worked = next(paper for paper in papers if paper.key == statement.key)
    said = books.said(agreement.number, before).entitled_fen.get((statement.key, party), 0)
    line = next((line for line in statement.lines if line.party == party), None)
    worths = [(change, change.worths.get(worked.key, {}).get(party, 0)) for change in worked.changes]
    return Explanation(
        statement=statement,
        agreement=agreement,
        party=party,
        due_fen=worked.due[party],
        said_before_fen=said,
        entitled_fen=line.entitled_fen if line else 0,
        causes_fen={cause: worths[party] for cause, worths in worked.causes.items() if worths[party]},
        steps=tuple(_steps(worked.division.taken(), party)),
        limits=tuple(worked.division.progress()),
        rows_fen={step: shares.get(party, 0) for step, shares in worked.rows.items()},
        accounts=tuple(account for account in worked.division.accounts() if party in account.exact),
        vouchers=tuple(
            Voucher(each.what, each.cause, worth) for each, worth in worths if isinstance(each.what, Reading)
        ),
        others=tuple(
            OtherChange(each.what, each.cause, worth) for each, worth in worths if isinstance(each.what, Turn) and worth
        ),
        reasons=tuple(_reasons(worked.reasons)),
    )


def _steps(taken: Sequence[tuple[Stream, Taken]], party: str) -> Iterator[StepShare]:
    for stream, each in taken:
        if each.amount or each.arrived:
            part = each.parts.get(party, Fraction(0))
            taken_fen = sum(each.parts.values(), Fraction(0))
            yield StepShare(each.step, each.weights, stream.unit, each.day, each.arrived, taken_fen, part)


def _reasons(reasons: Sequence[tuple[RuleBroken, int]]) -> Iterator[tuple[str, int]]:
    """Each reason once, with what waits for it."""
    amounts: dict[str, int] = {}
    for reason, amount_fen in reasons:
        amounts[str(reason)] = amounts.get(str(reason), 0) + amount_fen
    yield from amounts.items()


def last_fen_owners(account: Account) -> list[str]:
    """The parties whose fen is above their exact part: those who got a last fen."""
    return [party for party, fen in account.fen.items() if abs(fen) > abs(account.exact[party])]


# As data


def as_document(why: Explanation) -> dict[str, object]:
    """The whole tree as plain data; exact parts are fractions of fen as text."""
    return {
        "statement": why.statement.number,
        "draft": why.statement.is_draft,
        "open_before": why.statement.open_before,
        "closed_at": why.statement.closed_at,
        "cut": why.statement.cut,
        "party": why.party,
        "name": why.name,
        "measure": why.statement.measure,
        "unit": why.quantity.unit,
        "step": str(why.quantity.step),
        "mark": why.quantity.mark,
        "entitled_fen": why.entitled_fen,
        "due_fen": why.due_fen,
        "said_before_fen": why.said_before_fen,
        "causes_fen": why.causes_fen,
        "rows_fen": why.rows_fen,
        "rounding_fen": why.rounding_fen,
        "limits": [_limit_document(unit, progress) for unit, progress in why.limits],
        "steps": [_step_document(share) for share in why.steps],
        "accounts": [_account_document(why.agreement, account) for account in why.accounts],
        "entries": [_voucher_document(voucher) for voucher in why.vouchers],
        "changes": [
            {"kind": each.turn.kind, "name": each.turn.name, "position": each.turn.position, "cause": each.cause}
            | {"worth_fen": each.worth_fen}
            for each in why.others
        ],
        "waiting": [{"reason": reason, "amount_fen": amount_fen} for reason, amount_fen in why.reasons],
    }


def _step_document(share: StepShare) -> dict[str, object]:
    return {
        "step": share.step.name,
        "path": share.step.path,
        "clause": share.step.clause,
        "unit": share.unit,
        "segment": share.day.isoformat(),
        "weights": {party: str(weight) for party, weight in share.weights.items()},
        "arrived_fen": str(share.arrived),
        "taken_fen": str(share.taken),
        "part_fen": str(share.part),
    }


def _limit_document(unit: str, progress: Progress) -> dict[str, object]:
    return {
        "unit": unit,
        "step": progress.step,
        "party": progress.party,
        "year": progress.scope,
        "limit_fen": progress.limit_fen,
        "reached_fen": str(progress.reached),
    }


def _account_document(agreement: Agreement, account: Account) -> dict[str, object]:
    return {
        "parties": called({party: agreement.name_of(party) for party in account.key.parties}),
        "apart": account.key.apart,
        "unit": account.key.unit,
        "exact_fen": {party: str(part) for party, part in account.exact.items()},
        "fen": dict(account.fen),
        "last_fen": last_fen_owners(account),
    }


def _voucher_document(voucher: Voucher) -> dict[str, object]:
    reading, entry = voucher.reading, voucher.reading.entry
    return {
        "voucher": entry.key.voucher,
        "line": entry.key.line,
        "treasury": entry.key.treasury,
        "position": entry.position,
        "row": entry.row,
        "booked_on": entry.booked_on.isoformat(),
        "amount_fen": entry.amount_fen,
        "shared_fen": reading.amount_fen,
        "rate_date": reading.rate_date.isoformat(),
        "fate": reading.fate.value,
        "unit": reading.unit,
        "collector": reading.collector,
        "original": str(entry.original) if entry.original else None,
        "cause": voucher.cause,
        "worth_fen": voucher.worth_fen,
    }
