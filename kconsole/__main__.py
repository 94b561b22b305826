"""``python -m kconsole`` and the ``kconsole`` command."""

import sys

from kconsole.cli import run


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
