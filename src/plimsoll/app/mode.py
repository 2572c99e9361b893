"""How an installation is run: with real money, to try things, or to look only. Light, for whoever asks before anything else is loaded."""

import os
from typing import Final

LIVE, SANDBOX, READ_ONLY = "live", "sandbox", "read-only"
MODES: Final = (LIVE, SANDBOX, READ_ONLY)
VARIABLE: Final = "PLIMSOLL_MODE"


def named_mode() -> str:
    """Give the mode that the settings name, sandbox where they name none; it may be one that there is not."""
    return os.environ.get(VARIABLE, "") or SANDBOX
