"""The end of a month for monitoring: every customer in columns, ranked by the champion or by a plain rule, warned of under the budget."""

import importlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.app.database.store import Store
from plimsoll.app.modelling.register import champion_of
from plimsoll.app.watching.book import Panel, laden, read_panel
from plimsoll.app.watching.find import OnFile, Standing
from plimsoll.app.watching.places import PPM, Place, changed_places
from plimsoll.app.watching.shocks import shock_columns, shocks_found, shocks_on
from plimsoll.app.watching.signal_columns import as_table, signal_columns
from plimsoll.app.watching.signals import told_signals
from plimsoll.monitoring.shock import shock_policy
from plimsoll.monitoring.signals import NO_USE, Values, raised
from plimsoll.monitoring.tell_shock import TellShock
from plimsoll.monitoring.warn import Alert, Scored, Warned, warn_ranked, watch_policy
from plimsoll.risk.load.over_extension_columns import shown_by_claims
from plimsoll.risk.load.policy import load_policy
from plimsoll.risk.parameters import figures
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.read import Model, model_of
from plimsoll.risk.score.table import Floats, Ints
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.signal import ACTIONS, Signals, load

LATE_MODEL, OUT_MODEL = "behaviour", "behaviour-out"
"""Places on the register: the hazard of being late, and, where there is one, that of paying off."""
PLAIN: Final = "plain rule"
STEP: Final = "step"
"""The column of a hazard that says how many months ahead."""

REASONS_MAX: Final = 3
LATE, PAID_OFF, ON_PLAN, CALM = "late", "paid-off", "plan", "calm"


class Month(NamedTuple):
    """What a month's end found: by which score it ranked, how many customers were clean, the warnings, the places that changed, and shocks
    at employers and in regions that are to be noticed."""

    panel: Panel
    ranked_by: str
    clean: int
    warned: Warned
    ended: tuple[tuple[int, str], ...]
    places: tuple[Place, ...]
    shocks: tuple[TellShock, ...] = ()


class Desk(NamedTuple):
    """What a night of monitoring works with: the book, the day, what is on file, the rules, the instant, and threads."""

    store: Store
    on: date
    known: OnFile
    rules: Rules
    now: datetime
    threads: int = 1


def month_end(desk: Desk) -> Month:
    """Look at every customer with a line at the end of a month; nothing is changed here."""
    panel = read_panel(desk.store, desk.on, desk.threads)
    last = len(panel.days) - 1
    ids = panel.customer_id.tolist()
    plans = {plan.customer_id for plan in desk.known.plans.values()}
    has_plan = np.array([one in plans for one in ids], bool) if plans else np.zeros(len(ids), bool)
    # What payments alone suggest is told in the report; on record, and to a limit, only evidence counts, and what was written off.
    line = shown_by_claims(panel.capacity_minor, panel.claims[:, last])
    book = laden(panel, last, load_policy(desk.rules, desk.on))._replace(has_plan=has_plan, line_minor=line)
    places = tuple(changed_places(desk.store, desk.on, desk.known, desk.rules, desk.now, book, ids, panel.currency))
    clean = np.flatnonzero((panel.states <= 0).all(axis=1) & (panel.states[:, last] > NO_USE) & (panel.limit_minor > 0))
    shocks = shocks_found(desk.store, panel, desk.on, shock_policy(desk.rules, desk.on))
    shares = shocks_on(desk.store, desk.on)
    for one in shocks:
        shares[one.subject] = max(shares.get(one.subject, 0.0), one.share.num / one.share.den)
    struck = {name: column[clean] for name, column in shock_columns(desk.store, desk.on, panel.customer_id, shares).items()}
    ranked_by, chances, columns, model = _scored(desk, panel, clean, struck)
    warned = _warned(desk, panel.customer_id[clean], chances, columns, model)
    ended = tuple((one.customer_id, _ending(panel, one.customer_id, plans)) for one in warned.ended)
    return Month(panel, ranked_by, len(clean), warned, ended, places, shocks)


def _scored(desk: Desk, panel: Panel, clean: Ints, struck: Mapping[str, Floats]) -> tuple[str, Floats, Mapping[str, Floats], Model | None]:
    """Score the clean customers: by whom, the chances (or the points of the plain rule), the signals as columns, and the model if any."""
    columns = signal_columns(*(column[clean] for column in (panel.limit_minor, panel.owed, panel.paid, panel.states))) | dict(struck)
    champion = champion_of(desk.store, LATE_MODEL)
    if champion is None or not len(clean):
        return PLAIN, plain_points(columns, load()), columns, None
    out = champion_of(desk.store, OUT_MODEL)
    leaving = None if out is None else model_of(out.body)
    horizon = int(figures(desk.rules, "POLICY.WATCH.HAZARD", desk.on)["horizon"])
    # Needs the extra `ml`; a house without a champion does without it.
    fitted = importlib.import_module("plimsoll.risk.hazard.fit_hazard")
    late = model_of(champion.body)
    hazard = fitted.Hazard(late, leaving if isinstance(leaving, Card) else None, horizon)
    return champion.digest[:12], fitted.score_hazard(hazard, as_table(dict(columns), "clean")), columns, late


def plain_points(columns: Mapping[str, Floats], catalogue: Signals) -> Floats:
    """Rank without a model: by the strength of the signals that are raised, added up, and of equal ones by utilisation.

    A raised signal weighs the place of the action that it recommends, the gentlest one. No chance follows from it.
    """
    points = np.clip(np.nan_to_num(columns["utilisation"]), 0.0, 2.0) / 4
    for name, signal in catalogue.by_name.items():
        if signal.raised is not None and name in columns:
            bound, column = signal.raised.num / signal.raised.den, columns[name]
            with np.errstate(invalid="ignore"):
                is_raised = column <= bound if signal.direction == "down" else column >= bound
            points = points + is_raised * (1.0 + ACTIONS.index(signal.action))
    return points


def held_against(model: Model, values: Mapping[str, float | None], known: Collection[str]) -> tuple[str, ...]:
    """Give the signals that cost a customer most in the score of the first month to come, the dearest first; at most three."""
    parts = model.score({**values, STEP: 1.0}).parts
    dear = sorted((part for part in parts if part.points < 0 and part.feature in known), key=lambda part: (part.points, part.feature))
    return tuple(dict.fromkeys(part.feature for part in dear))[:REASONS_MAX]


def _warned(desk: Desk, ids: Ints, chances: Floats, columns: Mapping[str, Floats], model: Model | None) -> Warned:
    """Rank, and give the warnings; of a large book only those who can be warned of, or are, become rows of their own."""
    policy, count = watch_policy(desk.rules, desk.on), len(ids)
    order = np.lexsort((ids, -chances))
    before = {one: _alert(one, was, desk.on) for one, was in desk.known.warnings.items()}
    within = int(policy.budget * count)
    rank_of = np.empty(count, np.int64)
    rank_of[order] = np.arange(1, count + 1)
    standing = np.isin(ids, np.fromiter(before, np.int64, len(before))) if before else np.zeros(count, bool)
    chosen = np.flatnonzero((rank_of <= within) | standing)
    # What single events and evidence say has no part in the rank; it says why, and what is recommended.
    told = told_signals(desk.store, ids[chosen].tolist(), desk.on, desk.now)
    ranked = [(int(rank_of[at]), _row(ids, chances, columns, at, model, told)) for at in chosen[np.argsort(rank_of[chosen])].tolist()]
    return warn_ranked(ranked, count, before, desk.on.year * 12 + desk.on.month, policy, load())


def _row(ids: Ints, chances: Floats, columns: Mapping[str, Floats], at: int, model: Model | None, told: Mapping[int, Values]) -> Scored:
    values: Values = {name: None if np.isnan(column[at]) else float(column[at]) for name, column in columns.items()}
    values |= told.get(int(ids[at]), {})
    if model is None:
        return Scored(int(ids[at]), 0.0, values)
    catalogue = load()
    # A tree takes some milliseconds to say why, so it is asked only where no signal speaks for itself.
    because = () if raised(catalogue, values) else held_against(model, values, catalogue.by_name.keys())
    return Scored(int(ids[at]), min(float(chances[at]), 1.0), values, because)


def _alert(customer_id: int, was: Standing, on: date) -> Alert:
    since = date.fromordinal(min(was.since, on.toordinal()))
    month = since.year * 12 + since.month
    return Alert(customer_id, month, was.months_below, 0, was.chance_ppm / PPM, was.signals, was.action, was.is_held_out)


def _ending(panel: Panel, customer_id: int, plans: set[int]) -> str:
    """Tell what became of a customer whose warning ends."""
    at = int(np.searchsorted(panel.customer_id, customer_id))
    if at == len(panel.customer_id) or panel.customer_id[at] != customer_id:
        return CALM
    if panel.late[at, -1] > 0:
        return LATE
    if customer_id in plans:
        return ON_PLAN
    return PAID_OFF if panel.owed[at, -1] <= 0 else CALM


def counted(month: Month) -> dict[str, Any]:
    """Give the counts of a month's end."""
    warned = month.warned
    return {
        "ranked_by": month.ranked_by,
        "clean": month.clean,
        "warnings_standing": len(warned.standing),
        "warnings_new": len(warned.new),
        "warnings_ended": len(warned.ended),
        "held_out": sum(one.is_held_out for one in warned.standing),
        "shocks_found": len(month.shocks),
    }
