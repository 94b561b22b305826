"""The options for which kernel it is, and how one is started."""

import click

from kconsole.cli.options.base import choice, complete, not_empty, switch
from kconsole.cli.options.kinds import Directory, Variable, Whole

__all__ = ["KERNEL", "NEWEST", "SSH", "STARTING"]

NEWEST = "*"
"""The name of the newest kernel that answers."""

SSH = ("ssh", "ssh_option", "sshkey")
"""The names of the options for a kernel of another computer."""

KERNEL = [
    click.Option(
        ["-e", "--existing"],
        metavar="[NAME]",
        is_flag=False,
        flag_value=NEWEST,
        multiple=True,
        type=Whole(),
        callback=not_empty,
        shell_complete=complete,
        help="Attach to a running kernel; without NAME, to the newest that answers. Several times: run "
        "code in all of these at once.",
    ),
    click.Option(
        ["-k", "--kernel"],
        metavar="NAME",
        callback=not_empty,
        shell_complete=complete,
        help="Start the kernel of this kernelspec.",
    ),
    click.Option(
        ["--ssh"],
        metavar="[USER@]HOST[:PORT]",
        is_eager=True,  # it decides what others mean
        callback=not_empty,
        shell_complete=complete,
        help="Use a kernel of another computer, over ssh. Without TARGET: the newest there that "
        "answers; with --kernel, it is started there.",
    ),
    click.Option(
        ["--ssh-option"],
        metavar="OPT",
        multiple=True,
        type=Whole(),
        callback=not_empty,
        help="An option for ssh, as for its -o; may be given several times.",
    ),
    click.Option(
        ["--sshkey"],
        metavar="FILE",
        callback=not_empty,
        shell_complete=complete,
        help="The private key for ssh, as for its -i.",
    ),
]
"""The options for which kernel it is, here or on another computer."""

STARTING = [
    click.Option(
        ["--env"],
        metavar="NAME=VALUE",
        multiple=True,
        type=Variable(),
        help="Set a variable of a kernel that is started; may be given several times.",
    ),
    click.Option(
        ["--cwd"],
        metavar="DIR",
        type=Directory(),
        shell_complete=complete,
        help="Start the kernel in this directory.",
    ),
    choice(
        "--transport",
        ["tcp", "ipc"],
        "What a kernel that is started listens on; ipc is for its user alone.",
        any_case=True,
    ),
    choice(
        "--encrypt",
        ["auto", "required", "off"],
        "Encrypt (Curve); auto is if the kernelspec says that the kernel can.",
        any_case=True,
    ),
    switch(
        "--handshake/--no-handshake",
        "Let a kernel that is started choose its ports (JEP 66), or do not; the default is "
        "if its kernelspec asks for it.",
        None,
    ),
]
"""The options for a kernel that is started."""
