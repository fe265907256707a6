"""The first course's bank: every row of what must be taught is asked in each of its kinds, and nothing is left open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from questions import kinds
from questions.interchange import yaml
from tests.courses import COURSE

# What a student must be able to do, and the items that ask it, by kind. An item may serve several rows.
ROWS: dict[str, dict[str, set[str]]] = {
    "parameters per sample": {
        "numeric": {"parameters-per-sample", "dense-layer-parameters"},
        "single_choice": {"what-220-means"},
    },
    "random labels": {
        "single_choice": {"what-random-labels-show", "regularizers-and-memorising"},
        "multiple_select": {"random-label-conclusions"},
        "matching": {"match-random-labels-study"},
    },
    "two curves": {
        "single_choice": {"reading-the-gap", "telling-underfitting", "which-model-to-take", "gap-or-error"},
        "numeric": {"epoch-of-the-minimum", "lambda-from-the-validation-curve"},
    },
    "the L2 penalty": {"numeric": {"l2-penalty-value", "l2-gradient", "full-sgd-step"}},
    "weight decay": {
        "numeric": {
            *("weight-decay-factor", "pure-decay-after-k-steps", "steps-to-halve"),
            *("equilibrium-of-pull-and-decay", "decay-over-a-training-run"),
        },
        "single_choice": {"handout-lambda"},
    },
    "L1 and L2": {
        "single_choice": {"why-l1-reaches-zero", "peaky-or-diffuse", "plain-subgradient-misses-zero"},
        "matching": {"match-l1-and-l2"},
        "numeric": {"soft-threshold-step"},
    },
    "AdamW": {
        "single_choice": {"why-adam-distorts-l2", "when-l2-is-weight-decay"},
        "numeric": {"adamw-first-step", "adam-l2-first-step"},
    },
    "thinned networks": {
        "numeric": {"count-the-masks"},
        "single_choice": {"shared-weights", "the-test-network-approximates", "role-of-one-half"},
    },
    "scaling of dropout": {
        "numeric": {"how-much-too-big", "scale-a-kept-activation", "variance-of-inverted-dropout"},
        "single_choice": {"why-inverted", "plain-dropout-at-test"},
        "matching": {"match-expectation-under-dropout"},
    },
    "model.eval": {"single_choice": {"forgot-eval"}},
    "early stopping": {
        "numeric": {"epoch-of-the-minimum", "stop-with-patience"},
        "single_choice": {"why-stopping-acts-like-l2", "which-checkpoint"},
    },
    "augmentation": {
        "numeric": {"crop-positions", "crops-and-flips", "augmented-set-size"},
        "multiple_select": {"transforms-for-photographs", "transforms-that-keep-the-label"},
        "single_choice": {"label-changing-transform"},
    },
    "the playbook": {
        "ordering": {"order-of-the-playbook"},
        "single_choice": {"first-tool-for-the-gap", "next-tool-after-augmentation", "gap-or-no-gap"},
    },
    "the code": {
        "short_text": {
            *("print-of-the-decay-step", "print-of-dropout-at-test"),
            *("print-with-the-rate-forgotten", "complete-the-mask"),
        },
        "single_choice": {"bug-in-the-decay-step", "bug-in-the-dropout-mask", "impossible-output-of-dropout"},
    },
    "reading list": {"matching": {"match-sources"}},
    "different mechanisms": {"matching": {"match-mechanism-to-target", "match-playbook-situations"}},
}

# The numeric templates that there have to be.
TEMPLATES = {
    *("parameters-per-sample", "dense-layer-parameters", "l2-penalty-value", "l2-gradient", "weight-decay-factor"),
    *("pure-decay-after-k-steps", "steps-to-halve", "full-sgd-step", "equilibrium-of-pull-and-decay"),
    *("soft-threshold-step", "adamw-first-step", "adam-l2-first-step", "count-the-masks", "expected-kept-neurons"),
    *("how-much-too-big", "scale-a-kept-activation", "variance-of-inverted-dropout", "dropped-in-a-row"),
    *("epoch-of-the-minimum", "stop-with-patience", "generalisation-gap", "crop-positions", "augmented-set-size"),
    *("max-norm-rescale", "ridge-in-one-dimension"),
}

AT_LEAST = {
    "numeric": 24,
    "matching": 10,
    "single_choice": 25,
    "multiple_select": 8,
    "ordering": 4,
    "short_text": 8,
}

SYMBOL_P = re.compile(r"\$[^$]*(?<![a-zA-Z\\])p(?![a-zA-Z])[^$]*\$|`p`|\bp=|[<>/]\s*p\b")
SAYS_WHICH = re.compile(r"keep|kept|drop.probability|probability of \*?dropping|nn\.Dropout", re.IGNORECASE)


def read(path: Path) -> Any:
    return yaml.read(path.read_text(encoding="utf-8"))


ITEMS: list[dict[str, Any]] = [item for path in sorted((COURSE / "bank").glob("*.yaml")) for item in read(path)]
BY_SLUG = {item["slug"]: item for item in ITEMS}


def of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(item, id=item["slug"]) for item in ITEMS if item["kind"] in kinds]


SELF_MARKED = [name for name, kind in kinds.KINDS.items() if kind.is_self_marked]


def wrong_answers(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a student may get wrong, as the author expects it."""
    yield from (choice for choice in item.get("choices", []) if not choice.get("correct"))
    yield from item.get("mistakes", [])
    yield from item.get("distractors", [])
    yield from item.get("pairs", [])
    for part in item.get("parts", []):
        yield from wrong_answers(part)


def body_of(item: dict[str, Any]) -> dict[str, Any]:
    """The body without what every item has around it."""
    around = {"slug", "kind", "concepts", "difficulty", "seconds", "idea", "enemies", "pool"}
    return {name: value for name, value in item.items() if name not in around}


def shown(item: dict[str, Any]) -> list[str]:
    """What a student sees before the answer."""
    texts = [item["stem"], *item.get("steps", [])]
    texts += [part["stem"] for part in item.get("parts", []) if "stem" in part]
    texts += [choice["text"] for choice in item.get("choices", []) + item.get("distractors", [])]
    return texts + [pair[side] for pair in item.get("pairs", []) for side in ("left", "right")]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_asked_in_each_of_its_kinds(row: str) -> None:
    for kind, slugs in ROWS[row].items():
        assert {slug: BY_SLUG.get(slug, {}).get("kind") for slug in slugs} == dict.fromkeys(slugs, kind)


def test_there_are_enough_items_of_each_kind() -> None:
    counts = Counter(item["kind"] for item in ITEMS)
    assert {kind: counts[kind] >= least for kind, least in AT_LEAST.items()} == dict.fromkeys(AT_LEAST, True)
    assert sum(counts.values()) >= 80


def test_every_template_that_has_to_be_there_is() -> None:
    assert sorted(TEMPLATES - {item["slug"] for item in ITEMS if item["kind"] == "numeric"}) == []


def test_slugs_are_unique_and_no_concept_dangles() -> None:
    assert [slug for slug, count in Counter(item["slug"] for item in ITEMS).items() if count > 1] == []
    concepts = {concept["slug"] for concept in read(COURSE / "concepts.yaml")}
    asked = Counter(slug for item in ITEMS for slug in item["concepts"])
    assert set(asked) == concepts
    assert {slug: count for slug, count in asked.items() if count < 2} == {}


def test_each_concept_is_asked_at_several_difficulties() -> None:
    levels: dict[str, set[int]] = {}
    for item in ITEMS:
        for slug in item["concepts"]:
            levels.setdefault(slug, set()).add(item["difficulty"])
    assert {slug: found for slug, found in levels.items() if len(found) < 2} == {}


def test_difficulties_are_spread() -> None:
    shares = Counter(item["difficulty"] for item in ITEMS)
    assert sorted(shares) == [1, 2, 3, 4, 5]
    assert all(shares[level] >= 4 for level in shares)
    # Most are of the middle, and nothing makes up half of the bank.
    assert max(shares, key=shares.__getitem__) in (2, 3)
    assert max(shares.values()) < len(ITEMS) / 2
    assert all(10 <= item["seconds"] <= 180 for item in ITEMS)


@pytest.mark.parametrize("item", [pytest.param(item, id=item["slug"]) for item in ITEMS])
def test_every_wrong_answer_is_answered(item: dict[str, Any]) -> None:
    assert [one for one in wrong_answers(item) if not one.get("because", "").strip()] == []
    assert len(item["explanation"].split()) >= 12
    if item["kind"] not in ("ordering", *SELF_MARKED):
        assert list(wrong_answers(item))


@pytest.mark.parametrize("item", of_kind("numeric"))
def test_every_number_is_worked_out_with_its_own_numbers(item: dict[str, Any]) -> None:
    worked = item.get("solution") or " ".join(step["result"] for step in item["work"])
    assert re.search(r"\{[^}]+\}", worked)
    assert len(item["mistakes"]) >= 2


@pytest.mark.parametrize("item", of_kind("matching"))
def test_match_sets_have_pairs_and_distractors(item: dict[str, Any]) -> None:
    assert 5 <= len(item["pairs"]) <= 8
    assert len(item["distractors"]) >= 2
    rights = {pair["right"] for pair in item["pairs"]}
    assert len({pair["left"] for pair in item["pairs"]}) == len({pair["id"] for pair in item["pairs"]})
    # A viva asks each pair on its own, so no two pairs share an answer and no distractor is one.
    assert len(rights) == len(item["pairs"])
    assert not rights & {distractor["text"] for distractor in item["distractors"]}


@pytest.mark.parametrize("item", of_kind("single_choice", "multiple_select"))
def test_choices_differ_and_some_are_wrong(item: dict[str, Any]) -> None:
    texts = [choice["text"] for choice in item["choices"]]
    assert len(set(texts)) == len(texts) >= 4
    if not any("correct_if" in choice for choice in item["choices"]):
        keys = sum(bool(choice.get("correct")) for choice in item["choices"])
        assert keys == 1 if item["kind"] == "single_choice" else 1 <= keys <= len(texts)


def test_any_number_of_choices_may_be_right() -> None:
    shares = Counter[float]()
    for item in ITEMS:
        if item["kind"] == "multiple_select":
            kind, body = kinds.get(item["kind"]), kinds.parse(item["kind"], body_of(item))
            for sample in kind.samples(body, "x:1"):
                shares[sum(option.right for option in sample.options) / len(sample.options)] += 1
    assert min(shares) < 0.2
    assert max(shares) == 1
    assert max(shares.values()) < 0.4 * shares.total()


def test_most_questions_are_new_each_time() -> None:
    typed_or_chosen = [item for item in ITEMS if item["kind"] not in ("numeric", "multi_part")]
    assert sum("draw" in item for item in typed_or_chosen) >= 50
    for kind in ("single_choice", "multiple_select", "matching", "ordering", "short_text"):
        assert any("draw" in item for item in typed_or_chosen if item["kind"] == kind), kind


def test_the_longest_choice_is_seldom_the_right_one() -> None:
    stands_out = []
    asked = [item for item in ITEMS if item["kind"] == "single_choice"]
    for item in asked:
        sample, *_ = kinds.get(item["kind"]).samples(kinds.parse(item["kind"], body_of(item)), "x:1")
        right = max(len(choice.text) for choice in sample.options if choice.right)
        wrong = max(len(choice.text) for choice in sample.options if not choice.right)
        assert right <= 1.2 * wrong, item["slug"]
        stands_out += [item["slug"]] if right > wrong else []
    # By chance alone a quarter of the keys would be the longest of four.
    assert len(stands_out) <= 0.25 * len(asked), stands_out


@pytest.mark.parametrize(
    ("slug", "typed", "right"),
    [
        ("cloze-model-eval", "model.eval()", True),
        ("cloze-model-eval", "net.eval()", True),
        ("cloze-model-eval", "MODEL.EVAL()", False),
        ("complete-the-mask", "/float(p)", True),
        ("complete-the-mask", "/p", True),
        ("complete-the-mask", "/P", False),
    ],
)
def test_code_is_right_as_code(slug: str, typed: str, right: bool) -> None:
    (item,) = (item for item in ITEMS if item["slug"] == slug)
    kind, body = kinds.get(item["kind"]), kinds.parse(item["kind"], body_of(item))
    answer = kind.present(body, seed=1, identity="x:1", opaque=lambda name: name).answer
    assert (kind.grade(body, answer, {"text": typed}).score == 1) is right


@pytest.mark.parametrize(
    "slug", ["print-of-the-decay-step", "print-of-dropout-at-test", "print-with-the-rate-forgotten"]
)
def test_an_array_that_is_printed_may_be_written_as_code(slug: str) -> None:
    (item,) = (item for item in ITEMS if item["slug"] == slug)
    kind, body = kinds.get(item["kind"]), kinds.parse(item["kind"], body_of(item))
    answer = kind.present(body, seed=1, identity="x:1", opaque=lambda name: name).answer
    printed = kind.reveal(body, answer).key["text"].strip("[]").replace(" ", ", ")
    assert kind.grade(body, answer, {"text": f"np.array([{printed}])"}).score == 1


def test_few_templates_have_few_answers() -> None:
    few = {}
    for item in ITEMS:
        if item["kind"] == "numeric":
            report = kinds.get("numeric").audit(kinds.parse("numeric", body_of(item)), "x:1", 200)
            assert report is not None
            if (keys := len(set(report.keys))) < 8:
                few[item["slug"]] = keys
    assert few == {}


def test_what_was_always_right_by_the_same_misconception_has_cases() -> None:
    cases = {item["slug"]: len(item.get("cases", {})) for item in ITEMS}
    assert cases["stop-with-patience"] == 2, "the lowest loss of all comes in time, or too late"
    assert cases["adam-l2-first-step"] >= 3, "towards zero, away from it, and with the data gradient"


def test_no_item_leaves_open_what_p_means() -> None:
    about = {"dropout", "thinned-networks", "inverted-dropout", "train-eval-mode", "playbook"}
    open_ = []
    for item in ITEMS:
        if about & set(item["concepts"]) and any(SYMBOL_P.search(text) for text in shown(item)):
            open_ += [] if SAYS_WHICH.search(item["stem"]) else [item["slug"]]
    assert open_ == []


def test_the_question_of_p_is_asked_of_the_items_that_mention_it() -> None:
    """The pattern finds the letter where it stands for the probability, and only there."""
    assert SYMBOL_P.search("Dropout with $p = 0.3$ acts")
    assert SYMBOL_P.search("`p` is")
    assert SYMBOL_P.search("mask = (rand < p) / p")
    assert not SYMBOL_P.search(r"$w - \eta\,\operatorname{sign}(w)$ and no more parameters")
    assert sum(any(SYMBOL_P.search(text) for text in shown(item)) for item in ITEMS) >= 20


def shuffled(document: Any) -> Any:
    """As PostgreSQL gives a JSON document back: names by length, then by the alphabet."""
    if isinstance(document, dict):
        return {name: shuffled(document[name]) for name in sorted(document, key=lambda name: (len(name), name))}
    return [shuffled(entry) for entry in document] if isinstance(document, list) else document


def test_every_item_is_the_same_whatever_the_order_of_its_names() -> None:
    for item in ITEMS:
        body = body_of(item)
        read, again = (kinds.parse(item["kind"], document) for document in (body, shuffled(body)))
        shown, put = (
            kinds.get(item["kind"]).present(one, seed=5, identity="x:1", opaque=lambda name: name)
            for one in (read, again)
        )
        assert shown == put, item["slug"]
