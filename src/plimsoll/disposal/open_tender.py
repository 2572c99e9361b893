"""Open a tender for a frozen package: its format, its amounts, its times."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from plimsoll.disposal.market import market_on
from plimsoll.disposal.package import KIND as PACKAGE
from plimsoll.disposal.package import Package, package_of
from plimsoll.disposal.tender import FORMATS, HIDDEN, SEALED, instant, live_tender, shown, tenders_of
from plimsoll.loan.dossier import Dossier, Saying, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

HASH_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class OpenTender:
    """Open a tender; instants in UTC such as 2026-11-03T09:00:00Z.

    The reserve is public (`reserve_minor`), or bound by its hash and told when the tender is decided, or the start price where neither is
    given. `opens_until` is the end of the opening of sealed bids.
    """

    key: str
    subject: str
    on: date
    package: str
    format: str
    currency: str
    start_minor: int
    deposit_minor: int
    joins_until: str
    bids_from: str
    bids_until: str
    opens_until: str = ""
    reserve_minor: int = 0
    reserve_hash: str = ""
    increment_minor: int = 0


def others(command: OpenTender) -> tuple[tuple[str, str], ...]:
    """Give the dossier of its package, which it reads."""
    return ((PACKAGE, command.package),)


def saying(command: OpenTender) -> Saying:
    """Give what the other tenders of its package say, which it reads."""
    return tenders_of(command.package)


def decide(dossier: Dossier, command: OpenTender, rules: Rules) -> Written | Refused:
    """Put the terms on record.

    Refuses tender_exists, package_unknown, package_not_ready, package_in_tender, currency_must_match, npl_sale_not_open, tender_malformed,
    tender_notice_too_short, deposit_out_of_bounds.
    """
    if dossier.filings:
        return Refused("tender_exists", "", dossier.subject)
    package = package_of(dossier.others[PACKAGE, command.package])
    if package is None:
        return Refused("package_unknown", "", command.package)
    if package.state != "frozen":
        return Refused("package_not_ready", "", f"{command.package} is {package.state}, not frozen")
    other = live_tender(dossier.others, command.package, dossier.subject)
    if other:
        return Refused("package_in_tender", "", f"{command.package} in {other}")
    times = [instant(text) for text in (command.joins_until, command.bids_from, command.bids_until, command.opens_until)]
    if command.format != SEALED:
        times[3] = times[2]
    if any(at is None for at in times):
        return Refused("tender_malformed", "", "joins_until, bids_from, bids_until, opens_until: instants such as 2026-11-03T09:00:00Z")
    found = [at for at in times if at is not None]
    refused = _refuse_times(dossier, command, found, package, rules) or _refuse_amounts(command, package, rules)
    if refused is not None:
        return refused
    said = {
        "package": command.package,
        "format": command.format,
        "currency": command.currency,
        "licence": package.licence,
        "start_minor": command.start_minor,
        "reserve_minor": HIDDEN if command.reserve_hash else command.reserve_minor or command.start_minor,
        "reserve_hash": command.reserve_hash,
        "deposit_minor": command.deposit_minor,
        "increment_minor": command.increment_minor,
        "overtime": rules.whole("POLICY.TENDER.OVERTIME", command.on, package.licence) or 0,
        **{name: shown(at) for name, at in zip(("joins_until", "bids_from", "bids_until", "opens_until"), found, strict=True)},
    }
    return Written((NewFiling("tender.opened", "", body_of(said)),), body_of({"tender": dossier.subject, "state": "open"}))


def _refuse_times(dossier: Dossier, command: OpenTender, times: list[datetime], package: Package, rules: Rules) -> Refused | None:
    """Refuse times out of order, or a notice that is too short; the pilot has to be open on the last day too."""
    joins, begins, ends, opened = times
    # Whatever day the command says, nobody was told of the tender before now.
    told_on = max(command.on, dossier.now.date())
    if not dossier.now < joins <= begins < ends <= opened or (command.format == SEALED and ends == opened):
        return Refused("tender_malformed", "", "joining ends before bids begin, bids end after, sealed ones are opened after that")
    for day in (told_on, ends.date()):
        market = market_on(rules, day, package.licence)
        if isinstance(market, Refused):
            return market
    least = rules.whole("POLICY.TENDER.NOTICE", command.on, package.licence) or 0
    calendar = rules.calendars["cn"]
    workdays = 0
    for n in range(1, (begins.date() - told_on).days + 1):
        is_workday = calendar.is_workday(told_on + timedelta(days=n))
        if isinstance(is_workday, Refused):
            return is_workday
        workdays += is_workday
    return Refused("tender_notice_too_short", "POLICY.TENDER.NOTICE", f"{workdays} of {least} working days") if workdays < least else None


def _refuse_amounts(command: OpenTender, package: Package, rules: Rules) -> Refused | None:
    if command.format not in FORMATS:
        return Refused("tender_malformed", "", f"format {command.format!r}; one of: {', '.join(FORMATS)}")
    if command.currency != package.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the package in {package.currency}")
    if command.start_minor <= 0 or command.increment_minor < 0 or (command.format != SEALED and command.increment_minor == 0):
        return Refused("tender_malformed", "", "start price and increment are above 0")
    if command.reserve_hash and (command.reserve_minor or not _is_hash(command.reserve_hash)):
        return Refused("tender_malformed", "", "the reserve is told or bound, by 64 hexadecimal digits")
    if command.reserve_minor and command.reserve_minor < command.start_minor:
        return Refused("tender_malformed", "", "the reserve is below the start price")
    share = rules.value("POLICY.TENDER.DEPOSIT", command.on, package.licence)
    assert isinstance(share, dict), "deposits have bounds on every day"
    least, most = share["least"], share["most"]
    assert isinstance(least, Rate), least
    assert isinstance(most, Rate), most
    if (
        command.deposit_minor * least.den < least.num * command.start_minor
        or command.deposit_minor * most.den > most.num * command.start_minor
    ):
        return Refused("deposit_out_of_bounds", "POLICY.TENDER.DEPOSIT", f"from {least.text()} to {most.text()} of the start price")
    return None


def _is_hash(text: str) -> bool:
    return len(text) == HASH_LENGTH and all(digit in "0123456789abcdef" for digit in text)
