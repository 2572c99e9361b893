"""`plimsoll policy register`, `check`, `approve`, `activate`, `retire`, `list`: the life of a table on the register of a book."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app import policy_tables
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.governed import Act, Artefact, listed, steps
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.policy_tables import Lender, On, bench, say
from plimsoll.interfaces.cli.tell import tell
from plimsoll.loan.filing import instant_text
from plimsoll.rulebook.table.lifecycle import KIND
from plimsoll.rulebook.underwriting import against, lookup_on
from plimsoll.units.refusal import Refused

NOT_THERE = ("artefact_unknown", "artefact_ambiguous")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The table: its YAML, or the CSV with its rows.")]
Digest = Annotated[str, typer.Argument(metavar="DIGEST", help="The digest of the table, or its first characters.")]
Actor = Annotated[str, typer.Option("--by", metavar="ACTOR", help="Who acts. Default: the name that this session runs under.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Report = Annotated[Path | None, typer.Option("--backtest", metavar="FILE", help="The report of `plimsoll policy backtest --out FILE`.")]


def register(file: File, by: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Enter a table as a draft."""
    with open_store(book_url(db)) as store:
        _tell(policy_tables.enter(store, file, _act(by, reason)), as_json=as_json)


def check(
    digest: Digest, by: Actor = "", reason: Reason = "", on: On = "", licence: Lender = "", db: Db = "", as_json: AsJson = False
) -> None:
    """Hold a draft against the lint; one without errors becomes checked."""
    held = bench(on, licence)
    with open_store(book_url(db)) as store:
        lookup = lookup_on(held.rules, held.on, held.licence)
        _tell(policy_tables.check(store, digest, against(), lookup, _act(by, reason)), as_json=as_json)


def approve(digest: Digest, by: Actor = "", reason: Reason = "", report: Report = None, db: Db = "", as_json: AsJson = False) -> None:
    """Approve a checked table, as another person than the one who entered it."""
    with open_store(book_url(db)) as store:
        _tell(policy_tables.approve(store, digest, _act(by, reason, _read(report))), as_json=as_json)


def activate(
    digest: Digest, by: Actor = "", reason: Reason = "", report: Report = None, on: On = "", db: Db = "", as_json: AsJson = False
) -> None:
    """Activate an approved table on the report of its back-test; the active one of its name retires."""
    held = bench(on, "")
    with open_store(book_url(db)) as store:
        _tell(policy_tables.activate(store, digest, held.on, _act(by, reason, _read(report))), as_json=as_json)


def retire(digest: Digest, by: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Take a table out of use for good."""
    with open_store(book_url(db)) as store:
        _tell(policy_tables.retire(store, digest, _act(by, reason)), as_json=as_json)


def list_all(db: Db = "", as_json: AsJson = False) -> None:
    """List the tables on the register with their last step."""
    with open_store(book_url(db)) as store:
        found = [(held, steps(store, held.digest)[-1]) for held in listed(store, KIND)]
    rows = [("name", "digest", "state", "since", "by", "reason")]
    rows += [(held.name, held.digest[:12], held.state, f"{last.at:%Y-%m-%d %H:%M}", last.actor, last.reason) for held, last in found]
    said = [_summary(held) | {"since": instant_text(last.at), "by": last.actor, "reason": last.reason} for held, last in found]
    tell(said, aligned(rows, left=len(rows[0])), as_json=as_json)


def _act(by: str, reason: str, evidence: str = "") -> Act:
    """Give who acts now and why."""
    return Act(by or getpass.getuser(), now(), reason, evidence)


def _read(report: Path | None) -> str:
    """Read a report; one that is not there ends the command with 2."""
    if report is None:
        return ""
    try:
        return report.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Stop(USAGE, f"--backtest: {report}: {wrong}") from None


def _tell(answer: Artefact | Refused, *, as_json: bool) -> None:
    """Print where the table stands, or end with why not."""
    if isinstance(answer, Refused):
        raise Stop(NOT_FOUND if answer.code in NOT_THERE else REFUSED, say(answer))
    tell(_summary(answer), f"{answer.name} {answer.digest[:12]}: {answer.state}", as_json=as_json)


def _summary(held: Artefact) -> dict[str, str]:
    return {"digest": held.digest, "name": held.name, "state": held.state, "made_by": held.made_by}
