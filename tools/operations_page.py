"""Write docs/reference/operations.md from the table of operations: what the API can be asked, who may, what needs a second person.

python -m tools.operations_page
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

from plimsoll.interfaces.http.openapi import openapi
from plimsoll.rulebook.rules import load

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "operations.md"
HEAD: Final = """\
# Operations of the API

Written by `make docs` from the table that the routes are made from. Fields, examples and answers stand in the server itself
(`/v1/reference`, `/v1/openapi.json`); [the API](api.md) says how things are written, and [permissions](permissions.md) who holds what.

In the column *marks*: `key` needs an Idempotency-Key · `match` needs If-Match · `log` puts each look at personal data on record before it
is given · `open` may be asked without signing in. A dash as permission: anybody signed in. *Second person* names the
[policy](rules-policy.md#approvals) that may ask for one.
"""


def page() -> str:
    """Give the page, a table for each subject, with the policies of the last day that is written down."""
    groups: dict[str, list[str]] = {}
    for path, methods in openapi(load(), date.max)["paths"].items():
        for method, one in methods.items():
            groups.setdefault(one["tags"][0], []).append(_row(method.upper(), path, one))
    lines = [HEAD]
    for tag in sorted(groups):
        lines += [
            f"## {tag}",
            "",
            "| operation | asked as | for | permission | marks | second person |",
            "| --- " * 6 + "|",
            *groups[tag],
            "",
        ]
    return "\n".join(lines)


def _row(method: str, path: str, one: Any) -> str:
    needed = {field["name"] for field in one["parameters"] if field["in"] == "header" and field["required"]}
    marks = [
        word
        for word, is_so in (
            ("key", "Idempotency-Key" in needed),
            ("match", "If-Match" in needed),
            ("log", one["x-pii"]),
            ("open", "security" in one),
        )
        if is_so
    ]
    eyes = ", ".join(f"`{key.removeprefix('POLICY.APPROVAL.')}`" for key in one.get("x-four-eyes", ()))
    permission = f"`{one['x-permission']}`" if one["x-permission"] else "–"
    said = f"{one['summary']} · {one['x-summary-zh']}".replace("|", "\\|")
    return f"| `{one['operationId']}` | {method} `{path}` | {said} | {permission} | {', '.join(marks)} | {eyes} |"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
