"""Follows a kernel without taking part, until its end, or until the user leaves."""

import os
import select
import termios
import tty
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TextIO

from kconsole.client.health import LOOK_S
from kconsole.client.kernel import Kernel
from kconsole.client.linknews import LinkNews
from kconsole.errors import KernelDiedError
from kconsole.protocol.events import parse_event
from kconsole.protocol.message import Channel, Message
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.sanitise import one_line
from kconsole.script.imagefiles import ImageFiles, WatchedImages
from kconsole.script.jsonlines import JsonLines
from kconsole.script.jsonwatcher import JsonWatcher
from kconsole.script.linktelling import tell_unattended
from kconsole.script.streams import Mouth, standard_streams
from kconsole.script.watcher import Watcher

if TYPE_CHECKING:
    from kconsole.script.watchlog import WatchLog

__all__ = ["run_watch"]

_LEAVE = b"q\x04"  # q, and Ctrl-D where the terminal hands it on as a character


def run_watch(
    kernel: Kernel,
    *,
    color: bool,
    mime: Sequence[str] = (),
    lines: JsonLines | None = None,
    errors: ErrorLook = AS_SENT,
    log: Callable[[Callable[[str], None]], "WatchLog"] | None = None,
    images: ImageFiles | None = None,
) -> int:
    """Follow a kernel until its end, or until the user leaves.

    Ctrl-C leaves and does not interrupt the kernel. On a terminal q and Ctrl-D leave too.

    :param kernel: ready to be used; nothing is run in it.
    :param color: whether to use colours.
    :param mime: the MIME types of displays and results that are shown rather than others; with `lines`,
        those that are written, and no others.
    :param lines: where to write events for other programs, in place of text.
    :param errors: how much of a traceback, as text.
    :param log: given what says a line to the user, begins to write the cells to a file as well.
    :param images: where images are written too; of each file, standard error has a line.
    :return: 0.
    :raise KernelDiedError: the kernel died; all that it sent has been written before.
    :raise KeyboardInterrupt: Ctrl-C.
    :raise BrokenPipeError: nobody reads the output any more.
    """
    streams = standard_streams()
    stdin, stdout = streams.stdin, streams.stdout
    keys = stdin.fileno() if stdin is not None and stdin.isatty() else None
    with _Mail(kernel) as mail, _single_keys(keys):
        if lines is not None:
            watcher: Watcher | JsonWatcher = JsonWatcher(lines, mime)
        else:
            watcher = _text_watcher(kernel, stdout, color=color, mime=mime, errors=errors)

        try:
            with (
                LinkNews(kernel.client, partial(tell_unattended, watcher.say)) as news,
                _logging(log, watcher) as takers,
            ):
                if images is not None:
                    stderr = Mouth(streams.stderr, "standard error")
                    takers.append(partial(_take_images, WatchedImages(images), stderr))
                while True:
                    left = mail.wait(keys)
                    news.look()
                    # What came before the news of the end is in the mail by the time it is known.
                    health, end = kernel.client.health, kernel.client.end
                    for item in mail.take():
                        for take in takers:
                            take(item)
                    stdout.flush()
                    if left:
                        return 0
                    if health.state == "gone":
                        raise KernelDiedError(f"the kernel died: {health.detail}")
                    if end is not None:
                        raise end
        finally:
            watcher.close()
            stdout.flush()


@contextmanager
def _logging(
    begin: Callable[[Callable[[str], None]], "WatchLog"] | None, watcher: Watcher | JsonWatcher
) -> Iterator[list[Callable[[Message | None], None]]]:
    """Give what takes each message: the watcher, and behind it the log, if there is to be one."""
    if begin is None:
        yield [watcher.take]
        return
    log = begin(lambda text: watcher.say(one_line(text)))
    try:
        yield [watcher.take, log.take]
    finally:
        log.close()


def _take_images(images: WatchedImages, stderr: Mouth, msg: Message | None) -> None:
    """Write the images in a message."""
    for line in images.take(parse_event(msg)) if msg is not None else ():
        stderr.text(f"kconsole: {line}\n")


def _text_watcher(
    kernel: Kernel, stdout: TextIO, *, color: bool, mime: Sequence[str], errors: ErrorLook
) -> Watcher:
    language = None if kernel.info is None else kernel.info.language_info
    watcher = Watcher(stdout, color=color, language=language, mime=mime, errors=errors)
    if stdout.isatty():
        watcher.say(f"watching {one_line(kernel.name)}; Ctrl-C leaves")
        stdout.flush()
    return watcher


class _Mail:
    """What has come from the kernel's client, for somebody who also waits for keys."""

    def __init__(self, kernel: Kernel) -> None:
        self._client = kernel.client
        #: Filled by the I/O thread, emptied by the watching one; None is a restart.
        self._items: deque[Message | None] = deque()
        #: A pipe (read end, write end): the I/O thread writes into it what wakes the watching one.
        self._bell = (-1, -1)

    def __enter__(self) -> "_Mail":
        self._bell = os.pipe()
        for end in self._bell:
            os.set_blocking(end, False)
        self._client.sink = self._put
        self._client.on_change = self._ring
        self._client.on_restart = lambda: self._add(None)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.on_change = None
        self._client.on_restart = None
        self._client.sink = lambda channel, msg: None
        bell, self._bell = self._bell, (-1, -1)
        for end in bell:
            os.close(end)

    def wait(self, keys: int | None) -> bool:
        """Wait for something to come, or for a while; whether the user wants to leave.

        :param keys: a terminal to read keys from; None if there is none.
        """
        sources = [self._bell[0]]
        if keys is not None and _in_foreground(keys):
            sources.append(keys)
        ready, _, _ = select.select(sources, (), (), LOOK_S)
        if self._bell[0] in ready:
            with suppress(BlockingIOError):
                os.read(self._bell[0], 1 << 16)
        if keys is None or keys not in ready or not _in_foreground(keys):
            return False
        typed = os.read(keys, 1024)
        return not typed or any(key in typed for key in _LEAVE)

    def take(self) -> "Iterator[Message | None]":
        """Yield what has come."""
        while self._items:
            yield self._items.popleft()

    def _put(self, channel: Channel, msg: Message) -> None:
        if channel == "iopub":
            self._add(msg)

    def _add(self, item: Message | None) -> None:
        first = not self._items
        self._items.append(item)
        if first:
            self._ring()

    def _ring(self) -> None:
        with suppress(BlockingIOError, OSError):  # full: it is awake; closed: it has left
            os.write(self._bell[1], b"\0")


def _in_foreground(terminal: int) -> bool:
    """Whether the terminal is ours at the moment: whoever else touches it is stopped."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def _single_keys(terminal: int | None) -> Iterator[None]:
    """Have keys handed on one by one, unseen; Ctrl-C and Ctrl-Z still make signals."""
    if terminal is None or not _in_foreground(terminal):
        yield
        return
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        yield
    finally:
        if _in_foreground(terminal):
            with suppress(termios.error):  # it may be gone by now
                termios.tcsetattr(terminal, termios.TCSANOW, before)
