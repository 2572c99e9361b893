"""What a change would do, as people read it: the legs, what is owed before and after, the limit before and after."""

from collections.abc import Mapping
from typing import Any

from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Part, Said, Table, Text, heads, money, text
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.interfaces.pages.words import has


def effect_parts(visit: Visit, effect: Mapping[str, Any]) -> list[Part]:
    """Give the parts that show an effect as `app.approve.preview` tells it."""
    found: list[Part] = [Said("wait", visit.t("effect.said"))]
    legs = effect.get("ledger", ())
    if legs:
        rows = [
            (
                text(one["account"], under=one[visit.speech]),
                money(one["amount_minor"] if one["amount_minor"] > 0 else None, one["currency"]),
                money(-one["amount_minor"] if one["amount_minor"] < 0 else None, one["currency"]),
            )
            for one in legs
        ]
        found.append(Text(visit.t("effect.ledger"), "subhead"))
        found.append(Table(visit.t("effect.ledger"), heads(visit, "entry.account", "entry.debit#", "entry.credit#"), rows, is_dense=True))
    for one in effect.get("loans", ()):
        found += _changed(visit, visit.t("effect.loan", {"n": one["loan_id"]}), one.get("owed", {}))
    for name in ("line", "load_line"):
        found += _changed(visit, visit.t(f"effect.{name}"), effect.get(name, {}))
    return found


def _changed(visit: Visit, title: str, changed: Mapping[str, Any]) -> list[Part]:
    """Give the fields that change, each with how it stands and how it would stand."""
    currency = str(changed.get("currency", "CNY"))
    rows = [
        (text(word(visit, "field", name)), _value(visit, name, pair[0], currency), _value(visit, name, pair[1], currency))
        for name, pair in changed.items()
        if isinstance(pair, list) and len(pair) == 2
    ]
    table = Table(title, heads(visit, "effect.what", "effect.before#", "effect.after#"), rows, is_dense=True)
    return [Text(title, "subhead"), table] if rows else []


def _value(visit: Visit, name: str, value: Any, currency: str) -> Any:
    if name.endswith("_minor") and isinstance(value, int):
        return money(value, currency)
    if name == "status" and value is not None:
        family = "loan.status" if has(f"loan.status.{value}") else "customers.status"
        return text(word(visit, family, str(value)))
    return text(written.ABSENT if value is None else value)
