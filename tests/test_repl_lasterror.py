"""What is known of the last error."""

from kconsole.protocol.events import ErrorOutput
from kconsole.repl.screen.lasterror import LastError


def test_the_first_long_traceback_has_a_hint_on_the_short_form_and_no_other() -> None:
    error = LastError(color=False, style="default")
    assert error.hint() == ""
    error.keep(ErrorOutput("E", "v", ("line",) * 30))
    assert error.hint() == ""
    error.keep(ErrorOutput("E", "v", ("line\nline\n",) * 11))
    assert error.hint() == r"\tb short shows less of it, \set tb short of all errors"
    assert error.hint() == ""
    error.keep(ErrorOutput("E", "v", ("line",) * 40))
    assert error.hint() == ""
