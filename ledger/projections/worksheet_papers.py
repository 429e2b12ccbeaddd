"""Worksheets as sheets (底稿表样): by step, by enterprise and tax, line by line; and all of them as one long table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.reading import Reading
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.stating.books import Books
from ledger.domain.terms import LEVELS
from ledger.files.sheets import Cell, Column, Formula, Number, Sheet
from ledger.projections.papers import statement_sheet
from ledger.projections.payments import settlements
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.statements import Statement
from ledger.projections.wording import CAUSES_ZH, LEVELS_ZH
from ledger.projections.worksheets import Row, Worksheet, worksheet

ROW_NAMES = {"社会信用代码": 22, "项目": 18, "预算科目": 12, "税款所属期": 23}
CARRIED = CAUSES_ZH["carried"]
ROUNDING = "舍入差"
STEPS_ZH = {"otherwise": "不在期内或不符合条件的", "guarantee": "保底", "handed_on": "转出", "in_place": "在地数"}


def worksheet_sheets(books: Books, found: Statement) -> Iterator[Sheet]:
    """分成计算底稿 of one statement (documents § 4.3); every sheet foots to what is stated."""
    paper = _Paper(worksheet(books, found))
    yield paper.by_step()
    yield paper.by_enterprise()
    yield paper.by_voucher()


def statement_papers(books: Books, found: Sequence[Statement]) -> Iterator[Sheet]:
    """Statements, each on a page of its own, and behind them their worksheets."""
    last_of = {id(each[-1]): each for each in settlements(found)}
    for each in found:
        yield statement_sheet(books, each, last_of.get(id(each), ()))
    for each in found:
        yield from worksheet_sheets(books, each)


class _Paper:
    """One worksheet as it is laid out."""

    def __init__(self, found: Worksheet) -> None:
        self._found = found
        self._parties = list(found.names)
        statement = found.statement
        self._quantity = stated_quantity(statement.unit, statement.step, statement.basis)

    def by_step(self) -> Sheet:
        """What each step gave."""
        steps = self._found.steps
        rows: list[list[Cell]] = [[STEPS_ZH.get(step, step), *self._numbers(own)] for step, own in steps.items()]
        rows += [[name, *self._numbers(own)] for name, own in self._last(steps.values())]
        return self._sheet("底稿", "按步骤", [Column("步骤", 28)], rows, "各步所得，各行分别取整")

    def by_enterprise(self) -> Sheet:
        """What the lines of each enterprise, subject and tax period are worth."""
        rows = self._found.rows
        has_levels = any(row.levels_fen for row in rows)
        heads = ROW_NAMES | {"事项": 8}
        amounts = [self._quantity.received, *(LEVELS_ZH.values() if has_levels else ()), "计入金额"]
        first = len(heads) + len(amounts)
        beyond = (first - 1, *range(first, first + len(self._parties)))
        cells = [
            [*_names(row, self._quantity), *self._amounts(row, has_levels), *self._rest(row, beyond)] for row in rows
        ]
        for name, own in self._last(row.shares for row in rows):
            cells.append([name, *[None] * (first - 2), self._number(0), *self._rest(Row(shares=own), beyond)])
        columns = [Column(*head) for head in heads.items()] + [Column(name) for name in amounts]
        said = "每行为该企业、科目、所属期各笔记入前后精确应得之差，各行分别取整"
        behind = [] if self._is_double else [Column("未分配及舍入")]
        return self._sheet("分户", "按企业、科目、所属期", columns, cells, said, behind)

    def by_voucher(self) -> Sheet:
        """What each line is worth."""
        heads = {"凭证": 34, "入库日期": 12, "科目": 10, "社会信用代码": 22, "项目": 18, "原因": 18, "事项": 8}
        columns = [Column(*head) for head in heads.items()] + [Column("计入金额")]
        said = "每笔的应得为记入该笔前后应得之差"
        return self._sheet("逐笔", "逐笔", columns, self._voucher_rows(), said)

    def _sheet(
        self,
        kind: str,
        title: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        said: str,
        behind: Sequence[Column] = (),
    ) -> Sheet:
        statement, mark = self._found.statement, self._quantity.mark
        draft = "（草稿）" if statement.is_draft else ""
        above = f"结算单 {statement.number}：{said}；合计即结算单的应得。单位：{self._quantity.unit}"
        return Sheet(
            name=f"{kind} {statement.number}",
            columns=[*columns, *(Column(name) for name in self._found.names.values()), *behind],
            rows=rows,
            title=f"分成计算底稿（{title}）{draft}",
            above=[above, mark] if mark else [above],
            total="应得" if statement.lines else "应得（本期不列，结转下期）",
            mark=mark,
        )

    def _number(self, whole: int) -> Number:
        return Number(whole, self._quantity.step)

    def _numbers(self, shares: Mapping[str, int]) -> list[Cell]:
        return [self._number(shares.get(party, 0)) for party in self._parties]

    def _last(self, rows: Iterable[Shares]) -> Iterator[tuple[str, Shares]]:
        """What stands below rows that are rounded each for itself."""
        if any(self._found.carried.values()):
            yield CARRIED, self._found.carried
        yield ROUNDING, self._found.rounding(rows)

    def _amounts(self, row: Row, has_levels: bool) -> list[Cell]:
        known = row.levels_fen or {}
        levels = [self._number(known[level]) if level in known else None for level in LEVELS if has_levels]
        return [self._number(row.received_fen), *levels, self._number(row.counted_fen)]

    def _rest(self, row: Row, beyond: tuple[int, ...]) -> list[Cell]:
        """The parties' shares, and what is counted less these."""
        if self._is_double:
            return self._numbers(row.shares)
        left = row.counted_fen - sum(row.shares.get(party, 0) for party in self._parties)
        return [*self._numbers(row.shares), Formula(self._number(left), beyond)]

    @property
    def _is_double(self) -> bool:
        """Whether every party has the whole, so that nothing is left over."""
        return self._found.statement.basis == "double"

    def _voucher_rows(self) -> Iterator[list[Cell]]:
        key = self._found.statement.key
        for change in self._found.changes:
            worths = self._numbers(change.worths.get(key, {}))
            cause = self._quantity.cause(change.cause)
            if isinstance(change.what, Reading):
                own = PoolKey(change.what.pool, change.what.measure) == key
                entry, amount = change.what.entry, change.what.amount_fen if own else 0
                names = [str(entry.key), str(entry.booked_on), entry.subject, entry.enterprise, entry.project]
                yield [*names, cause, str(entry.position), self._number(amount), *worths]
            else:
                yield ["", "", "", "", "", cause, "", self._number(0), *worths]
        if any(self._found.carried.values()):
            yield [CARRIED, "", "", "", "", "", "", self._number(0), *self._numbers(self._found.carried)]


def _names(row: Row, quantity: Quantity) -> list[Cell]:
    if row.other:
        return [quantity.cause(row.other) if row.other in CAUSES_ZH else f"由“{row.other}”转入", "", "", "", ""]
    return [row.enterprise, row.project, row.subject, row.tax_period, "、".join(map(str, row.positions))]


# As one table


def worksheets_table(books: Books, found: Iterable[Statement]) -> Sheet:
    """The rows by enterprise, subject and tax period of several statements, an amount a line, for pivot tables."""
    names = (
        "结算单号",
        "协议",
        "池",
        "指标",
        "结算期间",
        "状态",
        "单位",
        "社会信用代码",
        "项目",
        "预算科目",
        "税款所属期",
    )
    columns = [Column(name) for name in (*names, "名目", "参与方", "金额", "用途")]
    return Sheet("底稿", columns, (row for each in found for row in _long_rows(worksheet(books, each))))


def _long_rows(found: Worksheet) -> Iterator[list[Cell]]:
    statement = found.statement
    quantity = stated_quantity(statement.unit, statement.step, statement.basis)
    state = "草稿" if statement.is_draft else "已结账"
    head = (statement.number, statement.agreement, statement.pool, statement.measure, statement.settlement, state)
    for names, kind, party, whole in _amounts_said(found, quantity):
        yield [*head, quantity.unit, *names, kind, party, Number(whole, quantity.step), quantity.mark]


def _amounts_said(found: Worksheet, quantity: Quantity) -> Iterator[tuple[list[Cell], str, str, int]]:
    """Every amount of a worksheet: of which row, what it is, whose it is."""
    for row in found.rows:
        names = _names(row, quantity)[:-1]
        yield names, quantity.received, "", row.received_fen
        yield names, "计入金额", "", row.counted_fen
        yield from ((names, "应得", name, row.shares.get(party, 0)) for party, name in found.names.items())
    nothing: list[Cell] = [""] * len(ROW_NAMES)
    rounding = found.rounding(row.shares for row in found.rows)
    for kind, shares in ((CARRIED, found.carried), (ROUNDING, rounding)):
        yield from ((nothing, kind, name, shares[party]) for party, name in found.names.items())
