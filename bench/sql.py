"""Edition 2 in SQL, the same text for DuckDB and PostgreSQL: monthly totals of receipts by segments and shares.

Sums by project, segment and month; as of every month that something was booked in, what has come (segments of which
nothing has are left out) flows down base, shares and cap over one denominator; each account is rounded once; a month is what is due less what was due before.
Standard library only: the peers' own Python reads it.
"""

DIVIDE = """
with sums as (
    select r.project, s.seg, r.month, sum(r.fen) as fen
    from {receipts} r join segments s on s.project = r.project and r.dated between s.first and s.last
    group by r.project, s.seg, r.month
), active as (
    select distinct project, month from sums
), grid as (
    select s.*, a.month,
        coalesce(sum(u.fen) over so_far, 0) as fen, count(u.fen) over so_far as seen
    from active a join segments s on s.project = a.project
    left join sums u on u.project = s.project and u.seg = s.seg and u.month = a.month
    window so_far as (partition by s.project, s.seg order by a.month)
), coming as (
    select *, coalesce(sum(fen) over (
        partition by project, month, scope order by seg rows between unbounded preceding and 1 preceding
    ), 0) as come
    from grid where seen > 0
), based as (
    select *, case when base_limit is null then 0
        else least(come + fen, base_limit) - least(come, base_limit) end as base
    from coming
), capping as (
    select *, fen * (100 - percent) - base * 100 as rest,
        coalesce(sum(fen * 100 * coalesce(cap_weight, 0)) over (
        partition by project, month order by seg rows between unbounded preceding and 1 preceding
    ), 0) as cap_come
    from based
), flowing as (
    select *, case when cap_num is null then 0 else rest * cap_weight
        - least(cap_come + rest * cap_weight, cap_num) + least(cap_come, cap_num) end as excess
    from capping
), accounts as (
    select f.project, f.month, f.account, f.den * 100 as den, p.party, p.rank, sum(
        f.fen * f.percent * p.fund_weight * f.den + f.base * 100 * p.base_weight + f.rest * p.main_weight
        + f.excess * (p.host - p.capped)) as num
    from flowing f join shares p on p.project = f.project and p.seg = f.seg
    group by f.project, f.month, f.account, f.den, p.party, p.rank
), signed as (
    select *, case when sum(num) over account < 0 then -1 else 1 end as sign
    from accounts window account as (partition by project, month, account)
), cut as (
    select *, ((sign * num) % den + den) % den as remainder from signed
), ranked as (
    select *, row_number() over (account order by remainder desc, rank) as place,
        {div_missing} as missing
    from cut window account as (partition by project, month, account)
), due as (
    select project, month, party,
        sum(sign * ({div_floor} + case when place <= missing then 1 else 0 end)) as fen
    from ranked group by project, month, party
), moved as (
    select party, month, fen - coalesce(lag(fen) over (partition by project, party order by month), 0) as fen from due
)
select party, month, cast(sum(fen) as bigint) as fen from moved group by party, month having sum(fen) <> 0
"""
"""What reaches a cap is over the denominator times a hundred; `month` counts months from year nought."""


def divide(receipts: str, dialect: str) -> str:
    """The query over a table (or a query in brackets) of receipts: project, month, dated, fen."""
    exact = "div({}, {})" if dialect == "postgres" else "({} // {})"
    return DIVIDE.format(
        receipts=receipts,
        div_missing=exact.format("sum(remainder) over account", "den"),
        div_floor=exact.format("(sign * num - remainder)", "den"),
    )


TABLES = (
    "create table segments (project text, seg int, first date, last date, scope int, account int, percent int,"
    " den bigint, base_limit bigint, cap_weight bigint, cap_num numeric(38, 0))",
    "create table shares (project text, seg int, party text, rank int, fund_weight int, base_weight int,"
    " main_weight int, capped int, host int)",
)
RECEIPTS = (
    "create table {name} (voucher text primary key, booked_on date not null, period_first date, period_last date,"
    " subject text, enterprise text, project text, collector text, amount numeric(18, 2) not null)"
)
READ = (
    "(select project, cast(extract(year from booked_on) * 12 + extract(month from booked_on) - 1 as int) as month,"
    " period_first as dated, cast(amount * 100 as bigint) as fen from {name})"
)
