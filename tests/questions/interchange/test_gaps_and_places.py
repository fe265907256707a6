"""Missing words and places of pictures, as Moodle has them: read, and written where they fit."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from questions.figures import pictures
from questions.figures.diagram_pictures import draw_picture
from questions.interchange.formats import FORMATS
from questions.interchange.leaving import Leaving
from tests.questions.interchange.test_moodle_writing import write


def test_gaps_that_share_a_list_leave_as_missing_words() -> None:
    """From a list where words are plain, to be dragged where they are not; with more to say as embedded answers."""
    for words, kind in (("cat", "gapselect"), ("c**a**t", "ddwtos")):
        offered = [words, "dog", "2 < 3"]
        parts = [
            {
                "id": f"blank{n}",
                "kind": "single_choice",
                "choices": [
                    {"text": text, "correct": True} if text == right else {"text": text, "because": "Look again."}
                    for text in offered
                ],
            }
            for n, right in enumerate((offered[1], offered[0], offered[2]), 1)
        ]
        body: dict[str, Any] = {
            "stem": "A [[blank1]], a [[blank2]] and [[blank3]].",
            "parts": parts,
            "explanation": "So.",
        }
        written = write("moodle-xml", Leaving("gaps", "multi_part", body))
        (found,) = FORMATS["moodle-xml"].read(written.content, "quiz")

        assert (found.body, found.lost, written.remarks) == (body, (), ())
        assert f'type="{kind}"'.encode() in written.content
        assert b"A [[2]], a [[1]] and [[3]]." in written.content
    body["parts"][0]["choices"][0]["because"] = "It purrs."
    assert b'type="cloze"' in write("moodle-xml", Leaving("gaps", "multi_part", body)).content


def test_places_of_a_picture_come_back_from_markers_without_their_words() -> None:
    _, svg = draw_picture("lines", "alt: A line\nx: 1 2 3\ny: 4 5 6")
    picture = pictures.read("plot.svg", svg)
    pairs = [
        {"id": f"place{n}", "left": f"The corner {n}", "right": right, "x": x, "y": 0.5}
        for n, (right, x) in enumerate((("start", 0.125), ("end", 0.875)), 1)
    ]
    body = {"stem": "What is where?", "explanation": "So.", "pairs": pairs, "distractors": [{"text": "middle"}]}
    item = Leaving("places", "labels", body | {"image": f"![A line](media/{picture.address})"})
    written = FORMATS["moodle-xml"].write([item], {picture.address: picture.content}.get)
    (found,) = FORMATS["moodle-xml"].read(written.content, "quiz")

    assert [text for _, text in written.remarks] == [
        "The words for places and for the picture, for readers who cannot see it."
    ]
    assert found.changed == ("Its places are numbered: say in words what is there, for who cannot see them.",)
    unnamed = [pair | {"left": f"Place {n}"} for n, pair in enumerate(pairs, 1)]
    assert (found.kind, found.lost) == ("labels", ())
    assert found.body == body | {"pairs": unnamed, "image": f"![](media/{picture.address})"}


def test_words_and_shapes_of_places_come_in() -> None:
    xml = """<quiz><question type="ddmarker"><questiontext><text>Where?</text></questiontext>
     <file name="a.png" encoding="base64">{}</file><drag><no>1</no><text>a</text></drag><drag><no>2</no><text>b</text>
     </drag><drop><shape>rectangle</shape><coords>0,0;40,20</coords><choice>1</choice></drop>
     <drop><shape>polygon</shape><coords>50,50;70,50;60,90</coords><choice>2</choice></drop></question>
     <question type="ddimageortext"><questiontext><text>Where?</text></questiontext>
     <file name="a.png" encoding="base64">{}</file><drag><no>1</no><text>a</text></drag><drag><no>2</no><text>b</text>
     </drag><drop><text>Left</text><no>1</no><choice>2</choice><xleft>10</xleft><ytop>38</ytop></drop>
     <drop><text>Right</text><no>2</no><choice>1</choice><xleft>50</xleft><ytop>38</ytop></drop></question></quiz>"""
    square = io.BytesIO()
    Image.new("RGB", (100, 100)).save(square, "PNG")
    content = xml.format(*[base64.b64encode(square.getvalue()).decode()] * 2)
    markers, words = FORMATS["moodle-xml"].read(content.encode(), "quiz")

    def named(found: Any) -> list[tuple[object, ...]]:
        return [(pair["left"], pair["right"], pair["x"], pair["y"]) for pair in found.body["pairs"]]

    assert [named(markers), named(words)] == [
        [("Place 1", "a", 0.2, 0.1), ("Place 2", "b", 0.6, 0.7)],
        [("Left", "b", 0.5, 0.5), ("Right", "a", 0.9, 0.5)],
    ]
