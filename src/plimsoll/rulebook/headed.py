"""The head of a file of words or codes: from when, by what source, how sure, when to look again."""

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import CONFIDENCES

HEAD = ("from", "source", "confidence", "review_by")


def read_headed(field: Field, names: tuple[str, ...]) -> dict[str, Field]:
    """Check the head of a file and give what stands under some names. Raises Malformed with file, line and key."""
    found = field.fields((*HEAD, *names))
    found["from"].date()
    found["source"].text()
    found["confidence"].one_of(CONFIDENCES)
    found["review_by"].date()
    return found
