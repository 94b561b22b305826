"""The command line: what was asked for, who does it, and with which exit status it ends.

The only place that prints an error or exits, and the only one that imports inside functions: each way
of use imports what it needs, so that ``--version`` does not wait for a protocol, nor a pipe for an editor.
"""

from kconsole.cli.command import command
from kconsole.cli.main import run

__all__ = ["command", "run"]
