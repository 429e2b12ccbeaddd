"""What can be wrong with a line of receipts: one class, one rule."""

from ledger.domain.errors import RuleBroken


class FileEmpty(RuleBroken):
    """A file without lines."""

    zh = "文件 {file} 没有明细行。请核对是否选错文件。"
    en = "{file} has no lines. Check that it is the right file."


class CellsMissing(RuleBroken):
    """A line with other cells than the header."""

    zh = "这一行有 {found} 格，表头有 {expected} 列；文件可能被截断，或多了分隔符。请核对原文件。"
    en = "This line has {found} cells, the header {expected}; the file may be cut. Check the original."


class QuoteOpen(RuleBroken):
    """A quotation mark that is never closed."""

    zh = "引号没有收尾，文件可能被截断。请重新导出。"
    en = "A quotation mark is not closed; the file may be cut. Export it again."


class CellEmpty(RuleBroken):
    """A cell that must be filled."""

    zh = "这一格不能为空。请补上。"
    en = "This cell cannot be empty. Fill it in."


class CellUnfit(RuleBroken):
    """A cell that is too long, or holds tabs, line breaks or other invisible characters."""

    zh = "这一格过长（超过 {limit} 字），或含有制表符、换行等看不见的字符。请清理后重新导出。"
    en = "This cell is longer than {limit} characters, or holds tabs, line breaks or other invisible characters. Clean it."


class CellIsError(RuleBroken):
    """A cell whose formula came to an error, or was never worked out."""

    zh = "这一格是 {text}：公式出错，或没有算出结果。请在 Excel 里改正、重算并保存，再导入。"
    en = "This cell is {text}: its formula failed, or was never worked out. Correct it, let it be worked out and save."


class HeaderNotFirst(RuleBroken):
    """A file without a header: only titles, or columns parted by something else than commas."""

    zh = "文件 {file} 找不到表头，只见“{found}”。表头应在前 30 行之内；CSV 的各列用英文逗号分隔。请补上表头，或另存为逗号分隔的 CSV。"
    en = "{file} has no header, only '{found}'. It stands within the first 30 rows; the columns of CSV are parted by commas."


class IdentifierDamaged(RuleBroken):
    """A number that a spreadsheet turned into scientific notation: its last digits are gone."""

    zh = "“{text}”是科学计数法，号码的末几位已被 Excel 丢掉。请把该列设为文本，从原系统重新导出。"
    en = "'{text}' is scientific notation; a spreadsheet lost its last digits. Export the column again as text."


class IdentifierWithSpace(RuleBroken):
    """A number with a space inside."""

    zh = "号码“{text}”中间有空格。请去掉空格。"
    en = "The number '{text}' has a space inside. Remove it."


class YearImplausible(RuleBroken):
    """A year that no receipt of these books can have."""

    zh = "日期 {day} 的年份不在 {first} 至 {last} 之间，应是笔误。请核对。"
    en = "The year of {day} is not between {first} and {last}; it must be a slip. Check it."


class DayInCellUnreadable(RuleBroken):
    """A date that is none."""

    zh = "日期“{day}”读不懂。请写成 2024-03-31 的样子。"
    en = "Date '{day}' cannot be read. Write it like 2024-03-31."


class AmountZero(RuleBroken):
    """A line of nothing."""

    zh = "金额为零，没有可入账的内容。请删去这一行或核对金额。"
    en = "The amount is zero. Remove the line or check it."


class CreditCodeWrong(RuleBroken):
    """A unified social credit code whose check digit or length does not fit (GB 32100)."""

    zh = "社会信用代码“{code}”校验位不符或位数不对（GB 32100：18 位；旧号 15 或 20 位）。请与营业执照核对。"
    en = "Credit code '{code}' is wrong: 18 signs with their check digit (GB 32100), or 15 or 20 of old. Check the licence."


class SubjectUnreadable(RuleBroken):
    """A budget subject without a code."""

    zh = "预算科目“{subject}”没有代码。请写成 10101 或 10101|增值税。"
    en = "Budget subject '{subject}' has no code. Write 10101 or 10101|name."


class SharesUnreadable(RuleBroken):
    """Level shares on a line that do not add up to 100 %."""

    zh = "预算分配比例“{shares}”读不懂或合计不是 100%。请写成 中央50%省15%县35%。"
    en = "Level shares '{shares}' cannot be read or do not add up to 100 %."


class LevelOfOtherSign(RuleBroken):
    """A level's figure with another sign than the line."""

    zh = "有一级的金额与实缴金额 {amount} 元符号相反。各级金额须与实缴金额同号，或为零。"
    en = (
        "A level's figure has another sign than the line's {amount} yuan. All levels have the line's sign, or are zero."
    )


class LevelsDoNotFoot(RuleBroken):
    """The treasury's figures by level do not add up to the line."""

    zh = "各级金额合计 {levels} 元，不等于实缴金额 {amount} 元。请核对。"
    en = "The levels add up to {levels} yuan, not to the line's {amount} yuan. Check them."


class PeriodBackwards(RuleBroken):
    """A tax period that ends before it begins."""

    zh = "税款所属期止 {last} 早于所属期起 {first}。请核对。"
    en = "The tax period ends {last}, before it begins {first}. Check it."


class VoucherTwice(RuleBroken):
    """One voucher, twice in a file, with different contents."""

    zh = "税票 {voucher} 在本文件第 {other} 行已有，“{columns}”却不同。请删去一行，或用行号区分。"
    en = "Voucher {voucher} already stands on line {other} with another {columns}. Remove one, or number the lines."


class RefundPositive(RuleBroken):
    """A line that says it is a refund, with an amount that comes in."""

    zh = "税款属性写的是“{kind}”，金额 {amount} 元却是正数，会当成收入。退库的金额写负数；写错了属性的请改正。"
    en = "The line says it is a refund ('{kind}'), but its {amount} yuan are positive and would count as income. Write it negative."


class ReversalNamesNone(RuleBroken):
    """A reversal without its original."""

    zh = "冲销没有写“原税票号码”，不知道冲销哪一笔。请补上。"
    en = "A reversal without its original. Fill in 原税票号码."


class OriginalLeftOut(RuleBroken):
    """A reversal or refund of a line that was left out."""

    zh = "原税票 {original} 在本文件第 {line} 行，那一行有问题，没有记下；这一行也不能记。请一并改正后重新导入。"
    en = "Original {original} stands on line {line}, which is wrong and was left out; so is this line. Correct both."
