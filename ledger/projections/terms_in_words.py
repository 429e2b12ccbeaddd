"""Terms as numbered Chinese sentences, for people who sign them."""

from collections.abc import Iterator

from ledger.domain.terms import LEVELS, ClockWindow, Terms
from ledger.projections.pools_in_words import pool_in_words
from ledger.projections.steps_in_words import limit_in_words
from ledger.projections.wording import LEVELS_ZH, day_words, subject_words

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


def terms_in_words(terms: Terms) -> list[str]:
    """Numbered sentences; together they say everything that the terms say."""
    return [f"{number}. {sentence}" for number, sentence in enumerate(sentences_of(terms), 1)]


def sentences_of(terms: Terms) -> Iterator[str]:
    """The same sentences without their numbers."""
    number = f"（{terms.number}）" if terms.number else ""
    yield f"本协议名为《{terms.title}》{number}，按本系统分配规则第 2 版执行。"
    parties = "；".join(_party(terms, party) for party in terms.parties)
    yield f"参与方依次为：{parties}。{_tie(terms)}。{_host(terms)}"
    last = f"至{day_words(terms.last)}止（含当日）" if terms.last else "，不设止日"
    yield f"自{day_words(terms.first)}起{last}{_years(terms)}。"
    yield from _dates(terms)
    yield _rounding(terms)
    through = f"，{CHANNELS[terms.settle.through]}" if terms.settle.through else ""
    negatives = f"{NEGATIVES[terms.negatives]}。" if _has_money(terms) else ""
    yield f"{EVERY[terms.every]}{through}。{negatives}{_paid(terms)}"
    for name, codes in (terms.lists or {}).items():
        yield f"企业名单“{name}”共 {len(codes)} 户：{'、'.join(codes)}。"
    yield from _levels(terms)
    for pool in terms.pools:
        yield from pool_in_words(terms, pool)
    yield from _amended(terms)
    yield from (f"附注：{remark.removesuffix('。')}。" for remark in terms.remarks)


def _years(terms: Terms) -> str:
    """How years are counted, where anything is counted by years of the agreement or of a clock."""
    steps = [step for pool in terms.pools for step in pool.steps]
    guaranteed = any(pool.guarantee and pool.guarantee.per == "agreement_year" for pool in terms.pools)
    counted = any(isinstance(step.window, ClockWindow) or step.per == "agreement_year" for step in steps)
    rule = "；年度自起算日起计，当日计入，周年日的前一天为年末（民法典第二百零四条允许约定）"
    return rule if counted or guaranteed else ""


def _has_receipts(terms: Terms) -> bool:
    return any(pool.share in ("receipts", "land_proceeds") for pool in terms.pools)


def _has_money(terms: Terms) -> bool:
    return any(pool.is_money for pool in terms.pools)


def _has_figures(terms: Terms) -> bool:
    return any(not pool.is_money for pool in terms.pools)


def _party(terms: Terms, party: str) -> str:
    said = terms.parties[party]
    details = [ROLES[said.role]] if said.role and ROLES[said.role] != said.name else []
    details += [f"区划 {said.region}"] if said.region else []
    return f"{said.name}（{'，'.join([*details, f'代号 {party}'])}）"


def _tie(terms: Terms) -> str:
    if terms.rounding.rule == "largest_remainder":
        return "尾差按参与方排列次序分配"
    return "尾差归最后有份的一方"


def _host(terms: Terms) -> str:
    """Who collects, or reports, where the file does not say it."""
    name = terms.parties[terms.host].name if terms.host else ""
    if _has_receipts(terms):
        return f"入库明细未载明征收方的，视为{name}征收。" if name else "征收方以入库明细所载为准。"
    if _has_figures(terms):
        return f"报表未载明报送方的，视为{name}报送。" if name else "报送方以报表所载为准。"
    return ""


def _dates(terms: Terms) -> Iterator[str]:
    """Which day decides, and what becomes of refunds."""
    if _has_receipts(terms):
        stated = "也按它列入结算期" if terms.rate_date == "entry_date" else "入库日期只决定列入哪一期结算单"
        yield f"{RATE_DATES[terms.rate_date]}，{stated}。{REFUNDS[terms.refunds]}；冲销视同原税票从未发生。"
    if _has_figures(terms):
        end = "最后一天" if terms.rate_date == "tax_period_end" else "第一天"
        yield f"指标、额度和投入按所属期的{end}确定适用的比例和时段；同一指标同一所属期以最后一次报送为准。"


def _rounding(terms: Terms) -> str:
    rule = {
        "largest_remainder": "余数最大的先得，余数相同按参与方次序",
        "last_takes_rest": "其余各方向零取整，最后一方得尾数",
    }[terms.rounding.rule]
    least = "分" if _has_money(terms) else "最小计数"
    level = {
        "running": f"各方应得自始累计、精确计算，只在最后取整到{least}",
        "period": f"每个结算期分别精确计算后取整到{least}",
        "line": f"逐笔取整到{least}",
    }[terms.rounding.level]
    double = "（双算口径除外）" if any(pool.basis == "double" for pool in terms.pools) else ""
    unit = "；每个单位单独取整，合计可能有尾差" if terms.rounding.by_unit else ""
    return f"{level}（{rule}）{unit}。各方之和恒等于被分的总额{double}。"


def _levels(terms: Terms) -> Iterator[str]:
    for row in terms.levels:
        last = f"至{day_words(row.last)}" if row.last else "起"
        shares = "、".join(f"{LEVELS_ZH[level]} {row.percents[level]}%" for level in LEVELS if row.percents[level])
        subject = subject_words(row.subject)
        yield f"{subject}自{day_words(row.first)}{last}的级次比例：{shares}（按入库日期查）；入库明细载明分级金额的，以国库为准。"


def _paid(terms: Terms) -> str:
    """In how many parts, and up to what, a statement's net is paid."""
    days = "、".join(f"{month}月{day}日" for month, day in terms.settle.instalments)
    count = len(terms.settle.instalments)
    parts = f"每期净额于期后的{days}一次付清。" if count == 1 else f"每期净额分 {count} 次等额支付，日期为{days}。"
    limits = "、".join(
        f"{terms.parties[party].name}每期最多支付{limit_in_words(None, at)}"
        for party, at in (terms.settle.pays_at_most or {}).items()
    )
    left = "留作债权，以后各期继续支付" if terms.settle.rest == "claim" else "不再支付，也不结转"
    beyond = f"超过上限的部分{left}；各收款方按应收比例分得实付数"
    return (parts if count else "") + (f"{limits}；{beyond}。" if limits else "")


def _amended(terms: Terms) -> Iterator[str]:
    if terms.amended_from:
        yield f"本文本是修订，自{day_words(terms.amended_from)}起的款项按它分；同名步骤的累计数接着计算。"
    for pool, steps in (terms.ends or {}).items():
        yield f"“{pool}”的步骤{'、'.join(f'“{step}”' for step in steps)}到此为止，累计数不再接着计算。"
