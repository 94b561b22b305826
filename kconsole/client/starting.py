"""A kernel of our own, from the name of its kernelspec."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import zmq

from kconsole.client.client import KernelClient
from kconsole.client.kernel import Kernel
from kconsole.client.registration import Registration
from kconsole.connect.info import Transport
from kconsole.connect.process import KernelProcess
from kconsole.connect.specs import KernelSpec, default_kernel_spec, get_kernel_spec
from kconsole.errors import KernelStartError

__all__ = ["Encryption", "encrypts", "start"]

Encryption = Literal["auto", "required", "off"]


def start(
    name: str | None = None,
    *,
    arguments: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    transport: Transport = "tcp",
    encrypt: Encryption = "auto",
    handshake: bool | None = None,
) -> Kernel:
    """Start a kernel of our own, and begin to talk to it.

    It ends with us, however we end, unless :meth:`Kernel.keep` says otherwise.

    :param name: of its kernelspec; None is the default kernel, ``python3``.
    :param arguments: put behind those of the kernelspec.
    :param env: variables added to its environment, stronger than those of the kernelspec.
    :param cwd: where to start it; by default where we are.
    :param transport: ``tcp``, or ``ipc`` for sockets in a directory that is the user's alone.
    :param encrypt: ``auto``: if the kernelspec says that the kernel can; ``required``: or else do not
        start it; ``off``: do not.
    :param handshake: whether the kernel may choose its ports itself (JEP 66); None: if its kernelspec
        asks for that. One that cannot uses those that it is given.
    :return: the kernel, its channels started and asked who it is; :meth:`Kernel.wait` for the answer.
    :raise KernelSpecError: no such kernelspec, or a broken one.
    :raise KernelStartError: it cannot be started, or not encrypted.
    """
    spec = default_kernel_spec() if name is None else get_kernel_spec(name)
    keypair = zmq.curve_keypair() if encrypts(spec, encrypt) else (b"", b"")
    registration = None
    if transport == "tcp" and (spec.handshake if handshake is None else handshake):
        registration = Registration()
    try:
        process = KernelProcess.start(
            spec,
            transport=transport,
            cwd=cwd,
            extra_env=env,
            extra_arguments=arguments,
            detached=True,  # whether it is kept turns out later
            curve_keypair=keypair,
            registration=None if registration is None else registration.fields,
        )
    except BaseException:
        if registration is not None:
            registration.close()
        raise
    return Kernel(KernelClient(info=process.info, process=process), process, registration)


def encrypts(spec: KernelSpec, encrypt: Encryption) -> bool:
    """Whether to give a kernel Curve keys.

    :raise KernelStartError: it has to be encrypted, and cannot.
    """
    if encrypt == "off":
        return False
    possible = spec.curve and zmq.has("curve")
    if encrypt == "required" and not possible:
        reason = (
            "this pyzmq has no Curve"
            if spec.curve
            else "its kernelspec does not say that it can (metadata.supported_encryption)"
        )
        raise KernelStartError(f"kernel {spec.name}: cannot be encrypted: {reason}")
    return possible
