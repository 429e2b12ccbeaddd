"""Load: one address asked by many connections for some seconds, by `wrk`.

Of each request: seconds are one over how many were answered in a second, the whole is what 99 in 100 took at most, and
CPU seconds are the server's.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

CONNECTIONS = 32
SECONDS = 4
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
POST = """
local number = 0
request = function()
  number = number + 1
  local body = '{"name": "%s-' .. number .. '", "introducer": "县00", "receiver": "县01"}'
  return wrk.format("POST", nil, {["Content-Type"] = "application/json", ["Authorization"] = "Bearer %s"}, body)
end
"""


def load(url: str, pid: int, token: str, *, posts: bool = False) -> dict[str, float | str]:
    """An answer for `rounds.Run`; raises RuntimeError if some request was refused."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(POST % (uuid.uuid4().hex, token))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
        command += ["-s", script.name] if posts else ["-H", f"Authorization: Bearer {token}"]
        cpu = cpu_seconds(pid)
        said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        cpu = cpu_seconds(pid) - cpu
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", said)
    answered = re.search(r"(\d+) requests in", said)
    a_second = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    slowest = re.search(r"99%\s+([0-9.]+)(us|ms|s)", said)
    if refused or not (answered and a_second and slowest):
        raise RuntimeError(said)
    return {
        "digest": "answered",
        "seconds": 1 / float(a_second[1]),
        "cpu_seconds": cpu / int(answered[1]),
        "peak_bytes": 0,
        "whole": float(slowest[1]) * UNITS[slowest[2]],
    }


def cpu_seconds(pid: int) -> float:
    """What a process and those that it started have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    used = (int(own[11]) + int(own[12])) / os.sysconf("SC_CLK_TCK")
    return used + sum(cpu_seconds(int(child)) for child in children)


if __name__ == "__main__":
    print(json.dumps(load(**json.loads(sys.argv[1]))))
