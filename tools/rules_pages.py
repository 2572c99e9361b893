"""Write docs/reference/rules-law.md, rules-policy.md and products.md from the rulebook: every dated value with its source.

python -m tools.rules_pages
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from plimsoll.rulebook.product import AccountOffer, LoanOffer, Plan, Version
from plimsoll.rulebook.rule import ANY, WORDS, Row, Rule, Value
from plimsoll.rulebook.rules import FOLDER, Rules, load
from plimsoll.rulebook.value_text import rate_text, value_text
from plimsoll.units.money import text_of

REFERENCE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"
LAW, POLICY, PRODUCTS = (REFERENCE / name for name in ("rules-law.md", "rules-policy.md", "products.md"))
COUNTRIES: Final = {"cn": "Mainland China", "in": "India", "uk": "United Kingdom", "us": "United States", "tw": "Taiwan"}
HOW: Final = """\
Written by `make docs` from the rulebook. Each line is one value from a day on; a rule with several lines changes on those days, or
differs by kind of lender. `plimsoll rules show KEY --on DATE` says what holds on one day; [add a rule](../how-to/add-a-rule.md) says
how a line comes in.

Confidence: *sourced* was read at the source named; *memory-high* and *memory-medium* still need reading there; *weak* rests on one
report; *default* is the house's own choice. After the day of review somebody has to look again: `plimsoll rules check` names what is late.
"""
LAW_HEAD: Final = f"""\
# Rules of law

What the law sets, by country. What a lender sets stands in [rules of policy](rules-policy.md).

{HOW}"""
POLICY_HEAD: Final = f"""\
# Rules of policy

What a lender sets and has to answer for. What the law sets stands in [rules of law](rules-law.md).

{HOW}"""
TABLE: Final = ["", "| rule | value | from | source | confidence | review by |", "| --- | --- | --- | --- | --- | --- |"]
PRODUCTS_HEAD: Final = """\
# Products

Written by `make docs` from `rulebook/product/*.yaml`: the terms of each product by version. A product that breaks the law of its days is
not loaded. [Add a product](../how-to/add-a-product.md) says how a version comes in.
"""


def law() -> str:
    """Give the page of what the law sets, by country."""
    rules = load()
    lines = [LAW_HEAD]
    for country, title in COUNTRIES.items():
        files = _files(rules, f"law/{country}/")
        if files:
            lines += [f"## {title}", ""]
            for file, found in files.items():
                lines += _section(f"### {title}: {Path(file).stem}", file, found)
    return "\n".join(lines)


def policy() -> str:
    """Give the page of what the lender sets, by file."""
    lines = [POLICY_HEAD]
    for file, found in sorted(_files(load(), "policy/").items()):
        lines += _section(f"## {Path(file).stem.replace('-', ' ').capitalize()}", file, found)
    return "\n".join(lines)


def products() -> str:
    """Give the page of products, a column a version."""
    rules = load()
    lines = [PRODUCTS_HEAD]
    for name, versions in rules.products.items():
        title = versions[-1].title
        licence = rules.licences[versions[-1].licence].title["en"]
        lines += [f"## {name}", "", f"{title['en']} · {title['zh-CN']}; lent as {licence}, in {versions[-1].currency}.", ""]
        tables = [_terms(version) for version in versions]
        heads = [f"from {one.since}" + (f" until {one.until}" if one.until else "") for one in versions]
        lines += [f"| | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
        lines += [f"| {term} | {' | '.join(_cell(table[term]) for table in tables)} |" for term in tables[0]]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write the pages."""
    for path, said in ((LAW, law()), (POLICY, policy()), (PRODUCTS, products())):
        path.write_text(said, "utf-8")
    return 0


def _files(rules: Rules, under: str) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules.rules.values():
        if rule.file.startswith(under):
            found.setdefault(rule.file, []).append(rule)
    return found


def _section(heading: str, file: str, rules: list[Rule]) -> list[str]:
    return [heading, "", *filter(None, [_preface(file)]), *TABLE, *(line for rule in rules for line in _lines(rule)), ""]


def _preface(file: str) -> str:
    """Give what a file of rules says of itself at its beginning."""
    said = []
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            break
        said.append(line.lstrip("# "))
    return _cell(" ".join(said))


def _lines(rule: Rule) -> Iterator[str]:
    seen: set[int] = set()
    for row in (row for rows in rule.tracks.values() for row in rows):
        # A row for several kinds of lender stands in the track of each.
        if row.line in seen:
            continue
        named = f"`{rule.key}` {_cell(rule.title['en'])} · {_cell(rule.title['zh-CN'])}" if not seen else f"`{rule.key}`"
        seen.add(row.line)
        yield f"| {named} | {_value(rule, row)} | {_when(row)} | {_source(row)} | {row.confidence} | {row.review_by} |"


def _value(rule: Rule, row: Row) -> str:
    """Write the value with its unit, and for which kinds of lender it is."""
    said = row.formula or _written(row.value, rule.unit)
    is_plain = isinstance(rule.unit, Mapping) or rule.unit in WORDS or said == "-" or rule.unit in said
    unit = "" if is_plain else f" ({rule.unit})"
    more = " ".join(f"{name} {word}" for name, word in (("as", rule.basis), ("of", rule.base), ("per", rule.per)) if word)
    held = "" if row.licences == (ANY,) else f"{', '.join(row.licences)}: "
    return _cell(f"{held}{said}{unit}{f'; {more}' if more else ''}")


def _written(value: Value | None, unit: str | Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        units = unit if isinstance(unit, Mapping) else {}
        parts = []
        for name, part in value.items():
            own = units.get(name, "")
            said = value_text(part, own)
            parts.append(f"{name} {said}" + (f" {own}" if own in ("days", "months", "years", "seconds") else ""))
        return "; ".join(parts)
    return value_text(value, unit)


def _when(row: Row) -> str:
    return f"{row.since}" if row.until is None else f"{row.since}, until {row.until}"


def _source(row: Row) -> str:
    return _cell(f"{row.source}; {row.note}" if row.note else row.source)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _terms(version: Version) -> dict[str, str]:
    offer = version.offer
    terms = _loan(offer, version.currency) if isinstance(offer, LoanOffer) else _account(offer, version.currency)
    return terms | {
        "money above the payoff": "kept as credit" if version.excess == "credit" else "refused",
        "days of grace": str(version.grace_days),
        "days of tolerance": str(version.tolerance_days),
        "arrears that are not late": f"up to {text_of(version.tolerance_minor, version.currency)} {version.currency}",
        "due day on a holiday": version.due_roll,
        "calendar": version.calendar,
        "source": version.source,
    }


def _loan(offer: LoanOffer, currency: str) -> dict[str, str]:
    penalty = offer.penalty
    said = "none"
    if penalty is not None:
        cap = penalty.cap_rule or (f"{rate_text(penalty.per_year_cap, '')} a year" if penalty.per_year_cap else "none")
        said = f"{rate_text(penalty.multiple, 'multiple')} × the contract rate; cap {cap}"
    return {
        "amount": _between(offer.amount_min_minor, offer.amount_max_minor, currency),
        "instalments": f"{', '.join(map(str, offer.instalments_offered))}; usually {offer.instalments_usual}, every {offer.every}",
        "repayment": ", ".join(offer.repayments),
        "rate": f"{rate_text(offer.rate_min, '')} to {rate_text(offer.rate_max, '')} ({offer.rate_unit})",
        "penalty": said,
        "order of allocation": offer.allocation,
        "prepayment": offer.prepayment,
        "early money is for": {"instalment": "the coming instalment"}.get(offer.early, "a prepayment"),
        "days of interest at least": str(offer.min_interest_days),
    }


def _account(offer: AccountOffer, currency: str) -> dict[str, str]:
    return {
        "purchase": _between(offer.purchase_min_minor, offer.purchase_max_minor, currency),
        "limit": _between(offer.limit_min_minor, offer.limit_max_minor, currency),
        "bill day": str(offer.bill_day),
        "due day": f"{', '.join(map(str, offer.due_days_offered))}; usually {offer.due_day_usual}",
        "minimum payment": f"{rate_text(offer.min_payment, '')} of new purchases and what revolves",
        "what revolves costs": f"{rate_text(offer.revolving_per_day, '')} a day",
        "penalty": f"{rate_text(offer.penalty_per_day, '')} a day",
        "plan from": f"{text_of(offer.plan_min_minor, currency)} {currency}",
        "plans of a purchase": _plans(offer.purchase_plans),
        "plans that the merchant pays": _plans(offer.merchant_plans),
        "plans of a bill": _plans(offer.bill_plans),
    }


def _between(least: int, most: int, currency: str) -> str:
    return f"{text_of(least, currency)} to {text_of(most, currency)} {currency}"


def _plans(plans: tuple[Plan, ...]) -> str:
    return ", ".join(f"{one.instalments} at {rate_text(one.fee, '')}" for one in plans) or "none"


if __name__ == "__main__":
    sys.exit(main())
