"""Write docs/reference/settings.md: what an installation may be told, by file and by environment, and what holds where it is told nothing.

python -m tools.settings_page
"""

import sys
from pathlib import Path
from typing import Final

from plimsoll.app.channels.named import APPRISE_VARIABLE, TOKEN_VARIABLE
from plimsoll.app.config import URL_DEFAULT
from plimsoll.app.house import SANDBOX
from plimsoll.app.settings import FILE, FILE_VARIABLE, PREFIX, SETTINGS
from plimsoll.interfaces.cli.up import LOOPBACK, PORT_DEFAULT

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "settings.md"
HEAD: Final = f"""\
# Settings

Written by `make docs` from the list that the program reads. A setting stands in the environment, or in `{FILE}` (in the working folder, or
the file that `{FILE_VARIABLE}` names); the environment goes first, and an option of a command goes before both. How to set them:
[configure](../how-to/configure.md). `plimsoll doctor` shows what is in force.

| in the file | in the environment | what it is | where nothing is said |
| --- | --- | --- | --- |
"""
DEFAULTS: Final = {
    "db": f"`{URL_DEFAULT}`",
    "tape": "beside a SQLite book, else the working folder",
    "vault_keys": "no personal data can be kept; a live house does not start",
    "audit_key": "the chain is sealed but not signed; a live house does not start",
    "audit_anchor": "no checkpoint is kept outside the book; a live house does not start",
    "clocks": "beside a SQLite book, else the working folder",
    "site": "`localhost`",
    "proxies": "none is believed",
    "webhooks_loopback": "no; a live house never heeds it",
    "mode": f"`{SANDBOX}`",
    "host": f"`{LOOPBACK}`",
    "port": f"`{PORT_DEFAULT}`",
    "codes": "`sandbox`: they are made up and shown; a live house sends none",
    "fonts": "the fonts of the system",
}
SECRETS: Final = {
    TOKEN_VARIABLE: "the token shown to the gateway that reminders and codes leave through",
    APPRISE_VARIABLE: "JSON: for each channel the address of a service of Apprise",
}
TAIL: Final = """
Secrets are not read from the file; where a command needs one, it is in the environment alone:

| in the environment | what it is |
| --- | --- |
"""


def page() -> str:
    """Give the page; asserts that every setting has its line."""
    assert DEFAULTS.keys() == SETTINGS.keys(), DEFAULTS.keys() ^ SETTINGS.keys()
    rows = "".join(f"| `{name}` | `{PREFIX}{name.upper()}` | {said} | {DEFAULTS[name]} |\n" for name, said in SETTINGS.items())
    return HEAD + rows + TAIL + "".join(f"| `{name}` | {said} |\n" for name, said in SECRETS.items())


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
