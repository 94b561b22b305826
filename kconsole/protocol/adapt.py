"""Protocol 4 on the way in: old kernels' messages in the form of protocol 5.

Kernels older than 2014 (IPython 1 and 2, and kernels written against them) use other names and
shapes. Since the version that a kernel reports is not to be relied on (ipykernel 7 says 5.3 and
does 5.5; protocol 4 headers have none), a message is recognised by its shape. Nothing is ever sent
in the old form.
"""

from collections.abc import Callable, Mapping
from typing import Any

from kconsole.errors import WireError
from kconsole.protocol.fields import as_mapping, as_rows, as_text
from kconsole.protocol.message import Message
from kconsole.protocol.wire import decode

__all__ = ["from_v4"]

Content = Mapping[str, Any]


def from_v4(msg: Message) -> Message:
    """Give a message in the form of protocol 5; the same object where it has that form already.

    :param msg: any message; it is not changed.
    """
    change = _CHANGES.get(msg["msg_type"])
    if change is None:
        return msg
    msg_type, convert = change
    old = as_mapping(msg["content"])
    new = convert(old)
    if msg_type in _WITH_DATA and _lacks_version(msg):
        new = _parse_json_data(new)
    if new is old and msg_type == msg["msg_type"]:
        return msg
    return {**msg, "msg_type": msg_type, "content": dict(new)}


def _as_it_is(content: Content) -> Content:
    return content


def _stream(content: Content) -> Content:
    """``data`` became ``text``."""
    if "text" in content or "data" not in content:
        return content
    return {**content, "text": content["data"]}


def _execute_reply(content: Content) -> Content:
    """A page payload's ``text`` became a MIME bundle in ``data``."""
    payloads = as_rows(content.get("payload"))
    if not any(map(_is_old_page, payloads)):
        return content
    return {
        **content,
        "payload": [_page(item) if _is_old_page(item) else item for item in payloads],
    }


def _is_old_page(payload: object) -> bool:
    fields = as_mapping(payload)
    return "text" in fields and "data" not in fields and "page" in as_text(fields.get("source"))


def _page(payload: Content) -> dict[str, Any]:
    return {**payload, "source": "page", "data": {"text/plain": payload["text"]}}


def _kernel_info_reply(content: Content) -> Content:
    """Versions were lists of numbers, the language a word."""
    new = dict(content)
    for name, value in content.items():
        if name.endswith("version") and isinstance(value, list):
            new[name] = _dotted(value)
    if "language_info" not in content and "language" in content:
        name, version = content["language"], new.get("language_version", "")
        new["language_info"] = {"name": name, "version": version}
    if "implementation" not in content and "ipython_version" in content:
        new["implementation"] = "ipython"
        new["implementation_version"] = new["ipython_version"]
    return content if new == content else new


def _dotted(version: list[object]) -> str:
    """[4, 1] -> "4.1"; IPython appends "" or "dev"."""
    return ".".join(filter(None, map(as_text, version)))


def _complete_reply(content: Content) -> Content:
    """``matched_text``, what the matches replace, became positions.

    Where the text ended only the asker knows: a negative start is relative to the cursor, and
    null stands for the cursor itself.
    """
    if "matched_text" not in content or "cursor_start" in content:
        return content
    length = len(as_text(content["matched_text"]))
    return {**content, "cursor_start": -length or None, "cursor_end": None}


def _object_info_reply(content: Content) -> Content:
    """One field for each thing known of an object became a MIME bundle."""
    found = content.get("found") is True
    lines = [
        f"{label}: {as_text(content.get(name))}"
        for name, label in _OBJECT_FIELDS.items()
        if found and as_text(content.get(name))
    ]
    data = {"text/plain": "\n".join(lines)} if lines else {}
    return {"status": "ok", "found": found, "data": data, "metadata": {}}


def _lacks_version(msg: Message) -> bool:
    return "version" not in as_mapping(msg["header"])


def _parse_json_data(content: Content) -> Content:
    """``application/json`` was a string that holds JSON; only believed of a header without version,
    because to later kernels a string is a value like any other."""
    data = as_mapping(content.get("data"))
    text = data.get("application/json")
    if not isinstance(text, str):
        return content
    try:
        value = decode(text.encode("utf-8", "replace"), "application/json")
    except WireError:
        return content
    return {**content, "data": {**data, "application/json": value}}


_WITH_DATA = frozenset({"display_data", "execute_result"})

_OBJECT_FIELDS = {
    "name": "Name",
    "type_name": "Type",
    "string_form": "String form",
    "length": "Length",
    "file": "File",
    "definition": "Definition",
    "docstring": "Docstring",
    "source": "Source",
}

# old name -> (name in protocol 5, what becomes of the content)
_CHANGES: dict[str, tuple[str, Callable[[Content], Content]]] = {
    "pyin": ("execute_input", _as_it_is),
    "pyout": ("execute_result", _as_it_is),
    "pyerr": ("error", _as_it_is),
    "display_data": ("display_data", _as_it_is),
    "stream": ("stream", _stream),
    "execute_reply": ("execute_reply", _execute_reply),
    "kernel_info_reply": ("kernel_info_reply", _kernel_info_reply),
    "complete_reply": ("complete_reply", _complete_reply),
    "object_info_reply": ("inspect_reply", _object_info_reply),
}
