"""A kernel that is asked to end: its end is proven, or it is told that it has not come."""

import pytest
from fake_kernel import FakeKernel

from kconsole.client.ending import end_kernel
from kconsole.client.kernel import attach
from kconsole.errors import KernelRestartedError, ReplyTimeoutError

PATIENCE = 30.0


@pytest.fixture
def attached(tmp_path):
    """Attaches to a scripted kernel."""
    opened = []

    def to(kernel):
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        opened.append(attach(str(path)))
        opened[0].wait(PATIENCE)
        return opened[0]

    yield to
    for each in opened:
        each.close()


def test_the_end_is_waited_for(attached):
    waited = []
    with FakeKernel(shutdown_delay=0.5) as fake:
        end_kernel(attached(fake), PATIENCE, busy=False, progress=waited.append)
        assert fake.count("shutdown_request") == 1
        assert fake.count("interrupt_request") == 0
    assert max(waited) >= 0.4


def test_what_runs_is_interrupted_first(attached):
    with FakeKernel(busy=60.0) as fake:
        kernel = attached(fake)
        end_kernel(kernel, PATIENCE, busy=kernel.busy)
        assert fake.count("interrupt_request") == 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("ignored", "has not answered, 0.5 s after"),
        ("stays", "has answered that it ends, but is still there, 0.5 s after"),
    ],
)
def test_who_does_not_end_is_told(attached, how, reason):
    with FakeKernel(shutdown=how) as fake:
        with pytest.raises(ReplyTimeoutError, match=reason):
            end_kernel(attached(fake), 0.5, busy=False)


def test_a_kernel_that_somebody_starts_again_has_not_ended(attached):
    with FakeKernel(shutdown="ignored") as fake:
        kernel = attached(fake)
        asked = []

        def restart(_waited):
            if fake.count("shutdown_request") and not asked:
                asked.append(True)
                fake.restart()

        with pytest.raises(KernelRestartedError):
            end_kernel(kernel, PATIENCE, busy=False, progress=restart)
