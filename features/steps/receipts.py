"""入库：记一笔、退一笔、冲一笔、导入一份文件。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, equal


@given(parsers.parse('凭证 "{voucher}" 于 {day} 入库 {amount} 元'))
@when(parsers.parse('凭证 "{voucher}" 于 {day} 入库 {amount} 元'))
def receipt_recorded(clerk: Clerk, voucher: str, day: str, amount: str) -> None:
    """记一笔入库。"""
    clerk.import_table([["税票号码", "入库日期", "实缴金额"], [voucher, day, amount.replace(",", "")]])


@given(parsers.parse('凭证 "{voucher}" 于 {day} 退库 {amount} 元，原税票 "{original}"'))
@when(parsers.parse('凭证 "{voucher}" 于 {day} 退库 {amount} 元，原税票 "{original}"'))
def refund_recorded(clerk: Clerk, voucher: str, day: str, amount: str, original: str) -> None:
    """退还原税票的一部分或全部；金额写正数。"""
    columns = ["税票号码", "入库日期", "实缴金额", "原税票号码", "税款属性"]
    clerk.import_table([columns, [voucher, day, f"-{amount.replace(',', '')}", original, "退库"]])


@given(parsers.parse('凭证 "{voucher}" 于 {day} 冲销 {amount} 元，原税票 "{original}"'))
@when(parsers.parse('凭证 "{voucher}" 于 {day} 冲销 {amount} 元，原税票 "{original}"'))
def reversal_recorded(clerk: Clerk, voucher: str, day: str, amount: str, original: str) -> None:
    """全额冲销原税票，如同从未发生；金额写正数。"""
    columns = ["税票号码", "入库日期", "实缴金额", "原税票号码", "税款属性"]
    clerk.import_table([columns, [voucher, day, f"-{amount.replace(',', '')}", original, "冲销"]])


@given("入库明细为：")
@when("导入入库明细：")
def receipts_imported(clerk: Clerk, datatable: Table) -> None:
    """记多笔入库；表头用税收入库明细的列名。"""
    clerk.import_table(datatable)


@given("导入文件：")
@when("导入文件：")
def file_imported(clerk: Clerk, docstring: str) -> None:
    """导入一份 CSV，有一行不对就一行也不记；三引号内写文件内容。"""
    clerk.import_text(docstring)


@then(parsers.parse("记入 {recorded:d} 行，已有 {known:d} 行"))
def import_reported(clerk: Clerk, recorded: int, known: int) -> None:
    """导入的回话：新记几行，几行此前已有。"""
    equal(clerk.importer.answer or clerk.verdict(), f"记入 {recorded} 行，已有 {known} 行")


@then(parsers.parse("账内共有 {count:d} 件事项"))
def events_counted(clerk: Clerk, count: int) -> None:
    """日志里有几件事项（开账也算一件）。"""
    equal(clerk.events_count(), count)
