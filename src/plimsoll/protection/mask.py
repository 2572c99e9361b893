"""What is shown of personal data unless somebody gives a reason: enough to recognise it, too little to use it."""

from typing import Final

NAME, ID_NUMBER, PHONE, CARD = "name", "id_number", "phone", "card"
EMAIL, ADDRESS, EMPLOYER, WORDS, DOCUMENT = "email", "address", "employer", "words", "document"
FIELDS: Final = (NAME, ID_NUMBER, PHONE, CARD, EMAIL, ADDRESS, EMPLOYER, WORDS, DOCUMENT)
"""What the vault holds: one of a kind for each person and reference; `words` are letters and complaints, `document` a scanned paper."""
SEARCHED: Final = (NAME, ID_NUMBER, PHONE, CARD, EMAIL)
"""What people can be found by, exactly."""
STAR: Final = "*"
STARS: Final = "****"
_KEPT: Final = {ID_NUMBER: (4, 4), PHONE: (3, 4)}


def mask(field: str, value: str) -> str:
    """Give a value masked: 138****1234, 3301**********1234, ••1234, 张**, a***@example.com; of free text nothing at all."""
    if field in _KEPT:
        head, tail = _KEPT[field]
        hidden = len(value) - head - tail
        return value[:head] + STAR * hidden + value[-tail:] if hidden > 0 else STAR * len(value)
    if field == CARD:
        return "••" + value[-4:] if len(value) > 4 else STARS
    if field == NAME:
        words = value.split()
        shown = any(len(word) > 1 for word in words)  # of a name of single letters, to show the first of each is to show it whole
        return " ".join(word[:shown] + STAR * (len(word) - shown) for word in words)
    if field == EMAIL:
        name, at, place = value.partition("@")
        return f"{name[:1]}***@{place}" if at else STARS
    return STARS


def normal(field: str, value: str) -> str:
    """Give a value as it is searched: without spaces and hyphens in numbers, letters of one size."""
    kept = value if field in (NAME, EMAIL) else "".join(one for one in value if one not in " -")
    return " ".join(kept.casefold().split())
