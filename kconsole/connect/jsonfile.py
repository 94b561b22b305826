"""Reads the small JSON files that Jupyter keeps, without trusting what they hold."""

import json
from pathlib import Path

from kconsole.connect.smallfile import read_small_file

__all__ = ["NotJsonError", "parse_json", "read_json"]


class NotJsonError(ValueError):
    """The file holds text, but no JSON: it may be meant for something else."""


def read_json(path: Path, *, leave_atime: bool = False) -> object:
    """Return what a file holds, parsed; at most 1 MiB, UTF-8, a BOM is skipped.

    :param path: the file; nothing but a regular one is read.
    :param leave_atime: leave the file's access time alone where the system can do that: a search that
        picks the file used last must not make the one it read last the winner of the next search.
    :raise ValueError: with a reason that makes sense after "PATH: " - also when the file cannot be
        opened, as to the user both are the same.
    :raise NotJsonError: it holds some other text.
    """
    content, _ = read_small_file(path, leave_atime=leave_atime)
    return parse_json(content)


def parse_json(content: bytes) -> object:
    """Return what JSON says: UTF-8, a BOM is skipped.

    :raise ValueError: with a reason that makes sense after "PATH: ".
    :raise NotJsonError: it is some other text.
    """
    if not content.strip():
        raise ValueError("is empty")
    if b"\0" in content:
        raise ValueError("is not text but binary")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        reason = f"{error.msg}, line {error.lineno} column {error.colno}"
        raise NotJsonError(f"is not JSON: {reason}") from None
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"is not usable JSON: {error}") from None
