"""Kernels of another machine, over a link: found, attached to, started.

What is asked of that machine's shell is in :mod:`kconsole.connect.ssh.remote`; the link's forwarded sockets
stand for the kernel's own, so that a client knows nothing of ssh.
"""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import zmq

from kconsole.client.carrier import Carrier
from kconsole.client.client import KernelClient
from kconsole.client.found import Found, Remote
from kconsole.client.kernel import Kernel
from kconsole.client.starting import Encryption, encrypts
from kconsole.client.survey import survey_remote
from kconsole.connect.files import load_connection_file
from kconsole.connect.info import ConnectionInfo, Transport
from kconsole.connect.probe import first_that_answers
from kconsole.connect.specs import NATIVE, SpecListing, select_spec
from kconsole.connect.ssh import remote
from kconsole.connect.ssh.remote import RemoteFile
from kconsole.connect.ssh.remoteprocess import RemoteProcess
from kconsole.connect.verdict import STATES
from kconsole.errors import AuthenticationError, ConnectionFileError, NoKernelError

__all__ = ["RemoteHost", "attach_there", "kernel_specs_there", "start_there", "survey_there"]

_AT_ONCE = 20  # kernels that are looked at at the same time
_ANSWER_S = 2.0  # that each of them has
#: Seconds for a kernel that was started to make its sockets, and between two looks.
_SOCKET_S, _LOOK_S = 10.0, 0.1


class RemoteHost(Carrier, Protocol):
    """A link, as :class:`kconsole.connect.ssh.link.SshLink` is one."""

    def run(self, script: str, *, timeout: float = ...) -> remote.Answer:
        """Run a script in that machine's ``sh``."""

    def forward(self, info: ConnectionInfo) -> ConnectionInfo:
        """Make sockets here that lead to a kernel's there."""

    def forward_unseen(self, infos: Sequence[ConnectionInfo]) -> list[ConnectionInfo | None]:
        """Do so for many kernels, without a look at what is behind their sockets; None: it cannot."""

    def release(self, local: ConnectionInfo) -> None:
        """Take them away."""

    def login(self) -> None:
        """Log in again where a person is needed; nobody else uses the terminal meanwhile.

        :raise SshError: it did not work.
        :raise KeyboardInterrupt: cancelled.
        """

    @property
    def words(self) -> str:
        """What has been said of late about the link; safe for a terminal."""


def attach_there(host: RemoteHost, name: str | None = None, *, encrypted: bool = False) -> Kernel:
    """Begin to talk to a kernel of another machine.

    :param host: the link, which has to be closed after the kernel.
    :param name: path, name, or part of the name of its connection file there; None is the newest that
        answers. A path that leads nowhere there, but to a file of this machine, means that file, with the
        addresses in it taken as that machine's.
    :param encrypted: whether to refuse a connection without Curve keys.
    :return: the kernel, as :func:`kconsole.client.kernel.attach` returns it.
    :raise NoKernelError: no such file, or none that answers.
    :raise ConnectionFileError: the file is faulty.
    :raise AuthenticationError: it has no Curve keys, but should.
    """
    info = _find(host, name)
    shown = f"{host.host}:{info.path}"
    if encrypted and not info.encrypted:
        raise AuthenticationError(f"{shown}: not encrypted: it has no Curve keys")
    client = KernelClient(info=host.forward(info), connection_file=shown, carrier=host)
    return Kernel(client, None, host=host, there=info)


def start_there(
    host: RemoteHost,
    name: str | None = None,
    *,
    arguments: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    cwd: str = "",
    transport: Transport = "tcp",
    encrypt: Encryption = "auto",
) -> Kernel:
    """Start a kernel on another machine, and begin to talk to it.

    It outlives the link, but not us, unless :meth:`Kernel.keep` says otherwise: it is ended over the link.

    :param host: the link, which has to be closed after the kernel.
    :param name: of its kernelspec there; None is ``python3``.
    :param cwd: a directory there; "" is the user's home.
    :return: the kernel, as :func:`kconsole.client.starting.start` returns it, which has the other
        parameters.
    :raise KernelSpecError: no such kernelspec there, or a broken one.
    :raise KernelStartError: it cannot be started, or not encrypted.
    """
    spec = select_spec(kernel_specs_there(host), name or NATIVE, where=host.host)
    keypair = zmq.curve_keypair() if encrypts(spec, encrypt) else (b"", b"")
    process = RemoteProcess.start(
        host.run,
        host.host,
        spec,
        transport=transport,
        cwd=cwd,
        env=env,
        arguments=arguments,
        curve_keypair=keypair,
    )

    def connect() -> KernelClient:
        _wait_for_socket(host, process)
        return KernelClient(
            info=host.forward(process.info),
            connection_file=f"{host.host}:{process.info.path}",
            carrier=host,
            process=process,
        )

    try:
        return Kernel(connect(), process, connect=connect, host=host)
    except BaseException:
        process.stop()
        raise


def _wait_for_socket(host: RemoteHost, process: RemoteProcess) -> None:
    """Wait a while for a socket file: only of one that is there can be told that ssh may not use it."""
    if process.info.transport != "ipc":
        return
    look = f"[ -S {remote.quoted(process.info.ipc_path('hb'))} ]"
    deadline = time.monotonic() + _SOCKET_S
    while host.run(look).status and process.poll() is None and time.monotonic() < deadline:
        time.sleep(_LOOK_S)


def kernel_specs_there(host: RemoteHost) -> SpecListing:
    """Return the kernelspecs of another machine, and the faults of those that break the rules."""
    return remote.kernel_specs(host.run)


def survey_there(host: RemoteHost, name: str | None = None) -> list[Found]:
    """Find out how the kernels of another machine are.

    :param name: only those whose files have this name, or a part of it.
    :return: those that live first.
    :raise NoKernelError: no file has that name.
    """
    if name is not None and remote.is_remote_path(name):
        files = [remote.read_file(host.run, name, host.host)]
    else:
        files = remote.connection_files(host.run)
        if name is not None and not (files := remote.chosen(name, files)):
            raise NoKernelError(f"no kernel on {host.host} matches {name!r}")
    found: list[Found] = []
    for start in range(0, len(files), _AT_ONCE):
        remotes = _remotes(host, files[start : start + _AT_ONCE])
        try:
            found += survey_remote(remotes)
        finally:
            for each in remotes:
                if each.local is not None:
                    host.release(each.local)
            host.heard()
    return sorted(found, key=lambda each: STATES.index(each.state))


def _remotes(host: RemoteHost, files: Sequence[RemoteFile]) -> list[Remote]:
    """Make ready to look at the kernels of some files."""
    remotes = []
    for file in files:
        path = Path(file.path)
        try:
            connection = file.connection(host.host)
        except ConnectionFileError as error:
            fault = str(error).partition(f"{file.path}: ")[2]
            remotes.append(Remote(path, None, None, file.age_s, fault or str(error)))
        else:
            remotes.append(Remote(path, connection, None, file.age_s))
    able = [each.connection for each in remotes if each.connection is not None]
    made = iter(host.forward_unseen(able))
    return [
        each if each.connection is None else each._replace(local=next(made)) for each in remotes
    ]


def _find(host: RemoteHost, name: str | None) -> ConnectionInfo:
    """Return what the connection file that is meant says."""
    if name is not None and remote.is_remote_path(name):
        try:
            return remote.read_file(host.run, name, host.host).connection(host.host)
        except NoKernelError:
            if not _is_here(name):
                raise
            return load_connection_file(name)
    files = remote.connection_files(host.run)
    if name is None:
        files = remote.kernel_files(files)
    else:
        files = remote.chosen(name, files)
        if not files and _is_here(name):
            return load_connection_file(name)
    if len(files) == 1 and name is not None:
        return files[0].connection(host.host)
    found = _newest(host, files)
    if found is None:
        which = "kernel" if name is None else f"kernel that matches {name!r}"
        why = f"none of the {len(files)} answers" if files else "there is no connection file"
        raise NoKernelError(f"no {which} on {host.host}: {why}")
    return found


def _is_here(name: str) -> bool:
    """Whether a name leads to a file of this machine; one that the system cannot take leads nowhere."""
    return os.path.isfile(os.path.expanduser(name))


def _newest(host: RemoteHost, files: Sequence[RemoteFile]) -> ConnectionInfo | None:
    """Return the first of several kernels that answers; those whose files are no use do not count."""
    infos = []
    for file in files:
        try:
            infos.append(file.connection(host.host))
        except ConnectionFileError:
            continue
    for start in range(0, len(infos), _AT_ONCE):
        batch = infos[start : start + _AT_ONCE]
        made = {
            local: info
            for local, info in zip(host.forward_unseen(batch), batch, strict=True)
            if local
        }
        try:
            found = first_that_answers(list(made), _ANSWER_S)
        finally:
            for each in made:
                host.release(each)
            host.heard()
        if found is not None:
            return made[found]
    if infos:
        host.release(host.forward(infos[0]))  # it may be that nothing may be forwarded
    return None
