"""An explanation as numbered Chinese sentences."""

from collections.abc import Iterator
from fractions import Fraction

from ledger.domain.division import Account
from ledger.domain.terms import Step
from ledger.projections.explanation import Explanation, last_fen_owners
from ledger.projections.wording import (
    CAUSES_ZH,
    LEVEL_WORDS,
    day_words,
    exact_fen,
    money,
    percent_words,
    ratio_words,
)


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
    yield f"到期末累计应得 {money(why.due_fen)} 元，减去以前各期已列 {money(why.said_before_fen)} 元，即本期数。"
    if why.due_fen - why.said_before_fen != why.entitled_fen:
        yield "本期各方合计为负，按协议不列，结转以后各期。"
    causes = "；".join(f"{CAUSES_ZH[cause]} {money(amount_fen)} 元" for cause, amount_fen in why.causes_fen.items())
    yield f"本期数按原因分为：{causes or '无变动'}。"
    yield from _collected(why)
    yield _rows_sentence(why)
    for step in _own_steps(why):
        yield _step_sentence(why, step)
    for account in why.accounts:
        yield _account_sentence(why, account)
    yield from _voucher_sentences(why, vouchers_max)
    for reason in why.reasons:
        yield f"暂不分配的款项：{reason}"


def _collected(why: Explanation) -> Iterator[str]:
    line = next((line for line in why.statement.lines if line.party == why.party), None)
    if line is None or line.collected_fen is None or line.net_fen is None:
        return
    verb = "应收回" if line.net_fen > 0 else "应付出" if line.net_fen < 0 else "收付"
    yield f"{why.name}本期已征收 {money(line.collected_fen)} 元，应得减已收，{verb} {money(abs(line.net_fen))} 元。"


def _rows_sentence(why: Explanation) -> str:
    """The worksheet's rows of this statement, each rounded for itself, and what is left to foot (semantics 5.11)."""
    rows = [f"{_step_name(step)} {money(amount_fen)} 元" for step, amount_fen in why.rows_fen.items()]
    difference = why.due_fen - why.said_before_fen - sum(why.rows_fen.values())
    rest = f"；其余（协议期外分配、舍入差）{money(difference)} 元" if difference else ""
    return f"本期各步所得：{'；'.join(rows)}{rest}。"


def _step_name(name: str) -> str:
    return f"第 {name[1:]} 步" if name.startswith("#") else f"“{name}”"


def _own_steps(why: Explanation) -> list[Step]:
    pool = next(pool for pool in why.agreement.terms.pools if pool.name == why.statement.pool)
    return list(pool.steps)


def _step_sentence(why: Explanation, step: Step) -> str:
    own = [share for share in why.steps if share.step.name == step.name]
    arrived = sum((share.arrived for share in own), Fraction(0))
    taken = sum((share.taken for share in own), Fraction(0))
    part = sum((share.part for share in own), Fraction(0))
    clause = f"（{step.clause}）" if step.clause else ""
    take = f"提取 {percent_words(step.take)}，" if step.take else ""
    return (
        f"步骤{_step_name(step.name)}{clause}：累计到达 {exact_fen(arrived)}，{take}取 {exact_fen(taken)}，"
        f"{_by(step, why)}{why.name}得 {exact_fen(part)}。"
    )


def _by(step: Step, why: Explanation) -> str:
    return "" if len(step.sharers) == 1 else f"按{ratio_words(step.weights, why.agreement.terms)}，"


def _account_sentence(why: Explanation, account: Account) -> str:
    names = "、".join(why.agreement.terms.parties[party].name for party in account.key.parties)
    apart = f"{account.key.apart} " if account.key.apart else ""
    exact, fen = account.exact[why.party], account.fen[why.party]
    text = f"取整账户 {apart}（{names}）：{why.name}精确应得 {exact_fen(exact)}，取整为 {money(fen)} 元"
    owners = last_fen_owners(account)
    if owners:
        text += f"；尾差的 1 分归 {'、'.join(why.agreement.terms.parties[party].name for party in owners)}"
    return text + "。"


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
