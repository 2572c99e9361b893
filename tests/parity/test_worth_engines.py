"""Questions of profit, growth and persistent debt on DuckDB and on Spark: equal rows."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.app.tape.reading import Order, open_tape
from plimsoll.portfolio.expressions.persistent import persistent_text
from plimsoll.portfolio.expressions.worth import lives_text, worth_text
from plimsoll.portfolio.source import SPARK
from tests.made_tapes import write_rows
from tests.unit.test_portfolio_naive import book
from tests.unit.test_profit import MONEY_MAP, money_rows

QUESTIONS = {
    "worth": worth_text,
    "worth by": lambda source: worth_text(source, "product"),
    "lives": lives_text,
    "lives by": lambda source: lives_text(source, "product"),
    "persistent": lambda source: persistent_text(source, source.months[-1], 3, 1, 1),
}


@pytest.mark.slow
def test_both_engines_tell_the_same(tmp_path):
    """Java takes long to start."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if not os.environ.get("JAVA_HOME") and not any((Path(folder) / "java").exists() for folder in os.get_exec_path()):
        pytest.skip("Spark needs Java 17, and there is no java on the PATH")
    loans = {}
    for number, (name, text) in enumerate(book(9).items()):
        months = len(text)
        owed = [10_000 - 10 * (number % 7) * place if sign.isdigit() else 0 for place, sign in enumerate(text)]
        interest = [(number % 5) * 12 * place for place in range(months)]
        loans[name] = {"string": text, "balance": owed, "interest": interest, "lent": [10_000] * months}
    (tmp_path / "map.yaml").write_text(MONEY_MAP, "utf-8")
    order = Order(str(write_rows(tmp_path / "tape.parquet", money_rows(loans))), str(tmp_path / "map.yaml"))
    with open_tape(order) as duck, open_tape(replace(order, engine=SPARK, master="local[2]")) as spark:
        for name, question in QUESTIONS.items():
            here = duck.ask(question(duck.source))
            assert here, name
            assert spark.ask(question(spark.source)) == here, name
