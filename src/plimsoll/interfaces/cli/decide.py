"""`plimsoll decide`: a file of applicants, each with an outcome, reasons, limit, price and load line; a summary and charts."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.applicants import Plan, applicants, read_plan, usual_plan
from plimsoll.app.config import now
from plimsoll.app.decide_file import FUNNEL, Tally, decide_rows, summary, write_decisions
from plimsoll.app.kit import standing_model
from plimsoll.app.model_file import read_model_file
from plimsoll.app.table_text import Texts, read_texts
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.origination.kit import Kits, Models, Parts
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.feature import load
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

WIDTH: Final = 40

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV (plain or gzip) or Parquet, one applicant a row.")]
Config = Annotated[str, typer.Option("--config", metavar="YAML", help="Which column tells what. Default: columns are called as features.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where decisions, summary and charts go.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day to decide on. Default: that of the mapping, else today.")]
Product = Annotated[str, typer.Option("--product", metavar="NAME", help="What is applied for, where no mapping says it.")]
Card = Annotated[str, typer.Option("--model", metavar="FILE", help="A model to score by. Default: the one of the package.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Write no pictures.")]


def command(
    file: File,
    out: Out,
    config: Config = "",
    on: On = "",
    product: Product = CASH_LINE,
    model: Card = "",
    language: Language = "en",
    no_charts: NoCharts = False,
    as_json: AsJson = False,
) -> None:
    """Decide on every row of a file by the tables and the model of the package; a row that cannot be read stops no other."""
    if language not in LANGUAGES:
        raise Stop(USAGE, f"--language {language}: one of {', '.join(LANGUAGES)}")
    rules, catalogue = lawful_rules(), load()
    try:
        texts = read_texts(file)
        plan = read_plan(Path(config), texts, catalogue) if config else usual_plan(texts, catalogue, product, "CNY")
        models = Models(read_model_file(Path(model))[0] if model else standing_model())
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text(language)) from None
    for note in plan.notes:
        print(f"plimsoll decide: {note}", file=sys.stderr)
    day = read_on(on, "--on") if on else plan.on or now().astimezone().date()
    version = rules.product(plan.product, day)
    if isinstance(version, Refused):
        raise Stop(USAGE, version.text(language))
    kit = Kits(Parts(models, standing_tables()), rules).on(day, version.licence)
    tally, labels = Tally(), _labels(texts, plan)
    with bar(texts.rows, "applicants") as step:
        rows = []
        found = applicants(texts, plan, day, {version.licence: kit}, rules)
        for row in decide_rows(found, kit, plan, labels, language, tally):
            rows.append(row)
            step("")
    told = summary(tally, kit, plan.currency) | {"on": day.isoformat(), "files": _written(rows, tally, out, is_drawn=not no_charts)}
    out.joinpath("summary.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told, tally))


def _labels(texts: Texts, plan: Plan) -> list[str]:
    """Give the column that says how rows turned out, where the mapping names one."""
    return [str(cell) for cell in texts.columns[plan.label].to_pylist()] if plan.label else []


def _written(rows: list[list[str]], tally: Tally, out: Path, *, is_drawn: bool) -> list[str]:
    """Write decisions and charts; give the paths."""
    paths = list(write_decisions(rows, out))
    if is_drawn and rows:
        from plimsoll.app.decide_charts import write_charts

        paths += write_charts(tally, out)
    return [str(path) for path in paths]


def _text(told: dict[str, object], tally: Tally) -> str:
    """Write the summary for people: outcomes, the funnel and scores as bars, the reasons."""
    outcomes = [(name, f"{count:,}") for name, count in tally.outcomes.most_common()]
    reasons = [(name, f"{count:,}") for name, count in tally.reasons.most_common(10)]
    most = max(tally.funnel["applied"], 1)
    funnel = [f"  {name:<18}{tally.funnel[name]:>9,}  {'#' * (tally.funnel[name] * WIDTH // most)}" for name in FUNNEL]
    lines = [f"{tally.rows:,} applicants on {told['on']}", "", aligned(outcomes), "", "Left after each stage", *funnel]
    if reasons:
        lines += ["", "Reasons", aligned(reasons)]
    if tally.codes:
        lines += ["", "Rows that could not be read", aligned([(code, f"{count:,}") for code, count in tally.codes.most_common()])]
    if tally.labels:
        labels = sorted({label for counts in tally.labels.values() for label in counts})
        table = [("outcome", *labels)] + [
            (name, *(f"{counts[label]:,}" for label in labels)) for name, counts in sorted(tally.labels.items())
        ]
        lines += ["", "How they turned out", aligned(table)]
    files = told["files"]
    assert isinstance(files, list)
    return "\n".join([*lines, "", "Files", *(f"  {path}" for path in files)])
