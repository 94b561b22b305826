"""A kernel whose every word would drive the terminal: all ways to one, and what comes out of them."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake.cell import Cell
from fake.commands import COMMANDS
from fake_kernel import FakeKernel
from poison import harm, poison, words
from running_kernels import start_fake
from stories import ANSWERABLE, Pair, paired, ready

from kconsole.cli import run
from kconsole.protocol.events import ExecuteInput, parse_event
from kconsole.script.cells import ScriptCell
from kconsole.script.prefixed import PrefixedSink
from kconsole.script.sink import Outcome
from kconsole.script.streams import Mouth, Streams
from kconsole.script.text import TextSink
from kconsole.script.watcher import Watcher

pytestmark = pytest.mark.usefixtures("unmeasured")


def mild(word: str) -> str:
    """What may stand in a text that a language may write from right to left."""
    return poison(word, hiding=False)


def unsendable(text: str) -> str:
    """Without what no file name and no argument can hold."""
    return text.replace("\x00", "").replace("\ud800", "")


BEHAVIOUR: dict[str, Any] = {
    "implementation": poison("impl"),
    "implementation_version": poison("implversion"),
    "banner": mild("banner"),
    "language_info": {
        "name": poison("lang"),
        "version": poison("langversion"),
        "mimetype": poison("langmime"),
        "file_extension": poison("extension"),
        "pygments_lexer": poison("lexer"),
    },
    "help_links": [{"text": poison("link"), "url": poison("url")}],
    "answers": {
        "complete_request": {
            "status": "ok",
            "matches": [poison("match"), poison("other")],
            "cursor_start": 0,
            "cursor_end": 1,
            "metadata": {
                "_jupyter_types_experimental": [
                    {"text": poison(text), "type": poison("type"), "signature": poison("signature")}
                    | {"start": 0, "end": 1}
                    for text in ("match", "other")
                ]
            },
        },
        "inspect_request": {
            "status": "ok",
            "found": True,
            "data": {"text/plain": poison("inspected")},
            "metadata": {},
        },
        "history_request": {
            "status": "ok",
            "history": [[1, 1, poison("history")], [1, 2, [poison("input"), mild("output")]]],
        },
    },
}
#: What shows something, and nothing else: MIME bundle and what is said about it.
BUNDLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"text/plain": mild("plain")}, {}),
    ({"text/html": f"<b>{mild('html')}</b><table><tr><th>{mild('head')}<td>{mild('data')}"}, {}),
    ({"text/html": f'<a href="http://x/{mild("href")}">y</a>'}, {}),
    ({"text/markdown": f"# {mild('title')}\n\n`{mild('code')}`\n\n```\n{mild('fenced')}"}, {}),
    ({"text/latex": f"${mild('latex')}$"}, {}),
    ({"application/json": {mild("key"): [mild("value")]}}, {}),
    ({mild("mime"): "x"}, {}),
    ({"image/png": mild("png")}, {"image/png": {"width": mild("width"), "height": 1}}),
    ({"image/svg+xml": mild("svg")}, {}),
    ({"application/vnd.x+json": {"a": mild("vendor")}, "text/plain": mild("instead")}, {}),
]
SHOWN = {
    *("plain", "html", "head", "data", "href", "title", "code", "fenced", "latex", "key", "value"),
    *("mime", "instead"),
}
WIDGETS = {"FloatProgress": "description", "Label": "value", "HTML": "value"}


def show(cell: Cell) -> None:
    """Show everything that can be shown."""
    cell.write(mild("stdout"), "stdout")
    cell.write(mild("stderr") + "\n", "stderr")
    for data, metadata in BUNDLES:
        cell.publish("display_data", {"data": data, "metadata": metadata, "transient": {}})
    transient = {"display_id": poison("displayid")}
    for kind, text in (("display_data", mild("first")), ("update_display_data", mild("updated"))):
        data = {"text/plain": text}
        cell.publish(kind, {"data": data, "metadata": {}, "transient": transient})
    opened = {"comm_id": poison("comm"), "target_name": poison("target"), "data": {}}
    cell.publish("comm_open", opened)
    for model, key in WIDGETS.items():
        state = {"_model_name": f"{model}Model", key: mild(f"{model.lower()}"), "max": 5}
        opened = {"comm_id": model, "target_name": "jupyter.widget", "data": {"state": state}}
        cell.publish("comm_open", opened)
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": model}}
        data = {"text/plain": mild("fallback"), **view}
        cell.publish("display_data", {"data": data, "metadata": {}, "transient": {}})
    cell.result({"text/plain": mild("result")})


def fail(cell: Cell) -> None:
    """An error with a traceback."""
    cell.fail(poison("unseen"), poison("unseen"), [poison("frame"), poison("cause")])


def fail_shortly(cell: Cell) -> None:
    """An error without one."""
    cell.fail(poison("ename"), poison("evalue"), [])


def ask(cell: Cell) -> None:
    """A question."""
    cell.ask({"prompt": f"{poison('question')}? ", "password": False})


def want(cell: Cell) -> None:
    """Payloads."""
    cell.payload.append({"source": "page", "data": {"text/plain": poison("page")}, "start": 0})
    cell.payload.append({"source": poison("source"), "text": poison("text")})


def suggest(cell: Cell) -> None:
    """The next input."""
    cell.payload.append({"source": "set_next_input", "text": poison("next"), "replace": False})


def edit(cell: Cell) -> None:
    """A file to edit."""
    name = poison("file")
    cell.payload.append({"source": "edit_magic", "filename": name, "line_number": poison("line")})


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (show, fail, fail_shortly, ask, want, suggest, edit):
        monkeypatch.setitem(COMMANDS, f"p_{command.__name__}", command)


def foreign(kernel: FakeKernel) -> None:
    """What another client does, whose names are no better."""
    kernel.foreign_cell(poison("theircode"), mild("theirs") + "\n", result=mild("theirresult"))
    header = {**kernel.foreign_header("other"), "username": poison("user")}
    kernel.publish("execute_input", {"code": "1", "execution_count": 4}, header)
    kernel.publish("stream", {"name": "stdout", "text": "hi\n"}, header)


def story(pair: Pair, expect: Callable[..., None]) -> None:
    """All that a cell can do, in either console."""
    terminal = pair.terminal
    terminal.line("%fake p_show")
    expect("stdout", "stderr", "updated", "result", "floatprogress", "label", *SHOWN)
    terminal.line("%fake p_fail")
    expect("frame", "cause")
    terminal.line("%fake p_fail_shortly")
    expect("ename", "evalue")
    terminal.line("%fake p_want")
    expect("page")


def expecting(pair: Pair) -> Callable[..., None]:
    """What waits for words to be shown."""
    terminal = pair.terminal

    def expect(*more: str) -> None:
        terminal.wait_for(lambda one: set(more) <= words(bytes(one.raw)))

    return expect


def test_nothing_drives_the_terminal_of_the_console(tmp_path: Path) -> None:
    with paired(tmp_path, "--image", "none", rows=40, columns=100, **BEHAVIOUR) as pair:
        terminal, expect = pair.terminal, expecting(pair)
        expect("banner")
        foreign(pair.kernel)
        expect("theircode", "theirs", "theirresult", "user")
        story(pair, expect)
        ready(terminal).line("%fake p_ask")
        expect("question")
        terminal.wait_for(ANSWERABLE)
        terminal.line("y")
        ready(terminal).line("%fake p_suggest")
        expect("next")
        terminal.key("c-c")
        ready(terminal).line("%fake p_edit")
        expect("file")
        terminal.key("c-c")
        ready(terminal).send("p\t")
        expect("match", "signature")
        terminal.key("c-c", "c-c")
        ready(terminal).send("p")
        terminal.key("s-tab")
        expect("inspected")
        terminal.key("c-c", "c-c")
        ready(terminal).line(r"\hist")
        expect("history", "input")
        for command in ("conninfo", "who", "last", "tb"):
            ready(terminal).line(f"\\{command}")
        ready(terminal).key("c-d")
        terminal.wait_exit()
        assert harm(bytes(terminal.raw)) == []


def test_nothing_drives_the_terminal_of_the_plain_console(tmp_path: Path) -> None:
    with paired(tmp_path, "--plain", wait=False, rows=40, columns=100, **BEHAVIOUR) as pair:
        terminal, expect = pair.terminal, expecting(pair)
        expect("banner")
        story(pair, expect)
        terminal.line("%fake p_ask")
        expect("question")
        terminal.line("y")
        terminal.line("%fake p_suggest")
        expect("next")
        terminal.line(r"\hist")
        expect("history", "input")
        for command in ("conninfo", "last", "tb", "q"):
            terminal.line(f"\\{command}")
        terminal.wait_exit()
        assert harm(bytes(terminal.raw)) == []


class Screen(io.StringIO):
    """A terminal, as far as a stream knows."""

    def isatty(self) -> bool:
        return True

    @property
    def raw(self) -> bytes:
        return self.getvalue().encode("utf-8", "replace")


def messages() -> list[Any]:
    """What a cell sends, as messages of a client whose names are no better."""
    parent = {"msg_id": poison("msgid"), "session": poison("session"), "username": poison("user")}
    contents: list[tuple[str, dict[str, Any]]] = [
        ("execute_input", {"code": poison("code"), "execution_count": 1}),
        *(("stream", {"name": name, "text": mild(name)}) for name in ("stdout", "stderr")),
        *(("display_data", {"data": data, "metadata": about}) for data, about in BUNDLES),
        ("execute_result", {"data": {"text/plain": mild("result")}, "execution_count": 1}),
        ("error", {"ename": poison("e"), "evalue": poison("v"), "traceback": [poison("frame")]}),
        ("error", {"ename": poison("ename"), "evalue": poison("evalue"), "traceback": []}),
        (poison("kind"), {poison("field"): poison("what")}),
    ]
    return [
        {"msg_type": kind, "header": {}, "parent_header": parent, "metadata": {}, "buffers": []}
        | {"content": content}
        for kind, content in contents
    ]


def test_nothing_drives_the_terminal_of_who_watches() -> None:
    screen = Screen()
    watcher = Watcher(screen, color=True)
    for message in messages():
        watcher.take(message)
    watcher.close()
    assert harm(screen.raw) == []
    assert words(screen.raw) >= {
        *SHOWN,
        "code",
        "stdout",
        "stderr",
        "result",
        "frame",
        "ename",
        "user",
    }


@pytest.mark.parametrize("several", [False, True])
def test_nothing_drives_the_terminal_of_a_script(several: bool) -> None:
    screen = Screen()
    color = {"stdout": True, "stderr": True}
    if several:
        mouth, prefixes = Mouth(screen, "x"), {"stdout": "a | ", "stderr": "a | "}
        sink: TextSink = PrefixedSink(mouth, mouth, prefixes, color=color)
    else:
        sink = TextSink(Streams(None, screen, screen), color=color)
    cell = ScriptCell("x", poison("origin"), 1, only=True)
    sink.begin(cell, "1")
    for message in messages():
        event = parse_event(message)
        if not isinstance(event, ExecuteInput):
            sink.event(event, message)
    sink.page({"data": {"text/plain": poison("page")}})
    sink.note(poison("note"))
    sink.end(cell, Outcome("error"))
    sink.close()
    assert harm(screen.raw) == []
    assert words(screen.raw) >= {
        *SHOWN,
        "stdout",
        "stderr",
        "result",
        "frame",
        "ename",
        "page",
        "note",
    }


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> bytes:
    """All that the program says to these arguments."""
    run([*arguments])
    said = capsys.readouterr()
    return f"{said.out}{said.err}".encode("utf-8", "replace")


def test_nothing_drives_the_terminal_from_what_is_listed_or_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    kernel = start_fake(tmp_path, **BEHAVIOUR)
    try:
        path = tmp_path / "kernel-ok.json"
        info = {**json.loads(kernel.connection_file.read_text()), "kernel_name": poison("name")}
        path.write_text(json.dumps({**info, "kernel_name": unsendable(poison("name"))}))
        path.chmod(0o600)
        bad = unsendable(poison("file")).replace("/", "")[:60]
        (tmp_path / f"kernel-{bad}.json").write_text("{")
        shown = told(capsys, "-l") + told(capsys, "--info", str(path))
        shown += told(capsys, "--complete", "p", str(path))
        shown += told(capsys, "--inspect", "p", str(path))
        shown += told(capsys, "--ping", str(tmp_path / f"kernel-{bad}.json"))
    finally:
        kernel.close()
    assert harm(shown) == []
    assert words(shown) >= {
        *("name", "file", "lang", "impl", "banner", "link", "url", "match", "other", "inspected")
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["{}"],
        ["--{}"],
        ["-k", "{}", "-c", "1"],
        ["--style", "{}", "-c", "1"],
        ["--config", "{}"],
        ["-f", "{}"],
        ["-c", "1", "--mime", "{}", "nothing.json"],
        ["--ssh", "{}", "-l"],
        ["--timeout", "{}", "-c", "1"],
        ["--color", "{}"],
        ["--cwd", "{}", "-c", "1"],
        ["-c", "1", "--output", "{}"],
    ],
)
def test_nothing_drives_the_terminal_from_what_is_complained_of(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    word = unsendable(poison("argument"))
    shown = told(capsys, *(each.format(word) for each in arguments))
    assert harm(shown) == []
    assert shown.startswith(b"kconsole: ")
