"""A step of a waterfall as a Chinese sentence: when it applies, what it takes, who gets it, up to what."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from ledger.domain.terms import (
    CLOCKS_ZH,
    COLLECTOR,
    Cap,
    CertifiedBy,
    ClockWindow,
    Limit,
    Named,
    Pool,
    Step,
    Terms,
    Weights,
    Window,
)
from ledger.projections.wording import day_words, money, names_in, percent_words, ratio_words

UNITS = {"enterprise": "每户企业", "project": "每个项目", "collector": "每个征收方", "agreement": ""}
SCOPES = {"term": "", "year": "每个公历年度", "agreement_year": "每个协议年度"}
NOUNS = {"indicator": "数据", "quota": "额度", "inputs": "投入"}
INPUTS = "contributions"


def noun_of(pool: Pool) -> str:
    """What flows through a pool, as people call it."""
    return NOUNS.get(pool.share, "款项")


def unit_of(pool: Pool) -> str:
    """The unit that a pool counts by; empty for the whole agreement."""
    return "每个报送方" if pool.per == "collector" and not pool.is_money else UNITS[pool.per]


def step_in_words(terms: Terms, pool: Pool, step: Step) -> str:
    """Everything that a step says, without its number and clause."""
    take = f"提取到达部分的 {percent_words(step.take)}，" if step.take else ""
    body = _keeps(terms, pool, step) if step.keeps is not None else _divides(terms, pool, step)
    named = f"“{step.name}”，" if not step.name.startswith("#") else ""
    cap = _cap(terms, pool, step, step.cap) if step.cap else ""
    return f"{named}{_when(pool, step)}{take}{body}{cap}{_extension(terms, step)}{_uncertified(pool, step)}"


def _scope(pool: Pool, step: Step, joint: str = "") -> str:
    """In what a limit counts: each unit, each year."""
    scope = unit_of(pool) + SCOPES[step.per]
    return f"{joint}{scope}" if scope else ""


def _divides(terms: Terms, pool: Pool, step: Step) -> str:
    shares = shares_in_words(terms, step.weights, pool) if step.by is None else _by(step.by)
    if pool.basis == "double":
        names = "、".join(names_in(terms)(party) for party, weight in step.weights.items() if weight)
        return f"{names}{'各' if '、' in names else ''}计全数"
    if step.until is None:
        return shares
    return f"{_scope(pool, step)}累计不超过{limit_in_words(pool, step.until)}的部分，{shares}；超出的进入下一步"


def shares_in_words(terms: Terms, weights: Weights, pool: Pool | None = None) -> str:
    """Who gets what part of a whole; the collector stands first, as people say it."""
    first = {COLLECTOR: weights[COLLECTOR]} if COLLECTOR in weights else {}
    ordered = first | dict(weights)
    itself = "报送方自己" if pool and not pool.is_money else "征收方自己"

    def name_of(party: str) -> str:
        return itself if party == COLLECTOR else names_in(terms)(party)

    sharers = [party for party, weight in ordered.items() if weight]
    if len(sharers) == 1:
        return f"归{name_of(sharers[0])}"
    return f"按{ratio_words(ordered, name_of)} 的比例分"


def _by(by: CertifiedBy) -> str:
    """Weights that are certified."""
    floor = f"（先舍去不足 {by.floor_to} 的零头）" if by.floor_to > 1 else ""
    if len(by.factors) == 1 and by.decimals is None:
        name = next(iter(by.factors))
        said = "各方投入" if name == INPUTS else f"各方“{name}”"
        days = "与投入天数之积" if by.times_days else ""
        return f"按适用日期有效的、经认定的{said}{days}之比分{floor}"
    factors = "、".join(f"“{name}”占 {_weight(weight)}" for name, weight in by.factors.items())
    exact = "份额精确计算" if by.decimals is None else f"份额取到小数点后 {by.decimals} 位（余数最大的先得，合计为 1）"
    return f"按适用日期有效的、经认定的因素分（{factors}；每个因素按各方占合计的比重计算{floor}，{exact}）"


def _weight(weight: Fraction) -> str:
    return percent_words(weight) if weight < 1 else f"{weight} 份"


def _keeps(terms: Terms, pool: Pool, step: Step) -> str:
    within = _scope(pool, step)
    within = f"{within}内，" if within else ""
    if isinstance(step.keeps, str):
        return f"{within}先按经认定的各方“{step.keeps}”之比留给各方，留满为止，超出部分进入下一步"
    assert step.keeps is not None
    stocks = "、".join(f"{terms.parties[party].name} {money(stock)} 元" for party, stock in step.keeps.items())
    return f"{within}先按存量留给 {stocks}，留满为止，超出部分进入下一步"


def _cap(terms: Terms, pool: Pool, step: Step, cap: Cap) -> str:
    name = names_in(terms)(cap.party)
    return (
        f"；{name}{_scope(pool, step, '就')}累计所得，以{limit_in_words(pool, cap.at).strip()}封顶，超出部分进入下一步"
    )


def limit_in_words(pool: Pool | None, limit: Limit | None) -> str:
    """An amount, or the certified one that is meant; of figures and quotas in their own unit."""
    if isinstance(limit, Named):
        part = f"的 {percent_words(limit.part)}（计到分，满半分进一）" if limit.part != 1 else ""
        return f"经认定的“{limit}”{part}"
    if pool and pool.reported and pool.share != "inputs":
        return f" {money(limit or 0)} {pool.reported.unit}"
    return f" {money(limit or 0)} 元"


# When


def _when(pool: Pool, step: Step) -> str:
    if step.window is None:
        return ""
    days = _window(step.window) if isinstance(step.window, Window) else _clock(step.window)
    return f"{days}的{noun_of(pool)}，"


def _clock(window: ClockWindow) -> str:
    """Years of a clock; of recovery they run from the day on which it is certified (semantics finding 8)."""
    first, last = window.first_year, window.last_year
    if window.clock == "recovered" and first == 1:
        return f"收回投入之日起 {last} 年内（收回之日以认定为准，认定之前一律视为在期内）"
    years = f"第 {first} 年" if first == last else f"第 {first} 至第 {last} 年"
    return f"自经认定的{CLOCKS_ZH[window.clock]}之日起{years}（当日计入，到周年日的前一天止；起算日以前的进入下一步）"


def _window(window: Window) -> str:
    if window.first and window.last:
        return f"{day_words(window.first)}至{day_words(window.last)}"
    return f"{day_words(window.first)}起" if window.first else f"{day_words(window.last or date.max)}以前（含当日）"


def _extension(terms: Terms, step: Step) -> str:
    if not step.extend_years or step.cap is None:
        return ""
    name = names_in(terms)(step.cap.party)
    return f"；期满时{name}累计所得未达封顶数的，再顺延 {step.extend_years} 年，仍受同一封顶"


# What has to be certified


def _uncertified(pool: Pool, step: Step) -> str:
    """What happens while a fact is missing, and which."""
    if step.uses_previous:
        return "；适用日期尚无认定的，暂按上一次认定的分，认定以后多退少补"
    asked = "、".join(_asked(step))
    return f"；{asked}未认定的，应由本步分配的{noun_of(pool)}列为待认定，认定前暂不分配" if asked else ""


def _asked(step: Step) -> Iterator[str]:
    """The facts that a step cannot do without."""
    if isinstance(step.window, ClockWindow) and step.window.clock != "recovered":
        yield f"{CLOCKS_ZH[step.window.clock]}日期"
    limits = (step.until, step.keeps, step.cap.at if step.cap else None)
    yield from (f"“{limit}”" for limit in limits if isinstance(limit, str | Named))
    names = step.by.factors if step.by else ()
    yield from ("各方投入" if name == INPUTS else f"“{name}”" for name in names)
