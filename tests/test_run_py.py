"""`run.py`: from a bare clone to a working program, and one clear sentence where that cannot be."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from tests.conftest import HEADER, ROOT, csv_file, two_counties

HAN = re.compile("[\u4e00-\u9fff]")
LOCK = "no-such-package-of-ours==1.0 --hash=sha256:" + "0" * 64 + "\n"
FAKE_CLI = "import os, sys\nprint('started', os.getcwd(), sys.argv[1:])\n"
SLOW_PIP = """
import sys, time
if "--version" in sys.argv:
    print("pip 24.0 from here (python 3.11)")
else:
    print("installing", flush=True)
    open({marker!r}, "w").close()
    time.sleep(60)
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with run.py, a lock and a command line that only says that it was started."""
    folder = tmp_path / "克隆 clone"
    (folder / "api/cli").mkdir(parents=True)
    shutil.copy(ROOT / "run.py", folder)
    (folder / "requirements.lock").write_text(LOCK)
    for package in ("api", "api/cli"):
        (folder / package / "__init__.py").touch()
    (folder / "api/cli/main.py").write_text(FAKE_CLI)
    return folder


def python_of_the_system() -> str:
    """The Python below this environment, as a stranger has it."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def environment(**changes: str) -> dict[str, str]:
    """A stranger's environment: nothing of ours, no network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP", "ENCLAVE"))}
    return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1", **changes}


def run(
    clone: Path, *arguments: str, python: str | None = None, cwd: Path | None = None, **changes: str
) -> tuple[int, str, str]:
    command = [python or python_of_the_system(), str(clone / "run.py"), *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=environment(**changes), capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def said_once(err: str, *phrases: str) -> None:
    """One Chinese sentence (besides the word that it is preparing), one English, no traceback."""
    lines = [line for line in err.splitlines() if not line.startswith("首次运行")]
    assert len(lines) == 2, err
    assert HAN.search(lines[0])
    assert not HAN.search(lines[1][:40])
    assert [phrase for phrase in phrases if phrase not in err] == [], err


def test_it_uses_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))

    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)


def test_it_can_be_read_by_a_python_too_old_to_run_it() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 7))


def test_python_3_10_is_refused_in_one_sentence_and_nothing_is_built(clone: Path) -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 10, 12, 'final', 0); "
        f"sys.argv = ['run.py']; runpy.run_path({str(clone / 'run.py')!r}, run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-c", pretend], env=environment(), capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 1
    said_once(done.stderr, "需要 Python 3.11 或更新版本，现在是 3.10", "请安装")
    assert not (clone / ".venv").exists()


def test_without_network_it_says_so_and_the_next_run_starts_over(clone: Path) -> None:
    first = run(clone)
    (clone / "requirements.lock").write_text("")

    second = run(clone, "split", "--json")

    assert first[0] == 1
    said_once(first[2], "没有网络或软件源不可达", "再次运行 run.py 即可")
    assert (second[0], "started" in second[1]) == (0, True)


@pytest.mark.parametrize("stamp", [None, b"built from another lock", b"\xff\xfe"])
def test_a_half_built_environment_is_built_again(stamp: bytes | None, clone: Path) -> None:
    (clone / "requirements.lock").write_text("")
    half = clone / ".venv"
    (half / "lib").mkdir(parents=True)
    (half / "lib" / "leftover").touch()
    if stamp is not None:
        (half / "ready").write_bytes(stamp)

    code, out, err = run(clone)

    assert (code, "首次运行" in err) == (0, True)
    assert out.startswith("started")
    assert not (half / "lib" / "leftover").exists()


def test_a_ready_environment_is_used_as_it_is_and_a_changed_lock_builds_it_again(clone: Path) -> None:
    (clone / "requirements.lock").write_text("")
    built = [run(clone)]
    built += [run(clone)]
    (clone / "requirements.lock").write_text("# changed\n")
    built += [run(clone)]

    assert ["首次运行" in err for _, _, err in built] == [True, False, True]
    assert (clone / ".venv" / ".gitignore").read_text() == "*\n"


def test_without_pip_and_ensurepip_it_says_what_to_install(clone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.EnvBuilder(with_pip=False).create(bare)
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "ensurepip.py").write_text("raise ImportError('disabled')\n")

    code, _, err = run(clone, python=str(bare / "bin" / "python"), PYTHONPATH=str(stubs))

    assert code == 1
    said_once(err, "没有 pip", "也没有 ensurepip", "请安装 pip")


def test_an_environment_that_cannot_be_written_is_named(clone: Path) -> None:
    (clone / ".venv").write_text("a file where the folder should be")

    code, _, err = run(clone)

    assert code == 1
    said_once(err, ".venv", "请")


def test_a_broken_off_build_gives_one_sentence_and_the_next_run_mends_it(clone: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    marker = slow / "installing"
    (slow / "pip.py").write_text(SLOW_PIP.format(marker=str(marker)))
    process = subprocess.Popen(
        [python_of_the_system(), str(clone / "run.py")],
        env=environment(PYTHONPATH=str(slow)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    while process.poll() is None and not marker.exists():
        time.sleep(0.05)

    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode in (1, 130)
    said_once(err, "被中断", "再次运行 run.py 会从头准备")
    (clone / "requirements.lock").write_text("")
    assert run(clone)[0] == 0


def test_it_hands_its_arguments_to_the_command_line(clone: Path) -> None:
    (clone / "requirements.lock").write_text("")

    given = ((), ("--no-serve",), ("demo",), ("split", "--json"), ("--lang", "en"))
    passed = [run(clone, *arguments)[1].splitlines()[-1].rpartition("[")[2] for arguments in given]

    demonstration = f"'demo-service', '--service', '{clone / '.books' / 'demo-service'}'"
    assert passed[:2] == [f"{demonstration}]", f"{demonstration}, '--no-serve']"]
    assert passed[2:] == ["'demo']", "'split', '--json']", "'--lang', 'en']"]


def test_paths_are_the_callers_and_the_exit_code_is_the_programs(tmp_path: Path) -> None:
    """With the real environment, from another folder."""
    (tmp_path / "t.json").write_text(json.dumps(two_counties()), encoding="utf-8")
    (tmp_path / "e.csv").write_bytes(csv_file(["V1,2024-01-05,3.00"], HEADER))
    if not (ROOT / ".venv" / "ready").is_file():
        pytest.skip("the environment was not built by run.py")

    good = run(ROOT, "split", "--terms", "t.json", "--entries", "e.csv", "--json", cwd=tmp_path)
    bad = run(ROOT, "split", "--terms", "none.json", "--entries", "e.csv", cwd=tmp_path)
    usage = run(ROOT, "split", cwd=tmp_path)

    assert (good[0], json.loads(good[1])["totals"]) == (0, {"jia": 100, "yi": 200})
    assert [bad[0], usage[0]] == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv", "t.json"]
