"""Write every page of docs/reference that says what the program says.

python -m tools.reference_pages
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools import (
    catalogues_page,
    codes_page,
    commands_page,
    events_page,
    operations_page,
    permissions_page,
    rules_pages,
    settings_page,
    tape_page,
)

PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    commands_page.PAGE: commands_page.page,
    permissions_page.PAGE: permissions_page.page,
    events_page.PAGE: events_page.page,
    events_page.FILE: events_page.file,
    codes_page.PAGE: codes_page.page,
    operations_page.PAGE: operations_page.page,
    settings_page.PAGE: settings_page.page,
    tape_page.PAGE: tape_page.page,
    rules_pages.LAW: rules_pages.law,
    rules_pages.POLICY: rules_pages.policy,
    rules_pages.PRODUCTS: rules_pages.products,
    catalogues_page.ACCOUNTS: catalogues_page.accounts,
    catalogues_page.REASONS: catalogues_page.reasons,
}
"""Each page with what gives it."""


def main() -> int:
    """Write them."""
    for path, page in PAGES.items():
        path.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
