"""How an import goes over a server: the file is sent and shown, another person confirms it; and what becomes of it."""

from collections.abc import Callable, Iterator
from hashlib import sha256

import click

from api.cli.import_report import report_in_words, tried_in_words
from api.cli.importing import Importing
from api.cli.over_http import imports as over_http
from api.cli.printing import amount, console, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from api.client import Client, ServiceRefused
from api.uploads import UPLOAD_MAX, Kind
from ledger.domain.errors import Language, RuleBroken
from ledger.domain.terms import Document
from ledger.files.text import write_bytes

FILE = "file"
"""The command of an import whose first word is no other command."""
LINES_REFUSED = "lines-refused"
"""The stable name under which a file with wrong lines is refused, here and over a server."""
STATES_ZH = {
    "received": "待检查",
    "checked": "待另一人确认",
    "unreadable": "读不了",
    "confirmed": "已确认，待入账",
    "recording": "入账中",
    "recorded": "已入账",
    "withdrawn": "已撤回",
}


class LinesWrong(RuleBroken):
    """A file with wrong lines, sent without leave to skip them."""

    zh = "文件 {file} 有 {count} 行有误，整份未予接受，已经撤回，什么也没有记下。请改正后整份重新提交；要先记无误的行，加 --skip-bad。"
    en = "{file} has {count} wrong line(s); it was withdrawn and nothing recorded. Correct it and send it whole, or add --skip-bad."


class NothingWaits(RuleBroken):
    """Books on this machine, where no file waits for a second person."""

    zh = "本机的账簿导入时当场入账，没有等待确认的文件。要办服务上的，请写 --server。"
    en = (
        "Books on this machine record a file at once; none waits to be confirmed. For those of a service give --server."
    )


class _Group(click.Group):
    """A group whose first word may be a file in the place of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As typed, or with the command of files before it."""
        return super().parse_args(ctx, args if args and args[0] in self.commands else [FILE, *args])


def importing_group(name: str) -> Callable[[Callable[[], None]], click.Group]:
    """A command that takes a file, with commands below it for what waits on the service."""

    def decorate(described: Callable[[], None]) -> click.Group:
        group: click.Group = click.group(name, cls=_Group)(described)
        for command in (list_uploads, show_upload, confirm_upload, withdraw_upload):
            group.add_command(command)
        return group

    return decorate


def send(settings: Settings, asked: Importing, kind: Kind) -> None:
    """Send a file, show what recording it would do, leave it to somebody else to confirm it, or only try it out."""
    data = asked.read(UPLOAD_MAX)
    said = settings.computed(_no_server, lambda service: _sent(service, asked, kind, data, settings.language))
    print_json(said) if asked.as_json else print_lines(_sent_in_words(said))


def _sent(service: Client, asked: Importing, kind: Kind, data: bytes, language: Language) -> Document:
    stays = False
    with console(stderr=True).status(f"正在上传 {asked.file.name} …") as status:
        upload = over_http.send(
            service, data, asked.file.name, kind, skip_bad=asked.skip_bad, sheet=asked.sheet, mapping=asked.mapping
        )
        try:
            seen = over_http.settled(service, upload, lambda far: status.update(_progress(far)))
            if asked.out:
                write_bytes(asked.out, over_http.marked(service, upload))
            if seen["skipped"] and not (asked.skip_bad or asked.dry_run):
                raise _wrong(seen, language)
            stays = seen["recorded"] > 0 and not asked.dry_run
        finally:
            if not stays:
                _withdraw_quietly(service, upload)
    waits = {"import": upload, "state": "checked" if stays else "withdrawn"}
    report = over_http.report_read(seen)
    return waits | report | {"sha256": sha256(data).hexdigest(), "dry_run": asked.dry_run}


def _withdraw_quietly(service: Client, upload: str) -> None:
    """Take a file back of which nothing is to come; one that nobody could read needs no withdrawal."""
    try:
        over_http.withdraw(service, upload)
    except ServiceRefused as refused:
        if refused.kind != "upload-unreadable":
            raise


def _wrong(seen: Document, language: Language) -> ServiceRefused:
    """The refusal of a file with wrong lines, each rule with its first places."""
    title = LinesWrong(file=seen["name"], count=seen["skipped"]).say(language)
    errors = [{"where": "", "kind": each["kind"], "message": each["message"]} for each in seen["problems"]]
    return ServiceRefused(422, LINES_REFUSED, title, errors)


def _progress(said: Document) -> str:
    progress = said["progress"]
    done = progress["recorded"] if said["state"] == "recording" else progress["checked"] or progress["read"]
    of_all = f"，{done} / {progress['total']} 行" if progress["total"] else ""
    return f"{said['name']}：{STATES_ZH[said['state']]}{of_all} …"


def _sent_in_words(said: Document) -> Iterator[str]:
    waits = said["state"] == "checked"
    if said["dry_run"]:
        yield f"试导入 {said['file']}：什么也没有记下，上传的文件已经撤回。"
    elif waits:
        yield f"{said['file']} 已经上传，编号 {said['import']}，还没有入账。"
    else:
        yield f"{said['file']}：没有新的行可记，上传的文件已经撤回，没有改变任何内容。"
    yield from _report_in_words(said)
    if waits:
        yield f"请另一人看过以后确认：enclave import show {said['import']}，enclave import confirm {said['import']}。"
        yield f"要撤回：enclave import withdraw {said['import']}。"


def _report_in_words(said: Document) -> Iterator[str]:
    told = "数值见文件" if said["sum_fen"] is None else f"合计 {amount(said['sum_fen'])} 元"
    yield from tried_in_words(said, told)
    yield from report_in_words(said)


def _no_server() -> Document:
    raise NothingWaits()


# What waits on the service

UPLOAD = click.argument("upload", metavar="ID")


@click.command("list")
@json_option
@pass_settings
def list_uploads(settings: Settings, as_json: bool) -> None:
    """列出上传的文件，最近的在前。The files that were sent."""
    found = settings.computed(_no_uploads, over_http.every)
    if as_json:
        print_json({"imports": found})
        return
    rows = [(each["id"], each["name"], each["maker"], each["checker"], STATES_ZH[each["state"]]) for each in found]
    print_table("上传的文件 Imports", ("编号", "文件", "上传", "确认", "状态"), rows)


def _no_uploads() -> list[Document]:
    raise NothingWaits()


@click.command("show")
@UPLOAD
@json_option
@pass_settings
def show_upload(settings: Settings, upload: str, as_json: bool) -> None:
    """确认以前先看：认出的列、问题、各方会多得多少。What confirming it would do."""
    said = _settled(settings, upload, over_http.waited)
    report = over_http.report_read(said) if "previewed_at" in said else {}
    problem = said["problem"]["title"] if said["problem"] else ""
    if as_json:
        print_json({"import": upload, "state": said["state"], "problem": problem} | report)
        return
    print_lines(
        [f"{said['name']}：{STATES_ZH[said['state']]}，由 {said['maker']} 上传。", *([problem] if problem else [])]
    )
    print_lines(_report_in_words(report) if report else [])


@click.command("confirm")
@UPLOAD
@json_option
@pass_settings
def confirm_upload(settings: Settings, upload: str, as_json: bool) -> None:
    """确认入账；上传的人不能确认。Have it recorded; not by who sent it."""
    _print_upload(_settled(settings, upload, over_http.confirm), as_json)


@click.command("withdraw")
@UPLOAD
@json_option
@pass_settings
def withdraw_upload(settings: Settings, upload: str, as_json: bool) -> None:
    """撤回还没有开始入账的文件。Take back a file whose recording has not begun."""
    _print_upload(settings.computed(_no_server, lambda service: over_http.withdraw(service, upload)), as_json)


def _settled(settings: Settings, upload: str, act: Callable[[Client, str, over_http.Heard], Document]) -> Document:
    with console(stderr=True).status("…") as status:
        return settings.computed(
            _no_server, lambda service: act(service, upload, lambda far: status.update(_progress(far)))
        )


def _print_upload(said: Document, as_json: bool) -> None:
    shown = {"import": said["id"], "file": said["name"], "state": said["state"], "position": said["position"]}
    recorded = said["progress"]["recorded"]
    if as_json:
        print_json(shown | {"recorded": recorded})
    elif said["position"]:
        print_lines([f"{said['name']}：已入账，记入 {recorded} 行（至第 {said['position']} 号事项）。"])
    else:
        print_lines([f"{said['name']}：{STATES_ZH[said['state']]}。"])
