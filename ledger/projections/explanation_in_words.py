"""An explanation as numbered Chinese sentences."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ledger.domain.division import GUARANTEED, HANDED_ON, OTHERWISE, Account
from ledger.projections.explanation import Explanation, OtherChange, StepShare, last_fen_owners
from ledger.projections.wording import (
    CAUSES_ZH,
    LEVEL_WORDS,
    day_words,
    exact_fen,
    money,
    percent_words,
    ratio_words,
)

UNITS_MAX = 20
ROWS = {OTHERWISE: "协议期外或不符合条件的", GUARANTEED: "保底", HANDED_ON: "转入本池供分配的"}
ALL = "*"


def in_sentences(explanation: Explanation, vouchers_max: int | None = 20) -> list[str]:
    """Numbered Chinese sentences; at most so many vouchers."""
    return [f"{number}. {text}" for number, text in enumerate(_sentences(explanation, vouchers_max), 1)]


def _sentences(why: Explanation, vouchers_max: int | None) -> Iterator[str]:
    statement, name = why.statement, why.name
    state = (
        "草稿，尚未结账"
        if statement.is_draft
        else f"已由第 {statement.closed_at} 号事项结账，事实截至第 {statement.cut} 号"
    )
    yield f"结算单 {statement.number}（{state}）：{name}本期应得 {money(why.entitled_fen)} 元。"
    worked_fen = why.due_fen - why.said_before_fen
    yield f"到期末累计应得 {money(why.due_fen)} 元，减去以前各期已列 {money(why.said_before_fen)} 元，为 {money(worked_fen)} 元。"
    if worked_fen != why.entitled_fen:
        yield f"本期各方合计为负，按协议不列：本期列 0.00 元，{name}的 {money(worked_fen)} 元结转以后各期。"
    causes = "；".join(f"{CAUSES_ZH[cause]} {money(amount_fen)} 元" for cause, amount_fen in why.causes_fen.items())
    yield f"本期数按原因分为：{causes or '无变动'}。"
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
        yield f"暂不分配的款项 {money(amount_fen)} 元：{reason}"


def _other_sentence(why: Explanation, change: OtherChange) -> str:
    """A version, a fact or a day that moved the figure."""
    turn = change.turn
    what = {
        "amended": f"第 {turn.position} 号事项，协议第 {turn.name} 稿签齐",
        "certified": f"第 {turn.position} 号事项，事实 {turn.name} 经双方认定",
        "revised": f"第 {turn.position} 号事项，{turn.name}",
        "day": f"到 {turn.name} 为止应计的保底和定额转移",
    }[turn.kind]
    return f"{what}，使{why.name}应得变动 {money(change.worth_fen)} 元（{CAUSES_ZH[change.cause]}）。"


def _collected(why: Explanation) -> Iterator[str]:
    line = next((line for line in why.statement.lines if line.party == why.party), None)
    if line is None or line.collected_fen is None or line.net_fen is None:
        return
    verb = "应收回" if line.net_fen > 0 else "应付出" if line.net_fen < 0 else "收付"
    yield f"{why.name}本期已征收 {money(line.collected_fen)} 元，应得减已收，{verb} {money(abs(line.net_fen))} 元。"


def _rows_sentence(why: Explanation) -> str:
    """The worksheet's rows of this statement, each rounded for itself, and what foots them (semantics 5.11)."""
    rows = [f"{_step_name(step)} {money(amount_fen)} 元" for step, amount_fen in why.rows_fen.items()]
    rows += [f"以前未列、本期结转 {money(why.carried_fen)} 元"] if why.carried_fen else []
    rows += [f"舍入差 {money(why.rounding_fen)} 元"] if why.rounding_fen else []
    return f"本期各步所得：{'；'.join(rows)}。"


def _step_name(name: str) -> str:
    if name in ROWS:
        return ROWS[name]
    return f"第 {name[1:]} 步" if name.startswith("#") else f"“{name}”"


def _step_sentences(why: Explanation) -> Iterator[str]:
    """What every step did to date: unit by unit where the pool counts by units and there are few."""
    units = {share.unit for share in why.steps}
    if len(units) > UNITS_MAX:
        yield f"共 {len(units)} 个单位分别累计；下面各步为合计，逐个单位见 --json。"
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
    who = f"{unit} 的" if unit else ""
    return (
        f"{who}步骤{_step_name(step.name)}{clause}：累计到达 {exact_fen(arrived)}，{take}分出 {exact_fen(taken)}，"
        f"{_by(own[0], why)}{why.name}得 {exact_fen(part)}。"
    )


def _limit_sentences(why: Explanation) -> Iterator[str]:
    """How full every limit is; what does not fit goes on to the next step."""
    for unit, progress in why.limits[:UNITS_MAX]:
        party = f"{why.agreement.name_of(progress.party)}的封顶" if progress.party else "限额"
        year = f"{progress.scope} 年" if progress.scope else ""
        left = progress.limit_fen - progress.reached
        state = "已到顶，超出部分进入下一步" if not left else f"还可容纳 {exact_fen(left)}"
        who = f"{unit} 的" if unit else ""
        yield f"{who}步骤{_step_name(progress.step)}{year}{party} {money(progress.limit_fen)} 元，已用 {exact_fen(progress.reached)}，{state}。"


def _by(share: StepShare, why: Explanation) -> str:
    ratio = ratio_words(share.weights, why.agreement.name_of) if share.weights else ""
    if share.step.cap:
        return f"按{ratio} 并受封顶限制，"
    if share.step.keeps is not None:
        return "按存量，"
    return f"按{ratio}，" if sum(1 for weight in share.weights.values() if weight) > 1 else ""


def _account_sentence(why: Explanation, account: Account) -> str:
    names = "、".join(why.agreement.name_of(party) for party in account.key.parties)
    apart = f" {account.key.apart} " if account.key.apart else ""
    exact, fen = account.exact[why.party], account.fen[why.party]
    text = f"取整账户{apart}（{names}）：{why.name}精确应得 {exact_fen(exact)}，取整为 {money(fen)} 元"
    owners = last_fen_owners(account)
    if owners:
        each = "各" if len(owners) > 1 else ""
        text += f"；尾差{each} 1 分归{'、'.join(why.agreement.name_of(party) for party in owners)}"
    return f"{text}。"


def _voucher_sentences(why: Explanation, vouchers_max: int | None) -> Iterator[str]:
    shown = why.vouchers[:vouchers_max]
    yield f"本期涉及 {len(why.vouchers)} 笔明细" + ("：" if why.vouchers else "。")
    for voucher in shown:
        entry = voucher.reading.entry
        original = f"，原税票 {entry.original}" if entry.original else ""
        level = ""
        if voucher.reading.amount_fen != entry.amount_fen:
            level = f"，其中{level_words(why)} {money(voucher.reading.amount_fen)} 元"
        yield (
            f"税票 {entry.key}（第 {entry.position} 号事项第 {entry.row} 行{original}）{day_words(entry.booked_on)}入库 "
            f"{money(entry.amount_fen)} 元{level}，适用 {day_words(voucher.reading.rate_date)} 的条款，"
            f"{CAUSES_ZH[voucher.cause]}，使{why.name}应得变动 {money(voucher.worth_fen)} 元。"
        )
    if len(shown) < len(why.vouchers):
        yield f"其余 {len(why.vouchers) - len(shown)} 笔从略；加 --all 全部列出，或用 --json。"


def level_words(why: Explanation) -> str:
    """Which level's part of a line is shared."""
    pool = next(pool for pool in why.agreement.terms.pools if pool.name == why.statement.pool)
    return LEVEL_WORDS.get(pool.level, "参与分配")
