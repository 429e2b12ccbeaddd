"""Terms as numbered Chinese sentences, for people who sign them."""

from collections.abc import Iterator
from fractions import Fraction

from ledger.domain.terms import LEVELS, Pool, Terms, Transfer
from ledger.projections.steps_in_words import UNITS, limit_in_words, shares_in_words, step_in_words
from ledger.projections.wording import LEVEL_WORDS, day_words, money

ROLES = {
    "origin": "飞出地", "host": "飞入地", "introducer": "招商方", "receiver": "承接地",
    "zone": "合作区", "fund": "专户", "subsidy": "补助方",
}  # fmt: skip
RATE_DATES = {
    "entry_date": "按入库日期确定适用的比例、时段和年度",
    "tax_period": "按税款所属期的第一天确定适用的比例、时段和年度",
    "tax_period_end": "按税款所属期的最后一天确定适用的比例、时段和年度",
}
REFUNDS = {
    "as_original": "指明原税票的退库，按原税票当时的比例冲回；未指明的，按自己的日期",
    "own_date": "退库按自己的日期适用比例，其余事项随原税票",
}
NEGATIVES = {
    "immediate": "某期合计为负的，当期如数列为应退",
    "carry": "某期合计为负的，当期不列，结转以后各期抵减",
}
EVERY = {"month": "按月结算", "quarter": "按季结算", "year": "按年结算"}
CHANNELS = {
    "year_end_settlement": "通过年终体制结算办理",
    "horizontal_transfer": "通过横向转移支付办理",
    "treasury_transfer": "通过国库调库办理",
    "cash": "以现金拨付办理",
}
SHARES = {
    "receipts": "税费收入（不含科目 1030148）",
    "land_proceeds": "土地出让收入（科目 1030148）",
    "indicator": "统计指标",
    "quota": "计划指标额度",
    "inputs": "建设投入",
}
BASES = {
    "split": "分列口径：各方之和等于在地数，仅用于考核，不得对外公布",
    "double": "双算口径：各方各计全数，合计大于在地数，仅用于考核，不得对外公布",
    "in_place": "在地口径：由项目所在地统计，不分劈，是唯一的法定统计数",
}


def terms_in_words(terms: Terms) -> list[str]:
    """Numbered sentences; together they say everything that the terms say."""
    return [f"{number}. {sentence}" for number, sentence in enumerate(sentences_of(terms), 1)]


def sentences_of(terms: Terms) -> Iterator[str]:
    """The same sentences without their numbers."""
    number = f"（{terms.number}）" if terms.number else ""
    yield f"本协议名为《{terms.title}》{number}，按分配规则第 2 版执行。"
    parties = "；".join(_party(terms, party) for party in terms.parties)
    tie = "最后一分相争时，排在前面的一方先得" if terms.rounding.rule == "largest_remainder" else "尾差归最后有份的一方"
    host = (
        f"文件没有写明征收方的款项，视为{terms.parties[terms.host].name}征收" if terms.host else "征收方以文件所列为准"
    )
    yield f"参与方依次为：{parties}。{tie}。{host}。"
    last = f"至{day_words(terms.last)}止（含当日）" if terms.last else "，不设止日"
    yield f"自{day_words(terms.first)}起{last}；协议第几年从起日算起，起日当天计入，周年日的前一天为年末（民法典第二百零四条允许约定）。"
    yield f"{RATE_DATES[terms.rate_date]}；入库日期只决定列入哪一期结算单。{REFUNDS[terms.refunds]}；冲销视同原税票从未发生。"
    yield _rounding(terms)
    through = f"，{CHANNELS[terms.settle.through]}" if terms.settle.through else ""
    yield f"{EVERY[terms.every]}{through}。{NEGATIVES[terms.negatives]}。{_paid(terms)}"
    for name, codes in (terms.lists or {}).items():
        yield f"企业名单“{name}”共 {len(codes)} 户：{'、'.join(codes)}。"
    yield from _levels(terms)
    for pool in terms.pools:
        yield _pool(terms, pool)
        for index, step in enumerate(pool.steps, 1):
            clause = _clause(step.clause, pool.clause)
            yield f"“{pool.name}”第 {index} 步{clause}：{step_in_words(terms, pool, step)}。"
        if pool.guarantee:
            yield _guarantee(terms, pool)
        if pool.basis != "in_place":
            yield _otherwise(terms, pool)
    yield from _amended(terms)


def _party(terms: Terms, party: str) -> str:
    said = terms.parties[party]
    details = [ROLES[said.role]] if said.role else []
    details += [f"区划 {said.region}"] if said.region else []
    return f"{said.name}（{'，'.join([*details, f'代号 {party}'])}）"


def _rounding(terms: Terms) -> str:
    rule = {
        "largest_remainder": "余数最大的先得，余数相同按参与方次序",
        "last_takes_rest": "其余各方向零取整，最后一方得尾数",
    }[terms.rounding.rule]
    level = {
        "running": "各方应得自始累计、精确计算，只在最后取整到分",
        "period": "每个结算期分别精确计算后取整到分",
        "line": "逐笔取整到分",
    }[terms.rounding.level]
    unit = "；每个单位单独取整，合计可能有尾差" if terms.rounding.by_unit else ""
    return f"{level}（{rule}）{unit}。各方之和恒等于被分的总额。"


def _levels(terms: Terms) -> Iterator[str]:
    for row in terms.levels:
        last = f"至{day_words(row.last)}" if row.last else "起"
        shares = "、".join(f"{LEVEL_WORDS[level]} {row.percents[level]}%" for level in LEVELS if row.percents[level])
        yield f"科目 {row.subject} 自{day_words(row.first)}{last}的级次比例：{shares}（按入库日期查）；国库文件载明分级金额的，以国库为准。"


def _paid(terms: Terms) -> str:
    """In how many parts, and up to what, a statement's net is paid."""
    days = "、".join(f"{month}月{day}日" for month, day in terms.settle.instalments)
    parts = f"每期净额分 {len(terms.settle.instalments)} 次等额支付，日期为{days}。" if days else ""
    limits = "、".join(
        f"{terms.parties[party].name}每期最多支付{f' {money(at)} 元' if isinstance(at, int) else f'经认定的“{at}”'}"
        for party, at in (terms.settle.pays_at_most or {}).items()
    )
    return parts + (f"{limits}；不足支付时，各收款方按应收比例分摊，不超过各自应收数。" if limits else "")


def _amended(terms: Terms) -> Iterator[str]:
    if terms.amended_from:
        yield f"本文本是修订，自{day_words(terms.amended_from)}起的款项按它分；同名步骤的累计数接着计算。"
    for pool, steps in (terms.ends or {}).items():
        yield f"“{pool}”的步骤{'、'.join(f'“{step}”' for step in steps)}到此为止，累计数不再接着计算。"


def _pool(terms: Terms, pool: Pool) -> str:
    count = len(pool.steps)
    steps = f"依次经过下列 {count} 步，每一步只见前面各步剩下的部分" if count > 1 else "按下列一步分配"
    if pool.basis == "in_place":
        steps = "全数计在报送方名下"
    unit = f"以{UNITS[pool.per]}为单位累计"
    eligible = f"；{_eligible(pool)}" if pool.eligible else ""
    return f"分配池“{pool.name}”{_clause(pool.clause)}{_shared(terms, pool)}，{unit}，{steps}{eligible}。"


def _shared(terms: Terms, pool: Pool) -> str:
    """What a pool divides, and of what."""
    if pool.fed_by:
        name = terms.parties[pool.fed_by.party].name
        return f"再分配{name}在“{pool.fed_by.pool}”中的应得（整分，逐期；{name}的应得相应减少）"
    if pool.transfer:
        return _transfer(terms, pool, pool.transfer)
    selection = {
        "all": "全部",
        "projects": f"项目{'、'.join(f'“{name}”' for name in pool.selection.names)}的",
        "park": f"园区“{''.join(pool.selection.names)}”的",
        "list": f"名单“{''.join(pool.selection.names)}”内企业的",
    }[pool.selection.by]
    if pool.reported and pool.measures:
        return f"分配{SHARES[pool.share]}{'、'.join(f'“{each}”' for each in pool.measures)}：{selection}数据，{_reported(pool)}"
    kind = "投入" if pool.share == "inputs" else "款项"
    subjects = f"，限于科目 {'、'.join(pool.subjects)}（含其下级）" if pool.subjects else ""
    level = "按文件所列金额" if pool.level == "as_given" else f"取其{LEVEL_WORDS[pool.level]}（逐笔计算）"
    obligation = "；各方按比例应承担的数，减去已投入的数，为应补或应收" if pool.share == "inputs" else ""
    return f"分配{SHARES[pool.share]}：{selection}{kind}{subjects}，{level}{obligation}"


def _reported(pool: Pool) -> str:
    reported = pool.reported
    assert reported is not None
    kind = "时点数，每个日期单独计算" if reported.kind == "stock" else "时期数"
    how = "按本年累计报送，逐次相减得出各段" if reported.cumulative else "逐期报送"
    basis = f"。{BASES[pool.basis]}" if pool.share == "indicator" else ""
    said = f"{how}，{kind}，" if pool.share == "indicator" else ""
    return f"{said}单位{reported.unit}，最小计到 {_decimal(reported.step)}{basis}"


def _decimal(step: Fraction) -> str:
    """A step as people write it: `0.1`."""
    places = 0
    while (step * 10**places).denominator != 1 and places < 18:
        places += 1
    digits = str(int(step * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _transfer(terms: Terms, pool: Pool, transfer: Transfer) -> str:
    name = terms.parties[transfer.giver].name
    amount = limit_in_words(pool, transfer.amount).strip()
    when = "、".join(day_words(day) for day in transfer.on)
    if transfer.yearly:
        when = f"协议期内每年{transfer.yearly[0]}月{transfer.yearly[1]}日"
    least = f"（不足 {money(transfer.at_least_fen)} 元的不转移）" if transfer.at_least_fen else ""
    return f"定额转移：由{name}于{when}转出{amount}{least}"


def _guarantee(terms: Terms, pool: Pool) -> str:
    guarantee = pool.guarantee
    assert guarantee is not None
    year = {"year": "每个公历年度", "agreement_year": "每个协议年度", "term": "整个协议期"}[guarantee.per]
    name, payer = terms.parties[guarantee.party].name, terms.parties[guarantee.payer].name
    least = limit_in_words(pool, guarantee.at_least).strip()
    return f"“{pool.name}”保底：{year}结束时，{name}在本池所得不足{least}的，由{payer}补足，不足一年的年度也按全额。"


def _eligible(pool: Pool) -> str:
    assert pool.eligible is not None
    led = "，且由政府主导迁移" if pool.eligible.government_led else ""
    return (
        f"只分经双方认定符合条件的单位（迁移前 {pool.eligible.average_of_years} 年年均不低于 "
        f"{money(pool.eligible.at_least_fen)} 元{led}），未认定前暂不分配"
    )


def _otherwise(terms: Terms, pool: Pool) -> str:
    outside = "日期在协议期外" + ("或不符合条件" if pool.eligible else "")
    if pool.otherwise is None:
        return f"“{pool.name}”选中而{outside}的款项不分配，留在征收方，另行列明。"
    return f"“{pool.name}”选中而{outside}的款项，{shares_in_words(terms, pool.otherwise)}。"


def _clause(clause: str, above: str = "") -> str:
    return f"（{clause}）" if clause and clause != above else ""
