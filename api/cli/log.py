"""`enclave events|verify`: the log itself, and whether it is whole."""

import re
from collections.abc import Iterator
from itertools import islice

import click
import msgspec
import numpy as np

from api import ways
from api.cli.over_http import log as over_http
from api.cli.printing import console, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.audit.verification import Report
from ledger.domain.errors import Language
from ledger.domain.events import Event
from ledger.domain.terms import Document
from ledger.projections.events_in_words import Told, told

EVENTS_SHOWN = 100


@click.command()
@click.option(
    "--after",
    type=click.IntRange(0, 2**62),
    default=0,
    show_default=True,
    help="从哪个序号之后看起。Only behind this position.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 2**62),
    help=f"最多看几条；不写则列表看 {EVENTS_SHOWN} 条，--json 给全部。At most so many.",
)
@json_option
@pass_settings
def events(settings: Settings, after: int, limit: int | None, as_json: bool) -> None:
    """事项日志。The events, in order."""
    if as_json:
        found = settings.told(
            lambda ledger: [_document(*each) for each in islice(ledger.log.history(after), limit)],
            lambda service: over_http.events(service, after, limit),
        )
        print_json({"events": found})
        return
    most = limit or EVENTS_SHOWN
    shown, last = settings.told(
        lambda ledger: _happened(ledger, after, most),
        lambda service: (list(over_http.told(service, after, most)), None),
    )
    rows = [(str(position), f"{at.astimezone():%Y-%m-%d %H:%M}", *words) for position, at, *words in shown]
    print_table("事项日志 Events", ("序号", "时间", "经办", "类别", "内容"), rows, numbers=(0,))
    if last is not None:
        print_lines(_how_to_see_more(shown[-1][0] if shown else after, last))
    elif len(shown) == most:
        print_lines([f"接着看用 --after {shown[-1][0]}，供程序读取用 --json。"])


def _happened(ledger: Ledger, after: int, most: int) -> tuple[list[Told], int | None]:
    """Some events, and how far the log goes."""
    return list(told(islice(ledger.log.history(after), most))), ledger.log.head().position


def _how_to_see_more(last_shown: int, last: int) -> Iterator[str]:
    if last_shown < last:
        yield (
            f"还有 {last - last_shown} 条没有列出：接着看用 --after {last_shown}，"
            f"一次看完用 --limit {last}，供程序读取用 --json。"
        )


def _document(position: int, event: Event) -> dict[str, object]:
    fields = msgspec.to_builtins(event, enc_hook=_column)
    return {"position": position, "topic": event.TOPIC, **fields}


def _column(array: np.ndarray) -> list[object]:
    texts: list[object] = (np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array).tolist()
    return texts


def point(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[int, str] | None:
    """A point kept elsewhere, written `position:hash`."""
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-fA-F]{64})", text or "")
    if text and not found:
        raise click.BadParameter("应写成 序号:封印，例如 41:3f…（64 位）。Write position:hash.")
    return (int(found[1]), found[2]) if found else None


@click.command()
@click.option("--expect", callback=point, help="另外留存的链首（序号:封印），日志必须经过它。A head kept elsewhere.")
@json_option
@click.pass_context
def verify(context: click.Context, expect: tuple[int, str] | None, as_json: bool) -> None:
    """核验：封印、原始文件、税票索引、每张结算单重算。Check the chain, the files, the index, every closed statement."""
    settings = context.find_object(Settings)
    assert settings is not None
    with console(stderr=True).status("正在核验 …"):
        said = settings.told(
            lambda ledger: _proof(ledger.verify(expect), settings.language),
            lambda service: over_http.proof(service, expect),
        )
    if as_json:
        print_json(said)
    elif said["sound"]:
        print_lines(
            [
                f"账簿完好：{said['events']} 号事项封印相连，{said['statements']} 张结算单重算一致。"
                f"链首 {said['events']}:{said['head']}"
            ]
        )
    else:
        how = [f"→ {said['how']}"] if said["how"] else []
        print_lines(["核验发现问题：", *(f"  - {finding}" for finding in said["findings"]), *how])
    context.exit(0 if said["sound"] else 1)


def _proof(report: Report, language: Language) -> Document:
    return {
        "sound": report.is_sound,
        "events": report.events,
        "statements": report.statements,
        "head": report.head,
        "findings": report.in_words(language),
        "how": ways.typed(finding.kind for finding in report.findings),
    }


@click.command()
@json_option
@pass_settings
def rebuild(settings: Settings, as_json: bool) -> None:
    """由日志重建税票索引和快照；重建期间照常可读。Write the index of vouchers and the snapshot anew from the log."""
    with console(stderr=True).status("正在由日志重建 …"):
        same = settings.ledger().rebuild()
    if as_json:
        print_json({"rebuilt": list(same), "same": all(same.values())})
        return
    for name, word in (("vouchers", "税票索引"), ("snapshot", "明细快照")):
        said = "完全一致。" if same[name] else "不一致，已换成重建的。请用 enclave verify 核验。"
        print_lines([f"{word}已由日志重建，与原来{said}"])
