"""Jobs (任务): what is worked out and recorded of an upload; begun again by others if its worker dies.

`python -m api.jobs FOLDER` is a worker of a service: it does what waits, in a process of its own so that no reader waits
for it, and ends.  The lock on an upload's file says who works on it; the system lets go of it when a process dies.  What
is recorded stands under the upload's id in the transaction of its events, so that nothing is recorded twice.
"""

import fcntl
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import numpy as np

from api.access.people import Membership
from api.access.policy import Policy
from api.http.problems import LANGUAGES, kept_problem
from api.http.request_log import failure
from api.http.tenancy import Shelf, uploads_of
from api.uploads import DraftChanged, Preview, Upload, Uploads
from ledger.application import Ledger, unheard
from ledger.domain.errors import Conflict, Fault, LinePlace, LinesRefused, Refusal, RuleBroken
from ledger.domain.events import FiguresRecorded, ReceiptsRecorded
from ledger.files.figures_plan import FiguresPlan
from ledger.files.import_plan import ImportPlan
from ledger.files.lines_file import refuse_faulty
from ledger.projections.drafts import PartyChange
from ledger.projections.import_report import Before, import_report
from ledger.store.log import BooksBusy
from ledger.store.requests import Request
from ledger.store.tenants import Tenants

EXTENSION = "enclave-jobs"
ROOT = Path(__file__).parents[1]
SMALL_BYTES = 2_000_000
"""A file below this is checked and recorded before the answer goes out."""
TRIES_MAX = 3
POLL_SECONDS = 5
SAID = logging.getLogger("enclave.jobs")


class JobFailed(Conflict):
    """A job whose worker died again and again."""

    zh = "上传文件 {upload} 办了 {tries} 次都中途出错，没有记下任何内容。请核对文件或拆小后重新上传，并告诉管理员。"
    en = "Upload {upload} was begun {tries} times and failed each time; nothing was recorded. Check or split the file, and tell the administrator."


class ReadOtherwise(Conflict):
    """A file whose mapping was saved anew between the preview and the recording."""

    zh = "上传文件 {upload} 所用的对照“{mapping}”在预览以后改过，各列的意思与看到的不同，没有入账。请撤回后重新上传、预览、确认。"
    en = "The mapping '{mapping}' of upload {upload} changed after the preview, so that its columns mean something else; nothing was recorded. Withdraw it, send it again and look at it anew."


class LineOfOthers(RuleBroken):
    """A line that concerns others, and nobody for whom the file was sent."""

    zh = "这一行是别人征收的，或在别人的协议范围内，不归您的一方，不能由您的一方报送。请核对征收方、园区、项目，或请园区办上传。"
    en = "Others collected this line, or share it by their agreement; it is not your party's to send. Check it, or have the park office send it."


class Jobs:
    """The jobs of one service: the small ones are done at once, the others by a worker beside it."""

    def __init__(self, shelf: Shelf, folder: Path, kept_days: int) -> None:
        self._shelf = shelf
        self._folder = folder
        self._kept_days = kept_days
        self._cleared_on: date | None = None
        self._awake = Event()
        self._starting = Lock()
        self._watch: Thread | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        shelf.closing.callback(self.close)

    def carry_on(self, tenant: str, upload: Upload) -> Upload:
        """Do what comes next for an upload, at once if it is small; where it stands now."""
        if upload.size >= SMALL_BYTES:
            self.wake()
            return upload
        work(self._shelf, tenant, upload, wait=True)
        return uploads_of(self._shelf, tenant).find(upload.id)

    def wake(self) -> None:
        """See to it that a worker does what waits, also what was left by one that died."""
        with self._starting:
            if self._watch is None or not self._watch.is_alive():
                self._watch = Thread(target=self._keep_working, name="jobs", daemon=True)
                self._watch.start()
        self._awake.set()

    def close(self) -> None:
        """Let no worker go on; what it did not finish is begun again by the next."""
        self._is_closed = True
        self._awake.set()
        if self._worker:
            self._worker.terminate()
        if self._watch:
            self._watch.join()

    def _keep_working(self) -> None:
        while not self._is_closed:
            self._awake.clear()
            try:
                self._clear_daily()
                if any(is_free(uploads, each) for _, uploads, each in waiting(self._shelf.tenants)):
                    self._run_worker()
            except (OSError, sqlite3.Error) as problem:
                SAID.error("no worker could be started, or nothing cleared: %s", failure(problem))
            self._awake.wait(POLL_SECONDS)

    def _clear_daily(self) -> None:
        """Once a day, and at the start, let go of working copies that nothing is left to do with."""
        today = datetime.now(UTC).date()
        if self._cleared_on == today:
            return
        self._cleared_on = today
        for tenant in self._shelf.tenants.names():
            uploads_of(self._shelf, tenant).clear(self._kept_days)

    def _run_worker(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._worker = subprocess.Popen([sys.executable, "-P", "-m", "api.jobs", str(self._folder)], env=environment)
        if self._is_closed:
            self._worker.terminate()
        self._worker.wait()


def waiting(tenants: Tenants) -> Iterator[tuple[str, Uploads, Upload]]:
    """Every upload of every tenant that waits for a worker."""
    for tenant in tenants.names():
        uploads = Uploads(tenants.uploads(tenant))
        for upload in uploads.to_be_worked_on():
            yield tenant, uploads, upload


def is_free(uploads: Uploads, upload: Upload) -> bool:
    """Whether nobody works on an upload."""
    with _held(uploads, upload, wait=False) as is_ours:
        return is_ours


@contextmanager
def _held(uploads: Uploads, upload: Upload, *, wait: bool) -> Iterator[bool]:
    """An upload that nobody else works on meanwhile; whether it could be had."""
    try:
        file = uploads.file(upload).open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def work(shelf: Shelf, tenant: str, upload: Upload, *, wait: bool) -> None:
    """Do what comes next for an upload, unless somebody else does, or it was withdrawn."""
    uploads = uploads_of(shelf, tenant)
    with _held(uploads, upload, wait=wait) as is_ours:
        if not is_ours:
            return
        try:
            _Job(shelf, tenant, uploads).do(upload)
        except Refusal as rule:
            SAID.info("upload %s stopped: %s", upload.id, rule.kind)
        except Exception as problem:  # one file's fault holds up no other; begun so often, it is given up and says so
            SAID.error("upload %s failed: %s", upload.id, failure(problem))


class _Job:
    """The work on an upload that nobody else works on; raises what hinders it where somebody moved it on meanwhile."""

    def __init__(self, shelf: Shelf, tenant: str, uploads: Uploads) -> None:
        self._shelf = shelf
        self._tenant = tenant
        self._uploads = uploads

    def do(self, upload: Upload) -> None:
        upload = self._uploads.find(upload.id)
        if upload.state == "received":
            upload = self._uploads.move(upload, "received", tries=upload.tries + 1)
            self._check(upload)
        elif upload.state in ("confirmed", "recording"):
            upload = self._uploads.move(upload, "confirmed", "recording", state="recording", tries=upload.tries + 1)
            self._record(upload)

    def _check(self, upload: Upload) -> None:
        try:
            _refuse_hopeless(upload)
            preview = self._previewed(upload)
        except BooksBusy:
            raise
        except Refusal as rule:
            self._uploads.move(upload, "received", state="unreadable", problem=kept_problem(rule))
        else:
            self._uploads.move(upload, "received", preview=preview, state="checked", tries=0)

    def _previewed(self, upload: Upload) -> Preview:
        held = self._shelf.ledger(self._tenant, upload.maker)
        plan = planned(held, upload, self._uploads.data(upload), skip_bad=True, on_read=self._read(upload))
        self._uploads.move(upload, "received", checked=len(plan.file))
        if isinstance(plan, ImportPlan):
            self._uploads.keep_vouchers(upload, plan.fresh.prints())
        return preview_of(held, plan, skip_bad=upload.skip_bad)

    def _read(self, upload: Upload) -> Callable[[int], object]:
        """Notes how many lines were read; goes no further with an upload that was withdrawn meanwhile."""
        return lambda lines: self._uploads.move(upload, "received", lines=lines)

    def _record(self, upload: Upload) -> None:
        request = Request("", f"import/{upload.id}", upload.sha256)
        held = self._shelf.ledger(self._tenant, upload.checker, request)
        try:
            position = held.log.position_of(request) or self._recorded(upload, held, request)
        except BooksBusy:
            raise
        except Refusal as rule:
            self._uploads.move(upload, "recording", state="checked", checker="", tries=0, problem=kept_problem(rule))
            return
        recorded = _lines_recorded(held, position) if position else 0
        position = position or held.books.position
        self._uploads.move(upload, "recording", state="recorded", position=position, recorded=recorded, problem=None)

    def _recorded(self, upload: Upload, held: Ledger, request: Request) -> int | None:
        """The position up to which an upload was recorded just now; None if nothing of it was new."""
        _refuse_hopeless(upload)
        plan = planned(held, upload, self._uploads.data(upload), skip_bad=upload.skip_bad)
        seen = self._uploads.preview(upload)
        if seen and seen.columns != columns_of(plan):
            raise ReadOtherwise(upload=upload.id, mapping=upload.mapping)
        if isinstance(plan, FiguresPlan):
            held.record_figures(plan)
        else:
            held.record_import(plan)
        return held.log.position_of(request)


def _refuse_hopeless(upload: Upload) -> None:
    if upload.tries > TRIES_MAX:
        raise JobFailed(upload=upload.id, tries=TRIES_MAX)


def _lines_recorded(held: Ledger, position: int) -> int:
    """How many lines the file has of which the event at a position is the last."""
    (last,) = (event for _, event in held.log.history(position - 1, position))
    if isinstance(last, FiguresRecorded):
        return len(last.lines.numbers)
    first = position - last.slices if isinstance(last, ReceiptsRecorded) else position
    events = (event for _, event in held.log.history(first, position))
    return sum(len(event.receipts) for event in events if isinstance(event, ReceiptsRecorded))


def audience(upload: Upload) -> Policy:
    """What those may see of the books for whom a file was sent; nobody learns more by sending one."""
    of_parties = [Membership("", "clerk", party) for party in upload.parties]
    return Policy(of_parties or [Membership("", "park_office")])


def planned(
    held: Ledger, sent: Upload, data: bytes, *, skip_bad: bool, on_read: Callable[[int], object] = unheard
) -> ImportPlan | FiguresPlan:
    """What recording an upload would do now; tells `on_read` how many lines it has."""
    own, books = audience(sent), held.books
    more: dict[str, Any] = {"sheet": sent.sheet, "mapping": sent.mapping, "skip_bad": skip_bad, "on_read": on_read}
    if sent.kind == "receipts":
        more["skip_bad"] = skip_bad or not own.sees_everything
        plan = held.plan_import(data, sent.name, shown=partial(own.shown_lines, books), **more)
        return plan if own.sees_everything else _of_ones_own(held, plan, own, skip_bad=skip_bad)
    sees = partial(own.sees_report, books)
    if sent.kind == "inputs":
        return held.plan_inputs(data, sent.name, sees=sees, **more)
    return held.plan_figures(data, sent.name, needs_acceptance=sent.kind == "figures", sees=sees, **more)


def _of_ones_own(held: Ledger, plan: ImportPlan, own: Policy, *, skip_bad: bool) -> ImportPlan:
    """A plan without lines of others, which are wrong lines; without `skip_bad` raises LinesRefused with every wrong one."""
    recorded = held.books_if(plan)
    rows = np.arange(len(recorded.recorded) - len(plan.fresh), len(recorded.recorded))
    of_others = plan.file.numbers[plan.rows][own.of_others(recorded, rows)].tolist()
    faults = [Fault(LinePlace(number), LineOfOthers()) for number in of_others]
    plan = held.plan_without(plan, plan.file.source.seen(faults)) if faults else plan
    refuse_faulty(plan.file, skip_bad=skip_bad)
    return replace(plan, skip_bad=skip_bad)


def columns_of(plan: ImportPlan | FiguresPlan) -> dict[str, str]:
    """What each header of the file is read as."""
    return {theirs: ours for ours, theirs in plan.file.source.headers.items()}


def hindrance_of(plan: ImportPlan | FiguresPlan, *, skip_bad: bool) -> Refusal | None:
    """What a confirmation would be refused for if nothing changed until then."""
    try:
        refuse_faulty(plan.file, skip_bad=skip_bad)
    except LinesRefused as rule:
        return rule
    return plan.hindrance


def preview_of(held: Ledger, plan: ImportPlan | FiguresPlan, *, skip_bad: bool) -> Preview:
    """What recording a plan would do to the books."""
    after = held.books_once_accepted(plan) if isinstance(plan, FiguresPlan) else held.books_if(plan)
    report = import_report(plan, Before.of(held.books, plan, patient=True), after)
    hindrance = hindrance_of(plan, skip_bad=skip_bad)
    return Preview(
        previewed_at=plan.position,
        hindrance=kept_problem(hindrance) if hindrance else None,
        recorded=report.recorded,
        known=report.known,
        skipped=report.skipped,
        sum=None if plan.amounts_fen is None else sum(plan.amounts_fen.tolist()),
        awaits_acceptance=report.awaits_acceptance,
        columns=columns_of(plan),
        problems={
            language: [
                {"kind": each.kind, "count": each.count, "message": each.say(language)} for each in report.problems
            ]
            for language in LANGUAGES
        },
        changes=list(map(_changed, report.changes)),
        statements=[DraftChanged(each.number, each.agreement, each.settlement) for each in report.statements],
        notes={language: [note.say(language) for note in report.notes] for language in LANGUAGES},
        repeated=report.repeated,
        unused_columns=list(report.source.unused),
        sheet_read=report.source.sheet,
        late=report.late,
        late_lines=report.late_first,
        late_sum=report.late_fen,
        next_period=str(report.next_period) if report.next_period else None,
    )


def _changed(change: PartyChange) -> dict[str, str]:
    """What a party gets more or less, as it is answered."""
    quantity = change.quantity
    figures = {"before": change.before_fen, "after": change.after_fen, "change": change.change_fen}
    return {
        "agreement": change.agreement,
        "pool": change.key.pool,
        "measure": change.key.measure,
        "unit": quantity.unit,
        "step": str(quantity.step),
        "basis": quantity.basis,
        "id": change.party,
        "party": change.name,
        **{word: quantity.written(whole) for word, whole in figures.items()},
    }


def main(folder: Path) -> None:
    """Do everything that waits in a service."""
    shelf = Shelf(Tenants(folder / "tenants"))
    for tenant, _, upload in waiting(shelf.tenants):
        work(shelf, tenant, upload, wait=False)
    shelf.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
