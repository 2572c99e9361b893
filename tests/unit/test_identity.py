"""Resident documents, mobile numbers, bank cards and names: what passes, and each mistake with its own code in both languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.identity import Document, age_on, province, read_card, read_document, read_name, read_phone
from plimsoll.units.refusal import LANGUAGES, Refused

TODAY = date(2026, 8, 1)
GOOD = "360426199101010071"  # the example of the library's own documentation


def test_a_document_tells_birth_and_region():
    found = read_document(" 360426 19910101 0071 ", TODAY)
    assert found == Document(GOOD, date(1991, 1, 1), "360426")
    assert province(found.region) == "36"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "id_malformed"),
        (GOOD[:-1], "id_malformed"),
        (GOOD + "1", "id_malformed"),
        ("36042619910101007A", "id_malformed"),
        ("360426199101010072", "id_checksum_wrong"),
        ("360426199101020071", "id_checksum_wrong"),
        ("360426199113010071", "id_birth_impossible"),
        ("360426199102300071", "id_birth_impossible"),
        ("360426209901010070", "id_birth_impossible"),
        ("360426170001010070", "id_birth_impossible"),
        ("990426199101010079", "id_region_unknown"),
    ],
)
def test_a_document_that_cannot_be(written, code):
    refused = read_document(written, TODAY)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert all(refused.text(language) for language in LANGUAGES)


def test_a_document_given_out_later_than_its_holder_was_born_may_carry_a_later_region():
    """Hangzhou's district 330106 got its code after 1970; the holder's number was given out after that."""
    found = read_document("330106197001019961", TODAY)
    assert isinstance(found, Document)
    assert province(found.region) == "33"


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_mistyped_digit_is_always_found(place, digit):
    mistyped = GOOD[:place] + digit + GOOD[place + 1 :]
    assert isinstance(read_document(mistyped, TODAY), Refused) == (mistyped != GOOD)


@given(st.text(max_size=24))
def test_no_text_breaks_the_readers(text):
    for found in (read_document(text, TODAY), read_phone(text), read_card(text), read_name(text)):
        assert found


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-08-01", "2026-07-31", 17),
        ("2008-08-01", "2026-08-01", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-29", 20),
    ],
)
def test_age(born, day, age):
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


@pytest.mark.parametrize("written", ["13800000000", "+86 138-0000-0000", "0086 13800000000", "138 0000 0000"])
def test_a_phone_is_read_as_people_write_it(written):
    assert read_phone(written) == "13800000000"


@pytest.mark.parametrize("written", ["", "12800000000", "1380000000", "138000000001", "1380000000x", "１３８００００００００"])
def test_a_phone_that_cannot_be(written):
    assert read_phone(written) == Refused("phone_malformed")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("4111 1111 1111 1111", "4111111111111111"),
        ("4111-1111-1111-1112", Refused("card_checksum_wrong")),
        ("41111111111", Refused("card_malformed")),
        ("41111111111111111111", Refused("card_malformed")),
        ("4111x11111111111", Refused("card_malformed")),
        ("", Refused("card_malformed")),
    ],
)
def test_card(written, found):
    assert read_card(written) == found


@pytest.mark.parametrize("written", ["王伟", "阿卜杜拉·买买提", "Anne-Marie  O'Neil", "Łukasz Żak"])
def test_name(written):
    assert read_name(written) == " ".join(written.split())


@pytest.mark.parametrize("written", ["", "王", "王2", "<script>", "a" * 51, "王 伟\u200b", "· ·", "王伟 13800000000"])
def test_what_is_no_name(written):
    assert read_name(written) == Refused("name_malformed")
