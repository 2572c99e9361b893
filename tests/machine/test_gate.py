"""Random streams of facts and attempts: the gate against a gate that looks at the whole past each time, and no breach in what it let by."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plimsoll.collections.contact_rules import CountryRules, read_countries
from plimsoll.collections.debtor import FACTS, Attempt, Known, Told
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.rulebook.rules import load
from tests.machine.naive_gate import NaiveGate

RULES = load()
COUNTRIES = {False: read_countries(RULES), True: read_countries(RULES, with_policy=True)}
ZONES = tuple(map(ZoneInfo, ("Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Kiritimati", "Africa/Cairo")))
HOME = {"cn": ZONES[0], "us": ZONES[1], "uk": ZONES[2], "in": ZONES[3]}
CLOCK = (("07:59:59", "08:00:00"), ("21:59:59", "22:00:00"), ("23:59:59", "00:00:00"), ("20:59:59", "21:00:00"), ("18:59:59", "19:00:00"))
CHANGES = sorted({row.since for country in COUNTRIES[False].values() for row in country.rows if row.since > 1})
TURNS_OF_CLOCKS = [date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 24), date(2026, 10, 30)]
DAYS = [date.fromordinal(day) for day in CHANGES] + TURNS_OF_CLOCKS + [date(2026, 12, 1), date(2026, 12, 31)]
EACH = ("complained", "complaint_closed", "complained", "disputed", "dispute_closed")
SEQUENCES = 4_000
SEQUENCES_SLOW = 1_000_000


def instants(chance: random.Random) -> Iterator[datetime]:
    """Give instants that do not go back, most of them about an hour at which something changes."""
    zone = chance.choice(ZONES)
    at = datetime.combine(chance.choice(DAYS) - timedelta(days=chance.randrange(3)), datetime.min.time(), zone).astimezone(UTC)
    at += timedelta(minutes=chance.randrange(60 * 24))
    while True:
        yield at
        move = chance.random()
        if move < 0.6:
            at += timedelta(seconds=chance.choice((0, 1, 60, 600, 3_600)))
        else:
            local = at.astimezone(zone)
            text = chance.choice(chance.choice(CLOCK))
            on = local.date() + timedelta(days=chance.choice((0, 0, 0, 1, 1, 2, 7)))
            at = max(at, datetime.fromisoformat(f"{on}T{text}").replace(tzinfo=zone).astimezone(UTC))


def sequence(chance: random.Random, length: int) -> Iterator[Told | Attempt]:
    """Give one stream: few debtors, persons and numbers, so that limits are met."""
    when = instants(chance)
    countries = chance.choices(("cn", "us", "uk", "in"), (6, 2, 1, 1), k=2)
    facts = chance.choice((tuple(FACTS), ("unreachable", "reached", "died", "consented", "refused_contact"), EACH))
    with_facts = chance.choice((0.05, 0.2, 0.5))
    kinds = chance.choice((("call",), ("call", "ai_call"), ("call", "ai_call", "sms", "email", "push", "visit")))
    to_person = chance.choice((0, 0.1, 0.5))
    is_moving = chance.random() < 0.25
    for _ in range(length):
        who, at = chance.randrange(2), next(when)
        if chance.random() < with_facts:
            kind = chance.choice(facts)
            person = f"p{chance.randrange(2)}" if kind == "refused_contact" or chance.random() < 0.1 else ""
            yield Told(kind, f"d{who}", at, person, f"n{chance.randrange(3)}" if kind == "wrong_number" else "")
            continue
        country = countries[who]
        is_person = chance.random() < to_person
        yield Attempt(
            channel=chance.choice(kinds),
            debtor=f"d{who}",
            to="contact_person" if is_person else "debtor",
            person=f"p{chance.randrange(2)}" if is_person else "",
            number=f"n{chance.randrange(2)}",
            by=chance.choice(("lender", "agency")),
            at=at,
            zone=chance.choice(ZONES) if is_moving else HOME[country],
            country=country,
            purpose=("locate" if chance.random() < 0.8 else "collect") if is_person else chance.choice(("collect", "collect", "remind")),
            outcome=chance.choice(("connected", "unanswered", "unanswered", "") if chance.random() < 0.5 else ("unanswered",)),
        )


def play(
    chance: random.Random, length: int, with_policy: bool
) -> tuple[list[tuple[Attempt, int]], NaiveGate, list[tuple[Attempt, Denied]]]:
    """Run one stream through both gates; give what was let by with its day, the naive gate at the end, and the last denial."""
    countries = COUNTRIES[with_policy]
    known, naive = Known(countries.values()), NaiveGate(RULES, with_policy)
    denied: list[tuple[Attempt, Denied]] = []
    for one in sequence(chance, length):
        if isinstance(one, Told):
            known.hear(one)
            naive.past.append(one)
            denied = []
            continue
        said = may_contact(known, one, countries[one.country])
        rule = naive.refused(one)
        assert (said.rule if isinstance(said, Denied) else "") == rule, (naive.past, one)
        if isinstance(said, Denied):
            denied.append((one, said))
        else:
            known.note(one, said.day)
            naive.past.append(one)
            denied = []
    return naive, denied[-1:]


def breaches(past: Sequence[Told | Attempt]) -> list[str]:
    """Say what China's rules forbid and was let by, counted by name and day, without a look at either gate."""
    connected, unanswered, found = Counter(), Counter(), []
    refused, agreed, stopped, dead = set(), set(), set(), set()
    for one in past:
        if isinstance(one, Told):
            refused |= {one.person} if one.fact == "refused_contact" else set()
            agreed |= {one.debtor} if one.fact == "consented" else set()
            stopped |= {one.debtor} if one.fact == "asked_to_stop" else set()
            dead |= {one.debtor} if one.fact == "died" else set()
            continue
        local = one.at.astimezone(one.zone)
        if one.country != "cn" or local.date() < date(2026, 1, 30):
            continue
        if one.channel in ("call", "ai_call"):
            connected[one.debtor, local.date()] += one.outcome == "connected"
            unanswered[one.number, local.date()] += one.outcome == "unanswered"
        is_person = one.to == "contact_person"
        wrong = {
            "a fourth connected call": connected[one.debtor, local.date()] > 3,
            "a seventh unanswered dial": unanswered[one.number, local.date()] > 6,
            "a contact person told of the debt": is_person and one.purpose != "locate",
            "a contact person who refused": is_person and one.person in refused,
            "a contact at night": not 8 <= local.hour < 22 and one.debtor not in agreed,
            "a contact after the debtor asked to stop": one.debtor in stopped,
            "a contact with the dead": not is_person and one.debtor in dead,
        }
        found += [f"{name}: {one}" for name, is_so in wrong.items() if is_so]
    return found


def run(seed: str, sequences: int, lengths: tuple[int, ...]) -> Counter:
    """Run many streams; give how often each rule denied at the end of one, so that a test can see that it was met."""
    met: Counter = Counter()
    for number in range(sequences):
        chance = random.Random(f"{seed} {number}")
        naive, denied = play(chance, chance.choice(lengths), with_policy=number % 3 == 0)
        assert not breaches(naive.past)
        for attempt, said in denied:
            met[said.rule] += 1
            if said.until is not None:
                assert said.until > attempt.at
                assert not naive.refused(attempt._replace(at=said.until.astimezone(UTC)))
                assert naive.refused(attempt._replace(at=(said.until - timedelta(seconds=1)).astimezone(UTC)))
    return met


def test_the_gate_says_what_the_naive_gate_says():
    met = run("a", SEQUENCES, (6, 12, 25))
    wanted = {f"CN.COLLECT.{ending}" for ending in ("QUIET", "CALLS.CONNECTED.MAX", "DIALS.UNANSWERED.MAX", "CONTACT_PERSON")}
    wanted |= {"US.COLLECT.CALLS.MAX", "US.COLLECT.CALLS.CONNECTED.MAX", "IN.COLLECT.QUIET", "UK.COLLECT.QUIET", "POLICY.CONTACT.QUIET"}
    wanted |= {"POLICY.CONTACT.SMS.MAX", "POLICY.CONTACT.STOP.ASKED", "POLICY.CONTACT.STOP.COMPLAINT", "CN.COLLECT.STOP.PLAN"}
    assert wanted <= met.keys(), f"these were never met: {wanted - met.keys()}"


@pytest.mark.slow
def test_a_million_streams_without_a_breach():
    """Takes ten minutes or so: a million short streams through both gates, in two processes where there are two cores."""
    from concurrent.futures import ProcessPoolExecutor

    parts = 100
    with ProcessPoolExecutor(2) as pool:
        met = sum(
            pool.map(run, [f"m{part}" for part in range(parts)], [SEQUENCES_SLOW // parts] * parts, [(3, 5, 8, 16)] * parts), Counter()
        )
    assert met.total() > SEQUENCES_SLOW / 10


def test_until_is_the_first_minute_of_all():
    """Every minute after a denial is tried by the naive gate, over changes of clocks and of zones."""
    tried = 0
    for number in range(400):
        chance = random.Random(f"until {number}")
        naive, denied = play(chance, 12, with_policy=number % 2 == 0)
        for attempt, said in denied:
            tried += 1
            found = naive.first_allowed(attempt, 2)
            if said.until is None or said.until > attempt.at + timedelta(days=2):
                assert found is None
            else:
                assert found == said.until
        if tried == 25:
            return
    pytest.fail("too few denials to try")


def test_a_day_counts_by_every_zone_a_debtor_had():
    """Who moves far away, or shares a number with somebody far away, is not called more often for it."""
    shanghai, new_york, naive, known = ZONES[0], ZONES[1], NaiveGate(RULES), Known(COUNTRIES[False].values())
    calls = []
    for number in range(1_200):
        chance = random.Random(f"moving {number}")
        if number % 40 == 0:
            naive, known = NaiveGate(RULES), Known(COUNTRIES[False].values())
            at = datetime(2026, 12, 1, chance.randrange(24), tzinfo=UTC)
        at += timedelta(minutes=chance.choice((1, 10, 60, 240)))
        zone = chance.choice((shanghai, new_york))
        one = Attempt("call", "d", "debtor", "", "n", "lender", at, zone, "cn", "collect", chance.choice(("connected", "unanswered")))
        said = may_contact(known, one, COUNTRIES[False]["cn"])
        assert (said.rule if isinstance(said, Denied) else "") == naive.refused(one)
        calls.append(isinstance(said, Denied))
        if not isinstance(said, Denied):
            known.note(one, said.day)
            naive.past.append(one)
    assert 200 < sum(calls) < 1_000


def test_what_is_forgotten_is_never_asked_for(monkeypatch: pytest.MonkeyPatch):
    """The gate forgets old contacts after a few instead of after many, and still says what the naive gate says."""
    monkeypatch.setattr("plimsoll.collections.debtor.SWEEP", 3)
    run("swept", 300, (40,))


def around() -> list[tuple[str, CountryRules, int]]:
    return [(name, country, row.since) for name, country in COUNTRIES[False].items() for row in country.rows if row.since > 1]


@pytest.mark.parametrize(("name", "country", "since"), around(), ids=lambda value: str(value) if isinstance(value, str | int) else "")
def test_the_rule_of_the_day_of_dialling_holds(name: str, country: CountryRules, since: int):
    """A queue planned before a change and dialled after it is under the new rule: midnight of the debtor's zone is the line."""
    zone = HOME[name]
    for day in (since - 1, since):
        naive, known = NaiveGate(RULES), Known([country])
        told = [Told(fact, "d", datetime(1999, 1, 1, tzinfo=UTC), "p") for fact in ("unreachable", "plan_started", "hardship_opened")]
        for fact in told:
            known.hear(fact)
            naive.past.append(fact)
        for hour in (0, 7, 8, 12, 18, 19, 20, 21, 22, 23):
            for _ in range(8):
                for debtor, to, purpose in (("d", "contact_person", "locate"), ("d", "debtor", "collect"), ("e", "debtor", "collect")):
                    at = datetime.combine(date.fromordinal(day), datetime.min.time(), zone).replace(hour=hour).astimezone(UTC)
                    for outcome in ("connected", "unanswered"):
                        one = Attempt("call", debtor, to, "p", outcome, "lender", at, zone, name, purpose, outcome)
                        said, rule = may_contact(known, one, country), naive.refused(one)
                        assert (said.rule if isinstance(said, Denied) else "") == rule
                        if not isinstance(said, Denied):
                            known.note(one, said.day)
                            naive.past.append(one)
