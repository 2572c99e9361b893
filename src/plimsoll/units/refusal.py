"""What the house answers when it says no: a `Refused` value, or `Malformed` for input that cannot be read.

The codes form one closed list (`units/sentences.py`), lower-case, readable as sentences, and never used again for something else.
"""

from dataclasses import dataclass

from plimsoll.units.sentences import SENTENCES

LANGUAGES = ("zh-CN", "en")


def sentence(code: str, language: str = "en") -> str:
    """Give what `code` means, why, and what to do next, in "zh-CN" or "en"."""
    assert code in SENTENCES, f"{code} is not in units/sentences.py"
    assert language in LANGUAGES, language
    return SENTENCES[code][LANGUAGES.index(language)]


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected no: a code from the closed list, the rulebook key that decided ("" if none), and the numbers of this case."""

    code: str
    rule: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        """Hold the list closed: an unknown code is a bug."""
        assert self.code in SENTENCES, f"{self.code} is not in units/sentences.py"

    def text(self, language: str = "en") -> str:
        """Give the sentence for people, with the numbers of this case and the rule behind it."""
        said = sentence(self.code, language)
        if self.detail:
            said += f" [{self.detail}]"
        return f"{said} ({self.rule})" if self.rule else said


class Malformed(ValueError):
    """Input that cannot be read: what is wrong, where (file, line counted from 1, key), and how to put it right.

    Every parser of the house raises this one exception; the door that called it turns it into an answer and stores nothing.
    """

    def __init__(self, code: str, detail: str = "", *, file: str = "", line: int = 0, key: str = "", remedy: str = "") -> None:
        """Take a code from the closed list, and as much of the place as is known here (`at` adds the rest)."""
        assert code in SENTENCES, f"{code} is not in units/sentences.py"
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.file = file
        self.line = line
        self.key = key
        self.remedy = remedy

    def at(self, *, file: str = "", line: int = 0, key: str = "") -> "Malformed":
        """Give the same complaint with the place filled in; what an inner parser already knew is kept, keys join to a path."""
        path = f"{key}.{self.key}" if key and self.key else key or self.key
        return Malformed(self.code, self.detail, file=self.file or file, line=self.line or line, key=path, remedy=self.remedy)

    def place(self) -> str:
        """Give the place as "file:line: key", leaving out what is not known."""
        known = f"{self.file}:{self.line}" if self.file and self.line else self.file or (f"line {self.line}" if self.line else "")
        return ": ".join(part for part in (known, self.key) if part)

    def text(self, language: str = "en") -> str:
        """Give the place, the sentence, the offending input and the remedy."""
        said = sentence(self.code, language)
        if self.detail:
            said += f" [{self.detail}]"
        return " ".join(part for part in (self.place() and self.place() + ":", said, self.remedy) if part)

    def __str__(self) -> str:
        """Give the English text."""
        return self.text()
