"""XML elements from shapes and values, as query and REST-XML services write them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, tostring

from botocore.model import Shape

# What XML 1.0 cannot hold at all, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, shape: Shape | None = None, value: Any = None) -> Element:
    """Return the element of a value of this shape; an empty one without a shape."""
    made = Element(name)
    if shape is not None:
        _FILL.get(shape.type_name, _fill_text)(made, shape, value)
    return made


def text_element(name: str, text: str) -> Element:
    """Return an element with only text in it."""
    made = Element(name)
    made.text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return made


def print_xml(root: Element, namespace: str = "") -> bytes:
    """Return the document."""
    if namespace:
        root.set("xmlns", namespace)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def iso_time(seconds: float) -> str:
    """Return a time as XML answers print it: UTC, milliseconds, Z."""
    time = datetime.fromtimestamp(seconds, UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def _fill_structure(parent: Element, shape: Any, value: Mapping[str, Any]) -> None:
    for member, of in shape.members.items():
        if value.get(member) is None or of.serialization.get("location"):
            continue
        name = of.serialization.get("name", member)
        if of.type_name == "list" and of.serialization.get("flattened"):
            parent.extend(element(name, of.member, each) for each in value[member])
        else:
            parent.append(element(name, of, value[member]))


def _fill_list(parent: Element, shape: Any, value: list[Any]) -> None:
    name = shape.member.serialization.get("name", "member")
    parent.extend(element(name, shape.member, each) for each in value)


def _fill_text(parent: Element, shape: Shape, value: Any) -> None:
    if shape.type_name == "timestamp":
        text = iso_time(value)
    elif shape.type_name == "boolean":
        text = "true" if value else "false"
    else:
        text = str(value)
    parent.text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


_FILL: dict[str, Any] = {"structure": _fill_structure, "list": _fill_list}
