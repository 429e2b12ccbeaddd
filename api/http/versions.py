"""Versions (版本): what the caller saw of a thing, in ETag and If-Match, so that nobody acts on what has changed since.

A version is of the thing, not of the bytes of an answer, so a weak tag (of a compressed answer) names it as well.
"""

import hashlib
from typing import Any

import msgspec
from flask import abort, request


def tagged(thing: Any) -> dict[str, str]:
    """The header that names the version of a thing, as it is shown to the caller."""
    return {"ETag": f'"{_version(thing)}"'}


def refuse_stale(thing: Any, *, may_be_unsaid: bool = True) -> None:
    """Aborts with 412 if the caller saw another version, with 428 if none is said and one has to be."""
    if not request.if_match or request.if_match.star_tag:  # any version is none that was seen
        if not may_be_unsaid:
            abort(428)
    elif not request.if_match.contains_weak(_version(thing)):
        abort(412)


def _version(thing: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(thing)).hexdigest()[:32]
