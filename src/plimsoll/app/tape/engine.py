"""Engines that answer questions to a tape: DuckDB in this process, or Spark on this machine or on a cluster.

Both are given the same files under one name and answer queries with rows of whole numbers and text. Nothing is written.
"""

import importlib
import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from plimsoll.app.tape.files import CSV, UTF8, Files
from plimsoll.portfolio.source import DAY, DUCKDB, ENGINES, FRACTION, INSTANT, OTHER, SPARK, TABLE, TEXT
from plimsoll.units.refusal import Malformed

Row = tuple[Any, ...]
LOCAL_MASTER: Final = "local[*]"
TOLD_MAX: Final = 240
"""Letters of what an engine says of a fault."""

FLAG: Final = "flag"
"""True or false, or a UUID: an engine turns it into text."""

DUCKDB_KINDS: Final = {
    "TINYINT": "int8", "SMALLINT": "int16", "INTEGER": "int32", "BIGINT": "int64", "VARCHAR": TEXT, "DATE": DAY, "FLOAT": FRACTION,
    "DOUBLE": FRACTION, "HUGEINT": FRACTION, "UTINYINT": FRACTION, "USMALLINT": FRACTION, "UINTEGER": FRACTION, "UBIGINT": FRACTION,
    "UHUGEINT": FRACTION, "BOOLEAN": FLAG, "UUID": FLAG,
}  # fmt: skip
SPARK_KINDS: Final = {
    "tinyint": "int8", "smallint": "int16", "int": "int32", "bigint": "int64", "string": TEXT, "date": DAY, "float": FRACTION,
    "double": FRACTION, "boolean": FLAG,
}  # fmt: skip
SPARK_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.parquet.binaryAsString": "true",
}
LOCAL_SETTINGS: Final = {
    "spark.driver.memory": "3g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


class Engine(Protocol):
    """What answers queries about a tape; close it when done."""

    name: str

    def open(self, files: Files, folders: Iterable[str]) -> Mapping[str, str]:
        """Take the files; give the kinds of their columns, and of the names of `folders` that are columns too."""

    def rows(self, text: str) -> list[Row]:
        """Answer a query."""

    def columns(self, text: str) -> Mapping[str, Any]:
        """Answer a query with arrays by column: whole numbers as int64, anything else as Python objects."""

    def hold(self, name: str, text: str) -> None:
        """Hold the answer to a query under a name, in place of what was held under it."""

    def close(self) -> None:
        """Let go of the files."""


def start_engine(name: str, *, master: str = "", threads: int = 1) -> Engine:
    """Start an engine; raises Malformed engine_unknown, engine_failed (Spark without Java, or a cluster that does not answer)."""
    if name == DUCKDB:
        return DuckEngine(threads)
    if name == SPARK:
        return SparkEngine(master)
    raise Malformed("engine_unknown", name, remedy=f"One of: {', '.join(ENGINES)}.")


def _check(name: str, kind: str) -> str:
    """Give the kind by the name of an engine's type: decimals hold fractions, instants have many names."""
    return kind or (FRACTION if name.lower().startswith("decimal") else INSTANT if name.lower().startswith("timestamp") else OTHER)


class DuckEngine:
    """DuckDB in this process, on so many threads. It reads only the files it is given, and goes nowhere else."""

    name = DUCKDB

    def __init__(self, threads: int) -> None:
        self.duckdb = importlib.import_module("duckdb")
        self.connection = self.duckdb.connect(":memory:", config={"threads": threads, "preserve_insertion_order": False})
        self.root = ""
        self.connection.execute("SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")

    def open(self, files: Files, folders: Iterable[str]) -> Mapping[str, str]:
        """Make a view of Parquet, or read CSV, every column as text."""
        self.root = files.root
        paths = "[" + ", ".join(_quoted(path) for path in files.paths) + "]"
        hive = "true" if tuple(folders) else "false"
        if files.format == CSV and files.csv.encoding not in UTF8:
            self.connection.register("tape_text", _decoded(files))
            source = "tape_text"
        elif files.format == CSV:
            source = _csv_source(files, hive)
        else:
            source = f"read_parquet({paths}, binary_as_string = true, hive_partitioning = {hive}, hive_types_autocast = 0)"
        found = self.rows(f"DESCRIBE SELECT * FROM {source}")  # noqa: S608 -- paths are quoted, nothing else is given
        kinds = {row[0]: _check(row[1], DUCKDB_KINDS.get(row[1], "")) for row in found}
        replaced = [f"CAST({_named(name)} AS VARCHAR) AS {_named(name)}" for name, kind in kinds.items() if kind == FLAG]
        columns = f"* REPLACE ({', '.join(replaced)})" if replaced else "*"
        thing = "TEMP TABLE" if files.format == CSV else "TEMP VIEW"
        self.rows(f"CREATE OR REPLACE {thing} {TABLE} AS SELECT {columns} FROM {source}")  # noqa: S608
        return {name: TEXT if kind == FLAG else kind for name, kind in kinds.items()}

    def rows(self, text: str) -> list[Row]:
        """Answer a query; raises Malformed tape_unreadable with what DuckDB says."""
        try:
            found: list[Row] = self.connection.execute(text).fetchall()
        except self.duckdb.Error as wrong:
            raise Malformed("tape_unreadable", _told(wrong), file=self.root) from None
        return found

    def columns(self, text: str) -> Mapping[str, Any]:
        """Answer a query with arrays; raises Malformed tape_unreadable with what DuckDB says."""
        try:
            return arrays_of(self.connection.sql(text).to_arrow_table())
        except self.duckdb.Error as wrong:
            raise Malformed("tape_unreadable", _told(wrong), file=self.root) from None

    def hold(self, name: str, text: str) -> None:
        """Hold the answer to a query in memory, in DuckDB's own form."""
        self.rows(f"CREATE OR REPLACE TEMP TABLE {_named(name)} AS {text}")

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()


def arrays_of(table: Any) -> dict[str, Any]:
    """Give the columns of an Arrow table as arrays: whole numbers as int64, anything else as Python objects."""
    import numpy as np
    import pyarrow as pa

    found = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_integer(column.type):
            found[name] = np.ascontiguousarray(column.to_numpy(), np.int64)
        else:
            found[name] = np.array(column.to_pylist(), object)
    return found


def _told(wrong: Exception) -> str:
    """Give what an engine says in one short line."""
    return " ".join(str(wrong).split())[:TOLD_MAX]


def _csv_source(files: Files, hive: str) -> str:
    """Give what reads CSV: where headings are known no row is guessed at, and one of another length is named by its line."""
    headings = files.headings()
    how = f"header = true, delim = {_quoted(files.csv.separator)}, quote = '\"', escape = '\"'"
    if hive == "true" or not headings or any(len({name.lower() for name in one}) < len(one) or "" in one for one in headings):
        paths = "[" + ", ".join(_quoted(path) for path in files.paths) + "]"
        return f"read_csv({paths}, {how}, all_varchar = true, union_by_name = true, hive_partitioning = {hive}, hive_types_autocast = 0)"
    parts = []
    for path, heading in zip(files.paths, headings, strict=True):
        columns = "{" + ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in heading) + "}"
        parts.append(f"SELECT * FROM read_csv({_quoted(path)}, {how}, auto_detect = false, columns = {columns})")  # noqa: S608 -- quoted
    return f"({' UNION ALL BY NAME '.join(parts)})"


def _decoded(files: Files) -> Any:
    """Read CSV of another encoding than UTF-8 into a table of text; raises Malformed tape_unreadable with what was wrong."""
    import pyarrow as pa
    from pyarrow import csv

    tables = []
    for path, heading in zip(files.paths, files.headings(), strict=True):
        try:
            tables.append(
                csv.read_csv(
                    path,
                    csv.ReadOptions(encoding=files.csv.encoding),
                    csv.ParseOptions(delimiter=files.csv.separator),
                    csv.ConvertOptions(column_types=dict.fromkeys(heading, pa.string()), strings_can_be_null=False),
                )
            )
        except (pa.ArrowException, UnicodeError) as wrong:
            raise Malformed("tape_unreadable", str(wrong).splitlines()[0], file=path) from None
    return pa.concat_tables(tables, promote_options="default")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SparkEngine:
    """Spark: on this machine (local[2]), on a cluster (spark://…, yarn, k8s://…), or as spark-submit says where no master is given."""

    name = SPARK

    def __init__(self, master: str) -> None:
        # It warns of pandas 3, which is not used here.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        session = importlib.import_module("pyspark.sql").SparkSession
        self.trouble = importlib.import_module("pyspark.errors").PySparkException
        builder = session.builder.appName("plimsoll portfolio")
        for key, value in _settings(master).items():
            builder = builder.config(key, value)
        try:
            self.session = builder.getOrCreate()
        except (self.trouble, OSError, RuntimeError) as wrong:
            detail = str(wrong).splitlines()[0]
            raise Malformed("engine_failed", detail, remedy="Spark needs Java 17 (JAVA_HOME) and a master that answers.") from None

    def open(self, files: Files, folders: Iterable[str]) -> Mapping[str, str]:
        """Make a view of Parquet, or of CSV, every column as text."""
        reader = self.session.read
        if tuple(folders):
            reader = reader.option("basePath", files.root)
        try:
            frame = self._csv(reader, files) if files.format == CSV else reader.parquet(*files.paths)
        except self.trouble as wrong:
            raise Malformed("tape_unreadable", str(wrong).splitlines()[0], file=files.root) from None
        kinds = {name: _check(kind, SPARK_KINDS.get(kind, "")) for name, kind in frame.dtypes}
        for name, kind in kinds.items():
            if kind == FLAG:
                frame = frame.withColumn(name, frame[name].cast("string"))
        if files.format == CSV:
            frame = frame.cache()
        frame.createOrReplaceTempView(TABLE)
        return {name: TEXT if kind == FLAG else kind for name, kind in kinds.items()}

    def _csv(self, reader: Any, files: Files) -> Any:
        """Read CSV; files whose columns stand in another order are joined by the names of the columns."""
        how = {"header": "true", "sep": files.csv.separator, "encoding": files.csv.encoding, "escape": '"', "mode": "FAILFAST"}
        reader = reader.options(**how)
        headings = files.headings()
        if all(one == headings[0] for one in headings):
            return reader.csv(list(files.paths))
        frame, *others = (reader.csv(path) for path in files.paths)
        for other in others:
            frame = frame.unionByName(other, allowMissingColumns=True)
        return frame

    def rows(self, text: str) -> list[Row]:
        """Answer a query; raises Malformed tape_unreadable with what Spark says."""
        try:
            return [tuple(row) for row in self.session.sql(text).collect()]
        except self.trouble as wrong:
            raise Malformed("tape_unreadable", str(wrong).splitlines()[0]) from None

    def columns(self, text: str) -> Mapping[str, Any]:
        """Answer a query with arrays; raises Malformed tape_unreadable with what Spark says."""
        try:
            return arrays_of(self.session.sql(text).toArrow())
        except self.trouble as wrong:
            raise Malformed("tape_unreadable", str(wrong).splitlines()[0]) from None

    def hold(self, name: str, text: str) -> None:
        """Hold the answer to a query where the cluster keeps it; what is lost of it is worked out again."""
        try:
            self.session.sql(text).cache().createOrReplaceTempView(name)
        except self.trouble as wrong:
            raise Malformed("tape_unreadable", str(wrong).splitlines()[0]) from None

    def close(self) -> None:
        """Stop the session."""
        self.session.stop()


def _settings(master: str) -> dict[str, str]:
    """Give the settings of a session: small ones for this machine; a cluster's own are left as they are."""
    submitted = "SPARK_ENV_LOADED" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ
    master = master or ("" if submitted else LOCAL_MASTER)
    found = dict(SPARK_SETTINGS) | ({"spark.master": master} if master else {})
    return found | LOCAL_SETTINGS if master.startswith("local") else found
