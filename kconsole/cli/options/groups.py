"""Under which headings ``--help`` shows the options."""

from collections.abc import Iterable

import click

__all__ = ["grouped"]

#: Heading -> the options' names, in the order in which they are shown. What is in none is in the last one.
_GROUPS = {
    "Kernel": "existing kernel pick keep env cwd transport encrypt handshake",
    "Remote": "ssh ssh_option sshkey",
    "Sources": (
        "code file cells interactive output param expr mime timeout total_timeout keep_going silent"
        " stdin_file no_stdin save_images"
    ),
    "Output": "color style theme tb max_lines image json",
    "Session": (
        "prompt vi complete_while_typing suggestions history private others tail notify notify_after"
        " timing log plain watch"
    ),
    "Running kernels": (
        "list clean list_specs ping info complete inspect cursor interrupt shutdown yes"
    ),
    "Settings": "",
}


def grouped(params: Iterable[click.Parameter]) -> list[tuple[str, list[click.Parameter]]]:
    """Return the headings, and the parameters below each of them; every parameter is below one.

    :param params: of the command.
    """
    left = {each.name or "": each for each in params}
    groups = [
        (title, [left.pop(name) for name in names.split() if name in left])
        for title, names in _GROUPS.items()
    ]
    groups[-1][1].extend(left.values())
    return groups
