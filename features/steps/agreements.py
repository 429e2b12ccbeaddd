"""协议：提出、签署、检查条款。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, contains, equal


@given(parsers.parse('"{title}" 的分成协议为：'))
def agreement_on_shares(clerk: Clerk, title: str, datatable: Table) -> None:
    """各方都已签署的协议，只写谁得几份；表：县、比例。最后一行是征收地。"""
    clerk.agree_on_shares(title, datatable)


@given("各方已签署协议，条款为：")
def agreement_in_force(clerk: Clerk, docstring: str) -> None:
    """各方都已签署的协议；三引号内写条款全文。"""
    clerk.agree(docstring)


@given("提出协议，条款为：")
@when("提出协议，条款为：")
def agreement_proposed(clerk: Clerk, docstring: str) -> None:
    """提出协议，谁都还没有签。"""
    clerk.propose(docstring)


@given(parsers.parse('"{party}" 签署协议'))
@when(parsers.parse('"{party}" 签署协议'))
def agreement_signed(clerk: Clerk, party: str) -> None:
    """代表一方签署。"""
    clerk.sign(party)


@given(parsers.parse('"{party}" 提出对案，改为：'))
@when(parsers.parse('"{party}" 提出对案，改为：'))
def draft_countered(clerk: Clerk, party: str, docstring: str) -> None:
    """以新文本代替待签的文本，重新签署；三引号内只写改动的词，其余照旧，删去的写 null。"""
    clerk.counter(party, docstring)


@given(parsers.parse('"{party}" 提出修订，自 {day} 起改为：'))
@when(parsers.parse('"{party}" 提出修订，自 {day} 起改为：'))
def amendment_proposed(clerk: Clerk, party: str, day: str, docstring: str) -> None:
    """提出补充协议，谁都还没有签；三引号内只写改动的词和改动的池，其余照旧，删去的写 null。"""
    clerk.amend(party, day, docstring)


@given(parsers.parse("各方签署修订，自 {day} 起改为："))
@when(parsers.parse("各方签署修订，自 {day} 起改为："))
def amendment_signed(clerk: Clerk, day: str, docstring: str) -> None:
    """各方（含加入和退出的）都签署的补充协议；三引号内只写改动的词和改动的池，其余照旧，删去的写 null。"""
    clerk.amend_and_sign(day, docstring)


@then(parsers.parse('协议未生效，还缺 "{names}" 签署'))
@then(parsers.parse('修订未生效，还缺 "{names}" 签署'))
def agreement_not_in_force(clerk: Clerk, names: str) -> None:
    """还有谁没有签；几个名字用顿号隔开。"""
    equal("、".join(clerk.missing_signatures()) or "（无）", names)


@then("协议已生效")
@then("修订已生效")
def agreement_now_in_force(clerk: Clerk) -> None:
    """各方都已签署。"""
    equal("、".join(clerk.missing_signatures()) or "已签齐", "已签齐")


@when("检查条款：")
def terms_checked(clerk: Clerk, docstring: str) -> None:
    """检查条款有没有问题，不提出。"""
    clerk.check(docstring)


@when("解释条款：")
def terms_explained(clerk: Clerk, docstring: str) -> None:
    """把条款写成逐条中文。"""
    clerk.explain_terms(docstring)


@then(parsers.parse('条款的说明里有 "{words}"'))
def terms_say(clerk: Clerk, words: str) -> None:
    """逐条中文里有这句话。"""
    contains(clerk.answer, words)
