"""Options that several commands share."""

from typing import Annotated

import typer

from plimsoll.interfaces.cli.given import read_language as read_language  # noqa: PLC0414 -- options and how they are read are one thing
from plimsoll.interfaces.cli.given import read_mode as read_mode  # noqa: PLC0414
from plimsoll.interfaces.cli.given import read_on as read_on  # noqa: PLC0414

Db = Annotated[
    str,
    typer.Option(
        "--db", metavar="URL", help="The book: sqlite:///PATH or postgresql://…. Default: $PLIMSOLL_DB, else sqlite:///plimsoll.db."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
AllowUnsafe = Annotated[bool, typer.Option("--allow-unsafe", help="Accept a PostgreSQL that may lose what it has committed.")]
Through = Annotated[str, typer.Option("--through", metavar="DATE", help="The last day to close.")]
Scans = Annotated[str, typer.Option("--tape", metavar="WHEN", help="Write tape and control totals daily, on the last day, or never.")]
Folder = Annotated[str, typer.Option("--tape-folder", metavar="DIR", help="Where the tape goes. Default: beside the book.")]
