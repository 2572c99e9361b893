"""The files of a tape: a Parquet or CSV file, or a folder of them. What is half-written is refused before anything is read."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from plimsoll.portfolio.shape import Csv
from plimsoll.units.refusal import Malformed

PARQUET, CSV = "parquet", "csv"
SUFFIXES: Final = {PARQUET: (".parquet", ".pq"), CSV: (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".csv.zst")}
UNFINISHED: Final = (".unfinished", ".inprogress", ".tmp", ".partial")
"""Ends of names that writers give to files before they are whole."""

SEPARATORS: Final = (",", ";", "\t", "|")
UTF8: Final = ("utf-8", "utf8")
SCRATCH: Final = "_temporary"
"""The folder in which Spark writes before it commits."""

LOGS: Final = ("_delta_log", ".hoodie")
"""Where tables that keep several versions of themselves say which of their files count."""

MAGIC: Final = b"PAR1"
LEAST_BYTES: Final = 12


class Files(NamedTuple):
    """The files of a tape: their format, where they are, and the folder that they stand under; how CSV is written."""

    format: str
    paths: tuple[str, ...]
    root: str
    csv: Csv = Csv(",")

    def headings(self) -> list[list[str]]:
        """Give the first line of every CSV file; none of what lies at an address."""
        return [] if "://" in self.paths[0] or self.format != CSV else [first_line(path, self.csv) for path in self.paths]


def find_files(where: str) -> Files:
    """Find the files of a tape. Raises Malformed tape_missing, tape_file_unfinished, tape_files_differ (formats).

    An address such as s3a://bucket/tape is left to the engine, which has to know that kind.
    """
    if "://" in where:
        return Files(CSV if where.endswith(SUFFIXES[CSV]) else PARQUET, (where,), where)
    path = Path(where)
    if path.is_file():
        found = _format_of(path)
        if not found:
            raise Malformed("tape_missing", f"{path.name}: neither Parquet nor CSV by its name", file=where)
        _check_whole(path, found)
        return Files(found, (str(path),), str(path))
    if not path.is_dir():
        raise Malformed("tape_missing", file=where)
    _check_partitions(path)
    files = {kind: [one for one in _walk(path) if _format_of(one) == kind] for kind in SUFFIXES}
    kinds = [kind for kind, some in files.items() if some]
    if not kinds:
        raise Malformed("tape_missing", "no Parquet and no CSV file in the folder", file=where)
    if len(kinds) > 1:
        raise Malformed("tape_files_differ", f"{files[PARQUET][0].name} and {files[CSV][0].name}", file=where)
    for one in files[kinds[0]]:
        _check_whole(one, kinds[0])
    return Files(kinds[0], tuple(str(one) for one in files[kinds[0]]), str(path))


def _walk(folder: Path) -> Iterator[Path]:
    """Give every file under a folder in order, hidden ones and marks of writers (_SUCCESS) left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts):
            yield path


def _format_of(path: Path) -> str:
    return next((kind for kind, ends in SUFFIXES.items() if path.name.lower().endswith(ends)), "")


def _check_partitions(folder: Path) -> None:
    """Refuse what a writer left unfinished: files with such a name, Spark's scratch folder, a partition without a file."""
    found = sorted(folder.rglob("*"))
    for path in found:
        if path.name in LOGS:
            remedy = "Such a table keeps files that were replaced beside those that count. Write it as plain Parquet."
            raise Malformed("tape_unreadable", path.name, file=str(folder), remedy=remedy)
        if path.name.endswith(UNFINISHED) or path.name == SCRATCH:
            raise Malformed("tape_file_unfinished", path.name, file=str(path))
    for path in found:
        if path.is_dir() and "=" in path.name and not any(_format_of(one) for one in path.rglob("*")):
            raise Malformed("tape_file_unfinished", "a partition without a file", file=str(path))


def _check_whole(path: Path, kind: str) -> None:
    """Refuse an empty file, and a Parquet file that does not end as one does."""
    size = path.stat().st_size
    if kind == PARQUET and size >= LEAST_BYTES:
        with path.open("rb") as file:
            file.seek(-len(MAGIC), 2)
            if file.read() == MAGIC:
                return
    elif kind == CSV and size:
        return
    raise Malformed("tape_file_unfinished", f"{size} bytes, and not the end of a {kind} file", file=str(path))


def read_csv_as(files: Files, said: Csv) -> Files:
    """Give the files with how they are written: the separator of the map, else the one that is oftenest in the first line."""
    if files.format != CSV:
        return files
    if said.separator or "://" in files.paths[0]:
        return files._replace(csv=said._replace(separator=said.separator or ","))
    line = _line(files.paths[0], said.encoding)
    return files._replace(csv=said._replace(separator=max(SEPARATORS, key=line.count)))


def first_line(path: str, how: Csv) -> list[str]:
    """Give the headings of a CSV file."""
    return next(csv.reader([_line(path, how.encoding)], delimiter=how.separator), [])


def _line(path: str, encoding: str) -> str:
    """Give the first line of a file that may be packed; raises Malformed tape_unreadable where it is of another encoding."""
    try:
        with _unpacked(path) as raw, io.TextIOWrapper(raw, "utf-8-sig" if encoding in UTF8 else encoding) as file:
            return file.readline().rstrip("\r\n")
    except (UnicodeError, EOFError, zlib.error, OSError) as wrong:
        remedy = "Say in the map how it is written, such as csv: {encoding: gb18030}." if isinstance(wrong, UnicodeError) else ""
        raise Malformed("tape_unreadable", f"not of the encoding {encoding}" if remedy else str(wrong), file=path, remedy=remedy) from None


def _unpacked(path: str) -> IO[bytes]:
    if path.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path))
    if path.lower().endswith(".zst"):
        import pyarrow as pa

        unpacked: IO[bytes] = pa.CompressedInputStream(path, "zstd")
        return unpacked
    return Path(path).open("rb")


def partition_names(files: Files) -> tuple[str, ...]:
    """Give the names that folders between the root and the files carry, such as `day` of day=2026-01-31."""
    root = Path(files.root)
    found = [part.partition("=")[0] for one in files.paths if "://" not in one and root.is_dir() for part in _folders(Path(one), root)]
    return tuple(dict.fromkeys(found))


def _folders(path: Path, root: Path) -> list[str]:
    return [part for part in path.relative_to(root).parts[:-1] if "=" in part]


def check_columns(files: Files, names: tuple[str, ...]) -> None:
    """Hold the columns that are read to one type over all files; raises Malformed tape_files_differ with file and column."""
    if files.format == CSV:
        _check_headings(files, names)
    if files.format != PARQUET or "://" in files.paths[0]:
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    first: dict[str, str] | None = None
    for path in files.paths:
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as wrong:
            raise Malformed("tape_file_unfinished", str(wrong).splitlines()[0], file=path) from None
        found = {name: str(schema.field(name).type) if name in schema.names else "no column" for name in names}
        if first is None:
            first = found
        for name in names:
            if found[name] != first[name]:
                detail = f"{found[name]}, where {Path(files.paths[0]).parent.name}/{Path(files.paths[0]).name} has {first[name]}"
                raise Malformed("tape_files_differ", detail, file=path, key=name)


def _check_headings(files: Files, names: tuple[str, ...]) -> None:
    """Refuse a CSV file without a column that another has."""
    headings = files.headings()
    for path, found in zip(files.paths, headings, strict=False):
        missing = [name for name in names if name in headings[0] and name not in found]
        if missing:
            raise Malformed("tape_files_differ", f"no column, where {Path(files.paths[0]).name} has one", file=path, key=missing[0])
