"""What loans ask for by day in columns equals what each asks for by itself, loans and pay-later accounts alike."""

from random import Random

import numpy as np
import pytest

from plimsoll.collections.owing import owing_of
from plimsoll.loan.book import pack_standing, unpack_standing
from plimsoll.loan.fold import fold, go_on
from plimsoll.loan.layout import S_DAY
from plimsoll.loan.terms import LOAN, begun_on
from plimsoll.units.refusal import Refused
from tests.parity.lives import wild_life

columns = pytest.importorskip("plimsoll.loan.columns", reason="the extra `fast` is not installed")

LIVES = 700
AHEAD = 400


def middle(seed):
    """Stop a random life somewhere in the middle: its terms and its standing; None where what is left of it cannot be."""
    terms, facts, _ = wild_life(seed)
    facts = sorted(facts, key=lambda fact: fact.on)[: Random(seed).randrange(len(facts) + 1)]
    standing = fold(terms, facts, max([begun_on(terms), *(fact.on for fact in facts)]) + Random(seed).randrange(60))
    return None if isinstance(standing, Refused) else (terms, standing)


@pytest.mark.parametrize("later", [0, 1, 35, 200])
def test_what_falls_due_in_columns_is_what_falls_due_of_each(later):
    from plimsoll.loan.coming_columns import coming_many

    asking = 0
    for place, (terms, standing) in enumerate(one for seed in range(LIVES) if (one := middle(seed)) is not None):
        day = standing.s[S_DAY] + later
        packed = pack_standing(standing)
        kept = columns.States(np.array([terms.vector]), np.array([int(terms.kind != LOAN)]), *columns.unpack_many([packed]))
        found = coming_many(kept, day, day + AHEAD)
        owing = owing_of(1, terms, go_on(terms, unpack_standing(packed), (), day), day + AHEAD)
        count = found.counts[0]
        told = dict(zip(found.days[0, :count].tolist(), found.minors[0, :count].tolist(), strict=True))
        assert told == {one.due_on: one.minor for one in owing if one.is_projected}, place
        assert found.past[0] == sum(one.minor for one in owing if not one.is_projected), place
        asking += count > 0
    assert asking > LIVES // 10
