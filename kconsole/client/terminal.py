"""A kernel's question put to whoever sits at the program's own terminal.

For library programs that run a cell with input allowed and bring no hook of their own: there
jupyter_client asks in the same way.
"""

import getpass

from kconsole.protocol.events import InputRequest

__all__ = ["ask"]

#: What IPython takes for the end of the input: what a terminal's Ctrl-D makes.
_END_OF_INPUT = "\x04"


def ask(request: InputRequest) -> str:
    """Ask with :func:`input`, or with :func:`getpass.getpass` where nothing may be seen.

    The prompt is shown without control characters, for it is the kernel's text.

    :param request: the kernel's question.
    :return: the answer; a Ctrl-D for the end of the input, which IPython makes an EOFError of.
    :raises KeyboardInterrupt: Ctrl-C; no answer is to be sent then.
    """
    prompt = "".join(each if each.isprintable() or each == "\n" else "?" for each in request.prompt)
    try:
        return getpass.getpass(prompt or "Password: ") if request.password else input(prompt)
    except EOFError:
        return _END_OF_INPUT
