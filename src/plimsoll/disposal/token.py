"""Names that stand for people and loans until a package is closed: nobody without the package's secret can tell whose they are."""

import hmac
from hashlib import sha256
from typing import Final

LENGTH: Final = 16
SECRET_LENGTH: Final = 32
"""Hexadecimal digits of the secret of a package: 128 bits."""


def token_of(secret: str, kind: str, number: int) -> str:
    """Give the name of a borrower ("B") or loan ("L") in one package: HMAC-SHA-256 under its secret, 64 bits of it."""
    return kind + hmac.new(bytes.fromhex(secret), f"{kind}\0{number}".encode(), sha256).hexdigest()[:LENGTH]


def is_secret(secret: str) -> bool:
    """Tell whether a text can be the secret of a package."""
    return len(secret) == SECRET_LENGTH and all(digit in "0123456789abcdef" for digit in secret)
