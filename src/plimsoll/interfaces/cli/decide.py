"""`plimsoll decide`: a file of applicants, each with an outcome, reasons, limit, price and load line; a summary and charts."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.applicants import Plan, applicants, read_plan, usual_plan
from plimsoll.app.config import now
from plimsoll.app.decide_charts import STAGES, write_charts
from plimsoll.app.decide_file import FUNNEL, MALFORMED, REFUSED, Tally, decide_rows, summary, write_decisions
from plimsoll.app.kit import standing_model
from plimsoll.app.modelling.file import read_model_file
from plimsoll.app.table_text import Texts, read_texts
from plimsoll.app.words import said
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.origination.kit import Kits, Models, Parts
from plimsoll.origination.words import OUTCOME_WORDS
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.feature import load
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

WIDTH: Final = 40
WORDS: Final = {
    "head": ("{on} 审批 {rows} 件申请", "{rows} applicants on {on}"),
    "funnel": ("各阶段后剩余", "Left after each stage"),
    "reasons": ("原因", "Reasons"),
    "codes": ("未能审批的行", "Rows that could not be decided on"),
    "unused": ("未采用的数据", "Values that were not used"),
    "outcome": ("结论", "outcome"),
    "labels": ("后来的表现", "How they turned out"),
    "files": ("文件", "Files"),
}
ROW_WORDS: Final = {REFUSED: "不受理", MALFORMED: "无法读取"}

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
        texts = read_texts(file, keeps_torn=True)
        plan = read_plan(Path(config), texts, catalogue) if config else usual_plan(texts, catalogue, product, "CNY")
        models = Models(read_model_file(Path(model))[0] if model else standing_model())
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text(language)) from None
    for note in plan.notes:
        print(f"plimsoll decide: {note[language]}", file=sys.stderr)
    day = read_on(on, "--on") if on else plan.on or now().astimezone().date()
    version = rules.product(plan.product, day)
    if isinstance(version, Refused):
        raise Stop(USAGE, version.text(language))
    kit = Kits(Parts(models, standing_tables()), rules).on(day, version.licence)
    tally, labels = Tally(), _labels(texts, plan)
    with bar(texts.rows + len(texts.torn), "applicants") as step:
        rows = []
        found = applicants(texts, plan, day, {version.licence: kit}, rules)
        for row in decide_rows(found, kit, plan, labels, language, tally):
            rows.append(row)
            step("")
    told = summary(tally, kit, plan.currency) | {"on": day.isoformat(), "files": _written(rows, tally, out, "" if no_charts else language)}
    out.joinpath("summary.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told, tally, language))


def _labels(texts: Texts, plan: Plan) -> list[str]:
    """Give the column that says how rows turned out, where the mapping names one."""
    if not plan.label:
        return []
    found = iter(texts.columns[plan.label].to_pylist())
    return ["" if row in texts.torn else str(next(found)) for row in range(1, texts.rows + len(texts.torn) + 1)]


def _written(rows: list[list[str]], tally: Tally, out: Path, language: str) -> list[str]:
    """Write decisions, and charts where there is a language for them; give the paths."""
    paths = list(write_decisions(rows, out))
    if language and rows:
        paths += write_charts(tally, out, language)
    return [str(path) for path in paths]


def _text(told: dict[str, object], tally: Tally, language: str) -> str:
    """Write the summary for people: outcomes, the funnel and scores as bars, the reasons."""
    words = {name: said[LANGUAGES.index(language)] for name, said in WORDS.items()}
    outcomes = [(_outcome(name, language), f"{count:,}") for name, count in tally.outcomes.most_common()]
    reasons = [(name, f"{count:,}") for name, count in tally.reasons.most_common(10)]
    lines = [words["head"].format(rows=f"{tally.rows:,}", on=told["on"]), "", aligned(outcomes), "", words["funnel"]]
    lines += _funnel(tally, language)
    if reasons:
        lines += ["", words["reasons"], aligned(reasons)]
    for name, counts in (("codes", tally.codes), ("unused", tally.unused)):
        if counts:
            lines += ["", words[name], aligned([(code, f"{count:,}") for code, count in counts.most_common()])]
    if tally.labels:
        labels = sorted({label for counts in tally.labels.values() for label in counts})
        table = [(words["outcome"], *labels)] + [
            (_outcome(name, language), *(f"{counts[label]:,}" for label in labels)) for name, counts in sorted(tally.labels.items())
        ]
        lines += ["", words["labels"], aligned(table)]
    files = told["files"]
    assert isinstance(files, list)
    return "\n".join([*lines, "", words["files"], *(f"  {path}" for path in files)])


def _funnel(tally: Tally, language: str) -> list[str]:
    """Write who is left after each stage, as bars."""
    most = max(tally.funnel["applied"], 1)
    names = {name: said(STAGES[name], language) for name in FUNNEL}
    rows = [(names[name], f"{tally.funnel[name]:,}") for name in FUNNEL]
    lines = aligned(rows).splitlines()
    return [f"  {line}  {'#' * (tally.funnel[name] * WIDTH // most)}" for line, name in zip(lines, FUNNEL, strict=True)]


def _outcome(name: str, language: str) -> str:
    """Give an outcome as the file writes it, in Chinese beside its word."""
    words = OUTCOME_WORDS[name]["zh-CN"] if name in OUTCOME_WORDS else ROW_WORDS[name]
    return name if language == "en" else f"{words} {name}"
