"""A pool as Chinese sentences: what it divides, of what, whose count is kept, what is guaranteed, what it leaves out."""

from collections.abc import Iterator

from ledger.domain.recording.figures import decimal_text
from ledger.domain.terms import Named, Pool, Terms, Transfer
from ledger.projections.steps_in_words import limit_in_words, noun_of, shares_in_words, step_in_words, unit_of
from ledger.projections.wording import LEVEL_WORDS, day_words, money, names_in, ratio_words, subject_words

SHARES = {
    "receipts": "税费收入（不含科目 1030148）",
    "land_proceeds": "土地出让收入（科目 1030148）",
    "indicator": "统计指标",
    "quota": "计划指标额度",
    "inputs": "建设投入",
}
BASES = {
    "split": "本池为分列口径：各方之和等于在地数，仅用于考核，不得对外公布",
    "double": "本池为双算口径：各方各计全数，合计大于在地数，仅用于考核，不得对外公布",
    "in_place": "本池为在地口径：全数计在报送方名下，不分列，是唯一的法定统计数",
}


def pool_in_words(terms: Terms, pool: Pool) -> Iterator[str]:
    """Everything that a pool says, sentence by sentence."""
    yield f"分配池“{pool.name}”{_clause(pool.clause)}{_shared(terms, pool)}{_counted(pool)}。"
    if pool.share == "indicator":
        yield f"“{pool.name}”{BASES[pool.basis].removeprefix('本池')}。"
    if pool.share == "inputs":
        yield f"“{pool.name}”中各方应承担的数与已投入的数相比，少投的为应补，多投的为应收回。"
    if pool.eligible:
        yield _eligible(pool)
    if pool.selection.by == "list":
        yield f"名单“{pool.selection.names[0]}”以双方认定的为准，没有认定的以条款所附为准；两者都没有的，等待认定，暂不分配。"
    for index, step in enumerate(pool.steps, 1):
        yield f"“{pool.name}”第 {index} 步{_clause(step.clause, pool.clause)}：{step_in_words(terms, pool, step)}。"
    if pool.guarantee:
        yield _guarantee(terms, pool)
    if pool.basis != "in_place" and not pool.transfers:
        yield _otherwise(terms, pool)


def _counted(pool: Pool) -> str:
    """By what unit limits are counted, and how many steps there are."""
    if pool.basis == "in_place" or pool.transfers:
        return ""
    unit = unit_of(pool)
    counts = any(step.has_memory for step in pool.steps)
    apart = f"，{unit}分别{'累计' if counts else '计算'}" if unit else ""
    count = len(pool.steps)
    steps = f"，依次经过下列 {count} 步，后一步只分配前面各步的余额" if count > 1 else "，按下列一步分配"
    return apart + steps


def _shared(terms: Terms, pool: Pool) -> str:
    """What a pool divides, and of what."""
    if pool.fed_by:
        name = terms.parties[pool.fed_by.party].name
        return f"把“{name}”在“{pool.fed_by.pool}”中的应得按结算期汇总、取整到分后再次分配，{name}自己的应得相应减少"
    if pool.transfers:
        return f"为定额转移：{'；'.join(_transfer(terms, pool, each) for each in pool.transfers)}；{_receivers(terms, pool)}"
    selection = {
        "all": "全部",
        "projects": f"项目{'、'.join(f'“{name}”' for name in pool.selection.names)}的",
        "park": f"园区“{''.join(pool.selection.names)}”（含其下级园区）的",
        "list": f"名单“{''.join(pool.selection.names)}”内企业的",
    }[pool.selection.by]
    if pool.measures:
        names = "、".join(f"“{each}”" for each in pool.measures)
        return f"分配{SHARES[pool.share]}{names}：{selection}{noun_of(pool)}，{_reported(pool)}"
    subjects = f"，限于{'、'.join(map(subject_words, pool.subjects))}及其下级科目" if pool.subjects else ""
    level = "按入库明细所列金额分配" if pool.level == "as_given" else f"取其{LEVEL_WORDS[pool.level]}（逐笔计算）"
    return f"分配{SHARES[pool.share]}：{selection}{noun_of(pool)}{subjects}，{level}"


def _reported(pool: Pool) -> str:
    reported = pool.reported
    assert reported is not None
    kind = "时点数，每个日期单独计算" if reported.kind == "stock" else "时期数"
    how = "按本年累计报送，以本期累计数减上期累计数计算当期数" if reported.cumulative else "逐期报送"
    said = f"{how}，{kind}，" if pool.share == "indicator" else ""
    return f"{said}单位{reported.unit}，最小计到 {decimal_text(reported.step)}"


def _transfer(terms: Terms, pool: Pool, transfer: Transfer) -> str:
    name = _givers(terms, transfer)
    amount = limit_in_words(pool, transfer.amount).strip()
    when = "、".join(day_words(day) for day in transfer.on)
    if transfer.yearly:
        when = f"协议期内每年{transfer.yearly[0]}月{transfer.yearly[1]}日"
    least = f"（不足 {money(transfer.at_least_fen)} 元的不转移）" if transfer.at_least_fen else ""
    units = f"凡认定了这一数额的，{unit_of(pool)}各转移一次" if unit_of(pool) else "未认定的，当期不转移，另行列明"
    certified = f"；{units}" if isinstance(transfer.amount, Named) else ""
    return f"{name}于{when}转出{amount}{least}{certified}"


def _givers(terms: Terms, transfer: Transfer) -> str:
    """Who gives, and in what ratio if several do."""
    if len(transfer.givers) == 1:
        return terms.parties[next(iter(transfer.givers))].name
    return f"{ratio_words(transfer.givers, names_in(terms))} 分担，各"


def _receivers(terms: Terms, pool: Pool) -> str:
    """Who gets what transfers move: one party by name, several by the steps."""
    giver = "、".join(dict.fromkeys(terms.parties[party].name for each in pool.transfers for party in each.givers))
    sharers = {party for step in pool.steps for party, weight in step.weights.items() if weight}
    if len(sharers) == 1 and all(step.by is None and step.keeps is None for step in pool.steps):
        return f"由{giver}转给{terms.parties[sharers.pop()].name}"
    return "转出的数按下列步骤分给各方"


def _eligible(pool: Pool) -> str:
    assert pool.eligible is not None
    led = "，且由政府主导迁移" if pool.eligible.government_led else ""
    return (
        f"“{pool.name}”只分经双方认定符合条件的单位（迁移前 {pool.eligible.average_of_years} 年年均不低于 "
        f"{money(pool.eligible.at_least_fen)} 元{led}），未认定前暂不分配。"
    )


def _guarantee(terms: Terms, pool: Pool) -> str:
    guarantee = pool.guarantee
    assert guarantee is not None
    year = {"year": "每个公历年度", "agreement_year": "每个协议年度", "term": "整个协议期"}[guarantee.per]
    name, payer = terms.parties[guarantee.party].name, terms.parties[guarantee.payer].name
    least = limit_in_words(pool, guarantee.at_least).strip()
    partial = "" if guarantee.per == "term" else "，不足一年的也按全额计算"
    return f"“{pool.name}”保底：{year}结束时，{name}在本池所得不足{least}的，由{payer}补足{partial}。"


def _otherwise(terms: Terms, pool: Pool) -> str:
    """What becomes of what is selected and not divided by the steps."""
    dated = "所属期" if not pool.is_money else "日期"
    outside = f"{dated}在协议期外" + ("或不符合条件" if pool.eligible else "")
    if pool.otherwise is not None:
        return (
            f"“{pool.name}”属于本池范围但{outside}的{noun_of(pool)}，{shares_in_words(terms, pool.otherwise, pool)}。"
        )
    if not pool.is_money:
        return f"“{pool.name}”属于本池范围但{outside}的{noun_of(pool)}不分配，仍计在报送方名下，另行列明。"
    return f"“{pool.name}”属于本池范围但{outside}的{noun_of(pool)}不分配，留在征收方，另行列明。"


def _clause(clause: str, above: str = "") -> str:
    return f"（{clause}）" if clause and clause != above else ""
