"""Names (名称) that people type into a register: kept as files write them, so that both can be compared."""

import re

from ledger.domain.errors import RuleBroken

NAME_CHARACTERS_MAX = 100
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")


class NameUnusable(RuleBroken):
    """A name that is missing, too long, or holds what cannot be seen."""

    zh = "{what}“{given}”不能用：不能为空，不超过 {limit} 字，不含换行、制表符等看不见的字符。请改正后重试。"
    en = "'{given}' cannot be used: write something, at most {limit} characters, none of them invisible."


def name(text: str, what: str, *, required: bool = True) -> str:
    """A name without the spaces around it; raises NameUnusable.  `what` says in Chinese what it is the name of."""
    found = text.strip()
    if (required and not found) or len(found) > NAME_CHARACTERS_MAX or INVISIBLE.search(found):
        shown = INVISIBLE.sub("?", found[:40])
        raise NameUnusable(what=what, given=shown, limit=NAME_CHARACTERS_MAX)
    return found
