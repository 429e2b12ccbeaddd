"""拒绝：账簿不接受什么，怎么说。"""

from pytest_bdd import parsers, then

from features.clerk import Clerk
from features.comparing import contains


@then(parsers.parse('被拒绝，原因是 "{reason}"'))
def refused(clerk: Clerk, reason: str) -> None:
    """原因的固定代号，例如 amount-not-whole-fen。"""
    assert clerk.reason == reason, clerk.refusal or "没有被拒绝"


@then(parsers.parse('被拒绝，说明里有 "{words}"'))
def refused_saying(clerk: Clerk, words: str) -> None:
    """拒绝的说明里有这句话。"""
    contains(clerk.refusal, words)


@then("没有被拒绝")
def accepted(clerk: Clerk) -> None:
    """这一步做成了。"""
    assert not clerk.refusal, clerk.refusal
