"""Hot rows: msgspec accepts, refuses and prints what the schema says that marshmallow would."""

import json
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.exceptions import UnprocessableEntity

from api.http.hot import printed, reader_of
from api.resources.lines import LINES_MAX, ReceiptSchema, ReceiptsSchema, refuse_lines_unfit
from api.resources.statements import StatementSchema, document_of
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import Refusal
from ledger.files.json_table import NAMES
from ledger.files.marks import marked, marks_of
from ledger.files.receipts_file import read_receipts
from ledger.projections.statements import statements, statements_as_of
from tests.conftest import agree, csv_file, two_counties

SOUND = {"voucher": "V1", "booked_on": "2024-01-05", "amount": "300.00", "collector": "甲县"}
ODD = st.sampled_from(
    ["", " ", "V1\n", "\ud800", "0", "-0", "-", "1.", ".5", "1.234", "00001", "1e3", "１２", "999999999999999999", "10000000000000",
     "10000000000000.00", "10000000000000.01", "-10000000000000.0", "010000000000000", "9999999999999.99", "1\n", "+1", "1,000.00",
     "2024-02-30", "2024-1-5", "20240105", "2024-01-05T00:00:00", "0000-01-01", "9999-12-31", "甲" * 200, "甲" * 201]
)  # fmt: skip
VALUES = st.one_of(
    ODD, st.text(max_size=12), st.integers(), st.booleans(), st.none(), st.just([]), st.just({}), st.just(1.5)
)
NAMES_SENT = st.one_of(
    st.sampled_from([*ReceiptSchema._declared_fields, "amount_fen", "税票号码"]), st.text(max_size=5)
)
LINE = st.one_of(st.dictionaries(NAMES_SENT, VALUES, max_size=3).map(lambda odd: SOUND | odd), st.just(SOUND), VALUES)
BODY = st.one_of(
    st.fixed_dictionaries({"lines": st.lists(LINE, max_size=3)}),
    st.fixed_dictionaries({"lines": st.lists(LINE, max_size=3), "more": VALUES}),
    VALUES,
)


def accepted_hot(body: bytes) -> bool:
    try:
        reader_of(ReceiptsSchema)(body)
    except msgspec.DecodeError:
        return False
    return True


def accepted_plainly(body: bytes) -> bool:
    try:
        ReceiptsSchema().loads(body.decode())
    except ValidationError:
        return False
    return True


@given(BODY)
def test_hot_lines_have_the_verdict_of_the_schema(sent: Any) -> None:
    body = json.dumps(sent).encode()

    assert accepted_hot(body) == accepted_plainly(body)


def test_so_many_lines_are_taken_and_no_more() -> None:
    for count in (0, 1, LINES_MAX, LINES_MAX + 1):
        body = json.dumps({"lines": [SOUND] * count}).encode()

        assert accepted_hot(body) == accepted_plainly(body) == (0 < count <= LINES_MAX), count


def test_every_fault_of_lines_is_named_at_once() -> None:
    body = json.dumps({"lines": [SOUND | {"amount": 300}, SOUND | {"booked_on": "5 日"}, {}]}).encode()

    with pytest.raises(UnprocessableEntity) as refused:
        refuse_lines_unfit(body)

    assert [sorted(faults) for faults in refused.value.data["messages"]["json"]["lines"].values()] == [  # type: ignore[attr-defined]
        ["amount"],
        ["booked_on"],
        ["amount", "booked_on", "voucher"],
    ]


def test_statements_are_printed_as_the_schema_prints_them(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,300.00", "V2,2024-02-05,-0.07"]), "一.csv")
    ledger.close_period(Period(2024, 1))
    books = ledger.books

    found = [each for month in (1, 2) for each in statements(books, Period(2024, month))]
    found += statements_as_of(books, date(2024, 2, 29))

    assert [each.is_draft for each in found] == [False, True, True]
    for each in found:
        document = document_of(each)
        said, plain = json.loads(printed(StatementSchema, document)), StatementSchema().dump(document)
        assert said == json.loads(json.dumps(plain)) and list(said) == list(plain)


# The lines as a file


def test_lines_in_json_are_read_like_the_same_lines_in_a_table() -> None:
    lines = [
        {
            "voucher": "V1",
            "line": "1",
            "booked_on": "2024-01-05",
            "amount": "300.00",
            "collector": "甲县",
            "project": "项目甲",
        },
        {
            "voucher": "V2",
            "booked_on": "2024-02-05",
            "amount": "-40.01",
            "kind": "退库",
            "original": "V1",
            "original_line": "1",
        },
    ]
    names = list(dict.fromkeys(name for line in lines for name in line))
    rows = [
        ",".join(NAMES[name] for name in names),
        *(",".join(line.get(name, "") for name in names) for line in lines),
    ]

    sent = read_receipts(json.dumps({"lines": lines}).encode(), "一.json")
    table = read_receipts("\n".join(rows).encode(), "一.csv")

    assert [(entry.key, entry.booked_on, entry.amount_fen, entry.original) for entry in sent.linked()] == [
        (entry.key, entry.booked_on, entry.amount_fen, entry.original) for entry in table.linked()
    ]


def test_every_name_of_a_line_is_a_column_that_files_have() -> None:
    assert list(ReceiptSchema._declared_fields) and set(ReceiptSchema._declared_fields) == set(NAMES)


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b'{"lines": []}', b'{"lines": [{"voucher": 1}]}', b'{"lines": [' + b"[" * 5_000]
)
def test_what_holds_no_lines_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal):
        read_receipts(body, "一.json")


def test_lines_in_json_are_given_back_marked_as_a_table(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    body = json.dumps({"lines": [SOUND, SOUND | {"voucher": "V2", "booked_on": "=1+1"}]}).encode()

    plan = ledger.plan_import(body, "一.json", skip_bad=True)

    said = marked(body, "一.json", marks_of(plan, "planned", "zh")).decode("utf-8-sig").splitlines()
    assert said[0].endswith("导入结果,原因") and "可以记入" in said[1] and "有误，未记" in said[2]
