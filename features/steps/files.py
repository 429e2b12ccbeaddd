"""文件：试导入、跳过错行、读法说明、标注后退回的文件。"""

from pytest_bdd import given, parsers, then, when

from features.clerk import Clerk
from features.comparing import contains, equal


@when("试导入文件：")
def file_tried(clerk: Clerk, docstring: str) -> None:
    """只说导入会怎样，什么也不记；三引号内写文件内容。"""
    clerk.importer.attempt(docstring)


@given("导入文件，跳过错行：")
@when("导入文件，跳过错行：")
def sound_lines_imported(clerk: Clerk, docstring: str) -> None:
    """只记无误的行，有误的列出来；三引号内写文件内容。"""
    clerk.importer.take_sound(docstring)


@then(parsers.parse("可以记入 {new:d} 行，已有 {known:d} 行，有误 {wrong:d} 行"))
def attempt_reported(clerk: Clerk, new: int, known: int, wrong: int) -> None:
    """试导入的回话。"""
    equal(clerk.importer.answer or clerk.verdict(), f"可以记入 {new} 行，已有 {known} 行，有误 {wrong} 行")


@then(parsers.parse("记入 {new:d} 行，已有 {known:d} 行，有误 {wrong:d} 行"))
def sound_lines_reported(clerk: Clerk, new: int, known: int, wrong: int) -> None:
    """跳过错行导入的回话。"""
    equal(clerk.importer.answer or clerk.verdict(), f"记入 {new} 行，已有 {known} 行，有误 {wrong} 行")


@then(parsers.parse('这份文件使 "{party}" 多得 {amount} 元'))
def party_gets(clerk: Clerk, party: str, amount: str) -> None:
    """这份文件记入以后（试导入为假如记入），一方未列入结算单的应得增加多少；少得写负数。"""
    equal(clerk.importer.change(party), amount.replace(",", ""))


@then(parsers.parse("这份文件改变的结算单有 {settlements}"))
def statements_changed(clerk: Clerk, settlements: str) -> None:
    """未结账的结算单中，哪几期会变；几期用顿号隔开。"""
    equal("、".join(clerk.importer.statements()), settlements)


@then(parsers.parse('导入说明里有 "{words}"'))
def note_said(clerk: Clerk, words: str) -> None:
    """文件是怎样读的，例如按万元换算、合计行不记。"""
    contains(clerk.importer.notes(), words)


@then(parsers.parse('退回的文件第 {line:d} 行标注 "{result}"'))
def line_marked(clerk: Clerk, line: int, result: str) -> None:
    """退回的文件里“导入结果”一列写什么；行号从 1 数，含表头以上各行。"""
    equal(clerk.importer.mark(line)[0], result)


@then(parsers.parse('退回的文件第 {line:d} 行的原因里有 "{words}"'))
def line_explained(clerk: Clerk, line: int, words: str) -> None:
    """退回的文件里“原因”一列写什么。"""
    contains(clerk.importer.mark(line)[1], words)
