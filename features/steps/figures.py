"""指标和额度：报送、审核、下达，以及各方分得多少；试算的，入账的。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, contains, equal, same


@given("报送的指标为：")
def reports_taken(clerk: Clerk, datatable: Table) -> None:
    """与入库明细一起试算的指标；表头用指标文件的列名：指标、所属期止、数值、单位，还可写编号、所属期起、报送方、项目、依据等。"""
    clerk.trial.take_reports(datatable)


@when("试算指标：")
@when("试算额度：")
def reports_split(clerk: Clerk, datatable: Table) -> None:
    """只试算指标或额度；表头同“报送的指标为”。"""
    clerk.trial.split_reports(datatable)


@then(parsers.parse('"{pool}" 池逐份分得为：'))
def shares_by_report(clerk: Clerk, pool: str, datatable: Table) -> None:
    """每一份报表给各方多少；第一列是编号，其余列是各方名称。"""
    same(clerk.trial.reports_in(pool, datatable[0]), datatable)


@then(parsers.parse('"{pool}" 池各指标分得为：'))
def shares_by_measure(clerk: Clerk, pool: str, datatable: Table) -> None:
    """试算的各指标（额度）合计给各方多少；第一列是指标，其余列是各方名称。"""
    same(clerk.trial.measures_in(pool, datatable[0]), datatable)


@then(parsers.parse('"{pool}" 池各指标合计为：'))
def measure_totals(clerk: Clerk, pool: str, datatable: Table) -> None:
    """试算的各方之和与报送的在地数相比；列可写：指标、各方合计、在地数、倍数。"""
    same(clerk.trial.measure_totals(pool, datatable[0]), datatable)


@then(parsers.parse('"{pool}" 池标明 "{words}"'))
def trial_marked(clerk: Clerk, pool: str, words: str) -> None:
    """试算的池，每个数旁边必须写明的话，例如仅用于考核。"""
    contains(clerk.trial.mark(pool), words)


@given("报送指标：")
@when("报送指标：")
def figures_reported(clerk: Clerk, datatable: Table) -> None:
    """报送一批指标，依次编号为 B1、B2 等；县级、市级都审核以后才计入。表头同“报送的指标为”。"""
    clerk.statistician.report(datatable)


@given("已审核的指标为：")
@when("报送并审核指标：")
def figures_accepted(clerk: Clerk, datatable: Table) -> None:
    """报送一批指标，县级、市级随即审核。"""
    clerk.statistician.report_accepted(datatable)


@given(parsers.parse('"{level}" 审核批次 "{batch}"'))
@when(parsers.parse('"{level}" 审核批次 "{batch}"'))
def batch_accepted(clerk: Clerk, level: str, batch: str) -> None:
    """审核一批指标；级次写县级或市级，先县级，后市级。"""
    clerk.statistician.accept(batch, level)


@then(parsers.parse('批次 "{batch}" {state}'))
def batch_state(clerk: Clerk, batch: str, state: str) -> None:
    """审核到哪一级：待县级审核、待市级审核、已计入。"""
    equal(clerk.statistician.state(batch), state)


@given("下达额度：")
@when("下达额度：")
def quotas_issued(clerk: Clerk, datatable: Table) -> None:
    """下达计划额度，登记即计入；同一编号再次下达，以后一次为准。表头同“报送的指标为”。"""
    clerk.statistician.issue(datatable)


@then(parsers.parse('{period} "{pool}" 池 "{measure}" 为：'))
@then(parsers.parse('{period} "{pool}" 池 "{measure}" 仍为：'))
def figure_statement_shows(clerk: Clerk, pool: str, measure: str, period: str, datatable: Table) -> None:
    """一个指标（额度）一期的结算单；列可写：县，分列数、双算数或分得，在地数或下达，差额，以及各种原因。"""
    same(clerk.reader.statement(period, datatable[0], pool, measure), datatable)


@then(parsers.parse('到 {period} "{pool}" 池 "{measure}" 累计为：'))
def figures_to_date(clerk: Clerk, pool: str, measure: str, period: str, datatable: Table) -> None:
    """一个指标（额度）从第一期到这一期各张结算单之和；列写县，和结算单的第一个数列。"""
    same(clerk.reader.stated_to_date(period, datatable[0], pool, measure), datatable)


@then(parsers.parse('{period} "{pool}" 池 "{measure}" 各方合计 {whole}，在地数 {in_place}'))
@then(parsers.parse('{period} "{pool}" 池 "{measure}" 各方合计 {whole}，下达 {in_place}'))
def figure_totals(clerk: Clerk, pool: str, measure: str, period: str, whole: str, in_place: str) -> None:
    """加总核对：结算单各方之和，与在地数（下达数）之和。"""
    equal(" ".join(clerk.reader.totals(pool, period, measure)).replace(",", ""), f"{whole} {in_place}")


@then(parsers.parse('{period} "{pool}" 池的结算单标明 "{words}"'))
def statement_marked(clerk: Clerk, pool: str, period: str, words: str) -> None:
    """结算单上每个数旁边必须写明的话，例如仅用于考核。"""
    contains(clerk.reader.mark(pool, period), words)


@then(parsers.parse('{period} "{pool}" 池 "{measure}" 暂不计入 {amount}'))
def figures_wait(clerk: Clerk, pool: str, measure: str, period: str, amount: str) -> None:
    """到这一期末等着、还没有计入的数，以协议的单位计。"""
    equal(clerk.reader.waiting(pool, period, measure), amount)


@then(parsers.parse('{period} "{pool}" 池 "{measure}" 暂不计入的原因里有 "{words}"'))
def figures_wait_because(clerk: Clerk, pool: str, measure: str, period: str, words: str) -> None:
    """为什么等：哪一份报表有什么问题，或还没有认定什么。"""
    contains(clerk.reader.reasons(pool, period, measure), words)
