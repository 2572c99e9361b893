"""Which facts of a naive life hold on a day, and in what order they happen."""

from datetime import date

from tests.machine.naive_numbers import Stop


def in_force(facts: list[dict], as_of: date) -> list[dict]:
    """Give the facts known to hold on a day: dated by then, not reversed, by effective day and then as recorded."""
    undone = set()
    known = [i for i, fact in enumerate(facts) if effective(fact) <= as_of]
    for i in known:
        if facts[i]["fact"] != "reversed":
            continue
        of = facts[i]["of"] - 1
        if not 0 <= of < i or facts[of]["fact"] == "reversed" or of in undone or effective(facts[of]) > effective(facts[i]):
            raise Stop("such a fact cannot be reversed")
        undone.add(of)
    held = [i for i in known if i not in undone and facts[i]["fact"] != "reversed"]
    return [facts[i] for i in sorted(held, key=lambda i: (effective(facts[i]), i))]


def effective(fact: dict) -> date:
    """Give the day on which a fact takes effect."""
    return date.fromisoformat(fact["on"] if "on" in fact else fact["from"])
