"""One measurement in a process of its own: prepare, work, say how long the work took and what came out.

Standard library only: the peers' own Python reads it too.  Run as a program it measures another program.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Work = Callable[[], str]
"""What is timed; the digest of what came out."""
Action = Callable[..., Work]
"""What prepares it, with the arguments given as JSON."""
Answer = dict[str, float | int | str]

STATUS = Path("/proc/self/status")


def run(actions: Mapping[str, Action]) -> None:
    """Carry out the action that the command line names; the answer is the last line of standard output."""
    work = actions[sys.argv[1]](**json.loads(sys.argv[2]))
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    digest = work()
    seconds, cpu_seconds = time.perf_counter() - seconds, time.process_time() - cpu_seconds
    answer: Answer = {"digest": digest, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_bytes": _own_peak()}
    print(json.dumps(answer))


def _own_peak() -> int:
    """The most memory this process had; 0 where the system does not say it."""
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def command(arguments: list[str], output: str) -> Answer:
    """Run a program with its output in a file."""
    begun = time.perf_counter()
    with Path(output).open("wb") as out:
        done = subprocess.run(arguments, stdout=out, stdin=subprocess.DEVNULL, check=True)
    assert done.returncode == 0
    answer: Answer = {"digest": "", "seconds": time.perf_counter() - begun, "cpu_seconds": 0.0, "peak_bytes": 0}
    try:
        import resource
    except ImportError:  # Windows
        return answer
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return answer | {"cpu_seconds": used.ru_utime + used.ru_stime, "peak_bytes": used.ru_maxrss * 1024}


if __name__ == "__main__":
    print(json.dumps(command(**json.loads(sys.argv[1]))))
