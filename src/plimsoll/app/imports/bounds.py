"""What a file may be, before a row of it is read: its name, its size, what it is packed in and how far that expands.

A file is text: CSV or JSON lines, plain or gzip. ZIP and XLSX are refused whatever they hold: what can link, expand and hide in them
is not worth what a plain file says as well.
"""

import gzip
import io
import zlib
from collections.abc import Sequence
from typing import Final

from plimsoll.app.command_file import GZIP_MAGIC
from plimsoll.units.refusal import Malformed

SIZE_MAX: Final = 50_000_000
"""Bytes of a file as it is sent."""
EXPANDED_MAX: Final = 500_000_000
"""Bytes of what is packed in it."""
RATIO_MAX: Final = 100
ROWS_MAX: Final = 1_000_000
NAME_MAX: Final = 200
PIECE: Final = 1 << 20
SMALL: Final = 1 << 20
"""Below so many bytes expanded, no ratio is too great: a few equal rows pack well."""
ARCHIVES: Final[Sequence[tuple[bytes, str]]] = (
    (b"PK\x03\x04", "zip or xlsx"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"(\xb5/\xfd", "zstd"),
)
TAR: Final = (257, b"ustar")


def check_name(name: str) -> None:
    """Refuse a name that is a path, or cannot be seen. Raises Malformed import_name_malformed."""
    is_plain = 0 < len(name) <= NAME_MAX and name.isprintable() and not any(mark in name for mark in "/\\:")
    if not is_plain or name.strip(". ") != name.rstrip(". ") or name.startswith(".") or not name.strip("."):
        raise Malformed("import_name_malformed", repr(name)[:60])


def check_content(content: bytes, shown: str) -> None:
    """Refuse a file that is too large, an archive, or expands too far; what is packed is unpacked once and thrown away.

    Raises Malformed: file_empty, import_too_large, import_archive, import_nested, import_ratio, import_expanded_too_large,
    file_truncated.
    """
    if not content:
        raise Malformed("file_empty", file=shown)
    if len(content) > SIZE_MAX:
        raise Malformed("import_too_large", f"{len(content):,} bytes", file=shown)
    found = archive_of(content)
    if found:
        raise Malformed("import_archive", found, file=shown)
    if content.startswith(GZIP_MAGIC):
        _check_packed(content, shown)


def archive_of(start: bytes) -> str:
    """Give the kind of archive that bytes begin like, "" for none."""
    at, mark = TAR
    if start[at : at + len(mark)] == mark:
        return "tar"
    return next((name for magic, name in ARCHIVES if start.startswith(magic)), "")


def _check_packed(content: bytes, shown: str) -> None:
    size, most = 0, min(EXPANDED_MAX, max(RATIO_MAX * len(content), SMALL))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as unpacked:
            while piece := unpacked.read(PIECE):
                nested = (archive_of(piece) or ("gzip" if piece.startswith(GZIP_MAGIC) else "")) if not size else ""
                if nested:
                    raise Malformed("import_nested", nested, file=shown)
                size += len(piece)
                if size > most:
                    code = "import_expanded_too_large" if size > EXPANDED_MAX else "import_ratio"
                    raise Malformed(code, f"more than {most:,} bytes of {len(content):,}", file=shown)
    except (EOFError, zlib.error, gzip.BadGzipFile) as cut:
        raise Malformed("file_truncated", str(cut), file=shown) from None
