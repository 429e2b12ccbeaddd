"""Books kept for many at once: everybody reads without waiting, acts are decided one after the other and recorded together.

Readers take the books as they were last shown, which nothing changes any more.  Acts queue; whoever is first decides
every act that waits, each on the books as the acts before it leave them, and records them in one transaction, so that
the disk is waited for once.  Nobody hears of an act before it is recorded, and what one act is refused spoils no other.
Several processes may keep the same books: if another was faster, what waits is decided again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from ledger.domain.errors import Conflict
from ledger.domain.events import Event, Fact
from ledger.domain.recording.recorded import FAR
from ledger.domain.stating.books import Books
from ledger.store.log import Log, MovedOn
from ledger.store.requests import Request, RequestRecorded

TRIES_MAX = 50
TOGETHER_MAX = 64
"""So many acts are recorded in one transaction at most."""
Recording = list[tuple[int, Event]]
"""What an act recorded: positions and events."""


class BooksKeepChanging(Conflict):
    """Others recorded so fast that an act never found the books still."""

    zh = "别人正在连续入账，这一步试了 {tries} 次都没轮到，没有记下任何内容。请稍后重试。"
    en = "Others keep recording; this act lost {tries} times and recorded nothing. Try again later."


@dataclass(eq=False)
class Act:
    """Something to be decided on the books and recorded; `alone` if it asks the log itself what is recorded."""

    decide: Callable[[Books], Sequence[Fact]]
    actor: str
    request: Request | None = None
    alone: bool = False
    outcome: Recording | BaseException | None = field(default=None, init=False)

    def recorded(self) -> Recording:
        """What came of it; raises what it was refused for."""
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome or []


class KeptBooks:
    """One set of books, read and written by many threads."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._folded: Books | None = None
        self._shown: Books | None = None
        self._folding = Lock()
        self._waiting: deque[Act] = deque()
        self._writing = Lock()
        self._kept_lines = 0
        self._keeping = Lock()

    # Reading

    @property
    def books(self) -> Books:
        """Everything known now, as it stands: nothing changes it any more."""
        head, shown = self.log.head().position, self._shown
        if shown and shown.position >= head:
            return shown
        with self._folding:
            is_opening = self._folded is None
            if self._shown is None or self._shown.position < head:
                self._shown = shown = self._up_to_date().still()
            else:
                shown = self._shown
        if is_opening:
            self.keep_snapshot()
        return shown

    def at(self, position: int) -> Books:
        """New books, everything that was known at a position of the log."""
        books = self._opened(position)
        self._fold(books, position)
        return books

    def _up_to_date(self) -> Books:
        if self._folded is None:
            self._folded = self._opened(FAR)
            self._kept_lines = len(self._folded.recorded)
        self._fold(self._folded)
        return self._folded

    def _opened(self, last: int) -> Books:
        """What a snapshot up to a position knows of receipts, and the log of everything else up to there."""
        position, recorded = self.log.recorded_up_to(last)
        books = Books(recorded)
        for at, event in self.log.history(0, position, receipts=False):
            books.apply(at, event)
        books.position = position
        return books

    def _fold(self, books: Books, last: int | None = None) -> None:
        for position, event in self.log.history(books.position, last):
            books.apply(position, event)

    def keep_snapshot(self) -> None:
        """Take a snapshot if enough lines have come since the last; whoever finds somebody at it leaves it to them.

        Books that nobody reads are not opened for it: who opens them takes it.
        """
        if self._folded is None:
            return
        books = self.books
        if self._keeping.acquire(blocking=False):
            try:
                self._kept_lines = self.log.keep_recorded(books.position, books.recorded, self._kept_lines)
            finally:
                self._keeping.release()

    # Writing

    def record(self, act: Act) -> Recording:
        """Decide an act and record what it decides; raises what it is refused for, and BooksKeepChanging."""
        self._waiting.append(act)
        with self._writing:
            while act.outcome is None:
                self._settle(self._next())
        return act.recorded()

    def record_by_log(
        self, decide: Callable[[int], Sequence[Fact]], actor: str, request: Request | None = None
    ) -> Recording:
        """Record what is decided by the log alone, as it stands at a position; the books are not opened for it.

        Raises what it is refused for, and BooksKeepChanging.
        """
        with self._writing:
            for _ in range(TRIES_MAX):
                position = self.log.head().position
                self._refuse_known(request)
                events = self.log.drafted(decide(position), actor, {})
                try:
                    if events:
                        self.log.record(events, expected=position, requests={request: len(events)})
                except MovedOn:
                    continue
                recording = list(enumerate(events, position + 1))
                self._take_in(recording)
                return recording
        raise BooksKeepChanging(tries=TRIES_MAX)

    def _next(self) -> list[Act]:
        """The acts that come next: one alone, or several, no two of them for the same request."""
        found = [self._waiting.popleft()]
        keys = {found[0].request}
        while self._waiting and len(found) < TOGETHER_MAX and not found[0].alone:
            following = self._waiting[0]
            if following.alone or (following.request and following.request in keys):
                break
            keys.add(following.request)
            found.append(self._waiting.popleft())
        return found

    def _settle(self, acts: Sequence[Act]) -> None:
        """Give every act its outcome."""
        try:
            for _ in range(TRIES_MAX):
                if self._try(acts):
                    return
            raise BooksKeepChanging(tries=TRIES_MAX)
        except BaseException as problem:
            unsettled = [act for act in acts if act.outcome is None]
            for act in unsettled:
                if len(acts) > 1 and isinstance(problem, Exception):
                    self._settle([act])
                else:
                    act.outcome = problem
            if not isinstance(problem, Exception):
                raise

    def _try(self, acts: Sequence[Act]) -> bool:
        """Decide some acts one after the other and record them together; whether nobody else was faster."""
        books = self.books
        outcomes, expected = self._decided(acts, books), books.position
        events = [event for each in outcomes if isinstance(each, list) for _, event in each]
        requests = {
            act.request: each[-1][0] - expected
            for act, each in zip(acts, outcomes, strict=True)
            if isinstance(each, list) and each
        }
        try:
            if events:
                self.log.record(events, expected=expected, requests=requests)
        except MovedOn:
            return False
        for act, outcome in zip(acts, outcomes, strict=True):
            act.outcome = outcome
        self._take_in(list(enumerate(events, expected + 1)))
        return True

    def _decided(self, acts: Sequence[Act], books: Books) -> list[Recording | Exception]:
        """What each act records, or why it is refused, on the books as those before it leave them."""
        supposed = books.still() if len(acts) > 1 else books
        versions: dict[UUID, int] = {}
        found: list[Recording | Exception] = []
        for act in acts:
            try:
                self._refuse_known(act.request)
                events = self.log.drafted(act.decide(supposed), act.actor, versions)
            except Exception as problem:  # the outcome of this act alone: raised again to whoever asked for it
                found.append(problem)
                continue
            position = sum(len(each) for each in found if isinstance(each, list)) + books.position
            found.append(list(enumerate(events, position + 1)))
            if len(acts) > 1:
                for at, event in enumerate(events, position + 1):
                    supposed.apply(at, event)
        return found

    def _refuse_known(self, request: Request | None) -> None:
        """Raises KeyReused or RequestRecorded if a request took effect meanwhile."""
        if request and self.log.answered(request):
            raise RequestRecorded(key=request.key[:40], position=self.log.head().position)

    def _take_in(self, recording: Recording) -> None:
        """Fold what was just recorded, without reading it again."""
        with self._folding:
            for position, event in recording:
                if self._folded and self._folded.position == position - 1:
                    self._folded.apply(position, event)
