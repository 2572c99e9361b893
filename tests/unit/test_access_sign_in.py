"""Signing in: passwords, one-time codes, passkeys, codes to a phone; and that whoever guesses learns nothing, and slowly."""

import sys
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as listen

from plimsoll.app.access import code as phone
from plimsoll.app.access import one_time, passkey, people
from plimsoll.app.access.password import KNOWN, Hasher, refuse_password
from plimsoll.app.access.policy import HashCost
from plimsoll.app.access.rate import Limiter, RateClass
from plimsoll.app.access.recognise import by_session, session_of
from plimsoll.app.access.session import SignedIn
from plimsoll.app.access.sign_in import From, show_one_time, sign_in
from plimsoll.app.house import LIVE
from plimsoll.app.keyring import with_current_only, with_new_master
from plimsoll.app.vault import Act
from tests import people_of_house
from tests.people_of_house import CHEAP, KEYRING, PASSWORD, ROOT, Clock, cheap_rules, code, code_at, enter, house_of, settle
from tests.soft_authenticator import PRESENT, SoftAuthenticator
from tests.toys import Open, run

clock, house = people_of_house.clock, people_of_house.house


SITE = passkey.Site("https://desk.example", "desk.example")


class Counting(Hasher):
    """A hasher that counts what it is asked."""

    def __init__(self, cost=CHEAP):
        super().__init__(cost)
        self.checks = self.makes = 0

    def check(self, stored, password):
        self.checks += 1
        return super().check(stored, password)

    def make(self, password):
        self.makes += 1
        return super().make(password)


def freely():
    """Buckets that never run empty."""
    clock = [0.0]

    def later():
        clock[0] += 3600.0
        return clock[0]

    return Limiter(cheap_rules(), later)


# ---- passwords


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("eleven char", "password_too_short"),
        ("x" * 129, "password_too_long"),
        ("Password1234", "password_guessed"),
        ("aaaaaaaaaaaaaaaa", "password_guessed"),
        ("abababababababab", "password_guessed"),
        ("abcdefghijklmnop", "password_guessed"),
        ("I am wang.fang of the desk", "password_names_user"),
        ("fang of the desk", "password_names_user"),
        ("ＰＡＳＳＷＯＲＤ１２３４", "password_guessed"),
        (PASSWORD, ""),
        ("十二个字以上的中文密码也可以用", ""),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries(password, said):
    found = refuse_password(password, "wang.fang", "Wang Fang", (12, 128))
    assert (found.code if found else "") == said


def test_no_known_password_is_too_short_to_be_worth_the_line():
    assert not [one for one in KNOWN if len(one) < 11]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_hash_is_made_anew_when_it_costs_something_else(house):
    settle(house, "wang", "servicing")
    dearer = Counting(HashCost(memory=128, passes=1, lanes=1))
    assert isinstance(sign_in(house, "wang", PASSWORD, hasher=dearer), SignedIn)
    assert isinstance(sign_in(house, "wang", PASSWORD, hasher=dearer), SignedIn)
    assert (dearer.checks, dearer.makes) == (2, 1)


def test_what_is_wrong_is_told_in_the_same_words_after_the_same_work(house):
    """An unknown name, a wrong password, somebody who waits, locked, closed, without a password: one hash, the same statements."""
    for name in ("wang", "waits", "locked", "closed"):
        settle(house, name, "servicing")
    settle(house, "fresh", password="")
    for _ in range(5):
        sign_in(house, "waits", "not this password", limiter=freely())
    people.lock(house, ROOT, "locked", people.get(house, "locked").version, "for a test")
    people.close(house, ROOT, "closed", people.get(house, "closed").version, "for a test")
    hasher, told, statements = Counting(), set(), []
    listen.listen(house.store.engine, "before_cursor_execute", lambda *said: statements.append(said[2].split("(")[0]))
    work = set()
    for name, password in [
        ("nobody.at.all", PASSWORD), ("wang", "not this password"), ("waits", PASSWORD), ("locked", PASSWORD), ("closed", PASSWORD),
        ("fresh", PASSWORD), ("borrower-1", ""), ("' OR 1=1", "x" * 5000),
    ]:  # fmt: skip
        before = hasher.checks
        statements.clear()
        found = sign_in(house, name, password, hasher=hasher, limiter=freely())
        told.add((found.code, found.rule, found.detail))
        work.add((hasher.checks - before, tuple(statements)))
    assert told == {("sign_in_refused", "", "")}
    assert len(work) == 1, work
    assert hasher.makes == 0


def test_wrong_passwords_make_everybody_wait_longer_and_nobody_for_ever(house, clock):
    settle(house, "wang", "servicing")

    def wrong(times):
        for _ in range(times):
            assert code(sign_in(house, "wang", "not this password", limiter=freely())) == "sign_in_refused"

    def right():
        return isinstance(sign_in(house, "wang", PASSWORD, limiter=freely()), SignedIn)

    wrong(4)
    assert right(), "four are forgiven"
    for wait in (60, 300, 900, 3600, 3600):
        wrong(5)
        clock.go(seconds=wait - 1)
        assert not right(), "the right one is refused too"
        wrong(20)
        clock.go(seconds=1)
    assert right(), "tries in the meantime did not make it longer"
    wrong(5)
    clock.go(seconds=60)
    assert right(), "and it began anew"


def test_only_failures_are_counted_by_address_and_by_name(house):
    settle(house, "wang", "servicing")
    settle(house, "zhao", "servicing")
    watch = [0.0]
    limiter = Limiter(cheap_rules(), lambda: watch[0])
    here = From("203.0.113.9")
    for _ in range(10):
        assert isinstance(sign_in(house, "wang", PASSWORD, here, limiter=limiter), SignedIn)
    for number in range(5):
        assert code(sign_in(house, f"nobody{number}", PASSWORD, here, limiter=limiter)) == "sign_in_refused"
    assert code(sign_in(house, "wang", PASSWORD, here, limiter=limiter)) == "asked_too_fast"
    assert isinstance(sign_in(house, "wang", PASSWORD, From("203.0.113.10"), limiter=limiter), SignedIn)
    watch[0] += 12
    assert isinstance(sign_in(house, "wang", PASSWORD, here, limiter=limiter), SignedIn)


# ---- one-time codes


def enrolled(house, clock, user_id="wang"):
    wang = settle(house, user_id, "servicing")
    made = one_time.enrol(house, wang)
    assert one_time.confirm(house, wang, made.challenge_id, code_at(made.seed, clock.at)) is None
    clock.go(seconds=30)
    return wang, made.seed


def test_a_code_of_ones_authenticator_comes_before_any_role(house, clock):
    _, seed = enrolled(house, clock)
    begun = enter(house, "wang")
    assert begun.waits_for == ("one_time",)
    assert by_session(house, begun.token).roles == ()
    strong = show_one_time(house, begun.token, code_at(seed, clock.at))
    assert isinstance(strong, SignedIn)
    who = by_session(house, strong.token)
    assert (who.roles, who.strong_at) == (("servicing",), clock.at)
    assert code(by_session(house, begun.token)) == "session_ended", "under a new token"
    assert strong.csrf != begun.csrf
    assert strong.ends_at == begun.ends_at, "it is no younger for it"


def test_a_code_is_good_once_and_near_its_time_only(house, clock):
    _, seed = enrolled(house, clock)
    begun = enter(house, "wang")
    used = code_at(seed, clock.at)
    strong = show_one_time(house, begun.token, used)
    assert code(show_one_time(house, strong.token, used)) == "code_refused", "replayed"
    clock.go(seconds=90)
    for ago in (60, 90):
        assert code(show_one_time(house, strong.token, code_at(seed, clock.at - timedelta(seconds=ago)))) == "code_refused"
    again = show_one_time(house, strong.token, code_at(seed, clock.at - timedelta(seconds=30)), limiter=freely())
    assert isinstance(again, SignedIn), "one step behind"
    assert isinstance(show_one_time(house, again.token, code_at(seed, clock.at + timedelta(seconds=30)), limiter=freely()), SignedIn)
    assert code(show_one_time(house, again.token, code_at(seed, clock.at), limiter=freely())) == "session_ended"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("wrong", ["", "abcdef", "12345", "1234567", "１２３４５６", "-12345", " 12345"])
def test_what_is_no_code_is_refused(house, clock, wrong):
    enrolled(house, clock)
    assert code(show_one_time(house, enter(house, "wang").token, wrong, limiter=freely())) == "code_refused"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_wrong_codes_lock_as_wrong_passwords_do(house, clock):
    _, seed = enrolled(house, clock)
    begun = enter(house, "wang")
    for _ in range(5):
        assert code(show_one_time(house, begun.token, "000000", limiter=freely())) == "code_refused"
    assert code(show_one_time(house, begun.token, code_at(seed, clock.at), limiter=freely())) == "code_refused"
    clock.go(seconds=60)
    assert isinstance(show_one_time(house, begun.token, code_at(seed, clock.at), limiter=freely()), SignedIn)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_seed_counts_once_it_is_confirmed_and_another_needs_the_first(house, clock):
    wang = settle(house, "wang", "servicing")
    made = one_time.enrol(house, wang)
    assert enter(house, "wang").waits_for == (), "not confirmed"
    assert code(one_time.confirm(house, wang, made.challenge_id, "000000")) == "code_refused"
    assert code(one_time.confirm(house, ROOT, made.challenge_id, code_at(made.seed, clock.at))) == "code_refused"
    assert one_time.confirm(house, wang, made.challenge_id, code_at(made.seed, clock.at)) is None
    assert code(one_time.confirm(house, wang, made.challenge_id, code_at(made.seed, clock.at))) == "code_refused"
    assert code(one_time.enrol(house, wang)) == "second_factor_needed"
    assert made.uri.startswith("otpauth://totp/Plimsoll:wang?secret=")


def test_seeds_lie_sealed_and_move_to_another_master_key(house, clock):
    _, seed = enrolled(house, clock)
    with house.store.engine.connect() as connection:
        stored = people.find(connection, "wang").one_time
    assert seed.encode() not in stored
    assert one_time.opened_seed(KEYRING, "wang", stored) == seed
    assert one_time.opened_seed(KEYRING, "zhao", stored) is None, "sealed for one user"
    newer = with_new_master(KEYRING, clock.at)
    assert one_time.reseal_seeds(house.store, newer) == 2, "the seed, and the enrolment that it came from"
    assert one_time.reseal_seeds(house.store, newer) == 0
    with house.store.engine.connect() as connection:
        stored = people.find(connection, "wang").one_time
    assert one_time.opened_seed(with_current_only(newer), "wang", stored) == seed


# ---- passkeys


def with_passkey(house, authenticator, user_id="wang"):
    wang = settle(house, user_id, "servicing")
    asked = passkey.begin_new(house, wang, SITE)
    assert isinstance(asked, passkey.Options), asked
    return wang, passkey.finish_new(house, wang, SITE, asked.challenge_id, authenticator.make(asked.options), "a phone")


def test_a_passkey_signs_in_by_itself_and_strongly(house, clock):
    phone_ = SoftAuthenticator(SITE.origin)
    _, kept = with_passkey(house, phone_)
    assert isinstance(kept, passkey.Passkey)
    asked = passkey.begin(house, SITE)
    assert asked.options["allowCredentials"] == [], "nothing is told of who has which"
    begun = passkey.finish(house, SITE, asked.challenge_id, phone_.sign(asked.options))
    assert isinstance(begun, SignedIn)
    who = by_session(house, begun.token)
    assert (who.user_id, who.roles, who.strong_at) == ("wang", ("servicing",), clock.at)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_passkey_is_the_second_factor_of_a_password(house):
    phone_ = SoftAuthenticator(SITE.origin)
    with_passkey(house, phone_)
    begun = enter(house, "wang")
    assert begun.waits_for == ("passkey",)
    asked = passkey.begin(house, SITE, begun.token)
    assert len(asked.options["allowCredentials"]) == 1
    strong = passkey.finish(house, SITE, asked.challenge_id, phone_.sign(asked.options), From(token=begun.token))
    assert by_session(house, strong.token).roles == ("servicing",)
    assert code(by_session(house, begun.token)) == "session_ended"


def test_a_passkey_of_one_user_does_not_strengthen_the_session_of_another(house):
    mine, theirs = SoftAuthenticator(SITE.origin), SoftAuthenticator(SITE.origin, number=2)
    with_passkey(house, mine)
    with_passkey(house, theirs, "zhao")
    stolen = enter(house, "zhao")
    asked = passkey.begin(house, SITE, enter(house, "wang").token)
    assert code(passkey.finish(house, SITE, asked.challenge_id, mine.sign(asked.options), From(token=stolen.token))) == "not_recognised"
    assert session_of(house, stolen.token).waits_for == ("passkey",)
    asked = passkey.begin(house, SITE, stolen.token)
    assert code(passkey.finish(house, SITE, asked.challenge_id, mine.sign(asked.options), From(token=stolen.token))) == "passkey_refused"


def test_a_challenge_is_answered_once_in_time_from_the_site_by_a_person(house, clock):
    phone_ = SoftAuthenticator(SITE.origin)
    with_passkey(house, phone_)

    def answered(change=lambda asked, said: said, site=SITE, wait=0.0):
        asked = passkey.begin(house, SITE)
        said = change(asked, phone_.sign(asked.options))
        clock.go(seconds=wait)
        return passkey.finish(house, site, asked.challenge_id, said)

    def by(authenticator):
        authenticator.key, authenticator.credential, authenticator.count = phone_.key, phone_.credential, phone_.count
        return lambda asked, _said: authenticator.sign(asked.options)

    first = phone_.sign(passkey.begin(house, SITE).options)
    assert code(answered(lambda _asked, _said: first)) == "passkey_refused", "the answer to another challenge"
    assert code(answered(wait=300)) == "passkey_refused", "too late"
    assert code(answered(site=passkey.Site("https://desk.example.evil", "desk.example"))) == "passkey_refused"
    assert code(answered(by(SoftAuthenticator("https://desk.examp1e")))) == "passkey_refused", "asked by a false page"
    assert code(answered(by(SoftAuthenticator(SITE.origin, flags=PRESENT)))) == "passkey_refused", "nobody was verified"
    asked = passkey.begin(house, SITE)
    phone_.count += 10
    said = phone_.sign(asked.options)
    assert isinstance(passkey.finish(house, SITE, asked.challenge_id, said), SignedIn)
    assert code(passkey.finish(house, SITE, asked.challenge_id, said)) == "passkey_refused", "replayed"
    phone_.count -= 5
    assert code(answered()) == "passkey_refused", "a copy of the key that counts on its own"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_another_passkey_needs_the_first_and_a_passkey_is_its_owners(house, clock):
    phone_ = SoftAuthenticator(SITE.origin)
    wang, kept = with_passkey(house, phone_)
    assert code(passkey.begin_new(house, wang, SITE)) == "second_factor_needed"
    assert code(one_time.confirm(house, wang, "ch_none", "000000")) == "code_refused"
    strong = wang.__class__("wang", wang.roles, strong_at=clock.at)
    asked = passkey.begin_new(house, strong, SITE)
    assert code(passkey.finish_new(house, strong, SITE, asked.challenge_id, phone_.make(asked.options), "")) == "passkey_refused", "twice"
    assert code(passkey.remove(house, wang, kept.credential)) == "second_factor_needed"
    assert code(passkey.remove(house, ROOT.__class__("zhao", (), strong_at=clock.at), kept.credential)) == "absent"
    assert passkey.remove(house, strong, kept.credential) is None
    assert passkey.passkeys_of(house, "wang") == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_no_credential_is_refused(house):
    phone_ = SoftAuthenticator(SITE.origin)
    with_passkey(house, phone_)
    whole = phone_.sign(passkey.begin(house, SITE).options)
    leaves = st.none() | st.integers() | st.text(max_size=20)
    junk = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner), max_leaves=5)

    @settings(max_examples=60, deadline=None, database=None)
    @given(
        st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "x"]), junk), st.sampled_from([*whole["response"], "x"]), junk
    )
    def refused(said, part, instead):
        for wrong in (said, whole | {"response": whole["response"] | {part: instead}}, whole | said):
            asked = passkey.begin(house, SITE)
            assert code(passkey.finish(house, SITE, asked.challenge_id, wrong)) == "passkey_refused"

    refused()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_without_the_package_it_says_so_and_the_rest_works(house, monkeypatch):
    monkeypatch.setitem(sys.modules, "webauthn", None)
    wang = settle(house, "wang", "servicing")
    assert code(passkey.begin_new(house, wang, SITE)) == "passkeys_missing"
    assert code(passkey.begin(house, SITE)) == "passkeys_missing"
    enter(house, "wang")


# ---- borrowers


@pytest.fixture
def borrowers(house):
    act = Act("li", house.now(), "the borrower called")
    for customer_id, number in ((17, "13812341234"), (18, "13900000000"), (19, "13900000000")):
        run(house.store, Open(f"open {customer_id}", customer_id))
        assert house.vault.put(customer_id, "phone", number, act) is None
    return house


def asked_for(house, number="138 1234 1234", **more):
    found = phone.ask_code(house, number, limiter=freely(), **more)
    assert isinstance(found, phone.CodeAsked), found
    return found.challenge_id, phone.sandbox_code(house, found.challenge_id)


def test_a_borrower_signs_in_by_the_phone_that_the_vault_has(borrowers, clock):
    challenge, sent = asked_for(borrowers)
    begun = phone.enter_code(borrowers, challenge, sent, From(device="a phone"))
    who = by_session(borrowers, begun.token)
    assert (who.user_id, who.customer_id, who.roles, who.strong_at) == ("borrower-17", 17, ("borrower",), clock.at)
    assert code(phone.enter_code(borrowers, challenge, sent)) == "code_refused", "a code is good once"
    challenge, sent = asked_for(borrowers, "+8613812341234", language="en")
    assert isinstance(phone.enter_code(borrowers, challenge, sent), SignedIn)
    assert code(sign_in(borrowers, "borrower-17", "", limiter=freely())) == "sign_in_refused"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_session_of_a_borrower_lasts_longer_on_a_page(borrowers, clock):
    begun = phone.enter_code(borrowers, *asked_for(borrowers))
    clock.go(minutes=29)
    assert by_session(borrowers, begun.token).customer_id == 17
    clock.go(minutes=30)
    assert code(by_session(borrowers, begun.token)) == "session_ended"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("number", ["13700000000", "13900000000"])
def test_a_phone_of_nobody_and_of_several_is_answered_alike(borrowers, number):
    challenge, sent = asked_for(borrowers, number)
    assert sent == "", "nothing was sent"
    for tried in ("000000", "123456", ""):
        assert code(phone.enter_code(borrowers, challenge, tried)) == "code_refused"


def test_a_code_is_good_five_minutes_and_five_tries(borrowers, clock):
    challenge, sent = asked_for(borrowers)
    clock.go(minutes=5)
    assert code(phone.enter_code(borrowers, challenge, sent)) == "code_refused"
    challenge, sent = asked_for(borrowers)
    wrong = f"{(int(sent) + 1) % 10**6:06d}"
    for _ in range(5):
        assert code(phone.enter_code(borrowers, challenge, wrong)) == "code_refused"
    assert code(phone.enter_code(borrowers, challenge, sent)) == "code_refused"
    assert code(phone.enter_code(borrowers, "ch_unknown", sent)) == "code_refused"


def test_codes_are_asked_for_three_times_in_ten_minutes(borrowers):
    watch = [0.0]
    limiter = Limiter(cheap_rules(), lambda: watch[0])
    for _ in range(3):
        assert isinstance(phone.ask_code(borrowers, "13812341234", limiter=limiter), phone.CodeAsked)
    assert code(phone.ask_code(borrowers, "13812341234", limiter=limiter)) == "asked_too_fast"
    assert isinstance(phone.ask_code(borrowers, "13700000000", limiter=limiter), phone.CodeAsked)
    watch[0] += 200
    assert isinstance(phone.ask_code(borrowers, "13812341234", limiter=limiter), phone.CodeAsked)
    assert code(phone.ask_code(borrowers, "12", limiter=limiter)) == "phone_malformed"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_house_that_lends_real_money_makes_no_codes_up(store, clock):
    with house_of(store, clock, mode=LIVE) as live:
        assert code(phone.ask_code(live, "13812341234")) == "code_channel_missing"
        assert phone.sandbox_code(live, "ch_1") == ""


# ---- how fast


def test_a_bucket_empties_by_one_and_fills_evenly():
    watch = [0.0]
    limiter = Limiter(cheap_rules(), lambda: watch[0])
    on = Clock().at.date()
    assert [limiter.take("wang", RateClass.DRAW, on).remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    refused = limiter.take("wang", RateClass.DRAW, on)
    assert (refused.is_allowed, refused.wait_s, refused.allowance.requests, refused.allowance.seconds) == (False, 12, 5, 60)
    assert refused.refused().detail == "5 in 60 s; again in 12 s"
    assert limiter.take("li", RateClass.DRAW, on).is_allowed, "somebody else"
    assert limiter.take("wang", RateClass.QUOTE, on).is_allowed, "something else"
    watch[0] += 11.9
    assert not limiter.take("wang", RateClass.DRAW, on).is_allowed
    watch[0] += 0.1
    assert limiter.take("wang", RateClass.DRAW, on).is_allowed
    watch[0] += 3600
    assert limiter.take("wang", RateClass.DRAW, on).remaining == 4, "never fuller than full"


@pytest.mark.parametrize("which", RateClass)
def test_every_class_has_its_rule(which):
    assert Limiter(cheap_rules()).take("wang", which, Clock().at.date()).is_allowed
