"""``python -m kconsole`` and the ``kconsole`` command."""

import gc
import signal
import sys

# Nothing that imports make is garbage: collecting it again and again takes a fifth of a short run. The
# command line switches collection on when all is imported.
gc.disable()
# Ctrl-C before there is anybody to catch it just ends us, without a traceback.
_handler = signal.getsignal(signal.SIGINT)
if _handler is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from kconsole.cli import run  # noqa: E402

if _handler is signal.default_int_handler:
    signal.signal(signal.SIGINT, _handler)


def main() -> None:
    """Run the command line and exit with its status."""
    status = run(sys.argv[1:])
    gc.freeze()  # the interpreter's end would look through everything once more
    sys.exit(status)


if __name__ == "__main__":
    main()
