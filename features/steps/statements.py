"""结算单：结账、查看、解释、核验。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, contains, equal, same


@given(parsers.parse("{period} 已结账"))
@when(parsers.parse("{period} 结账"))
def period_closed(clerk: Clerk, period: str) -> None:
    """结一个月的账。"""
    clerk.close(period)


@given(parsers.parse("{period} 及以前已结账"))
@when(parsers.parse("{period} 及以前结账"))
def periods_closed(clerk: Clerk, period: str) -> None:
    """把没有结的月份依次结到这个月。"""
    clerk.close_up_to(period)


@then(parsers.parse("{period} 的结算单为："))
def statement_shows(clerk: Clerk, period: str, datatable: Table) -> None:
    """一期的结算单；列可写：县、应得、已征收、净额，以及各种原因。没有结账的是草稿。"""
    same(clerk.reader.statement(period, datatable[0]), datatable)


@then(parsers.parse("{period} 的结算单仍为："))
def statement_still_shows(clerk: Clerk, period: str, datatable: Table) -> None:
    """已结账的结算单没有变。"""
    same(clerk.reader.statement(period, datatable[0]), datatable)


@then(parsers.parse('{period} "{pool}" 池的结算单为：'))
@then(parsers.parse('{period} "{pool}" 池的结算单仍为：'))
def pool_statement_shows(clerk: Clerk, pool: str, period: str, datatable: Table) -> None:
    """协议有几个分配池的，其中一池一期的结算单。"""
    same(clerk.reader.statement(period, datatable[0], pool), datatable)


@then(parsers.parse('{period} 的结算单编号为 "{numbers}"'))
def statement_numbers(clerk: Clerk, period: str, numbers: str) -> None:
    """结算单的编号；几个编号用顿号隔开。"""
    equal("、".join(clerk.reader.numbers(period)), numbers)


@then(parsers.parse("到 {period} 累计应得为："))
def stated_to_date(clerk: Clerk, period: str, datatable: Table) -> None:
    """从第一期到这一期各张结算单之和；表：县、应得。"""
    same(clerk.reader.stated_to_date(period, datatable[0]), datatable)


@then(parsers.parse('{period} 由 "{payer}" 付给 "{payee}" {amount} 元'))
def net_transfer(clerk: Clerk, period: str, payer: str, payee: str, amount: str) -> None:
    """一期的净额：谁付给谁多少。"""
    same(sorted(clerk.reader.transfers(period)), sorted([(payer, f"-{amount}"), (payee, amount)]))


@then(parsers.parse('{period} "{pool}" 池待认定、暂不分配 {amount} 元'))
def statement_waits(clerk: Clerk, pool: str, period: str, amount: str) -> None:
    """到这一期末，一个分配池等双方认定才能分的金额。"""
    equal(clerk.reader.waiting(pool, period), amount)


@then(parsers.parse('{period} "{pool}" 池暂不分配的原因里有 "{words}"'))
def statement_waits_because(clerk: Clerk, pool: str, period: str, words: str) -> None:
    """为什么等：还没有认定的是什么。"""
    contains(clerk.reader.reasons(pool, period), words)


@then(parsers.parse('{period} "{pool}" 池不分配、留在征收方 {amount} 元'))
def statement_leaves(clerk: Clerk, pool: str, period: str, amount: str) -> None:
    """到这一期末，一个分配池里协议期外或不符合条件、条款又没有写归谁的金额。"""
    equal(clerk.reader.undivided(pool, period), amount)


@when(parsers.parse('解释 "{party}" {period} 的应得'))
def figure_explained(clerk: Clerk, party: str, period: str) -> None:
    """问一个数是怎么来的。"""
    clerk.answer = clerk.reader.explain(party, period)


@then(parsers.parse('解释里有 "{words}"'))
def explanation_says(clerk: Clerk, words: str) -> None:
    """解释里有这句话。"""
    contains(clerk.answer, words)


@then("账簿核验完好")
def books_verified(clerk: Clerk) -> None:
    """封印相连，每张结算单重算一致。"""
    equal("\n".join(clerk.findings()) or "完好", "完好")
