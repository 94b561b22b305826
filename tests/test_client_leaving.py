"""What a user is told of a kernel that is left."""

import subprocess
from contextlib import contextmanager

import pytest
from clients import PATIENCE
from fake_kernel import write_kernelspec

from kconsole.client.leaving import leave
from kconsole.client.starting import start


@contextmanager
def own_kernel(folder, monkeypatch):
    write_kernelspec(folder)
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        try:
            yield kernel
        finally:
            kernel.keep(False)


def test_a_kernel_of_our_own_that_is_kept_stays(tmp_path, monkeypatch):
    with own_kernel(tmp_path, monkeypatch) as kernel:
        assert leave(kernel, keep=True) == "left; the kernel stays"


def test_without_a_guard_it_cannot_be_promised_that_it_stays(tmp_path, monkeypatch, caplog):
    popen = subprocess.Popen

    def without_shell(argv, **options):
        if argv[0] == "/bin/sh":
            raise FileNotFoundError(2, "No such file or directory", "/bin/sh")
        return popen(argv, **options)

    monkeypatch.setattr(subprocess, "Popen", without_shell)
    with own_kernel(tmp_path, monkeypatch) as kernel:
        assert "no guard for the kernel: cannot run /bin/sh" in caplog.text
        assert leave(kernel, keep=True) == (
            "left; the kernel is not stopped, but may end with kconsole, for there is no /bin/sh"
        )


@pytest.mark.parametrize("keep", [True, False])
def test_a_kernel_of_our_own_that_ends_with_us_is_not_spoken_of(tmp_path, monkeypatch, keep):
    with own_kernel(tmp_path, monkeypatch) as kernel:
        assert (leave(kernel, keep=keep) == "") is not keep
