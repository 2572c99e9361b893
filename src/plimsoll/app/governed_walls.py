"""What the database itself refuses about the register: whoever comes without the code meets the same walls.

A step follows on the one before it; nobody holds two duties on one thing; the first step is its maker's; the state is what the last
step says; and what was entered stays as it was entered. The statements are data, read by the migration and by the tests.
"""

from typing import Final

OUT_OF_ORDER: Final = "artefact_step does not follow on the step before it"
NOT_SEPARATED: Final = "duties are kept apart: nobody holds two on one thing"
FIXED: Final = "artefact stays as it was entered, and its state is what its last step says"

_LAST: Final = "SELECT after_state FROM artefact_step WHERE digest = NEW.digest ORDER BY n DESC LIMIT 1"
_COUNT: Final = "SELECT count(*) FROM artefact_step WHERE digest = NEW.digest"
_MAKER: Final = "SELECT made_by FROM artefact WHERE digest = NEW.digest"
# A number that is taken is refused by the primary key.
_IS_OUT_OF_ORDER: Final = (
    f"NEW.n NOT BETWEEN 1 AND ({_COUNT}) + 1 OR (NEW.n = ({_COUNT}) + 1 AND NEW.before_state <> coalesce(({_LAST}), '')) "
    f"OR (NEW.n = 1 AND (NEW.duty <> 'build' OR NEW.actor <> ({_MAKER})))"
)
_HOLDS_ANOTHER: Final = (
    "NEW.duty <> '' AND EXISTS (SELECT 1 FROM artefact_step AS earlier WHERE earlier.digest = NEW.digest "
    "AND earlier.actor = NEW.actor AND earlier.duty NOT IN ('', NEW.duty))"
)
_KEPT: Final = ("digest", "kind", "name", "made_by", "made_at", "body")
_SAME: Final = "SELECT 1 FROM artefact WHERE digest = NEW.digest"
_IS_CHANGED: Final = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _KEPT) + f" OR NEW.state <> coalesce(({_LAST}), '')"
_MOVE: Final = "UPDATE artefact SET state = NEW.after_state WHERE digest = NEW.digest"


def _sqlite_wall(name: str, when: str, message: str) -> str:
    return f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


SQLITE: Final = (
    _sqlite_wall("artefact_step_in_order", f"BEFORE INSERT ON artefact_step WHEN {_IS_OUT_OF_ORDER}", OUT_OF_ORDER),
    _sqlite_wall("artefact_step_duties", f"BEFORE INSERT ON artefact_step WHEN {_HOLDS_ANOTHER}", NOT_SEPARATED),
    f"CREATE TRIGGER artefact_step_moves AFTER INSERT ON artefact_step BEGIN {_MOVE}; END",
    # REPLACE would put one thing in the place of another without deleting it first.
    _sqlite_wall("artefact_enters", f"BEFORE INSERT ON artefact WHEN NEW.state <> '' OR EXISTS ({_SAME})", FIXED),
    _sqlite_wall("artefact_stays", f"BEFORE UPDATE ON artefact WHEN {_IS_CHANGED}", FIXED),
    _sqlite_wall("artefact_no_delete", "BEFORE DELETE ON artefact", FIXED),
)

_STEP_FUNCTION: Final = f"""
CREATE FUNCTION plimsoll_artefact_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Steps of one thing wait for each other, so that none is judged by what is about to change.
    PERFORM 1 FROM artefact WHERE digest = NEW.digest FOR UPDATE;
    IF {_IS_OUT_OF_ORDER} THEN
        RAISE EXCEPTION '{OUT_OF_ORDER}' USING ERRCODE = 'check_violation';
    END IF;
    IF {_HOLDS_ANOTHER} THEN
        RAISE EXCEPTION '{NOT_SEPARATED}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_MOVE_FUNCTION: Final = f"""
CREATE FUNCTION plimsoll_artefact_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_MOVE};
    RETURN NULL;
END $$
"""
_STAY_FUNCTION: Final = f"""
CREATE FUNCTION plimsoll_artefact_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = '' THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NOT ({_IS_CHANGED}) THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'check_violation';
END $$
"""
POSTGRES: Final = (
    _STEP_FUNCTION,
    _MOVE_FUNCTION,
    _STAY_FUNCTION,
    "CREATE TRIGGER artefact_step_follows BEFORE INSERT ON artefact_step FOR EACH ROW EXECUTE FUNCTION plimsoll_artefact_step()",
    "CREATE TRIGGER artefact_step_moves AFTER INSERT ON artefact_step FOR EACH ROW EXECUTE FUNCTION plimsoll_artefact_moves()",
    "CREATE TRIGGER artefact_stays BEFORE INSERT OR UPDATE ON artefact FOR EACH ROW EXECUTE FUNCTION plimsoll_artefact_stays()",
    "CREATE TRIGGER artefact_no_delete BEFORE DELETE OR TRUNCATE ON artefact FOR EACH STATEMENT EXECUTE FUNCTION plimsoll_artefact_stays()",
)


def register_walls(dialect: str) -> tuple[str, ...]:
    """Give the statements that put the walls up."""
    return POSTGRES if dialect == "postgresql" else SQLITE
