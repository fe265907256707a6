"""The interactions of QTI 2 and 3, each as a question of ours. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, Option, RefusedError, Remarks
from questions.interchange.qti.responses import Declaration, read_compared, read_precision
from questions.interchange.qti.shapes import middle_of
from questions.interchange.qti.trees import each, text_of


@dataclass(frozen=True)
class Asking:
    """What an interaction is read with: its item, its response, texts as Markdown, and what is said to each choice."""

    item: Element
    response: Declaration
    markdown: Callable[[Element], str]
    reasons: Mapping[str, str]
    remarks: Remarks

    def key(self) -> list[str]:
        """What is right, as far as it is said anywhere."""
        return self.response.key(self.remarks) or read_compared(self.item, self.response.name)


def read_choice(element: Element, at: Asking) -> Asked:
    """choiceInteraction and inlineChoiceInteraction."""
    key = at.key()
    choices = list(each(element, "simpleChoice", "inlineChoice"))
    options = [
        Option(at.markdown(choice), name in key, "" if name in key else at.reasons.get(name, ""))
        for choice in choices
        if (name := choice.get("identifier", ""))
    ]
    several = at.response.is_several or (element.get("maxChoices", "1") != "1" and len(key) > 1)
    return asking.choose(options, at.remarks, several=several and element.tag == "choiceInteraction")


def read_hottext(element: Element, at: Asking) -> Asked:
    """hottextInteraction: words of the text become options."""
    key = at.key()
    words = list(each(element, "hottext"))
    at.remarks.changed.append("Words to be chosen in the text stand below it as options.")
    options = [Option(at.markdown(word), word.get("identifier") in key) for word in words]
    return asking.choose(options, at.remarks, several=at.response.is_several)


def read_order(element: Element, at: Asking) -> Asked:
    """orderInteraction."""
    texts = {choice.get("identifier", ""): at.markdown(choice) for choice in each(element, "simpleChoice")}
    stated = at.response.correct or _by_marks(at.response)
    key = [name for name in stated if name in texts]
    if not key:
        raise RefusedError("It does not say in which order its steps are right.")
    if len(key) < len(texts):
        raise RefusedError("Only some of its steps are to be put in order.")
    return asking.order([texts[name] for name in key])


def _by_marks(response: Declaration) -> list[str]:
    return sorted(response.earns, key=lambda name: response.earns[name])


def read_match(element: Element, at: Asking) -> Asked:
    """matchInteraction: the set in which each text has one partner is on the left."""
    sets = list(each(element, "simpleMatchSet"))
    if len(sets) != 2:
        raise RefusedError("A match has two sets of texts.")
    lefts, rights = ({c.get("identifier", ""): c for c in each(part, "simpleAssociableChoice")} for part in sets)
    links = [_sided(link, lefts, rights) for link in _links(at.key())]
    if len({left for left, _ in links}) < len(links):
        if len({right for _, right in links}) < len(links):
            raise RefusedError("Texts on both sides have several partners.")
        links, lefts, rights = [(right, left) for left, right in links], rights, lefts
        at.remarks.changed.append("Left and right are exchanged: several texts belong to one.")
    if not links:
        raise RefusedError("It does not say what belongs together.")
    return _pairs(links, lefts, rights, at)


def read_associate(element: Element, at: Asking) -> Asked:
    """associateInteraction: pairs out of one set."""
    texts = {choice.get("identifier", ""): choice for choice in each(element, "simpleAssociableChoice")}
    links = [link for link in _links(at.key()) if link[0] in texts and link[1] in texts]
    names = [name for link in links for name in link]
    if not links or len(set(names)) < len(names):
        raise RefusedError("It does not say which text belongs to which one.")
    lefts = {left: texts[left] for left, _ in links}
    return _pairs(links, lefts, {name: text for name, text in texts.items() if name not in lefts}, at)


def _links(key: Iterable[str]) -> list[tuple[str, str]]:
    parts = [value.split() for value in key]
    return [(part[0], part[1]) for part in parts if len(part) == 2]


def _sided(link: tuple[str, str], lefts: Mapping[str, Element], rights: Mapping[str, Element]) -> tuple[str, str]:
    first, second = link
    if first in lefts and second in rights:
        return first, second
    if first in rights and second in lefts:
        return second, first
    raise RefusedError(f"Its key names “{first} {second}”, which it does not have.")


def _pairs(
    links: list[tuple[str, str]], lefts: Mapping[str, Element], rights: Mapping[str, Element], at: Asking
) -> Asked:
    linked = {left for left, _ in links}
    at.remarks.lost += [f"“{text_of(text)}” has no partner." for name, text in lefts.items() if name not in linked]
    pairs = [(left.removeprefix("p_"), at.markdown(lefts[left]), at.markdown(rights[right])) for left, right in links]
    used = {right for _, right in links}
    others = {at.markdown(text): name for name, text in rights.items() if name not in used}
    asked = asking.match(pairs, others, at.remarks)
    for distractor in asking.rows_of(asked.fields, "distractors"):
        if because := at.reasons.get(others[str(distractor["text"])]):
            distractor["because"] = because
    for pair, (left, _) in zip(asking.rows_of(asked.fields, "pairs"), links, strict=True):
        if because := at.reasons.get(left):
            pair["because"] = because
    return asked


def read_text_entry(element: Element, at: Asking) -> Asked:
    """textEntryInteraction: a number where its type is one, else a text."""
    response = at.response
    compared = [] if response.correct or response.earns else read_compared(at.item, response.name)
    if response.base_type not in ("float", "integer"):
        return asking.accept(response.accepted(at.remarks) + compared, at.remarks, exact_case=response.is_exact_case)
    keys = response.correct or response._best() or compared
    if not keys:
        raise RefusedError("It does not say which number is right.")
    return _number(keys[0], at)


def _number(key: str, at: Asking) -> Asked:
    precision = read_precision(at.item, at.response.name)
    if precision.digits:
        return asking.compute(key, digits=precision.digits)
    if precision.decimals:
        return asking.compute(key, decimals=precision.decimals)
    value = asking.number(key)
    if value is None or precision.below is None or precision.above is None:
        return asking.compute(key)
    unit = abs(float(value)) / 100 if precision.is_relative else 1
    if precision.below != precision.above:
        at.remarks.changed.append("The tolerance is the same above the key as below it.")
    return asking.near(key, min(precision.below, precision.above) * unit)


def read_slider(element: Element, at: Asking) -> Asked:
    """sliderInteraction: the number is typed."""
    key = at.key()
    if not key:
        raise RefusedError("It does not say which number is right.")
    at.remarks.changed.append("A number on a slider is typed.")
    return _number(key[0], at)


def read_extended_text(element: Element, at: Asking) -> Asked:
    """extendedTextInteraction."""
    model = "\n\n".join(at.response.correct)
    return Asked("open_response", {"model": model, "points": [{"text": model}]} if model else {})


def read_upload(element: Element, at: Asking) -> Asked:
    """uploadInteraction and drawingInteraction: described in words."""
    at.remarks.changed.append("A file is asked for; here the answer is written.")
    return Asked("open_response", {})


def read_places(element: Element, at: Asking) -> Asked:
    """graphicGapMatchInteraction, and hotspotInteraction whose places have names: names for places of a picture."""
    places = {spot.get("identifier", ""): spot for spot in each(element, "associableHotspot", "hotspotChoice")}
    if element.tag == "hotspotInteraction":
        names = {name: spot.get("hotspotLabel", "") for name, spot in places.items()}
        if not all(names.values()) or len(names) < 2:
            raise RefusedError("A click on a picture is asked for (hot spot): write it as places with names.")
        at.remarks.changed.append("A click on the picture has become names for all of its places.")
        return _labels(element, {name: (text, spot) for name, (text, spot) in _named(names, places)}, [], at)
    texts = {c.get("identifier", ""): _name_of(c, at) for c in each(element, "gapText", "gapImg")}
    links = [(a, b) if b in places else (b, a) for a, b in _links(at.key())]
    put = {spot: (texts[name], places[spot]) for name, spot in links if name in texts and spot in places}
    used = {name for name, _ in links}
    return _labels(element, put, [text for name, text in texts.items() if name not in used], at)


def _named(names: Mapping[str, str], places: Mapping[str, Element]) -> Iterable[tuple[str, tuple[str, Element]]]:
    return ((name, (text, places[name])) for name, text in names.items())


def _name_of(choice: Element, at: Asking) -> str:
    if choice.tag == "gapText":
        return at.markdown(choice)
    return choice.get("objectLabel") or text_of(choice) or next((i.get("alt", "") for i in each(choice, "img")), "")


def _labels(element: Element, put: Mapping[str, tuple[str, Element]], others: list[str], at: Asking) -> Asked:
    picture = next(each(element, "object", "img"), None)
    if picture is None:
        raise RefusedError("The picture is missing.")
    image = at.markdown(_around(picture))
    if not image.startswith("!["):
        raise RefusedError("The picture is missing.")
    size = float(picture.get("width") or 0), float(picture.get("height") or 0)
    pairs = [
        (name.removeprefix("p_"), spot.get("hotspotLabel") or f"Place {place}", text)
        for place, (name, (text, spot)) in enumerate(put.items(), start=1)
    ]
    asked = asking.match(pairs, others, at.remarks)
    for row, (_, spot) in zip(asking.rows_of(asked.fields, "pairs"), put.values(), strict=True):
        row["x"], row["y"] = middle_of(spot.get("shape", ""), spot.get("coords", ""), size)
    return Asked("labels", {"image": image, **asked.fields})


def _around(picture: Element) -> Element:
    outer = Element("div")
    outer.append(Element(picture.tag, picture.attrib))
    outer[0].text = text_of(picture)
    return outer


READERS: Mapping[str, Callable[[Element, Asking], Asked]] = {
    "choiceInteraction": read_choice,
    "inlineChoiceInteraction": read_choice,
    "hottextInteraction": read_hottext,
    "orderInteraction": read_order,
    "matchInteraction": read_match,
    "associateInteraction": read_associate,
    "textEntryInteraction": read_text_entry,
    "extendedTextInteraction": read_extended_text,
    "uploadInteraction": read_upload,
    "drawingInteraction": read_upload,
    "sliderInteraction": read_slider,
    "graphicGapMatchInteraction": read_places,
    "hotspotInteraction": read_places,
}
INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
IGNORED = ("endAttemptInteraction", "mediaInteraction")
"""What is no answer: a button, a film."""
