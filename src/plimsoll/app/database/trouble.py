"""What can be wrong with a store: unreachable, busy, made by another version, not durable. Nothing of the trade is in here."""

from plimsoll.units.refusal import sentence


class StoreTrouble(Exception):
    """The store cannot do what was asked: a code from the closed list, what happened, and the remedy where one is known.

    Nothing was stored, unless the code is `outcome_unknown`: then the connection broke while committing, and repeating the
    command with the same key tells what happened.
    """

    def __init__(self, code: str, detail: str = "", remedy: str = "") -> None:
        super().__init__(code, detail, remedy)
        self.code = code
        self.detail = detail
        self.remedy = remedy

    def text(self, language: str = "en") -> str:
        """Give the sentence, what happened, and the remedy."""
        said = sentence(self.code, language)
        return " ".join(part for part in (said, f"[{self.detail}]" if self.detail else "", self.remedy) if part)

    def __str__(self) -> str:
        """Give the English text."""
        return self.text()


class Clash(Exception):
    """A row is there already, or two transactions waited for each other; all is rolled back, and trying again at once may succeed.

    `table` names the table whose key was there already, "" where that was not the reason.
    """

    def __init__(self, said: str, table: str = "") -> None:
        super().__init__(said)
        self.table = table


class LimitGuard(Exception):
    """The guarded update found a line that would be oversold, frozen or gone; the transaction is rolled back."""
