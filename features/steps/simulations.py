"""测算：换一份条款，过去的款各方会多得、少得多少；什么也不记。"""

from pytest_bdd import parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, contains, same


@when("用另一份条款测算：")
def other_terms_tried(clerk: Clerk, docstring: str) -> None:
    """用另一份条款重算账内全部历史，认定事实用账内的；三引号内写条款全文。"""
    clerk.analyst.simulate(docstring)


@then("各方每年多得或少得为：")
def gains_are(clerk: Clerk, datatable: Table) -> None:
    """另一份条款比现行协议，多得为正，少得为负，按入库年度，最后一行是合计；表：年度，再写各方名称。"""
    same(clerk.analyst.gains(datatable[0]), datatable)


@then(parsers.parse('测算中等待认定的有 "{words}"'))
def simulation_waits(clerk: Clerk, words: str) -> None:
    """另一份条款下等着认定的金额和原因。"""
    contains(clerk.analyst.simulated_waiting(), words)
