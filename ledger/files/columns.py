"""The columns of 税收入库明细, under every header that users have for them (documents § 4.2)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.domain.errors import RuleBroken, nearest
from ledger.domain.terms import LEVELS, Level

USED = {
    "税票号码": ("电子税票号码", "完税凭证号码", "电子税票号", "dzsphm"),
    "行号": (),
    "收款国库": ("收款国库代码", "国库", "skgk"),
    "入库日期": ("rkrq",),
    "税款所属期起": ("所属时期起", "所属时期-起", "skssqq"),
    "税款所属期止": ("所属时期止", "所属时期-止", "skssqz"),
    "预算科目": ("预算科目代码", "科目编码", "yskm"),
    "社会信用代码": ("纳税人识别号", "统一社会信用代码", "社会信用代码（纳税人识别号）", "nsrsbh", "shxydm"),
    "项目": ("项目名称",),
    "街道乡镇": ("园区", "jdxz"),
    "征收方": (),
    "税款属性": ("税款状态", "sksx", "skzt"),
    "原税票号码": (),
    "原行号": (),
    "预算分配比例": ("分成比例", "ysfpbl"),
    "中央级": (),
    "省级": (),
    "市级": (),
    "县级": ("县级（地方留成）", "地方留成"),
    "实缴金额": ("实缴税额", "入库金额", "税额", "金额", "sjje"),
}
MARKED = ("导入结果", "原因")
UNUSED = (
    "序号", "备注", "登记序号", "纳税人名称", "企业名称", "单位名称", "缴款单位全称", "征收项目", "征收品目", "征收子目",
    "税种", "税（费）种", "预算科目名称", "预算级次", "税费所属期", "申报日期", "开具日期", "上解日期", "开票日期", "缴款日期",
    "征收机关", "征收机关代码", "主管税务所", "税款所属税务机关", "缴纳方式", "票证种类", "税款种类", "计税依据", "税率", "应纳",
    "减免", "已缴", "应补退", "隶属关系", "登记注册类型", "银行代码", "银行账号", "预算级次代码", "限缴期限", "征收品目名称",
    "课税数量", "销售收入", "djxh", "nsrmc", "zsxm", "zspm", "zszm", "nssbrq", "kjrq", "sjrq", "zsjg", "zgsws", "skssswjg",
    "jsyj", "sl", "ynse", "jmse", "yjse", "ybtse", "skjnfs", "pzzl", *MARKED,
)  # fmt: skip
REQUIRED = ("税票号码", "入库日期", "实缴金额")
LEVEL_COLUMNS: dict[str, Level] = dict(zip(("中央级", "省级", "市级", "县级"), LEVELS, strict=True))
LEVEL_WORDS: dict[str, Level] = {
    "中央": "central",
    "省": "province",
    "自治区": "province",
    "市": "city",
    "县": "county",
    "区": "county",
}


@dataclass(frozen=True)
class Layout:
    """The columns of a kind of file: those that are used under every name they have, those that may stand there.

    In `distinct` columns hardly any text stands twice; `amounts` are counted in the unit of the file, `in_money` in yuan or
    a multiple; `own` are headers of a
    user's own layout with the column that each means, empty for one that is not used.
    """

    used: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]
    required: tuple[str, ...]
    distinct: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    in_money: bool = True
    own: Mapping[str, str] = field(default_factory=dict)

    def with_own(self, own: Mapping[str, str]) -> "Layout":
        """The layout with headers of a user's own; those that mean a column of another kind of file are left out."""
        return replace(
            self, own={header: column for header, column in own.items() if not column or column in self.used}
        )

    def known(self) -> dict[str, str]:
        """What every header means that is known, in one spelling: a column, or nothing for one that is not used."""
        meanings = dict.fromkeys(self.unused, "")
        meanings |= {alias: name for name, aliases in self.used.items() for alias in (name, *aliases)}
        return {spelling(header): column for header, column in (meanings | dict(self.own)).items()}


AMOUNTS = frozenset({"实缴金额", *LEVEL_COLUMNS})
RECEIPTS = Layout(USED, UNUSED, REQUIRED, frozenset({"税票号码", "原税票号码", *AMOUNTS}), AMOUNTS)
UNITS = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
UNIT_IN_HEADER = re.compile(r"\((?:单位:)?([^()]*元)\)$")


def spelling(header: str) -> str:
    """A header in one spelling: half-width, lower case, no white space, no unit behind it."""
    return UNIT_IN_HEADER.sub("", plain(header)).casefold()


def unit_of(header: str) -> str:
    """The unit that a header ends with, such as `实缴金额（万元）`."""
    found = UNIT_IN_HEADER.search(plain(header))
    return found[1] if found else ""


def plain(text: str) -> str:
    """A text half-width and without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lstrip("'")


class ColumnMissing(RuleBroken):
    """A file without a column that must be there."""

    zh = (
        "文件 {file} 缺少必需的列“{column}”。请补上这一列，或核对表头写法；表头是自定的，请存一份对照，导入时写明用它。"
    )
    en = "{file} lacks the required column {column}. Add it, check the header, or save a mapping of your own headers."


class ColumnUnknown(RuleBroken):
    """A header that nobody knows."""

    zh = "文件 {file} 的表头“{column}”不认识{hint}。请改用通用名称，或删去这一列；表头是自定的，请存一份对照，导入时写明用它。"
    en = "{file} has the unknown column '{column}'{hint}. Rename or remove it, or save a mapping of your own headers."


class ColumnTwice(RuleBroken):
    """Two headers that mean the same."""

    zh = "文件 {file} 的列“{column}”出现了两次。请只保留一列。"
    en = "{file} has the column {column} twice. Keep one."


def columns_of(header: Sequence[str], name: str, layout: Layout) -> list[str]:
    """The canonical name of each column, empty for one that is not used or has no header.

    Raises ColumnUnknown, ColumnTwice or ColumnMissing.
    """
    columns: list[str] = []
    known = layout.known()
    for cell in header:
        if cell and spelling(cell) not in known:
            like = nearest(cell, (header for header in known if header.isascii() == cell.isascii()))
            raise ColumnUnknown(file=name, column=cell[:40], hint=f"（是否想写“{like}”）" if like else "")
        column = known[spelling(cell)] if cell else ""
        if column and column in columns:
            raise ColumnTwice(file=name, column=column)
        columns.append(column)
    for column in layout.required:
        if column not in columns:
            raise ColumnMissing(file=name, column=column)
    return columns
