"""Random tapes against answers worked out loan by loan in plain Python."""

from collections import Counter
from random import Random

import pytest

from plimsoll.portfolio.cures import cures_of
from plimsoll.portfolio.expressions.moves import amounts_text
from plimsoll.portfolio.expressions.strings import cures_text, moves_text
from plimsoll.portfolio.expressions.vintage import EVENTS, hits_text
from plimsoll.portfolio.state import LATEST, PAID, SOLD, WRITTEN_OFF
from tests.made_tapes import made_tape

MONTHS = 27
SIGNS = "01234567PWS"
FIRST = 2026 * 12


def life(chance: Random) -> str:
    """Give a random payment string: it begins late, may have gaps, may leave."""
    state, text = 0, "." * chance.randrange(MONTHS - 1)
    while len(text) < MONTHS:
        drawn = chance.random()
        if state <= LATEST:
            if drawn < 0.04:
                state = PAID
            elif state >= 4 and drawn < 0.2:
                state = chance.choice((WRITTEN_OFF, SOLD))
            elif drawn < 0.4:
                state = min(state + 1, LATEST)
            elif drawn > 0.7:
                state = 0
        text += "." if chance.random() < 0.06 else SIGNS[state]
        if chance.random() < 0.02:
            return text.ljust(MONTHS, ".")
    return text


def book(seed: int) -> dict[str, str]:
    chance = Random(seed)
    found = {f"L{n}": life(chance) for n in range(60)}
    # Somebody is there from the first month to the last, so the tape has no hole.
    return {name: text for name, text in found.items() if text.strip(".")} | {"whole": "0" * MONTHS}


def states(text: str) -> list[int]:
    return [-1 if sign == "." else SIGNS.index(sign) for sign in text]


@pytest.mark.parametrize("seed", range(2))
def test_random_tapes(tmp_path, seed):
    loans = book(seed)
    with made_tape(tmp_path, loans) as tape:
        source = tape.source
        moves, amounts, hits, cures = (
            tape.ask(text) for text in (moves_text(source), amounts_text(source), hits_text(source), cures_text(source, 2))
        )
    assert Counter({tuple(row[:1]) + row[2:5]: row[5] for row in moves}) == naive_moves(loans)
    assert {row[:4]: row[4:] for row in amounts} == naive_amounts(loans)
    assert Counter({row[2:6]: 0 for row in hits}).keys() == naive_hits(loans).keys()
    found: Counter[tuple[int, ...]] = Counter()
    for row in hits:
        found[row[2:6]] += row[6]
    assert found == naive_hits(loans)
    again, soiled = naive_cures(loans)
    (made,) = cures_of(cures)
    assert list(zip(made.again.watched, made.again.events, strict=True)) == again
    assert list(zip(made.soiled.watched, made.soiled.events, strict=True)) == soiled


def naive_moves(loans):
    found = Counter()
    for text in loans.values():
        line = states(text)
        for place in range(MONTHS - 1):
            if 0 <= line[place] <= LATEST:
                past = line[place - 3 : place] if place >= 3 else [-1]
                late = -1 if -1 in past else sum(1 <= one <= LATEST for one in past)
                found[FIRST + place, line[place], line[place + 1], late] += 1
    return found


def naive_amounts(loans):
    found = {}
    for (month, was, now, _), count in naive_moves(loans).items():
        before = found.get((month, "", was, now), (0, 0))
        found[month, "", was, now] = (before[0] + count, before[1] + 10_000 * count)
    return found


def naive_hits(loans):
    found = Counter()
    for text in loans.values():
        line = states(text)
        begin = next(place for place, one in enumerate(line) if one >= 0)
        ages = []
        for event in EVENTS:
            least = {"ever-30": 2, "ever-60": 3, "ever-90": 4, "lost": 99}[event]
            hit = [place - begin for place, one in enumerate(line) if one in (WRITTEN_OFF, SOLD) or least <= one <= LATEST]
            ages.append(hit[0] if hit else -1)
        found[tuple(ages)] += 1
    return found


def naive_cures(loans):
    """Watch each cure month by month: until the event, until it is not seen, or until the tape ends."""
    told = []
    for is_event in (lambda one: one >= 2 and one != PAID, lambda one: one >= 1 and one != PAID):
        watched, events = [0] * 12, [0] * 12
        for text in loans.values():
            line = states(text)
            for place in range(1, MONTHS):
                if not (2 <= line[place - 1] <= LATEST and line[place] == 0):
                    continue
                was_paid = False
                for step in range(1, 13):
                    now = line[place + step] if place + step < MONTHS else None
                    if now is None or (now == -1 and not was_paid):
                        break
                    watched[step - 1] += 1
                    was_paid = was_paid or now == PAID
                    if now >= 0 and is_event(now):
                        events[step - 1] += 1
                        break
        told.append(list(zip(watched, events, strict=True)))
    return told
