"""Quantities (数量): how a pool's whole numbers are written, and what must be said beside them.

Every split or double figure carries 仅用于考核: only the in-place figure is official (semantics finding 26).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ledger.domain.recording.figures import decimal_text
from ledger.domain.stating.statement import basis_of
from ledger.domain.terms import Pool
from ledger.projections.wording import CAUSES_OF_FIGURES_ZH, CAUSES_ZH, exact_fen, money

FOR_ASSESSMENT = "仅用于考核，不得对外公布。For assessment only."
MARKS = {"split": FOR_ASSESSMENT, "double": FOR_ASSESSMENT, "in_place": "在地统计数，不分劈。"}
OF_DATES = "时点数：每个日期各自计算、各自取整；上表是所含各日期之和，只供核对，不是某一时点的数。"
BASES_ZH = {"split": "分列", "double": "双算", "in_place": "在地", "quota": "额度", "inputs": "投入"}
COLUMNS = {
    "": ("应得", "已征收", "净额（应收+/应付−）"),
    "inputs": ("应承担", "已投入", "差额（应补+/应收−）"),
    "quota": ("分得", "下达", "差额"),
    "split": ("分列数", "在地数", "差额"),
    "double": ("双算数", "在地数", "差额"),
    "in_place": ("在地数", "报送数", "差额"),
}


@dataclass(frozen=True)
class Quantity:
    """The unit and smallest step of a pool's whole numbers, and the basis in which they are meant."""

    unit: str = "元"
    step: Fraction = Fraction(1, 100)
    basis: str = ""

    @property
    def mark(self) -> str:
        """What must stand beside every figure; empty for money."""
        return MARKS.get(self.basis, "")

    def cause(self, cause: str) -> str:
        """What a cause is called: money comes in, figures are reported."""
        return CAUSES_OF_FIGURES_ZH.get(cause, CAUSES_ZH[cause]) if self.basis else CAUSES_ZH[cause]

    @property
    def columns(self) -> tuple[str, str, str]:
        """What is stated, what it is compared with, and the difference, as people call them here."""
        return COLUMNS[self.basis]

    @property
    def received(self) -> str:
        """What the amounts of lines are called: money comes in, figures are reported."""
        return "报送数" if self.basis else "入库金额"

    def text(self, whole: int | None) -> str:
        """A number of smallest steps as people write it, with thousands commas; a dash where it is not known."""
        if whole is None:
            return "—"
        if self.step == Fraction(1, 100):
            return money(whole)
        sign, digits = ("-", whole * -1) if whole < 0 else ("", whole)
        number, dot, places = decimal_text(digits * self.step).partition(".")
        return f"{sign}{int(number):,}{dot}{places}"

    @cached_property
    def _places(self) -> tuple[int, int]:
        """How many decimals the step has, and how many units of the last of them it is."""
        places = len(decimal_text(self.step).partition(".")[2])
        return places, int(self.step * 10**places)

    def written(self, whole: int) -> str:
        """A number of smallest steps as programs read it: with as many decimals as the step has, and nothing else."""
        places, units = self._places
        digits = f"{abs(whole) * units:0{places + 1}}"
        text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        return f"-{text}" if whole < 0 else text

    def read(self, text: str) -> int:
        """The number of smallest steps that `written` wrote."""
        whole = Fraction(text) / self.step
        assert whole.denominator == 1, text
        return whole.numerator

    def said(self, whole: int) -> str:
        """A number with its unit."""
        return f"{self.text(whole)} {self.unit}"

    def exact(self, amount: Fraction) -> str:
        """An exact number with the fraction of a smallest step beside it: `12.34 元又 1/3 分`."""
        if not self.basis:
            return exact_fen(amount)
        whole, rest = divmod(abs(amount), 1)
        fraction = f"又 {rest} 个最小计数" if rest else ""
        return f"{'-' if amount < 0 else ''}{self.said(int(whole))}{fraction}"


def quantity_of(pool: Pool) -> Quantity:
    """How the numbers of a pool are written."""
    if pool.reported is None:
        return Quantity()
    return Quantity(pool.reported.unit, pool.reported.step, basis_of(pool))


def stated_quantity(unit: str, step: str, basis: str) -> Quantity:
    """How the numbers of a statement are written, by what it says of itself."""
    return Quantity(unit or "元", Fraction(step or "1/100"), basis)
