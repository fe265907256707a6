"""YAML that remembers its lines, so that every error can name one."""

import re
from collections.abc import Hashable
from pathlib import Path

import yaml

from questions.whole_numbers import read_whole_number

MAX_DEPTH = 40


class Mapping(dict[str, object]):
    """A mapping with the 1-based line of each key."""

    lines: dict[str, int]
    line: int


class Sequence(list[object]):
    """A list with the 1-based line of each entry."""

    lines: list[int]


class YAMLError(ValueError):
    """Text that is not the YAML we read."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class _Loader(yaml.SafeLoader):
    """Safe YAML, without aliases (which could grow without bound) and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise YAMLError("Anchors and aliases are not used here.", line)
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Mapping:
    mapping = Mapping()
    mapping.lines, mapping.line = {}, node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable) or not isinstance(key, str):
            raise YAMLError(f"The key {key!r} has to be text; put it in quotes.", line)
        if key in mapping:
            raise YAMLError(f"The key “{key}” stands here twice.", line)
        mapping[key] = loader.construct_object(value_node, deep=True)
        mapping.lines[key] = line
    return mapping


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> Sequence:
    sequence = Sequence(loader.construct_object(child, deep=True) for child in node.value)
    sequence.lines = [child.start_mark.line + 1 for child in node.value]
    return sequence


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


class _Dumper(yaml.SafeDumper):
    """Safe YAML; what `read` made is written as the plain mapping or list that it is, and everything in full."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """A text of several lines is written line by line where YAML can."""
    style = "|" if "\n" in text else None
    if any(sign in text for sign in "\x85\u2028\u2029"):
        style = '"'  # elsewhere these would be read as ends of lines
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)

_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
# PyYAML follows YAML 1.1, where 1e-3 is a string, 010 is eight and 1:30 is ninety (at a cost that grows with the square
# of its length): numbers are read as YAML 1.2 has them.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":int", ":float", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_NUMBERS = {
    "tag:yaml.org,2002:int": re.compile(r"^[-+]?[0-9]{1,18}$"),
    "tag:yaml.org,2002:float": re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
}
for _tag, _pattern in _NUMBERS.items():
    _Loader.add_implicit_resolver(_tag, _pattern, list("-+0123456789."))
    _Dumper.add_implicit_resolver(_tag, _pattern, list("-+0123456789."))  # so that text like it is quoted
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read(text: str) -> object:
    """The document in `text`; raises YAMLError with its line."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "This is not YAML"
        last = text.rstrip().count("\n")  # a bracket left open is noticed behind the last line
        raise YAMLError(f"YAML: {what}.", min(mark.line, last) + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YAMLError(f"YAML: the sign U+{error.character:04X} is not allowed.", line) from None
    except RecursionError:
        raise YAMLError("YAML: its lists and mappings are nested too deep.") from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, YAMLError):
            raise
        raise YAMLError(f"YAML: {error}") from None


def read_text(path: Path) -> str:
    """The text of a file in UTF-8; raises YAMLError where it has none, with the line of the first wrong byte."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        other = path.with_suffix(".yml")
        raise YAMLError(
            f"This file is missing: rename {other.name}." if other.exists() else "This file is missing."
        ) from None
    except OSError as error:
        raise YAMLError(f"This file cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YAMLError("This is not UTF-8 text: save the file as UTF-8.", line) from None
    if not text.strip():
        raise YAMLError("This file is empty.")
    return text


def read_file(path: Path) -> object:
    """The document in a file, which has to have one; raises YAMLError with its line."""
    return read_document(read_text(path))


def read_document(text: str) -> object:
    """The document in the text of a file, which has to have one; raises YAMLError with its line."""
    document = read(text)
    if document is None:
        raise YAMLError("This file is empty.")
    return document


def write(document: object, *, in_blocks: bool = False) -> str:
    """The document as YAML that `read` reads: short mappings and lists on a line of their own.

    `in_blocks` is for what people edit: a line for each field, however long.
    """
    how = {"default_flow_style": False, "width": 2000} if in_blocks else {"default_flow_style": None, "width": 80}
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, **how))


def front_matter(text: str) -> tuple[object, str]:
    """The YAML between the two `---` lines at the top of a Markdown file, and the text below it."""
    match = re.match(r"---\r?\n(.*?)\r?\n---\r?\n(.*)\Z", text, re.DOTALL)
    if not match:
        raise YAMLError("The file has to begin with front matter between two lines of ---.", 1)
    return read("\n" + match[1]), match[2].strip() + "\n"


def line_of(node: object, path: str) -> int | None:
    """The line of the field at `path` (`choices.2.because`), or of the nearest thing around it."""
    line = node.line if isinstance(node, Mapping) else None
    for part in path.split(".") if path else []:
        if isinstance(node, Mapping) and part in node:
            line, node = node.lines[part], node[part]
        elif isinstance(node, Sequence) and (at := read_whole_number(part, 0, len(node) - 1)) is not None:
            line, node = node.lines[at], node[at]
        else:
            break
    return line
