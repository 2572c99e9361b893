"""My account: what everybody looks after for themselves: the password, one-time codes, passkeys, and where they are signed in."""

from typing import Any, Final

from plimsoll.app.access import invitation, one_time, passkey, people, session
from plimsoll.app.access.policy import password_lengths
from plimsoll.app.show.roles import role_rows
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Code,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Panel,
    Part,
    Said,
    Table,
    Text,
    board,
    fact,
    heads,
    instant,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.passkeys import Ceremony, answer_of, options_file
from plimsoll.interfaces.pages.qr import picture
from plimsoll.interfaces.pages.visit import Done, Go, Page, Screen, Shown, Visit
from plimsoll.units.refusal import Refused

PATH: Final = "/account"
LABEL_MAX: Final = 60


def show(visit: Visit) -> Shown:
    """Show who one is here, and what one signs in by."""
    return _board(visit, None)


def _board(visit: Visit, told: Panel | None) -> Shown:
    user, keys = people.get(visit.house, visit.who.user_id), passkey.passkeys_of(visit.house, visit.who.user_id)
    if isinstance(user, Refused):
        return user
    has_factor = user.has_one_time or bool(keys)
    panels = [
        told,
        Panel("", [Said("warn", visit.t("account.no-factor"))], "factor") if not has_factor else None,
        _about(visit, user),
        Panel(visit.t("account.password"), [_password(visit)], "password", width="half"),
        _codes(visit, user, is_first=not has_factor),
        _passkeys(visit, keys, has_factor=has_factor),
        _sessions(visit),
    ]
    return board(Heading(visit.t("account.title"), visit.t("account.lead")), panels)


def _about(visit: Visit, user: people.User) -> Panel:
    titles = {one.role: one.title_zh if visit.speech == "zh-CN" else one.title_en for one in role_rows(visit.today())}
    rows = [
        fact(visit, "sign-in.user", text(user.user_id)),
        fact(visit, "user.name", text(user.name)),
        fact(visit, "user.roles", text(", ".join(titles.get(one, one) for one in visit.who.roles))),
        fact(visit, "user.unit", text(user.unit or user.party)),
        fact(visit, "account.strong", text(written.instant(visit.who.strong_at) if visit.who.strong_at else "")),
    ]
    return Panel(visit.t("account.about"), [Facts(rows)], "about", width="half")


def _password(visit: Visit) -> Form:
    shortest, longest = password_lengths(visit.house.rules, visit.house.now())
    fields = (
        Field("user", kind="whose", value=visit.who.user_id),
        Field("old", visit.t("account.password.old"), "password", auto="current-password", longest=longest),
        Field(
            "password", visit.t("invitation.password"), "password", auto="new-password", longest=longest,
            hint=visit.t("invitation.password.hint", {"n": shortest}),
        ),
        Field("again", visit.t("invitation.again"), "password", auto="new-password", longest=longest),
    )  # fmt: skip
    is_asked = visit.form.get("act") == "password"
    said = visit.t("account.password.said")
    return Form("password", visit.t("account.password.change"), visit.t("account.password.do"), fields, said, is_open=is_asked)


def _codes(visit: Visit, user: people.User, *, is_first: bool) -> Panel:
    """Give what there is to do about one-time codes: set them up, or set them up anew."""
    state = Said("good" if user.has_one_time else "", visit.t("account.codes.on" if user.has_one_time else "account.codes.off"))
    title = visit.t("account.codes.again" if user.has_one_time else "account.codes.set")
    form = Form("enrol", title, title, (), visit.t("account.codes.said"), is_folded=not is_first, tone="btn-primary" if is_first else "")
    return Panel(visit.t("account.codes"), [state, form], "codes", width="half")


def _passkeys(visit: Visit, keys: list[passkey.Passkey], *, has_factor: bool) -> Panel:
    rows = [(text(one.label or one.credential[:12]), instant(one.made_at)) for one in keys]
    columns = ("account.passkey.label", "work.since")
    parts: list[Any] = [Table(visit.t("account.passkeys"), heads(visit, *columns), rows, empty="account.passkeys.none", is_dense=True)]
    if has_factor and visit.who.strong_at is None:
        parts += [Text(visit.t("account.show-first")), Links([(visit.t("state.forbidden.second"), f"/second-factor?next={PATH}")])]
        return Panel(visit.t("account.passkeys"), parts, "passkeys", "account.passkeys", width="half")
    label = Field("label", visit.t("account.passkey.label"), is_needed=False, hint=visit.t("account.passkey.hint"), longest=LABEL_MAX)
    parts.append(Ceremony("create", "ask_passkey", "add_passkey", visit.t("account.passkey.add"), (label,)))
    if keys:
        options = [(one.credential, one.label or one.credential[:12]) for one in keys]
        which = Field("passkey", visit.t("account.passkey.label"), "choice", options=options)
        remove = visit.t("account.passkey.remove")
        parts.append(Form("remove_passkey", remove, remove, (which,), visit.t("account.passkey.remove.said"), tone="btn-danger"))
    return Panel(visit.t("account.passkeys"), parts, "passkeys", "account.passkeys", width="half")


def _sessions(visit: Visit) -> Panel:
    found = session.sessions_of(visit.house, visit.who.user_id, visit.token)
    rows = [
        (
            instant(one.started_at),
            instant(one.seen_at),
            instant(one.strong_at),
            text(one.device, under=visit.t("session.this") if one.is_this else ""),
        )
        for one in found
    ]
    columns = ("session.started", "session.seen", "session.strong", "session.device")
    parts: list[Any] = [Table(visit.t("session.title"), heads(visit, *columns), rows, is_dense=True)]
    others = [(one.session_id, f"{written.instant(one.started_at)} {one.device[:60]}") for one in found if not one.is_this]
    if others:
        which = Field("session", visit.t("session.title"), "choice", options=others, is_wide=True)
        parts.append(Form("end", visit.t("account.session.end"), visit.t("account.session.end.do"), (which,)))
        parts.append(Form("end_others", visit.t("account.session.others"), visit.t("account.session.others"), (), is_folded=False))
    return Panel(visit.t("session.title"), parts, "sessions")


def _change_password(visit: Visit) -> Done:
    """Change one's own password."""
    form = visit.form
    if form.get("password", "") != form.get("again", ""):
        return Refused("passwords_differ")
    found = invitation.change_password(visit.house, visit.who, visit.token, form.get("old", ""), form.get("password", ""))
    return found if isinstance(found, Refused) else Go(PATH, "done.password")


def _enrol(visit: Visit) -> Done:
    """Show what an authenticator is set up with, this once, and ask for its first code."""
    found = one_time.enrol(visit.house, visit.who)
    return found if isinstance(found, Refused) else _ask_first(visit, found.challenge_id, found.seed, found.uri)


def _ask_first(visit: Visit, challenge: str, seed: str, uri: str) -> Done:
    fields = (
        Field("code", visit.t("sign-in.code"), "code", auto="one-time-code", longest=6),
        Field("challenge", kind="hidden", value=challenge),
        Field("seed", kind="hidden", value=seed),
        Field("uri", kind="hidden", value=uri),
    )
    form = Form("confirm", "", visit.t("account.codes.confirm"), fields, is_folded=False, tone="btn-primary")
    spaced = " ".join(seed[n : n + 4] for n in range(0, len(seed), 4))
    parts: list[Part] = [Text(visit.t("account.codes.scan")), picture(uri, visit.t("account.codes.picture")), form]
    parts += [Text(visit.t("account.codes.seed")), Code(spaced), Text(visit.t("account.codes.uri")), Code(uri)]
    shown = _board(visit, Panel(visit.t("account.codes.set"), parts, "enrolment"))
    return Page("page.html", shown) if isinstance(shown, dict) else Refused("absent")


def _confirm(visit: Visit) -> Done:
    """Let the seed count, once a code made from it was typed; what was shown is shown again where it was not one."""
    form = visit.form
    found = one_time.confirm(visit.house, visit.who, form.get("challenge", ""), form.get("code", "").strip())
    if found is None:
        return Go(PATH, "done.codes")
    again = _ask_first(visit, form.get("challenge", ""), form.get("seed", "")[:100], form.get("uri", "")[:300])
    return Page("page.html", {**again.said, "refused": found.text(visit.speech)}, 409) if isinstance(again, Page) else found


def _ask_passkey(visit: Visit) -> Done:
    return options_file(passkey.begin_new(visit.house, visit.who, passkey.site_of()))


def _add_passkey(visit: Visit) -> Done:
    """Keep the passkey that the browser made."""
    challenge, credential = answer_of(visit)
    found = passkey.finish_new(visit.house, visit.who, passkey.site_of(), challenge, credential, visit.form.get("label", ""))
    return found if isinstance(found, Refused) else Go(PATH, "done.passkey")


def _remove_passkey(visit: Visit) -> Done:
    return passkey.remove(visit.house, visit.who, visit.form.get("passkey", "")) or Go(PATH, "done.done")


def _end(visit: Visit) -> Done:
    return session.sign_out_one(visit.house, visit.who.user_id, visit.form.get("session", ""), visit.who.actor) or Go(PATH, "done.done")


def _end_others(visit: Visit) -> Done:
    session.sign_out_others(visit.house, visit.who.user_id, visit.token, visit.who.actor)
    return Go(PATH, "done.done")


FORMS: Final = {
    "password": _change_password, "enrol": _enrol, "confirm": _confirm, "ask_passkey": _ask_passkey, "add_passkey": _add_passkey,
    "remove_passkey": _remove_passkey, "end": _end, "end_others": _end_others,
}  # fmt: skip
SCREENS: Final = (Screen("account", PATH, "", "page.html", show, FORMS),)
