"""Papers (表样): statements, worksheets, receipts and events as the sheets that people print and pass on."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ledger.domain.dividing.reading import Reading
from ledger.domain.events import Event
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.figures import decimal_text
from ledger.domain.recording.recorded import Recorded
from ledger.domain.stating.books import Books
from ledger.domain.stating.causes import CAUSES
from ledger.domain.stating.statement import Worked
from ledger.domain.terms import LEVELS
from ledger.files.columns import LEVEL_COLUMNS, RECEIPTS
from ledger.files.sheets import Cell, Column, Formula, Number, Sheet
from ledger.projections.quantities import BASES_ZH, Quantity, stated_quantity
from ledger.projections.spans import span_of
from ledger.projections.statements import Statement, StatementLine, in_place_check, owed

SEALS = (
    "飞入地财政局（公章）　　　　　　　　　　　　　　　飞出地财政局（公章）",
    "单位负责人　　　　复核　　　　经办人　　　　　　　单位负责人　　　　复核　　　　经办人",
    "　　　年　　月　　日　　　　　　　　　　　　　　　　　　年　　月　　日",
)


# Statements


def statement_sheet(found: Statement) -> Sheet:
    """税收分成结算单: one statement on a page of its own (documents § 4.4)."""
    quantity = stated_quantity(found.unit, found.step, found.basis)
    causes = _causes(found.lines)
    return Sheet(
        name=found.number,
        title=f"{'税收分成结算单' if found.is_money else '分配结算单'}{'（草稿）' if found.is_draft else ''}",
        above=(
            f"结算单号：{found.number}　　结算期间：{found.settlement}　　单位：{quantity.unit}",
            f"协议：{found.agreement}《{found.title}》　　池：{found.pool}{f'　　指标：{found.measure}' if found.measure else ''}",
            *((quantity.mark,) if quantity.mark else ()),
        ),
        columns=[Column("参与方", 24), *(Column(name) for name in (*quantity.columns, *map(quantity.cause, causes)))],
        rows=[_statement_row(line, causes, quantity) for line in found.lines],
        total="合计",
        mark=quantity.mark,
        below=(*_below(found, quantity), "", *SEALS, "", _print_line(found)),
    )


def _statement_row(line: StatementLine, causes: Sequence[str], quantity: Quantity) -> list[Cell]:
    net: Cell = None if line.net_fen is None else Formula(Number(line.net_fen, quantity.step), (1, 2))
    moved = [Number(line.causes_fen.get(cause, 0), quantity.step) for cause in causes]
    return [line.name, Number(line.entitled_fen, quantity.step), _number(line.collected_fen, quantity), net, *moved]


def _number(whole: int | None, quantity: Quantity) -> Cell:
    return None if whole is None else Number(whole, quantity.step)


def _causes(lines: Sequence[StatementLine]) -> list[str]:
    """The causes that moved anybody, in their order."""
    return [cause for cause in CAUSES if any(line.causes_fen.get(cause) for line in lines)]


def _below(found: Statement, quantity: Quantity) -> Iterator[str]:
    if checked := in_place_check(found):
        yield f"核对：各方合计 {quantity.text(found.total_fen)}，在地数 {quantity.text(found.collected_total)}，{checked}。"
    yield from (f"由{payer}付给{payee} {quantity.said(whole)}" for payer, payee, whole in owed(found))
    if found.waiting_fen:
        yield f"待认定、未分配：{quantity.said(found.waiting_fen)}"
    if found.undivided_fen:
        yield f"选中但不分配：{quantity.said(found.undivided_fen)}"
    yield from (f"结转下期不列：{line.name} {quantity.said(line.entitled_fen)}" for line in found.carried)


def _print_line(found: Statement) -> str:
    state = "草稿，尚未结账" if found.is_draft else f"第 {found.closed_at} 号事项结账"
    return f"事实截至第 {found.cut} 号事项　{state}　数据指纹 {found.digest}"


def statements_table(found: Sequence[Statement]) -> Sheet:
    """Several statements as one table, a row for each party, for programs and pivot tables."""
    names = (
        "结算单号",
        "协议",
        "协议名称",
        "池",
        "指标",
        "结算期间",
        "状态",
        "单位",
        "参与方",
        "应得",
        "已征收",
        "净额",
    )
    columns = [Column(name) for name in (*names, "口径", "核对", "待认定", "不分配", "用途", "数据指纹")]
    return Sheet("结算单", columns, (row for each in found for row in _flat_rows(each)))


def _flat_rows(found: Statement) -> Iterator[list[Cell]]:
    quantity = stated_quantity(found.unit, found.step, found.basis)
    state = "草稿" if found.is_draft else "已结账"
    head = (found.number, found.agreement, found.title, found.pool, found.measure, found.settlement, state)
    for line in found.lines:
        numbers = [_number(each, quantity) for each in (line.entitled_fen, line.collected_fen, line.net_fen)]
        left = [Number(each, quantity.step) for each in (found.waiting_fen, found.undivided_fen)]
        basis = [BASES_ZH.get(found.basis, ""), in_place_check(found)]
        yield [*head, quantity.unit, line.name, *numbers, *basis, *left, quantity.mark, found.digest]


# Worksheets


def worksheet_sheets(books: Books, found: Statement) -> Iterator[Sheet]:
    """分成计算底稿 of one statement: by step, each row rounded for itself; and voucher by voucher, by what each is worth."""
    agreement = books.agreement(found.agreement)
    period, before = span_of(found.settlement).last, found.closed_at or books.position + 1
    papers = books.work(agreement, period, found.cut, before, found.as_of, line_by_line=True)
    worked = next(paper for paper in papers if paper.key == found.key)
    quantity = stated_quantity(found.unit, found.step, found.basis)
    names = {line.party: line.name for line in found.lines}
    yield _by_step(found, worked, names, quantity)
    yield _by_voucher(found, worked, names, quantity)


def _by_step(found: Statement, worked: Worked, names: dict[str, str], quantity: Quantity) -> Sheet:
    stated = {line.party: line.entitled_fen for line in found.lines}
    rows: list[list[Cell]] = []
    for step, shares in worked.rows.items():
        rows.append([step, *(Number(shares.get(party, 0), quantity.step) for party in names)])
    sums = {party: sum(shares.get(party, 0) for shares in worked.rows.values()) for party in names}
    rows.append(["舍入差", *(Number(stated[party] - sums[party], quantity.step) for party in names)])
    columns = [Column("步骤", 28), *(Column(name) for name in names.values())]
    above = (
        f"结算单 {found.number}：各步所得，各行分别取整；最后一行为应得与各行之差。单位：{quantity.unit}",
        quantity.mark,
    )
    return Sheet(
        f"底稿 {found.number}", columns, rows, "分成计算底稿（按步骤）", above, total="应得", mark=quantity.mark
    )


def _by_voucher(found: Statement, worked: Worked, names: dict[str, str], quantity: Quantity) -> Sheet:
    heads = {
        "凭证": 28,
        "入库日期": 12,
        "科目": 10,
        "社会信用代码": 22,
        "项目": 18,
        "原因": 18,
        "事项": 8,
        "计入金额": 18,
    }
    columns = [Column(*head) for head in heads.items()] + [Column(name, 18) for name in names.values()]
    above = (
        f"结算单 {found.number}：每笔的应得为记入该笔前后应得之差，合计即结算单。单位：{quantity.unit}",
        quantity.mark,
    )
    rows = _voucher_rows(worked, list(names), quantity)
    return Sheet(f"逐笔 {found.number}", columns, rows, "分成计算底稿（逐笔）", above, total="应得", mark=quantity.mark)


def _voucher_rows(worked: Worked, parties: list[str], quantity: Quantity) -> Iterator[list[Cell]]:
    for change in (each for each in worked.changes if each.touches(worked.key)):
        shares = change.worths.get(worked.key, {})
        worths = [Number(shares.get(party, 0), quantity.step) for party in parties]
        cause = quantity.cause(change.cause)
        if isinstance(change.what, Reading):
            own = change.what.pool == worked.stated.pool and change.what.measure == worked.stated.measure
            entry, amount = change.what.entry, change.what.amount_fen if own else 0
            names = [str(entry.key), str(entry.booked_on), entry.subject, entry.enterprise, entry.project]
            yield [*names, cause, str(entry.position), Number(amount, quantity.step), *worths]
        else:
            yield ["", "", "", "", "", cause, "", Number(0, quantity.step), *worths]


# Receipts


def entries_sheet(recorded: Recorded) -> Sheet:
    """Every line of receipts under the names by which files are read, so that it can be imported again."""
    return Sheet("入库明细", [Column(name) for name in RECEIPTS.used], map(_entry_row, recorded))


def _entry_row(entry: Entry) -> list[Cell]:
    original = entry.original
    levels = dict(entry.levels_fen or {})
    said: dict[str, Cell] = {
        "税票号码": entry.key.voucher,
        "行号": entry.key.line,
        "收款国库": entry.key.treasury,
        "入库日期": str(entry.booked_on),
        "税款所属期起": str(entry.period_first or ""),
        "税款所属期止": str(entry.period_last or ""),
        "预算科目": entry.subject,
        "社会信用代码": entry.enterprise,
        "项目": entry.project,
        "街道乡镇": entry.park,
        "征收方": entry.collector,
        "税款属性": "冲销" if entry.is_reversal else "退库" if original else "",
        "原税票号码": original.voucher if original else "",
        "原行号": original.line if original else "",
        "预算分配比例": _percents(entry),
        "实缴金额": Number(entry.amount_fen),
    }
    said |= {column: Number(levels[level]) for column, level in LEVEL_COLUMNS.items() if level in levels}
    return [said.get(name) for name in RECEIPTS.used]


def _percents(entry: Entry) -> str:
    shares = entry.percents or {}
    words = zip(("中央", "省", "市", "县"), LEVELS, strict=True)
    return "".join(f"{word}{decimal_text(shares[level])}%" for word, level in words if shares.get(level))


# Events


def events_sheet(log: Iterable[tuple[int, Event]], in_words: Callable[[Event], str]) -> Sheet:
    """Every event on a line."""
    heads = ("序号", "时间", "经办", "类别", "内容")
    rows = (
        [str(position), event.recorded_at.isoformat(), event.actor, event.TOPIC, in_words(event)]
        for position, event in log
    )
    return Sheet("事项日志", [Column(head) for head in heads], rows)
