"""The terminal before the editor is there."""

import os
import termios

from kconsole.repl.terminal.quiet import quiet_terminal

LOCAL = 3  # the index of c_lflag


def test_echo_and_line_editing_are_off_inside_and_as_before_outside() -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "wb"), os.fdopen(slave, "r") as terminal:
        before = termios.tcgetattr(terminal)
        with quiet_terminal(terminal):
            assert not termios.tcgetattr(terminal)[LOCAL] & (termios.ECHO | termios.ICANON)
            assert termios.tcgetattr(terminal)[LOCAL] & termios.ISIG
        assert termios.tcgetattr(terminal) == before


def test_a_terminal_that_has_gone_by_the_end_is_no_error() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "r") as terminal, quiet_terminal(terminal):
        os.close(master)
