"""付款：应收应付以后，实际付多少。"""

from pytest_bdd import then

from features.clerk import Clerk
from features.comparing import Table, same


@then("实付为：")
def payable(clerk: Clerk, datatable: Table) -> None:
    """试算的净额受付款上限（settle: at_most）限制以后；正数为收，负数为付；表：县、实收。"""
    same(clerk.trial.payable(datatable[0]), datatable)
