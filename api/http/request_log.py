"""The log (日志): one JSON line for each request, without bodies, amounts or secrets.

A line names the tenant only where the caller has a role in it, so the lines of one tenant never name another's people.
"""

import logging
import sys
import time
from traceback import extract_tb

import structlog
from flask import Flask, Response, g, got_request_exception, request

NAME = "enclave.requests"


def register(app: Flask) -> None:
    """Write down every request of a service; a failure with where it happened, and not with what was in it."""
    written = structlog.wrap_logger(
        logging.getLogger(NAME),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", key="time"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    app.logger.disabled = True  # it would write down addresses and values

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter_ns()

    @app.after_request
    def write(response: Response) -> Response:
        who = g.get("caller")
        written.info(
            "request",
            tenant=g.tenant if "policy" in g else None,
            actor=who.person.login if who else None,
            request_id=g.get("request_id"),
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            milliseconds=(time.perf_counter_ns() - g.started) // 1_000_000,
            **g.get("failure", {}),
        )
        return response

    got_request_exception.connect(_failed, app)


def to_standard_output() -> None:
    """Where a server's log goes."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger(NAME)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _failed(app: Flask, exception: Exception, **more: object) -> None:
    """Keep for the line which kind of failure it was and where."""
    g.failure = failure(exception)


def failure(exception: Exception) -> dict[str, object]:
    """Which kind of failure it was and where it happened; what was in it stays out of the log."""
    frames = extract_tb(exception.__traceback__)[-3:]
    return {
        "failure": type(exception).__name__,
        "at": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }
