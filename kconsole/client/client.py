"""KernelClient: what a kernel can be asked, as methods.

It keeps the names and promises of ``IPython.kernel.client.KernelClient`` (IPython 2.x) and its
``BlockingKernelClient``, with today's messages: ``inspect`` for ``object_info``, ``code, cursor_pos`` for
``line``, the control channel, ``interrupt``, subshells.
"""

import time
from collections.abc import Callable, Mapping
from queue import Empty
from typing import Any, Literal

from kconsole.client import terminal
from kconsole.client.base import ClientBase
from kconsole.client.execution import Execution
from kconsole.client.health import LOOK_S
from kconsole.client.inbox import Inbox, Item
from kconsole.client.readiness import Progress, Readiness
from kconsole.errors import ChannelError, KconsoleError, LinkDownError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.cell import HALF_QUIET_S
from kconsole.protocol.events import InputRequest
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.replies import GRACE_S, KernelInfo

__all__ = ["KernelClient"]


class KernelClient(ClientBase):
    """Talks to one kernel over its channels.

    A context manager: entering starts all channels, leaving stops them. Safe to use from several
    threads; handlers run in the client's I/O thread, and must neither block nor stop the channels.
    The parameters are those of :class:`~kconsole.client.base.ClientBase`.

    Each request method sends one request and returns its msg_id at once; the reply comes through the
    channel. With ``reply=True`` it waits for that reply, matched by msg_id, and returns the whole reply
    message instead. It then may raise

    * :class:`ReplyTimeoutError`: no reply within ``timeout`` seconds (None: no limit), or the kernel
      went idle without one;
    * :class:`KernelDiedError`: the kernel died meanwhile, or, as :class:`KernelRestartedError`, was
      restarted; or, as :class:`LinkLostError`, the link to its computer was lost and the reply with it;

    and every request raises :class:`ChannelError` if its channel is not running, and, as
    :class:`LinkDownError`, if the link to the kernel's computer is down: then nothing was sent. A wait for
    a reply goes on through a gap of the link.
    """

    # -- shell -----------------------------------------------------------------------------------

    def execute(
        self,
        code: str,
        silent: bool = False,
        store_history: bool = True,
        user_expressions: Mapping[str, str] | None = None,
        allow_stdin: bool | None = None,
        stop_on_error: bool = True,
        *,
        subshell_id: str | None = None,
        reply: bool = False,
        timeout: float | None = None,
    ) -> str | Message:
        """Run code in the kernel (execute_request).

        :param code: the source.
        :param silent: ask the kernel to broadcast nothing and count nothing.
        :param store_history: ask it to keep the code in its history; not with ``silent``.
        :param user_expressions: names and expressions to evaluate afterwards.
        :param allow_stdin: whether the code may ask for input; None: if the stdin channel was started.
        :param stop_on_error: whether an error drops the requests queued behind this one.
        :param subshell_id: the subshell to run in (JEP 91).
        :raise ValueError: the code, or a user expression, is not a string.
        """
        content = requests.execute_request(
            code,
            silent=silent,
            store_history=store_history,
            user_expressions=user_expressions,
            allow_stdin=self.shell_channel.allow_stdin if allow_stdin is None else allow_stdin,
            stop_on_error=stop_on_error,
        )
        return self._ask("shell", "execute_request", content, reply, timeout, subshell_id)

    def complete(
        self,
        code: str,
        cursor_pos: int | None = None,
        *,
        subshell_id: str | None = None,
        reply: bool = False,
        timeout: float | None = None,
    ) -> str | Message:
        """Ask how the code could go on at the cursor (complete_request).

        :param code: the source so far.
        :param cursor_pos: the cursor, in Unicode code points; None is the end.
        """
        content = requests.complete_request(code, cursor_pos)
        return self._ask("shell", "complete_request", content, reply, timeout, subshell_id)

    def inspect(
        self,
        code: str,
        cursor_pos: int | None = None,
        detail_level: Literal[0, 1] = 0,
        *,
        subshell_id: str | None = None,
        reply: bool = False,
        timeout: float | None = None,
    ) -> str | Message:
        """Ask what stands at the cursor (inspect_request).

        :param code: the source.
        :param cursor_pos: the cursor, in Unicode code points; None is the end.
        :param detail_level: 0 for the documentation, 1 for the source too.
        """
        content = requests.inspect_request(code, cursor_pos, detail_level)
        return self._ask("shell", "inspect_request", content, reply, timeout, subshell_id)

    def history(
        self,
        raw: bool = True,
        output: bool = False,
        hist_access_type: Literal["range", "tail", "search"] = "range",
        *,
        reply: bool = False,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> str | Message:
        """Ask for entries of the kernel's history (history_request).

        :param raw: the input as typed, not as transformed.
        :param output: with the outputs.
        :param hist_access_type: ``range`` with ``session``, ``start``, ``stop``; ``tail`` with ``n``;
            ``search`` with ``pattern``, ``n``, ``unique``.
        """
        content = requests.history_request(
            raw=raw, output=output, hist_access_type=hist_access_type, **kwargs
        )
        return self._ask("shell", "history_request", content, reply, timeout)

    def is_complete(
        self, code: str, *, reply: bool = False, timeout: float | None = None
    ) -> str | Message:
        """Ask whether the code is ready to be run (is_complete_request)."""
        content = requests.is_complete_request(code)
        return self._ask("shell", "is_complete_request", content, reply, timeout)

    def kernel_info(self, *, reply: bool = False, timeout: float | None = None) -> str | Message:
        """Ask what kernel this is (kernel_info_request)."""
        return self._ask("shell", "kernel_info_request", {}, reply, timeout)

    def comm_info(
        self, target_name: str | None = None, *, reply: bool = False, timeout: float | None = None
    ) -> str | Message:
        """Ask which comms are open (comm_info_request).

        :param target_name: only those with this target.
        """
        content = requests.comm_info_request(target_name)
        return self._ask("shell", "comm_info_request", content, reply, timeout)

    # -- control -----------------------------------------------------------------------------------

    def shutdown(
        self, restart: bool = False, *, reply: bool = False, timeout: float | None = None
    ) -> str | Message:
        """Ask the kernel to end (shutdown_request). What proves its end is its process, not the reply.

        Goes through control; through shell, if the kernel has no control channel.

        :param restart: tell it that it is going to be started again.
        """
        return self._ask(
            self._control_or_shell(), "shutdown_request", {"restart": restart}, reply, timeout
        )

    def interrupt(
        self, *, reply: bool = False, timeout: float | None = None
    ) -> str | Message | None:
        """Interrupt what the kernel is running, by the means its kernelspec names.

        A process of ours with interrupt_mode ``signal`` gets SIGINT, unless it is known to end at that;
        everything else, kernels that somebody else started above all, an interrupt_request on control
        (protocol 5.3).

        :return: None if a signal was sent; otherwise as every request.
        """
        if self.process is not None and self.process.interrupt():
            return None
        return self._ask("control", "interrupt_request", {}, reply, timeout)

    def create_subshell(self, timeout: float | None = None) -> str:
        """Open a subshell, in which requests are answered while the main shell is busy (JEP 91).

        :return: its id, for ``subshell_id`` of the other requests.
        :raise ReplyTimeoutError: the kernel knows no subshells, or did not answer in time.
        """
        content = self._control_reply("create_subshell_request", {}, timeout)
        subshell_id = content.get("subshell_id")
        if not isinstance(subshell_id, str):
            raise ReplyTimeoutError("the kernel did not open a subshell")
        return subshell_id

    def delete_subshell(self, subshell_id: str, timeout: float | None = None) -> None:
        """Close a subshell (JEP 91)."""
        self._control_reply("delete_subshell_request", {"subshell_id": subshell_id}, timeout)

    def list_subshells(self, timeout: float | None = None) -> list[str]:
        """The ids of the kernel's subshells (JEP 91)."""
        listed = self._control_reply("list_subshell_request", {}, timeout).get("subshell_id")
        return [str(each) for each in listed] if isinstance(listed, list) else []

    # -- any ---------------------------------------------------------------------------------------

    def request(
        self,
        channel: Channel,
        msg_type: str,
        content: Mapping[str, Any] | None = None,
        *,
        subshell_id: str | None = None,
        reply: bool = False,
        timeout: float | None = None,
    ) -> str | Message:
        """Send any request, for those that have no method of their own.

        :param channel: ``shell`` or ``control``.
        :param msg_type: such as ``usage_request``.
        :param content: as the specification, or the kernel's own manual, has it.
        """
        return self._ask(channel, msg_type, content or {}, reply, timeout, subshell_id)

    def _control_or_shell(self) -> Channel:
        return "control" if self._is_open("control") else "shell"

    def _control_reply(
        self, msg_type: str, content: dict[str, Any], timeout: float | None
    ) -> dict[str, Any]:
        answer = self._ask("control", msg_type, content, True, timeout)
        assert not isinstance(answer, str)
        return answer["content"]

    # -- stdin -------------------------------------------------------------------------------------

    def input(self, string: str, *, parent: Message | None = None) -> str:
        """Answer an input_request (input_reply).

        :param string: what was typed.
        :param parent: the request that is answered.
        """
        msg = self.session.msg("input_reply", {"value": string}, parent=parent)
        self._send("stdin", msg)
        return msg["msg_id"]

    # -- comms -------------------------------------------------------------------------------------

    def close_comm(self, comm_id: str, *, parent: Message | None = None) -> str:
        """Close a comm (comm_close on shell), as the specification wants it for a target that is not known.

        :param comm_id: the comm.
        :param parent: the comm_open that is answered.
        """
        content = {"comm_id": comm_id, "data": {}}
        msg = self.session.msg("comm_close", content, parent=parent)
        self._send("shell", msg)
        return msg["msg_id"]

    # -- reading -----------------------------------------------------------------------------------

    def get_shell_msg(self, block: bool = True, timeout: float | None = None) -> Message:
        """The oldest shell message that no one waits for; see :meth:`MessageChannel.get_msg`.

        :param block: wait for one if there is none.
        :param timeout: how long to wait, in seconds; None is without limit.
        :raise queue.Empty: none has come in that time.
        :raise ChannelError: the channel is not running, or is stopped while this waits.
        """
        return self.shell_channel.get_msg(block, timeout)

    def get_iopub_msg(self, block: bool = True, timeout: float | None = None) -> Message:
        """The oldest iopub message that no one waits for; as :meth:`get_shell_msg`."""
        return self.iopub_channel.get_msg(block, timeout)

    def get_stdin_msg(self, block: bool = True, timeout: float | None = None) -> Message:
        """The oldest stdin message that no one waits for; as :meth:`get_shell_msg`."""
        return self.stdin_channel.get_msg(block, timeout)

    def get_control_msg(self, block: bool = True, timeout: float | None = None) -> Message:
        """The oldest control message that no one waits for; as :meth:`get_shell_msg`."""
        return self.control_channel.get_msg(block, timeout)

    # -- waiting -----------------------------------------------------------------------------------

    def wait_for_ready(
        self, timeout: float | None = 60.0, *, progress: Progress | None = None
    ) -> KernelInfo:
        """Wait until the kernel is proven to answer and its output proven to reach us.

        A kernel that is busy, but answers on control, is ready.

        :param timeout: how long to wait, in seconds; None is without limit.
        :param progress: called about ten times a second with the seconds waited.
        :return: what the kernel said of itself.
        :raise KernelNotReadyError: it did not answer in that time, or nothing listens there.
        :raise AuthenticationError: the Curve handshake failed, or the kernel ignores our signatures.
        :raise KernelStartError: the process of the kernel ended.
        """
        readiness = Readiness(self)
        try:
            return readiness.wait(timeout, progress)
        finally:
            readiness.close()

    def execute_interactive(
        self,
        code: str,
        silent: bool = False,
        store_history: bool = True,
        user_expressions: Mapping[str, str] | None = None,
        allow_stdin: bool | None = None,
        stop_on_error: bool = True,
        *,
        timeout: float | None = None,
        output_hook: Callable[[Message], None] | None = None,
        stdin_hook: Callable[[Message], None] | None = None,
    ) -> Message:
        """Run code and hand out its output as it comes, until the kernel is done with it.

        :param code: as :meth:`execute`.
        :param silent: as :meth:`execute`.
        :param store_history: as :meth:`execute`.
        :param user_expressions: as :meth:`execute`.
        :param stop_on_error: as :meth:`execute`.
        :param allow_stdin: whether the code may ask for input. None: if there is a ``stdin_hook``
            and the stdin channel was started. True without a hook: the question is put to the
            program's own terminal, by :func:`input` or :mod:`getpass`, and Ctrl-C there is a
            KeyboardInterrupt.
        :param timeout: how long the cell may take, in seconds; None is without limit.
        :param output_hook: called with each iopub message of the cell.
        :param stdin_hook: called with each input_request; it is to answer by :meth:`input`.
        :return: the execute_reply.
        :raise ReplyTimeoutError: the cell was not done in that time; it goes on in the kernel. Or the
            kernel went idle and never replied.
        :raise KernelDiedError: the kernel died meanwhile.
        :raise ChannelError: ``allow_stdin`` is True, but the stdin channel does not run.
        """
        if allow_stdin is None:
            allow_stdin = stdin_hook is not None and self.shell_channel.allow_stdin
        elif allow_stdin and not self._is_open("stdin"):
            raise ChannelError("input is allowed, but the stdin channel is not running")
        execution = Execution(
            self,
            requests.execute_request(
                code,
                silent=silent,
                store_history=store_history,
                user_expressions=user_expressions,
                allow_stdin=allow_stdin,
                stop_on_error=stop_on_error,
            ),
        )
        with execution:
            for step in execution.steps(timeout):
                if isinstance(step.event, InputRequest):
                    if stdin_hook is not None:
                        stdin_hook(step.msg)
                    elif allow_stdin:
                        self._answer_at_terminal(execution, step.event, step.msg)
                elif output_hook is not None and step.channel == "iopub":
                    output_hook(step.msg)
        if execution.reply is None:
            raise ReplyTimeoutError("the kernel went idle without an execute_reply")
        return execution.reply

    def _answer_at_terminal(
        self, execution: Execution, request: InputRequest, msg: Message
    ) -> None:
        value = terminal.ask(request)
        if not execution.overtaken():
            self.input(value, parent=msg)

    def _ask(
        self,
        channel: Channel,
        msg_type: str,
        content: Mapping[str, Any],
        reply: bool,
        timeout: float | None,
        subshell_id: str | None = None,
    ) -> str | Message:
        """Send one request and, if asked to, wait for its reply."""
        msg = self.session.msg(msg_type, content, subshell_id=subshell_id)
        if not reply:
            self._send(channel, msg)
            return msg["msg_id"]
        claim = self._router.claim(msg["msg_id"])
        try:
            self._send_or_mourn(channel, msg)
            self._check_alive()  # from now on a death wakes the inbox; before, nobody was told
            return self._await_reply(msg_type, claim.inbox, timeout)
        finally:
            self._router.release(claim)

    def _send_or_mourn(self, channel: Channel, msg: Message) -> None:
        """Send; where that cannot be because the kernel is gone, say so rather than that it cannot."""
        try:
            self._send(channel, msg)
        except LinkDownError:
            self._check_alive()
            raise

    def _await_reply(self, msg_type: str, inbox: Inbox, timeout: float | None) -> Message:
        """Wait for a reply: for the time given, but not for long once the kernel is idle again."""
        deadline = None if timeout is None else time.monotonic() + timeout
        idle = False
        while True:
            item = self._next_item(inbox, deadline)
            if item is None:
                why = "the kernel went idle without one" if idle else f"none in {timeout:g} s"
                raise ReplyTimeoutError(f"no reply to {msg_type}: {why}")
            if isinstance(item, KconsoleError):
                raise item
            if item.channel != "iopub":
                return item.msg
            idle = True
            # kotlin and bash_kernel send an execute_reply after the idle, see kconsole.protocol.cell
            patience = HALF_QUIET_S if msg_type == "execute_request" else GRACE_S
            grace = time.monotonic() + patience
            deadline = grace if deadline is None else min(deadline, grace)

    def _next_item(self, inbox: Inbox, deadline: float | None) -> Item | KconsoleError | None:
        """What comes next; None if nothing has by then, and the kernel is not known to be gone."""
        while True:
            left = LOOK_S if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                return inbox.get(timeout=min(left, LOOK_S))
            except Empty:
                self._check_alive()
                if left <= LOOK_S and deadline is not None:
                    return None
