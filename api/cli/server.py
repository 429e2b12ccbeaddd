"""The service that a command speaks to: its address, by whose token, which tenant."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import click

from api.client import Client
from api.settings import LOOPBACK
from ledger.domain.errors import Conflict, Language, NotFound, RuleBroken

SERVER, TOKEN, TENANT = "ENCLAVE_SERVER", "ENCLAVE_TOKEN", "ENCLAVE_TENANT"

IN_THE_OPEN = "提示：令牌将不加密地发出，路上的人看得到；请用 https。The token goes out in the open; use https."


class OnlyHere(Conflict):
    """A command for the books or the service on this machine, while a server is named."""

    zh = (
        f"“{{command}}”只在存放账簿的机器上用，不能经由服务办理，什么也没有做。请去掉 --server（或取消 {SERVER}），"
        "在那台机器上用；经由服务能办什么，见 --help。"
    )
    en = (
        f"'{{command}}' works only on the machine where the books are, not over a server; nothing was done. "
        f"Leave out --server (or {SERVER}) and use it there; --help says what a server does."
    )


class BegunByOperator(Conflict):
    """New books asked for while a server is named."""

    zh = (
        "什么也没有做：服务上的账簿（账套）由服务管理员新建，并指定一人授予角色，不能用 --new。"
        "已有账套的，请去掉 --new；还没有的，请服务管理员办理（在那台机器上 enclave tenant add，或 POST /api/v1/tenants）。"
    )
    en = (
        "Nothing was done: the books of a tenant are begun by the operator of the service, who names somebody to give "
        "its roles; --new does not. If there is a tenant, leave out --new; if not, ask the operator "
        "(enclave tenant add on that machine, or POST /api/v1/tenants)."
    )


class TokenMissing(RuleBroken):
    """A server without a word who speaks."""

    zh = f"没有写令牌。请把令牌放在环境变量 {TOKEN}（或写 --token）；令牌由本人签发：POST /api/v1/账套/tokens。"
    en = f"There is no token. Put it into {TOKEN} (or say --token); everybody issues their own: POST /api/v1/TENANT/tokens."


class TokenUnreadable(RuleBroken):
    """Something that no token looks like."""

    zh = f"令牌里有令牌不会有的字。请核对 {TOKEN} 或 --token，整个照抄。"
    en = f"The token has characters that no token has. Copy all of it into {TOKEN} or --token."


class NoTenant(NotFound):
    """A token that reaches no books."""

    zh = "这个令牌在哪个账套里都没有角色。请管理员授予角色，或换一个令牌。"
    en = "This token holds a role in no tenant. Ask an administrator for one, or use another token."


class TenantUnsaid(RuleBroken):
    """A token that reaches several tenants."""

    zh = f"这个令牌可用于几个账套：{{tenants}}。请写明 --tenant（或 {TENANT}）。"
    en = f"This token reaches several tenants: {{tenants}}. Say which: --tenant (or {TENANT})."


@dataclass(frozen=True)
class Server:
    """Where the service is, who speaks, about which tenant; the tenant may be left out if there is only one."""

    url: str
    token: str = ""
    tenant: str = ""

    @contextmanager
    def reached(self, language: Language) -> Iterator[Client]:
        """The way to the tenant; raises TokenMissing, TokenUnreadable, NoTenant, TenantUnsaid, ServiceUnreachable."""
        if not self.token:
            raise TokenMissing()
        if not (self.token.isascii() and self.token.isprintable()):
            raise TokenUnreadable()
        with closing(Client.at(self.url, self.token, language)) as service:
            if service.http.base_url.scheme == "http" and service.http.base_url.host not in LOOPBACK:
                click.echo(IN_THE_OPEN, err=True)
            yield service.within(self.tenant or _only_tenant(service))


def _only_tenant(service: Client) -> str:
    found = [str(each["tenant"]) for each in service.get("tenants")["tenants"]]
    if not found:
        raise NoTenant()
    if len(found) > 1:
        raise TenantUnsaid(tenants="、".join(found))
    return found[0]
