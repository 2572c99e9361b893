"""Made-up people: documents that pass every check, and a truth that their traces lead back to."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.sources.persona import PERSONAS, persona_of
from plimsoll.risk.identity import age_on, read_card, read_document, read_name, read_phone
from plimsoll.rulebook.rules import load
from plimsoll.simulator.documents import make_person
from plimsoll.simulator.people import KINDS
from plimsoll.simulator.town import Span, make_town
from plimsoll.simulator.truth_of import TRACES, truth_of
from plimsoll.units.refusal import Refused

DAY = date(2026, 8, 1)


@given(st.integers(18, 70), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(), st.sampled_from(("", *PERSONAS)))
def test_a_made_up_person_passes_every_check(age, on, seed, suffix):
    person = make_person(age, on, Random(seed), suffix)
    document = read_document(person.document, on)
    assert not isinstance(document, Refused)
    assert age_on(document.born_on, on) == age
    assert read_phone(person.phone) == person.phone
    assert read_card(person.card) == person.card
    assert read_name(person.name) == person.name
    persona = persona_of(person.document)
    assert persona == (PERSONAS[suffix] if suffix else None)


def town():
    return make_town(1500, Span(12), load(), Random(5)).people


def auc(good, bad):
    """Give how often somebody good scores above somebody bad (ties count half)."""
    return sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / (len(good) * len(bad))


def test_the_traces_of_every_type_are_known():
    assert set(TRACES) == {kind.name for kind in KINDS}


def test_the_truth_is_the_same_for_a_seed_and_tells_types_apart_as_scores_do():
    people = town()
    truths = [truth_of(person, 9) for person in people]
    assert truths == [truth_of(person, 9) for person in people]
    assert truths != [truth_of(person, 10) for person in people]
    bad = [truth.platform_score for person, truth in zip(people, truths, strict=True) if person.kind.stops]
    good = [truth.platform_score for person, truth in zip(people, truths, strict=True) if not person.kind.stops]
    assert 0.80 < auc(good, bad) < 0.97
    for person, truth in zip(people, truths, strict=True):
        assert truth.income_minor == person.income_minor
        assert truth.lenders_new <= truth.lenders
        assert (truth.debt_minor > 0) == (truth.lenders > 0)
        assert (truth.dpd_worst > 0) == (truth.delinquencies > 0)
        assert 350 <= truth.platform_score <= 950
