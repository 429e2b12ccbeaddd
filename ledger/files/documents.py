"""Documents of data: terms and facts as YAML or JSON.

Nothing is guessed: a number with a decimal point becomes `Inexact` and is refused by name
later, a date stays text, a word written twice is refused (a county named twice would lose money).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ledger.domain.errors import RuleBroken
from ledger.domain.terms.words import Inexact
from ledger.files.text import decode, read_bytes

DOCUMENT_BYTES_MAX = 1_000_000
NESTING_MAX = 30
WHOLE_MAX = 10**18


class DocumentNotListed(RuleBroken):
    """A document that should be a list of mappings."""

    zh = "文件应是若干条的列表（或写在 {word}: 下面），每条是“名称: 内容”。请核对写法。"
    en = "The file should be a list of items (or hold one under {word}:), each of names with values."


class DocumentUnreadable(RuleBroken):
    """Text that is neither YAML nor JSON."""

    zh = "文件 {file} 第 {line} 行读不懂：{problem}。请按 YAML 或 JSON 的写法改正。"
    en = "{file} cannot be read at line {line}: {problem}. Correct it as YAML or JSON."


def read_document(file: Path) -> Any:
    """The plain data in a YAML or JSON file (`.json`).

    Raises FileMissing, FileTooLarge, DocumentUnreadable, TextUnreadable.
    """
    text = decode(read_bytes(file, DOCUMENT_BYTES_MAX), file.name)
    is_json = file.suffix.lower() == ".json"
    return parse_json(text, file.name) if is_json else parse_yaml(text, file.name)


def listed_documents(document: Any, word: str) -> list[dict[str, Any]]:
    """The documents of a list, or of a mapping that holds one under a word; raises DocumentNotListed."""
    found = document.get(word) if isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise DocumentNotListed(word=word)
    return found


def parse_json(text: str, name: str) -> Any:
    """Plain data from JSON text."""
    try:
        document = json.loads(text, parse_float=Inexact, parse_constant=Inexact, object_pairs_hook=_no_word_twice)
        return _encodable(document)
    except json.JSONDecodeError as problem:
        raise DocumentUnreadable(file=name, line=problem.lineno, problem=problem.msg) from None
    except KeyError as problem:
        raise DocumentUnreadable(file=name, line=1, problem=f"“{problem.args[0]}”写了两次") from None
    except (RecursionError, ValueError):
        raise DocumentUnreadable(file=name, line=1, problem="嵌套过深、数字过长或字符残缺") from None


def parse_yaml(text: str, name: str) -> Any:
    """Plain data from YAML text."""
    try:
        return _encodable(yaml.load(text, Loader=_PlainLoader))  # noqa: S506 - a SafeLoader with fewer types
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise DocumentUnreadable(file=name, line=line, problem=_likely(text, line) or problem.problem) from None
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise DocumentUnreadable(file=name, line=1, problem=str(problem).splitlines()[0]) from None


SLIPS = {
    "\t": "有制表符（Tab），请改为空格",
    "：": "可能用了全角冒号“：”，请改为“: ”",
    "，": "可能用了全角逗号“，”，请改为“, ”",
}


def _likely(text: str, line: int) -> str:
    """The slip of a Chinese keyboard that stands on a line that cannot be read, or just above it."""
    lines = text.splitlines()[max(0, line - 2) : line]
    return next((slip for sign, slip in SLIPS.items() if any(sign in each for each in lines)), "")


def write_yaml(document: Any) -> str:
    """The document as YAML that reads back as the same data."""
    return yaml.dump(document, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=100)


def write_json(document: Any) -> str:
    """The document as JSON that reads back as the same data."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def _encodable(document: Any) -> Any:
    """The document, if it can be written down; raises ValueError for half a character or a huge number."""
    json.dumps(document, ensure_ascii=False).encode()
    if any(abs(number) >= WHOLE_MAX for number in _wholes(document)):
        raise ValueError
    return document


def _wholes(document: Any) -> Iterator[int]:
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    for value in inner:
        if isinstance(value, int):
            yield value
        yield from _wholes(value)


def _no_word_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for word, value in pairs:
        if word in words:
            raise KeyError(word)
        words[word] = value
    return words


class _PlainLoader(yaml.SafeLoader):
    """YAML with texts, whole numbers, true/false and null only."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._fault("不支持引用（*）；请把内容写全")
        if getattr(self.peek_event(), "tag", None) is not None:  # type: ignore[no-untyped-call]
            raise self._fault("不支持类型标记（!）；请直接写内容")
        self.depth += 1
        if self.depth > NESTING_MAX:
            raise self._fault("嵌套过深")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _fault(self, problem: str) -> yaml.MarkedYAMLError:
        mark: Any = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        words: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="名称须是一个词", problem_mark=key_node.start_mark)
            word = key_node.value
            if word in words:
                raise yaml.MarkedYAMLError(problem=f"“{word}”写了两次", problem_mark=key_node.start_mark)
            words[word] = self.construct_object(value_node, deep=True)
        return words

    def construct_plain_map(self, node: yaml.MappingNode) -> dict[Any, Any]:
        return self.construct_mapping(node)

    def construct_inexact(self, node: yaml.ScalarNode) -> Inexact:
        return Inexact(node.value)

    def construct_whole(self, node: yaml.ScalarNode) -> int:
        return int(node.value)


class _PlainDumper(yaml.SafeDumper):
    """Writes what `_PlainLoader` reads: quotes every text that would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _dialect in (_PlainLoader, _PlainDumper):
    _dialect.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in (
        ("bool", r"true|false", "tf"),
        ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
        (
            "float",
            r"[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*|\d[\d_]*)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|nan)",
            "-+.0123456789",
        ),
        ("null", r"null|~|", "n~"),
    ):
        _dialect.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), [*_first, ""])
_PlainLoader.add_constructor("tag:yaml.org,2002:float", _PlainLoader.construct_inexact)
_PlainLoader.add_constructor("tag:yaml.org,2002:int", _PlainLoader.construct_whole)
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _PlainLoader.construct_plain_map)
