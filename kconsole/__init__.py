"""kconsole: a console for any Jupyter kernel, and the client library under it.

The library in short::

    from kconsole import KernelClient

    client = KernelClient(connection_file="kernel-4711.json")
    client.load_connection_file()
    with client:
        client.wait_for_ready()
        reply = client.execute("6 * 7", reply=True)

The names below are imported when they are first used: ``kconsole --version`` needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kconsole.client.client import KernelClient
    from kconsole.client.kernel import attach
    from kconsole.client.starting import start
    from kconsole.connect.info import ConnectionInfo
    from kconsole.errors import (
        AlreadyThereError,
        AuthenticationError,
        ChannelError,
        ConfigError,
        ConnectionFileError,
        ImageError,
        InvalidPortNumber,
        KconsoleError,
        KernelDiedError,
        KernelNotReadyError,
        KernelRestartedError,
        KernelSpecError,
        KernelStartError,
        LinkDownError,
        LinkLostError,
        NoKernelError,
        OutputError,
        ReplyTimeoutError,
        SourceError,
        SshError,
        WireError,
    )
    from kconsole.protocol.message import Message
    from kconsole.protocol.session import Session

__all__ = [
    "AlreadyThereError",
    "AuthenticationError",
    "ChannelError",
    "ConfigError",
    "ConnectionFileError",
    "ConnectionInfo",
    "ImageError",
    "InvalidPortNumber",
    "KconsoleError",
    "KernelClient",
    "KernelDiedError",
    "KernelNotReadyError",
    "KernelRestartedError",
    "KernelSpecError",
    "KernelStartError",
    "LinkDownError",
    "LinkLostError",
    "Message",
    "NoKernelError",
    "OutputError",
    "ReplyTimeoutError",
    "Session",
    "SourceError",
    "SshError",
    "WireError",
    "attach",
    "start",
]

__version__ = "0.1.0"

_HOMES = {
    "ConnectionInfo": "kconsole.connect.info",
    "KernelClient": "kconsole.client.client",
    "Message": "kconsole.protocol.message",
    "Session": "kconsole.protocol.session",
    "attach": "kconsole.client.kernel",
    "start": "kconsole.client.starting",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES.get(name, "kconsole.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
