"""Write docs/reference/asyncapi.json and docs/reference/events.md from the table of event types.

python tools/events_page.py
"""

import json
import sys
from pathlib import Path
from typing import Final

from plimsoll.app.events.asyncapi import asyncapi, catalogue
from plimsoll.app.events.type import full

REFERENCE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"
FILE, PAGE = REFERENCE / "asyncapi.json", REFERENCE / "events.md"
HEAD: Final = """\
# Events

Written by `python tools/events_page.py` from the table of types. The same for machines, with a JSON Schema and an example for each:
[asyncapi.json](asyncapi.json) (AsyncAPI 3.0).

An event is told once its record stands in the [audit chain](../explanation/audit.md), some seconds after it was committed. It is
CloudEvents 1.0 in JSON. It comes by webhook, and `GET /v1/events?after=CURSOR&types=…` lists the same: remember `next_after` and go on
from there.

- `cursor` is the number of the record in the chain: it grows, with gaps, over all events.
- `sequence` grows within the ordering key; a command's is its number among those of the customer or dossier, without a gap.
- `id` begins the hash of the record in the chain: `plimsoll audit prove CURSOR` proves that the event is true.
- `businessdate` is the day the thing takes effect, `time` the instant it was recorded.
- `data` holds ids, and of the command's answer only numbers, flags and codes from a closed list of names. Never personal data, never a text
  for people: ask the API for more, with your own permission.
- Unknown types will come: take no harm from them.

| type | when | ordering key |
| --- | --- | --- |
"""


def page() -> str:
    """Give the page."""
    return HEAD + "".join(f"| `{full(one.name)}` | {one.when} | {one.key} |\n" for one in catalogue())


def file() -> str:
    """Give the AsyncAPI file."""
    return json.dumps(asyncapi(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write both."""
    FILE.write_text(file(), "utf-8")
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
