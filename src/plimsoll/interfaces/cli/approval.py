"""`plimsoll approval`: what waits for a second pair of eyes, in words, with the ledger effect; agree to it, reject it, take it back."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from plimsoll.app.acts import ACTS
from plimsoll.app.approve.check import AGREE, REJECT, STATES, Checked, check, withdraw
from plimsoll.app.approve.inbox import Approval, Moved, Schedule, approval_of, approvals
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.aligned import aligned, grouped
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, Language, read_language
from plimsoll.interfaces.cli.signed_in import Secrets, User, opened_house, refuse, signed_in
from plimsoll.interfaces.cli.tell import plain, tell
from plimsoll.loan.filing import instant_text
from plimsoll.units.money import EXPONENTS, text_of

app = typer.Typer(help="What waits for a second pair of eyes: see it in words, agree, reject, take back.", add_completion=False)

HEAD: Final = ("approval", "state", "asked for", "by", "at", "agreed")
ROWS_SHOWN: Final = 12
TITLES: Final = {
    "en": ("now", "then", "What changes", "Ledger", "What comes of it", "Schedule of loan", "Said", "On file and sent"),
    "zh-CN": ("现状", "变更后", "变更内容", "会计分录", "影响", "还款计划：贷款", "复核意见", "登记与通知"),
}

Id = Annotated[str, typer.Argument(metavar="APPROVAL", help="The approval, such as apr_….")]
State = Annotated[str, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(STATES)}. Default: pending.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many at most.")]
Sha = Annotated[str, typer.Option("--sha256", metavar="HEX", help="What `show` printed: what you agree to is what you were shown.")]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why; a rejection needs it.")]


@app.command("list")
def list_approvals(db: Db = "", state: State = "pending", limit: Limit = 50, language: Language = "en", as_json: AsJson = False) -> None:
    """List approvals, newest first."""
    if state not in STATES:
        raise Stop(USAGE, f"--state {state}: one of {', '.join(STATES)}")
    with opened_house(db) as house:
        found = approvals(house, state=state, limit=limit)
    if as_json:
        tell({"approvals": [_plain(one) for one in found]}, "", as_json=True)
        return
    rows = [(one.approval_id, one.state, _head(one, language), one.maker, _at(one), f"{one.agreed} of {one.checkers}") for one in found]
    print(aligned([HEAD, *rows], left=6) if rows else f"Nothing is {state}.")


@app.command("show")
def show(approval_id: Id, db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Show one approval: the change in words, the entry it would post, what would come of it, who said what."""
    with opened_house(db) as house:
        found = refuse(approval_of(house, approval_id), read_language(language))
    tell(_plain(found), text_of_approval(found, language), as_json=as_json)


@app.command("agree")
def agree(
    approval_id: Id,
    user: User,
    sha256: Sha,
    db: Db = "",
    comment: Comment = "",
    password_file: Secrets = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Agree to what was shown. The last one needed executes it; ends with 4 where the department refuses it by then."""
    _check(approval_id, (user, password_file), (sha256, AGREE, comment), db, language, as_json=as_json)


@app.command("reject")
def reject(
    approval_id: Id,
    user: User,
    sha256: Sha,
    comment: Comment,
    db: Db = "",
    password_file: Secrets = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Reject it, with the reason."""
    _check(approval_id, (user, password_file), (sha256, REJECT, comment), db, language, as_json=as_json)


@app.command("withdraw")
def take_back(
    approval_id: Id,
    user: User,
    db: Db = "",
    comment: Comment = "",
    password_file: Secrets = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take back what one asked for oneself."""
    said = read_language(language)
    with opened_house(db) as house, signed_in(house, user, password_file, said) as who:
        _tell(refuse(withdraw(house, who, approval_id, comment), said), as_json=as_json)


def _check(approval_id: str, as_whom: tuple[str, str], verdict: tuple[str, str, str], db: str, language: str, *, as_json: bool) -> None:
    said = read_language(language)
    with opened_house(db) as house, signed_in(house, *as_whom, said) as who:
        found = check(house, who, approval_id, *verdict, may=open_door(house).may, acts=ACTS)
        _tell(refuse(found, said), as_json=as_json)


def _tell(done: Checked, *, as_json: bool) -> None:
    words = f"{done.approval_id}: {done.state}, {done.agreed} of {done.checkers} agreed" + (f"\n{done.outcome}" if done.outcome else "")
    tell(plain(done), words, as_json=as_json)
    if done.state == "refused":
        raise typer.Exit(REFUSED)


def text_of_approval(one: Approval, language: str) -> str:
    """Write an approval for a terminal."""
    now, then, changes, ledger, effect, schedule, said, filed = TITLES[language]
    is_english = language == "en"
    parts = [
        f"{_head(one, language)}\n{one.approval_id}  {one.state}  {one.maker}  {_at(one)}  {one.rule}",
        f"sha256 {one.sha256}" + (f"\n{one.reason}" if one.reason else ""),
        _table(changes, [("", now, then), *(_moved(line, is_english=is_english) for line in one.change)], 3),
    ]
    if one.ledger:
        rows = [
            (leg.en if is_english else leg.zh, str(leg.loan_id), leg.currency, grouped(leg.amount_minor, leg.currency))
            for leg in one.ledger
        ]
        parts.append(_table(ledger, rows, 3))
    if one.effect:
        parts.append(_table(effect, [("", now, then), *(_moved(line, is_english=is_english) for line in one.effect)], 1))
    parts += [_table(f"{schedule} {found.loan_id}", _schedule(found, now, then), 1) for found in one.schedules]
    if one.records:
        parts.append(f"{filed}: {', '.join(one.records)}")
    if one.verdicts:
        parts.append(_table(said, [(line.checker, line.verdict, instant_text(line.at), line.comment) for line in one.verdicts], 4))
    return "\n\n".join([*parts, *([one.outcome] if one.outcome else [])])


def _moved(line: Moved, *, is_english: bool) -> tuple[str, str, str]:
    name = line.en if is_english else line.zh
    return (f"{line.about}: {name}" if line.about else name, line.before, line.after)


def _schedule(found: Schedule, now: str, then: str) -> list[tuple[str, ...]]:
    """Give the due days with what falls due on each, now and then; of a long schedule its beginning."""
    sides = [{due.due_on: due.principal_minor + due.interest_minor + due.fee_minor for due in rows} for rows in (found.before, found.after)]
    days = sorted({*sides[0], *sides[1]})
    rows = [(day, *(text_of(side[day], found.currency) if day in side else "-" for side in sides)) for day in days[:ROWS_SHOWN]]
    more = [(f"+ {len(days) - ROWS_SHOWN}", "", "")] if len(days) > ROWS_SHOWN else []
    return [("", now, then), *rows, *more]


def _table(title: str, rows: Sequence[tuple[str, ...]], left: int) -> str:
    return f"{title}\n{aligned(rows, left=left)}"


def _head(one: Approval, language: str) -> str:
    return one.headline_en if language == "en" else one.headline_zh


def _at(one: Approval) -> str:
    return instant_text(one.made_at)


def _plain(one: Approval) -> dict[str, Any]:
    """Give an approval as plain values: amounts as text, instants as text."""
    said = plain(one)
    amount = said.pop("amount_minor")
    said["amount"] = text_of(amount, one.currency) if one.currency in EXPONENTS else ""
    return said
