"""Papers (表样): statements, receipts and events as the sheets that people print and pass on."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest

from ledger.domain.recording.entries import Entry
from ledger.domain.recording.figures import decimal_text
from ledger.domain.stating.books import Books
from ledger.domain.stating.causes import CAUSES
from ledger.domain.terms import LEVELS, Party
from ledger.files.columns import LEVEL_COLUMNS, RECEIPTS
from ledger.files.sheets import Cell, Column, Formula, Number, Sheet
from ledger.projections.drafts import covers_more
from ledger.projections.events_in_words import Told
from ledger.projections.payments import Settlement, paid_in_words, paid_of
from ledger.projections.quantities import BASES_ZH, OF_DATES, Quantity, stated_quantity
from ledger.projections.statements import Statement, StatementLine, in_place_check, owed
from ledger.projections.terms_in_words import ROLES
from ledger.projections.wording import CAUSES_ZH, capitals

SEAL_WIDTH = 28
SIGNED_BY = ("单位负责人　　　　复核　　　　经办人", "联系电话　　　　　　　　年　　月　　日")
SEALED_FOR = ("origin", "host")
"""Roles of counties, whose finance bureaus seal; a fund or a body seals in its own name."""
ENTRY_WIDTHS = {"税票号码": 26, "收款国库": 24, "社会信用代码": 22, "项目": 22, "原税票号码": 26, "预算分配比例": 30}


# Statements


def statement_sheet(books: Books, found: Statement, settlement: Settlement = ()) -> Sheet:
    """税收分成结算单: one statement on a page of its own (documents § 4.4).

    The last of a `settlement` also says what all pools come to and what is paid.
    """
    quantity = stated_quantity(found.unit, found.step, found.basis)
    causes = _causes(found.lines)
    said = books.agreement(found.agreement).known_at(found.cut).parties
    parties = [said[line.party] for line in found.lines or found.carried]
    return Sheet(
        name=found.number,
        title=f"{'税收分成结算单' if found.is_money else '分配结算单'}{'（草稿）' if found.is_draft else ''}",
        above=(
            f"结算单号：{found.number}　　结算期间：{found.settlement}　　单位：{quantity.unit}",
            f"协议：{found.agreement}《{found.title}》　　池：{found.pool}{f'　　指标：{found.measure}' if found.measure else ''}",
            "参与方：" + "、".join(map(_party_words, parties)),
            *((quantity.mark,) if quantity.mark else ()),
        ),
        columns=[Column("参与方", 24), *(Column(name) for name in (*quantity.columns, *map(quantity.cause, causes)))],
        rows=[_statement_row(line, causes, quantity) for line in found.lines],
        total="合计",
        mark=quantity.mark,
        below=(
            *_below(found, quantity),
            *(paid_in_words(paid_of(books, settlement)) if settlement else ()),
            "",
            *_seals(parties),
            _print_line(found),
        ),
    )


def _party_words(party: Party) -> str:
    """A party with its role and code, as far as the terms say them: `甲县（飞出地 620821）`."""
    words = " ".join(word for word in (ROLES[party.role] if party.role else "", party.region) if word)
    return f"{party.name}（{words}）" if words else party.name


def _seals(parties: Sequence[Party]) -> Iterator[str]:
    """Where the parties sign, two beside each other."""
    seals = [_seal(party) for party in parties]
    for left, right in zip_longest(seals[::2], seals[1::2]):
        for one, other in ((left, right), *((line, line if right else None) for line in SIGNED_BY)):
            yield one + (f"{'　' * max(1, SEAL_WIDTH - len(one))}{other}" if other else "")
        yield ""


def _seal(party: Party) -> str:
    role = ROLES[party.role] if party.role else ""
    bureau = "财政局" if party.role in SEALED_FOR and not party.name.endswith("局") else ""
    return f"{role}　{party.name}{bureau}（公章）".strip("　")


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
    yield from covers_more(found)
    if found.is_of_dates:
        yield OF_DATES
    if checked := in_place_check(found):
        yield f"核对：各方合计 {quantity.text(found.total_fen)}，在地数 {quantity.text(found.collected_total)}，{checked}。"
    if found.is_money and found.lines:
        yield f"各方应得合计（大写）：{capitals(found.total_fen)}"
    yield from (f"由{payer.name}付给{payee.name} {quantity.said(whole)}" for payer, payee, whole in owed(found))
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
    columns += [Column(f"其中：{CAUSES_ZH[cause]}") for cause in CAUSES]
    return Sheet("结算单", columns, (row for each in found for row in _flat_rows(each)))


def _flat_rows(found: Statement) -> Iterator[list[Cell]]:
    quantity = stated_quantity(found.unit, found.step, found.basis)
    state = "草稿" if found.is_draft else "已结账"
    head = (found.number, found.agreement, found.title, found.pool, found.measure, found.settlement, state)
    for line in found.lines:
        numbers = [_number(each, quantity) for each in (line.entitled_fen, line.collected_fen, line.net_fen)]
        left = [Number(each, quantity.step) for each in (found.waiting_fen, found.undivided_fen)]
        basis = [BASES_ZH.get(found.basis, ""), in_place_check(found)]
        moved = [Number(line.causes_fen.get(cause, 0), quantity.step) for cause in CAUSES]
        yield [*head, quantity.unit, line.name, *numbers, *basis, *left, quantity.mark, found.digest, *moved]


# Receipts


def entries_sheet(entries: Iterable[Entry]) -> Sheet:
    """Lines of receipts under the names by which files are read, so that they can be imported again."""
    return Sheet(
        "入库明细", [Column(name, ENTRY_WIDTHS.get(name, 14)) for name in RECEIPTS.used], map(_entry_row, entries)
    )


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


def events_sheet(log: Iterable[Told]) -> Sheet:
    """Every event on a line."""
    heads = {"序号": 8, "时间": 34, "经办": 20, "类别": 26, "内容": 80}
    rows: Iterator[list[Cell]] = (
        [Number(each.position, Fraction(1)), each.at.isoformat(), each.actor, each.topic, each.sentence] for each in log
    )
    return Sheet("事项日志", [Column(*head) for head in heads.items()], rows)
