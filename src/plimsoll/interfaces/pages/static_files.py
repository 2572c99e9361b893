"""The files that pages load from this server: their own, and those that the build put into `static/vendor`.

A file is served under the first digits of its digest, so that a browser may keep it for a year and gets the new one at once.
Nothing is fetched from another host. Where the build has not been run `missing()` says which command runs it; pages work without.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).with_name("static")
VENDOR: Final = ("tabler.css", "htmx.js", "echarts.js")
"""What `tools/web.py` makes from web/package-lock.json."""
COMMAND: Final = "python tools/web.py"
KINDS: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER: Final = "public, max-age=31536000, immutable"
_DIGITS: Final = 10


class File(NamedTuple):
    """A file as it is served: its type, its bytes, and the same packed."""

    kind: str
    content: bytes
    packed: bytes
    digest: str


@cache
def file(name: str) -> File | None:
    """Give a file by its name, None where there is none."""
    for folder in ("own", "vendor"):
        path = FOLDER / folder / name
        if "/" not in name and path.suffix in KINDS and path.is_file():
            content = path.read_bytes()
            return File(KINDS[path.suffix], content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:_DIGITS])
    return None


def address(name: str) -> str:
    """Give the address of a file under the root of its pages, "" where the file is missing."""
    found = file(name)
    return f"/static/{found.digest}/{name}" if found is not None else ""


def get_ready() -> None:
    """Read and pack every file."""
    for folder in ("own", "vendor"):
        for path in sorted((FOLDER / folder).glob("*")):
            file(path.name)


def missing() -> tuple[str, ...]:
    """Name the files of the build that are not there."""
    return tuple(name for name in VENDOR if file(name) is None)
