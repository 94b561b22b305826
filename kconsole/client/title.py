"""How a kernel is called for people, in the files that tell which kernel they are for."""

from kconsole.client.kernel import Kernel
from kconsole.connect.specs import get_kernel_spec
from kconsole.errors import KernelSpecError

__all__ = ["kernelspec_title"]


def kernelspec_title(kernel: Kernel) -> str:
    """How a kernel's kernelspec is called for people (its display_name); "" if that is not known.

    For a kernel that was attached to, the one of its name that is installed here counts: it is what opens
    the notebook again.
    """
    if kernel.process is not None:
        return kernel.process.spec.display_name
    name = kernel.client.info.kernel_name
    try:
        return get_kernel_spec(name).display_name if name else ""
    except KernelSpecError:
        return ""
