"""Learning cards and a few questions: what borrowing costs, told before the first draw, with why each answer is right."""

from typing import Final

from plimsoll.app.show.care import lesson_rows
from plimsoll.interfaces.borrower.me import my_file, screen, upper, whole, words
from plimsoll.interfaces.pages import parts
from plimsoll.interfaces.pages.parts import Field, Form, Heading, Links, Panel, Part, Said, Text
from plimsoll.interfaces.pages.visit import Act, Done, Shown, Visit
from plimsoll.protection.take_lesson import TakeLesson
from plimsoll.rulebook.lesson import Lesson, LessonVersion
from plimsoll.units.refusal import Refused


def _learn(visit: Visit) -> Shown:
    taken = {(one.lesson, one.version): one for one in reversed(lesson_rows(my_file(visit)))}
    panels = []
    for lesson in visit.house.rules.lessons.values():
        version = lesson.at(visit.today())
        if version is None:
            continue
        mine = taken.get((lesson.name, version.version))
        title = upper(lesson.title[visit.speech])
        panels += [Panel(title if n == 1 else "", [Text(page[visit.speech])]) for n, page in enumerate(version.pages, 1)]
        if mine is not None and mine.is_passed:
            panels.append(Panel("", [Said("good", visit.t("b.learn.passed")), Links(((visit.t("b.nav.borrow"), "/borrow"),))]))
        else:
            panels.append(_questions(visit, lesson, version, mine.wrong if mine is not None else ()))
    if not panels:
        panels.append(Panel("", [Said("wait", visit.t("b.learn.none"))]))
    return parts.board(Heading(visit.t("b.nav.learn"), visit.t("b.learn.lead")), panels)


def _questions(visit: Visit, lesson: Lesson, version: LessonVersion, wrong: tuple[int, ...]) -> Panel:
    """Give the questions; those that were answered wrongly before are explained."""
    body: list[Part] = [Said("warn", visit.t("b.learn.again"))] if wrong else []
    body += [Text(f"{n}. {version.questions[n - 1].because[visit.speech]}") for n in wrong]
    fields = [Field("lesson", kind="hidden", value=lesson.name), Field("version", kind="hidden", value=str(version.version))]
    for n, question in enumerate(version.questions, 1):
        options = [
            ("", visit.t("b.choose")),
            *((letter, said[visit.speech]) for letter, said in zip(question.letters, question.options, strict=True)),
        ]
        fields.append(Field(f"answer_{n}", f"{n}. {question.ask[visit.speech]}", "choice", "", options, is_wide=True))
    body.append(Form("take", "", visit.t("b.learn.button"), fields, is_folded=False))
    return Panel(visit.t("b.learn.questions"), body)


def _take(visit: Visit) -> Done:
    key, customer_id = words(visit)
    lesson = visit.house.rules.lessons.get(visit.form.get("lesson", ""))
    version = None if lesson is None else lesson.at(visit.today())
    if lesson is None or version is None:
        return Refused("lesson_unknown")
    answers = "".join(visit.form.get(f"answer_{n}", "")[:1] for n in range(1, len(version.questions) + 1))
    command = TakeLesson(key, customer_id, visit.today(), lesson.name, whole(visit.form.get("version", "")), answers, visit.speech)
    return Act(command, "done.b.taken", "/learn")


SCREENS: Final = (screen("b-learn", "/learn", "disclosure.confirm", _learn, {"take": _take}),)
