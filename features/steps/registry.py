"""登记：项目和它的阶段、异地流转、企业迁移；园区的上下级；区划代码的接替。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import Table, equal, same


@given("登记项目：")
@when("登记项目：")
def projects_registered(clerk: Clerk, datatable: Table) -> None:
    """登记项目；列可写：项目、社会信用代码、园区、引荐方、承接方；依次编号为 P1、P2 等。"""
    clerk.registrar.register_projects(datatable)


@given(parsers.parse('项目 "{project}" 于 {day} "{stage}"，依据 "{source}"'))
@when(parsers.parse('项目 "{project}" 于 {day} "{stage}"，依据 "{source}"'))
def stage_reached(clerk: Clerk, project: str, day: str, stage: str, source: str) -> None:
    """登记到达的阶段：签约、注册、开工、达产、首笔税收、退出。每条记录依次编号为 P1-1、P1-2 等。"""
    clerk.registrar.reach(project, stage, day, source)


@when(parsers.parse('以 "{source}" 更正记录 "{record}"：项目 "{project}" 于 {day} "{stage}"'))
def stage_corrected(clerk: Clerk, project: str, day: str, stage: str, source: str, record: str) -> None:
    """更正一条阶段记录：原记录不动，由新记录取代。"""
    clerk.registrar.reach(project, stage, day, source, record)


@given(parsers.parse('项目 "{project}" 于 {day} 流转到 "{party}"'))
@when(parsers.parse('项目 "{project}" 于 {day} 流转到 "{party}"'))
def project_transferred(clerk: Clerk, project: str, day: str, party: str) -> None:
    """异地流转：由引荐方交给承接方，受前面那份协议约束。"""
    clerk.registrar.transfer(project, party, day)


@given(parsers.parse('项目 "{project}" 的企业于 {day} 迁到园区 "{park}"，依据 "{source}"'))
@when(parsers.parse('项目 "{project}" 的企业于 {day} 迁到园区 "{park}"，依据 "{source}"'))
def enterprise_relocated(clerk: Clerk, project: str, day: str, park: str, source: str) -> None:
    """企业迁移。"""
    clerk.registrar.relocate(project, park, day, source)


@then(parsers.parse('项目 "{project}" 的阶段为：'))
def stages_are(clerk: Clerk, project: str, datatable: Table) -> None:
    """算数的阶段记录；列可写：阶段、日期、依据、记录。"""
    same(clerk.registrar.stages(project, datatable[0]), datatable)


@then(parsers.parse('项目 "{project}" 由 "{party}" 承接，受协议 "{number}" 约束'))
def project_bound(clerk: Clerk, project: str, party: str, number: str) -> None:
    """项目现在归谁、受哪份协议约束。"""
    found = clerk.registrar.project(project)
    equal(f"{found['承接方']}，{found['协议']}", f"{party}，{number}")


@then(parsers.parse('项目 "{project}" 尚未绑定协议'))
def project_unbound(clerk: Clerk, project: str) -> None:
    """没有协议约束这个项目。"""
    equal(clerk.registrar.project(project)["协议"] or "（无）", "（无）")


@then(parsers.parse('项目 "{project}" 在园区 "{park}"'))
def project_stands_in(clerk: Clerk, project: str, park: str) -> None:
    """项目现在的园区。"""
    equal(clerk.registrar.project(project)["园区"], park)


@then("可供认定的起算日为：")
def clock_starts_are(clerk: Clerk, datatable: Table) -> None:
    """阶段记录可以提供的起算日；列可写：企业、项目、阶段、日期。"""
    same(clerk.registrar.clock_starts(datatable[0]), datatable)


@given("登记园区：")
@when("登记园区：")
def parks_registered(clerk: Clerk, datatable: Table) -> None:
    """登记园区；列写：园区、上级、起、止。没有上级的空着，没有止日的写“长期”。"""
    clerk.registrar.register_parks(datatable)


@given(parsers.parse('园区 "{park}" 自 {day} 起归 "{parent}"'))
@when(parsers.parse('园区 "{park}" 自 {day} 起归 "{parent}"'))
def park_moved(clerk: Clerk, park: str, day: str, parent: str) -> None:
    """园区换上级。"""
    clerk.registrar.move_park(park, parent, day)


@given(parsers.parse('园区 "{park}" 到 {day} 为止'))
@when(parsers.parse('园区 "{park}" 到 {day} 为止'))
def park_ended(clerk: Clerk, park: str, day: str) -> None:
    """园区撤并；这一天是它的最后一天。"""
    clerk.registrar.end_park(park, day)


@then(parsers.parse("{day} 的园区图为："))
def parks_drawn(clerk: Clerk, day: str, docstring: str) -> None:
    """某一天的园区，画成树；三引号内写图。"""
    equal(clerk.registrar.tree(day), docstring)


@given(parsers.parse('区划代码 "{code}" 自 {day} 起由 "{successor}" 接替'))
@when(parsers.parse('区划代码 "{code}" 自 {day} 起由 "{successor}" 接替'))
def region_succeeded(clerk: Clerk, code: str, day: str, successor: str) -> None:
    """改码或撤并：旧代码自这一天起由新代码接替。"""
    clerk.registrar.succeed_region(code, successor, day)


@given(parsers.parse('撤回区划代码 "{code}" 在 {day} 的接替'))
@when(parsers.parse('撤回区划代码 "{code}" 在 {day} 的接替'))
def succession_withdrawn(clerk: Clerk, code: str, day: str) -> None:
    """撤回登记有误的接替。"""
    clerk.registrar.withdraw_succession(code, day)
