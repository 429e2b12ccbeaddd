"""试算：条款加明细，直接看各方应得，不入账。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, contains, equal, same


@given("试算条款为：")
def terms_taken(clerk: Clerk, docstring: str) -> None:
    """试算用的条款；三引号内写条款全文。"""
    clerk.trial.take_terms(docstring)


@given("双方认定的事实为：")
def facts_taken(clerk: Clerk, docstring: str) -> None:
    """双方认定的数额、资格和名单；三引号内写 facts。"""
    clerk.trial.take_facts(docstring)


@when("按年试算入库明细：")
def split_by_year(clerk: Clerk, datatable: Table) -> None:
    """试算一张明细表，按年列出。"""
    clerk.trial.split(datatable, "year")


@when("按季试算入库明细：")
def split_by_quarter(clerk: Clerk, datatable: Table) -> None:
    """试算一张明细表，按季列出。"""
    clerk.trial.split(datatable, "quarter")


@when("按月试算入库明细：")
def split_by_month(clerk: Clerk, datatable: Table) -> None:
    """试算一张明细表，按月列出。"""
    clerk.trial.split(datatable, "month")


@then("逐笔应得为：")
def shares_by_entry(clerk: Clerk, datatable: Table) -> None:
    """每一笔给各方带来多少；第一列是税票，其余列是各方名称。"""
    same(clerk.trial.shares_by_entry(datatable[0]), datatable)


@then("各期应得为：")
def shares_by_period(clerk: Clerk, datatable: Table) -> None:
    """各方每期应得；第一列是期间，其余列是各方名称。"""
    same(clerk.trial.shares_by_period(datatable[0]), datatable)


@then("各期累计应得为：")
def shares_to_date(clerk: Clerk, datatable: Table) -> None:
    """各方到每期末的累计应得。"""
    same(clerk.trial.shares_to_date(datatable[0]), datatable)


@then(parsers.parse('各期步骤 "{step}" 分得为：'))
def shares_by_step(clerk: Clerk, step: str, datatable: Table) -> None:
    """条款中的一步，每期分给各方多少。"""
    same(clerk.trial.shares_by_step(step, datatable[0]), datatable)


@then(parsers.parse('步骤 "{step}" 各期合计为：'))
def step_totals(clerk: Clerk, step: str, datatable: Table) -> None:
    """条款中的一步，每期一共分出多少；表：期间、合计。"""
    same(clerk.trial.step_totals(step, datatable[0]), datatable)


@then("全部各期合计为：")
def all_totals(clerk: Clerk, datatable: Table) -> None:
    """每期一共分出多少；表：期间、合计。"""
    same(clerk.trial.step_totals("", datatable[0]), datatable)


@then(parsers.parse('各期末步骤 "{step}" 的限额余额为：'))
def limits_left(clerk: Clerk, step: str, datatable: Table) -> None:
    """离封顶或还清还差多少；表：期间、余额。"""
    same(clerk.trial.limits(step, datatable[0]), datatable)


@then("合计应得为：")
def total_shares(clerk: Clerk, datatable: Table) -> None:
    """各方合计应得；第一列写“合计”。"""
    same(clerk.trial.total_shares(datatable[0]), datatable)


@then(parsers.parse('由 "{payer}" 净付给 "{payee}" {amount} 元'))
def net_between_two(clerk: Clerk, payer: str, payee: str, amount: str) -> None:
    """应得减已征收：谁付给谁多少。"""
    same(sorted(clerk.trial.nets()), sorted([(payer, f"-{amount}"), (payee, amount)]))


@then(parsers.parse("待认定、暂不分配 {amount} 元"))
def waiting(clerk: Clerk, amount: str) -> None:
    """等双方认定才能分的金额。"""
    equal(clerk.trial.waiting(), amount)


@then(parsers.parse("不分配、留在征收方 {amount} 元"))
def undivided(clerk: Clerk, amount: str) -> None:
    """协议期外或不符合条件、条款又没有写归谁的金额。"""
    equal(clerk.trial.undivided(), amount)


@then(parsers.parse('暂不分配的原因里有 "{words}"'))
def waiting_because(clerk: Clerk, words: str) -> None:
    """为什么等：还没有认定的是什么。"""
    contains(clerk.trial.reasons(), words)


@then(parsers.parse("不在分享范围 {amount} 元"))
def unselected(clerk: Clerk, amount: str) -> None:
    """没有任何分配池选中的金额。"""
    equal(clerk.trial.unselected(), amount)


@then(parsers.parse('{day} 步骤 "{step}" 的份额为：'))
def step_weights(clerk: Clerk, day: str, step: str, datatable: Table) -> None:
    """这一天按什么份额分，写成约分后的分数；表：县、份额。"""
    same(clerk.trial.weights(step, day, datatable[0]), datatable)


@then("测算的资格为：")
def proposals(clerk: Clerk, datatable: Table) -> None:
    """按认定的各年数额测算是否达到门槛；表：企业、合计、达到，还可写：比门槛多（各年合计减年数乘门槛）。"""
    same(clerk.trial.proposals(datatable[0]), datatable)
