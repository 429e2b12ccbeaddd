"""The application that a WSGI server runs: `api.wsgi:app`, over the folder in ENCLAVE_SERVICE."""

import os
from pathlib import Path

from api.app import create_app
from api.jobs import EXTENSION

app = create_app(Path(os.environ.get("ENCLAVE_SERVICE", ".service")))
app.extensions[EXTENSION].wake()  # for what a service that died left undone
