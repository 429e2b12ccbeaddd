"""付款：应收应付以后，实际付多少。"""

from pytest_bdd import parsers, then

from features.clerk import Clerk
from features.comparing import Table, same


@then("实付为：")
def payable(clerk: Clerk, datatable: Table) -> None:
    """试算的净额受付款上限（settle: at_most）限制以后；正数为收，负数为付；表：县、实收。"""
    same(clerk.trial.payable(datatable[0]), datatable)


@then(parsers.parse("{period} 的结算单分期实付为："))
def payments_are(clerk: Clerk, period: str, datatable: Table) -> None:
    """结算单的净额在约定的日子怎样付；正数为收，负数为付；表：日期，再写各方名称。没有约定日子的，日期写“一次”。"""
    same(clerk.reader.payments(period, datatable[0]), datatable)
