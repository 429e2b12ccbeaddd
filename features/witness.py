"""The witness: what each person sees of the books, side by side, through their own eyes."""

from collections.abc import Sequence

from api.client import Client, ServiceRefused
from features.comparing import Table, in_columns
from features.people import Staff

NOTHING = "（无）"
LISTS = {"协议": ("agreements", "number"), "入库明细": ("entries", "voucher"), "项目": ("projects", "name")}
"""What may be listed: where it stands, and by what each is called."""
WITHOUT_AGREEMENTS = "no-agreements"


class Witness:
    """Looks with the eyes of whoever is named."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def seen(self, period: str, table: Table) -> Table:
        """What each person of a table's first column sees, in its columns."""
        known = ("谁", *LISTS, "结算单", "事项")
        rows = [self._seen(row[0], period) for row in table[1:]]
        return in_columns(table[0], known, rows)

    def _seen(self, who: str, period: str) -> list[str]:
        eyes = self._staff.named(who)
        lists = [[str(each[word]) for each in eyes.listed(of, of=of)] for of, word in LISTS.values()]
        events = str(sum(1 for _ in eyes.listed("events", of="events")))
        statements = [line[0] for line in _statements(eyes, period)]
        return [who, *("、".join(dict.fromkeys(found)) or NOTHING for found in [*lists, statements]), events]

    def side_by_side(self, who: str, period: str, columns: Sequence[str]) -> Table:
        """What a person's parties are due in each set of books of theirs, read from each with one and the same token."""
        eyes = self._staff.named(who)
        own = [each for each in eyes.within("").listed("tenants", of="tenants") if each["tenant"] in self._tenants]
        rows = [
            [each["title"], party, due]
            for each in own
            for _, party, due in _statements(eyes.within(each["tenant"]), period)
        ]
        return in_columns(columns, ("账套", "县", "应得"), rows)

    @property
    def _tenants(self) -> set[str]:
        return set(self._staff.tenants.values())


def _statements(eyes: Client, period: str) -> list[tuple[str, str, str]]:
    """Number, party and what it is due, line by line; nothing for who is a party to no agreement."""
    try:
        found = list(eyes.listed("statements", of="statements", period=period))
    except ServiceRefused as refusal:
        if refusal.kind != WITHOUT_AGREEMENTS:
            raise
        return []
    return [(each["number"], line["party"], line["entitled"]) for each in found for line in each["lines"]]
