"""How I am reached: reminders and by which channel, who was in touch with me and when, and paying by itself on the due day."""

from typing import Final

from plimsoll.app.show.contacts import ContactRow, contacts_of, last_debit_failed, preferences_of, reminders_of
from plimsoll.app.show.customer import consent_rows
from plimsoll.collections.prefer_reminders import PreferReminders
from plimsoll.interfaces.borrower.me import my_file, myself, next_asked, screen, whole, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Field, Form, Heading, Moment, Panel, Part, Said, Text, Timeline, fact
from plimsoll.interfaces.pages.visit import Act, Done, Shown, Visit
from plimsoll.interfaces.pages.words import has
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.protection.withdraw_consent import WithdrawConsent
from plimsoll.rulebook.reminder import CHANNELS
from plimsoll.units.refusal import LANGUAGES, Refused

DEBIT: Final = "debit"
SHOWN_MAX: Final = 20
BY_PERSON: Final = ("call", "visit", "letter")
"""Ways by which somebody of the house or of an agency speaks to a borrower: who it was is told."""


def _reminders(visit: Visit) -> Shown:
    filings = my_file(visit)
    wishes = preferences_of(filings)
    usual = visit.t("b.reach.usual") if wishes.channels is None else ", ".join(visit.t(f"b.channel.{one}") for one in wishes.channels)
    rows = [
        fact(visit, "b.reach.channels", parts.text(usual)),
        fact(visit, "b.reach.payday", parts.text(wishes.payday or "")),
    ]
    fields = [Field(f"by_{one}", visit.t(f"b.channel.{one}"), "check", "yes", is_needed=False) for one in CHANNELS]
    days = [("0", visit.t("b.reach.no-payday")), *((str(n), str(n)) for n in range(1, 32))]
    fields.append(
        Field(
            "language", visit.t("b.reach.language"), "choice", wishes.language, [(one, visit.t(f"b.language.{one}")) for one in LANGUAGES]
        )
    )
    fields.append(Field("payday", visit.t("b.reach.payday"), "choice", str(wishes.payday), days))
    form = Form("prefer", visit.t("b.reach.change"), visit.t("b.reach.save"), fields, visit.t("b.reach.said"))
    told = [
        Moment(written.instant(one.at), visit.t(f"b.channel.{one.channel}"), visit.t("b.reach.sent" if one.is_sent else "b.reach.held"))
        for one in reminders_of(filings)
    ]
    sent = {(one.at, one.channel) for one in reminders_of(filings)}
    contacts = [contact(visit, one) for one in contacts_of(filings) if (one.at, one.channel) not in sent]
    return parts.board(
        Heading(visit.t("b.nav.reminders")),
        [
            Panel(visit.t("b.reach.how"), [Facts(rows), form]),
            Panel(visit.t("b.reach.told"), [Timeline(told[:SHOWN_MAX])]),
            Panel(visit.t("b.reach.contacts"), [Text(visit.t("b.reach.contacts.said")), Timeline(contacts[:SHOWN_MAX])]),
        ],
    )


def contact(visit: Visit, one: ContactRow) -> Moment:
    """Give one contact: when, by which way, and who it was where a person called."""
    key = f"b.channel.{one.channel}"
    return Moment(written.instant(one.at), visit.t(key) if has(key) else one.channel, one.actor if one.channel in BY_PERSON else "")


def _prefer(visit: Visit) -> Done:
    key, customer_id = words(visit)
    chosen = tuple(one for one in CHANNELS if visit.form.get(f"by_{one}") == "yes")
    command = PreferReminders(
        key, customer_id, visit.today(), chosen or ("usual",), visit.form.get("language", "zh-CN"), whole(visit.form.get("payday", "0"), 31)
    )
    return Act(command, "done.b.saved", "/reminders")


def _autopay(visit: Visit) -> Shown:
    filings, page = my_file(visit), myself(visit)
    granted = next((one for one in consent_rows(filings, visit.house.now()) if one.purpose == DEBIT), None)
    is_on = granted is not None and granted.is_granted
    body: list[Part] = [Said("good" if is_on else "", visit.t("b.autopay.on" if is_on else "b.autopay.off"))]
    failed = last_debit_failed(filings)
    if failed is not None:
        body.append(Said("warn", visit.t("b.autopay.failed", {"day": written.day(failed)})))
    body += [Facts([fact(visit, "b.due.next", next_asked(visit, one))]) for one in page.next_due[:1]]
    body.append(Text(visit.t("b.autopay.said")))
    notice = visit.house.rules.purposes[DEBIT].notice(visit.today())
    if is_on:
        body.append(Form("stop", "", visit.t("b.autopay.stop"), (), is_folded=False))
    elif notice is not None:
        body.append(Text(notice.text[visit.speech]))
        hidden = (Field("version", kind="hidden", value=str(notice.version)), Field("agree", visit.t("b.autopay.agree"), "check", "yes"))
        body.append(Form("start", "", visit.t("b.autopay.start"), hidden, is_folded=False))
    return parts.board(Heading(visit.t("b.nav.autopay")), [Panel("", body)])


def _start(visit: Visit) -> Done:
    key, customer_id = words(visit)
    version = whole(visit.form.get("version", ""))
    return Act(GrantConsent(key, customer_id, visit.today(), DEBIT, version, visit.speech), "done.b.saved", "/autopay")


def _stop(visit: Visit) -> Done | Refused:
    key, customer_id = words(visit)
    return Act(WithdrawConsent(key, customer_id, visit.today(), DEBIT), "done.b.saved", "/autopay")


SCREENS: Final = (
    screen("b-reminders", "/reminders", "preference.set", _reminders, {"prefer": _prefer}),
    screen("b-autopay", "/autopay", "consent.give", _autopay, {"start": _start, "stop": _stop}),
)
