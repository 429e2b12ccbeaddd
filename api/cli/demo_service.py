"""`enclave demo-service`: the demonstration books in a service, with people who may sign in to it."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

import click

from api.access.directory import Directory
from api.access.people import ROLES_ZH, Membership, Role
from api.cli.demo import OFFICE, TITLE, made, print_year
from api.cli.printing import print_lines, print_table
from api.cli.service import folder_option
from api.cli.serving import run
from api.cli.settings import Settings, pass_settings
from api.settings import LOOPBACK, load
from ledger.store.tenants import Tenants

TENANT = "pingliang"
PEOPLE: tuple[tuple[str, Role, str], ...] = (
    ("lingtai-clerk", "clerk", "灵台县"),
    ("lingtai-checker", "checker", "灵台县"),
    ("lingtai-head", "head", "灵台县"),
    ("chongxin-clerk", "clerk", "崇信县"),
    ("chongxin-checker", "checker", "崇信县"),
    ("chongxin-head", "head", "崇信县"),
    ("office", "park_office", ""),
    ("auditor", "auditor", ""),
)


@click.command("demo-service")
@folder_option
@click.option("--port", type=click.IntRange(1, 65535), help="端口（缺省取设置 port）。")
@click.option("--no-serve", is_flag=True, help="只备好，不启动。Prepare it and stop.")
@pass_settings
def demo_service(settings: Settings, folder: Path, port: int | None, no_serve: bool) -> None:
    """演示账和演示人员，备好即启动。The demonstration books and people, served."""
    chosen = load(folder, os.environ)
    tenants = Tenants(folder / "tenants")
    path = tenants.books(TENANT) if TENANT in tenants.names() else tenants.new_books(TENANT)
    ledger = made(replace(settings, books=path, actor=OFFICE).new_ledger(TITLE))
    print_year(ledger.books)
    ledger.close_files()
    print_sign_ins(Directory(folder / "people.db"))
    if not no_serve:
        run(folder, replace(chosen, port=port or chosen.port, cookie_secure=chosen.host not in LOOPBACK))


def print_sign_ins(directory: Directory) -> None:
    """Everybody of the demonstration, under a password of this start."""
    password = secrets.token_urlsafe(12)
    known = {each.login for each in directory.people()}
    for login, role, party in PEOPLE:
        if login in known:
            directory.set_password(login, password)
        else:
            directory.add(login, f"{party or '平凉市'}{ROLES_ZH[role]}（演示）", password, must_change=False)
        directory.grant(login, Membership(TENANT, role, party), OFFICE)
    rows = [(login, party or "本账套", ROLES_ZH[role]) for login, role, party in PEOPLE]
    print_table(f"演示登录 Sign-ins · 账套 {TENANT}", ("登录名", "代表", "角色"), rows)
    print_lines(["", f"密码都是 {password}（每次启动都换）。All with this password, a new one at each start.", ""])
