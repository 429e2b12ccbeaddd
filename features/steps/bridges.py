"""变动：从一张结算单、一个时点到另一个，应得为何不同；换一个时点看，当时是多少。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, same


@given(parsers.parse('把此时记作 "{moment}"'))
@when(parsers.parse('把此时记作 "{moment}"'))
def moment_named(clerk: Clerk, moment: str) -> None:
    """给账簿现在的样子起个名字，以后可以回头看。"""
    clerk.reader.remember(moment)


@then(parsers.parse('从 "{start}" 到 "{end}" 应得的变动为：'))
def bridge_shows(clerk: Clerk, start: str, end: str, datatable: Table) -> None:
    """各方累计应得由“起”到“止”，按原因列出，必须加得起来；起止写结算单编号、日期，或“名称@日期”；表：原因，再写各方名称，没有变动的原因不列。"""
    same(clerk.analyst.bridge(start, end, datatable[0]), datatable)


@then(parsers.parse('"{pool}" 池从 "{start}" 到 "{end}" 应得的变动为：'))
def pool_bridge_shows(clerk: Clerk, pool: str, start: str, end: str, datatable: Table) -> None:
    """协议有几个分配池的，其中一池的变动。"""
    same(clerk.analyst.bridge(start, end, datatable[0], pool), datatable)


@then(parsers.parse("截至 {day}，结算单是："))
def statement_as_of(clerk: Clerk, day: str, datatable: Table) -> None:
    """只算到这一天为止入库的款，这一期的结算单是多少；列同结算单。"""
    same(clerk.reader.statement_as_of(day, datatable[0]), datatable)


@then(parsers.parse('按 "{moment}" 所知，{period} 结算单是：'))
def statement_as_known(clerk: Clerk, moment: str, period: str, datatable: Table) -> None:
    """那时看这一期的结算单是多少；列同结算单。"""
    same(clerk.reader.statement_as_known(moment, period, datatable[0]), datatable)


@when(parsers.parse('截至 {day}，解释 "{party}" 的应得'))
def explained_as_of(clerk: Clerk, day: str, party: str) -> None:
    """只算到这一天为止入库的款，一个数是怎么来的。"""
    clerk.answer = clerk.reader.explain_as_of(party, day)


@when(parsers.parse('按 "{moment}" 所知，解释 "{party}" {period} 的应得'))
def explained_as_known(clerk: Clerk, moment: str, party: str, period: str) -> None:
    """那时看，一个数是怎么来的。"""
    clerk.answer = clerk.reader.explain(party, period, moment)
