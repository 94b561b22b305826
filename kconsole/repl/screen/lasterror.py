r"""The last error, which ``\tb`` shows once more."""

from kconsole.protocol.events import ErrorOutput
from kconsole.render.errorlook import ErrorLook, Form
from kconsole.render.traceback import error_text

__all__ = ["LastError"]


class LastError:
    """Keeps the last error.

    :param color: whether to use colours.
    :param style: of pygments, for what the kernel has not coloured.
    """

    def __init__(self, *, color: bool, style: str) -> None:
        self._color = color
        self._style = style
        self._event: ErrorOutput | None = None

    def keep(self, event: ErrorOutput) -> None:
        """Take an error that is shown."""
        self._event = event

    def text(self, form: Form = "full") -> str:
        """Return it with nothing folded, ready to be shown; "" if there has been none."""
        if self._event is None:
            return ""
        return error_text(self._event, self._color, look=ErrorLook(form, self._style))
