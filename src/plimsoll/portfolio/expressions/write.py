"""Write an expression in the language of an engine."""

from functools import lru_cache
from typing import Any

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.source import DUCKDB, SPARK

KEPT = 256


def write(expression: Expression, engine: str) -> str:
    """Give the query of an expression for an engine: the same rows from each. One that was written before is not written again."""
    assert engine in (DUCKDB, SPARK), engine
    return _written(expression.op(), engine)


@lru_cache(KEPT)
def _written(question: Any, engine: str) -> str:
    if engine == DUCKDB:
        from ibis.backends.sql.compilers import DuckDBCompiler as Compiler
    else:
        from ibis.backends.sql.compilers import PySparkCompiler as Compiler
    # What a query says once stays said once: merged into the outer one, a column is written out wherever it is used.
    ibis.options.sql.fuse_selects = False
    compiler = Compiler()
    return str(compiler.to_sqlglot(question.to_expr()).sql(dialect=compiler.dialect))
