"""Terms as numbered Chinese sentences, for people who sign them."""

from collections.abc import Iterator
from datetime import date

from ledger.domain.terms import LEVELS, Pool, Step, Terms, Window
from ledger.projections.wording import LEVEL_WORDS, day_words, money, percent_words, ratio_words

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
UNITS = {"enterprise": "每户企业", "project": "每个项目", "collector": "每个征收方", "agreement": "全协议"}
SHARES = {"receipts": "税费收入（不含科目 1030148）", "land_proceeds": "土地出让收入（科目 1030148）"}
SCOPES = {"term": "", "year": "每个公历年度", "agreement_year": "每个协议年度"}


def terms_in_words(terms: Terms) -> list[str]:
    """Numbered sentences; together they say everything that the terms say."""
    return [f"{number}. {sentence}" for number, sentence in enumerate(_sentences(terms), 1)]


def _sentences(terms: Terms) -> Iterator[str]:
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
    through = f"，{CHANNELS[terms.through]}" if terms.through else ""
    yield f"{EVERY[terms.every]}{through}。{NEGATIVES[terms.negatives]}。"
    for name, codes in (terms.lists or {}).items():
        yield f"企业名单“{name}”共 {len(codes)} 户：{'、'.join(codes)}。"
    yield from _levels(terms)
    for pool in terms.pools:
        yield _pool(terms, pool)
        for index, step in enumerate(pool.steps, 1):
            yield f"“{pool.name}”第 {index} 步{_clause(step.clause, pool.clause)}：{_step(terms, pool, step)}。"
        yield _otherwise(terms, pool)


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


def _pool(terms: Terms, pool: Pool) -> str:
    selection = {
        "all": "全部款项",
        "projects": f"项目{'、'.join(f'“{name}”' for name in pool.selection.names)}的款项",
        "park": f"园区“{''.join(pool.selection.names)}”的款项",
        "list": f"名单“{''.join(pool.selection.names)}”内企业的款项",
    }[pool.selection.by]
    subjects = f"，限于科目 {'、'.join(pool.subjects)}（含其下级）" if pool.subjects else ""
    count = len(pool.steps)
    steps = f"依次经过下列 {count} 步，每一步只见前面各步剩下的部分" if count > 1 else "按下列一步分配"
    level = "按文件所列金额" if pool.level == "as_given" else f"取其{LEVEL_WORDS[pool.level]}（逐笔计算）"
    return (
        f"分配池“{pool.name}”{_clause(pool.clause)}分配{SHARES[pool.share]}：{selection}{subjects}，{level}，"
        f"以{UNITS[pool.per]}为单位累计，{steps}" + (f"；{_eligible(pool)}" if pool.eligible else "") + "。"
    )


def _eligible(pool: Pool) -> str:
    assert pool.eligible is not None
    led = "，且由政府主导迁移" if pool.eligible.government_led else ""
    return (
        f"只分经双方认定符合条件的单位（迁移前 {pool.eligible.average_of_years} 年年均不低于 "
        f"{money(pool.eligible.at_least_fen)} 元{led}），未认定前暂不分配"
    )


def _step(terms: Terms, pool: Pool, step: Step) -> str:
    when = f"{_window(step.window)}的款项，" if step.window else ""
    take = f"提取到达部分的 {percent_words(step.take)}，" if step.take else ""
    scope = ("" if pool.per == "agreement" else UNITS[pool.per]) + SCOPES[step.per]
    if step.keeps is not None:
        stocks = "、".join(f"{terms.parties[party].name} {money(stock)} 元" for party, stock in step.keeps.items())
        body = f"{scope}先按存量留给 {stocks}，留满为止，超出部分进入下一步"
    else:
        upto = f"{scope}累计取到{_limit(step.until)}为止，" if step.until is not None else ""
        body = f"{upto}{_divides(terms, step)}"
    cap = ""
    if step.cap:
        name = terms.parties[step.cap.party].name
        cap = f"；{name}在{scope}累计以{_limit(step.cap.at)}封顶，超出部分进入下一步".replace("在累计", "累计")
    named = f"“{step.name}”，" if not step.name.startswith("#") else ""
    return f"{named}{when}{take}{body}{cap}"


def _divides(terms: Terms, step: Step) -> str:
    if len(step.sharers) == 1:
        return f"归{terms.parties[next(iter(step.sharers))].name}"
    return f"按{ratio_words(step.weights, terms)} 的比例分"


def _limit(limit: int | str | None) -> str:
    return f"经认定的数额“{limit}”" if isinstance(limit, str) else f" {money(limit or 0)} 元"


def _window(window: Window) -> str:
    if window.first and window.last:
        return f"{day_words(window.first)}至{day_words(window.last)}"
    return f"{day_words(window.first)}起" if window.first else f"{day_words(window.last or date.max)}以前（含当日）"


def _otherwise(terms: Terms, pool: Pool) -> str:
    outside = "日期在协议期外" + ("或不符合条件" if pool.eligible else "")
    if pool.otherwise is None:
        return f"“{pool.name}”选中而{outside}的款项不分配，留在征收方，另行列明。"
    sharers = [party for party, weight in pool.otherwise.items() if weight]
    if len(sharers) == 1:
        return f"“{pool.name}”选中而{outside}的款项，全部归{terms.parties[sharers[0]].name}。"
    return f"“{pool.name}”选中而{outside}的款项，按{ratio_words(pool.otherwise, terms)} 的比例分。"


def _clause(clause: str, above: str = "") -> str:
    return f"（{clause}）" if clause and clause != above else ""
