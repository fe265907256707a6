"""Exams, plans and queues: what was saved counts, corrections hold, what was answered is not asked again. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.history.copies import fresh_copy, taken_events
from tests.history.course import CORRECTED, RIGHT
from tests.history.events import stored_events
from tests.history.records import Document, History, Operation, Violation


def check_sittings(history: History) -> Iterator[Violation]:
    """Of each slot the answer that was saved last counts, and its grade is that of the corrections in force."""
    corrections = list(history.of("", "correct"))
    for student in history.students():
        saves: dict[tuple[str, int], list[Operation]] = defaultdict(list)
        for save in history.of(student, "save"):
            saves[save.sent["sitting"], save.sent["slot"]].append(save)
        for slot, several in saves.items():
            yield from _check_revisions(student, slot, several)
        for seen in history.of(student, "sitting"):
            if seen.is_acknowledged:
                for slot in seen.answer["slots"]:
                    yield from _check_slot(seen, slot, saves[seen.sent["sitting"], slot["slot"]])
        results = {each.sent["sitting"]: each for each in history.of(student, "result") if each.is_acknowledged}
        for sitting, result in results.items():
            for slot in result.answer["slots"]:
                yield from _check_slot(result, slot, saves[sitting, slot["slot"]])
                yield from _check_grade(corrections, result, slot)


def _check_revisions(student: str, slot: tuple[str, int], saves: list[Operation]) -> Iterator[Violation]:
    """Of two that were saved over the same revision, one was refused."""
    saved: dict[int, Document] = {}
    for save in saves:
        if save.is_acknowledged and saved.setdefault(save.sent["rev"], save.sent["response"]) != save.sent["response"]:
            words = f"two answers to slot {slot} were saved over revision {save.sent['rev']}"
            yield Violation("sitting", student, words, (slot[0],))


def _check_slot(seen: Operation, slot: Document, saves: list[Operation]) -> Iterator[Violation]:
    """What is seen of a slot is the last answer that was saved before, or one that may have been saved since."""
    last = max((save.answer["rev"] for save in saves if save.is_acknowledged and save.before(seen)), default=0)
    may_be = [
        save.sent["response"]
        for save in saves
        if save.outcome != "refused" and save.sent["rev"] + 1 >= last and save.began < seen.ended
    ]
    if not last:
        may_be.append(None)
    if slot["response"] not in may_be or slot.get("rev", last) < last:
        words = f"slot {slot['slot']} of {seen.sent['sitting']} holds {slot['response']}, not one of {may_be}"
        yield Violation("sitting", seen.student, words, (seen.sent["sitting"],))


def _check_grade(corrections: Sequence[Operation], result: Operation, slot: Document) -> Iterator[Violation]:
    """A choice is graded by its text, and one to the corrected question by the correction in force."""
    shown = slot["presentation"]
    if slot["score"] is None or shown["kind"] != "single_choice":
        return
    chosen = (slot["response"] or {}).get("choice")
    is_right = any(each["id"] == chosen and each["text"] == RIGHT for each in shown["prompt"]["choices"])
    right = {1.0 if is_right else 0.0}
    if shown["item"] == CORRECTED:
        before = [each for each in corrections if each.outcome != "refused" and each.ended < result.began]
        if any(not each.is_acknowledged for each in before[-1:]) or any(
            each.ended > result.began for each in corrections
        ):
            return  # nobody knows what holds, or it was corrected since
        right = {1.0} if before and before[-1].sent["rule"] == "full" else right
    if slot["score"] not in right:
        check = "correction" if shown["item"] == CORRECTED else "sitting"
        words = f"slot {slot['slot']} of {result.sent['sitting']} has {slot['score']}, and should have {right}"
        yield Violation(check, result.student, words, (result.sent["sitting"],))


def check_plans(history: History) -> Iterator[Violation]:
    """Once there is time, the plan is of after the last answer, and asks nothing that was answered on its day."""
    for student in history.students():
        answers = list(history.of(student, "plan"))
        copy = fresh_copy(history, student)
        if not answers or copy is None:
            continue
        plans = [change for (kind, _), change in copy.items() if kind == "plan"]
        newest = max(plans, key=lambda plan: str(plan["made_at"]), default=None)
        for asked in answers:
            answered_at = asked.sent["answered_at"]
            if newest is None or datetime.fromisoformat(newest["made_at"]) < datetime.fromisoformat(answered_at):
                words = f"the plan is {newest}, and something was answered at {answered_at}"
                yield Violation("plan", student, words, (asked.sent["event"],))
        if newest:
            yield from _check_tasks(history, student, newest, copy)


def _check_tasks(
    history: History, student: str, plan: Document, copy: dict[tuple[str, str], Document]
) -> Iterator[Violation]:
    cards = {
        shown["id"]: shown["card"]
        for queue in history.of(student, "queue")
        if queue.is_acknowledged
        for shown in queue.answer["results"]
    }
    done = {
        cards.get(event["presentation"])
        for event in stored_events(history, student).values()
        if event["event_type"] == "review" and not event["undone"] and not event["superseded"]
        if event["study_date"] == plan["id"] and event["occurred_at"] <= plan["made_at"]
    }
    for task in plan["tasks"]:
        if task["card"] in done and copy["card", task["card"]]["reviews"]:
            words = f"the plan of {plan['made_at']} asks card {task['card']}, which was answered that day"
            yield Violation("answered-planned", student, words, (task["card"],))


def check_queues(history: History) -> Iterator[Violation]:
    """What was answered, and not undone since, is not asked again by the same question."""
    for student in history.students():
        closed: dict[str, tuple[int, str]] = {}
        """The places at which answers to presentations were acknowledged, and the answers."""
        asked_by: dict[str, str] = {}
        reopened: set[str] = set()
        for each in history.of(student):
            events = each.sent.get("events", ()) if each.kind == "batch" else ()
            asked_by.update({event["id"]: event["presentation"] for event in events if event["type"] == "review"})
        for each in sorted(history.of(student), key=lambda operation: operation.began):
            targets = [event["target"] for event in each.sent.get("events", ()) if event["type"] == "undo"]
            targets += [each.sent["target"]] if each.kind == "form-undo" else []
            reopened.update(asked_by.get(target, "") for target in targets)
            reviews = (event for event in taken_events(each) if event in asked_by)
            closed.update({asked_by[event]: (each.ended, event) for event in reviews})
        for queue in history.of(student, "queue"):
            for shown in queue.answer.get("results", ()):
                ended, event = closed.get(shown["id"], (queue.began, ""))
                if ended < queue.began and shown["id"] not in reopened:
                    words = f"{queue.client} is asked {shown['id']}, which {event} answered"
                    yield Violation("queue", student, words, (shown["id"], event))


def check_rebuild(history: History) -> Iterator[Violation]:
    """The service's own fold finds no difference."""
    for each in history.of("", "rebuild"):
        if each.answer["status"]:
            yield Violation("rebuild", "", each.answer["output"])
