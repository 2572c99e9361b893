"""Write docs/reference/permissions.md from policy and the program: roles, permissions, verbs, and what is kept apart.

python tools/permissions_page.py [PATH]
"""

import sys
from datetime import date
from pathlib import Path

from plimsoll.app.access.permission import SAID, Permission
from plimsoll.app.access.role import REACH, Role, roles_on
from plimsoll.app.access.verbs import VERBS
from plimsoll.rulebook.access_conflict import load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "permissions.md"
LETTERS = {"own": "o", "assigned": "a", "unit": "u", "house": "**h**"}
HEAD = """\
# Permissions

Written by `make docs` from policy (`rulebook/policy/access/`) and program; [who may do what](../explanation/who-may-do-what.md) says why.
What is not listed is denied. A permission reaches as far as one of four relations, each holding for the nearer ones too:

| | relation | holds for |
| --- | --- | --- |
| o | own | oneself, or the party that one acts for |
| a | assigned | a case or review that one holds, a customer placed with one's agency, a loan of one's funder |
| u | unit | a customer of one's branch or team; who belongs to no unit works for the whole house |
| **h** | house | everybody, and what concerns nobody: the close, the rulebook, a report |

A star marks what needs a second factor shown a short time ago, `†` what holds in a sandbox only. What one may not see looks like what is
not there (404); what one may see but not do is refused (403).
"""


def main(arguments: list[str]) -> int:
    """Write the page, to a path where one is given."""
    path = Path(arguments[0]) if arguments else PAGE
    path.write_text(page(), "utf-8")
    return 0


def page() -> str:
    """Return the page as policy has it by the end of time: every change that is written down has come."""
    roles = list(roles_on(date.max).values())
    return "\n".join([HEAD, *_roles(roles), *_permissions(roles), *_verbs(), *_apart()]) + "\n"


def _roles(roles: list[Role]) -> list[str]:
    rows = [f"| [`{one.name}`](#{one.name}) | {one.title['en']} | {one.title['zh-CN']} | {_who(one)} | {len(one.gives)} |" for one in roles]
    table = ["## Roles", "", "| role | | | acts for | permissions |", "| --- | --- | --- | --- | --- |", *rows, ""]
    for one in roles:
        table += [f"### {one.name}", "", *[f"- {line}" for line in _given(one)], ""]
    return table


def _who(role: Role) -> str:
    return f"{role.acts_for}, a machine" if role.is_machine else role.acts_for


def _given(role: Role) -> list[str]:
    found = []
    for relation in REACH:
        words = [f"`{one}`{_mark(role, one)}" for one, far in role.gives.items() if far is relation]
        if words:
            found.append(f"{relation}: {', '.join(words)}")
    return [*found, f"may decide reviews as {', '.join(role.ranks)}"] if role.ranks else found


def _mark(role: Role, permission: str) -> str:
    return "\\*" * (permission in role.strong) + "†" * (permission in role.sandbox)


def _permissions(roles: list[Role]) -> list[str]:
    lines = ["## Permissions", "", "| permission | may | 可以 | who, and how far |", "| --- | --- | --- | --- |"]
    for one in Permission:
        who = [f"{role.name} {LETTERS[role.gives[one]]}{_mark(role, one)}" for role in roles if one in role.gives]
        lines.append(f"| `{one}` | {SAID[one][0]} | {SAID[one][1]} | {', '.join(who)} |")
    return [*lines, ""]


def _verbs() -> list[str]:
    rows = [f"| `{name}` | `{access.permission}` | {_more(name)} |" for name, access in VERBS.items()]
    return ["## Verbs", "", "What each [verb](verbs.md) asks for.", "", "| verb | permission | |", "| --- | --- | --- |", *rows, ""]


def _more(name: str) -> str:
    access = VERBS[name]
    found = [f"in the name of its `{access.party}`"] * bool(access.party)
    found += [f"`{access.ranked}` is a rank of the role"] * bool(access.ranked)
    found += ["the rate is the one agreed, for a borrower"] * access.is_priced
    found += [f"{', '.join(f'`{one}`' for one in access.kept)} left to the house"] * bool(access.kept)
    found += [f"`{field}` is {value} for oneself and not set for others" for field, value in access.own.items()]
    return "; ".join(found)


def _apart() -> list[str]:
    kept = load()
    lines = ["## Kept apart", "", "Nobody holds a permission of both sides; refused where a role is given and where something is done:", ""]
    lines += ["| | one side | the other |", "| --- | --- | --- |"]
    lines += [f"| {one.title['en']} | {_words(one.one)} | {_words(one.other)} |" for one in kept.conflicts]
    lines += ["", "Who did one of the first on a customer or dossier does none of the later ones on it for some days:", ""]
    lines += ["| | first | then | days |", "| --- | --- | --- | --- |"]
    lines += [f"| {one.title['en']} | {_words(one.first)} | {_words(one.then)} | {one.days} |" for one in kept.steps]
    lines += ["", f"Nobody does as staff, for themselves or for somebody with the same device, phone or card: {_words(kept.related)}."]
    lines += ["", f"Roles that go with no other: {_words(kept.alone)}. Never given, only come by: {_words(kept.not_given)}."]
    return lines


def _words(words: frozenset[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(words))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
