"""Lines of JSON on standard output (:mod:`kconsole.record.jsonevents`), for one kernel or several."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kconsole.record.jsonevents import json_line
from kconsole.script.streams import SteadyMouth

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = ["JsonLines", "kernel_fields"]


class JsonLines:
    """Writes events, each as one line in ASCII, at once.

    A line that a signal's exception breaks off while nobody reads is ended by the next write.

    :param mouth: where to.
    :param label: which of several kernels they are about; None if there is but one.
    """

    def __init__(self, mouth: SteadyMouth, label: str | None = None) -> None:
        self._mouth = mouth
        self._common = {} if label is None else {"kernel": label}

    def of(self, label: str) -> "JsonLines":
        """Return what writes events of one of several kernels to the same place."""
        return JsonLines(self._mouth, label)

    def hurry(self) -> None:
        """We are to end: wait no longer for somebody who does not read."""
        self._mouth.hurry()

    def write(self, event: str, fields: Mapping[str, Any]) -> None:
        """Write an event.

        :param event: its kind.
        :param fields: what it holds besides its kind, the time and the kernel.
        :raise BrokenPipeError: nobody reads it any more.
        :raise OutputError: it cannot be written.
        """
        self._mouth.text(json_line(event, {**self._common, **fields}))


def kernel_fields(kernel: "Kernel") -> dict[str, Any]:
    """Return what to write of a kernel that is ready; what it does not tell is null."""
    fields: dict[str, Any] = {
        "name": kernel.name,
        "file": kernel.client.connection_file or None,
        "started": kernel.process is not None,
    }
    info = kernel.info
    language = None if info is None else info.language_info
    return fields | {
        "implementation": None if info is None else info.implementation or None,
        "implementation_version": None if info is None else info.implementation_version or None,
        "protocol_version": None if info is None else info.protocol_version or None,
        "language": None if language is None else language.name or None,
        "language_version": None if language is None else language.version or None,
    }
