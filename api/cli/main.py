"""`enclave`: the command line.  Exit 0, 1 (refused), 2 (usage)."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from itertools import islice, pairwise
from pathlib import Path

import click
from click.core import ParameterSource

from api.cli.printing import print_refusal, problem_document, refusal_document
from api.cli.server import SERVER, TENANT, TOKEN, OnlyHere, Server
from api.cli.settings import BOOKS, Settings, default_actor
from api.client import ServiceRefused
from ledger.audit.chain import Algorithm
from ledger.domain.errors import Language, Refusal

COMMON = ("--books", "--server", "--token", "--tenant", "--as", "--lang", "--hash")
DIALECTS = ("hledger", "beancount")
"""`enclave export --as` names one of these, not who acts."""
ONLY_HERE = frozenset({"demo", "bench", "tenant", "person", "token", "serve", "settings", "demo-service", "rebuild"})
"""Commands for the machine itself: where a server is named they refuse before they begin."""
COMMANDS = {
    "demo": "api.cli.demo:demo",
    "import": "api.cli.receipts:import_group",
    "mapping": "api.cli.receipts:mapping",
    "figure": "api.cli.figures:figure",
    "quota": "api.cli.figures:quota",
    "input": "api.cli.figures:input_group",
    "split": "api.cli.split:split_command",
    "simulate": "api.cli.simulate:simulate_command",
    "terms": "api.cli.terms:terms",
    "agreement": "api.cli.agreement:agreement",
    "fact": "api.cli.facts:fact",
    "project": "api.cli.registry:project",
    "park": "api.cli.registry:park",
    "region": "api.cli.registry:region",
    "change": "api.cli.changing:change",
    "statement": "api.cli.statements:statement",
    "close": "api.cli.closing:close",
    "period": "api.cli.closing:period",
    "explain": "api.cli.explaining:explain_command",
    "bridge": "api.cli.bridge:bridge_command",
    "events": "api.cli.log:events",
    "export": "api.cli.export:export",
    "verify": "api.cli.log:verify",
    "rebuild": "api.cli.log:rebuild",
    "steps": "api.cli.features:steps",
    "feature": "api.cli.features:feature",
    "bench": "api.cli.bench:bench",
    "tenant": "api.cli.service:tenant",
    "person": "api.cli.service:person",
    "token": "api.cli.service:token",
    "serve": "api.cli.serving:serve",
    "settings": "api.cli.serving:settings",
    "demo-service": "api.cli.demo_service:demo_service",
}


class Commands(click.Group):
    """Loads a command's module when it is used: a test library would slow every other command down."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--books", type=click.Path(path_type=Path), help="账簿文件（缺省取 ENCLAVE_BOOKS，再取 .books/books.db）。"
)
@click.option(
    "--server", envvar=SERVER, default="", help=f"在服务上办，写它的网址（或 {SERVER}）。A service, by its URL."
)
@click.option("--token", envvar=TOKEN, default="", help=f"令牌；最好放在 {TOKEN}。Who speaks to the service.")
@click.option(
    "--tenant", envvar=TENANT, default="", help=f"哪个账套（或 {TENANT}）；令牌只到一个时可不写。Which tenant there."
)
@click.option("--as", "actor", help="经办人（缺省取 ENCLAVE_ACTOR，再取登录名）。Who acts.")
@click.option(
    "--lang", "language", type=click.Choice(["zh", "en"]), default="zh", help="提示语言。Language of messages."
)
@click.option(
    "--hash",
    "algorithm",
    type=click.Choice(["sha256", "sm3"]),
    envvar="ENCLAVE_HASH",
    default="sha256",
    help="新账簿的封印算法（ENCLAVE_HASH）；已有的账簿不变。How new books are sealed.",
)
@click.pass_context
def enclave(
    context: click.Context,
    books: Path | None,
    server: str,
    token: str,
    tenant: str,
    actor: str | None,
    language: Language,
    algorithm: Algorithm,
) -> None:
    """飞地账：按签署的协议，把共同的收入分到每一方，一分不差。

    Revenue shared between counties by signed terms, exact to the fen.
    The options below may stand anywhere.
    """
    path = books or Path(os.environ.get("ENCLAVE_BOOKS") or BOOKS)
    if books and server:
        if context.get_parameter_source("server") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--books 与 --server 写一个。Give --books or --server.")
        server = ""  # books that were typed count more than a server in the environment
    afar = Server(server, token, tenant) if server else None
    if afar and context.invoked_subcommand in ONLY_HERE:
        raise OnlyHere(command=f"enclave {context.invoked_subcommand}")
    context.obj = Settings(path, actor or default_actor(), language, algorithm, afar)


def common_first(given: list[str]) -> list[str]:
    """The options of every command (`--books`, `--server`, …) moved to the front, wherever they were typed."""
    common: list[str] = []
    rest: list[str] = []
    left = iter(given)
    for word in left:
        option, equals, said = word.partition("=")
        if option not in COMMON:
            rest.append(word)
            continue
        value = [said] if equals else list(islice(left, 1))
        (rest if _is_own(option, value, rest) else common).extend([option, *value])
    return [*common, *rest]


def _is_own(option: str, value: list[str], rest: list[str]) -> bool:
    """Whether a command means something of its own by an option that others share."""
    dialect = option == "--as" and "export" in rest and value[:1] in ([each] for each in DIALECTS)
    limit = option == "--tenant" and rest[:1] == ["token"]  # a new token is limited to a tenant
    return dialect or limit


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = common_first(sys.argv[1:] if arguments is None else arguments)
    language: Language = "en" if ("--lang", "en") in pairwise(given) else "zh"
    try:
        sys.exit(enclave.main(given, prog_name="enclave", standalone_mode=False) or 0)
    except Refusal as refusal:
        print_refusal(refusal_document(refusal, language), language, as_json="--json" in given)
        sys.exit(1)
    except ServiceRefused as refused:
        print_refusal(problem_document(refused), language, as_json="--json" in given)
        sys.exit(1)
    except click.UsageError as problem:
        where = problem.ctx.command_path if problem.ctx else "enclave"
        click.echo(f"用法不对：{problem.format_message()}　用 {where} --help 查看写法。", err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("已中断，没有完成的步骤不会留下半截记录。Interrupted.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
