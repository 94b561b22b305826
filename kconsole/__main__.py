"""``python -m kconsole`` and the ``kconsole`` command."""

import gc
import sys

# Nothing that imports make is garbage: collecting it again and again takes a fifth of a short run. The
# command line switches collection on when all is imported.
gc.disable()

from kconsole.cli import run  # noqa: E402


def main() -> None:
    """Run the command line and exit with its status."""
    status = run(sys.argv[1:])
    gc.freeze()  # the interpreter's end would look through everything once more
    sys.exit(status)


if __name__ == "__main__":
    main()
