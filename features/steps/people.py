"""人员和账套：由谁办理，各人看得见什么；先上传、看清、再由另一人确认；同一个键重发只办一次。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, same


@given(parsers.parse('以下由 "{who}" 办理'))
@when(parsers.parse('以下由 "{who}" 办理'))
def one_acts(clerk: Clerk, who: str) -> None:
    """以后每件事都由这个人办，不管是不是他分内的；写一方和角色（经办、复核、负责人、统计），或只写园区办、审计、政策；一人兼两职写“甲县 经办、复核”。"""
    clerk.staff.let_act(who)


@given("以下由各自的人办理")
@when("以下由各自的人办理")
def each_acts(clerk: Clerk) -> None:
    """回到平常：每件事由该办的人办，要两人的由两人办。"""
    clerk.staff.let_act("")


@given(parsers.parse('在账套 "{tenant}" 中'))
@when(parsers.parse('在账套 "{tenant}" 中'))
def books_opened(clerk: Clerk, tenant: str) -> None:
    """以下在这个账套里；没有就新开一套。不写的，每个场景有一套自己的。"""
    clerk.staff.books = tenant


@when(parsers.parse('查看协议 "{number}"'))
def agreement_looked_at(clerk: Clerk, number: str) -> None:
    """打开一份协议看。"""
    clerk.look_at(number)


@then(parsers.parse("{period} 各人看得见的为："))
def seen_by_each(clerk: Clerk, period: str, datatable: Table) -> None:
    """每人自己看到的；列写：谁，再写协议、入库明细（税票号）、项目、结算单（这一期的）、事项（件数）中的几列；没有的写（无）。"""
    same(clerk.witness.seen(period, datatable), datatable)


@then(parsers.parse('"{who}" 并排看到 {period} 的应得为：'))
def seen_side_by_side(clerk: Clerk, who: str, period: str, datatable: Table) -> None:
    """一个人在自己有角色的各账套里看到的；列写：账套、县、应得。"""
    same(clerk.witness.side_by_side(who, period, datatable[0]), datatable)


@given("上传文件：")
@when("上传文件：")
def file_sent(clerk: Clerk, docstring: str) -> None:
    """只上传，等人确认；答复说确认以后会怎样；三引号内写文件内容。"""
    clerk.importer.look(docstring)


@when("确认上传的文件")
def file_confirmed(clerk: Clerk) -> None:
    """确认刚才上传的文件，这才入账；不能是上传的人。"""
    clerk.importer.confirm()


@given(parsers.parse('以键 "{key}" 提出协议，条款为：'))
@when(parsers.parse('以键 "{key}" 提出协议，条款为：'))
def agreement_proposed_once(clerk: Clerk, key: str, docstring: str) -> None:
    """提出协议，请求带幂等键（字母、数字）：同一个键重发，只办一次。"""
    clerk.propose(docstring, key)


@given(parsers.parse('以键 "{key}" 结账 {period}'))
@when(parsers.parse('以键 "{key}" 结账 {period}'))
def period_closed_once(clerk: Clerk, key: str, period: str) -> None:
    """结一个月的账，请求带幂等键。"""
    clerk.close(period, key)
