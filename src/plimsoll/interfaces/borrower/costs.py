"""The costs before each debt: put on record that they are shown, show them as they were, confirm that they were read."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from plimsoll.app.execute import Answer
from plimsoll.interfaces.borrower.me import my_file, words
from plimsoll.interfaces.borrower.seen import key_on
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Fact, Facts, Field, Form, Heading, Links, Panel, Part, Said
from plimsoll.interfaces.pages.visit import Act, Done, Go, Visit
from plimsoll.loan.filing import read_body
from plimsoll.protection.confirm_disclosure import ConfirmDisclosure
from plimsoll.protection.show_disclosure import ShowDisclosure
from plimsoll.risk.disclose import Ask, read_ask
from plimsoll.risk.gate import SHOWN, USED, unused
from plimsoll.units.refusal import Refused

DIGEST, CONFIRMED = "d", "confirmed"
"""Fields of an address or a form: what was shown, by its digest, and the confirmation that it was read, by its number."""
CARRIED: Final = (DIGEST, "n", "bill", "application")
"""Fields of the addresses of costs: what was shown, and what it is about."""
NOTHING: Final[Mapping[str, str]] = {}
LINE: Final = 30
"""Widths of a letter that stand beside a label on a telephone; a Chinese sign has two."""
CHINESE: Final = "\u2e80"
"""Signs from here on are as wide as two letters."""


def told(label: str, text: str) -> Fact:
    """Give a row of a text; one that is longer than a line of a telephone has lines of its own."""
    cell = parts.text(text)
    return Fact(label, cell._replace(tone="long") if "\n" in text or sum(1 + (sign > CHINESE) for sign in text) > LINE else cell)


class Taken(NamedTuple):
    """A debt that was signed for by a confirmation of its costs: the number of that confirmation, the day, the loan or the application."""

    confirmed: int
    on: int
    about: str


class Seen(NamedTuple):
    """Costs as they were shown, in the language of that moment."""

    ask: Mapping[str, Any]
    """What was asked: `risk.disclose.Ask` by its names."""
    language: str
    rows: Sequence[tuple[str, str, str]]
    """Name, label and text of each row."""
    seconds_left: int
    """How long they have to stay open until they can be confirmed; 0 for no longer."""
    seconds: int
    confirmed: int
    """Number of the filing that confirmed them for a debt that was not taken yet, 0 for none: the same debt once more is read once more."""
    taken: tuple["Taken", ...]
    """What was signed for by confirmations of exactly these costs, latest last."""
    is_signed: bool
    """Whether nothing was shown or confirmed since the last of these was signed for: then the page of it was opened before that."""

    @property
    def is_read(self) -> bool:
        """Tell whether they were confirmed for a debt that was not taken yet."""
        return self.confirmed > 0

    def facts(self, names: Sequence[str] = ()) -> Facts:
        """Give the rows as they were shown, all of them or those that are named."""
        return Facts([told(label, text) for name, label, text in self.rows if not names or name in names])


def show_costs(visit: Visit, ask: Ask, path: str, further: Mapping[str, str] = NOTHING, *, loan_id: int = 0) -> Done:
    """Put on record that the costs of `ask` are shown, and go to the page that shows them, with what it needs further."""
    key, customer_id = words(visit)
    command = ShowDisclosure(
        key, customer_id, visit.today(), ask.about, ask.product, ask.amount_minor, ask.currency, ask.instalments, ask.rate,
        ask.repayment, ask.limit_minor, loan_id, visit.speech,
    )  # fmt: skip
    outcome = visit.door.ask(visit.who, command)
    if isinstance(outcome, Refused):
        return outcome
    assert isinstance(outcome, Answer), outcome
    return Go(f"{path}?{urlencode({DIGEST: json.loads(outcome.text)['disclosure'], **further})}")


def seen_costs(visit: Visit, named: str = "") -> Seen | None:
    """Give the costs of a digest, or that the address names; None where nothing like that was shown to who asks."""
    digest = named or visit.query.get(DIGEST, "")
    mine = my_file(visit)
    shown = [one for one in mine if one.kind == SHOWN and one.subject == digest]
    if not shown:
        return None
    said, last = read_body(shown[-1]), shown[-1]
    open_s = (visit.house.now() - last.at) // timedelta(seconds=1)
    used = [one for one in mine if one.kind == USED and one.subject == digest]
    taken = tuple(Taken(int(read_body(one)["confirmed"]), one.on, str(read_body(one)["about"])) for one in used)
    confirmed = unused(mine).get(digest, 0)
    is_signed = bool(used) and not confirmed and used[-1].n > last.n
    return Seen(said["ask"], said["language"], said["rows"], max(said["seconds"] - open_s, 0), said["seconds"], confirmed, taken, is_signed)


def taken_by(visit: Visit) -> Taken | None:
    """Give what the confirmation that a form names was used for; None where it was not used yet."""
    seen, confirmed = seen_costs(visit, visit.form.get(DIGEST, "")), visit.form.get(CONFIRMED, "")
    return next((one for one in seen.taken if str(one.confirmed) == confirmed), None) if seen is not None else None


def once_more(visit: Visit, seen: Seen) -> list[Said]:
    """Give the line that says that exactly this was signed before, so that nobody does it twice without meaning to; nothing where not."""
    return [Said("warn", visit.t("b.sign.before", {"day": written.day(seen.taken[-1].on)}))] if seen.taken else []


def along(visit: Visit, names: Sequence[str]) -> list[Field]:
    """Give fields of an address again as fields of a form that nobody sees."""
    return [Field(name, kind="hidden", value=visit.query.get(name, "")) for name in names]


def agreeing(visit: Visit, seen: Seen, form: str, button: str, fields: Sequence[Field], said: str = "") -> Form:
    """Give the form by which somebody agrees to what costs as they have read: its key is that of the confirmation, which is used once."""
    given = [
        *along(visit, (DIGEST,)),
        Field(CONFIRMED, kind="hidden", value=str(seen.confirmed)),
        *fields,
        Field("agree", visit.t("b.sign.agree"), "check", "yes"),
    ]
    return Form(form, "", button, given, said, key_on(visit, f"{form}:{visit.query.get(DIGEST, '')}", seen.confirmed), is_folded=False)


def confirming(visit: Visit, seen: Seen, names: Sequence[str] = ()) -> Form:
    """Give the form by which somebody confirms that they read the costs; it carries the named fields of the address along."""
    waits = visit.t("b.read.wait", {"n": seen.seconds}) if seen.seconds_left else ""
    fields = [*along(visit, (DIGEST, *names)), Field("read", visit.t("b.read.check"), "check", "yes")]
    return Form("confirm", "", visit.t("b.read.confirm"), fields, waits, is_folded=False)


def page_of_costs(visit: Visit, seen: Seen, form: Form | Links, *ways: tuple[str, str]) -> dict[str, Any]:
    """Give the page of the costs: every row as it was shown, what is next, and the ways out."""
    heading = Heading(visit.t("b.read.title"), visit.t("b.read.lead"))
    again = _in_own_language(visit) if seen.language != visit.speech else []
    return parts.board(heading, [Panel("", [*again, *once_more(visit, seen), seen.facts(), form, Links(ways)])])


def _in_own_language(visit: Visit) -> list[Part]:
    """Give the form that shows the same costs in the language of the page: what is confirmed is read in words that one understands."""
    hidden = [Field(name, kind="hidden", value=value) for name, value in visit.query.items() if name in CARRIED]
    return [Form("reshow", "", visit.t("b.read.language"), hidden, visit.t("b.read.language.said"), is_folded=False)]


def show_again(visit: Visit, path: str, names: Sequence[str] = (), *, loan_id: int = 0) -> Done:
    """Show the costs of the form once more, in the language of the page, as they are today."""
    seen = seen_costs(visit, visit.form.get(DIGEST, ""))
    if seen is None:
        return Refused("disclosure_unknown")
    ask = read_ask(seen.ask)._replace(on=visit.today())
    return show_costs(visit, ask, path, {name: visit.form.get(name, "") for name in names}, loan_id=loan_id)


def confirm_costs(visit: Visit, path: str, names: Sequence[str] = ()) -> Act:
    """Confirm that the costs were read, and go on with the named fields of the form."""
    key, customer_id = words(visit)
    said = {name: visit.form.get(name, "") for name in (DIGEST, *names)}
    return Act(ConfirmDisclosure(key, customer_id, visit.today(), said[DIGEST]), "done.b.read", f"{path}?{urlencode(said)}")
