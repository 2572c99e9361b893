# ruff: noqa: E501
# fmt: off
"""The sentences of the doors: who may, what needs a second pair of eyes, what the API, its webhooks and imports refuse."""

from typing import Final

ACCESS: Final[dict[str, tuple[str, str]]] = {
    # Who may
    "absent": ("找不到该对象，或您无权查看。请核对编号。", "There is nothing of that name, or you may not see it. Check the id."),
    "permission_missing": ("您没有执行此操作的权限。请联系管理员授予相应角色。", "You do not hold the permission for this. Ask an administrator for a role that has it."),
}
