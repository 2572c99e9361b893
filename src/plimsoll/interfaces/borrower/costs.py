"""The costs before each debt: put on record that they are shown, show them as they were, confirm that they were read."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from plimsoll.app.execute import Answer
from plimsoll.interfaces.borrower.me import my_file, words
from plimsoll.interfaces.pages import parts
from plimsoll.interfaces.pages.parts import Fact, Facts, Field, Form, Heading, Links, Panel
from plimsoll.interfaces.pages.visit import Act, Done, Go, Visit
from plimsoll.loan.filing import read_body
from plimsoll.protection.confirm_disclosure import ConfirmDisclosure
from plimsoll.protection.show_disclosure import ShowDisclosure
from plimsoll.risk.disclose import Ask
from plimsoll.risk.gate import SHOWN, unused
from plimsoll.units.refusal import Refused

DIGEST: Final = "d"
"""The field of an address or a form that names what was shown, by its digest."""
NOTHING: Final[Mapping[str, str]] = {}


class Seen(NamedTuple):
    """Costs as they were shown, in the language of that moment."""

    ask: Mapping[str, Any]
    """What was asked: `risk.disclose.Ask` by its names."""
    rows: Sequence[tuple[str, str, str]]
    """Name, label and text of each row."""
    seconds_left: int
    """How long they have to stay open until they can be confirmed; 0 for no longer."""
    seconds: int
    is_read: bool
    """Whether they were confirmed for a debt that was not taken yet: the same debt once more is read once more."""

    def facts(self, names: Sequence[str] = ()) -> Facts:
        """Give the rows as they were shown, all of them or those that are named."""
        return Facts([Fact(label, parts.text(text)) for name, label, text in self.rows if not names or name in names])


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


def seen_costs(visit: Visit) -> Seen | None:
    """Give the costs that the address names; None where nothing like that was shown to who asks."""
    digest = visit.query.get(DIGEST, "")
    mine = my_file(visit)
    shown = [one for one in mine if one.kind == SHOWN and one.subject == digest]
    if not shown:
        return None
    said = read_body(shown[-1])
    open_s = (visit.house.now() - shown[-1].at) // timedelta(seconds=1)
    return Seen(said["ask"], said["rows"], max(said["seconds"] - open_s, 0), said["seconds"], digest in unused(mine))


def hidden_of(visit: Visit, names: Sequence[str] = ()) -> list[Field]:
    """Give the fields of an address again as fields of a form that nobody sees."""
    return [Field(name, kind="hidden", value=visit.query.get(name, "")) for name in (DIGEST, *names)]


def agreeing(visit: Visit, form: str, button: str, names: Sequence[str], said: str = "") -> Form:
    """Give the form by which somebody agrees to what costs as they have read; it carries the named fields of the address along."""
    fields = [*hidden_of(visit, names), Field("agree", visit.t("b.sign.agree"), "check", "yes")]
    return Form(form, "", button, fields, said, is_folded=False)


def confirming(visit: Visit, seen: Seen, names: Sequence[str] = ()) -> Form:
    """Give the form by which somebody confirms that they read the costs; it carries the named fields of the address along."""
    waits = visit.t("b.read.wait", {"n": seen.seconds}) if seen.seconds_left else ""
    fields = [*hidden_of(visit, names), Field("read", visit.t("b.read.check"), "check", "yes")]
    return Form("confirm", "", visit.t("b.read.confirm"), fields, waits, is_folded=False)


def page_of_costs(visit: Visit, seen: Seen, form: Form | Links, *ways: tuple[str, str]) -> dict[str, Any]:
    """Give the page of the costs: every row as it was shown, what is next, and the ways out."""
    heading = Heading(visit.t("b.read.title"), visit.t("b.read.lead"))
    return parts.board(heading, [Panel("", [seen.facts(), form, Links(ways)])])


def confirm_costs(visit: Visit, path: str, names: Sequence[str] = ()) -> Act:
    """Confirm that the costs were read, and go on with the named fields of the form."""
    key, customer_id = words(visit)
    said = {name: visit.form.get(name, "") for name in (DIGEST, *names)}
    return Act(ConfirmDisclosure(key, customer_id, visit.today(), said[DIGEST]), "done.b.read", f"{path}?{urlencode(said)}")
