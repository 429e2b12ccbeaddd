"""`enclave change`: parks and region codes over a server are changed by two people, one who asks and one who confirms."""

import click

from api.cli.over_http import register as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.domain.errors import RuleBroken
from ledger.domain.terms import Document


class NothingAskedHere(RuleBroken):
    """Books on this machine, where changes of the register need no second person."""

    zh = "本机的账簿里，园区和区划代码的变更当场登记，没有等待确认的。要办服务上的，请写 --server。"
    en = "Books on this machine record changes of parks and region codes at once; none waits. For those of a service give --server."


@click.group()
def change() -> None:
    """登记变更（经由服务）：列出、确认。Changes of parks and region codes that wait on a service."""


@change.command("list")
@json_option
@pass_settings
def list_changes(settings: Settings, as_json: bool) -> None:
    """列出园区、区划代码的变更，最近的在前。Changes, the latest first."""
    found = settings.computed(_none_waits, over_http.changes)
    if as_json:
        print_json({"changes": found})
        return
    rows = [(each["id"], each["sentence"], each["maker"], each["checker"] or "待另一人确认") for each in found]
    print_table("登记变更 Changes", ("编号", "内容", "提出", "确认"), rows)


@change.command("confirm")
@click.argument("change", metavar="ID")
@json_option
@pass_settings
def confirm_change(settings: Settings, change: str, as_json: bool) -> None:
    """确认一项变更；提出的人不能确认。Confirm a change; not by who asked for it."""
    _print(settings.computed(_none_waits_of, lambda service: over_http.confirm(service, change)), as_json)


def ask(settings: Settings, *path: str, body: Document, as_json: bool) -> None:
    """Ask a service for a change, which another person confirms."""
    _print(settings.computed(_none_waits_of, lambda service: service.post(*path, body=body)), as_json)


def _print(said: Document, as_json: bool) -> None:
    if as_json:
        print_json(said)
    elif said["position"]:
        print_lines([f"{said['sentence']}：已登记（第 {said['position']} 号事项）。"])
    else:
        print_lines(
            [f"{said['sentence']}：已提出，编号 {said['id']}。请另一人确认：enclave change confirm {said['id']}。"]
        )


def _none_waits() -> list[Document]:
    raise NothingAskedHere()


def _none_waits_of() -> Document:
    raise NothingAskedHere()
