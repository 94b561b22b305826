"""A kernel of our own, from the name of its kernelspec."""

from kconsole.client.client import KernelClient
from kconsole.client.kernel import Kernel
from kconsole.connect.process import KernelProcess
from kconsole.connect.specs import default_kernel_spec, get_kernel_spec

__all__ = ["start"]


def start(name: str | None = None) -> Kernel:
    """Start a kernel of our own, which ends with us, and begin to talk to it.

    Parameters:
        name: of its kernelspec; None is the default kernel, ``python3``.

    Returns:
        The kernel, its channels started and asked who it is; :meth:`Kernel.wait` for the answer.

    Raises:
        KernelSpecError: no such kernelspec, or a broken one.
        KernelStartError: it cannot be started.
    """
    spec = default_kernel_spec() if name is None else get_kernel_spec(name)
    process = KernelProcess.start(spec)
    return Kernel(KernelClient(info=process.info, process=process), process)
