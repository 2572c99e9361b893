"""`plimsoll portfolio check`: is a tape sound, and what does it tell."""

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_tape import Currency, Engine, Map, Master, Where, head, opened, order_of, show
from plimsoll.portfolio.shape import AMOUNTS, ENDS

PARTS = ("opened", "day", "days", "customer", *AMOUNTS)


def check(
    tape: Where = "",
    map_name: Map = "house",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Read a tape by its map and refuse what is unsound: half-written files, wrong types, loans twice, missing days, unknown statuses."""
    with opened(order_of(tape, map_name, currency, engine, master)) as found:
        told = {**found.about(), "is_sound": True, "is_daily": found.is_daily, **_parts(found)}
        show(told, _text(found), as_json=as_json)


def _parts(tape: Tape) -> dict[str, object]:
    """Give what the tape tells, and what it does not."""
    return {
        "tells": [part for part in PARTS if tape.shape.tells(part)],
        "lacks": [part for part in PARTS if not tape.shape.tells(part)],
        "dimensions": list(tape.shape.dimensions),
    }


def _text(tape: Tape) -> str:
    parts = _parts(tape)
    lines = [head(tape), "", "The tape is sound."]
    for name in ("tells", "lacks", "dimensions"):
        words = parts[name]
        assert isinstance(words, list), name
        lines.append(f"{name}: {', '.join(words) or '-'}")
    rows = "how loans began and ended, and no months between" if tape.shape.layout == ENDS else "days" if tape.is_daily else "months"
    return "\n".join([*lines, f"rows are of {rows}"])
