"""Verification (核验): is the log whole, and are closed statements what the engine still says?

Every finding names the event or statement.  What was stated is read from the log;
recomputing it here only looks for differences (semantics finding 30).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.audit.chain import Algorithm, Sealed, genesis, link
from ledger.domain.calendar import Period
from ledger.domain.errors import Language, Refusal, RuleBroken
from ledger.domain.events import Event, PeriodClosed
from ledger.domain.stating.books import Books
from ledger.domain.stating.closing import ENGINE, statements_at
from ledger.domain.stating.statement import digest
from ledger.domain.terms import EDITION

NAMED_MAX = 20
"""So many findings of one rule are named one by one."""


class PositionMissing(RuleBroken):
    """A gap in the log."""

    zh = "日志缺第 {first} 至 {last} 号事项。有人删除过记录，或改动过序号。"
    en = "Events {first} to {last} are missing from the log. Something was removed or renumbered."


class SealBroken(RuleBroken):
    """An event whose hash does not fit."""

    zh = "第 {position} 号事项（{topic}）与封印不符，内容、次序或归属被改动过。"
    en = "Event {position} ({topic}) does not fit its seal; contents, order or stream were changed."


class HeadDiffers(RuleBroken):
    """A head row that is not where the log ends."""

    zh = "日志末尾是第 {found} 号事项，账簿首行却记为第 {stated} 号或封印不同。末尾被截断或改动过。"
    en = "The log ends at {found}, the head row says {stated} or another hash. The tail was cut or changed."


class EventUnusable(RuleBroken):
    """An event that fits its seal and still makes no sense."""

    zh = "第 {position} 号事项的内容不合情理（{problem}），日志被人重写过，或由更新的版本写入。"
    en = "Event {position} makes no sense ({problem}); the log was rewritten, or a later version wrote it."


class PointNotOnChain(RuleBroken):
    """A point kept elsewhere that the chain does not pass."""

    zh = "第 {position} 号事项的封印与您另外留存的 {expected} 不同：日志在那之前被重写过，或被截断。"
    en = "Event {position} does not carry the hash {expected} that you kept: the log was rewritten before it, or cut."


class StatementDiffers(RuleBroken):
    """A closed statement that recomputes to other figures."""

    zh = "结算单 {number} 按当时的事实重算结果不同。请保留现场并报告，这是事故。"
    en = "Statement {number} recomputes to other figures. Keep everything as it is and report an incident."


class DigestBroken(RuleBroken):
    """A closed statement whose figures do not fit its digest."""

    zh = "结算单 {number} 的数字与其指纹不符。"
    en = "The figures of statement {number} do not fit its digest."


class EngineDiffers(RuleBroken):
    """A closing by another engine; its figures cannot be recomputed by this one."""

    zh = "{period} 由引擎 {engine}（语义第 {edition} 版）结账，本版引擎不能重算，仅核验了封印和指纹。"
    en = "{period} was closed by engine {engine} (edition {edition}); this one checked seal and digest only."


class MoreFindings(RuleBroken):
    """What stands for the rest of many findings of one rule."""

    zh = "同样的问题（{kind}）另有 {count} 处，没有逐一列出。"
    en = "{count} more findings of the same kind ({kind}) are not listed one by one."


@dataclass
class Report:
    """What was checked, and everything that is wrong."""

    events: int
    statements: int
    head: str
    findings: list[RuleBroken]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def in_words(self, language: Language) -> list[str]:
        """What is wrong: of each rule the first findings, then how many more."""
        by_rule: dict[str, list[RuleBroken]] = {}
        for finding in self.findings:
            by_rule.setdefault(finding.kind, []).append(finding)
        sentences = []
        for kind, found in by_rule.items():
            sentences += [each.say(language) for each in found[:NAMED_MAX]]
            if len(found) > NAMED_MAX:
                sentences.append(MoreFindings(count=len(found) - NAMED_MAX, kind=kind).say(language))
        return sentences


def check_chain(
    sealed: Iterable[Sealed], books: str, algorithm: Algorithm, head: tuple[int, bytes]
) -> Iterator[RuleBroken]:
    """Gaps, broken seals and a head row that does not fit."""
    before, position = genesis(books, algorithm), 0
    for event in sealed:
        if event.position <= position:
            yield SealBroken(position=event.position, topic=event.topic)
            continue
        if event.position != position + 1:
            yield PositionMissing(first=position + 1, last=event.position - 1)
        position = event.position
        expected = link(algorithm, before, position, event.stream, event.version, event.topic, event.state)
        if expected != event.hash:
            yield SealBroken(position=position, topic=event.topic)
        before = event.hash
    if head != (position, before):
        yield HeadDiffers(found=position, stated=head[0])


def check_statements(events: Iterable[tuple[int, Event]]) -> Iterator[RuleBroken | int]:
    """Every closed statement against its digest and a recomputation; a number counts what was checked."""
    books = Books()
    for position, event in events:
        try:
            if isinstance(event, PeriodClosed):
                yield from _check_closing(books, position, event)
            books.apply(position, event)
        except (Refusal, ArithmeticError, LookupError, TypeError, ValueError) as problem:
            yield EventUnusable(position=position, problem=problem)
            return


def _check_closing(books: Books, position: int, closing: PeriodClosed) -> Iterator[RuleBroken | int]:
    for statement in closing.statements:
        if digest(statement) != statement.digest:
            yield DigestBroken(number=statement.number)
    yield len(closing.statements)
    if (closing.engine, closing.edition) != (ENGINE, EDITION):
        yield EngineDiffers(period=closing.period, engine=closing.engine, edition=closing.edition)
        return
    period = Period.parse(closing.period)
    again = {(each.agreement, each.pool): each for each in statements_at(books, period, closing.cut, position)}
    said = {(each.agreement, each.pool): each for each in closing.statements}
    for key in again.keys() | said.keys():
        if again.get(key) != said.get(key):
            yield StatementDiffers(number=(said.get(key) or again[key]).number)
