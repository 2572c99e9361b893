"""What needs others to agree and is no command of the book, by its verb: how it is done when they have. One line an act."""

from typing import Final

from plimsoll.app import export_rows
from plimsoll.app.approve import give_role
from plimsoll.app.approve.execute import Acts
from plimsoll.app.hooks.approved import ACTS as HOOK_ACTS
from plimsoll.app.imports import apply

ACTS: Final[Acts] = {**HOOK_ACTS, apply.VERB: apply.KIND, export_rows.VERB: export_rows.KIND, give_role.VERB: give_role.KIND}
"""Handed to `plimsoll.app.approve.check.check` by every interface."""
