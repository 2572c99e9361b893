"""Write an expression in the language of an engine."""

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.source import DUCKDB, SPARK


def write(expression: Expression, engine: str) -> str:
    """Give the query of an expression for an engine: the same rows from each."""
    assert engine in (DUCKDB, SPARK), engine
    if engine == DUCKDB:
        from ibis.backends.sql.compilers import DuckDBCompiler as Compiler
    else:
        from ibis.backends.sql.compilers import PySparkCompiler as Compiler
    compiler = Compiler()
    return str(compiler.to_sqlglot(expression).sql(dialect=compiler.dialect))
