"""`enclave tenant|person|token`: the service of several tenants, for the administrator of the machine."""

import os
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from api.access.directory import Directory
from api.access.people import ROLES_ZH, Membership, Role
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from api.http.callers import sessions_of
from api.http.tenancy import Shelf
from api.settings import FOLDER, FOLDER_VARIABLE, load
from ledger.store.tenants import Tenants

folder_option = click.option(
    "--service",
    "folder",
    type=click.Path(path_type=Path),
    envvar=FOLDER_VARIABLE,
    default=FOLDER,
    show_default=True,
    help=f"服务的文件夹（或 {FOLDER_VARIABLE}）。Where tenants and people are kept.",
)
ROLE = click.Choice(list(get_args(Role)))


def _directory(folder: Path) -> Directory:
    return Directory(folder / "people.db")


@click.group()
def tenant() -> None:
    """账套：新建、列出。Tenants."""


@tenant.command("add")
@click.argument("name")
@click.argument("title")
@folder_option
@pass_settings
def add_tenant(settings: Settings, name: str, title: str, folder: Path) -> None:
    """新建账套 NAME（写在地址里的代号），名称 TITLE。Begin the books of a tenant."""
    Shelf(Tenants(folder / "tenants")).begin(name, title, settings.actor)
    print_lines([f"已新建账套 {name}“{title}”。请用 enclave person grant 授予角色。"])


@tenant.command("list")
@folder_option
@json_option
def list_tenants(folder: Path, as_json: bool) -> None:
    """列出账套。Every tenant."""
    names = Tenants(folder / "tenants").names()
    print_json({"tenants": names}) if as_json else print_lines(names or ["还没有账套。"])


@click.group()
def person() -> None:
    """人员：新建、授予和收回角色、列出。People and their roles."""


@person.command("add")
@click.argument("login")
@click.argument("name")
@folder_option
def add_person(login: str, name: str, folder: Path) -> None:
    """新建人员；打印一次性口令，首次登录须改。Add somebody; a one-time password is printed."""
    password = secrets.token_urlsafe(12)
    _directory(folder).add(login, name, password)
    print_lines([f"已新建 {name}（{login}）。一次性口令：{password}"])


@person.command("password")
@click.argument("login")
@folder_option
def renew_password(login: str, folder: Path) -> None:
    """给忘了密码的 LOGIN 新的一次性口令；各处的登录随即失效。A new one-time password; every session ends."""
    password, directory = secrets.token_urlsafe(12), _directory(folder)
    directory.set_password(login, password, must_change=True)
    sessions_of(folder / "people.db", load(folder, os.environ)).end_all(directory.person(login).id)
    print_lines([f"{login} 的一次性口令：{password}"])


@person.command("grant")
@click.argument("login")
@click.argument("tenant")
@click.argument("role", type=ROLE)
@click.option("--party", default="", help="代表哪一方（协议里的名称）；园区办、审计不写。For which party.")
@folder_option
@pass_settings
def grant_role(settings: Settings, login: str, tenant: str, role: Role, party: str, folder: Path) -> None:
    """授予 LOGIN 在账套 TENANT 的角色 ROLE。Give a role."""
    Tenants(folder / "tenants").books(tenant)
    _directory(folder).grant(login, Membership(tenant, role, party), settings.actor)
    print_lines([f"{login} 在 {tenant} 为{party or '本账套'}的{ROLES_ZH[role]}。"])


@person.command("revoke")
@click.argument("login")
@click.argument("tenant")
@click.argument("role", type=ROLE)
@click.option("--party", default="")
@folder_option
@pass_settings
def revoke_role(settings: Settings, login: str, tenant: str, role: Role, party: str, folder: Path) -> None:
    """收回角色；以前办过的事不变。Take a role back."""
    _directory(folder).end(login, Membership(tenant, role, party), settings.actor)
    print_lines([f"{login} 不再是 {tenant} {party} 的{ROLES_ZH[role]}。"])


@person.command("list")
@folder_option
@json_option
def list_people(folder: Path, as_json: bool) -> None:
    """列出人员和现有角色。Everybody, and their roles now."""
    directory = _directory(folder)
    found = [(each, directory.memberships(each)) for each in directory.people()]
    if as_json:
        people = [
            {
                "login": each.login,
                "name": each.name,
                "roles": [{"tenant": own.tenant, "role": own.role, "party": own.party} for own in roles],
            }
            for each, roles in found
        ]
        print_json({"people": people})
        return
    rows = [
        (each.login, each.name, "；".join(f"{own.tenant} {own.party} {ROLES_ZH[own.role]}" for own in roles))
        for each, roles in found
    ]
    print_table("人员 People", ("登录名", "姓名", "角色"), rows)


@click.group()
def token() -> None:
    """令牌：签发、列出、撤销。Tokens for programs."""


@token.command("issue")
@click.argument("login")
@click.option("--title", default="", help="作何用途。What it is for.")
@click.option("--tenant", default="", help="只限一个账套。One tenant only.")
@click.option("--write", "may_write", is_flag=True, help="可以办理，不只是读。May act, not only read.")
@click.option("--days", type=click.IntRange(1, 400), default=90, show_default=True, help="有效天数。")
@folder_option
@json_option
def issue_token(login: str, title: str, tenant: str, may_write: bool, days: int, folder: Path, as_json: bool) -> None:
    """为 LOGIN 签发令牌；只显示这一次。Issue a token, shown once."""
    made = _directory(folder).issue(login, title, tenant=tenant, may_write=may_write, days=days)
    print_json({"token": made}) if as_json else print_lines(
        [made, "只显示这一次，请妥善保存。撤销用 enclave token revoke。"]
    )


@token.command("list")
@click.argument("login")
@folder_option
@json_option
def list_tokens(login: str, folder: Path, as_json: bool) -> None:
    """列出 LOGIN 的令牌，不含令牌本身。Somebody's tokens; never what they prove."""
    directory = _directory(folder)
    found = directory.tokens(directory.person(login))
    if as_json:
        print_json({"tokens": [asdict(each) for each in found]})
        return
    rows = [
        (
            each.prefix,
            each.title,
            each.tenant or "全部",
            "办理" if each.may_write else "只读",
            f"{each.revoked_at[:10]} 撤销" if each.revoked_at else f"{each.expires_at[:10]} 到期",
        )
        for each in found
    ]
    print_table("令牌 Tokens", ("前缀", "用途", "账套", "权限", "至"), rows)


@token.command("revoke")
@click.argument("login")
@click.argument("prefix")
@folder_option
def revoke_token(login: str, prefix: str, folder: Path) -> None:
    """撤销令牌，立即失效。End a token at once."""
    _directory(folder).revoke(login, prefix)
    print_lines([f"令牌 {prefix} 已撤销。"])
