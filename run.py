"""飞地账 Enclave Ledger from a bare clone: `python3 run.py` shows and serves it, `python3 run.py test` tests it.

Standard library only.  Builds `.venv` from `requirements.lock` (hashed, wheels only) once;
everything else is passed on to the command line: `python3 run.py split …` is `enclave split …`.
Without a command it serves the demonstration, `--no-serve` only prepares it.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
ENV = ROOT / ".venv"
STAMP = ENV / "ready"
DEMO = ROOT / ".books" / "demo-service"
DEMO_BOOKS = DEMO / "tenants" / "pingliang" / "books.db"
WINDOWS = os.name == "nt"
PYTHON = ENV / ("Scripts/python.exe" if WINDOWS else "bin/python")


class Unready(Exception):
    """The environment cannot be built; the message says why and what to do."""


def main(arguments):
    if sys.version_info < (3, 11):
        found = "{}.{}".format(*sys.version_info[:2])
        return refuse(
            "需要 Python 3.11 或更新版本，现在是 {}。请安装后用新版本运行 run.py。".format(found),
            "Python 3.11 or later is needed, this is {}. Install it and run run.py with it.".format(found),
        )
    try:
        if not is_ready():
            build()
    except Unready as reason:
        return refuse(*reason.args)
    except KeyboardInterrupt:
        return refuse(
            "准备环境时被中断。再次运行 run.py 会从头准备。",
            "Interrupted while building. Run run.py again to start over.",
        )
    except OSError as problem:
        return refuse(
            "环境目录 .venv 写不进去：{}。请检查磁盘和权限后重试。".format(problem),
            ".venv cannot be written: {}. Check disk and permissions, then run again.".format(problem),
        )
    return start(arguments)


def refuse(chinese, english):
    print(chinese + "\n" + english, file=sys.stderr)
    return 1


def wanted():
    """What the environment must have been built from."""
    return hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()


def is_ready():
    return STAMP.is_file() and PYTHON.exists() and STAMP.read_text() == wanted()


def build():
    """Build the environment from nothing; the stamp comes last, so a broken build is built again."""
    print("首次运行：正在准备环境，约需十几秒…  First run: preparing the environment…", file=sys.stderr, flush=True)
    venv.EnvBuilder(with_pip=False, clear=True).create(ENV)
    (ENV / ".gitignore").write_text("*\n")
    done = subprocess.run(pip_command(), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Unready(*explain_pip(done.stdout + done.stderr))
    STAMP.write_text(wanted())


def pip_command():
    """pip of this Python working on the environment, or the environment's own."""
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    install += ["--require-hashes", "--requirement", str(LOCK)]
    asked = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, text=True)
    version = (
        asked.stdout.split()[1].split(".") if asked.returncode == 0 and asked.stdout.startswith("pip ") else ["0", "0"]
    )
    if (int(version[0]), int(version[1])) >= (22, 3):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)] + install
    made = subprocess.run([str(PYTHON), "-m", "ensurepip", "--default-pip"], capture_output=True, text=True)
    if made.returncode:
        raise Unready(
            "这个 Python 没有 pip（需 22.3 以上），也没有 ensurepip。请安装 pip，例如 Debian 上：apt install python3-pip。",
            "This Python has neither pip 22.3 nor ensurepip. Install pip, on Debian: apt install python3-pip.",
        )
    return [str(PYTHON), "-m", "pip"] + install


def explain_pip(output):
    last = [line for line in output.strip().splitlines() if line.strip()][-1:] or ["?"]
    if "hash" in output.lower() and "match" in output.lower():
        return (
            "下载的依赖与 requirements.lock 的指纹不符，未安装：{}。请检查软件源，不要跳过校验。".format(last[0]),
            "A download does not match its hash in requirements.lock; nothing was installed.",
        )
    return (
        "下载依赖失败，可能没有网络或软件源不可达：{}。接通后再次运行 run.py 即可。".format(last[0]),
        "Packages could not be fetched; perhaps there is no network. Connect and run run.py again.",
    )


def start(arguments):
    """Hand over to the environment: pytest for `test`, the command line for everything else."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONPYCACHEPREFIX=str(ENV / "pycache"))
    environment.setdefault("ENCLAVE_BOOKS", str(DEMO_BOOKS))
    if arguments[:1] == ["test"]:
        os.chdir(str(ROOT))
        command = ["-m", "pytest"] + arguments[1:]
    else:
        own = ["demo-service", "--service", str(DEMO)] if arguments in ([], ["--no-serve"]) else []
        command = ["-m", "api.cli.main"] + own + arguments
    command = [str(PYTHON), "-P"] + command
    if WINDOWS:
        return subprocess.call(command, env=environment)
    return os.execve(str(PYTHON), command, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
