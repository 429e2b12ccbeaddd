"""建设投入：登记各方的投入；账簿由此建议认定的数额和权重。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, equal, same
from features.documents import drawn_facts


@given("登记投入：")
@when("登记投入：")
def inputs_recorded(clerk: Clerk, datatable: Table) -> None:
    """登记投入，登记即计入；列写：编号、投入形式、投入日期、数值、单位、报送方、依据，还可写项目、园区。"""
    clerk.statistician.contribute(datatable)


@then(parsers.parse('投入 "{number}" 的依据是 "{source}"'))
def input_rests_on(clerk: Clerk, number: str, source: str) -> None:
    """这笔投入凭什么登记。"""
    equal(clerk.statistician.evidence(number), source)


@then(parsers.parse('{period} "{pool}" 池由 "{payer}" 补给 "{payee}" {amount} 元'))
def owed_between_two(clerk: Clerk, period: str, pool: str, payer: str, payee: str, amount: str) -> None:
    """应承担减已投入：谁少投，补给多投的谁多少。"""
    same(sorted(clerk.reader.differences(period, pool)), sorted([(payer, amount), (payee, f"-{amount}")]))


@then("账簿建议认定：")
def facts_suggested(clerk: Clerk, docstring: str) -> None:
    """账簿按已登记的投入、税款和阶段能建议的全部事实，建议本身不算数；三引号内写 facts，没有的写 facts: []。"""
    equal(drawn_facts(clerk.analyst.suggested()), drawn_facts(docstring))


@given("各方认定账簿的建议")
@when("各方认定账簿的建议")
def suggestions_certified(clerk: Clerk) -> None:
    """账簿建议的事实，由各方逐条提出并确认。"""
    clerk.certify_suggested()
