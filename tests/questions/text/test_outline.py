"""What headings say of their sections: anchors that stay, concepts, minutes."""

from questions.text import markup
from questions.text.outline import outline, rename_taught

TEXT = """Before.

## The *penalty* $x$ {#kept teaches=l2,decay}

One two three.

::: exam try=a,b
four
:::

### Deeper {#deep}

## The penalty

## Nothing {teaches=}

## Set $\\{1\\}$
"""


def test_a_heading_keeps_its_anchor_and_says_what_its_section_teaches() -> None:
    sections = outline(TEXT)
    assert [(each.id, each.teaches) for each in sections] == [
        ("kept", ("l2", "decay")),
        ("the-penalty", None),
        ("nothing", ()),
        ("set-1", None),
    ]
    assert sections[0].tried == ("a", "b")
    assert [each.title for each in sections[:3]] == ["The *penalty* $x$", "The penalty", "Nothing"]
    assert [each.id for each in markup.sections(TEXT)] == ["", *(each.id for each in sections)]
    shown = markup.render(TEXT)
    assert 'id="kept"' in shown
    assert 'id="deep"' in shown
    assert "teaches" not in shown
    assert "{#" not in shown


def test_reading_takes_a_minute_for_two_hundred_words() -> None:
    (section,) = outline("## Title\n\n" + "word " * 399)
    assert (section.words, section.seconds) == (400, 120)


def test_a_concept_is_renamed_where_headings_name_it_and_nowhere_else() -> None:
    assert rename_taught("## A {teaches=a,b}\n\ntext teaches=a\n", "a", "c") == "## A {teaches=c,b}\n\ntext teaches=a\n"
