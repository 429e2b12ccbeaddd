"""What every answer carries: the headers that hold a browser to it, its version, and fewer bytes for who takes gzip."""

import gzip

from flask import Flask, Response, g, request

COMPRESSED_MIN = 1_000
LEVEL = 5
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What a page made of an answer of the API might load, run or send: nothing."""
HEADERS = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
}
HTTPS_ONLY = "max-age=31536000"
NOT_KEPT = "no-store"
"""An answer with this in Cache-Control holds a secret, such as a session's word."""


def register(app: Flask) -> None:
    """Finish every answer of a service."""
    app.after_request(_finished)


def _finished(response: Response) -> Response:
    """An answer that the caller has already is not sent again."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.vary.add("Accept-Language")
    if request.method == "GET" and response.status_code == 200 and response.is_json:
        response.add_etag()
        if request.if_none_match:
            response.make_conditional(request)
    _compress(response)
    return response


def _compress(response: Response) -> None:
    """Fewer bytes, unless it is a stream or holds a secret, whose length would tell of it beside what a caller sent."""
    text = (response.mimetype or "").startswith("text/") or response.is_json
    if response.is_streamed or not text or NOT_KEPT in response.headers.get("Cache-Control", ""):
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or len(response.get_data()) < COMPRESSED_MIN:
        return
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)
