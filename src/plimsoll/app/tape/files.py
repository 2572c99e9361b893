"""The files of a tape: a Parquet or CSV file, or a folder of them. What is half-written is refused before anything is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.units.refusal import Malformed

PARQUET, CSV = "parquet", "csv"
SUFFIXES: Final = {PARQUET: (".parquet", ".pq"), CSV: (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".csv.zst")}
UNFINISHED: Final = (".unfinished", ".inprogress", ".tmp", ".partial")
"""Ends of names that writers give to files before they are whole."""

SCRATCH: Final = "_temporary"
"""The folder in which Spark writes before it commits."""

MAGIC: Final = b"PAR1"
LEAST_BYTES: Final = 12


class Files(NamedTuple):
    """The files of a tape: their format, where they are, and the folder that they stand under."""

    format: str
    paths: tuple[str, ...]
    root: str


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


def partition_names(files: Files) -> tuple[str, ...]:
    """Give the names that folders between the root and the files carry, such as `day` of day=2026-01-31."""
    root = Path(files.root)
    found = [part.partition("=")[0] for one in files.paths if "://" not in one and root.is_dir() for part in _folders(Path(one), root)]
    return tuple(dict.fromkeys(found))


def _folders(path: Path, root: Path) -> list[str]:
    return [part for part in path.relative_to(root).parts[:-1] if "=" in part]


def check_columns(files: Files, names: tuple[str, ...]) -> None:
    """Hold the columns that are read to one type over all Parquet files; raises Malformed tape_files_differ with file and column."""
    if files.format != PARQUET or "://" in files.paths[0]:
        return
    import pyarrow.parquet as pq

    first: dict[str, str] | None = None
    for path in files.paths:
        schema = pq.read_schema(path)
        found = {name: str(schema.field(name).type) if name in schema.names else "no column" for name in names}
        if first is None:
            first = found
        for name in names:
            if found[name] != first[name]:
                detail = f"{found[name]}, where {Path(files.paths[0]).parent.name}/{Path(files.paths[0]).name} has {first[name]}"
                raise Malformed("tape_files_differ", detail, file=path, key=name)
