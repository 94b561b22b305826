"""The other floor: the loop of :mod:`tests.benchmarks.floor` with an editor, colours and a command line.

A PromptSession of prompt_toolkit, pygments' Python lexer, click; nothing that makes a console of them.

::

    python -m tests.benchmarks.floor_ptk CONNECTION_FILE
"""

import sys

import click
import zmq
from prompt_toolkit import PromptSession
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.python import PythonLexer

from tests.benchmarks.floor import Kernel

__all__ = ["main"]


@click.command()
@click.argument("connection_file")
def main(connection_file: str) -> None:
    """Read cells and show what comes, until Ctrl-D."""
    kernel = Kernel(connection_file)
    kernel.wait_ready()
    poller = zmq.Poller()
    poller.register(kernel.iopub, zmq.POLLIN)
    poller.register(kernel.shell, zmq.POLLIN)
    session: PromptSession[str] = PromptSession(lexer=PygmentsLexer(PythonLexer))
    count = 1
    while True:
        try:
            code = session.prompt(f"In [{count}]: ")
        except EOFError:
            return
        except KeyboardInterrupt:
            continue
        kernel.execute(code)
        while not kernel.done:
            try:
                poller.poll()
                sys.stdout.write(kernel.drain())
                sys.stdout.flush()
            except KeyboardInterrupt:
                kernel.interrupt()
        sys.stdout.write("\n")
        count += 1


if __name__ == "__main__":
    main()
