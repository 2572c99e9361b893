"""Read a table that an analyst brings, and tell numbers, days and words apart, column by column. Needs pyarrow and numpy.

A column of text is numbers where all that is there reads as numbers, as it stands or without thousands separators, a per cent sign or a
currency sign; else days where all reads as days in one way of writing them; else words.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plimsoll.app.table_text import Texts, read_texts
from plimsoll.risk.score.table import CATEGORY, DATE, NUMBER, Column, Floats, Table

MISSING: Final = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null", "NaT", "<NA>", "?", ".", "\\N", "#NULL!")
"""What stands for nothing in any column."""
MISSING_AMONG_NUMBERS: Final = ("-", "--", "None", "none", "NONE", "na", "missing", "Missing", "MISSING", "unknown", "Unknown", "UNKNOWN",
                                "*", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "无", "未知", "缺失")  # fmt: skip
"""What stands for nothing where the rest of the column is numbers or days."""
ODD_SHARE_MAX: Final = 0.01
"""Cells that are no number and yet leave a column one of numbers: at most this share, where it has many different numbers."""
DISTINCT_MANY: Final = 20
PROBE_ROWS: Final = 1_000
DECORATION: Final = r"^[+]|[,，\s]|[$¥￥€£]|[%％]$"
DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%b-%Y", "%d-%b-%Y", "%d%b%Y",
)  # fmt: skip
SECONDS_A_DAY: Final = 86_400


def read_table(path: Path) -> Table:
    """Read a file whole, as columns of kinds; raises Malformed as `read_texts` does."""
    return kinds_of(read_texts(path))


def kinds_of(texts: Texts) -> Table:
    """Give the columns of a file by kind."""
    return Table(texts.name, {name: column_of(name, held) for name, held in texts.columns.items()}, texts.rows, texts.notes)


def column_of(name: str, held: Any) -> Column:
    """Give one Arrow column by kind."""
    kind = held.type
    if pa.types.is_dictionary(kind):
        held = held.cast(kind.value_type)
        kind = held.type
    if pa.types.is_null(kind):
        return Column(name, NUMBER, numbers=np.full(len(held), np.nan))
    if pa.types.is_boolean(kind):
        return _words(name, pc.if_else(held, "true", "false"))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(name, pc.cast(held, pa.float64(), safe=False), distinct=pc.count_distinct(held).as_py())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _days(name, pc.cast(held, pa.timestamp("s"), safe=False))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _text_column(name, held.cast(pa.string()) if pa.types.is_string_view(kind) else held)
    try:
        return _text_column(name, held.cast(pa.string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _words(name, pa.array([None if cell is None else f"{cell}" for cell in held.to_pylist()], pa.string()))


def _text_column(name: str, held: Any) -> Column:
    """Find the kind of a column of text: a look at the first cells first, so that words cost no attempt at numbers."""
    held = pc.utf8_trim_whitespace(held)
    held = _without(held, MISSING)
    if held.null_count == len(held):
        return Column(name, NUMBER, numbers=np.full(len(held), np.nan))
    distinct = pc.count_distinct(held, mode="only_valid").as_py()
    plain = _cast(held)
    if plain is not None:
        return _numbers(name, plain, distinct=distinct)
    among = _without(held, MISSING_AMONG_NUMBERS)
    found = among.drop_null()
    if not len(found):
        return _words(name, held)
    return (
        _decorated(name, among, found, distinct)
        or _dated(name, among, found)
        or _mostly_numbers(name, among, distinct)
        or _words(name, held)
    )


def _without(held: Any, tokens: Sequence[str]) -> Any:
    """Give the column with nothing where one of some tokens stands."""
    return pc.if_else(pc.is_in(held, value_set=pa.array(tokens, pa.string())), pa.scalar(None, held.type), held)


def _cast(held: Any) -> Any | None:
    try:
        return pc.cast(held, pa.float64())
    except pa.ArrowInvalid:
        return None


def _decorated(name: str, among: Any, found: Any, distinct: int) -> Column | None:
    """Give numbers written with thousands separators, a per cent sign or a currency sign; None where they are none."""
    plain = _cast(among)
    if plain is not None:
        return _numbers(name, plain, distinct=distinct)
    bare = pc.replace_substring_regex(found.slice(0, PROBE_ROWS), DECORATION, "")
    if _cast(bare) is None:
        return None
    plain = _cast(pc.replace_substring_regex(among, DECORATION, ""))
    return None if plain is None else _numbers(name, plain, distinct=distinct)


def _dated(name: str, among: Any, found: Any) -> Column | None:
    """Give days, where every cell is written in the same way; None where not."""
    first = found.slice(0, PROBE_ROWS)
    for written in DATE_FORMATS:
        try:
            pc.strptime(first, format=written, unit="s")
            return _days(name, pc.strptime(among, format=written, unit="s"), written)
        except pa.ArrowInvalid:
            continue
    return None


def _mostly_numbers(name: str, among: Any, distinct: int) -> Column | None:
    """Give numbers where nearly every cell is one, with a note of those that are not; None where too many are not."""
    is_number = pc.match_substring_regex(among, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    odd = pc.sum(pc.invert(is_number)).as_py() or 0
    if odd > ODD_SHARE_MAX * (len(among) - among.null_count) or distinct - odd < DISTINCT_MANY:
        return None
    shown = pc.unique(among.filter(pc.invert(is_number))).slice(0, 3).to_pylist()
    plain = _cast(pc.if_else(is_number, pc.replace_substring_regex(among, r"^[+]", ""), pa.scalar(None, among.type)))
    if plain is None:
        return None
    note = f"{odd} cells are no numbers and count as missing: {', '.join(map(repr, shown))}"
    return _numbers(name, plain, distinct=distinct, notes=(note,))


def _numbers(name: str, held: Any, *, distinct: int, notes: tuple[str, ...] = ()) -> Column:
    """Give numbers; infinite ones count as missing, and are noted."""
    numbers: Floats = np.array(pc.fill_null(held, float("nan")).to_numpy(), np.float64)
    endless = np.isinf(numbers)
    if endless.any():
        numbers[endless] = np.nan
        notes = (*notes, f"{int(endless.sum())} infinite cells count as missing")
    return Column(name, NUMBER, numbers=numbers, distinct=distinct, notes=notes)


def _days(name: str, held: Any, written: str = "%Y-%m-%d") -> Column:
    """Give instants as days since 1970-01-01, whole ones."""
    seconds = np.array(pc.fill_null(pc.cast(pc.cast(held, pa.int64()), pa.float64()), float("nan")).to_numpy(), np.float64)
    days = np.floor(seconds / SECONDS_A_DAY)
    return Column(name, DATE, numbers=days, distinct=len(np.unique(days[~np.isnan(days)])), written=written)


def _words(name: str, held: Any) -> Column:
    """Give words as places in the sorted tuple of different ones."""
    if isinstance(held, pa.ChunkedArray):
        held = held.combine_chunks()
    coded = held.dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    labels = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(labels, kind="stable") if len(labels) else np.empty(0, np.int64)
    places = np.empty(len(labels) + 1, np.int32)
    places[order] = np.arange(len(labels), dtype=np.int32)
    places[-1] = -1
    codes = places[np.array(pc.fill_null(coded.indices, len(labels)).to_numpy(zero_copy_only=False), np.int64)]
    return Column(name, CATEGORY, codes=codes, labels=tuple(str(label) for label in labels[order]), distinct=len(labels))
