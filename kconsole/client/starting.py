"""A kernel of our own, from the name of its kernelspec."""

from kconsole.client.client import KernelClient
from kconsole.client.kernel import Kernel
from kconsole.connect.process import KernelProcess
from kconsole.connect.specs import default_kernel_spec, get_kernel_spec

__all__ = ["start"]


def start(name: str | None = None) -> Kernel:
    """Start a kernel of our own, and begin to talk to it.

    It ends with us, however we end, unless :meth:`Kernel.keep` says otherwise.

    :param name: of its kernelspec; None is the default kernel, ``python3``.
    :return: the kernel, its channels started and asked who it is; :meth:`Kernel.wait` for the answer.
    :raise KernelSpecError: no such kernelspec, or a broken one.
    :raise KernelStartError: it cannot be started.
    """
    spec = default_kernel_spec() if name is None else get_kernel_spec(name)
    process = KernelProcess.start(spec, detached=True)  # whether it is kept turns out later
    return Kernel(KernelClient(info=process.info, process=process), process)
