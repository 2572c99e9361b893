"""Take a lesson: answers to its questions are put on record, passed or not; what was wrong is explained at once."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.gate import TAKEN
from plimsoll.rulebook.lesson import LessonVersion
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = "line"


@dataclass(frozen=True, slots=True)
class TakeLesson:
    """Answer the questions of a version of a lesson: one letter each, in the order shown, such as "bca"."""

    key: str
    customer_id: int
    on: date
    lesson: str
    version: int
    answers: str
    language: str = "zh-CN"


def decide(book: Book, command: TakeLesson, rules: Rules) -> Decision | Refused:
    """Put the answers on record; the answer tells whether the lesson is passed, and which questions were wrong (from 1).

    Refuses customer_unknown, lesson_unknown, lesson_outdated, lesson_answers_malformed.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = _find(command, rules)
    if isinstance(found, Refused):
        return found
    wrong = [n for n, (said, question) in enumerate(zip(command.answers, found.questions, strict=True), 1) if said != question.right]
    is_passed = len(wrong) <= (rules.whole("POLICY.LESSON.WRONG.MAX", command.on) or 0)
    taken = {
        "version": found.version,
        "answers": command.answers,
        "wrong": wrong,
        "passed": is_passed,
        "language": command.language,
    }
    return Decision(
        filings=(NewFiling(TAKEN, command.lesson, body_of(taken)),),
        answer=body_of({"lesson": command.lesson, "passed": is_passed, "wrong": wrong}),
    )


def _find(command: TakeLesson, rules: Rules) -> LessonVersion | Refused:
    """Give the version of the lesson in force, with answers that fit its questions."""
    lesson = rules.lessons.get(command.lesson)
    version = None if lesson is None else lesson.at(command.on)
    if version is None:
        return Refused("lesson_unknown", "", f"{command.lesson!r} on {command.on}")
    if version.version != command.version:
        return Refused("lesson_outdated", "", f"version {command.version} answered, {version.version} in force")
    letters = [question.letters for question in version.questions]
    if len(command.answers) != len(letters) or any(said not in known for said, known in zip(command.answers, letters, strict=True)):
        return Refused("lesson_answers_malformed", "", f"{command.answers[:20]!r}; {len(letters)} letters")
    return version
