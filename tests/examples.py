"""How many examples a property draws: all of them where they are drawn anew (`make slow`), some where they are the same each time."""

import os

from hypothesis import settings

IS_NEW = os.environ.get("PLIMSOLL_EXAMPLES") == "new"


def draws(every_day: int, new: int, **more: object) -> settings:
    """Give the settings of a property that is too dear to draw as many examples every day as it draws in `make slow`."""
    return settings(max_examples=new if IS_NEW else every_day, deadline=None, **more)
