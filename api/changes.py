"""Changes of the map (登记变更): what parks and region codes are to become, waiting for a second person.

Where a park stands and which code took another's place decides whose money is read how, so nobody changes it alone.
Each change is kept in a file of its own and survives a restart.
"""

import re
import secrets
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from ledger.domain.errors import Conflict, NotFound
from ledger.domain.events import Fact
from ledger.domain.register import parks, regions
from ledger.domain.register.places import Places
from ledger.store.evidence import write_durably

ID_BYTES = 8
ID = re.compile(f"[0-9a-f]{{{2 * ID_BYTES}}}")


class ChangeUnknown(NotFound):
    """No change of that id."""

    zh = "没有编号为 {change} 的登记变更。请查看有哪些变更。"
    en = "There is no change {change}. See which there are."


class ChangeDone(Conflict):
    """A second confirmation."""

    zh = "登记变更 {change} 已经由 {by} 确认（第 {position} 号事项），不必再确认。"
    en = "Change {change} was confirmed by {by} already (event {position})."


class RegisterPark(msgspec.Struct, frozen=True, tag=True):
    """A park is to stand, alone or below another."""

    park: str
    parent: str
    first: date
    last: date | None

    def decide(self, places: Places) -> Fact:
        """What is recorded; raises as `parks.register`."""
        return parks.register(places.parks, self.park, self.parent, self.first, self.last)


class MovePark(msgspec.Struct, frozen=True, tag=True):
    """A park is to stand below another from a day on."""

    park: str
    parent: str
    on: date

    def decide(self, places: Places) -> Fact:
        """What is recorded; raises as `parks.move`."""
        return parks.move(places.parks, self.park, self.parent, self.on)


class DatePark(msgspec.Struct, frozen=True, tag=True):
    """A park is to have other days."""

    park: str
    first: date | None
    last: date | None

    def decide(self, places: Places) -> Fact:
        """What is recorded; raises as `parks.set_days`."""
        return parks.set_days(places.parks, self.park, self.first, self.last)


class SucceedRegion(msgspec.Struct, frozen=True, tag=True):
    """A region code is to take another's place."""

    old: str
    new: str
    on: date
    source: str

    def decide(self, places: Places) -> Fact:
        """What is recorded; raises as `regions.succeed`."""
        return regions.succeed(places.regions, self.old, self.new, self.on, self.source)


class WithdrawSuccession(msgspec.Struct, frozen=True, tag=True):
    """A succession recorded in error is to count no more."""

    old: str
    on: date
    source: str

    def decide(self, places: Places) -> Fact:
        """What is recorded; raises as `regions.withdraw`."""
        return regions.withdraw(places.regions, self.old, self.on, self.source)


What = RegisterPark | MovePark | DatePark | SucceedRegion | WithdrawSuccession


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change on its way into the books: who asks for it, who confirmed it."""

    id: str
    what: What
    sentence: str
    maker: str
    sent_at: datetime
    checker: str = ""
    position: int = 0


class Changes(msgspec.Struct, frozen=True):
    """The changes of one tenant, in a folder of their own."""

    folder: Path

    def add(self, what: What, sentence: str, maker: str) -> Change:
        """Keep a change until somebody confirms it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = secrets.token_hex(ID_BYTES)
        change = Change(id=own, what=what, sentence=sentence, maker=maker, sent_at=datetime.now(UTC))
        self._keep(change)
        return change

    def find(self, name: str) -> Change:
        """A change by its id; raises ChangeUnknown."""
        file = self.folder / f"{name}.json"
        if not ID.fullmatch(name) or not file.is_file():
            raise ChangeUnknown(change=name[:20])
        return msgspec.json.decode(file.read_bytes(), type=Change)

    def confirmed(self, change: Change, checker: str, position: int) -> Change:
        """The change, recorded."""
        done = msgspec.structs.replace(change, checker=checker, position=position)
        self._keep(done)
        return done

    def all(self) -> list[Change]:
        """Every change, the latest first."""
        found = [msgspec.json.decode(file.read_bytes(), type=Change) for file in self.folder.glob("*.json")]
        return sorted(found, key=lambda each: each.sent_at, reverse=True)

    def _keep(self, change: Change) -> None:
        write_durably(self.folder / f"{change.id}.json", msgspec.json.encode(change))
