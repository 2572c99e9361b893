"""`plimsoll treasury fund` and `funders`: who funds the draws and purchases of a day, and what every funder has lent and has room for."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.fund_draws import Act, Funding, fund_draws
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.treasury.shop_accounts import promised
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.treasury.route import LENDER
from plimsoll.units.money import EXPONENTS, parse_minor, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

PPM: Final = 1_000_000

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day of the draws and purchases.")]
Cash = Annotated[
    list[str] | None,
    typer.Option("--cash", metavar="CUR:AMOUNT", help="What the lender itself may lend, such as CNY:500000.00. Default: not bounded."),
]
Licence = Annotated[str, typer.Option("--licence", metavar="KIND", help="The lender's licence.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it, for the audit trail.")]


def fund(on: On, cash: Cash = None, licence: Licence = "cfc", actor: Actor = "treasury", db: Db = "", as_json: AsJson = False) -> None:
    """Route every draw and pay-later purchase of a day among the open funders and file the shares; again, it files nothing twice."""
    day, bounds = read_on(on, "--on"), read_cash(cash)
    with open_store(book_url(db)) as store:
        done = fund_draws(store, day, Act(actor, now(), lawful_rules()), licence=licence, cash=bounds)
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    if as_json:
        print(json.dumps({"on": day.isoformat(), "currencies": [_told(one) for one in done]}))
        return
    print("\n\n".join(_text(one) for one in done) or f"No loan was drawn on {day}.")


def funders(db: Db = "", as_json: AsJson = False) -> None:
    """List every funder: committed, lent, room, price, and its share of all that is outstanding in its currency."""
    today, rules = now().date().toordinal(), lawful_rules()
    with open_store(book_url(db)) as store:
        found, held = funders_of(store), holdings_of(store, today)
        lent, kept_free = lent_now(store, held, found, today), promised(store, held, rules, date.fromordinal(today))
    told: list[dict[str, Any]] = []
    for name, funder in found.items():
        by = lent.get(funder.currency)
        minor, whole = (by.of.get(name, 0), by.all_minor) if by else (0, 0)
        free = kept_free.get(funder.currency, {}).get(name, 0)
        room = funder._replace(lent_minor=minor).room_minor(rules, date.fromordinal(today))
        told.append(
            {
                "funder": name,
                "kind": funder.kind,
                "currency": funder.currency,
                "committed": text_of(funder.committed_minor, funder.currency),
                "lent": text_of(minor, funder.currency),
                "promised": text_of(free, funder.currency),
                "room": text_of(max(room - free, 0), funder.currency),
                "price": funder.price.text(),
                "share": Rate(minor * PPM // whole if whole else 0, PPM).text(),
                "most": Rate(funder.most_ppm, PPM).text(),
                "is_guaranteed": funder.is_guaranteed,
                "is_open": funder.is_open,
                "is_over": minor > funder.committed_minor,
            }
        )
    own = {currency: text_of(by.own_minor, currency) for currency, by in sorted(lent.items())}
    if as_json:
        print(json.dumps({"funders": told, "own": own}, ensure_ascii=False))
        return
    rows: list[Sequence[str]] = [("funder", "kind", "committed", "lent", "promised", "room", "price %", "share %", "")]
    rows.append(RULE)
    for one in told:
        amounts = (grouped(parse_minor(one[name], one["currency"]), one["currency"]) for name in ("committed", "lent", "promised", "room"))
        notes = "over its limit" if one["is_over"] else "" if one["is_open"] else "closed"
        rows.append((one["funder"], one["kind"], *amounts, percent(one["price"]), percent(one["share"]), notes))
    print(aligned(rows, left=2) if told else "No funder is registered.")
    for currency, minor_text in own.items():
        print(f"The lender's own part of what is outstanding: {grouped(parse_minor(minor_text, currency), currency)} {currency}.")


def read_cash(words: Sequence[str] | None) -> dict[str, int]:
    """Read amounts such as CNY:500000.00, one a currency; anything else ends the command with 2."""
    found: dict[str, int] = {}
    for word in words or ():
        currency, _, amount = word.partition(":")
        if currency not in EXPONENTS or currency in found:
            raise Stop(USAGE, f"--cash {word}: a currency once and an amount, such as CNY:500000.00")
        try:
            found[currency] = parse_minor(amount, currency)
        except Malformed as wrong:
            raise Stop(USAGE, f"--cash {word}: {wrong.text()}") from None
        if found[currency] < 0:
            raise Stop(USAGE, f"--cash {word}: nought or more")
    return found


def percent(text: str) -> str:
    """Write a rate as per cent with two digits."""
    rate = Rate.parse(text)
    hundredths = (rate.num * 20_000 + rate.den) // (2 * rate.den)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _told(one: Funding) -> dict[str, Any]:
    """Give what was done as plain values."""
    return {
        "currency": one.currency,
        "draws": one.draws,
        "amount": text_of(one.minor, one.currency),
        "funded_before": one.before,
        "funders": [
            {
                "funder": got.funder,
                "amount": text_of(got.minor, one.currency),
                "draws": got.draws,
                "price": got.price.text() if got.price else None,
            }
            for got in one.got
        ],
        "left_out": [{"funder": name, "why": why, "draws": count} for (name, why), count in sorted(one.left_out.items())],
        "short": [{"customer_id": customer, "loan_id": loan} for customer, loan in one.short],
        "refused": dict(one.refused),
        "waits": dict(one.waits),
    }


def _text(one: Funding) -> str:
    """Write it for people."""
    rows: list[Sequence[str]] = [("funder", f"amount {one.currency}", "share %", "draws", "price %"), RULE]
    for got in one.got:
        share = percent(Rate(got.minor * PPM // one.minor, PPM).text()) if one.minor else ""
        name = "the lender" if got.funder == LENDER else got.funder
        rows.append((name, grouped(got.minor, one.currency), share, f"{got.draws:,}", percent(got.price.text()) if got.price else ""))
    lines = [
        f"{one.draws:,} draws and accounts that bought, {grouped(one.minor, one.currency)} {one.currency}; {one.before:,} funded before.",
        "",
        aligned(rows),
    ]
    if one.left_out:
        lines += ["", *(f"Left out: {name} of {count:,} draws, {why}." for (name, why), count in sorted(one.left_out.items()))]
    if one.short:
        lines.append(f"For {len(one.short):,} draws the lender lacks the cash (funding_short); nothing is on file about them.")
    lines += [f"The lender's for now: {count:,} accounts, {code}." for code, count in sorted(one.waits.items())]
    lines += [f"Refused: {count:,} {code}." for code, count in sorted(one.refused.items())]
    return "\n".join(lines)
