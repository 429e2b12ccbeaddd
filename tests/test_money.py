"""Money: text to fen and back, never rounded, never beyond what a column can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.money import ENTRY_FEN_MAX, SUM_FEN_MAX, AmountNotWholeFen, AmountTooLarge, check_sums, fen, yuan


@given(st.integers(-ENTRY_FEN_MAX, ENTRY_FEN_MAX))
def test_what_is_written_reads_back_as_the_same_fen(amount_fen: int) -> None:
    assert fen(yuan(amount_fen)) == amount_fen


@pytest.mark.parametrize(
    "text", ["1.005", "1e3", "1/4", "１００", " 1", "1,000.00", "+1", "abc", "", "-", ".5", "1.", "NaN"]
)
def test_yuan_that_is_not_whole_fen_is_refused(text: str) -> None:
    with pytest.raises(AmountNotWholeFen):
        fen(text)


def test_an_entry_above_ten_to_the_fifteen_fen_is_refused() -> None:
    assert fen(yuan(ENTRY_FEN_MAX)) == ENTRY_FEN_MAX
    with pytest.raises(AmountTooLarge):
        fen(yuan(ENTRY_FEN_MAX + 1))


def test_a_sum_beyond_sixty_three_bits_is_refused() -> None:
    check_sums([SUM_FEN_MAX, -SUM_FEN_MAX])
    with pytest.raises(AmountTooLarge):
        check_sums([0, SUM_FEN_MAX + 1])
