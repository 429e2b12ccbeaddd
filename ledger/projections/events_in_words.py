"""Events (事项) as people read them: what happened, in one sentence."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.domain.events import (
    AgreementCountered,
    AgreementProposed,
    AgreementSigned,
    AmendmentProposed,
    BooksOpened,
    Event,
    FactConfirmed,
    FactProposed,
    FiguresAccepted,
    FiguresRecorded,
    MappingSaved,
    PeriodClosed,
    ReceiptsRecorded,
)
from ledger.projections.facts_in_words import fact_in_words
from ledger.projections.register import happened
from ledger.projections.wording import LEVEL_NAMES, money


class Told(NamedTuple):
    """An event on one line: where in the log, when, by whom, what kind, in words."""

    position: int
    at: datetime
    actor: str
    topic: str
    sentence: str


def told(log: Iterable[tuple[int, Event]]) -> Iterator[Told]:
    """Some events of the log, a line for each."""
    return (Told(at, event.recorded_at, event.actor, event.TOPIC, in_words(event)) for at, event in log)


def in_words(event: Event) -> str:
    """What happened, in one sentence."""
    match event:
        case BooksOpened(title=title):
            return f"开立账簿“{title}”"
        case AgreementProposed(agreement=number, terms=terms):
            return f"提出协议 {number}《{terms['title']}》"
        case AgreementSigned(agreement=number, party=party):
            return f"{party} 签署协议 {number}"
        case ReceiptsRecorded(file=file, receipts=receipts):
            return f"{file} 记入 {len(receipts)} 行，合计 {money(sum(receipts.amounts_fen.tolist()))} 元"
        case MappingSaved(name=name, columns=columns):
            return f"存下表头对照“{name}”，{len(columns)} 个表头"
        case PeriodClosed(period=period, cut=cut, statements=statements):
            return f"{period} 结账，事实截至第 {cut} 号，结算单 {len(statements)} 张"
        case AgreementCountered(agreement=number, party=party):
            return f"{party} 就协议 {number} 提出对案"
        case AmendmentProposed(agreement=number, party=party, terms=terms):
            return f"{party} 提出协议 {number} 的修订，自 {terms.get('effective', '')} 起"
        case FactProposed(agreement=number, fact=fact, document=document):
            return f"就协议 {number} 提出 {fact}：{fact_in_words(document)}"
        case FactConfirmed(fact=fact, party=party):
            return f"{party} 确认 {fact}"
        case FiguresRecorded(batch=batch, file=file, lines=lines):
            return f"{file} 作为批次 {batch} 报送 {len(lines.numbers)} 行"
        case FiguresAccepted(batch=batch, level=level):
            return f"{LEVEL_NAMES.get(level, level)}审核批次 {batch}"
    return happened(event)
