"""The life of a model: draft, validated, approved, shadow, champion, retired; each line is one move with its duty.

Three people at least stand behind a champion: who built it, who validated it and proposes it on a paired comparison, and who approved
it and promotes it. `plimsoll.rulebook.duties` says what a duty is, `plimsoll.app.governed` writes the steps down.
"""

from typing import Final

from plimsoll.rulebook.duties import APPROVE, BUILD, CHECK, OUSTED, Move

DRAFT: Final = "draft"
VALIDATED: Final = "validated"
APPROVED: Final = "approved"
SHADOW: Final = "shadow"
CHAMPION: Final = "champion"
RETIRED: Final = "retired"
STATES: Final = (DRAFT, VALIDATED, APPROVED, SHADOW, CHAMPION, RETIRED)

MOVES: Final = (
    Move("register", "", DRAFT, BUILD),
    Move("validate", DRAFT, VALIDATED, CHECK, needs_evidence=True),
    Move("approve", VALIDATED, APPROVED, APPROVE),
    Move("shadow", APPROVED, SHADOW),
    Move("propose", SHADOW, SHADOW, CHECK, needs_evidence=True),
    Move("promote", SHADOW, CHAMPION, APPROVE, needs_evidence=True, ousts=True),
    Move("revalidate", SHADOW, SHADOW, CHECK, needs_evidence=True),
    Move("revalidate", CHAMPION, CHAMPION, CHECK, needs_evidence=True),
    Move("monitor", SHADOW, SHADOW, needs_evidence=True),
    Move("monitor", CHAMPION, CHAMPION, needs_evidence=True),
    Move("retire", DRAFT, RETIRED),
    Move("retire", VALIDATED, RETIRED),
    Move("retire", APPROVED, RETIRED),
    Move("retire", SHADOW, RETIRED),
    Move("retire", CHAMPION, RETIRED, APPROVE),
    Move(OUSTED, CHAMPION, RETIRED),
)
"""Every move there is. A model never goes back: what has to change is another model, with another digest and a life of its own."""
