"""Tenants (账套): several sets of books beside each other in one folder, each for itself.

The only place below `api/` that knows there are several; a ledger is a ledger.
"""

import re
from pathlib import Path

from ledger.domain.errors import Conflict, NotFound, RuleBroken

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME_MAX = 40
BOOKS = "books.db"
UPLOADS = "uploads"


class TenantUnknown(NotFound):
    """No tenant of that name, or none that the caller may know of."""

    zh = "没有账套“{tenant}”，或您不在其中。请核对地址，或请管理员授予角色。"
    en = "There is no tenant '{tenant}', or you have no role in it. Check the address or ask the administrator."


class TenantKnown(Conflict):
    """A second tenant of one name."""

    zh = "账套“{tenant}”已经有了。请换一个代号。"
    en = "There is a tenant '{tenant}' already. Choose another name."


class TenantNameUnusable(RuleBroken):
    """A name that cannot stand in an address."""

    zh = "账套代号“{tenant}”不能用。请用小写字母起头，只含小写字母、数字和连字符，最多 40 个字符，例如 pingliang。"
    en = "'{tenant}' cannot name a tenant: lower-case letters, digits and hyphens, a letter first, 40 at most."


class Tenants:
    """Where the books of each tenant in a folder are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Every tenant, in the order of the alphabet."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{BOOKS}"))

    def books(self, name: str) -> Path:
        """The books of a tenant; raises TenantUnknown."""
        path = self._folder / name / BOOKS
        if not NAME.fullmatch(name) or not path.is_file():
            raise TenantUnknown(tenant=name[:NAME_MAX])
        return path

    def uploads(self, name: str) -> Path:
        """Where the files lie that were sent to a tenant; raises TenantUnknown."""
        return self.books(name).with_name(UPLOADS)

    def new_books(self, name: str) -> Path:
        """Where the books of a new tenant go; raises TenantNameUnusable, TenantKnown."""
        if not NAME.fullmatch(name) or len(name) > NAME_MAX:
            raise TenantNameUnusable(tenant=name[:NAME_MAX])
        if (self._folder / name / BOOKS).exists():
            raise TenantKnown(tenant=name)
        return self._folder / name / BOOKS
