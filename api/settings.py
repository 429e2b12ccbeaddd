"""Settings (设置) of the service: from the environment, else from `settings.toml` in its folder, else as they stand here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from ledger.domain.errors import RuleBroken, nearest

PREFIX = "ENCLAVE_"
FILE = "settings.toml"
FOLDER = Path(".service")
FOLDER_VARIABLE = f"{PREFIX}SERVICE"
Origin = Literal["environment", "file", "default"]
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingWrong(RuleBroken):
    """A value that a setting cannot have."""

    zh = "设置 {name} 写作“{value}”，不能用；应为{expected}。请改正（{where}）后再启动。"
    en = "Setting {name} cannot be '{value}'; it should be {expected_en}. Correct it ({where}) and start again."

    def __init__(self, name: str, value: object, expected: tuple[str, str], where: str) -> None:
        super().__init__(name=name, value=str(value)[:40], expected=expected[0], expected_en=expected[1], where=where)


class SettingUnknown(RuleBroken):
    """A word in the file that is no setting."""

    zh = "{where} 里的“{name}”不是设置{hint}。请用 enclave settings 查看有哪些。"
    en = "'{name}' in {where} is no setting{hint}. See enclave settings."


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
    file_bytes: int = _setting(64 * 1024 * 1024, "上传的文件最多几字节 bytes of a file", 1_024, 2**40)

    def __post_init__(self) -> None:
        if not self.cookie_secure and self.host not in LOOPBACK:
            loopback = "、".join(LOOPBACK), ", ".join(LOOPBACK)
            expected = f"true（监听的不是 {loopback[0]}）", f"true: it listens on others than {loopback[1]}"
            raise SettingWrong("cookie_secure", "false", expected, variable("cookie_secure"))


@dataclass(frozen=True)
class Setting:
    """One of them as it came about, for people."""

    name: str
    value: str
    origin: Origin
    meaning: str


def load(folder: Path, environment: Mapping[str, str]) -> ServiceSettings:
    """The settings of the service in a folder; raises SettingWrong, SettingUnknown, SettingsUnreadable."""
    written, file = _from_file(folder), folder / FILE
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
    return [
        Setting(
            each.name,
            str(getattr(settings, each.name)),
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
    known = [each.name for each in fields(ServiceSettings)]
    for name in written:
        if name not in known:
            meant = nearest(name, known)
            raise SettingUnknown(name=name[:40], where=file, hint=f"（{meant}?）" if meant else "")
    return written


def _read(setting: Any, value: object, where: str) -> object:
    """A value of the setting's own kind, from text or from TOML."""
    least, most = setting.metadata["least"], setting.metadata["most"]
    if setting.type is bool:
        truth = TRUTHS.get(str(value).lower())
        if truth is not None:
            return truth
        raise SettingWrong(setting.name, value, (" true 或 false", "true or false"), where)
    if setting.type is int:
        digits = str(value)
        if not isinstance(value, bool) and digits.isascii() and digits.isdigit() and least <= int(digits) <= most:
            return int(digits)
        raise SettingWrong(
            setting.name, value, (f" {least}–{most} 的整数", f"a whole number from {least} to {most}"), where
        )
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise SettingWrong(setting.name, value, ("文字", "text"), where)
