r"""The last error, which ``\tb`` shows once more."""

from kconsole.protocol.events import ErrorOutput
from kconsole.render.errorlook import ErrorLook, Form
from kconsole.render.traceback import error_text

__all__ = ["LastError"]

_LONG = 30  # lines of a traceback above which the shorter form is told of


class LastError:
    """Keeps the last error.

    :param color: whether to use colours.
    :param style: of pygments, for what the kernel has not coloured.
    """

    def __init__(self, *, color: bool, style: str) -> None:
        self._color = color
        self._style = style
        self._event: ErrorOutput | None = None
        self._hinted = False

    def hint(self) -> str:
        """How to see less of the last error, if it is the first one that was long; else ""."""
        if self._hinted or self._event is None:
            return ""
        self._hinted = sum(each.count("\n") + 1 for each in self._event.traceback) > _LONG
        return r"\tb short shows less of it, \set tb short of all errors" if self._hinted else ""

    def keep(self, event: ErrorOutput) -> None:
        """Take an error that is shown."""
        self._event = event

    def text(self, form: Form = "full") -> str:
        """Return it with nothing folded, ready to be shown; "" if there has been none."""
        if self._event is None:
            return ""
        return error_text(self._event, self._color, look=ErrorLook(form, self._style))
