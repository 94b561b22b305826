"""One ``execute_request``, from busy to idle."""

from typing import TYPE_CHECKING, Any

from fake import commands, python
from fake.python import CellError
from fake.wire import Request

if TYPE_CHECKING:
    from fake.kernel import FakeKernel
    from fake.worker import Worker

__all__ = ["Cell"]


class Cell:
    """Runs the code of one request and sends everything that belongs to it.

    It is the host of the Python in the cell (fake.python.Host), and what the ``%fake`` commands
    in it work on: they change how the cell ends, what is in its reply, and what happens next.
    """

    def __init__(self, worker: "Worker", request: Request) -> None:
        self.worker = worker
        self.kernel: FakeKernel = worker.kernel
        self.request = request
        self.header = request.header
        self.namespace = self.kernel.namespace
        loud = self.kernel.behaviour.ignores_silent
        self.silent: bool = bool(request.content.get("silent")) and not loud
        self.stored: bool = bool(request.content.get("store_history", True)) and not self.silent
        #: The steps of the cell's end: see the command "order".
        self.order: list[Any] = list(self.kernel.behaviour.order)
        self.payload: list[dict[str, Any]] = []
        #: Changes to the reply: keys to replace, or the whole content.
        self.reply_changes: dict[str, Any] = {}
        self.reply_omits: set[str] = set()
        self.reply_instead: dict[str, Any] | None = None
        #: An error that is only in the reply and not on iopub.
        self.quiet_error = False
        self._error: dict[str, Any] | None = None
        self._value: Any = None
        self._leave: int | None = None
        self._written: list[str] = []

    # --- from busy to idle

    def run(self) -> None:
        """Run the cell; busy has been sent already."""
        if self.stored or self.kernel.behaviour.ignores_silent:
            self.kernel.execution_count += 1
        code = str(self.request.content["code"])
        if not self.silent:
            count = self.kernel.execution_count
            self.publish("execute_input", {"code": code, "execution_count": count})
        try:
            self._value = self._execute(code)
        except CellError as error:
            self.fail(error.ename, error.evalue)
        except KeyboardInterrupt:
            self.fail("KeyboardInterrupt", "")
        if self.stored:
            self._remember(code)
        if "result" not in self.order:
            self.send_result()
        self._finish()

    def _execute(self, code: str) -> Any:
        """Run the cell's lines: blocks of Python, and %fake commands between them."""
        block = ""
        for line in code.splitlines():
            if line.startswith("%fake"):
                self._block(block)
                block = ""
                commands.run(self, line)
            else:
                block += line + "\n"
        return self._block(block)

    def _block(self, code: str) -> Any:
        return python.run(code, self) if code.strip() else None

    def fail(
        self, ename: str, evalue: str, traceback: list[str] | None = None, **more: Any
    ) -> None:
        """Note the cell's error, and show it unless it is to be in the reply only."""
        if traceback is None:
            last = f"\x1b[31m{ename}\x1b[39m: {evalue}"
            traceback = ["Traceback (most recent call last)", last]
        self._error = {"ename": ename, "evalue": evalue, "traceback": traceback, **more}
        if not self.quiet_error and not self.silent:
            self.publish("error", self._error)

    def send_result(self) -> None:
        """Show the value of the cell's last expression."""
        if self._value is None or self.silent:
            return
        text = repr(self._value)
        kind = self.kernel.behaviour.results
        if kind == "stream":
            self.write(text + "\n", "stdout")
        elif kind == "display_data":
            self.publish(kind, {"data": {"text/plain": text}, "metadata": {}, "transient": {}})
        else:
            self.result({"text/plain": text})

    def result(self, data: Any, **more: Any) -> None:
        """Send an execute_result."""
        count = {"execution_count": self.kernel.execution_count}
        self.publish("execute_result", {"data": data, "metadata": {}, **count, **more})

    def _remember(self, code: str) -> None:
        output = "".join(self._written)
        if self._value is not None:
            output = repr(self._value)
        self.kernel.history.append((2, self.kernel.execution_count, code, output or None))

    def _finish(self) -> None:
        steps = {
            "reply": self._reply,
            "idle": lambda: self.publish("status", {"execution_state": "idle"}),
            "result": self.send_result,
            "late": lambda: self.write("late\n", "stdout"),
        }
        for step in self.order:
            if isinstance(step, int | float):
                self.wait(step)
            else:
                steps[step]()
        status = self.kernel.behaviour.abort_status
        if self._error and self.request.content.get("stop_on_error", True) and status:
            self.worker.abort_queued(status)
        if self._leave is not None:
            self.kernel.end(self._leave)

    def wait(self, seconds: float) -> None:
        """Wait without letting an interrupt end the wait; the kernel's end does."""
        self.kernel.ending.wait(seconds)
        if self.kernel.ending.is_set():
            self.worker.check()

    # --- the reply

    def _reply(self) -> None:
        content = self._content() if self.reply_instead is None else self.reply_instead
        self.kernel.reply(self.request, content)

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {
            "status": "error" if self._error else "ok",
            "execution_count": self.kernel.execution_count,
            "user_expressions": {} if self._error else self._expressions(),
            "payload": [] if self._error else self.payload,
            **(self._error or {}),
            **self.reply_changes,
        }
        return {key: value for key, value in content.items() if key not in self.reply_omits}

    def _expressions(self) -> dict[str, Any]:
        wanted = self.request.content.get("user_expressions") or {}
        return {name: self._expression(code) for name, code in wanted.items()}

    def _expression(self, code: str) -> dict[str, Any]:
        if (data := self.kernel.behaviour.expressions.get(code)) is not None:
            return {"status": "ok", "data": data, "metadata": {}}
        try:
            value = python.run(code, self)
        except CellError as error:
            what = {"ename": error.ename, "evalue": error.evalue, "traceback": []}
            return {"status": "error", **what}
        return {"status": "ok", "data": {"text/plain": repr(value)}, "metadata": {}}

    # --- what the code can do (fake.python.Host)

    def publish(
        self, msg_type: str, content: dict[str, Any], *, buffers: list[bytes] | None = None
    ) -> None:
        """Send a message on iopub that belongs to this cell."""
        self.kernel.publish(msg_type, content, self.header, buffers=buffers)

    def write(self, text: str, name: str) -> None:
        """Send a stream message, also from a silent cell, as kernels do."""
        if not text:
            return
        self._written.append(text)
        self.publish("stream", {"name": name, "text": text})

    def read(self, prompt: str, *, password: bool) -> str:
        """Ask the client for a line ("Messages on the stdin channel")."""
        return self.ask({"prompt": prompt, "password": password})

    def ask(self, content: dict[str, Any]) -> str:
        """Send an input_request with that content and return what the client answers."""
        allowed = self.request.content.get("allow_stdin", False)
        if not allowed and not self.kernel.behaviour.asks_anyway:
            text = "raw_input was called, but this frontend does not support input requests."
            raise CellError("StdinNotImplementedError", text)
        self.worker.flush_stdin()
        self.kernel.ask(self.request, content)
        value = str(self.worker.read_line().content.get("value", ""))
        if value == "\x04":
            # ipykernel's convention for the end of input.
            raise CellError("EOFError", "")
        return value

    def sleep(self, seconds: float) -> None:
        """Wait; an interrupt ends it."""
        self.worker.sleep(seconds)

    def check(self) -> None:
        """Raise if the cell was interrupted."""
        self.worker.check()

    def leave(self, *, keep: object) -> None:
        """Send the ask_exit payload; without ``keep`` the kernel ends too, as ipykernel does."""
        self.payload.append({"source": "ask_exit", "keepkernel": keep})
        if not keep:
            self._leave = 0
