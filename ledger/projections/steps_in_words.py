"""A step of a waterfall as a Chinese sentence: when it applies, what it takes, who gets it, up to what."""

from datetime import date
from fractions import Fraction

from ledger.domain.terms import Cap, CertifiedBy, ClockWindow, Limit, Pool, Step, Terms, Weights, Window
from ledger.domain.uncertified import CLOCKS_ZH
from ledger.projections.wording import day_words, money, names_in, percent_words, ratio_words

UNITS = {"enterprise": "每户企业", "project": "每个项目", "collector": "每个征收方", "agreement": "全协议"}
SCOPES = {"term": "", "year": "每个公历年度", "agreement_year": "每个协议年度"}
INPUTS = "contributions"


def step_in_words(terms: Terms, pool: Pool, step: Step) -> str:
    """Everything that a step says, without its number and clause."""
    scope = ("" if pool.per == "agreement" else UNITS[pool.per]) + SCOPES[step.per]
    take = f"提取到达部分的 {percent_words(step.take)}，" if step.take else ""
    body = _keeps(terms, step, scope) if step.keeps is not None else _divides(terms, pool, step, scope)
    named = f"“{step.name}”，" if not step.name.startswith("#") else ""
    cap = _cap(terms, pool, step.cap, scope) if step.cap else ""
    return f"{named}{_when(step)}{take}{body}{cap}{_extension(terms, step)}{_uncertified(step)}"


def _divides(terms: Terms, pool: Pool, step: Step, scope: str) -> str:
    upto = f"{scope}累计取到{limit_in_words(pool, step.until)}为止，" if step.until is not None else ""
    if step.by is not None:
        return upto + _by(step.by)
    if pool.basis == "double":
        names = "、".join(names_in(terms)(party) for party, weight in step.weights.items() if weight)
        return f"{names}各计全数"
    return upto + shares_in_words(terms, step.weights)


def shares_in_words(terms: Terms, weights: Weights) -> str:
    """Who gets what part of a whole."""
    sharers = [party for party, weight in weights.items() if weight]
    if len(sharers) == 1:
        return f"归{names_in(terms)(sharers[0])}"
    return f"按{ratio_words(weights, names_in(terms))} 的比例分"


def _by(by: CertifiedBy) -> str:
    """Weights that are certified."""
    if len(by.factors) == 1 and by.decimals is None and by.floor_to == 1:
        name = next(iter(by.factors))
        said = "各方投入" if name == INPUTS else f"“{name}”"
        days = "与投入天数之积" if by.times_days else ""
        return f"按当日经认定的{said}{days}之比分"
    factors = "、".join(f"“{name}”占 {_weight(weight)}" for name, weight in by.factors.items())
    floor = f"，各方数值先舍去不足 {by.floor_to} 的零头" if by.floor_to > 1 else ""
    exact = "份额精确计算" if by.decimals is None else f"份额取到小数点后 {by.decimals} 位（余数最大的先得，合计为 1）"
    return f"按当日经认定的因素分（{factors}；每个因素按各方占合计的比重计算{floor}，{exact}）"


def _weight(weight: Fraction) -> str:
    return percent_words(weight) if weight < 1 else str(weight)


def _keeps(terms: Terms, step: Step, scope: str) -> str:
    if isinstance(step.keeps, str):
        return f"{scope}先按经认定的“{step.keeps}”留给各方，留满为止，超出部分进入下一步"
    assert step.keeps is not None
    stocks = "、".join(f"{terms.parties[party].name} {money(stock)} 元" for party, stock in step.keeps.items())
    return f"{scope}先按存量留给 {stocks}，留满为止，超出部分进入下一步"


def _cap(terms: Terms, pool: Pool, cap: Cap, scope: str) -> str:
    name = names_in(terms)(cap.party)
    return f"；{name}{f'在{scope}' if scope else ''}累计以{limit_in_words(pool, cap.at)}封顶，超出部分进入下一步"


def limit_in_words(pool: Pool, limit: Limit | None) -> str:
    """An amount, or the certified one that is meant; of figures and quotas in their own unit."""
    if isinstance(limit, str):
        return f"经认定的数额“{limit}”"
    if pool.reported and pool.share != "inputs":
        return f" {money(limit or 0)} {pool.reported.unit}"
    return f" {money(limit or 0)} 元"


# When


def _when(step: Step) -> str:
    if step.window is None:
        return ""
    if isinstance(step.window, Window):
        return f"{_window(step.window)}的款项，"
    return f"{_clock(step.window)}的款项，"


def _clock(window: ClockWindow) -> str:
    """Years of a clock; of recovery they run from the day on which it is certified (semantics finding 8)."""
    first, last = window.first_year, window.last_year
    years = f"第 {first} 年" if first == last else f"第 {first} 至第 {last} 年"
    start = f"自经认定的{CLOCKS_ZH[window.clock]}之日起{years}（当日计入）"
    if window.clock == "recovered" and first == 1:
        return f"收回投入之日起 {last} 年内（收回之日以认定为准，认定之前一律视为在期内）"
    return start


def _window(window: Window) -> str:
    if window.first and window.last:
        return f"{day_words(window.first)}至{day_words(window.last)}"
    return f"{day_words(window.first)}起" if window.first else f"{day_words(window.last or date.max)}以前（含当日）"


def _extension(terms: Terms, step: Step) -> str:
    if not step.extend_years or step.cap is None:
        return ""
    name = names_in(terms)(step.cap.party)
    return f"；期满时{name}累计所得未达封顶数的，顺延 {step.extend_years} 年"


def _uncertified(step: Step) -> str:
    """What happens while a fact is missing."""
    if step.uses_previous:
        return "；当日尚无认定的，暂按上一次认定的分，认定以后多退少补"
    asks = step.is_certified_by or isinstance(step.until, str) or (step.cap and isinstance(step.cap.at, str))
    clock = isinstance(step.window, ClockWindow) and step.window.clock != "recovered"
    return "；未认定的，到达这一步的款项等待认定，暂不分配" if asks or clock else ""
