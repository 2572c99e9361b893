"""`plimsoll contract`: the contract about a loan as PDF, from the customer's file and the vault."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.contract import contract_data, contract_pages, contract_pdf
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.keyring import Keyring, keyring_path, read_keyring
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import LANGUAGES, Refused

Customer = Annotated[int, typer.Option("--customer", metavar="ID", help="Whose contract.")]
About = Annotated[str, typer.Option("--about", metavar="ID", help="The loan; account:number for instalments; the application; plan:ID.")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Where the PDF goes. Default: contract-ID.pdf.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
Pages = Annotated[bool, typer.Option("--pages", help="Write a picture of each page (FILE-1.png, …) instead of a PDF.")]


def command(
    customer: Customer, about: About, out: Out = "", lang: Lang = "zh-CN", pages: Pages = False, db: Db = "", as_json: AsJson = False
) -> None:
    """Write the contract about a debt: summary, cost table as shown and confirmed, terms, and each authorisation by itself."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang {lang}: one of {', '.join(LANGUAGES)}")
    at = now()
    with open_store(book_url(db)) as store:
        data = contract_data(store, customer, about, lang, lawful_rules(), at, _keys())
    if isinstance(data, Refused):
        raise Stop(NOT_FOUND if data.code in ("disclosure_missing", "plan_unknown") else FAILURE, data.text(lang))
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
        return
    path = Path(out or f"contract-{about.replace(':', '-')}.pdf")
    made = contract_pages(data, at) if pages else contract_pdf(data, at)
    if isinstance(made, Refused):
        raise Stop(FAILURE, made.text(lang))
    files = [path] if isinstance(made, bytes) else [path.with_name(f"{path.stem}-{n}.png") for n in range(1, len(made) + 1)]
    for file, content in zip(files, [made] if isinstance(made, bytes) else made, strict=True):
        file.write_bytes(content)
        print(file)


def _keys() -> Keyring | None:
    """Give the keys of the vault; without them the borrower is shown by number, and a line on standard error says so."""
    try:
        return read_keyring(keyring_path())
    except StoreTrouble as trouble:
        print(f"plimsoll contract: the borrower is shown by number: {trouble.text()}", file=sys.stderr)
        return None
