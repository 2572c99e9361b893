"""Staff a made-up house: one person for every role, with a password that is told, and second factors whose codes can be worked out."""

from typing import Final, NamedTuple

import pyotp

from plimsoll.app.access import grant, one_time
from plimsoll.app.access.first import first
from plimsoll.app.access.invitation import set_by_operator
from plimsoll.app.access.key import NewKey, make
from plimsoll.app.access.people import NewUser, register
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.role import AGENCY, BIDDER, BORROWER, FUNDER, HOUSE, roles_on
from plimsoll.app.house import LIVE, House
from plimsoll.units.refusal import Refused

PASSWORD: Final = "a load line for everybody"  # noqa: S105 -- of made-up people, told to whoever asks
"""Of everybody in a made-up house; a house that lends real money refuses to be staffed so."""
ADMINISTRATOR, SECOND = "admin-wu", "admin-zhou"
PARTIES: Final = {AGENCY: "north", FUNDER: "river-bank", BIDDER: "hengshan"}
"""For whom people act who are not of the house."""
NOT_HELD: Final = ("tenant_admin", "break_glass")
"""Roles that are given otherwise: to the administrators, and for an hour."""
OPERATOR: Final = Principal("operator", ())
REASON: Final = "made-up house"


class Login(NamedTuple):
    """Somebody who can sign in: the name, the role, for which party ("" the house), and the seed of their one-time codes."""

    user_id: str
    role: str
    title_en: str
    title_zh: str
    party: str
    seed: str


def staff(house: House) -> list[Login]:
    """Register one person for every role that a person holds, with the password of made-up houses and a second factor.

    Raises AssertionError for a house that lends real money, or that has an administrator already.
    """
    assert house.mode != LIVE, "nobody is made up where money is real"
    _must(first(house, OPERATOR, NewUser(ADMINISTRATOR, "Wu")))
    _must(set_by_operator(house, OPERATOR, ADMINISTRATOR, PASSWORD))
    administrator = Principal(ADMINISTRATOR, ("tenant_admin",), strong_at=house.now())
    _must(register(house, administrator, NewUser(SECOND, "Zhou")))
    _must(grant.give(house, administrator, SECOND, "tenant_admin", REASON))
    _must(set_by_operator(house, OPERATOR, SECOND, PASSWORD))
    logins = [_login(house, ADMINISTRATOR, "tenant_admin", ""), _login(house, SECOND, "tenant_admin", "")]
    for name, role in roles_on(house.today()).items():
        if role.is_machine or role.acts_for == BORROWER or name in NOT_HELD:
            continue
        party = PARTIES.get(role.acts_for, "")
        if role.acts_for != HOUSE and not party:
            continue
        user_id = name.replace("_", "-")
        _must(register(house, administrator, NewUser(user_id, role.title["en"], party=party)))
        _must(grant.give(house, administrator, user_id, name, REASON))
        _must(set_by_operator(house, OPERATOR, user_id, PASSWORD))
        logins.append(_login(house, user_id, name, party))
    return logins


def _login(house: House, user_id: str, role: str, party: str) -> Login:
    """Enrol a second factor for somebody, where the house has keys to seal it."""
    said = roles_on(house.today())[role]
    seed = ""
    if house.vault is not None and said.strong:
        who = Principal(user_id, (role,))
        enrolled = one_time.enrol(house, who)
        assert not isinstance(enrolled, Refused), enrolled
        seed = enrolled.seed
        _must(one_time.confirm(house, who, enrolled.challenge_id, pyotp.TOTP(seed).at(int(house.now().timestamp()))))
    return Login(user_id, role, said.title["en"], said.title["zh-CN"], party, seed)


def machine_key(house: House, role: str = "house_job") -> str:
    """Give a machine of the house a key, and its text, which is told this once."""
    administrator, second = (Principal(one, ("tenant_admin",), strong_at=house.now()) for one in (ADMINISTRATOR, SECOND))
    user_id = f"machine-{role.replace('_', '-')}"
    _must(register(house, administrator, NewUser(user_id, f"machine with the role {role}")))
    _must(grant.give(house, administrator, user_id, role, REASON))
    made = make(house, second, NewKey(user_id))
    assert not isinstance(made, Refused), made
    return made.text


def _must(found: object) -> None:
    assert not isinstance(found, Refused), found
