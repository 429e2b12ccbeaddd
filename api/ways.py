"""Ways (怎样办): how what a refusal names is asked for, typed on the command line or sent to the service.

A refusal says what happened and what to do; by which command or request is known here alone, and each front end adds its own.
Requests stand below a tenant's address; `?sheet` is a word of a query, `"from"` one of a body.  Empty where a front end
never meets the refusal, or offers nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Way(NamedTuple):
    """The words of each front end."""

    typed: str
    sent: str


WAYS: dict[str, Way] = {
    "agreement-unknown": Way("enclave agreement list", "GET agreements"),
    "batch-unknown": Way("enclave figure list", "GET figures"),
    "books-missing": Way("--books, --new, enclave demo", ""),
    "change-unknown": Way("enclave change list", "GET changes"),
    "column-missing": Way("enclave mapping save, --mapping", "POST mappings, ?mapping"),
    "column-unknown": Way("enclave mapping save, --mapping", "POST mappings, ?mapping"),
    "draft-pending": Way(
        "enclave agreement sign, enclave agreement counter",
        "POST agreements/{agreement}/sign, POST agreements/{agreement}/counter",
    ),
    "draft-unknown": Way("enclave agreement show", "GET agreements/{agreement}"),
    "event-unreadable": Way("enclave verify", "GET verify"),
    "fact-contradicts": Way("--supersedes", '"supersedes"'),
    "fact-unknown": Way("enclave fact list", "GET agreements/{agreement}/facts"),
    "index-differs": Way("enclave rebuild", ""),
    "index-unusable": Way("enclave rebuild", ""),
    "introducer-missing": Way("--from", '"introducer"'),
    "mapping-unknown": Way("enclave mapping save, enclave mapping list", "POST mappings, GET mappings"),
    "marking-unsupported": Way("--marked", ""),
    "measure-of-other-kind": Way("enclave figure import, enclave quota import", "?kind"),
    "no-agreements": Way("enclave agreement propose", "POST agreements"),
    "not-in-force-yet": Way("enclave agreement counter", "POST agreements/{agreement}/counter"),
    "nothing-in-force": Way("enclave agreement list", "GET agreements"),
    "nothing-new": Way("enclave figure list", "GET figures"),
    "nothing-to-close": Way("enclave import", "POST imports"),
    "nothing-to-sign": Way("enclave agreement amend", "POST agreements/{agreement}/amend"),
    "park-known": Way("enclave park move, enclave park date", "POST parks/{park}/move, POST parks/{park}/days"),
    "park-unknown": Way("enclave park show, enclave park register", "GET parks, POST parks"),
    "periods-close-in-order": Way("enclave close --up-to", "POST periods/{period}/close"),
    "person-unknown": Way("enclave person list", "GET people"),
    "position-unknown": Way("enclave events", "GET events"),
    "project-unknown": Way("enclave project show", "GET projects"),
    "setting-unknown": Way("enclave settings", ""),
    "sheet-unknown": Way("--sheet", "?sheet"),
    "sheets-several": Way("--sheet", "?sheet"),
    "snapshot-differs": Way("enclave rebuild", ""),
    "stage-known": Way("--supersedes", '"supersedes"'),
    "stage-record-unknown": Way("enclave project show", "GET projects/{project}"),
    "succession-known": Way("enclave region withdraw", "POST regions/withdraw"),
    "succession-unknown": Way("enclave region show", "GET regions"),
    "token-unknown": Way("enclave token list", "GET tokens"),
    "upload-not-checked": Way("enclave import show", "GET imports/{upload}"),
    "upload-unknown": Way("enclave import list", "GET imports"),
    "upload-unreadable": Way("enclave import show", "GET imports/{upload}"),
}
"""By the stable name of the rule."""


def typed(kinds: Iterable[str]) -> str:
    """What is typed for some rules that were broken, each way once."""
    return _joined(WAYS[kind].typed for kind in kinds if kind in WAYS)


def sent(kinds: Iterable[str]) -> str:
    """What is sent for them."""
    return _joined(WAYS[kind].sent for kind in kinds if kind in WAYS)


def _joined(ways: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(way for way in ways if way))
