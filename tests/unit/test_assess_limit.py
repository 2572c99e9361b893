"""The yearly assessment, and what monitoring puts on record of warnings and over-extension, verb by verb."""

import json

from plimsoll.loan.book import Decision
from plimsoll.loan.filing import of_kind
from tests.unit.test_limit_moves import code, done, limit_of, lined

DRAWN, DUE = "2026-03-01", "2027-03-01"


def test_a_limit_is_assessed_a_year_after_its_load_line_was_drawn():
    counter = lined("900000.00")
    before = limit_of(counter)
    assert code(counter.run("assess_limit", "2027-02-28")) == "assessment_not_due"
    asked = done(counter.run("assess_limit", DUE))
    assert (counter.said[0][0], asked.work[0].state, asked.line) == ("limit_assessment_asked", "waiting", None)
    assert code(counter.run("assess_limit", "2027-03-31")) == "assessment_waits"
    held = done(counter.run("assess_limit", "2027-04-01"))
    assert [kind for kind, _ in counter.said] == ["limit_held", "limit_assessed"]
    assert (limit_of(counter), counter.said[0][1]["reason"], held.work[-1].state) == (before, "EVIDENCE_OLD", "done")
    assert code(counter.run("assess_limit", "2028-03-30")) == "assessment_not_due"
    done(counter.run("assess_limit", "2028-03-31"))


def test_fresh_evidence_ends_the_wait_and_the_policy_decides():
    counter = lined("900000.00")
    before = limit_of(counter)
    done(counter.run("assess_limit", DUE))
    done(counter.run("mark_load_line", "2027-03-05", currency="CNY", capacity="900000.00", room="900000.00", stress_ppb=95_000_000))
    done(counter.run("assess_limit", "2027-03-05", chance_band="flag"))
    assert limit_of(counter) == before * 9 // 10
    assert json.loads(done(counter.run("assess_limit", "2028-03-05")).answer)["state"] == "asked"


def test_a_line_that_is_closed_is_not_assessed():
    counter = lined("900000.00")
    done(counter.run("close_line", DRAWN))
    assert code(counter.run("assess_limit", DUE)) == "line_closed"


def test_a_place_is_filed_only_when_class_or_band_change():
    counter = lined()
    told = {"currency": "CNY", "over_extension": "latent", "chance_band": "watch", "chance_ppm": 450_000, "over": "100.00"}
    assert done(counter.run("note_over_extension", DRAWN, **told)).filings
    assert not done(counter.run("note_over_extension", "2026-03-02", **(told | {"chance_ppm": 460_000}))).filings
    changed = done(counter.run("note_over_extension", "2026-03-03", **(told | {"over_extension": "active"})))
    assert json.loads(changed.filings[0].body)["before"] == "latent"
    assert code(counter.run("note_over_extension", DRAWN, **(told | {"over_extension": "doomed"}))) == "watch_input_unknown"


def test_only_a_warning_that_stands_is_ranked():
    counter = lined()
    assert code(counter.run("rank_warning", DRAWN, rank=7, chance_ppm=100, months_below=1)) == "warning_missing"
    done(counter.run("raise_warning", DRAWN, rank=1, chance_ppm=900_000, signals="utilisation", action="no-increase"))
    found = counter.run("rank_warning", "2026-03-31", rank=700, chance_ppm=100, months_below=1)
    assert isinstance(found, Decision)
    assert [one.kind for one in counter.sheet.filed if one.kind.startswith("warning")] == ["warning.raised", "warning.ranked"]
    assert of_kind(counter.sheet.filed, "warning.ranked")[0].on > of_kind(counter.sheet.filed, "warning.raised")[0].on
