"""双方认定：一方提出事实，其余各方确认；认定以前款项等着。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import equal


@given(parsers.parse('"{party}" 提出认定：'))
@when(parsers.parse('"{party}" 提出认定：'))
def facts_proposed(clerk: Clerk, party: str, docstring: str) -> None:
    """一方提出事实，等其余各方确认；三引号内写 facts；账内的事实依次编号为 F1、F2 等。"""
    clerk.propose_facts(party, docstring)


@given(parsers.parse('"{party}" 提出认定，取代 "{fact}"：'))
@when(parsers.parse('"{party}" 提出认定，取代 "{fact}"：'))
def facts_superseding(clerk: Clerk, party: str, fact: str, docstring: str) -> None:
    """一方提出新的事实取代原来的一条；各方确认以前，原来的照旧。"""
    clerk.propose_facts(party, docstring, fact)


@given(parsers.parse('"{party}" 确认 "{fact}"'))
@when(parsers.parse('"{party}" 确认 "{fact}"'))
def fact_confirmed(clerk: Clerk, party: str, fact: str) -> None:
    """一方确认一条事实。"""
    clerk.confirm(party, fact)


@given("各方已认定：")
@when("各方认定：")
def facts_certified(clerk: Clerk, docstring: str) -> None:
    """各方都已确认的事实；三引号内写 facts。"""
    clerk.certify(docstring)


@given(parsers.parse('各方已认定，取代 "{fact}"：'))
@when(parsers.parse('各方认定，取代 "{fact}"：'))
def facts_certified_anew(clerk: Clerk, fact: str, docstring: str) -> None:
    """各方都确认的新事实，取代原来的一条。"""
    clerk.certify(docstring, fact)


@then(parsers.parse('"{fact}" 未认定，还缺 "{names}" 确认'))
def fact_waits(clerk: Clerk, fact: str, names: str) -> None:
    """还有谁没有确认；几个名字用顿号隔开。"""
    equal(clerk.certification(fact), f"还缺 {names} 确认")


@then(parsers.parse('"{fact}" 已认定'))
def fact_is_certified(clerk: Clerk, fact: str) -> None:
    """各方都已确认。"""
    equal(clerk.certification(fact), "已认定")
