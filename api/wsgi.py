"""The application that a WSGI server runs: `api.wsgi:app`, over the folder in ENCLAVE_SERVICE."""

import os
from pathlib import Path

from werkzeug.middleware.proxy_fix import ProxyFix

from api import settings
from api.app import create_app
from api.http import request_log
from api.jobs import EXTENSION

request_log.to_standard_output()
folder = Path(os.environ.get(settings.FOLDER_VARIABLE, settings.FOLDER))
chosen = settings.load(folder, os.environ)
app = create_app(folder, chosen)
app.extensions[EXTENSION].wake()  # for what a service that died left undone
if chosen.trusted_proxies:
    near = chosen.trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=near)  # type: ignore[method-assign]
