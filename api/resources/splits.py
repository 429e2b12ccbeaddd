"""Splits (试算): terms, facts and lines in, shares out; no books are asked and nothing is recorded."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from api.http.routes import Routes
from api.http.wire import CREDIT_CODE, DocumentField, MoneyField, PartyNameSchema, Wire
from api.resources.agreements import TERMS_SAID
from ledger.domain.calendar import Every
from ledger.domain.dividing.levels import retained_fen
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.reading import Reading
from ledger.domain.dividing.schedule import Schedule
from ledger.domain.dividing.split import Measured, Split, split
from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.errors import LinesRefused
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_facts, refuse_strangers
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.figures import Report
from ledger.domain.stating.payable import payable
from ledger.domain.terms import LEVELS, Document
from ledger.domain.terms.amendment import read_versions
from ledger.domain.terms.versions import Versions
from ledger.files.figures_file import read_figures, read_inputs
from ledger.files.receipts_file import read_receipts
from ledger.projections.quantities import Quantity, quantity_of
from ledger.projections.wording import exact_fen

routes = Routes("splits", __name__, description="试算 splits")
ROWS_MAX = 5_000
CELLS_MAX = 60
ROUNDS: tuple[Every, ...] = get_args(Every)
LINES = "明细.csv"
SHARES_SAID = {"description": "各方所得，按代号 by party's id", "example": {"jia": "100.00", "yi": "200.00"}}
TEXTS_SAID = {"description": "各方的数，按其单位 by party's id, in the unit", "example": {"jia": "1.2"}}


def _table(example: list[list[str]]) -> fields.Field[Any]:
    """The rows of a file, the header first."""
    row = fields.List(fields.String(validate=Length(max=2_000)), validate=Length(max=CELLS_MAX))
    said = {"description": "表格的各行，第一行是列名 rows, the header first", "example": example}
    return fields.List(row, load_default=list, validate=Length(max=ROWS_MAX), metadata=said)


def _shares(said: dict[str, Any] = SHARES_SAID, **more: Any) -> fields.Field[Any]:
    return fields.Dict(keys=fields.String(), values=MoneyField(), metadata=said, **more)


class AskedSchema(Wire):
    """What to divide, and by what."""

    terms = DocumentField(required=True, metadata=TERMS_SAID)
    amendments = fields.List(
        DocumentField(),
        load_default=list,
        validate=Length(max=20),
        metadata={"description": "修订，按签署次序 in order of signing", "example": []},
    )
    facts = DocumentField(
        load_default=None,
        metadata={
            "description": "认定事实，写法见 docs/terms.md certified facts",
            "example": [{"amount": "实缴投资", "value": "2000000.00"}],
        },
    )
    entries = _table([["税票号码", "入库日期", "实缴金额"], ["V1", "2024-01-05", "300.00"]])
    figures = _table([["指标", "所属期起", "所属期止", "数值", "单位", "报送方"]])
    inputs = _table([["编号", "投入形式", "投入日期", "数值", "单位", "报送方", "依据"]])
    by = fields.String(load_default="year", validate=OneOf(ROUNDS), metadata={"example": "year"})
    as_of = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "只计到这一天 up to a day", "example": "2024-06-30"},
    )
    as_known = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Range(0, ROWS_MAX),
        metadata={"description": "只用明细的前若干行 only the first lines", "example": 1},
    )
    weights_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "另问这一天各步骤按什么比例分 the ratios on a day", "example": "2024-06-30"},
    )


class EntrySharesSchema(Wire):
    """What one line is worth."""

    id = fields.String(metadata={"description": "税票 voucher", "example": "V1"})
    shares = _shares()
    levels = fields.Dict(
        keys=fields.String(),
        values=MoneyField(allow_none=True),
        metadata={"description": "各级留成；查不到为空 what each level retains", "example": {"county": "300.00"}},
    )


class PeriodSharesSchema(Wire):
    """What a period gives."""

    period = fields.String(metadata={"example": "2024"})
    shares = _shares()


class StepSharesSchema(PeriodSharesSchema):
    """What a step gives in a period."""

    pool = fields.String(metadata={"example": "税收"})
    step = fields.String(metadata={"example": "回收后分成"})


class WaitingSchema(Wire):
    """Why something waits, and how much."""

    pool = fields.String(metadata={"example": "税收"})
    measure = fields.String(metadata={"example": ""})
    reason = fields.String(metadata={"example": "“实缴投资”尚未认定。"})
    amount = fields.String(metadata={"example": "300.00"})


class LimitSchema(Wire):
    """How full a limit is at the end of a period; `left` is cut down to whole fen, `reached` is exact."""

    period = fields.String(metadata={"example": "2024"})
    pool = fields.String(metadata={"example": "税收"})
    unit = fields.String(metadata={"example": ""})
    step = fields.String(metadata={"example": "投入回收"})
    year = fields.Integer(allow_none=True, metadata={"example": None})
    party = fields.String(allow_none=True, metadata={"description": "代号 by its id", "example": None})
    limit = MoneyField(metadata={"example": "2000000.00"})
    left = MoneyField(metadata={"example": "1999700.00"})
    reached = fields.String(metadata={"example": "300.00 元"})


class EligibleSchema(Wire):
    """Who reaches a threshold by the certified amounts; `beyond` is what its sum has beyond it."""

    pool = fields.String(metadata={"example": "税收"})
    unit = fields.String(metadata={"example": CREDIT_CODE})
    eligible = fields.Boolean(metadata={"example": True})
    total = MoneyField(metadata={"example": "1500000.00"})
    beyond = MoneyField(metadata={"example": "0.00"})


class FigureSharesSchema(Wire):
    """What one report adds."""

    id = fields.String(metadata={"example": "D1"})
    pool = fields.String(metadata={"example": "统计"})
    measure = fields.String(metadata={"example": "产值"})
    rate_date = fields.Date(metadata={"example": "2024-01-01"})
    amount = fields.String(metadata={"example": "100.3"})
    shares = fields.Dict(keys=fields.String(), values=fields.String(), metadata=TEXTS_SAID)
    reason = fields.String(allow_none=True, metadata={"example": None})


class MeasureSchema(Wire):
    """What an indicator, quota or pool of contributions gives in all."""

    pool = fields.String(metadata={"example": "统计"})
    measure = fields.String(metadata={"example": "产值"})
    unit = fields.String(metadata={"example": "万元"})
    basis = fields.String(metadata={"example": "split"})
    mark = fields.String(metadata={"description": "必须注明的话 what must stand beside it", "example": "仅用于考核"})
    totals = fields.Dict(keys=fields.String(), values=fields.String(), metadata=TEXTS_SAID)
    collected = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True, metadata=TEXTS_SAID)
    in_place = fields.String(metadata={"example": "100.3"})
    waiting = fields.String(metadata={"example": "0.0"})
    undivided = fields.String(metadata={"example": "0.0"})


class WeightsSchema(Wire):
    """By which exact parts of one a step divides on the day that was asked about."""

    pool = fields.String(metadata={"example": "税收"})
    step = fields.String(metadata={"example": "回收后分成"})
    shares = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"example": {"jia": "1/3", "yi": "2/3"}}
    )


class SplitSchema(Wire):
    """What everybody gets: by line, by period, by step, in all; and what is not divided, with its reasons."""

    parties = fields.List(fields.Nested(PartyNameSchema))
    as_of = fields.Date(metadata={"example": "2024-12-31"})
    entries = fields.List(fields.Nested(EntrySharesSchema))
    periods = fields.List(fields.Nested(PeriodSharesSchema))
    steps = fields.List(fields.Nested(StepSharesSchema))
    totals = _shares()
    collected = _shares(allow_none=True)
    nets = _shares(allow_none=True)
    payable = _shares(
        {
            "description": "付款上限以内的实收实付 within limits of payment",
            "example": {"jia": "-200.00", "yi": "200.00"},
        },
        allow_none=True,
    )
    waiting = MoneyField(metadata={"example": "0.00"})
    undivided = MoneyField(metadata={"example": "0.00"})
    unselected = MoneyField(metadata={"example": "0.00"})
    reasons = fields.List(fields.Nested(WaitingSchema))
    limits = fields.List(fields.Nested(LimitSchema))
    eligible = fields.List(fields.Nested(EligibleSchema))
    figures = fields.List(fields.Nested(FigureSharesSchema))
    measures = fields.List(fields.Nested(MeasureSchema))
    weights = fields.List(fields.Nested(WeightsSchema))
    notes = fields.List(fields.String(), metadata={"description": "提示 remarks on the lines", "example": []})


@routes.on_post("/terms/split", act="terms.try")
@routes.arguments(AskedSchema)
@routes.response(200, SplitSchema)
def split_lines(sent: dict[str, Any]) -> Document:
    """按条款试算明细、指标、投入：逐笔、按期、按步骤、合计；什么也不记。Divide lines by terms; nothing is recorded."""
    versions = read_versions([sent["terms"], *sent["amendments"]])
    certified = read_facts(sent["facts"]) if sent["facts"] is not None else Certified()
    refuse_strangers(certified, versions.parties)
    file = read_receipts(_file(sent["entries"]), LINES, check_codes=False) if sent["entries"] else None
    entries = file.linked()[: sent["as_known"]] if file else []
    result = split(versions, entries, certified, sent["by"], sent["as_of"], _reports(sent))
    if result.faults:
        raise LinesRefused(result.faults, file=LINES)
    tried = _Tried(versions, certified, result)
    strange = [each.say("zh") for each in file.warnings] if file else []
    return {**tried.shares(), **tried.remainder(), "weights": tried.weights(sent["weights_on"]), "notes": strange}


def _file(table: list[list[str]]) -> bytes:
    """A table as the CSV file that it stands for."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


def _reports(sent: dict[str, Any]) -> list[Report]:
    found: list[Report] = []
    for word, read in (("figures", read_figures), ("inputs", read_inputs)):
        found += read(_file(sent[word]), f"{word}.csv").reports if sent[word] else []
    return found


@dataclass(frozen=True)
class _Tried:
    """What came of a split, as it is said."""

    versions: Versions
    certified: Certified
    result: Split

    def shares(self) -> Document:
        """What everybody gets."""
        found, collected = self.result, self.result.collected
        nets = None if collected is None else less(found.totals, collected)
        return {
            "parties": list(self.versions.parties.values()),
            "as_of": found.as_of,
            "entries": [
                {"id": str(entry.key), "shares": shares, "levels": self._levels(entry)}
                for entry, shares in found.entries
            ],
            "periods": [{"period": period, "shares": shares} for period, shares in found.periods.items()],
            "steps": list(self._steps()),
            "totals": found.totals,
            "collected": collected,
            "nets": nets,
            "payable": None if nets is None else self._payable(nets),
            "figures": [self._figure(*each) for each in found.figures],
            "measures": [_measure(*each) for each in found.measured.items()],
        }

    def remainder(self) -> Document:
        """What is not divided, how full limits are, who reaches thresholds."""
        found = self.result
        return {
            "waiting": found.waiting_fen,
            "undivided": found.undivided_fen,
            "unselected": found.unselected_fen,
            "reasons": [
                {"reason": each.reason.say("zh"), "amount": self._quantity(each.pool).written(each.amount)}
                | each.pool._asdict()
                for each in found.reasons
            ],
            "limits": list(self._limits()),
            "eligible": list(self._eligible()),
        }

    def weights(self, when: date | None) -> list[Document]:
        """The parts of one by which each step divides on a day."""
        pools = self.versions.on(when).pools if when else ()
        return [
            {
                "pool": pool.name,
                "step": each.step.name,
                "shares": {party: str(part) for party, part in each.shares.items()},
            }
            for pool in pools
            for each in Schedule(self.versions, pool.name, self.certified, "").on(when or date.min)
        ]

    def _levels(self, entry: Entry) -> dict[str, int | None]:
        rows = self.versions.on(entry.booked_on).levels
        return {level: retained_fen(level, entry, entry, rows, entry.booked_on) for level in LEVELS}

    def _steps(self) -> Iterator[Document]:
        for period, pools in self.result.steps.items():
            for pool, steps in pools.items():
                yield from (
                    {"period": period, "pool": pool, "step": step, "shares": shares} for step, shares in steps.items()
                )

    def _payable(self, nets: Shares) -> Shares | None:
        """What is really received and paid; None where a limit of payment is not certified."""
        last = self.result.as_of
        limits = (self.versions.on(last).settle.pays_at_most or {}).items()
        at_most = {party: self.certified.amount_fen(limit, "", last) for party, limit in limits}
        known = {party: fen for party, fen in at_most.items() if fen is not None}
        return payable(nets, known) if len(known) == len(at_most) else None

    def _limits(self) -> Iterator[Document]:
        for period, limits in self.result.progress.items():
            for pool, unit, each in limits:
                yield {
                    "period": period,
                    "pool": pool,
                    "unit": unit,
                    "step": each.step,
                    "year": each.scope,
                    "party": each.party,
                    "limit": each.limit_fen,
                    "left": int(each.limit_fen - each.reached),
                    "reached": exact_fen(each.reached),
                }

    def _eligible(self) -> Iterator[Document]:
        for each in self.result.proposals:
            pool = self.versions.pool(each.pool)
            assert pool.eligible is not None
            beyond = each.total_fen - pool.eligible.at_least_fen * pool.eligible.average_of_years
            own = {"pool": each.pool, "unit": each.unit, "eligible": each.eligible}
            yield own | {"total": each.total_fen, "beyond": beyond}

    def _quantity(self, key: PoolKey) -> Quantity:
        return quantity_of(self.versions.pool(key.pool))

    def _figure(self, reading: Reading, shares: Shares) -> Document:
        quantity = quantity_of(self.versions.pool(reading.pool))
        return {
            "id": reading.entry.key.voucher,
            "pool": reading.pool,
            "measure": reading.measure,
            "rate_date": reading.rate_date,
            "amount": quantity.written(reading.amount_fen),
            "shares": _written(quantity, shares),
            "reason": reading.reason.say("zh") if reading.reason else None,
        }


def _measure(key: PoolKey, measured: Measured) -> Document:
    quantity = quantity_of(measured.pool)
    whole = {word: quantity.written(getattr(measured, word)) for word in ("in_place", "waiting", "undivided")}
    return (
        key._asdict()
        | whole
        | {
            "unit": quantity.unit,
            "basis": quantity.basis,
            "mark": quantity.mark,
            "totals": _written(quantity, measured.totals),
            "collected": None if measured.collected is None else _written(quantity, measured.collected),
        }
    )


def _written(quantity: Quantity, shares: Shares) -> dict[str, str]:
    return {party: quantity.written(whole) for party, whole in shares.items()}
