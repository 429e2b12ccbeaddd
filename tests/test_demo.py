"""The demonstration books: made by the ordinary acts, with nothing that an agreement means to select left out."""

from random import Random

from stdnum.cn import uscc

from api.cli.demo import make
from api.demo.receipts import enterprises, parts, receipts_file
from ledger.application import Ledger


def test_forty_enterprises_with_valid_credit_codes_and_the_same_file_every_time() -> None:
    codes = [enterprise.code for enterprise in enterprises(Random(2024))]

    assert len(set(codes)) == 40
    assert all(uscc.is_valid(code) for code in codes)
    assert receipts_file() == receipts_file()
    assert sum(part.count("\n") - 1 for part in parts()) == receipts_file().count("\n") - 1


def test_every_line_is_selected_once_but_those_of_outsiders_and_of_taxes_left_out(ledger: Ledger) -> None:
    make(ledger)
    books = ledger.books
    readers = [books.reader(each, books.position) for each in books.agreements.values()]

    claimed = {entry.key: sum(bool(reader.read(entry)) for reader in readers) for entry in books.entries}
    unclaimed = [entry for entry in books.entries if not claimed[entry.key]]

    assert max(claimed.values()) == 1
    assert all(entry.subject in ("10110", "10112") or "620822" in entry.enterprise for entry in unclaimed)
    assert {party.name for each in books.agreements.values() for party in each.terms.parties.values()} >= {
        "崆峒区", "华亭市", "泾川县", "灵台县", "崇信县", "庄浪县", "静宁县",
    }  # fmt: skip
    assert ledger.verify().is_sound
