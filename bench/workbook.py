"""The receipts as a workbook, as people get them from the tax office's system."""

from pathlib import Path

import xlsxwriter

from bench.workload import COLUMNS, LINES_PER_FILE, Workload


def workbook(workload: Workload, folder: Path) -> Path:
    """All receipts of a CSV file on one sheet: texts, and amounts as numbers."""
    path = folder / f"receipts-{workload.n}.xlsx"
    (text, *_) = workload.files(folder)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("入库明细")
        sheet.write_row(0, 0, COLUMNS)
        with text.open(encoding="utf-8") as lines:
            next(lines)
            for number, line in zip(range(1, LINES_PER_FILE), lines, strict=False):
                *cells, amount = line.rstrip("\n").split(",")
                sheet.write_row(number, 0, cells)
                sheet.write_number(number, len(cells), float(amount))
    return path
