"""`enclave serve|settings`: run the service, and how it is set up."""

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click

from api.access.directory import Directory
from api.cli.printing import print_json, print_lines
from api.cli.service import folder_option
from api.cli.settings import json_option
from api.http.docs_page import DOCS
from api.settings import FILE, FOLDER_VARIABLE, ServiceSettings, Setting, listed, load, variable
from ledger.domain.errors import Conflict

ADMINISTRATOR = "admin"
ORIGINS = {"environment": "环境变量", "file": "设置文件", "default": "缺省"}


@click.command()
@folder_option
@json_option
def settings(folder: Path, as_json: bool) -> None:
    """列出服务的全部设置，可以存成 settings.toml。Every setting of the service, as a file of settings."""
    found = listed(folder, os.environ)
    if as_json:
        print_json({"settings": [asdict(each) | {"variable": variable(each.name)} for each in found]})
        return
    print_lines(_as_file(found))


def _as_file(found: list[Setting]) -> Iterator[str]:
    """Settings as the file that says the same, with what each means and where it is from."""
    folder, *others = found
    yield f"# 设置文件是 {Path(str(folder.value)) / FILE}（{folder.meaning}；文件夹用 --service 或 {FOLDER_VARIABLE}）。"
    yield f"# 环境变量 {variable('…')} 加大写的名称，例如 {variable('port')}，优先于文件。The environment comes before the file."
    for each in others:
        yield f"\n# {each.meaning}（{ORIGINS[each.origin]} {each.origin}）\n{each.as_toml}"


@click.command()
@click.option("--host", help="监听的地址（缺省取设置 host）。")
@click.option("--port", type=click.IntRange(1, 65535), help="端口（缺省取设置 port）。")
@click.option("--threads", type=click.IntRange(1, 64), help="线程（缺省取设置 threads）。")
@folder_option
def serve(host: str | None, port: int | None, threads: int | None, folder: Path) -> None:
    """启动服务（HTTP API，文档在 /api/docs/）。Serve the API."""
    found = load(folder, os.environ)
    chosen = replace(found, host=host or found.host, port=port or found.port, threads=threads or found.threads)
    print_lines(first_administrator(Directory(folder / "people.db")))
    run(folder, chosen)


def first_administrator(directory: Directory) -> list[str]:
    """Somebody who runs a service of nobody yet, under a one-time password that is said here only."""
    if not directory.is_empty():
        return []
    password = secrets.token_urlsafe(12)
    directory.add(ADMINISTRATOR, "管理员", password, is_operator=True)
    return [
        f"首次启动：已建管理员 {ADMINISTRATOR}，一次性口令：{password}（只显示这一次，登录后须先改）",
        f"First start: administrator {ADMINISTRATOR}, one-time password above, shown once, to be changed on signing in.",
    ]


def run(folder: Path, chosen: ServiceSettings) -> None:
    """Become the server of a folder; signals then reach it directly."""
    _refuse_taken(chosen)
    print_lines([f"飞地账服务：http://{chosen.host}:{chosen.port}{DOCS}/（Ctrl+C 停止）"])
    sys.stdout.flush()
    command = [sys.executable, "-P", "-m", "gunicorn", "--worker-class", "gthread", "--threads", str(chosen.threads)]
    command += ["--bind", f"{chosen.host}:{chosen.port}", "--log-level", "warning", "api.wsgi:app"]
    os.execve(sys.executable, command, {**os.environ, FOLDER_VARIABLE: str(folder), **_as_variables(chosen)})


class AddressTaken(Conflict):
    """An address on which somebody listens already, or that is none of this machine's."""

    zh = "{host}:{port} 监听不了（{problem}）：多半已有别的服务。请换一个端口：--port 或 {variable}。"
    en = "{host}:{port} cannot be listened on ({problem}): something is there already. Choose another port: --port or {variable}."


def _refuse_taken(chosen: ServiceSettings) -> None:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((chosen.host, chosen.port))
        except OSError as problem:
            raise AddressTaken(
                host=chosen.host, port=chosen.port, problem=problem.strerror, variable=variable("port")
            ) from None


def _as_variables(chosen: ServiceSettings) -> dict[str, str]:
    """Settings as they were chosen, for the server."""
    return {variable(name): str(value) for name, value in asdict(chosen).items()}
