"""Chinese words for figures, ratios, causes and days, as people write them."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import lcm

from ledger.domain.money import yuan
from ledger.domain.terms import COLLECTOR, Terms

LEVEL_WORDS = {
    "central": "中央级分成",
    "province": "省级分成",
    "city": "市级留成",
    "county": "县级留成",
    "local": "地方留成（省、市、县合计）",
}
LEVEL_NAMES = {"county": "县级", "city": "市级"}
LEVELS_ZH = {"central": "中央", "province": "省级", "city": "市级", "county": "县级"}
SUBJECTS_ZH = {
    "101": "全部税收", "10101": "增值税", "10102": "消费税", "10103": "营业税", "10104": "企业所得税", "10106": "个人所得税",
    "10107": "资源税", "10109": "城市维护建设税", "10110": "房产税", "10111": "印花税", "10112": "城镇土地使用税",
    "10113": "土地增值税", "10114": "车船税", "10118": "耕地占用税", "10119": "契税", "10121": "环境保护税",
    "103": "非税收入", "1030148": "土地出让收入",
}  # fmt: skip
"""What budget subjects are called, where terms name them by code; the yearly edition of the codes decides."""
CAUSES_ZH = {
    "own": "本期入库",
    "late": "以前期间入库、本期才入账",
    "refund": "退库",
    "corrected": "冲销更正",
    "amended": "协议修订",
    "certified": "双方认定",
    "revised": "数据修订",
    "carried": "以前未列、本期结转",
}


def called(names: Mapping[str, str]) -> list[dict[str, str]]:
    """What the ids of parties stand for: for programs, beside shares that are by id."""
    return [{"id": party, "name": name} for party, name in names.items()]


DIGITS_ZH = "零壹贰叁肆伍陆柒捌玖"
SIZES_ZH = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))

NameOf = Callable[[str], str]


def names_in(terms: Terms) -> NameOf:
    """What the parties of some terms are called; the collector is whoever collected."""
    return lambda party: "征收方自己" if party == COLLECTOR else terms.parties[party].name


CAUSES_OF_FIGURES_ZH = {"own": "本期报送", "late": "以前期间、本期才报送"}


def subject_words(code: str) -> str:
    """A budget subject with its name, where it has a known one: `增值税（科目 10101）`."""
    return f"{SUBJECTS_ZH[code]}（科目 {code}）" if code in SUBJECTS_ZH else f"科目 {code}"


def money(amount_fen: int) -> str:
    """`-1234567` as `-12,345.67`."""
    whole, cents = yuan(abs(amount_fen)).split(".")
    return f"{'-' if amount_fen < 0 else ''}{int(whole):,}.{cents}"


def capitals(amount_fen: int) -> str:
    """Yuan in the capitals that cannot be altered (大写): `-100500` is `负壹仟零伍元整`."""
    whole, cents = divmod(abs(amount_fen), 100)
    tenths, hundredths = divmod(cents, 10)
    head = f"{_counted(whole)}元" if whole or not cents else ""
    middle = f"{DIGITS_ZH[tenths]}角" if tenths else "零" if whole and cents else ""
    return ("负" if amount_fen < 0 else "") + head + middle + (f"{DIGITS_ZH[hundredths]}分" if hundredths else "整")


def _counted(number: int) -> str:
    for size, word in SIZES_ZH:
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _counted(head) + word + (gap + _counted(rest) if rest else "")
    return DIGITS_ZH[number]


def exact_fen(amount: Fraction) -> str:
    """Exact fen as yuan with the fraction of a fen beside it: `12.34 元又 1/3 分`."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 1)
    fraction = f"又 {rest} 分" if rest else ""
    return f"{sign}{money(int(whole))} 元{fraction}"


def ratio_words(weights: Mapping[str, Fraction], name_of: NameOf) -> str:
    """Weights as people say them: `甲县 7 : 乙县 3`."""
    shared = {party: weight for party, weight in weights.items() if weight}
    scale = lcm(*(weight.denominator for weight in shared.values()))
    return " : ".join(f"{name_of(party)} {weight * scale}" for party, weight in shared.items())


def day_words(when: date) -> str:
    """A day in the Chinese form."""
    return f"{when.year}年{when.month}月{when.day}日"


def percent_words(part: Fraction) -> str:
    """A part as percent where that is short, else as a fraction."""
    percent = part * 100
    if percent.denominator == 1:
        return f"{percent}%"
    thousandths = percent * 1000
    if thousandths.denominator == 1:
        whole, rest = divmod(thousandths.numerator, 1000)
        return f"{whole}.{rest:03}".rstrip("0") + "%"
    return f"{part.numerator}/{part.denominator}"
