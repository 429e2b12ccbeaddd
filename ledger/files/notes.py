"""What a file was read as, where that is not plain from its figures: said to people, and recorded with its lines."""

from dataclasses import dataclass

from ledger.domain.errors import Language


@dataclass(frozen=True)
class Note:
    """One sentence about how a file was read."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """The sentence, in Chinese or English."""
        return self.en if language == "en" else self.zh


def converted(unit: str, scale: int, columns: str) -> Note:
    """Amounts were counted in another unit than yuan."""
    return Note(
        f"文件写明单位“{unit}”：{columns}已乘以 {scale:,} 换算成元，没有舍入。",
        f"The file counts in '{unit}': {columns} multiplied by {scale:,} to yuan, nothing rounded.",
    )


def counts_in_yuan(unit: str, scale: int, lines: int) -> Note:
    """Contributions were counted in another unit than yuan."""
    return Note(
        f"有 {lines} 笔以“{unit}”计，计入时乘以 {scale:,} 换算成元，没有舍入。",
        f"{lines} contribution(s) in '{unit}' count as yuan, multiplied by {scale:,}, nothing rounded.",
    )


def recorded_in(batch: str) -> Note:
    """A line says what was recorded before."""
    return Note(f"见批次 {batch}", f"See batch {batch}.")


def revises(batch: str, value: str) -> Note:
    """A line takes the place of what was reported before."""
    return Note(
        f"修订：取代批次 {batch} 的 {value}" if batch else f"修订：取代本文件前面的 {value}",
        f"Revises {value} of batch {batch}." if batch else f"Revises {value} of this file.",
    )


def sums_left_out(count: int) -> Note:
    """Lines of sums were recognised."""
    return Note(
        f"有 {count} 行合计（小计、总计）不是明细，不记，只用来核对。",
        f"{count} line(s) of sums are no lines of their own; they only serve to check.",
    )


def feet_left_out(count: int) -> Note:
    """Rows below the table were recognised."""
    return Note(f"表下有 {count} 行落款或说明，不是明细，不记。", f"{count} row(s) below the table are no lines.")


def red_negative(count: int) -> Note:
    """Amounts in red were read as negative."""
    return Note(f"有 {count} 个金额用红字写成，按负数记。", f"{count} amount(s) in red were read as negative.")


def sheet_read(sheet: str) -> Note:
    """Which of several sheets was read."""
    return Note(f"读的是工作表“{sheet}”，其余工作表不读。", f"Sheet '{sheet}' was read, and no other.")


def mapped(name: str) -> Note:
    """A saved mapping was used."""
    return Note(f"表头按存下的对照“{name}”认列。", f"The header was read by the saved mapping '{name}'.")
