"""A rulebook as the key of a cache: two that say the same are the same."""

from plimsoll.rulebook.rules import Rules


class ByDigest:
    """A rulebook that is known by its digest."""

    __slots__ = ("rules",)

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        """Give the hash of the digest."""
        return hash(self.rules.digest)

    def __eq__(self, other: object) -> bool:
        """Tell whether both say the same."""
        return isinstance(other, ByDigest) and self.rules.digest == other.rules.digest
