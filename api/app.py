"""The service as a WSGI application: `create_app(folder)`."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_smorest import Blueprint

from api.access.directory import Directory
from api.http import answers, callers, docs_page, idempotency, limits, request_log, tenancy
from api.http.problems import ProblemApi
from api.http.routes import describe
from api.http.wire import DocumentField, MoneyField, PeriodInUrl
from api.jobs import EXTENSION as JOBS
from api.jobs import Jobs
from api.resources import (
    agreements,
    bridges,
    entries,
    events,
    facts,
    figures,
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
    session,
    simulations,
    splits,
    statements,
    terms,
    worksheets,
)
from api.settings import ServiceSettings
from ledger.store.tenants import Tenants

RESOURCES: tuple[Blueprint, ...] = (
    service.routes,
    session.routes,
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
DEFAULTS = ServiceSettings()
CONFIG: dict[str, Any] = {
    "API_TITLE": "飞地账 Enclave Ledger",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "县际共享收入：协议、认定、导入、登记簿、结算单、测算、核验。Revenue shared between counties."
        },
        "components": {"securitySchemes": callers.SCHEMES},
        "security": [{name: []} for name in callers.SCHEMES],
    },
}


def create_app(folder: Path, settings: ServiceSettings = DEFAULTS) -> Flask:
    """The service over the tenants and people in a folder; begins both where they are not there yet."""
    app = Flask(__name__, static_folder=None)
    app.config.update(CONFIG)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of parties decides who gets the last fen
    app.url_map.converters["period"] = PeriodInUrl
    request_log.register(app)
    shelf = tenancy.Shelf(Tenants(folder / "tenants"))
    people = folder / "people.db"
    tenancy.register(app, shelf, Directory(people))
    callers.register(app, people, settings)
    limits.register(app, settings)
    app.extensions[JOBS] = Jobs(shelf, folder, settings.uploads_kept_days)
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
    app.register_blueprint(docs_page.routes)
    answers.register(app)
    idempotency.register(app)
    return app


def _period(converter: PeriodInUrl) -> dict[str, str]:
    """A month in an address, as the document says it."""
    return {"type": "string", "pattern": converter.regex, "example": "2026-03"}
