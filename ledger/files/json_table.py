"""Lines in JSON, as programs send them: `{"lines": [{"voucher": "…", "booked_on": "2024-01-05", "amount": "300.00"}, …]}`.

Every value is a text, amounts too: a JSON number is no exact sum of money.  A name is that of the API, or a header that
files have.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from ledger.domain.errors import RuleBroken
from ledger.files.columns import Layout
from ledger.files.grid import source_of
from ledger.files.headers import find_header
from ledger.files.line_faults import FileEmpty
from ledger.files.table import Column, Table

NAMES = {
    "voucher": "税票号码",
    "line": "行号",
    "treasury": "收款国库",
    "booked_on": "入库日期",
    "period_first": "税款所属期起",
    "period_last": "税款所属期止",
    "subject": "预算科目",
    "enterprise": "社会信用代码",
    "project": "项目",
    "park": "街道乡镇",
    "collector": "征收方",
    "kind": "税款属性",
    "original": "原税票号码",
    "original_line": "原行号",
    "percents": "预算分配比例",
    "central": "中央级",
    "province": "省级",
    "city": "市级",
    "county": "县级",
    "amount": "实缴金额",
}
"""The names of a line in the API, and the columns of files that they are."""


class LinesUnreadable(RuleBroken):
    """JSON that does not hold lines of texts."""

    zh = '文件 {file} 不是 JSON 明细（{problem}）。请写成 {{"lines": [{{…}}]}}，每个值都是带引号的文字，金额也是。'
    en = '{file} holds no lines in JSON ({problem}). Write {{"lines": [{{…}}]}}; every value is a text, amounts too.'


class _Lines(msgspec.Struct, forbid_unknown_fields=True):
    lines: list[dict[str, str]]


def is_json(data: bytes) -> bool:
    """Whether bytes begin as JSON lines do; no CSV list begins so."""
    return data.lstrip()[:1] == b"{"


def json_table(data: bytes, name: str, layout: Layout) -> Table:
    """The lines of a JSON file under the columns of a layout; raises LinesUnreadable, FileEmpty, and as `find_header`."""
    names, lines = _read(data, name)
    header = find_header([(0, [NAMES.get(each, each) for each in names])], name, layout)
    found = {
        column: Column.of([line.get(own, "") for line in lines])
        for own, column in zip(names, header.columns, strict=True)
        if column
    }
    return Table(name, found, np.arange(1, len(lines) + 1, dtype=np.int64), [], source_of(header))


def json_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with their numbers, each as wide as all names together; raises as `json_table`."""
    names, lines = _read(data, name)
    for number, line in enumerate(lines, 1):
        yield number, [line.get(each, "") for each in names]


def _read(data: bytes, name: str) -> tuple[list[str], list[dict[str, str]]]:
    """Every name that stands on some line, in their order, and the lines."""
    try:
        lines = msgspec.json.decode(data, type=_Lines).lines
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise LinesUnreadable(file=name, problem=problem) from None
    if not lines:
        raise FileEmpty(file=name)
    if _texts_in(data) != 1 + 2 * sum(map(len, lines)):
        raise LinesUnreadable(file=name, problem="同一行里有两项同名 a name stands twice on one line")
    return list(dict.fromkeys(each for line in lines for each in line)), lines


def _texts_in(data: bytes) -> int:
    """How many texts stand in sound JSON: more than were read where a name stands twice, of which readers keep the last."""
    return data.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') // 2
