"""Periods over HTTP."""

from api.client import Client
from ledger.domain.calendar import Period
from ledger.domain.errors import RuleBroken
from ledger.domain.terms import Document


class ClosesOneByOne(RuleBroken):
    """Several months to be closed over a server at one stroke."""

    zh = "没有结账：经由服务一次结一个月，不能用 --up-to。请从 {next} 起逐月 close。"
    en = "Nothing was closed: over a server months are closed one by one, without --up-to. Begin with {next}."


def close(service: Client, period: Period, *, up_to: bool) -> Document:
    """Close a month; raises ClosesOneByOne."""
    if up_to:
        raise ClosesOneByOne(next=service.get("periods", limit=1)["next"] or "—")
    said = service.post("periods", str(period), "close")
    closed = {word: said[word] for word in ("period", "cut", "statements")}
    return {"closed": [closed], "remarks": said["remarks"], "head": said["head"]}


def periods(service: Client) -> Document:
    """The closed months, the last first, and what closes next."""
    return service.whole("periods", of="periods")
