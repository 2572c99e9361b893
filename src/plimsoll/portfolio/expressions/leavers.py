"""Loans that stand in a month as ones that left: paid, sold, written off. What the movement of an allowance is told by."""

from typing import Final

import ibis

from plimsoll.portfolio.expressions.rows import keys_of, rows_of
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST, PAID, SOLD, WRITTEN_OFF

WORDS: Final = {PAID: "paid-off", SOLD: "sold", WRITTEN_OFF: "charged-off"}


def left_text(source: Source, at: int) -> str:
    """Ask for loans that left by a month and still stand on the tape: key columns, and as what they left."""
    rows = rows_of(source)
    gone = rows.filter((rows.t == at) & (rows.state > LATEST))
    word = ibis.cases(*((gone.state == state, said) for state, said in WORDS.items()), else_="paid-off")
    keys = keys_of(source)
    return write(gone.select(*keys, left=word).order_by(*keys), source.engine)
