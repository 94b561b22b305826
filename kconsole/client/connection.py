"""What IPython 2.x called ``ConnectionFileMixin``: a client's connection facts and their file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from kconsole.connect.files import find_connection_file, load_connection_file, write_connection_file
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import ConnectionFileError
from kconsole.protocol.message import CHANNELS
from kconsole.protocol.session import Session

__all__ = ["ConnectionFileMixin"]

T = TypeVar("T")


class _Field(Generic[T]):
    """One field of the frozen :class:`ConnectionInfo`, as an attribute of the client."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type) -> "_Field[T]": ...
    @overload
    def __get__(self, client: "ConnectionFileMixin", owner: type) -> T: ...
    def __get__(self, client: "ConnectionFileMixin | None", owner: type) -> "_Field[T] | T":
        if client is None:
            return self
        value: T = getattr(client.info, self._name)
        return value

    def __set__(self, client: "ConnectionFileMixin", value: T) -> None:
        changed: dict[str, Any] = {self._name: value}
        client.info = replace(client.info, **changed)


class ConnectionFileMixin:
    """Connection facts: ``transport``, ``ip``, the five ports, and the file they come from.

    Attributes:
        connection_file: path or name of the file; ``""`` while there is none.
        info: all facts in one frozen value.
        session: whose key and signature scheme follow the file's.
    """

    info: ConnectionInfo
    session: Session
    connection_file: str

    transport = _Field[str]()
    ip = _Field[str]()
    shell_port = _Field[int]()
    iopub_port = _Field[int]()
    stdin_port = _Field[int]()
    hb_port = _Field[int]()
    control_port = _Field[int]()

    @property
    def ports(self) -> list[int]:
        """The ports of shell, iopub, stdin, heartbeat and control, in this order; 0 is none yet."""
        return [self.info.port(channel) for channel in CHANNELS]

    def load_connection_file(self, connection_file: str | None = None) -> None:
        """Take the facts of a connection file (JEP 106); a port that is set already stays.

        :param connection_file: a path, or a name or part of one in the runtime directory; without it,
            the file of :attr:`connection_file`.
        :raise ConnectionFileError: the file cannot be read, or its content is faulty.
        :raise NoKernelError: no file has that name.
        """
        name = connection_file or self.connection_file
        if not name:
            raise ConnectionFileError("no connection file was named")
        path = find_connection_file(name)
        self.connection_file = str(path)
        self._take(load_connection_file(path))

    def load_connection_info(self, info: Mapping[str, object]) -> None:
        """Take the facts from a dict with a connection file's fields; a port that is set stays.

        :raise ConnectionFileError: a field is missing or faulty.
        """
        self._take(ConnectionInfo.from_dict(dict(info), source="connection info"))

    def get_connection_info(self, session: bool = False) -> dict[str, Any]:
        """The facts as a connection file's dict.

        :param session: put this client's :class:`Session` in, in place of its key and scheme.
        """
        facts = self.info.to_dict()
        if session:
            for name in ("key", "signature_scheme"):
                facts.pop(name, None)
            facts["session"] = self.session
        return facts

    def write_connection_file(self, connection_file: str | None = None) -> None:
        """Write the facts to a file that only its owner can read, all at once (JEP 106).

        :param connection_file: the path; without it, :attr:`connection_file`.
        :raise ConnectionFileError: no path is known, or the file cannot be written.
        """
        name = connection_file or self.connection_file
        if not name:
            raise ConnectionFileError("no connection file was named")
        write_connection_file(self.info, Path(name))
        self.connection_file = name

    def cleanup_connection_file(self) -> None:
        """Remove the connection file, if there is one."""
        if self.connection_file:
            Path(self.connection_file).unlink(missing_ok=True)

    def _take(self, info: ConnectionInfo) -> None:
        ports = {f"{channel}_port": self.info.port(channel) for channel in CHANNELS}
        ours: dict[str, Any] = {name: port for name, port in ports.items() if port}
        self.info = replace(info, **ours)
        self.session.key = info.key
        self.session.signature_scheme = info.signature_scheme
