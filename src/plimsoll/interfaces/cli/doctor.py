"""`plimsoll doctor`: what is in order, left out or wrong with an installation and a book, each with its remedy."""

import json
from typing import Annotated

import typer

from plimsoll.app.config import URL_DEFAULT, book_url, now
from plimsoll.app.doctor import examine, is_healthy
from plimsoll.app.finding import GOOD, NOTE, Finding
from plimsoll.interfaces.cli.exits import FAILURE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.pages.static_files import COMMAND, VENDOR, missing

Warm = Annotated[bool, typer.Option("--warm", help="Compile the kernel now, so that no later command has to.")]


def command(db: Db = "", warm: Warm = False, as_json: AsJson = False) -> None:
    """Explain what is in order, left out or wrong, and what to do about it. Ends with 1 where something is wrong."""
    if warm:
        from plimsoll.interfaces.cli.warm import warm_up

        seconds = warm_up()
        if not as_json:
            print(f"The compiled kernel is warm ({seconds:.1f} s).\n")
    url = book_url(db)
    findings = [*examine(url, is_named=bool(db) or url != URL_DEFAULT, today=now().astimezone().date()), pages()]
    if as_json:
        print(json.dumps({"healthy": is_healthy(findings), "findings": [one._asdict() for one in findings]}, ensure_ascii=False))
    else:
        width = max(len(one.what) for one in findings)
        for one in findings:
            print(f"{one.state:<5}  {one.what:<{width}}  {one.said}")
            if one.state != GOOD:
                print(f"{'':<5}  {'':<{width}}  {one.remedy}")
    if not is_healthy(findings):
        raise Stop(FAILURE, "something is wrong; the remedies stand beside it")


def pages() -> Finding:
    """Look for the files that pages load from the server and that the build puts there."""
    absent = missing()
    if absent:
        return Finding("pages", NOTE, f"not there: {', '.join(absent)}; pages work, and look plain", f"Run: {COMMAND}")
    return Finding("pages", GOOD, ", ".join(VENDOR))
