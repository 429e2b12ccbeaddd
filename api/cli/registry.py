"""`enclave project|park|region`: the register of projects, parks and region codes."""

from collections.abc import Mapping, Sequence
from datetime import date

import click

from api.cli.changing import ask
from api.cli.over_http import register as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.calendar import day
from ledger.domain.register.parks import Parks
from ledger.domain.register.projects import STAGES_ZH, Project, find, stage_named
from ledger.domain.register.relocations import Location
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.projections.register import (
    park_document,
    park_tree,
    project_document,
    project_in_words,
    relocation_document,
    stage_in_words,
    succession_documents,
    tree_document,
)


def day_read(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    """A day written 2024-03-31; `open` and nothing are no day.  Raises DayUnreadable."""
    return None if text in (None, "open") else day(text or "")


on_option = click.option("--on", required=True, callback=day_read, help="日期，写 2024-03-31。The day.")
source_option = click.option("--source", required=True, help="依据的文件。The document it rests on.")


# Projects


@click.group()
def project() -> None:
    """项目：登记、阶段、异地流转、企业迁移。Projects: register, stages, transfer, relocation."""


@project.command("register")
@click.argument("name")
@click.option("--enterprise", default="", help="社会信用代码。Credit code.")
@click.option("--park", default="", help="所在园区。Park.")
@click.option("--from", "introducer", default="", help="引荐方（首谈地）。Who introduced it.")
@click.option("--to", "receiver", default="", help="承接方。Who receives it.")
@click.option(
    "--agreement", default="", callback=agreement_number, help="约束双方的协议编号。Agreement that binds both."
)
@json_option
@pass_settings
def register_project(
    settings: Settings,
    name: str,
    enterprise: str,
    park: str,
    introducer: str,
    receiver: str,
    agreement: str,
    as_json: bool,
) -> None:
    """登记一个项目；NAME 与入库明细“项目”列的写法一致。Register a project under the name that files use."""
    entered = Project("", name, enterprise, park, introducer, receiver, agreement)
    body = {"name": name, "enterprise": enterprise, "park": park, "introducer": introducer, "receiver": receiver}
    found = settings.told(
        lambda ledger: _project(ledger, ledger.register_project(entered).number),
        lambda service: over_http.keep(service, body=body | {"agreement": agreement}),
    )
    _show_project(found, as_json)


@project.command()
@click.argument("who", metavar="PROJECT")
@click.argument("stage", metavar="STAGE")
@on_option
@source_option
@click.option(
    "--supersedes", default="", callback=agreement_number, help="取代哪一条记录，如 P1-2。Record it corrects."
)
@json_option
@pass_settings
def stage(settings: Settings, who: str, stage: str, on: date, source: str, supersedes: str, as_json: bool) -> None:
    """登记到达的阶段：签约、注册、开工、达产、首笔税收、退出。A stage: signed … exited."""
    reached = stage_named(stage)
    body = {"stage": reached, "on": on.isoformat(), "source": source, "supersedes": supersedes}
    found = settings.told(
        lambda ledger: _project(ledger, ledger.reach_stage(who, reached, on, source, supersedes).number),
        lambda service: over_http.keep(service, who, "stages", body=body),
    )
    _show_project(found, as_json)


@project.command()
@click.argument("who", metavar="PROJECT")
@click.option("--to", "receiver", required=True, help="承接方，协议参与方的名称、代号或区划。Receiver.")
@click.option("--agreement", required=True, callback=agreement_number, help="约束双方的协议编号。Agreement.")
@on_option
@click.option("--source", default="", help="依据的文件。The document it rests on.")
@click.option("--from", "introducer", default="", help="流出方；没有登记引荐方时必写。Giver, where none is on record.")
@json_option
@pass_settings
def transfer(
    settings: Settings,
    who: str,
    receiver: str,
    agreement: str,
    on: date,
    source: str,
    introducer: str,
    as_json: bool,
) -> None:
    """异地流转：项目交给承接方，协议须已生效并含双方。Hand a project on, both bound by an agreement."""
    body = {"receiver": receiver, "agreement": agreement, "on": on.isoformat(), "source": source}
    found = settings.told(
        lambda ledger: _project(
            ledger, ledger.transfer_project(who, agreement, receiver, on, source, introducer).number
        ),
        lambda service: over_http.keep(service, who, "transfer", body=body | {"introducer": introducer}),
    )
    _show_project(found, as_json)


@project.command()
@click.argument("who", metavar="PROJECT")
@click.option("--park", default="", help="迁入的园区。New park.")
@click.option("--region", default="", help="迁入地；不写则不变。New region.")
@on_option
@source_option
@click.option("--from-park", default="", help="迁出的园区，账内没有时写。Old park, if not on record.")
@click.option("--from-region", default="", help="迁出地，账内没有时写。Old region, if not on record.")
@json_option
@pass_settings
def relocate(
    settings: Settings,
    who: str,
    park: str,
    region: str,
    on: date,
    source: str,
    from_park: str,
    from_region: str,
    as_json: bool,
) -> None:
    """企业迁移：项目的企业换了园区或地方。The project's enterprise moved."""
    new, old = Location(park, region), Location(from_park, from_region)
    body = {"park": park, "region": region, "on": on.isoformat(), "source": source}
    moved = settings.told(
        lambda ledger: relocation_document(ledger.relocate_enterprise(who, new, on, source, old)),
        lambda service: over_http.relocate(service, who, body | {"from_park": from_park, "from_region": from_region}),
    )
    if as_json:
        print_json(moved)
        return
    left, reached = Location(**moved["old"]), Location(**moved["new"])
    print_lines([f"企业 {moved['enterprise']} 于 {moved['on']} 由 {left} 迁到 {reached}。"])


@project.command("show")
@click.argument("who", metavar="[PROJECT]", required=False)
@json_option
@pass_settings
def show_project(settings: Settings, who: str | None, as_json: bool) -> None:
    """列出项目，或查看一个。List projects, or show one."""
    if who:
        found = settings.told(lambda ledger: _project(ledger, who), lambda service: over_http.project(service, who))
        _show_project(found, as_json)
        return
    every = settings.told(lambda ledger: _projects(ledger.books), over_http.projects)
    if as_json:
        print_json({"projects": every})
        return
    columns = ("编号", "名称", "园区", "引荐方", "承接方", "协议", "最近阶段")
    words = ("project", "name", "park", "introducer", "receiver", "agreement")
    rows = [(*(each[word] for word in words), stage_in_words(each["stages"])) for each in every]
    print_table("项目 Projects", columns, rows)


def _projects(books: Books) -> list[Document]:
    return [project_document(each, books.relocations) for each in books.projects.values()]


def _project(ledger: Ledger, who: str) -> over_http.Project:
    books = ledger.books
    found = find(books.projects, who)
    return project_document(found, books.relocations), list(project_in_words(found, books.relocations))


def _show_project(found: over_http.Project, as_json: bool) -> None:
    document, sentences = found
    print_json(document) if as_json else print_lines(sentences)


stage.help = f"{stage.help}\n\nSTAGE：{'、'.join(f'{word} {key}' for key, word in STAGES_ZH.items())}。"


# Parks


@click.group()
def park() -> None:
    """园区：登记、换上级、改起止日期、画成树。Parks: register, move, date, show as a tree."""


@park.command("register")
@click.argument("name")
@click.option("--under", "parent", default="", help="上级园区；不写则自成一区。Parent park.")
@click.option("--from", "first", required=True, callback=day_read, help="起日。First day.")
@click.option("--to", "last", default="open", callback=day_read, help="止日（含）；不写为长期。Last day, or open.")
@json_option
@pass_settings
def register_park(settings: Settings, name: str, parent: str, first: date, last: date | None, as_json: bool) -> None:
    """登记园区；NAME 与明细“街道乡镇（园区）”列的写法一致。Register a park under the name that files use."""
    if settings.server is not None:
        body = {"park": name, "parent": parent, "from": first.isoformat(), "to": last.isoformat() if last else None}
        ask(settings, "parks", body=body, as_json=as_json)
        return
    found = settings.ledger().register_park(name, parent, first, last)
    _show_parks(settings, first, as_json, park_document(found))


@park.command("move")
@click.argument("name")
@click.option("--under", "parent", required=True, help='新的上级；写 "" 为不再有上级。New parent; "" for none.')
@on_option
@json_option
@pass_settings
def move_park(settings: Settings, name: str, parent: str, on: date, as_json: bool) -> None:
    """自某日起换上级；同一天再登记一次，以后一次为准。Put a park below another from a day on."""
    if settings.server is not None:
        ask(settings, "parks", name, "move", body={"parent": parent, "on": on.isoformat()}, as_json=as_json)
        return
    found = settings.ledger().move_park(name, parent, on)
    _show_parks(settings, on, as_json, park_document(found))


@park.command("date")
@click.argument("name")
@click.option("--from", "first", callback=day_read, help="起日；不写则不变。First day.")
@click.option("--to", "last", required=True, callback=day_read, help="止日（含），或 open。Last day, or open.")
@json_option
@pass_settings
def date_park(settings: Settings, name: str, first: date | None, last: date | None, as_json: bool) -> None:
    """改园区的起止日期，如撤并后的止日。Say a park's days anew, such as its last."""
    if settings.server is not None:
        body = {"from": first.isoformat() if first else None, "to": last.isoformat() if last else None}
        ask(settings, "parks", name, "days", body=body, as_json=as_json)
        return
    found = settings.ledger().date_park(name, first, last)
    _show_parks(settings, found.first, as_json, park_document(found))


@park.command("show")
@click.option("--on", callback=day_read, help="哪一天的园区；不写为今天。On which day; today if not said.")
@json_option
@pass_settings
def show_parks(settings: Settings, on: date | None, as_json: bool) -> None:
    """画出某一天的园区。The parks of a day as a tree."""
    _show_parks(settings, on or date.today(), as_json)


def _show_parks(settings: Settings, when: date, as_json: bool, changed: dict[str, object] | None = None) -> None:
    said, drawn = settings.told(
        lambda ledger: _parks(ledger.books.places().parks, when), lambda service: over_http.parks(service, when)
    )
    if as_json:
        print_json(changed or said)
    else:
        print_lines([f"{when} 的园区：", *drawn] if drawn else [f"{when} 没有登记在册的园区。"])


def _parks(parks: Parks, when: date) -> tuple[Document, list[str]]:
    every = [park_document(each) for each in parks.by_name.values()]
    return {"on": when.isoformat(), "tree": tree_document(parks, when), "parks": every}, park_tree(parks, when)


# Regions


@click.group()
def region() -> None:
    """行政区划代码：登记接替（改码、撤并）。Region codes: record which code took another's place."""


@region.command()
@click.argument("old")
@click.argument("new")
@on_option
@source_option
@json_option
@pass_settings
def succeed(settings: Settings, old: str, new: str, on: date, source: str, as_json: bool) -> None:
    """OLD 自某日起由 NEW 接替；按旧代码签的协议照常结算。NEW takes the place of OLD."""
    if settings.server is not None:
        body = {"old": old, "new": new, "on": on.isoformat(), "source": source}
        ask(settings, "regions", body=body, as_json=as_json)
        return
    _show_regions(succession_documents(settings.ledger().succeed_region(old, new, on, source)), as_json)


@region.command()
@click.argument("old")
@on_option
@source_option
@json_option
@pass_settings
def withdraw(settings: Settings, old: str, on: date, source: str, as_json: bool) -> None:
    """撤回登记有误的接替。Take back a succession recorded in error."""
    if settings.server is not None:
        body = {"old": old, "on": on.isoformat(), "source": source}
        ask(settings, "regions", "withdraw", body=body, as_json=as_json)
        return
    _show_regions(succession_documents(settings.ledger().withdraw_succession(old, on, source)), as_json)


@region.command("show")
@json_option
@pass_settings
def show_regions(settings: Settings, as_json: bool) -> None:
    """列出登记的接替。Every succession on record."""
    _show_regions(
        settings.told(lambda ledger: succession_documents(ledger.books.places().regions), over_http.successions),
        as_json,
    )


def _show_regions(found: Sequence[Mapping[str, str]], as_json: bool) -> None:
    if as_json:
        print_json({"successions": found})
        return
    rows = [(each["on"], each["old"], each["new"], each["source"]) for each in found]
    print_table("区划代码的接替 Successions", ("日期", "旧代码", "新代码", "依据"), rows)
