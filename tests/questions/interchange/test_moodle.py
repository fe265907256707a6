"""Moodle XML, GIFT and Aiken: what they ask comes in as ours, what is not asked here is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions import kinds
from questions.interchange.formats import FORMATS
from questions.interchange.found import Found

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
QUIZ = f"""<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/top/Chemistry/Acids // bases</text></category></question>
<question type="multichoice"><name><text>Water</text></name>
 <questiontext format="html"><text><![CDATA[<p>What is H<sub>2</sub>O, by \\(x^2\\)?</p>
  <img src="@@PLUGINFILE@@/a%20b.png" alt="A drop">]]></text>
  <file name="a b.png" encoding="base64">{PIXEL}</file></questiontext>
 <generalfeedback format="html"><text>It is wet.</text></generalfeedback><single>true</single><idnumber>w1</idnumber>
 <answer fraction="100"><text>Water</text><feedback><text></text></feedback></answer>
 <answer fraction="-25"><text>Air</text><feedback><text>That is a gas.</text></feedback></answer>
 <answer fraction="50"><text>Ice</text><feedback><text>Only when cold.</text></feedback></answer>
 <hint><text>It falls as rain.</text></hint><tags><tag><text>liquids</text></tag></tags></question>
<question type="multichoice"><name><text>Several</text></name><questiontext><text>Which are even?</text></questiontext>
 <single>false</single><answer fraction="33.33333"><text>2</text></answer>
 <answer fraction="33.33333"><text>4</text></answer>
 <answer fraction="33.33333"><text>6</text></answer><answer fraction="0"><text>7</text></answer></question>
<question type="numerical"><name><text>Pi</text></name><questiontext><text>What is pi?</text></questiontext>
 <answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer>
 <answer fraction="0"><text>3</text><feedback><text>Too rough.</text></feedback></answer></question>
<question type="matching"><name><text>Pairs</text></name><questiontext><text>Match.</text></questiontext>
 <subquestion><text>cat</text><answer><text>meow</text></answer></subquestion>
 <subquestion><text>dog</text><answer><text>woof</text></answer></subquestion>
 <subquestion><text></text><answer><text>moo</text></answer></subquestion></question>
<question type="cloze"><name><text>Cloze</text></name><questiontext><text><![CDATA[<p>Pick {{1:MC:=a~b#no}},
 type {{2:SA:=Par\\}}is~*#no}} and {{1:NM:=1.5:0.1}}.</p>]]></text></questiontext></question>
<question type="gapselect"><name><text>Gaps</text></name><questiontext><text>The [[2]] sat.</text></questiontext>
 <selectoption><text>dog</text><group>1</group></selectoption>
 <selectoption><text>cat</text><group>1</group></selectoption></question>
<question type="gapfill"><name><text>Fill</text></name><questiontext><text>The [cat|dog] sat.</text></questiontext>
 <delimitchars>[]</delimitchars><answerdisplay>gapfill</answerdisplay></question>
<question type="calculated"><name><text>Area</text></name><questiontext><text>{{a}} {{B}}?</text></questiontext>
 <answer fraction="100"><text>{{a}}*pow({{B}},2)</text><tolerance>0.01</tolerance></answer>
 <dataset_definitions><dataset_definition><name><text>a</text></name><dataset_items>
  <dataset_item><value>2</value></dataset_item><dataset_item><value>3</value></dataset_item></dataset_items>
 </dataset_definition>
 <dataset_definition><name><text>B</text></name><dataset_items><dataset_item><value>1.5</value></dataset_item>
  <dataset_item><value>4</value></dataset_item></dataset_items></dataset_definition></dataset_definitions></question>
<question type="essay"><name><text>Essay</text></name><questiontext><text>Discuss.</text></questiontext>
 <graderinfo><text>Both sides.</text></graderinfo></question>
<question type="stack"><name><text>Stack</text></name><questiontext><text>?</text></questiontext></question>
</quiz>"""


def _read(name: str, text: str) -> list[Found]:
    return list(FORMATS[name].read(text.encode(), "file"))


def test_a_quiz_of_moodle_comes_in_whole() -> None:
    found = {each.title: each for each in _read("moodle-xml", QUIZ)}
    water: Any = found["Water"]
    assert (water.source_id, water.kind, water.concepts) == (
        "w1",
        "single_choice",
        ("Acids / bases", "Chemistry", "liquids"),
    )
    assert water.body["stem"] == f"What is H₂O, by $x^2$?\n\n![A drop](media/{water.pictures[0].address})"
    assert water.body["choices"] == [
        {"text": "Water", "correct": True},
        {"text": "Air", "because": "That is a gas."},
        {"text": "Ice", "because": "Only when cold."},
    ]
    assert (water.body["explanation"], water.body["hints"]) == ("It is wet.", ["It falls as rain."])
    assert water.lost == (
        "The 50 % for “Ice”: one option is right, or none.",
        "The marks that wrong options took away.",
    )
    several: Any = found["Several"]
    assert [bool(choice.get("correct")) for choice in several.body["choices"]] == [True, True, True, False]
    assert not several.changed
    assert not several.lost
    pi: Any = found["Pi"]
    assert pi.body["tolerance"] == {"atol": 0.01}
    assert pi.body["mistakes"] == [{"value": "3", "because": "Too rough."}]
    pairs: Any = found["Pairs"]
    assert [(pair["left"], pair["right"]) for pair in pairs.body["pairs"]] == [("cat", "meow"), ("dog", "woof")]
    assert pairs.body["distractors"] == [{"text": "moo"}]
    cloze: Any = found["Cloze"]
    assert " ".join(cloze.body["stem"].split()) == "Pick [[blank1]], type [[blank2]] and [[blank3]]."
    assert [part["kind"] for part in cloze.body["parts"]] == ["single_choice", "short_text", "numeric"]
    assert cloze.body["parts"][1]["accept"] == ["Par}is"]
    assert cloze.lost == ("What is said to any other answer: “no”",)
    gaps: Any = found["Gaps"]
    assert gaps.body["parts"][0]["choices"] == [{"text": "dog"}, {"text": "cat", "correct": True}]
    fill: Any = found["Fill"]
    assert fill.body["parts"][0]["accept"] == ["cat", "dog"]
    area: Any = found["Area"]
    body: Any = kinds.parse("numeric", {**area.body, "explanation": "…"})
    assert body.answer == "set.a*((set.v1)**(2))"
    assert area.body["tables"] == {"sets": [{"a": 2, "v1": 1.5}, {"a": 3, "v1": 4}]}
    essay: Any = found["Essay"]
    assert (essay.kind, essay.body["model"]) == ("open_response", "Both sides.")
    assert found["Stack"].refused == "Questions of the type “stack” are not asked here."


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("<quiz><question></quiz>", "The XML is broken in line 1, column 19"),
        ('<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "It defines entities, which are not read."),
        ("<other/>", "It holds no questions of Moodle XML"),
        ('<quiz><question type="multichoice"><questiontext><text>?</text></questiontext></question></quiz>', "right"),
        ('<quiz><question type="cloze"><questiontext><text>{1:NM:=x}</text></questiontext></question></quiz>', "“x”"),
        ('<quiz><question type="cloze"><questiontext><text>{1:SA:=x</text></questiontext></question></quiz>', "closed"),
        ('<quiz><question type="description"><questiontext><text>?</text></questiontext></question></quiz>', "nothing"),
    ],
)
def test_what_cannot_come_in_says_why(xml: str, why: str) -> None:
    (found,) = _read("moodle-xml", xml)
    assert why in (found.refused or "")


GIFT = r"""// [id:q-1] [tag:easy]
$CATEGORY: $course$/top/History

::Who::Who \{really\} built it? {
  =Ann#Yes.
  ~Bob#No.

  ~<stdio.h>
  ####She did.
}

Two of these: {~%50%a ~%50%b ~%-100%c}

::TF::[html]<b>Sky</b> is blue. {T#Look up.#Indeed.}

::Num::How many? {#1..5}

::Miss::The {=cat =feline} sat.

::Pairs::Match. {=a -> 1 =b -> 2 = -> 3}

Write. {}

Only a text.
"""


def test_gift_comes_in_whole() -> None:
    found: list[Any] = _read("gift", GIFT)
    who, two, true, number, miss, pairs, write, text = found
    assert (who.source_id, who.concepts, who.place) == ("q-1", ("History", "easy"), "line 4")
    assert who.body["stem"] == "Who {really} built it?"
    assert [choice["text"] for choice in who.body["choices"]] == ["Ann", "Bob", "<stdio.h>"]
    assert who.body["explanation"] == "She did."
    assert two.kind == "multiple_select"
    assert two.changed == ("Wrong options took marks away; here each takes away what a right one gives.",)
    assert true.body["stem"] == "**Sky** is blue."
    assert true.body["choices"] == [{"text": "True", "correct": True}, {"text": "False", "because": "Look up."}]
    assert true.body["explanation"] == "Indeed."
    assert (number.body["answer"], number.body["tolerance"]) == ("3", {"atol": 2.0})
    assert (miss.body["stem"], miss.body["accept"]) == (r"The \_\_\_\_ sat.", ["cat", "feline"])
    assert (len(pairs.body["pairs"]), pairs.body["distractors"]) == (2, [{"text": "3"}])
    assert (write.kind, write.body) == ("open_response", {"stem": "Write."})
    assert text.refused == "It asks nothing: a text alone."


def test_aiken_comes_in_and_names_lines() -> None:
    found: list[Any] = _read("aiken", "Which?\nA. this\nB) that\nANSWER: B\n\nANSWER: A\nOpen\nA. x\n")
    assert found[0].body["choices"] == [{"text": "this"}, {"text": "that", "correct": True}]
    assert [each.refused for each in found[1:]] == [
        "An answer without a question.",
        "The question is not finished: ANSWER: and a letter stand below its options.",
    ]


def test_latin_letters_are_read_and_named() -> None:
    (found,) = FORMATS["gift"].read("Où? {=là}".encode("cp1252"), "file")
    assert found.body["stem"] == "Où?"
    assert "Windows-1252" in found.changed[0]


@given(
    name=st.sampled_from(["moodle-xml", "gift", "aiken"]),
    changes=st.lists(st.tuples(st.integers(0, 6000), st.binary(max_size=4), st.integers(0, 30)), max_size=8),
)
def test_nothing_breaks_a_reader(name: str, changes: list[tuple[int, bytes, int]]) -> None:
    content = {"moodle-xml": QUIZ, "gift": GIFT, "aiken": "Which?\nA. this\nB) that\nANSWER: B\n"}[name].encode()
    for place, new, length in changes:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + length :]
    for found in FORMATS[name].read(content, "file"):
        assert (found.kind is None) == (found.refused is not None)


def test_of_a_broken_file_the_rest_comes_in_and_the_place_is_named() -> None:
    asked = '<question type="truefalse"><name><text>{}</text></name><questiontext><text>Is it?</text></questiontext>'
    asked += (
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>'
    )
    broken = asked.replace("</questiontext>", "")
    quiz = (
        f"<quiz>\n{asked.format('One')}\n{broken.format('Two')}\n{asked.format('Three')}\n{asked.format('Four')[:90]}"
    )
    found = list(_read("moodle-xml", quiz))

    assert [each.title for each in found if each.kind] == ["One", "Three"]
    refused = {each.place: each.refused for each in found if each.refused}
    assert list(refused) == ["question 2, line 3", "question 4, line 5"]
    assert all(f"broken in line {place[-1]}, column" in str(why) for place, why in refused.items())
    (nothing,) = _read("moodle-xml", f"<quiz>{broken}</quiz>")
    assert "broken in line 1" in str(nothing.refused)


def test_formulas_are_not_numbered_and_lists_in_options_are_named() -> None:
    """As Moodle shows them: no number stands beside a formula. An option is a line here, which is said."""
    option = "<answer fraction='{}' format='html'><text><![CDATA[<ul><li>a</li><li>b {}</li></ul>]]></text></answer>"
    stem = r"\[\begin{equation} x^2 \end{equation}\] ?"
    xml = f"<quiz><question type='multichoice'><questiontext><text>{stem}</text></questiontext>"
    (found,) = _read("moodle-xml", f"{xml}{option.format(100, 1)}{option.format(0, 2)}</question></quiz>")
    assert found.body["stem"] == r"$$\begin{equation*} x^2 \end{equation*}$$ ?"
    assert found.changed == ("A list, a table or lines of code in an option stand in one line.",)
