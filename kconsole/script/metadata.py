"""The metadata of a notebook, without what its format forbids.

Metadata may have any name; some names have a meaning, and then the value has to fit ("Metadata" in the
documentation of nbformat, and its schema of 4.5). What does not fit is left out, all else is kept as it is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["cell_attachments", "cell_metadata", "notebook_metadata"]

_JSON_TYPE = re.compile(r"application/(.*\+)?json")

_Fits = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


#: Of all of it: name -> whether a value fits.
_NOTEBOOK: Mapping[str, _Fits] = {
    "authors": lambda value: isinstance(value, list),
    "orig_nbformat": lambda value: type(value) is int and value > 0,
    "title": _is_text,
}
_LANGUAGE: Mapping[str, _Fits] = {
    "codemirror_mode": lambda value: isinstance(value, str | dict),
    **dict.fromkeys(("file_extension", "mimetype", "pygments_lexer"), _is_text),
}
_ANY_CELL: Mapping[str, _Fits] = {
    "jupyter": _is_object,
    "name": lambda value: isinstance(value, str) and bool(value.strip("\n")),
}
#: The kind of a cell -> the same.
_CELL: Mapping[str, Mapping[str, _Fits]] = {
    "code": {
        **_ANY_CELL,
        "collapsed": _is_bool,
        "execution": _are_texts,
        "scrolled": lambda value: isinstance(value, bool) or value == "auto",
    },
    "markdown": _ANY_CELL,
    "raw": {**_ANY_CELL, "format": _is_text},
}


def notebook_metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stand in format 4.5 of the metadata of a whole notebook.

    A kernelspec without a title gets its name for one.
    """
    metadata = _fitting(found, _NOTEBOOK)
    spec = metadata.pop("kernelspec", None)
    if isinstance(spec, dict) and isinstance(spec.get("name"), str):
        title = spec.get("display_name")
        title = title if isinstance(title, str) else spec["name"]
        metadata["kernelspec"] = spec | {"display_name": title}
    language = metadata.pop("language_info", None)
    if isinstance(language, dict) and isinstance(language.get("name"), str):
        metadata["language_info"] = _fitting(language, _LANGUAGE)
    return metadata


def cell_metadata(found: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return what may stand in format 4.5 of a cell's metadata.

    :param kind: of the cell: code, markdown or raw.
    """
    metadata = _fitting(found, _CELL[kind])
    if "tags" in metadata:
        metadata["tags"] = _tags(metadata["tags"])
    return metadata


def cell_attachments(found: object) -> dict[str, Any]:
    """Return those attachments of a cell that are any: name -> MIME type -> content."""
    if not isinstance(found, dict):
        return {}
    return {name: bundle for name, bundle in found.items() if _is_bundle(bundle)}


def _fitting(found: Mapping[str, Any], known: Mapping[str, _Fits]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in known or known[name](value)}


def _tags(found: object) -> list[str]:
    """A comma stands between tags where they are typed, so none may be in one."""
    tags = found if isinstance(found, list) else []
    good = [tag for tag in tags if isinstance(tag, str) and tag.strip("\n") and "," not in tag]
    return list(dict.fromkeys(good))


def _is_bundle(value: object) -> bool:
    return isinstance(value, dict) and all(
        _JSON_TYPE.fullmatch(mime) or _is_multiline(content) for mime, content in value.items()
    )


def _is_multiline(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(map(_is_text, value)))
