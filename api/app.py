"""The service as a WSGI application: `create_app(folder)`."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, g, got_request_exception, request
from flask_smorest import Blueprint
from flask_swagger_ui import get_swaggerui_blueprint

from api import (
    agreements,
    bridges,
    entries,
    events,
    facts,
    figures,
    idempotency,
    imports,
    mappings,
    operator,
    parties,
    people,
    periods,
    projects,
    proofs,
    register,
    service,
    simulations,
    splits,
    statements,
    tenancy,
    terms,
    worksheets,
)
from api.access.directory import Directory
from api.problems import ProblemApi
from api.routes import describe
from api.wire import DocumentField, MoneyField, PeriodInUrl
from ledger.store.tenants import Tenants

BODY_MAX = 64 * 1024 * 1024
RESOURCES: tuple[Blueprint, ...] = (
    service.routes,
    agreements.routes,
    terms.routes,
    splits.routes,
    facts.routes,
    imports.routes,
    mappings.routes,
    figures.routes,
    statements.routes,
    worksheets.routes,
    periods.routes,
    bridges.routes,
    entries.routes,
    projects.routes,
    parties.routes,
    register.routes,
    simulations.routes,
    proofs.routes,
    people.routes,
    operator.routes,
    events.routes,
)
DOCS = "/api/docs"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}
CONFIG: dict[str, Any] = {
    "API_TITLE": "飞地账 Enclave Ledger",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "MAX_CONTENT_LENGTH": BODY_MAX,
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "县际共享收入：协议、认定、导入、登记簿、结算单、测算、核验。Revenue shared between counties."
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    },
}


def create_app(folder: Path) -> Flask:
    """The service over the tenants and people in a folder; begins both where they are not there yet."""
    app = Flask(__name__)
    app.config.update(CONFIG)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of parties decides who gets the last fen
    app.url_map.converters["period"] = PeriodInUrl
    shelf = tenancy.Shelf(Tenants(folder / "tenants"))
    tenancy.register(app, shelf, Directory(folder / "people.db"))
    api = ProblemApi()
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.init_app(app)
    api.register_field(MoneyField, "string", None)
    api.register_field(DocumentField, ["object", "array", "string"], None)
    api.register_converter(PeriodInUrl, _period)
    describe(api)
    for resource in RESOURCES:
        resource.DEFAULT_ERROR_RESPONSE_NAME = None
        api.register_blueprint(resource)
    app.register_blueprint(service.health)
    app.register_blueprint(get_swaggerui_blueprint(DOCS, tenancy.OPENAPI), url_prefix=DOCS)
    app.after_request(_finished)
    got_request_exception.connect(_failed, app)
    idempotency.register(app)
    return app


def _period(converter: PeriodInUrl) -> dict[str, str]:
    """A month in an address, as the document says it."""
    return {"type": "string", "pattern": converter.regex, "example": "2026-03"}


def _failed(app: Flask, exception: Exception, **more: object) -> None:
    """Say in the log which request failed, by the id that its answer names."""
    app.logger.error("request %s failed: %s", g.get("request_id", ""), type(exception).__name__)


def _finished(response: Response) -> Response:
    """What every answer carries; an answer that the caller has already is not sent again."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.method == "GET" and response.status_code == 200 and response.is_json:
        response.add_etag()
        response.make_conditional(request)
    return response
