"""`plimsoll watch report`: classes, warnings and over-extension of a book as it stood on a day."""

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.rules import Rules

if TYPE_CHECKING:
    from plimsoll.app.watching.book import Panel

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day that the book is looked at. Default: today.")]
Top = Annotated[int, typer.Option("--top", metavar="N", min=0, max=1000, help="How many warnings to list.")]


def report(db: Db = "", on: On = "", top: Top = 10, as_json: AsJson = False) -> None:
    """Tell who is late and of which class, whom to warn of, who is over-extended, what moved in a month, and what past warnings came to."""
    from plimsoll.app.watching.book import read_panel
    from plimsoll.app.watching.told import on_record

    rules, today = lawful_rules(), now().date()
    day = read_on(on, "--on") if on else today
    with open_store(book_url(db)) as store:
        panel = read_panel(store, day, threads())
        recorded = on_record(store, panel, day, rules) if len(panel.customer_id) else {}
    if not len(panel.customer_id):
        raise Stop(NOT_FOUND, "no customer of the book has a line")
    told = {
        "on": day.isoformat(),
        "customers": len(panel.customer_id),
        "currency": Counter(panel.currency).most_common(1)[0][0],
        **_classes(panel, rules, today),
        "warnings": _warnings(panel, rules, today, day, top),
        "over_extension": _over_extension(panel, rules, today),
        "assessments_due": _due(panel, rules, today, day),
        "on_record": recorded,
    }
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told))


def _classes(panel: "Panel", rules: Rules, on: date) -> dict[str, Any]:
    """Count customers by days past due of their latest loan; other triggers of a class are not looked at."""
    from plimsoll.app.watching.book import count_by
    from plimsoll.rulebook.lateness import FIVE_CLASSES, OVERDUE_CLASSES, lateness

    names = lateness(rules, on)
    days = set(panel.late[:, -1].tolist())
    return {
        "overdue": count_by(OVERDUE_CLASSES, {one: OVERDUE_CLASSES.index(names.overdue_class(one)) for one in days}, panel),
        "classes": count_by(FIVE_CLASSES, {one: FIVE_CLASSES.index(names.five_class(one)) for one in days}, panel),
    }


def _warnings(panel: "Panel", rules: Rules, on: date, day: date, top: int) -> dict[str, Any]:
    """Fit a hazard on the book's own past, score who is clean today, and rank them under the budget."""
    from plimsoll.app.watching.book import clean_units
    from plimsoll.monitoring.warn import Scored, warn, watch_policy
    from plimsoll.risk.hazard.fit_hazard import fit_hazard, score_hazard
    from plimsoll.risk.hazard.recipe import recipe_on
    from plimsoll.risk.hazard.spells import spells_of, table_of
    from plimsoll.risk.parameters import figures
    from plimsoll.rulebook.signal import load

    recipe = recipe_on(rules, on, grows=True, threads=threads())
    last = len(panel.days) - 1
    past, clean = clean_units(panel, range(1, last), recipe.horizon, with_late=True), clean_units(panel, (last,), recipe.horizon)
    late = sum(after[0] > 0 for after in past.after)
    told: dict[str, Any] = {"clean": len(clean.place), "learnt_from": len(past.place), "late_in_the_past": late, "raised": 0}
    if late < figures(rules, "POLICY.WATCH.HAZARD", on)["bads"] or not clean.place:
        return told | {"why_none": "too few customers were late in the past of this book to learn from"}
    ids = panel.customer_id
    hazard = fit_hazard(table_of(past.signals, "past"), spells_of(ids[past.place], past.month, past.after), recipe)
    chances = score_hazard(hazard, table_of(clean.signals, "clean")).tolist()
    scored = [Scored(int(ids[place]), chance, values) for place, chance, values in zip(clean.place, chances, clean.signals, strict=True)]
    warned = warn(scored, {}, 12 * day.year + day.month, watch_policy(rules, on), load())
    return told | {
        "raised": len(warned.new),
        "held_out": sum(one.is_held_out for one in warned.new),
        "mean_chance": round(sum(chances) / len(chances), 4),
        "mean_chance_warned": round(sum(one.chance for one in warned.new) / max(len(warned.new), 1), 4),
        "actions": dict(Counter(one.action for one in warned.new).most_common()),
        "reasons": dict(Counter(name for one in warned.new for name in one.reasons).most_common()),
        "top": [{**one._asdict(), "chance": round(one.chance, 4), "reasons": list(one.reasons)} for one in warned.new[:top]],
    }


def _over_extension(panel: "Panel", rules: Rules, on: date) -> dict[str, Any]:
    """Class every customer at the end of this month and of the one before, and count who moved."""
    from plimsoll.app.watching.book import laden
    from plimsoll.risk.load.over_extension import CLASSES, extension_policy
    from plimsoll.risk.load.over_extension_columns import flow, stand, tally
    from plimsoll.risk.load.policy import load_policy

    policy, load = extension_policy(rules, on), load_policy(rules, on)
    books = [laden(panel, column, load) for column in (len(panel.days) - 2, len(panel.days) - 1)]
    before, after = (stand(book, policy) for book in books)
    return {
        "by_load_line": int((panel.capacity_minor >= 0).sum()),
        "by_payments": int(((panel.capacity_minor < 0) & (books[1].line_minor >= 0)).sum()),
        "unknown": int((books[1].line_minor < 0).sum()),
        "classes": [{**one._asdict(), "share": round(one.share, 6)} for one in tally(books[1], after)],
        "flow": {"names": list(CLASSES), "counts": flow(before, after)},
    }


def _due(panel: "Panel", rules: Rules, on: date, day: date) -> int:
    """Count load lines that were drawn so long ago that the customer is to be assessed again."""
    from plimsoll.monitoring.notice import move_policy

    latest = day.toordinal() - move_policy(rules, on).assess_days
    return int(((panel.capacity_minor >= 0) & (panel.drawn_on <= latest)).sum())


def _text(told: dict[str, Any]) -> str:
    """Give the report for people."""
    over, warnings = told["over_extension"], told["warnings"]
    learnt = (
        f"Warnings: {warnings['raised']:,} of {warnings['clean']:,} clean customers, learnt from {warnings['learnt_from']:,} "
        f"customer-months of this book, {warnings['late_in_the_past']:,} of them late later"
    )
    known = (
        f"Over-extension: {over['by_load_line']:,} by their load line, {over['by_payments']:,} by what they have paid, "
        f"{over['unknown']:,} unknown. Nothing is seen of other lenders here, so nobody is found to be masked."
    )
    parts = [
        f"{told['customers']:,} customers with a line on {told['on']}; amounts in {told['currency']}, minor units",
        "By days past due of the latest loan",
        _counted(told["overdue"]),
        "The same by five-class",
        _counted(told["classes"]),
        learnt,
        _warned(warnings),
        known,
        _counted(over["classes"]),
        "From the class of a month ago (down) to that of today (across), both by the load lines of today",
        _flow(over["flow"]),
        f"To be assessed again: {told['assessments_due']:,}",
        *_recorded(told["on_record"]),
    ]
    return "\n\n".join(parts)


def _counted(rows: list[dict[str, Any]]) -> str:
    shown = [(one["name"], f"{one['customers']:,}", f"{one['balance_minor']:,}", f"{100 * one['share']:.2f} %") for one in rows]
    return aligned([("class", "customers", "balance", "share"), RULE, *shown], left=1)


def _warned(warnings: dict[str, Any]) -> str:
    if "top" not in warnings:
        return str(warnings["why_none"])
    rows = [
        (
            f"{one['rank']}",
            f"{one['customer_id']}",
            f"{one['chance']:.3f}",
            "yes" if one["is_held_out"] else "",
            one["action"],
            ", ".join(one["reasons"]),
        )
        for one in warnings["top"]
    ]
    means = f"Mean chance {warnings['mean_chance']:.3f}, of those warned of {warnings['mean_chance_warned']:.3f}"
    head = f"{means}; held out {warnings['held_out']:,}"
    return head + "\n\n" + aligned([("rank", "customer", "chance", "held out", "action", "raised signals"), RULE, *rows], left=0)


def _flow(moved: dict[str, Any]) -> str:
    rows = [(name, *(f"{count:,}" for count in counts)) for name, counts in zip(moved["names"], moved["counts"], strict=True)]
    return aligned([("from", *moved["names"]), RULE, *rows], left=1)


def _recorded(told: dict[str, Any]) -> list[str]:
    """Give what is on record: classes by all triggers and their flow, and what became of warnings."""
    classes, warnings = told["five_class"], told["warnings"]
    missing = classes["late_and_not_on_record"]
    late = f" {missing:,} late customers are not on record: run plimsoll watch run --whole." if missing else ""
    parts = [
        "Five-classes by all triggers, as they are on record." + late,
        _counted(classes["classes"]),
        _provided(classes["provision"]),
        "From the class on record a month ago (down) to that of today (across); who owes nothing, or was written off, too",
        _flow(classes["flow"]),
        "Over-extension, from the class on record a month ago (down) to that of today (across)",
        _flow(told["over_extension"]["flow"]),
        f"Warnings on record: {warnings['standing']:,} standing, {warnings['new']:,} begun and {warnings['ended']:,} ended in the month",
    ]
    rows = [
        (name, f"{one['ended']:,}", "" if one["precision"] is None else f"{one['precision']:.3f}", _said(one["outcomes"]))
        for name, one in (("acted on", warnings["acted_on"]), ("held out", warnings["held_out"]))
    ]
    parts.append(aligned([("warnings", "ended", "came true", "outcomes"), RULE, *rows], left=1))
    gain = warnings["difference"]
    if gain is not None:
        parts.append(f"Fewer came true where something was done: {gain['fewer_late']:+.3f}, standard error {gain['standard_error']:.3f}")
    return parts


def _provided(provision: dict[str, Any]) -> str:
    rows = [
        (name.replace("_", " "), f"{one['total_minor']:,}", f"{one['npl_minor']:,}", f"{100 * one['npl_share']:.2f} %")
        for name, one in provision.items()
    ]
    return aligned([("provisions by", "provisions", "non-performing", "of balance"), RULE, *rows], left=1)


def _said(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in outcomes.items())
