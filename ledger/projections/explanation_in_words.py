"""An explanation as numbered Chinese sentences."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ledger.domain.dividing.division import GUARANTEED, HANDED_ON, OTHERWISE, Account
from ledger.domain.dividing.reading import Fate
from ledger.domain.dividing.worksheet import IN_PLACE
from ledger.projections.drafts import covers_more
from ledger.projections.explanation import Explanation, OtherChange, StepShare, Voucher, last_fen_owners
from ledger.projections.wording import (
    LEVEL_WORDS,
    day_words,
    percent_words,
    ratio_words,
)

UNITS_MAX = 20
VOUCHERS_MAX = 20
"""So many vouchers are listed of a figure unless every one is asked for."""
RATIO_LENGTH_MAX = 200
ROWS = {OTHERWISE: "协议期外或不符合条件的", GUARANTEED: "保底", HANDED_ON: "转入本池供分配的", IN_PLACE: "在地数"}
ALL = "*"


def in_sentences(explanation: Explanation, vouchers_max: int | None = VOUCHERS_MAX) -> list[str]:
    """Numbered Chinese sentences; at most so many vouchers."""
    return [f"{number}. {text}" for number, text in enumerate(_sentences(explanation, vouchers_max), 1)]


def _sentences(why: Explanation, vouchers_max: int | None) -> Iterator[str]:
    statement, name = why.statement, why.name
    state = (
        "草稿，尚未结账"
        if statement.is_draft
        else f"已由第 {statement.closed_at} 号事项结账，事实截至第 {statement.cut} 号"
    )
    mark = f"{why.quantity.mark}" if why.quantity.mark else ""
    yield f"结算单 {statement.number}（{state}）：{mark}{name}本期{why.quantity.columns[0]} {why.quantity.said(why.entitled_fen)}。"
    worked_fen = why.due_fen - why.said_before_fen
    yield f"到期末累计{why.quantity.columns[0]} {why.quantity.said(why.due_fen)}，减去以前各期已列 {why.quantity.said(why.said_before_fen)}，为 {why.quantity.said(worked_fen)}。"
    if worked_fen != why.entitled_fen:
        yield f"本期各方合计为负，按协议不列：本期列 0.00 元，{name}的 {why.quantity.said(worked_fen)}结转以后各期。"
    causes = "；".join(
        f"{why.quantity.cause(cause)} {why.quantity.said(amount_fen)}" for cause, amount_fen in why.causes_fen.items()
    )
    yield f"本期数按原因分为：{causes or '无变动'}。"
    yield from covers_more(statement)
    yield from _collected(why)
    yield _rows_sentence(why)
    yield from _step_sentences(why)
    yield from _limit_sentences(why)
    for account in why.accounts:
        yield _account_sentence(why, account)
    yield from _voucher_sentences(why, vouchers_max)
    for change in why.others:
        yield _other_sentence(why, change)
    for reason, amount_fen in why.reasons:
        noun = "款项" if why.statement.is_money else "数"
        yield f"暂不分配的{noun} {why.quantity.said(amount_fen)}：{reason}"


def _other_sentence(why: Explanation, change: OtherChange) -> str:
    """A version, a fact or a day that moved the figure."""
    turn = change.turn
    what = {
        "amended": f"第 {turn.position} 号事项，协议第 {turn.name} 稿签齐",
        "certified": f"第 {turn.position} 号事项，事实 {turn.name} 经双方认定",
        "revised": f"第 {turn.position} 号事项，{turn.name}",
        "day": f"到 {turn.name} 为止应计的保底和定额转移",
    }[turn.kind]
    return f"{what}，使{why.name}{why.quantity.columns[0]}变动 {why.quantity.said(change.worth_fen)}（{why.quantity.cause(change.cause)}）。"


def _collected(why: Explanation) -> Iterator[str]:
    line = next((line for line in why.statement.lines if line.party == why.party), None)
    if line is None or line.collected_fen is None or line.net_fen is None:
        return
    if not why.statement.is_money:
        _, compared, _ = why.quantity.columns
        yield f"{why.name}本期{compared} {why.quantity.said(line.collected_fen)}。"
        return
    verb = "应收回" if line.net_fen > 0 else "应付出" if line.net_fen < 0 else "收付"
    yield f"{why.name}本期已征收 {why.quantity.said(line.collected_fen)}，应得减已收，{verb} {why.quantity.said(abs(line.net_fen))}。"


def _rows_sentence(why: Explanation) -> str:
    """The worksheet's rows of this statement, each rounded for itself, and what foots them (semantics 5.11)."""
    rows = [f"{_step_name(step)} {why.quantity.said(amount_fen)}" for step, amount_fen in why.rows_fen.items()]
    rows += [f"以前未列、本期结转 {why.quantity.said(why.carried_fen)}"] if why.carried_fen else []
    rows += [f"舍入差 {why.quantity.said(why.rounding_fen)}"] if why.rounding_fen else []
    return f"本期各步所得：{'；'.join(rows)}。"


def _step_name(name: str) -> str:
    if name in ROWS:
        return ROWS[name]
    return f"第 {name[1:]} 步" if name.startswith("#") else f"“{name}”"


def _step_sentences(why: Explanation) -> Iterator[str]:
    """What every step did to date: unit by unit where the pool counts by units and there are few."""
    units = {share.unit for share in why.steps}
    if len(units) > UNITS_MAX:
        yield f"共 {len(units)} 个单位分别累计；下面各步为合计，逐个单位见同一解释的数据。"
    together: dict[tuple[str, ...], list[StepShare]] = {}
    for share in why.steps:
        unit = ALL if len(units) > UNITS_MAX else share.unit
        together.setdefault((unit, share.step.path, _by(share, why)), []).append(share)
    for (unit, *_), own in sorted(together.items(), key=lambda each: each[0][0]):
        yield _step_sentence(why, "" if unit == ALL else unit, own)


def _step_sentence(why: Explanation, unit: str, own: Sequence[StepShare]) -> str:
    step = own[0].step
    arrived = sum((share.arrived for share in own), Fraction(0))
    taken = sum((share.taken for share in own), Fraction(0))
    part = sum((share.part for share in own), Fraction(0))
    clause = f"（{step.clause}）" if step.clause else ""
    take = f"提取 {percent_words(step.take)}，" if step.take else ""
    who = f"{_called(why, unit)} 的" if unit else ""
    return (
        f"{who}步骤{_step_name(step.name)}{clause}：累计到达 {why.quantity.exact(arrived)}，{take}分出 {why.quantity.exact(taken)}，"
        f"{_by(own[0], why)}{why.name}得 {why.quantity.exact(part)}。"
    )


def _limit_sentences(why: Explanation) -> Iterator[str]:
    """How full every limit is; what does not fit goes on to the next step."""
    for unit, progress in why.limits[:UNITS_MAX]:
        party = f"{why.agreement.name_of(progress.party)}的封顶" if progress.party else "限额"
        year = f"{progress.scope} 年" if progress.scope else ""
        left = progress.limit_fen - progress.reached
        state = "已到顶，超出部分进入下一步" if not left else f"还可容纳 {why.quantity.exact(left)}"
        who = f"{_called(why, unit)} 的" if unit else ""
        yield f"{who}步骤{_step_name(progress.step)}{year}{party} {why.quantity.said(progress.limit_fen)}，已用 {why.quantity.exact(progress.reached)}，{state}。"


def _called(why: Explanation, unit: str) -> str:
    """A unit as people call it: a party by its name, anything else as it is written."""
    known = why.agreement.known_at(why.statement.cut).parties
    return known[unit].name if unit in known else unit


def _by(share: StepShare, why: Explanation) -> str:
    ratio = ratio_words(share.weights, why.agreement.name_of) if share.weights else ""
    ratio = ratio if len(ratio) <= RATIO_LENGTH_MAX else "经认定的份额"
    if share.step.cap:
        return f"按{ratio} 并受封顶限制，"
    if share.step.keeps is not None:
        return "按存量，"
    return f"按{ratio}，" if sum(1 for weight in share.weights.values() if weight) > 1 else ""


def _account_sentence(why: Explanation, account: Account) -> str:
    names = "、".join(why.agreement.name_of(party) for party in account.key.parties)
    apart = f" {'/'.join(part for part in account.key.apart.split(chr(9)) if part)} " if account.key.apart else ""
    exact, fen = account.exact[why.party], account.fen[why.party]
    text = (
        f"取整账户{apart}（{names}）：{why.name}精确应得 {why.quantity.exact(exact)}，取整为 {why.quantity.said(fen)}"
    )
    owners = last_fen_owners(account)
    if owners:
        each = "各" if len(owners) > 1 else ""
        least = "分" if why.statement.is_money else "个最小计数"
        text += f"；尾差{each} 1 {least}归{'、'.join(why.agreement.name_of(party) for party in owners)}"
    return f"{text}。"


def _voucher_sentences(why: Explanation, vouchers_max: int | None) -> Iterator[str]:
    shown = why.vouchers[:vouchers_max]
    yield f"本期涉及 {len(why.vouchers)} 笔明细" + ("：" if why.vouchers else "。")
    for voucher in shown:
        reading = voucher.reading
        if reading.fate is Fate.WAITING and not why.statement.is_money:
            yield f"报送 {reading.entry.key.voucher}（第 {reading.entry.position} 号事项第 {reading.entry.row} 行）未计入：{reading.reason}"
            continue
        dated = day_words(reading.rate_date)
        yield (
            f"{_recorded(why, voucher)}，适用 {dated} 的条款，{why.quantity.cause(voucher.cause)}，"
            f"使{why.name}{why.quantity.columns[0]}变动 {why.quantity.said(voucher.worth_fen)}。"
        )
    if len(shown) < len(why.vouchers):
        yield f"其余 {len(why.vouchers) - len(shown)} 笔从略，可以要求全部列出。"


def _recorded(why: Explanation, voucher: Voucher) -> str:
    """The line itself: where it stands in the log, what it says, and how much of it is shared."""
    entry = voucher.reading.entry
    place = f"第 {entry.position} 号事项第 {entry.row} 行"
    if not why.statement.is_money:
        first, last = entry.period_first or entry.booked_on, entry.period_last or entry.booked_on
        days = day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"
        return f"报送 {entry.key.voucher}（{place}）{days} {why.quantity.said(entry.amount_fen)}"
    original = f"，原税票 {entry.original}" if entry.original else ""
    said = (
        f"税票 {entry.key}（{place}{original}）{day_words(entry.booked_on)}入库 {why.quantity.said(entry.amount_fen)}"
    )
    if voucher.reading.amount_fen == entry.amount_fen:
        return said
    level = LEVEL_WORDS.get(voucher.reading.level, "参与分配")
    return f"{said}，其中{level} {why.quantity.said(voucher.reading.amount_fen)}"
