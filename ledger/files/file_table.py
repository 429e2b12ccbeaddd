"""One door for files: the bytes say what a file is, its name does not."""

from ledger.files.columns import Layout
from ledger.files.csv_table import csv_table
from ledger.files.dbf_table import dbf_table, is_dbf
from ledger.files.json_table import is_json, json_table
from ledger.files.table import Table
from ledger.files.workbook import is_workbook, workbook_table


def table_of_file(data: bytes, name: str, layout: Layout, sheet: str = "") -> Table:
    """The lines of a CSV, XLSX, DBF or JSON file under the columns of a layout; `sheet` names one of several.

    Raises what reading each kind raises; SheetUnknown for a sheet of a file without sheets.
    """
    if is_workbook(data):
        return workbook_table(data, name, layout, sheet)
    if is_dbf(data):
        return dbf_table(data, name, layout)
    if is_json(data):
        return json_table(data, name, layout)
    return csv_table(data, name, layout)
