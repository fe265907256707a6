"""The two spellings of QTI that are written: `choiceInteraction` of 2.1, and `qti-choice-interaction` of 3.0. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.interchange.qti.trees import HTML

CAPITAL = re.compile(r"[A-Z]")


@dataclass(frozen=True)
class Version:
    """What tells the versions from each other in a package."""

    name: str
    namespace: str
    schema: str
    schema_version: str
    resource: str
    match_correct: str
    is_third: bool = False


SECOND = Version(
    name="2.1",
    namespace="http://www.imsglobal.org/xsd/imsqti_v2p1",
    schema="QTIv2.1 Package",
    schema_version="1.0.0",
    resource="imsqti_item_xmlv2p1",
    match_correct="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct",
)
THIRD = Version(
    name="3.0",
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="QTI Package",
    schema_version="3.0.0",
    resource="imsqti_item_xmlv3p0",
    match_correct="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
    is_third=True,
)


def spell(item: Element, version: Version) -> Element:
    """The item, whose names are those of 2.1, as the version spells them."""
    if version.is_third:
        for element in item.iter():
            if element.tag not in HTML and element.tag != "object":
                element.tag = f"qti-{_kebab(element.tag)}"
                attributes = {_kebab(name): value for name, value in element.attrib.items()}
                element.attrib.clear()
                element.attrib.update(attributes)
    item.set("xmlns", version.namespace)
    return item


def _kebab(name: str) -> str:
    return CAPITAL.sub(lambda found: f"-{found[0].lower()}", name)
