"""Random lives of loans and accounts, in the form of cases: terms, facts and a day to look at, from a seeded random source.

Payers are steady, late, short, early or gone; on top come reversals in the middle of history, repayments recorded after their day, waivers,
reschedules, pauses, refunds, settlements, charge-offs and recoveries. A few lives are left that the rules refuse.
"""

from datetime import date, timedelta
from random import Random

from tests.machine.naive import NaiveAccount, NaiveLoan
from tests.machine.naive_numbers import minor, text

ROUND_AMOUNTS = ("100.00", "600.00", "1000.00", "1200.00", "5000.00", "10000.00", "12000.00", "50000.00", "200000.00")
DAY_COUNTS = ("actual/365", "actual/360", "30/360", "actual/actual", "actual/actual-end", "actual/365-feb29")
YEAR_RATES = ("0", "0.0365", "0.07", "0.1", "0.12", "0.146", "0.18", "0.24", "0.3599")
DAY_RATES = ("0.00015", "0.0002", "0.0003", "0.0004", "0.00045", "0.0005", "0.0006")
FEE_RATES = ("0", "0.018", "0.023", "0.025", "0.045", "0.065", "0.075", "0.088")
POLICIES = ("lower-instalment", "shorten-term", "next-first")
REFUSED_KEPT = 0.1


def money(minor_units: int) -> str:
    """Write an amount of the lives' currency."""
    return text(minor_units, "CNY")


def any_amount(random: Random) -> str:
    """Pick a principal: round ones, odd ones, small ones."""
    if random.random() < 0.5:
        return random.choice(ROUND_AMOUNTS)
    return money(random.choice((random.randint(500, 20_000), random.randint(20_000, 3_000_000))))


def any_draw_day(random: Random) -> date:
    """Pick a day around leap days and year ends, with many month ends."""
    day = date(2023, 6, 1) + timedelta(days=random.randrange(1300))
    return day.replace(day=1) - timedelta(days=1) if random.random() < 0.25 else day


# ---- terms of loans --------------------------------------------------------------------------------------------------


def any_rate(random: Random) -> dict:
    """Pick a rate by day or by year."""
    if random.random() < 0.5:
        return {"per_day": random.choice(DAY_RATES)}
    return {"per_year": random.choice(YEAR_RATES), "day_count": random.choice(DAY_COUNTS)}


def any_dates(random: Random, start: date, is_long_allowed: bool = True) -> dict:
    """Pick due dates: mostly monthly, some in weeks or days, a few listed in full."""
    if is_long_allowed and random.random() < 0.04:
        return {"every": random.choice(("1 month", "1 week")), "instalments": random.choice((24, 36, 60))}
    count = random.choice((1, 2, 3, 3, 4, 6, 6, 9, 12))
    if random.random() < 0.1:
        days, listed = start, []
        for _ in range(count):
            days += timedelta(days=random.randint(5, 45))
            listed.append(days.isoformat())
        return {"due_on": listed}
    dates = {"every": random.choice(("1 month",) * 6 + ("2 weeks", "1 week", "30 days", "15 days", "2 months")), "instalments": count}
    if random.random() < 0.25:
        dates["first_due_on"] = (start + timedelta(days=random.randint(3, 60))).isoformat()
    return dates


def loan_terms(random: Random) -> dict:
    """Pick the terms of a loan."""
    start = any_draw_day(random)
    terms = {"currency": "CNY", "principal": any_amount(random), "disbursed_on": start.isoformat()}
    kind = random.choice(("equal-instalment",) * 5 + ("equal-principal", "interest-first", "interest-first", "bullet", "fee", "fee"))
    if kind == "fee":
        fee = {"rate": random.choice(FEE_RATES), "paid_by": random.choice(("borrower", "borrower", "merchant"))}
        terms |= {"repayment": "equal-instalment", "fee": fee}
    else:
        terms |= {"repayment": kind, "rate": any_rate(random)}
    if kind == "bullet":
        terms["rate"] = {"per_day": random.choice(DAY_RATES)} if random.random() < 0.7 else terms["rate"]
        is_open = random.random() < 0.4 and terms["rate"].get("day_count") != "actual/365-feb29"
        terms |= {} if is_open else {"due_on": [(start + timedelta(days=random.randint(7, 365))).isoformat()]}
    else:
        terms |= any_dates(random, start)
    if random.random() < 0.6:
        terms["penalty"] = {"multiple": random.choice(("1.3", "1.5", "2")), "per_year_cap": random.choice(("0.24", "0.2", "0.36"))}
    if random.random() < 0.2:
        terms["grace_days"] = random.choice((1, 3, 7))
    if random.random() < 0.2:
        terms["tolerance"] = random.choice(("0.05", "10.00", "500.00"))
    if random.random() < 0.2:
        terms["allocation"] = "same-order"
    if random.random() < 0.7:
        terms["prepayment"] = random.choice(POLICIES)
    return terms


# ---- facts of loans --------------------------------------------------------------------------------------------------


def fact(kind: str, on: date, **rest: object) -> dict:
    """Write a fact."""
    return {"fact": kind, "on": on.isoformat(), **rest}


def pay(random: Random, row: dict, habit: str, start: date) -> list[dict]:
    """Pay one instalment of the first schedule as such a payer does."""
    due_on, due = date.fromisoformat(row["due_on"]), minor(row["due"], "CNY")
    if habit == "late":
        due_on += timedelta(days=random.choice((0, 1, 2, 5, 10, 29, 30, 31, 45, 95)))
    if habit == "short":
        due = random.randint(0, due)
    if habit == "early":
        due_on -= timedelta(days=random.randint(0, 12))
        due += random.choice((0, 0, random.randint(0, due * 3)))
    if due <= 0 or (habit == "late" and random.random() < 0.25):
        return []
    return [fact("repaid", max(due_on, start), amount=money(due))]


def repayments(random: Random, terms: dict, rows: list[dict], end: date) -> list[dict]:
    """Pay as one kind of payer does, until the end or until he stops."""
    habit, start = random.choice(("steady", "steady", "late", "short", "early", "gone")), date.fromisoformat(terms["disbursed_on"])
    stops = random.randint(0, len(rows)) if habit == "gone" or random.random() < 0.4 else len(rows)
    paid = [entry for row in rows[:stops] for entry in pay(random, row, habit, start)]
    if random.random() < 0.35 or not rows:
        size = minor(terms["principal"], "CNY")
        paid += [any_repayment(random, size, start, end) for _ in range(random.randint(1, 3))]
    if random.random() < 0.4:
        paid = [entry | {"for": "instalment"} if random.random() < 0.8 else entry for entry in paid]
    return [entry for entry in paid if date.fromisoformat(entry["on"]) <= end]


def any_repayment(random: Random, size: int, start: date, end: date) -> dict:
    """Pay anything on any day."""
    on = start + timedelta(days=random.randrange((end - start).days + 1))
    return fact("repaid", on, amount=money(random.randint(1, max(size // random.choice((1, 2, 5, 20)), 1))))


def waiver(random: Random, terms: dict, paid: list[dict], on: date) -> dict:
    """Waive some of what is owed that day; now and then more than that."""
    state = NaiveLoan(terms, paid).answer(on.isoformat())["state"]
    owed = {part: minor(state[part], "CNY") for part in ("penalty", "interest", "fee") if state[part] != "0.00"}
    if not owed or random.random() < 0.05:
        return fact("waived", on, interest=money(random.randint(1, 5000)))
    part = random.choice(sorted(owed))
    return fact("waived", on, **{part: money(random.choice((owed[part], random.randint(1, owed[part]))))})


def new_plan(random: Random, terms: dict, on: date) -> dict:
    """Ask for new due dates, a new rate, or both."""
    dates = {"due_on": [(on + timedelta(days=random.randint(1, 200))).isoformat()]}
    if terms["repayment"] != "bullet":
        dates = any_dates(random, on, is_long_allowed=False)
    if "fee" in terms or random.random() < 0.3:
        return dates
    rate = {"per_day": random.choice(DAY_RATES)}
    if "per_year" in terms["rate"]:
        rate = {"per_year": random.choice(YEAR_RATES), "day_count": terms["rate"]["day_count"]}
    return {"rate": rate} if random.random() < 0.3 else {**dates, "rate": rate}


def event(random: Random, terms: dict, paid: list[dict], on: date) -> dict:
    """Make one thing that does not happen every month."""
    size = minor(terms["principal"], "CNY")
    kind = random.choice(("waived", "waived", "rescheduled", "rescheduled", "paused", "paused", "refunded", "settled", "charged_off"))
    if kind == "waived":
        return waiver(random, terms, paid, on)
    if kind == "rescheduled":
        return fact(kind, on, **new_plan(random, terms, on))
    if kind == "paused":
        begin = on + timedelta(days=random.choice((0, 0, 0, 5)))
        return fact(kind, on, **{"from": begin.isoformat()}, until=(begin + timedelta(days=random.choice((1, 10, 30, 75)))).isoformat())
    if kind == "refunded":
        return fact(kind, on, amount=money(random.randint(1, size)))
    return fact(kind, on)


def recorded_late(random: Random, entries: list[tuple[date, dict]]) -> list[tuple[date, dict]]:
    """Let some facts be recorded days or weeks after the day on which they take effect."""
    late = [day + timedelta(days=random.randint(1, 60)) if random.random() < 0.12 else day for day, _ in entries]
    return [(day, entry) for day, (_, entry) in zip(late, entries, strict=True)]


def with_reversals(random: Random, facts: list[dict], undone: list[dict]) -> list[dict]:
    """Undo each listed fact somewhere after it was recorded."""
    facts = list(facts)
    for target in undone:
        at = random.randint(next(i for i, entry in enumerate(facts) if entry is target) + 1, len(facts))
        on = max(date.fromisoformat(entry["on"]) for entry in (target, facts[at - 1])) + timedelta(days=random.choice((0, 0, 1, 20)))
        facts.insert(at, {"fact": "reversed", "on": on.isoformat(), "of": target})
    return facts


def numbered(facts: list[dict]) -> list[dict]:
    """Write reversals with the number of the fact that they undo."""
    number = {id(entry): n for n, entry in enumerate(facts, 1)}
    return [{**entry, "of": number[id(entry["of"])]} if entry["fact"] == "reversed" else entry for entry in facts]


def without_last_event(facts: list[dict]) -> list[dict]:
    """Drop the last fact that is not a repayment, and what undoes it."""
    last = [entry for entry in facts if entry["fact"] != "repaid"][-1]
    return [entry for entry in facts if entry is not last and entry.get("of") is not last]


def loan_case(random: Random, name: str) -> dict:
    """Make a loan's life."""
    terms = loan_terms(random)
    start, rows = date.fromisoformat(terms["disbursed_on"]), NaiveLoan(terms).answer()["schedule"]
    last = date.fromisoformat(rows[-1]["due_on"]) if rows else start + timedelta(days=200)
    end = start + timedelta(days=random.randint(0, (last - start).days + random.choice((0, 30, 120, 400))))
    paid = repayments(random, terms, rows, end)
    entries = [(date.fromisoformat(entry["on"]), entry) for entry in paid]
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
        on = start + timedelta(days=random.randrange((end - start).days + 1))
        if rows and random.random() < 0.2:
            on = date.fromisoformat(random.choice(rows)["due_on"])
        entry = event(random, terms, paid, on)
        entries.append((on, entry))
        if entry["fact"] == "charged_off":
            entries.append((on, fact("recovered", on + timedelta(days=random.randint(0, 90)), amount=money(random.randint(1, 30_000)))))
            if random.random() < 0.3:
                sold = fact("transferred", on + timedelta(days=random.randint(60, 120)), amount=money(random.randint(1, 9_000)))
                entries.append((on, sold | {"passed_on": money(random.randint(1, 900))} if random.random() < 0.5 else sold))
    facts = [entry for _, entry in sorted(recorded_late(random, entries), key=lambda pair: pair[0])]
    undone = random.sample(facts, k=min(len(facts), random.choice((0, 0, 0, 1, 1, 2))))
    facts = with_reversals(random, facts, undone)
    look = max([end, *(date.fromisoformat(entry["on"]) for entry in facts)]) if random.random() < 0.6 else end
    facts = accepted(random, facts, lambda kept: "refused" in NaiveLoan(terms, kept).answer(look.isoformat()))
    return {"id": name, "terms": terms, "facts": numbered(facts), "as_of": look.isoformat()}


def accepted(random: Random, facts: list[dict], is_refused) -> list[dict]:
    """Drop events until the rules accept the life; leave a few that they refuse."""
    if random.random() < REFUSED_KEPT:
        return facts
    while is_refused(numbered(facts)):
        facts = without_last_event(facts)
    return facts


# ---- accounts --------------------------------------------------------------------------------------------------------


def account_terms(random: Random) -> dict:
    """Pick the terms of a pay-later account."""
    bill_day, due_day = random.choice(((1, 10), (1, 10), (1, 15), (1, 20), (10, 20), (20, 5), (31, 9), (28, 10)))
    rates = {"revolving_per_day": random.choice(("0.0005", "0.0004")), "penalty_per_day": random.choice(("0.0005", "0.00065"))}
    return {
        "product": "pay-later",
        "limit": random.choice(("5000.00", "20000.00", "50000.00")),
        "bill_day": bill_day,
        "due_day": due_day,
        "min_payment": random.choice(("0.10", "0.10", "0.05")),
        **rates,
        **({"tolerance": random.choice(("0.05", "10.00", "500.00"))} if random.random() < 0.2 else {}),
    }


def purchase(random: Random, ref: str, on: date, most: int) -> dict:
    """Buy something, sometimes in instalments."""
    entry = fact("purchased", on, amount=money(random.randint(100, max(most, 101))), ref=ref)
    if random.random() < 0.3:
        fee = {"rate": random.choice(FEE_RATES), "paid_by": random.choice(("borrower", "merchant"))}
        entry |= {"instalments": random.choice((3, 6, 9, 12)), "fee": fee}
    return entry


def bill_event(random: Random, bill: dict, habit: str) -> list[dict]:
    """Pay a bill as such a payer does, or convert it."""
    billed_on, due_on = date.fromisoformat(bill["billed_on"]), date.fromisoformat(bill["due_on"])
    total, least = minor(bill["total"], "CNY"), minor(bill["minimum"], "CNY")
    found = []
    if random.random() < 0.12:
        fee = {"rate": random.choice(FEE_RATES), "paid_by": "borrower"}
        on = billed_on + timedelta(days=random.randint(0, 8))
        found.append(fact("converted", on, bill=bill["billed_on"], instalments=random.choice((3, 6, 12)), fee=fee))
    amount = {"full": total, "minimum": least, "short": random.randint(0, least), "odd": random.randint(0, total + 5000), "gone": 0}[habit]
    if amount > 0:
        on = due_on + timedelta(days=random.choice((0, 0, 0, -5, -1, 1, 7) if habit != "short" else (0, 3, 12, 40)))
        found.append(fact("repaid", max(on, billed_on), amount=money(amount)))
    return found


def account_case(random: Random, name: str) -> dict:
    """Make an account's life, month by month: what a bill says decides what is paid."""
    terms = account_terms(random)
    start, months = any_draw_day(random), random.randint(1, 9)
    end = start + timedelta(days=30 * months + random.randint(0, 40))
    most = minor(terms["limit"], "CNY") // (3 * months + 3)
    days = sorted(start + timedelta(days=random.randrange(30 * months)) for _ in range(random.randint(1, 2 * months + 1)))
    facts = [purchase(random, f"p{n}", on, most) for n, on in enumerate(days, 1)]
    habits = random.choice((("full",), ("minimum",), ("full", "minimum", "odd"), ("short", "gone", "full"), ("odd", "short", "minimum")))
    for n in range(months):
        bills = NaiveAccount(terms, facts).answer(end.isoformat())["bills"]
        if n >= len(bills):
            break
        facts += bill_event(random, bills[n], random.choice(habits))
        facts = accepted(random, facts, lambda kept: "refused" in NaiveAccount(terms, kept).answer(end.isoformat()))
        if "refused" in NaiveAccount(terms, facts).answer(end.isoformat()):
            break
    facts += refunds(random, facts)
    bought = [(date.fromisoformat(entry["on"]), entry) for entry in facts if entry["fact"] == "purchased"]
    other = [(date.fromisoformat(entry["on"]), entry) for entry in facts if entry["fact"] != "purchased"]
    facts = [entry for _, entry in sorted(bought + recorded_late(random, other), key=lambda pair: pair[0])]
    undone = [entry for entry in facts if entry["fact"] in ("repaid", "refunded", "converted")]
    facts = with_reversals(random, facts, random.sample(undone, k=min(len(undone), random.choice((0, 0, 0, 1)))))
    look = (end - timedelta(days=random.randint(0, 25))).isoformat()
    facts = accepted(random, facts, lambda kept: "refused" in NaiveAccount(terms, kept).answer(look))
    return {"id": name, "account": terms, "facts": numbered(facts), "as_of": look}


def refunds(random: Random, facts: list[dict]) -> list[dict]:
    """Send some purchases back, whole or in part."""
    found = []
    for entry in facts:
        if entry["fact"] == "purchased" and random.random() < 0.15:
            on = date.fromisoformat(entry["on"]) + timedelta(days=random.choice((0, 2, 10, 30, 70)))
            part = minor(entry["amount"], "CNY")
            found.append(fact("refunded", on, ref=entry["ref"], amount=money(random.choice((part, random.randint(1, part))))))
    return found
