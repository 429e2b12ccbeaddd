"""Settings (设置) of the service: from the environment, else from `settings.toml` in its folder, else as they stand here."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from ledger.domain.errors import RuleBroken

PREFIX = "ENCLAVE_"
FILE = "settings.toml"
FOLDER = Path(".service")
FOLDER_VARIABLE = f"{PREFIX}SERVICE"
ELSEWHERE = {
    f"{PREFIX}{name}"
    for name in (
        *("SERVICE", "BOOKS", "ACTOR", "HASH", "SERVER", "TOKEN", "TENANT", "BENCH_SERVICE"),
        *("CALLS", "HISTORIES", "LINES", "MUTATIONS", "ROUNDS"),  # how much the tests try
    )
}
"""What other parts of the program read from the environment."""
FOLDER_MEANING = "账套、人员、设置文件所在的文件夹 where tenants, people and settings.toml are"
Origin = Literal["environment", "file", "default"]
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingWrong(RuleBroken):
    """A value that a setting cannot have."""

    zh = "设置 {name} 写作“{value}”，不能用；应为 {expected}。请改正（{where}）后再启动。"
    en = "Setting {name} cannot be '{value}'; it should be {expected}. Correct it ({where}) and start again."


class SignInUnprotected(RuleBroken):
    """Sessions over plain http beyond this machine."""

    zh = "设置 cookie_secure 是 false，而 host 是 {host}，不是本机：登录会话会明文经过网络。请去掉 cookie_secure，或只监听 127.0.0.1。"
    en = "cookie_secure is false but host is {host}, so that sign-ins would cross the network in the clear. Drop it, or listen on 127.0.0.1 only."


class SettingUnknown(RuleBroken):
    """A word in the file, or a variable of the environment, that is no setting."""

    zh = "“{name}”（{where}）不是设置{hint}。请改正或去掉后再启动，并查看有哪些设置。"
    en = "'{name}' ({where}) is no setting{hint}. Correct or drop it, see which there are, and start again."


class SettingsUnreadable(RuleBroken):
    """A file that is no TOML."""

    zh = "设置文件 {where} 读不懂：{problem}。请按 TOML 改正后再启动。"
    en = "The settings in {where} are no TOML: {problem}. Correct the file and start again."


def _setting(default: Any, meaning: str, least: int = 0, most: int = 0) -> Any:
    return field(default=default, metadata={"meaning": meaning, "least": least, "most": most})


@dataclass(frozen=True)
class ServiceSettings:
    """How one service runs."""

    host: str = _setting("127.0.0.1", "监听的地址 the address it listens on")
    port: int = _setting(8360, "监听的端口 the port", 1, 65_535)
    threads: int = _setting(8, "同时办理几个请求 requests at once", 1, 64)
    trusted_proxies: int = _setting(
        0, "前面有几层反向代理 reverse proxies in front, whose word on addresses counts", 0, 9
    )
    cookie_secure: bool = _setting(True, "登录会话只走 https；只有本机试用可以关 sign-in over https only")
    session_idle_minutes: int = _setting(60, "多久不用即退出，分钟 minutes until an unused session ends", 1, 1_440)
    session_hours: int = _setting(12, "最多登录多久，小时 hours until any session ends", 1, 168)
    calls_per_minute: int = _setting(1_200, "每人每分钟最多几个请求 requests of one caller in a minute", 1, 10_000_000)
    sign_ins_per_minute: int = _setting(30, "每个地址每分钟最多登录几次 sign-ins from one address", 1, 10_000_000)
    json_bytes: int = _setting(2 * 1024 * 1024, "JSON 正文最多几字节 bytes of a JSON body", 1_024, 2**30)
    uploads_kept_days: int = _setting(
        30,
        "入账的上传文件，工作副本留几天；原件另作凭据长留 days that the working copy of a recorded upload is kept",
        1,
        36_500,
    )
    file_bytes: int = _setting(512_000_000, "上传的文件最多几字节 bytes of a file", 1_024, 2**40)

    def __post_init__(self) -> None:
        if not self.cookie_secure and self.host not in LOOPBACK:
            raise SignInUnprotected(host=self.host)


@dataclass(frozen=True)
class Setting:
    """One of them as it came about, for people."""

    name: str
    value: str | int
    origin: Origin
    meaning: str

    @property
    def as_toml(self) -> str:
        """A line of the file that says the same."""
        return f"{self.name} = {json.dumps(self.value, ensure_ascii=False)}"


def load(folder: Path, environment: Mapping[str, str]) -> ServiceSettings:
    """The settings of the service in a folder; raises SettingWrong, SettingUnknown, SettingsUnreadable."""
    written, file = _from_file(folder), folder / FILE
    _refuse_unknown(environment)
    given: dict[str, Any] = {}
    for each in fields(ServiceSettings):
        if variable(each.name) in environment:
            given[each.name] = _read(each, environment[variable(each.name)], variable(each.name))
        elif each.name in written:
            given[each.name] = _read(each, written[each.name], str(file))
    return ServiceSettings(**given)


def listed(folder: Path, environment: Mapping[str, str]) -> list[Setting]:
    """Every setting with its value, where that is from, and what it means; raises as `load`."""
    settings, written = load(folder, environment), _from_file(folder)
    there = Setting(
        "service", str(folder), "environment" if FOLDER_VARIABLE in environment else "default", FOLDER_MEANING
    )
    return [there] + [
        Setting(
            each.name,
            getattr(settings, each.name),
            "environment" if variable(each.name) in environment else "file" if each.name in written else "default",
            each.metadata["meaning"],
        )
        for each in fields(ServiceSettings)
    ]


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return f"{PREFIX}{name.upper()}"


def _from_file(folder: Path) -> dict[str, Any]:
    """What the file says, if there is one."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise SettingsUnreadable(where=file, problem=problem) from None
    _refuse_others(written, [each.name for each in fields(ServiceSettings)], str(file))
    return written


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raises SettingUnknown for a variable under our prefix that nothing here reads: it would be no error and no effect."""
    own = [variable(each.name) for each in fields(ServiceSettings)]
    _refuse_others(
        (name for name in environment if name.startswith(PREFIX)), [*own, *sorted(ELSEWHERE)], "环境变量 environment"
    )


def _refuse_others(names: Iterable[str], known: Sequence[str], where: str) -> None:
    for name in names:
        if name not in known:
            meant = get_close_matches(name, known, n=1)
            raise SettingUnknown(name=name[:40], where=where, hint=f"（{meant[0]}?）" if meant else "")


def _read(setting: Any, value: object, where: str) -> object:
    """A value of the setting's own kind, from text or from TOML; raises SettingWrong."""
    least, most, text = setting.metadata["least"], setting.metadata["most"], str(value).strip()
    expected = f"{least}–{most}"
    if setting.type is bool:
        if text.lower() in TRUTHS:
            return TRUTHS[text.lower()]
        expected = "true | false"
    elif setting.type is int:
        if not isinstance(value, bool) and text.isascii() and text.isdigit() and least <= int(text[:20]) <= most:
            return int(text)
    elif isinstance(value, str) and text:
        return text
    else:
        expected = '"…"'
    raise SettingWrong(name=setting.name, value=text[:40], expected=expected, where=where)
