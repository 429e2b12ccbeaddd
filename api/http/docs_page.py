"""The API document as a page, at /api/docs/: Swagger UI from its package, with no script or style inside the page."""

from importlib.resources import files

from flask import Blueprint, Response, send_from_directory

from api.http.tenancy import OPENAPI

DOCS = "/api/docs"
DIST = str(files("flask_swagger_ui") / "dist")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<title>飞地账 Enclave Ledger</title>
<link rel="stylesheet" href="index.css">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" href="favicon-32x32.png">
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</html>
"""
START = f"""SwaggerUIBundle({{url: "{OPENAPI}", dom_id: "#swagger-ui", deepLinking: true}});
"""

routes = Blueprint("docs", __name__, url_prefix=DOCS)


@routes.get("/")
def page() -> Response:
    """The page."""
    return Response(PAGE, mimetype="text/html")


@routes.get("/start.js")
def start() -> Response:
    """What starts it."""
    return Response(START, mimetype="text/javascript")


@routes.get("/<path:name>")
def part(name: str) -> Response:
    """A script, style or picture of the package."""
    return send_from_directory(DIST, name)


@routes.after_request
def allow_own_parts(response: Response) -> Response:
    """The page runs scripts and styles of this service, and nothing else."""
    response.headers["Content-Security-Policy"] = POLICY
    return response
