"""级次：一笔收入，中央、省、市、县各留多少。"""

from pytest_bdd import then

from features.clerk import Clerk
from features.comparing import Table, same


@then("逐笔各级为：")
def levels_by_entry(clerk: Clerk, datatable: Table) -> None:
    """试算的每一笔按级次划分；表：税票，再写中央、省、市、县中的几列。"""
    same(clerk.trial.levels_by_entry(datatable[0]), datatable)
