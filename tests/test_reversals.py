"""Reversals and refunds: never more than there was, and a reversal leaves nothing of its original."""

from itertools import permutations

import pytest

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import LinesRefused
from ledger.domain.terms import Document
from tests.conftest import REFUNDS, agree, csv_file, two_counties

LEVELS = "税票号码,入库日期,实缴金额,税款属性,原税票号码,预算科目,中央级,县级,预算分配比例"


def record(ledger: Ledger, lines: list[str], header: str = REFUNDS) -> None:
    for line in lines:
        ledger.import_receipts(csv_file([line], header), f"{line.split(',')[0]}.csv")


@pytest.mark.parametrize(
    "chain",
    [
        ["V0,2024-01-01,100.00,,", "R1,2024-01-02,-60.00,退库,V0", "C1,2024-01-03,60.00,冲销,R1"]
        + ["R2,2024-01-04,-100.00,退库,V0", "C2,2024-01-05,-60.00,冲销,C1"],
        ["V0,2024-01-01,100.00,,", "Q1,2024-01-02,-100.00,冲销,V0", "Q3,2024-01-03,100.00,冲销,Q1"]
        + ["Q4,2024-01-04,-100.00,冲销,V0", "Q5,2024-01-05,-100.00,冲销,Q3"],
        ["V0,2024-01-01,100.00,,", "S1,2024-01-02,-100.00,退库,V0", "S2,2024-01-03,50.00,退库,S1"]
        + ["S3,2024-01-04,-50.00,退库,V0", "S4,2024-01-05,-50.00,退库,S2"],
    ],
)
def test_no_chain_of_reversals_takes_back_more_than_there_was(chain: list[str], ledger: Ledger) -> None:
    record(ledger, chain[:4])

    with pytest.raises(LinesRefused, match="超过原票"):
        record(ledger, chain[4:])

    for order in permutations(chain):
        with pytest.raises(LinesRefused):
            ledger.import_receipts(csv_file([line.replace(",", "x,", 1) for line in order], REFUNDS), "all.csv")


def test_a_chain_of_a_thousand_reversals_is_refused_in_one_sentence(ledger: Ledger) -> None:
    chain = ["V0,2024-01-01,1.00,,"]
    chain += [f"V{n},2024-01-01,{'-' if n % 2 else ''}1.00,冲销,V{n - 1}" for n in range(1, 1_500)]

    with pytest.raises(LinesRefused, match="超过 10 层"):
        ledger.import_receipts(csv_file(chain, REFUNDS), "chain.csv")


@pytest.mark.parametrize(
    "lines",
    [
        ["V0,2024-01-01,100.00,,,10101,,,", "V1,2024-01-02,-100.00,冲销,V0,10101,0.00,-100.00,"],
        ["V0,2024-01-01,100.00,,,10101,0.00,100.00,", "V1,2024-01-02,-100.00,冲销,V0,10101,,,"],
        ["V0,2024-01-01,100.00,,,10101,,,中央65%县35%", "V1,2024-01-02,-100.00,冲销,V0,10101,,,县100%"],
        ["V0,2024-01-01,100.00,,,999,,,", "V1,2024-01-02,-100.00,冲销,V0,999,50.00,50.00,".replace("50.00", "-50.00")],
        ["V0,2024-01-01,100.00,,,10101,,,", "R,2024-01-02,-40.00,退库,V0,10101,0.00,-40.00,"]
        + ["C,2024-01-03,40.00,冲销,R,10101,,,", "D,2024-01-03,-100.00,冲销,V0,10101,,,"],
    ],
)
def test_a_reversal_leaves_nothing_of_its_original_at_any_level(lines: list[str], ledger: Ledger) -> None:
    agree(ledger, at_county_level())
    record(ledger, lines, LEVELS)

    (statement,) = ledger.close_period(Period(2024, 1)).statements

    assert [line.entitled_fen for line in statement.lines] == [0, 0]
    assert statement.waiting_fen == 0


def at_county_level() -> Document:
    row = {"subject": "10101", "from": "2020-01-01", "central": 70, "county": 30}
    pools = {"tax": {"share": "receipts", "level": "county", "waterfall": [{"split": {"jia": 1, "yi": 2}}]}}
    return two_counties(levels=[row], pools=pools)


def test_a_level_of_another_sign_than_the_line_is_refused(ledger: Ledger) -> None:
    line = "V0,2024-01-01,100.00,,,10101,-9000000000.00,9000000100.00,"

    with pytest.raises(LinesRefused, match="符号相反"):
        record(ledger, [line], LEVELS)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("3.43E+17,2024-04-05,100.00", "科学计数法"),
        ("V\u200b1,2024-04-05,100.00", "看不见的字符"),
        ("V 1,2024-04-05,100.00", "中间有空格"),
        ("V1,0024-04-05,100.00", "应是笔误"),
    ],
)
def test_a_number_that_a_spreadsheet_damaged_is_refused_by_name(line: str, words: str, ledger: Ledger) -> None:
    with pytest.raises(LinesRefused, match=words):
        ledger.import_receipts(csv_file([line]), "f.csv")


def test_full_width_digits_and_leading_zeros_are_the_same_voucher(ledger: Ledger) -> None:
    header = "税票号码,行号,入库日期,实缴金额"
    ledger.import_receipts(csv_file(["A12,1,2024-01-01,1.00"], header), "a.csv")

    again = ledger.import_receipts(csv_file(["Ａ１２,01,2024-01-01,1.00"], header), "b.csv")

    assert (again.recorded, again.known) == (0, 1)


def test_a_voucher_with_and_without_its_treasury_is_not_counted_twice(ledger: Ledger) -> None:
    ledger.import_receipts(csv_file(["V1,2024-01-01,1.00"]), "a.csv")

    with pytest.raises(LinesRefused, match="会重复计算"):
        ledger.import_receipts(csv_file(["V1,国库,2024-01-01,1.00"], "税票号码,收款国库,入库日期,实缴金额"), "b.csv")
