"""How a program that has the terminal is ended with the console."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

from kconsole.repl.terminal.lending import until_either

#: Does not end when it is asked to, and has started another program that holds its input open.
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "w") as file:
    print(other.pid, file=file)
other.wait()
"""


def test_a_program_ends_with_the_console_whatever_it_does() -> None:
    async def main() -> int | None:
        read, write = os.pipe()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STUBBORN, f"/dev/fd/{write}", stdin=PIPE, pass_fds=[write]
        )
        os.close(write)
        with open(read) as file:
            other = int(await asyncio.to_thread(file.readline))
        end = asyncio.get_running_loop().create_future()
        end.set_result(0)
        try:
            async with asyncio.timeout(60):
                await until_either(process, process.communicate(b"x" * 1_000_000), end)
        finally:
            os.kill(other, signal.SIGKILL)
        return process.returncode

    assert asyncio.run(main()) == -signal.SIGKILL


def test_a_program_that_ends_by_itself_is_waited_for() -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "exit(3)")
        end = asyncio.get_running_loop().create_future()
        return await until_either(process, process.wait(), end)

    assert asyncio.run(main()) == 3
