"""Decide on a whole file of applicants: an outcome for every row, files of decisions, a summary, and the figures behind the charts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from plimsoll.app.applicants import Applicant, Plan
from plimsoll.app.cell import Table
from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, OUTCOMES, REFER
from plimsoll.origination.kit import BEFORE, Kit
from plimsoll.origination.said import digest_of, said_of
from plimsoll.origination.stages import EVIDENCE, Told
from plimsoll.origination.underwrite import Underwritten, underwrite
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused, sentence

MALFORMED, REFUSED = "malformed", "refused"
FUNNEL: Final = ("applied", "readable", *BEFORE, "score and price", "load line", "offered")
"""Who is still in after each stage; only what declines takes anybody out, who is referred is counted beside."""
SCORE_STEP: Final = 20
RATIO_STEP: Final = 0.1
RATIO_MAX: Final = 2.0
COLUMNS: Final = (
    "row", "id", "outcome", "leaning", "reasons", "said", "code", "score", "pd", "grade", "limit", "loan", "instalments", "rate_per_day",
    "rate_per_year", "break_even", "capacity", "room", "load_band", "load_ratio", "load_chance", "currency", "digest", "label",
    "unused",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What a run counted."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    funnel: Counter[str] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    scores_offered: Counter[int] = field(default_factory=Counter)
    ratios: Counter[int] = field(default_factory=Counter)
    unused: Counter[str] = field(default_factory=Counter)
    limit_minor: int = 0
    labels: dict[str, Counter[str]] = field(default_factory=dict)


def decide_rows(
    found: Iterator[Applicant], kit: Kit, plan: Plan, labels: Sequence[str], language: str, tally: Tally
) -> Iterator[list[str]]:
    """Give the row of COLUMNS of each applicant, and count it."""
    for applicant in found:
        label = labels[applicant.row - 1] if labels else ""
        tally.rows += 1
        tally.funnel["applied"] += 1
        if applicant.dossier is None:
            yield _unread(applicant, plan, language, label, tally)
            continue
        decided = underwrite(applicant.dossier, kit)
        count(decided, tally, label)
        tally.unused.update(unused(decided).values())
        yield row_of(applicant, decided, language, label)


def _unread(applicant: Applicant, plan: Plan, language: str, label: str, tally: Tally) -> list[str]:
    """Give the row of an applicant who cannot be decided on, with the code that says why."""
    wrong = applicant.wrong
    assert isinstance(wrong, Malformed | Refused), "a row without a case has a reason"
    outcome = MALFORMED if isinstance(wrong, Malformed) else REFUSED
    tally.outcomes[outcome] += 1
    tally.codes[wrong.code] += 1
    told = {"row": str(applicant.row), "id": applicant.id, "outcome": outcome, "code": wrong.code, "said": wrong.text(language)}
    told |= {"currency": plan.currency, "label": label}
    return [told.get(name, "") for name in COLUMNS]


def unused(decided: Underwritten) -> dict[str, str]:
    """Give what a row tells and no decision can rest on, by feature: malformed, negative, absurd, stale, of the future, contradictory."""
    readings = decided.dossier.readings
    return {name: one.outcome for name, one in readings.items() if one.item is not None and one.outcome}


def row_of(applicant: Applicant, decided: Underwritten, language: str, label: str) -> list[str]:
    """Give the row of a decision; amounts as decimal text, statistics as on record."""
    score, offer, drawn, fit = decided.score, decided.suggested, decided.drawn, decided.fit
    currency = decided.dossier.asked.currency
    is_offered = decided.outcome in (APPROVE, COUNTER)
    told = {
        "row": str(applicant.row),
        "id": applicant.id,
        "outcome": decided.outcome,
        "leaning": decided.leaning,
        "reasons": " ".join(decided.reasons),
        "said": " ".join(
            [decided.kit.reasons[code].said[language] for code in decided.reasons]
            + [sentence(code, language) for code in dict.fromkeys(unused(decided).values())]
        ),
        "score": str(score.points),
        "pd": f"{score.decides.probability:.6f}",
        "grade": score.grade,
        "currency": currency,
        "digest": digest_of(said_of(decided)),
        "unused": "; ".join(f"{name} {code}" for name, code in unused(decided).items()),
        "label": label,
    }
    if drawn is not None:
        figures = drawn.figures()
        told |= {"capacity": text_of(drawn.capacity_minor, currency), "room": text_of(drawn.room_minor, currency)}
        told |= {"load_band": drawn.band, "load_ratio": str(figures["ratio"]), "load_chance": str(figures["chance"])}
    if fit is not None:
        told["break_even"] = fit.priced.break_even.text()
    if offer is not None and fit is not None and is_offered:
        told |= {"limit": text_of(offer.limit_minor, currency), "loan": text_of(offer.loan_minor, currency)}
        told |= {"instalments": str(offer.instalments), "rate_per_day": offer.rate.text(), "rate_per_year": fit.priced.apr.text()}
    return [told.get(name, "") for name in COLUMNS]


def count(decided: Underwritten, tally: Tally, label: str) -> None:
    """Count a decision: its outcome and reasons, how far it came, its score and how laden it would be."""
    outcome = decided.outcome
    tally.outcomes[outcome] += 1
    tally.reasons.update(decided.reasons)
    tally.funnel["readable"] += 1
    out = lost_at(decided.told)
    for stage in FUNNEL[2:]:
        if stage == out:
            break
        if stage == "offered" and outcome not in (APPROVE, COUNTER):
            break
        tally.funnel[stage] += 1
    place = decided.score.points // SCORE_STEP
    tally.scores[place] += 1
    if outcome in (APPROVE, COUNTER) and decided.suggested is not None:
        tally.scores_offered[place] += 1
        tally.limit_minor += decided.suggested.limit_minor
    if decided.drawn is not None:
        tally.ratios[int(min(decided.drawn.ratio, RATIO_MAX) / RATIO_STEP)] += 1
    if label:
        tally.labels.setdefault(outcome, Counter())[label] += 1


def lost_at(told: Sequence[Told]) -> str:
    """Give the stage of the funnel at which an application ended; "" where nothing declined it."""
    for one in told:
        if one.verdict == DECLINE:
            if one.stage in (*BEFORE, EVIDENCE):
                return one.stage if one.stage in BEFORE else "score and price"
            return "score and price" if one.reason == "PRICE_OVER_CAP" else "load line"
    return ""


def summary(tally: Tally, kit: Kit, currency: str) -> dict[str, object]:
    """Give what a run comes to, as an object of plain values."""
    offered = tally.outcomes[APPROVE] + tally.outcomes[COUNTER]
    told: dict[str, object] = {
        "rows": tally.rows,
        "outcomes": {name: tally.outcomes[name] for name in (*OUTCOMES, REFUSED, MALFORMED)},
        "codes": dict(sorted(tally.codes.items())),
        "unused": dict(sorted(tally.unused.items())),
        "reasons": dict(sorted(tally.reasons.items(), key=lambda one: (-one[1], one[0]))),
        "funnel": {name: tally.funnel[name] for name in FUNNEL},
        "referred": tally.outcomes[REFER],
        "limit_average": text_of(tally.limit_minor // offered, currency) if offered else "",
        "currency": currency,
        "kit": kit.digest,
    }
    if tally.labels:
        told["labels"] = {outcome: dict(sorted(counts.items())) for outcome, counts in sorted(tally.labels.items())}
    return told


def write_decisions(rows: list[list[str]], folder: Path) -> tuple[Path, Path]:
    """Write every row as CSV and as Parquet into a folder; give both paths."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    as_csv, as_parquet = folder / "decisions.csv", folder / "decisions.parquet"
    with as_csv.open("w", encoding="utf-8", newline="") as file:
        table = Table(file)
        table.row(COLUMNS)
        table.rows(rows)
    cells = [[row[place] for row in rows] for place in range(len(COLUMNS))]
    pq.write_table(pa.table({name: pa.array(told, pa.string()) for name, told in zip(COLUMNS, cells, strict=True)}), as_parquet)
    return as_csv, as_parquet
