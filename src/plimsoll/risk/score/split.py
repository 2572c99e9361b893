"""Who decides for whom: a challenger takes a fixed share of customers from the champion, always the same ones, chosen by nobody.

A customer's place between 0 and 9,999 is a hash of the customer's number with a salt. It stays as long as the salt stays, so nobody
changes hands between two visits; a larger share only adds customers; and two salts choose independently, so that one trial does not
lean on another. The challenger's digest is the salt of its trial.
"""

from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

WHOLE_BP: Final = 10_000
"""All customers, in basis points."""


class Split(NamedTuple):
    """A trial: its salt, and the share of customers that the challenger decides, in basis points; 0 is scoring in the shadow only."""

    salt: str
    share_bp: int


def basis_points(share: Rate) -> int:
    """Give a share of all customers in basis points, rounded down, at most all."""
    return min(WHOLE_BP, share.num * WHOLE_BP // share.den)


def place_of(customer_id: int, salt: str) -> int:
    """Give a customer's place, 0 to 9,999, evenly spread over customers."""
    digest = sha256(f"{salt}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % WHOLE_BP


def is_chosen(customer_id: int, split: Split) -> bool:
    """Tell whether a customer belongs to the share."""
    assert 0 <= split.share_bp <= WHOLE_BP, split
    return place_of(customer_id, split.salt) < split.share_bp


def challenger_split(rules: Rules, on: date, digest: str) -> Split:
    """Give the split of the trial of a challenger; its digest is the salt. Raises Malformed rule_not_in_force."""
    share = rules.rate("POLICY.MODEL.CHALLENGER", on)
    if share is None:
        raise Malformed("rule_not_in_force", f"POLICY.MODEL.CHALLENGER on {on}")
    return Split(digest, basis_points(share))
