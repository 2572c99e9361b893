"""`plimsoll decision`: a decision on record, explained, or taken again from what is stored."""

import json
from typing import Annotated

import typer

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.replay_decision import Decided, Replayed, decisions_of, replay
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.apply import plain_explanation
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.tell_decision import explanation_lines, line_lines, price_lines, score_lines, stages_lines
from plimsoll.origination.explain import explain
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import LANGUAGES, Refused

app = typer.Typer(help="A decision on record: show it, explain it, take it again.", no_args_is_help=True, add_completion=False)

Id = Annotated[str, typer.Argument(metavar="APPLICATION", help="The id of the application.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]


@app.command("replay")
def replay_one(application: Id, db: Db = "", as_json: AsJson = False) -> None:
    """Decide again on the evidence and by the versions of that instant; the hash must be the same, or it is said what differs."""
    with open_store(book_url(db)) as store:
        found = [_replayed(store, one) for one in _decisions(store, application)]
    told = [_told(one) for one in found]
    if as_json:
        print(json.dumps({"application_id": application, "decisions": told}, ensure_ascii=False))
    else:
        for one in found:
            same = "the same hash" if one.is_same else "ANOTHER HASH"
            print(f"{application} of customer {one.decided.customer_id}, filing {one.decided.filing.n}: {same}, {one.digest}")
            if one.edited:
                print(f"edited since, in nothing that this decision rests on: {', '.join(one.edited)}")
            if one.differs:
                print(aligned([("what", "on record", "now"), *one.differs], left=3))
    if not all(one.is_same and not one.differs for one in found):
        raise Stop(VERIFICATION_FAILED, f"{application}: what is stored does not lead to the decision that is stored")


@app.command()
def show(application: Id, db: Db = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Show the last decision on an application: stages, score, load line, price and limit, and what is told to the applicant."""
    if language not in LANGUAGES:
        raise Stop(USAGE, f"--language {language}: one of {', '.join(LANGUAGES)}")
    with open_store(book_url(db)) as store:
        decided = _decisions(store, application)[-1]
        again = _replayed(store, decided).again
    told = explain(again)
    if as_json:
        print(json.dumps({"decision": dict(decided.said), "explanation": plain_explanation(told)}, ensure_ascii=False))
        return
    parts = (stages_lines, score_lines, line_lines, price_lines)
    print("\n\n".join("\n".join(lines(again, language)) for lines in parts))
    print("\n" + "\n".join(explanation_lines(told, language)))


def _decisions(store: Store, application: str) -> list[Decided]:
    found = decisions_of(store, application)
    if not found:
        raise Stop(NOT_FOUND, f"there is no decision on an application {application!r} in {store.address.shown()}")
    return found


def _replayed(store: Store, decided: Decided) -> Replayed:
    found = replay(store, decided, lawful_rules())
    if isinstance(found, Refused):
        raise Stop(NOT_FOUND, found.text())
    return found


def _told(one: Replayed) -> dict[str, object]:
    """Give a replay as plain values."""
    return {
        "customer_id": one.decided.customer_id,
        "filing": one.decided.filing.n,
        "outcome": one.decided.said["outcome"],
        "digest": one.digest,
        "digest_now": one.digest_now,
        "is_same": one.is_same,
        "differs": [list(part) for part in one.differs],
        "edited": list(one.edited),
    }
