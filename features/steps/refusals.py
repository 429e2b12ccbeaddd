"""拒绝：账簿不接受什么，怎么说；紧接着被拒绝的那一步写，可以连写几句。"""

from pytest_bdd import parsers, then

from features.clerk import Clerk
from features.comparing import contains


@then(parsers.parse('被拒绝，原因是 "{reason}"'))
def refused(clerk: Clerk, reason: str) -> None:
    """原因的固定代号，例如 amount-not-whole-fen。"""
    assert clerk.reason == reason, f"应为“{reason}”。{clerk.verdict()}"


@then(parsers.parse('被拒绝，说明里有 "{words}"'))
def refused_saying(clerk: Clerk, words: str) -> None:
    """拒绝的说明里有这句话。"""
    contains(clerk.refusal or clerk.verdict(), words)


@then("没有被拒绝")
def accepted(clerk: Clerk) -> None:
    """这一步做成了。"""
    assert not clerk.refusal, clerk.verdict()
