"""The client of the service: what is asked of an address, the answer as a document, a refusal as one exception.

The same code speaks to a server by its URL and to the application in this process.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import httpx2
from flask import Flask

from ledger.domain.errors import Conflict, Language
from ledger.domain.terms import Document

API = "/api/v1"
HERE = "http://127.0.0.1"
SECONDS_MAX = 120
WAITS_MAX = 10
"""So often a caller who asks too often waits as long as the service says, and asks again."""


class ServiceRefused(Exception):
    """The service refused: the rule's stable name, its sentence, and every fault where there are several."""

    def __init__(self, status: int, kind: str, title: str, errors: list[Document]) -> None:
        self.status = status
        self.kind = kind
        self.title = title
        self.errors = errors
        super().__init__(self.sentences)

    @property
    def sentences(self) -> str:
        """What it says, and below it each fault with its place."""
        return "\n".join([self.title, *map(_fault, self.errors)])

    @property
    def reason(self) -> str:
        """The rule that was broken first."""
        return str(self.errors[0]["kind"]) if self.errors else self.kind


def _fault(error: Document) -> str:
    clause = f"（{error['clause']}）" if error.get("clause") else ""
    return f"{error['where']}{clause}：{error['message']}"


class ServiceUnreachable(Conflict):
    """Nobody answers at the address, or somebody who is not the service."""

    zh = "{url} 没有像飞地账服务那样回答：{problem}。请核对地址，看服务是否在运行。"
    en = "No service of ours answers at {url}: {problem}. Check the address, and whether it runs."


@dataclass(frozen=True)
class Client:
    """Somebody's way to the service, or to one tenant of it."""

    http: httpx2.Client
    token: str = ""
    tenant: str = ""

    @classmethod
    def at(cls, url: str, token: str, language: Language = "zh") -> "Client":
        """A server somewhere, that speaks a language; raises ServiceUnreachable."""
        try:
            http = httpx2.Client(base_url=url, timeout=SECONDS_MAX, headers={"Accept-Language": language})
        except (httpx2.InvalidURL, UnicodeError) as problem:
            raise ServiceUnreachable(url=url, problem=problem) from None
        return cls(http, token)

    @classmethod
    def of(cls, app: Flask, token: str) -> "Client":
        """The application in this process."""
        return cls(httpx2.Client(base_url=HERE, transport=httpx2.WSGITransport(_Bytewise(app))), token)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def speaking(self, token: str) -> "Client":
        """The same way for somebody else."""
        return replace(self, token=token)

    def within(self, tenant: str) -> "Client":
        """The way to one tenant."""
        return replace(self, tenant=tenant)

    def get(self, *path: str, **asked: Any) -> Document:
        """What stands at an address; raises ServiceRefused, ServiceUnreachable."""
        return _document(self._answer("GET", self._address(path), params=asked))

    def listed(self, *path: str, of: str, **asked: Any) -> Iterator[Any]:
        """Everything of a list, page after page; `of` is the word under which it stands."""
        for page in self._pages(path, asked):
            yield from page[of]

    def whole(self, *path: str, of: str, **asked: Any) -> Document:
        """The first page of a list, with everything of the list in it; for what stands beside the list."""
        first, *others = self._pages(path, asked)
        return first | {of: [each for page in (first, *others) for each in page[of]]}

    def _pages(self, path: tuple[str, ...], asked: dict[str, Any]) -> Iterator[Document]:
        answer = self._answer("GET", self._address(path), params=asked)
        yield _document(answer)
        while "next" in answer.links:
            answer = self._answer("GET", answer.links["next"]["url"])
            yield _document(answer)

    def file(self, *path: str, **asked: Any) -> bytes:
        """A file to keep."""
        return self._answer("GET", self._address(path), params=asked).content

    def post(self, *path: str, body: Document | None = None, key: str = "", **asked: Any) -> Document:
        """Do something; again under the same key it is done once.  Raises as `get`."""
        sent = {"json": body} if body is not None else {}
        return _document(self._answer("POST", self._address(path), params=asked, headers=_keyed(key), **sent))

    def send(self, *path: str, data: bytes, key: str = "", **asked: Any) -> Document:
        """Send a file; as `post`."""
        return _document(self._answer("POST", self._address(path), params=asked, headers=_keyed(key), content=data))

    def _address(self, path: tuple[str, ...]) -> str:
        return "/".join([API, *(quote(part, safe="") for part in (self.tenant, *path) if part)])

    def _answer(self, method: str, address: str, **sent: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", **sent.pop("headers", {})}
        answer = self._asked(method, address, headers=headers, **sent)
        for _ in range(WAITS_MAX):
            if answer.status_code != httpx2.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(int(answer.headers.get("Retry-After", "1")))
            answer = self._asked(method, address, headers=headers, **sent)
        if answer.is_success:
            return answer
        said = _document(answer)
        if not {"type", "title"} <= said.keys():
            raise ServiceUnreachable(url=str(answer.url), problem=f"HTTP {answer.status_code}")
        raise ServiceRefused(answer.status_code, said["type"], said["title"], said.get("errors", []))

    def _asked(self, method: str, address: str, **sent: Any) -> httpx2.Response:
        try:
            return self.http.request(method, address, **sent)
        except (httpx2.TransportError, httpx2.InvalidURL) as problem:
            raise ServiceUnreachable(url=str(self.http.base_url), problem=problem) from None


class _Bytewise:
    """An application asked as PEP 3333 has it: the transport gives paths as text where bytes in Latin-1 are due."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        return self._app(environ, start_response)


def _keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}


def _document(answer: httpx2.Response) -> Document:
    try:
        found: Document = answer.json()
    except ValueError:
        found = {}
    if not found or not isinstance(found, dict):
        raise ServiceUnreachable(url=str(answer.url), problem=f"HTTP {answer.status_code}")
    return found
