"""What the kernel has run before this console came: the last cells of its session."""

from kconsole.repl.desk import Desk

__all__ = ["show_earlier"]


async def show_earlier(desk: Desk) -> None:
    """Show the last cells, if the kernel tells them before anything else is shown.

    One that is at work is asked in a subshell, and tells what it is at, too; without subshells, it is
    asked once it is idle: what its cell shows comes first then.
    """
    if not desk.inquiry.possible:
        await desk.state.shell_answers.wait()
    if not desk.scribe.silent:
        return
    rows = await desk.inquiry.session_tail(desk.options.tail)
    if rows and desk.scribe.silent:
        desk.scribe.earlier(rows)
