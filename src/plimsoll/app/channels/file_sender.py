"""Messages into a file that a provider fetches: JSON lines, one message a line, and receipts out of a file that it delivers."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from plimsoll.app.channels.port import Message, NotTaken, Receipt, Taken
from plimsoll.units.refusal import Malformed

LINE_LENGTH_MAX: Final = 10_000
OWNER_ONLY: Final = 0o600


class FileSender:
    """Appends to one file, readable by its owner alone; reads receipts from another, if there is one."""

    def __init__(self, path: Path, receipts: Path | None = None) -> None:
        self._path = path
        self._receipts = receipts

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:
        """Append a line; channel_unreachable where the file cannot be written."""
        said = {
            "message": message.message,
            "channel": message.channel,
            "language": message.language,
            "address": message.address,
            "text": message.text,
            "at": now.isoformat(timespec="seconds"),
        }
        try:
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY), "a", encoding="utf-8") as lines:
                lines.write(json.dumps(said, ensure_ascii=False) + "\n")
        except OSError as failed:
            return NotTaken("channel_unreachable", failed.strerror or "")
        return Taken(message.message)

    def receipts(self) -> list[Receipt]:
        """Give what the file of receipts says, each line {"message", "state", "at", "code"}.

        Raises Malformed with file and line: file_missing, row_malformed, instant_malformed.
        """
        return [] if self._receipts is None else read_receipts(self._receipts)


def read_receipts(path: Path) -> list[Receipt]:
    """Read a file of receipts. Raises Malformed with file and line: file_missing, file_not_text, row_malformed, instant_without_zone."""
    found = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_receipt(line, path.name, number))
    except OSError as missing:
        raise Malformed("file_missing", missing.strerror or "", file=path.name) from None
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=path.name) from None
    return found


def _receipt(line: str, file: str, number: int) -> Receipt:
    try:
        said = json.loads(line[:LINE_LENGTH_MAX])
        at = datetime.fromisoformat(said["at"])
        words = [said["message"], said["state"], said.get("code", "")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Malformed("row_malformed", line[:60], file=file, line=number) from None
    if not all(isinstance(word, str) for word in words):
        raise Malformed("row_malformed", line[:60], file=file, line=number)
    if at.tzinfo is None:
        raise Malformed("instant_without_zone", said["at"], file=file, line=number)
    return Receipt(words[0], words[1], at, words[2])
