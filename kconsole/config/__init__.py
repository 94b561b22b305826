"""The configuration file: where it is, what it holds, and where in it a mistake is.

What is stronger than the file (the command line, the environment) and weaker (the defaults) is the
business of the command line. These names cost next to nothing to import; the other modules are to
be imported only when there is a file.
"""

from kconsole.config.location import config_path, present

__all__ = ["config_path", "present"]
