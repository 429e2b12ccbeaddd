"""The register: parks as a dated tree, region codes that follow each other, projects and what binds them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import Refusal
from ledger.domain.events import Event, Fact
from ledger.domain.register import parks, regions
from ledger.domain.register.parks import Parks
from ledger.domain.register.projects import Project, clock_starts
from ledger.domain.register.regions import Regions, Succession
from ledger.domain.register.relocations import Location
from tests.conftest import Enclave, agree, csv_file, fresh_books, two_counties

FEW = settings(max_examples=80, deadline=None)
NAMES = ("甲园", "乙园", "丙园", "丁园", "戊园")
START = date(2024, 1, 1)
DAYS = [START + timedelta(days=offset) for offset in range(12)]
CODES = ("620801", "620802", "620803", "620804", "620805", "620806")
ENTERPRISE = "91350100M000100Y43"


def event_of(fact: Fact, version: int = 1) -> Event:
    """A decided fact as the event it becomes."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return fact.kind(originator_id=UUID(int=1), originator_version=version, recorded_at=at, actor="经办", **fact.fields)


# Parks


Act = tuple[str, str, str, date, date | None]
PARK_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["register", "register", "move", "move", "date"]),
        st.sampled_from(NAMES),
        st.sampled_from(["", *NAMES]),
        st.sampled_from(DAYS),
        st.sampled_from([None, None, *DAYS]),
    ),
    max_size=25,
)


def recorded(acts: list[Act]) -> tuple[Parks, list[Act]]:
    """The tree that acts leave behind, and those of them that were accepted."""
    tree, accepted = Parks(), []
    for act in acts:
        kind, park, parent, first, last = act
        try:
            if kind == "register":
                fact = parks.register(tree, park, parent, first, last)
            elif kind == "move":
                fact = parks.move(tree, park, parent, first)
            else:
                fact = parks.set_days(tree, park, first, last)
        except Refusal:
            continue
        tree = parks.evolve(tree, event_of(fact))
        accepted.append(act)
    return tree, accepted


def edges(accepted: list[Act], when: date) -> dict[str, str]:
    """Who stands below whom on a day, by reading the acts one after the other."""
    life: dict[str, tuple[date, date]] = {}
    parents: dict[str, list[tuple[date, str]]] = {}
    for kind, park, parent, first, last in accepted:
        if kind in ("register", "date"):
            life[park] = (first, last or date.max)
        if kind == "register":
            parents[park] = [(date.min, parent)]
        if kind == "move":
            parents[park].append((first, parent))
    alive = {park for park, (first, last) in life.items() if first <= when <= last}
    found = {}
    for park in alive:
        since = max(day for day, _ in parents[park] if day <= when)
        found[park] = [parent for day, parent in parents[park] if day == since][-1]
    return {park: parent for park, parent in found.items() if parent}


@FEW
@given(PARK_ACTS)
def test_a_park_is_within_another_exactly_if_a_walk_up_the_tree_of_that_day_meets_it(acts: list[Act]) -> None:
    tree, accepted = recorded(acts)

    for when in [START - timedelta(days=1), *DAYS, DAYS[-1] + timedelta(days=1)]:
        above = edges(accepted, when)
        for park in NAMES:
            met, current = {park}, park
            while current in above:
                current = above[current]
                assert current not in met, "a circle was accepted"
                met.add(current)
            assert {each for each in NAMES if tree.within(park, each, when)} == met


@FEW
@given(PARK_ACTS)
def test_every_park_of_a_day_is_drawn_once(acts: list[Act]) -> None:
    tree, _ = recorded(acts)

    for when in DAYS:
        drawn: list[str] = []
        waiting = [""]
        while waiting:
            below = [each.name for each in tree.below(waiting.pop(), when)]
            drawn += below
            waiting += below

        assert sorted(drawn) == sorted(park.name for park in tree.by_name.values() if park.is_there(when))


# Regions


SUCCESSIONS = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from(DAYS)), max_size=8)


@FEW
@given(SUCCESSIONS, st.randoms(use_true_random=False))
def test_the_order_in_which_successions_are_recorded_counts_for_nothing(
    said: list[tuple[str, str, date]], dice: Random
) -> None:
    one = Regions()
    for old, new, on in said:
        try:
            one = regions.evolve(one, event_of(regions.succeed(one, old, new, on, "文件")))
        except Refusal:
            continue
    other = Regions()
    for each in dice.sample(one.successions, len(one.successions)):
        other = regions.evolve(other, event_of(regions.succeed(other, each.old, each.new, each.on, "文件")))

    for code in CODES:
        for party in CODES:
            for when in (None, *DAYS):
                assert one.same_place(code, party, when) == other.same_place(code, party, when)


def test_a_place_keeps_its_identity_through_every_code_and_merged_places_are_not_each_other() -> None:
    first, second = date(2016, 1, 1), date(2026, 1, 1)
    known = Regions(
        (
            Succession("620821", "620831", first, "改码"),
            Succession("620831", "620802", second, "撤并"),
            Succession("620822", "620802", second, "撤并"),
        )
    )

    assert known.same_place("620802", "620821")  # written with the last code, signed with the first
    assert known.same_place("620821", "620802")  # the old code, written on
    assert known.same_place("620821", "620802", date(2015, 1, 1))
    assert not known.same_place("620821", "620822")
    assert not known.same_place("620831", "620822")
    assert not known.same_place("620802", "620821", date(2025, 12, 31))  # not yet merged
    assert known.same_place("620831", "620821", date(2025, 12, 31))
    assert not known.same_place("620899", "620821")


# What is stated


PARKED = two_counties(
    parties={"jia": {"name": "甲县", "region": "620821"}, "yi": {"name": "乙县", "region": "620822"}},
    pools={"tax": {"share": "receipts", "of": {"park": "经开区"}, "waterfall": [{"split": {"jia": 1, "yi": 2}}]}},
)
LINES = [
    "V1,2024-01-05,100.00,经开区,620821",
    "V2,2024-01-06,30.01,城北园,620802",
    "V3,2024-02-07,7.77,河西园,乙县",
    "V4,2024-02-08,500.00,高新区,甲县",
    "V5,2024-03-09,0.02,河西园,620802",
]
PLACES: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.register_park("经开区", "", date(2020, 1, 1)),
    lambda ledger: ledger.register_park("高新区", "", date(2020, 1, 1)),
    lambda ledger: ledger.register_park("城北园", "经开区", date(2020, 1, 1)),
    lambda ledger: ledger.register_park("河西园", "经开区", date(2020, 1, 1)),
    lambda ledger: ledger.move_park("河西园", "高新区", date(2024, 3, 1)),
    lambda ledger: ledger.succeed_region("620821", "620802", date(2024, 1, 1), "区划调整文件"),
]


def stated(slots: list[int]) -> tuple[dict[str, int], dict[str, int]]:
    """Sums of everything stated and collected by March; each place is recorded before one of the other acts."""
    entitled, collected = {"jia": 0, "yi": 0}, {"jia": 0, "yi": 0}
    with fresh_books() as ledger:
        agree(ledger, PARKED)
        for act in range(6):
            for place in [place for place, slot in zip(PLACES, sorted(slots), strict=True) if slot == act]:
                place(ledger)
            if act % 2:
                ledger.close_period(Period(2024, act // 2 + 1))
            else:
                data = csv_file(LINES[act : act + 2], "税票号码,入库日期,实缴金额,园区,征收方")
                ledger.import_receipts(data, f"{act}.csv")
        assert ledger.verify().is_sound
        for _, closing in ledger.books.closings:
            for statement in closing.statements:
                for line in statement.lines:
                    entitled[line.party] += line.entitled_fen
                    collected[line.party] += line.collected_fen or 0
                    assert line.entitled_fen == sum(line.causes_fen.values())
    return entitled, collected


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=len(PLACES), max_size=len(PLACES)))
def test_whenever_places_are_recorded_the_statements_sum_to_the_same(slots: list[int]) -> None:
    # V1, V2 and V3 belong to the park of the terms: 137.78 yuan, by 1 : 2.
    assert stated(slots) == ({"jia": 45_93, "yi": 91_85}, {"jia": 130_01, "yi": 7_77})


def test_what_is_recorded_of_other_places_changes_no_statement(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")
    before = ledger.books.work(ledger.books.agreement("A1"), Period(2024, 1), ledger.books.position)
    for place in PLACES:
        place(ledger)

    after = ledger.books.work(ledger.books.agreement("A1"), Period(2024, 1), ledger.books.position)

    assert [each.stated for each in after] == [each.stated for each in before]
    assert [each.changes for each in after] == [each.changes for each in before]


# Projects


def project(ledger: Ledger, **changes: str) -> Project:
    fields: dict[str, Any] = {"name": "轴承项目", "enterprise": ENTERPRISE, "park": "城北园", "introducer": "甲县"}
    return ledger.register_project(Project(number="", **(fields | changes)))


def test_only_the_latest_record_of_a_stage_counts_and_nothing_is_edited(ledger: Ledger) -> None:
    project(ledger)
    ledger.reach_stage("P1", "registered", date(2024, 5, 20), "营业执照")
    ledger.reach_stage("P1", "works_started", date(2024, 9, 1), "施工许可证")
    ledger.reach_stage("P1", "registered", date(2024, 5, 21), "正本", "P1-1")
    ledger.reach_stage("P1", "registered", date(2024, 5, 22), "公示", "P1-3")

    found = ledger.books.projects["P1"]

    assert [(each.clock, each.on.day, each.source) for each in clock_starts([found])] == [
        ("registered", 22, "公示"),
        ("works_started", 1, "施工许可证"),
    ]
    assert [record.number for record in found.records] == ["P1-1", "P1-2", "P1-3", "P1-4"]


def reached(*stages: Any) -> Callable[[Ledger], object]:
    """Acts: a registered project that reaches stages, each with its day and perhaps the record it corrects."""

    def act(ledger: Ledger) -> None:
        project(ledger)
        for stage, on, *supersedes in stages:
            ledger.reach_stage("P1", stage, date.fromisoformat(on), "文件", *supersedes)

    return act


def transferred(*arguments: Any, **changes: str) -> Callable[[Ledger], object]:
    """Acts: a project that is transferred under a signed agreement."""

    def act(ledger: Ledger) -> None:
        agree(ledger, two_counties(to="2030-12-31"))
        project(ledger, **changes)
        for receiver, on, *more in arguments:
            ledger.transfer_project("P1", "A1", receiver, date.fromisoformat(on), "确认书", *more)

    return act


def relocated(*moves: Any, **changes: str) -> Callable[[Ledger], object]:
    """Acts: a project whose enterprise moves."""

    def act(ledger: Ledger) -> None:
        project(ledger, **changes)
        for park, region, on, *old in moves:
            left = Location(*old) if old else Location("", "")
            ledger.relocate_enterprise("P1", Location(park, region), date.fromisoformat(on), "登记", left)

    return act


def unsigned(ledger: Ledger) -> None:
    ledger.propose_agreement(two_counties())
    project(ledger, agreement="A1")


SIGNED, REGISTERED = ("signed", "2024-03-01"), ("registered", "2024-05-20")
WORKS = ("works_started", "2024-09-01")
REFUSED: list[tuple[Callable[[Ledger], object], str]] = [
    (lambda ledger: project(ledger, name=" "), "name-unusable"),
    (lambda ledger: project(ledger, name="轴承\n项目"), "name-unusable"),
    (lambda ledger: project(ledger, enterprise="91350100M000100Y44"), "credit-code-wrong"),
    (lambda ledger: (project(ledger), project(ledger)), "project-known"),
    (lambda ledger: project(ledger, agreement="A7"), "agreement-unknown"),
    (unsigned, "agreement-not-in-force"),
    (transferred(agreement="A1", introducer="丙县"), "not-a-party"),
    (lambda ledger: ledger.reach_stage("P1", "signed", START, "协议"), "project-unknown"),
    (reached(WORKS), "stage-too-early"),
    (reached(REGISTERED, ("production", "2025-01-01")), "stage-too-early"),
    (reached(("first_tax", "2025-01-01")), "stage-too-early"),
    (reached(REGISTERED, WORKS, ("signed", "2024-04-01", "P1-1")), "stage-too-early"),
    (reached(SIGNED, ("registered", "2024-02-29")), "stage-days-contradict"),
    (reached(REGISTERED, ("signed", "2024-05-21")), "stage-days-contradict"),
    (reached(("exited", "2024-04-01"), REGISTERED), "stage-days-contradict"),
    (reached(REGISTERED, WORKS, ("registered", "2024-09-02", "P1-1")), "stage-days-contradict"),
    (reached(REGISTERED, REGISTERED), "stage-known"),
    (reached(SIGNED, REGISTERED, ("registered", "2024-05-21", "P1-1")), "stage-known"),
    (reached(REGISTERED, ("registered", "2024-05-21", "P1-9")), "stage-record-unknown"),
    (reached(SIGNED, (*SIGNED, "P1-1"), (*SIGNED, "P1-1")), "stage-record-replaced"),
    (transferred(("甲县", "2024-06-01")), "transfer-to-itself"),
    (transferred(("jia", "2024-06-01")), "transfer-to-itself"),
    (transferred(("丙县", "2024-06-01")), "not-a-party"),
    (transferred(("乙县", "2024-06-01"), introducer="丙县"), "not-a-party"),
    (transferred(("乙县", "2023-12-31")), "agreement-not-in-force"),
    (transferred(("乙县", "2031-01-01")), "agreement-not-in-force"),
    (transferred(("乙县", "2024-06-01"), introducer=""), "introducer-missing"),
    (transferred(("乙县", "2024-06-01", "乙县")), "held-by-another"),
    (transferred(("乙县", "2024-06-01"), ("甲县", "2024-06-01")), "transfer-not-later"),
    (relocated(("城东园", "", "2026-01-01"), enterprise=""), "enterprise-missing"),
    (relocated(("城北园", "", "2026-01-01")), "relocated-to-itself"),
    (relocated(("", "", "2026-01-01")), "relocated-to-itself"),
    (relocated(("城东园", "", "2026-01-01", "河西园", "")), "relocated-from-elsewhere"),
    (relocated(("城东园", "", "2026-01-01"), ("城北园", "", "2026-01-01")), "relocation-not-later"),
]


@pytest.mark.parametrize(("act", "kind"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_the_register_refuses_what_cannot_be(ledger: Ledger, act: Callable[[Ledger], object], kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        act(ledger)

    assert refused.value.kind == kind
    assert refused.value.say("en") and refused.value.say("zh")


def test_a_project_can_be_handed_on_and_the_enterprise_takes_it_along(ledger: Ledger) -> None:
    transferred(("乙县", "2024-06-01"), ("甲县", "2025-06-01"))(ledger)
    ledger.relocate_enterprise("P1", Location("城东园", "620822"), date(2026, 1, 1), "登记", Location("", "620821"))

    found = ledger.books.projects["P1"]

    assert (found.introducer, found.receiver, found.agreement, found.park) == ("甲县", "甲县", "A1", "城东园")
    assert ledger.books.relocations[0].old == ("城北园", "620821")


# The command line


def test_the_register_speaks_json_and_draws_its_tree(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, two_counties())
    on = ("--on", "2024-06-01", "--source", "文件")
    acts: list[tuple[tuple[str, ...], Callable[[Any], Any], Any]] = [
        (("park", "register", "经开区", "--from", "2020-01-01"), lambda said: said["to"], "open"),
        (
            ("park", "register", "城北园", "--under", "经开区", "--from", "2020-01-01"),
            lambda said: said["parents"],
            [{"parent": "经开区", "from": None}],
        ),
        (("park", "move", "城北园", "--under", "", "--on", "2024-02-01"), lambda said: len(said["parents"]), 2),
        (("park", "date", "城北园", "--to", "2025-12-31"), lambda said: said["to"], "2025-12-31"),
        (
            ("park", "show", "--on", "2024-01-31"),
            lambda said: said["tree"],
            [{"park": "经开区", "parks": [{"park": "城北园", "parks": []}]}],
        ),
        (("region", "succeed", "620821", "620802", *on), lambda said: said["successions"][0]["new"], "620802"),
        (("region", "withdraw", "620821", *on), lambda said: said["successions"], []),
        (("region", "show"), lambda said: said["successions"], []),
        (
            ("project", "register", "轴承项目", "--enterprise", ENTERPRISE, "--from", "甲县"),
            lambda said: (said["project"], said["agreement"]),
            ("P1", ""),
        ),
        (("project", "stage", "p1", "注册", *on), lambda said: said["stages"], {"registered": "2024-06-01"}),
        (
            ("project", "transfer", "P1", "--to", "乙县", "--agreement", "a1", *on),
            lambda said: (said["receiver"], said["agreement"]),
            ("乙县", "A1"),
        ),
        (("project", "relocate", "P1", "--park", "城东园", *on), lambda said: said["new"]["park"], "城东园"),
        (("project", "show", "轴承项目"), lambda said: (said["park"], len(said["relocations"])), ("城东园", 1)),
        (("project", "show"), lambda said: len(said["projects"]), 1),
    ]
    for arguments, found, expected in acts:
        answer = enclave(*arguments, "--json")

        assert (answer.code, answer.err) == (0, ""), arguments
        assert found(answer.document) == expected, arguments

    for arguments in (("project", "show"), ("project", "show", "P1"), ("region", "show"), ("events",)):
        answer = enclave(*arguments)
        assert answer.code == 0 and answer.out, arguments
    assert enclave("park", "show", "--on", "2024-01-31").out.splitlines()[1:] == [
        "经开区（2020-01-01 起）",
        "└─ 城北园（2020-01-01 至 2025-12-31）",
    ]
    assert enclave("project", "stage", "P1", "投产", *on).code == 1
