"""The command, where it is not installed: `python -m plimsoll`."""

import sys

from plimsoll.interfaces.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
