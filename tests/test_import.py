"""Import: the same money is recorded once, whatever files it comes in, in whatever order and encoding."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import LinesRefused
from ledger.domain.events import ReceiptsRecorded
from ledger.domain.recording.entries import Entry, Key, OriginalUnknown, RefundExceedsOriginal, ReversalNotWhole
from ledger.domain.recording.receipts import LINES_MAX
from ledger.domain.recording.recognition import VoucherAmountDiffers, VoucherContentsDiffer, fingerprint
from tests.conftest import HEADER, REFUNDS, Enclave, agree, csv_file, fresh_books, two_counties

FULL = f"{HEADER},项目,社会信用代码,预算科目"
LINES = ["V1,2024-01-05,100.00,一号厂房,91620800MA71XUTF91,10101", "V2,2024-01-06,0.01,二号厂房,,10104"]


def plain(entries: list[Entry]) -> list[Entry]:
    """Entries without where they are recorded."""
    return [replace(entry, position=0, row=0) for entry in entries]


def refusal(ledger: Ledger, data: bytes) -> LinesRefused:
    """What an import is refused with; the log stays where it was."""
    before = ledger.log.head()
    with pytest.raises(LinesRefused) as refused:
        ledger.import_receipts(data, "明细.csv")
    assert ledger.log.head() == before
    return refused.value


# Twice


def test_the_same_file_twice_changes_nothing_and_says_so(ledger: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    (tmp_path / "明细.csv").write_bytes(csv_file(LINES, FULL))
    first = enclave("import", tmp_path / "明细.csv")
    head = ledger.log.head()

    second = enclave("import", tmp_path / "明细.csv")

    assert "记入 2 行，合计 100.01 元" in first.out
    assert (second.code, second.out) == (0, "明细.csv：2 行均已入账，没有改变任何内容。\n")
    assert ledger.log.head() == head


def test_a_line_said_twice_in_one_file_counts_once(ledger: Ledger) -> None:
    imported = ledger.import_receipts(csv_file([*LINES, LINES[0]], FULL), "明细.csv")

    assert (imported.recorded, imported.known, imported.repeated) == (2, 0, 1)
    assert sum(entry.amount_fen for entry in ledger.books.entries) == 100_01


def test_of_a_partly_known_file_only_the_new_lines_are_recorded(ledger: Ledger) -> None:
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")

    imported = ledger.import_receipts(
        csv_file(["V0,2024-01-04,1.00", "V1,2024-01-05,100.00", "V2,2024-01-06,2.00"]), "二.csv"
    )

    assert (imported.recorded, imported.known, imported.sum_fen) == (2, 1, 3_00)
    assert [entry.key.voucher for entry in ledger.books.entries] == ["V1", "V0", "V2"]


def test_a_voucher_with_another_amount_is_refused_naming_both_amounts_fingerprints_and_the_event(
    ledger: Ledger,
) -> None:
    """N11: same key, other payload."""
    ledger.import_receipts(csv_file(["V0,2024-01-04,1.00", "V1,2024-01-05,100.00"]), "一.csv")
    recorded = ledger.books.entries[1]

    (fault,) = refusal(ledger, csv_file(["V1,2024-01-05,90.00"])).faults

    assert isinstance(fault.rule, VoucherAmountDiffers)
    assert fault.rule.facts == {
        "voucher": Key("V1"),
        "recorded": "100.00",
        "sent": "90.00",
        "position": 2,
        "row": 2,
        "recorded_print": fingerprint(recorded),
        "sent_print": fingerprint(replace(recorded, amount_fen=90_00)),
    }
    assert all(str(fact) in fault.rule.say("zh") for fact in fault.rule.facts.values())


@pytest.mark.parametrize(
    ("line", "column"), [("V1,2024-01-06,100.00,,", "入库日期"), ("V1,2024-01-05,100.00,,V0", "原税票号码")]
)
def test_a_voucher_with_the_same_amount_and_other_contents_is_refused_naming_the_column(
    line: str, column: str, ledger: Ledger
) -> None:
    ledger.import_receipts(csv_file(["V0,2024-01-04,-200.00,,", "V1,2024-01-05,100.00,,"], REFUNDS), "一.csv")

    (fault,) = refusal(ledger, csv_file([line], REFUNDS)).faults

    assert isinstance(fault.rule, VoucherContentsDiffer)
    assert fault.rule.facts["columns"] == column


def test_line_number_and_treasury_tell_lines_of_one_voucher_apart(ledger: Ledger) -> None:
    header = f"{HEADER},行号,收款国库"

    imported = ledger.import_receipts(
        csv_file(["V1,2024-01-05,1.00,1,甲库", "V1,2024-01-05,1.00,2,甲库", "V1,2024-01-05,1.00,1,乙库"], header), "一"
    )

    assert imported.recorded == 3


# In any files, order and encoding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_same_lines_in_another_encoding_are_the_same_entries(encoding: str, ledger: Ledger) -> None:
    ledger.import_receipts(csv_file(LINES, FULL), "一.csv")

    with fresh_books() as other:
        other.import_receipts(csv_file(LINES, FULL, encoding), "二.csv")
        assert plain(other.books.entries) == plain(ledger.books.entries)
    assert ledger.import_receipts(csv_file(LINES, FULL, encoding), "二.csv").known == 2


def test_amounts_of_10_to_the_15_fen_come_in_and_go_out_whole(ledger: Ledger) -> None:
    agree(ledger, two_counties())

    ledger.import_receipts(csv_file(["V1,2024-01-05,10000000000000.00", "V2,2024-01-05,-10000000000000"]), "一.csv")
    ledger.import_receipts(csv_file(["V3,2024-01-05,10000000000000.00"]), "二.csv")

    (statement,) = ledger.close_period(Period(2024, 1)).statements
    assert [line.entitled_fen for line in statement.lines] == [333_333_333_333_333, 666_666_666_666_667]


AMOUNTS = st.integers(-(10**6), 10**6).filter(bool)


@settings(max_examples=25)
@given(st.lists(AMOUNTS, min_size=1, max_size=12), st.data())
def test_lines_divided_into_files_in_any_way_and_order_give_the_same_due(
    amounts: list[int], data: st.DataObject
) -> None:
    lines = [f"V{n},2024-01-{n + 1:02},{fen // 100}.{fen % 100:02}" for n, fen in enumerate(map(abs, amounts))]
    lines += [f"R{n},2024-01-31,-0.01,退库,V{n}" for n in range(len(amounts))]
    lines = [line if line.count(",") == 4 else f"{line},," for line in lines]
    terms = two_counties(
        pools={
            "tax": {
                "share": "receipts",
                "waterfall": [{"name": "先", "until": "3000.00", "split": {"jia": 1}}, {"split": {"jia": 1, "yi": 2}}],
            }
        }
    )
    shuffled = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(lines)), max_size=4)))
    files = [shuffled[first:last] for first, last in zip([0, *cuts], [*cuts, len(lines)], strict=True)]

    def due(*parts: list[str]) -> list[int]:
        """What everybody is due; a file whose originals come later is tried again after the others."""
        with fresh_books() as ledger:
            agree(ledger, terms)
            waiting = [part for part in parts if part]
            while waiting:
                part = waiting.pop(0)
                try:
                    ledger.import_receipts(csv_file(part, REFUNDS), "明细.csv")
                except LinesRefused as refused:
                    assert {type(fault.rule) for fault in refused.faults} == {OriginalUnknown}
                    waiting.append([line for line in part if not line.startswith("R")])
                    waiting.append(part)
                    waiting = [each for each in waiting if each]
            (statement,) = ledger.close_period(Period(2024, 1)).statements
            return [line.entitled_fen for line in statement.lines]

    assert due(*files) == due(lines)


def test_a_file_of_20_000_lines_is_one_transaction_of_two_slices(ledger: Ledger) -> None:
    imported = ledger.import_receipts(csv_file(f"V{n},2024-01-05,{n + 1}.00" for n in range(20_000)), "大.csv")

    slices = [event for _, event in ledger.log.history() if isinstance(event, ReceiptsRecorded)]
    assert [(event.slice, event.slices, len(event.receipts)) for event in slices] == [
        (1, 2, LINES_MAX),
        (2, 2, 20_000 - LINES_MAX),
    ]
    assert len({(event.recorded_at, event.file_sha256) for event in slices}) == 1
    assert imported.position == 3
    last = ledger.books.entries[-1]
    assert (last.key.voucher, last.position, last.row) == ("V19999", 3, 20_000 - LINES_MAX)
    assert ledger.verify().is_sound


def test_a_file_of_20_000_lines_with_one_wrong_line_records_nothing(ledger: Ledger) -> None:
    lines = [f"V{n},2024-01-05,{n + 1}.00" for n in range(20_000)]
    lines[18_000] = "V18000,2024-01-05,1.005"

    (fault,) = refusal(ledger, csv_file(lines)).faults

    assert fault.say("zh").startswith("第 18002 行 实缴金额：")


# Reversals and refunds


@pytest.fixture
def with_original(ledger: Ledger) -> Ledger:
    """Books that hold V1 of 100 yuan."""
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")
    return ledger


def test_a_refund_finds_its_original_in_an_earlier_file_and_takes_its_attributes(with_original: Ledger) -> None:
    with_original.import_receipts(csv_file(["R1,2024-03-01,-40.00,退库,V1"], REFUNDS), "二.csv")

    refund = with_original.books.entries[-1]
    assert (refund.original, refund.booked_on, refund.amount_fen) == (Key("V1"), date(2024, 3, 1), -40_00)
    assert with_original.books.originals.net_fen(Key("V1")) == 60_00


def test_an_original_may_stand_below_its_refund_in_the_same_file(ledger: Ledger) -> None:
    ledger.import_receipts(csv_file(["R1,2024-03-01,-40.00,,V1", "V1,2024-01-05,100.00,,"], REFUNDS), "一.csv")

    assert ledger.books.originals.net_fen(Key("V1")) == 60_00


@pytest.mark.parametrize(
    "second",
    [
        ["R2,2024-03-01,-40.01,退库,V1"],
        ["R2,2024-03-01,-40.00,退库,V1", "R3,2024-03-01,-0.01,退库,V1"],
        ["R1,2024-02-01,-60.00,退库,V1", "R2,2024-03-01,-40.01,退库,V1"],
        ["V1,2024-01-05,100.00,,", "R1,2024-02-01,-60.00,退库,V1", "R2,2024-03-01,-40.01,退库,V1"],
    ],
    ids=["one more", "two more", "one more beside the known refund", "one more beside known refund and original"],
)
def test_refunds_that_together_exceed_their_original_over_two_files_are_refused(
    second: list[str], with_original: Ledger
) -> None:
    with_original.import_receipts(csv_file(["R1,2024-02-01,-60.00,退库,V1"], REFUNDS), "二.csv")

    faults = refusal(with_original, csv_file(second, REFUNDS)).faults

    assert {type(fault.rule) for fault in faults} == {RefundExceedsOriginal}
    assert faults[-1].rule.facts["refunded"] == "100.01"


def test_a_second_reversal_is_refused(with_original: Ledger) -> None:
    with_original.import_receipts(csv_file(["C1,2024-02-01,-100.00,冲销,V1"], REFUNDS), "二.csv")

    (fault,) = refusal(with_original, csv_file(["C2,2024-02-01,-100.00,冲销,V1"], REFUNDS)).faults

    assert isinstance(fault.rule, RefundExceedsOriginal)


def test_a_reversed_refund_gives_its_room_back(with_original: Ledger) -> None:
    refund, back = "R1,2024-02-01,-60.00,退库,V1", "C1,2024-02-02,60.00,冲销,R1"
    with_original.import_receipts(csv_file([refund, back], REFUNDS), "二.csv")

    with_original.import_receipts(csv_file(["R2,2024-03-01,-100.00,退库,V1"], REFUNDS), "三.csv")

    assert with_original.books.originals.net_fen(Key("V1")) == 0


@pytest.mark.parametrize("amount", ["-99.99", "-100.01", "-1.00"])
def test_a_reversal_takes_the_whole_of_its_original(amount: str, with_original: Ledger) -> None:
    (fault,) = refusal(with_original, csv_file([f"C1,2024-02-01,{amount},冲销,V1"], REFUNDS)).faults

    assert isinstance(fault.rule, ReversalNotWhole)


def test_the_same_file_of_refunds_twice_changes_nothing(with_original: Ledger) -> None:
    data = csv_file(["R1,2024-02-01,-60.00,退库,V1", "R2,2024-02-02,-40.00,退库,V1"], REFUNDS)
    with_original.import_receipts(data, "二.csv")

    imported = with_original.import_receipts(data, "二.csv")

    assert (imported.recorded, imported.known) == (0, 2)
