"""Write docs/reference/codes.md from the closed list of refusals: every code with its status and its sentence in both languages.

python -m tools.codes_page
"""

import re
import sys
from itertools import groupby
from pathlib import Path
from typing import Final

from plimsoll.interfaces.http.statuses import RETRYABLE, status_of
from plimsoll.units import sentences, sentences_access, sentences_credit, sentences_lending
from plimsoll.units.sentences import SENTENCES

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "codes.md"
LINE: Final = re.compile(r'^    (?:# (?P<subject>.+)|"(?P<code>[a-z0-9_]+)": )')
HEAD: Final = """\
# Codes of refusals

Written by `make docs` from the closed list. A code is never renamed and never used for something else. The status is that of the
[API](api.md); on the command line a refusal ends with one of the [exit codes](exit-codes.md). After a code marked ↻ the same request, with
the same key, may be sent again. Each sentence says what, why, and what to do next, in the language asked for.
"""


def page() -> str:
    """Give the page, grouped as the list is."""
    lines = [HEAD]
    for subject, rows in groupby(grouped(), key=lambda row: row[0]):
        lines += [f"## {subject}", "", "| code | status | what it says | 中文 |", "| --- | --- | --- | --- |"]
        for _, code in rows:
            chinese, english = (text.replace("|", "\\|") for text in SENTENCES[code])
            lines.append(f"| `{code}` | {status_of(code)}{' ↻' * (code in RETRYABLE)} | {english} | {chinese} |")
        lines.append("")
    return "\n".join(lines)


def grouped() -> list[tuple[str, str]]:
    """Give every code with the subject above it in the source; asserts that none is left out."""
    found: dict[str, str] = {}
    subject = ""
    for module in (sentences, sentences_lending, sentences_credit, sentences_access):
        for line in Path(str(module.__file__)).read_text("utf-8").splitlines():
            match = LINE.match(line)
            if match and match["subject"]:
                subject = match["subject"].rstrip(".").partition(":")[0]
            elif match:
                found.setdefault(match["code"], subject)
    assert found.keys() == SENTENCES.keys(), SENTENCES.keys() ^ found.keys()
    return [(subject, code) for code, subject in found.items()]


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
