"""Stories of ipywidgets on a terminal: bars that move, and what stands there in the end."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_kernel import FakeKernel
from leaks import wait_until
from running_kernels import Kernel
from stories import PROMPT, Pair, Shared, attached, paired, ready, rows_with, run, toolbar

pytestmark = pytest.mark.usefixtures("unmeasured")

TQDM = """
import time
from tqdm.notebook import trange
for i in trange(3, desc="outer"):
    for j in trange(5, desc=f"inner {i}", leave=i == 1):
        time.sleep(0.12)
    print("epoch", i)
print("done")
"""


def show(kernel: FakeKernel, comm_id: str, text: str) -> None:
    kind = "application/vnd.jupyter.widget-view+json"
    data = {"text/plain": text, kind: {"model_id": comm_id}}
    send(kernel, "display_data", {"data": data, "metadata": {}, "transient": {}})


def send(kernel: FakeKernel, msg_type: str, content: object, request: int = 1) -> None:
    header = kernel.wait_for("execute_request", count=request).header
    kernel.publish(msg_type, content, header)


def change(kernel: FakeKernel, comm_id: str, request: int = 1, **state: object) -> None:
    data = {"method": "update", "state": state}
    send(kernel, "comm_msg", {"comm_id": comm_id, "data": data}, request)


def widget(kernel: FakeKernel, comm_id: str, name: str, **state: object) -> None:
    data = {"state": {"_model_name": f"{name}Model", **state}}
    content = {"comm_id": comm_id, "target_name": "jupyter.widget", "data": data}
    send(kernel, "comm_open", content)


@pytest.fixture
def pair(console: Shared, request: pytest.FixtureRequest) -> Iterator[Pair]:
    yield from console.lend(request)


def test_bars_of_tqdm_notebook(shared_kernels: object) -> None:
    kernel: Kernel = shared_kernels("ipykernel7")  # type: ignore[operator]
    with attached(kernel) as terminal:
        terminal.paste(TQDM.strip())
        terminal.key("escape", "enter")
        terminal.wait_for(re.compile(r"^inner 1: +\d\d%\|█+.* +\| \d/5 \[", re.MULTILINE))
        terminal.wait_for(re.compile(r"^done$", re.MULTILINE))
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        # They are gone from the kernel that others use too; not from what stands here.
        run(terminal, "import ipywidgets; ipywidgets.Widget.close_all(); 6 * 7", ": 42")
        outer, *between, inner, two, three, done = terminal.everything.partition('print("done")')[
            2
        ].split("\n")[1:7]
        assert re.fullmatch(r"outer: 100%\|█+\| 3/3 \[.*it/s\]", outer)
        assert re.fullmatch(r"inner 1: 100%\|█+\| 5/5 \[.*it/s\]", inner)
        assert (between, two, three, done) == (["epoch 0"], "epoch 1", "epoch 2", "done")
        assert len(rows_with(terminal, "it/s]")) == 2


def test_a_bar_moves_while_one_types_and_stands_there_once(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    widget(kernel, "bar", "IntProgress", value=0, max=4, description="load")
    show(kernel, "bar", "IntProgress(value=0)")
    send(kernel, "stream", {"name": "stdout", "text": "below\n"})
    terminal.send("typed")
    terminal.wait_for(re.compile(r"^load \| +\|\nbelow\nIn \[2\]: typed", re.MULTILINE))
    change(kernel, "bar", value=2)
    terminal.wait_for(re.compile(r"^load \|█+[^█]+\|\nbelow\nIn \[2\]: typed", re.MULTILINE))
    change(kernel, "bar", value=4)
    terminal.wait_for(re.compile(r"^load \|█+\|\nbelow\nIn \[2\]: typed", re.MULTILINE))
    kernel.interrupt()
    terminal.wait_for("KeyboardInterrupt")
    assert len(rows_with(terminal, "load |")) == 1
    assert not rows_with(terminal, "IntProgress")


def test_a_widget_that_is_closed_is_gone(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    widget(kernel, "a", "Label", value="for a while")
    show(kernel, "a", "Label()")
    terminal.wait_for("for a while", where="screen")
    send(kernel, "comm_close", {"comm_id": "a", "data": {}})
    terminal.wait_for(lambda one: "for a while" not in one.everything)
    kernel.interrupt()


def test_what_an_output_widget_clears_is_not_the_bar_beside_it(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    widget(kernel, "beside", "IntProgress", value=1, max=1)
    show(kernel, "beside", "IntProgress()")
    widget(kernel, "out", "Output", msg_id="")
    show(kernel, "out", "Output()")
    for number in range(3):
        change(kernel, "out", msg_id=kernel.wait_for("execute_request").msg_id)
        send(kernel, "clear_output", {"wait": True})
        send(kernel, "stream", {"name": "stdout", "text": f"state {number}\n"})
        change(kernel, "out", msg_id="")
    terminal.wait_for(re.compile(r"time.sleep\(60\)\n\|█+\|\nstate 2\nIn \[2\]:"))
    send(kernel, "clear_output", {"wait": False})
    terminal.wait_for(re.compile(r"time.sleep\(60\)\nIn \[2\]:"))
    kernel.interrupt()


def test_a_bar_of_an_earlier_cell_is_shown_anew_where_it_moves(pair: Pair) -> None:
    terminal, _ = pair
    code = '%fake widget early IntProgress value=0 max=2 show="a bar"'
    terminal.line(code)
    terminal.wait_for(re.compile(r"^\| +\|\n\nIn \[2\]:$", re.MULTILINE))
    terminal.line("%fake widget early value=1\n")
    ready(terminal)
    terminal.wait_for(re.compile(r"value=1\n\|█+[^█\n]+\|\n\nIn \[3\]:$", re.MULTILINE))
    assert len(rows_with(terminal, "|█")) == 1


def test_what_cannot_be_drawn_is_shown_by_its_text(pair: Pair) -> None:
    run(pair.terminal, '%fake widget s IntSlider show="Int" value=3', "\nInt\n")


def test_what_was_drawn_last_is_in_the_files(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        run(terminal, '%fake widget l Label value="be" show="x"', "\nbe\n")
        run(terminal, '%fake widget l value="af\\u0074er"', "\nafter\n")
        for name in ("a.ipynb", "a.txt"):
            run(terminal, rf"\save {tmp_path / name}", "saved to")
    notebook = json.loads((tmp_path / "a.ipynb").read_text())
    (output,) = notebook["cells"][0]["outputs"]
    assert (output["output_type"], output["data"]) == ("display_data", {"text/plain": ["after\n"]})
    assert "\nafter\n" in (tmp_path / "a.txt").read_text()


def test_a_comm_that_nobody_serves_is_closed_once_and_only_if_it_is_ours(pair: Pair) -> None:
    terminal, kernel = pair
    code = "%fake publish comm_open "
    content = '{"comm_id":"%s","target_name":"mpl"}'
    theirs = {"msg_id": "x", "session": "somebody"}
    terminal.line(f"{code}{content % 'theirs'} parent={json.dumps(theirs)}")
    terminal.wait_for("In [2]:", where="screen")
    for _ in range(2):
        terminal.line(code + content % "ours")
    terminal.wait_for("In [4]:", where="screen")
    kernel.wait_for("comm_close")
    ready(terminal)
    run(terminal, "6 * 7", "42")
    closed = [one.content for one in kernel.received if one.msg_type == "comm_close"]
    assert closed == [{"comm_id": "ours", "data": {}}]


def test_a_flood_of_comms_leaves_a_prompt(pair: Pair) -> None:
    terminal, kernel = pair
    terminal.line("import time; time.sleep(60)")
    for number in range(2000):
        content = {"comm_id": f"c{number}", "target_name": "t", "data": {"state": ["x" * 100]}}
        send(kernel, "comm_open", content)
        send(kernel, "comm_close", {"comm_id": [number], "data": None})
    send(kernel, "comm_open", {"comm_id": "bar", "target_name": "jupyter.widget"})
    show(kernel, "bar", "at the end")
    terminal.wait_for("at the end", where="screen")
    kernel.interrupt()
    terminal.wait_for(PROMPT, where="screen")
    wait_until(lambda: kernel.count("comm_close") > 0)
    assert kernel.count("comm_close") < 100


def test_the_plain_console_writes_a_widget_as_it_is_in_the_end(tmp_path: Path) -> None:
    with paired(tmp_path, "--plain", wait=False, implementation="ipython") as (terminal, kernel):
        terminal.wait_for("In [ ]:")
        terminal.line("import time; time.sleep(60)")
        widget(kernel, "bar", "IntProgress", value=0, max=4, description="load")
        show(kernel, "bar", "IntProgress(value=0)")
        change(kernel, "bar", value=4)
        send(kernel, "stream", {"name": "stdout", "text": "printed\n"})
        terminal.wait_for("printed")
        kernel.interrupt()
        terminal.wait_for("KeyboardInterrupt")
        text = terminal.everything
        assert re.search(r"printed\nload \|█+\|\n", text)
        assert text.count("load") == 1


def test_one_who_watches_sees_a_widget_as_it_is_in_the_end(tmp_path: Path) -> None:
    with paired(tmp_path, "--watch", wait=False) as (terminal, kernel):
        terminal.wait_for("watching")
        parent = {"msg_id": "1", "session": "s", "username": "ada"}
        state = {"_model_name": "IntProgressModel", "value": 0, "max": 2}
        opening = {"comm_id": "b", "target_name": "jupyter.widget", "data": {"state": state}}
        kind = "application/vnd.jupyter.widget-view+json"
        data = {"text/plain": "fallback", kind: {"model_id": "b"}}
        moved = {"comm_id": "b", "data": {"method": "update", "state": {"value": 2}}}
        kernel.publish("comm_open", opening, parent)
        kernel.publish("comm_open", {"comm_id": "x", "target_name": "mpl"}, parent)
        kernel.publish("display_data", {"data": data, "metadata": {}}, parent)
        kernel.publish("stream", {"name": "stdout", "text": "printed\n"}, parent)
        kernel.publish("comm_msg", moved, parent)
        kernel.publish("status", {"execution_state": "idle"}, parent)
        terminal.wait_for(re.compile(r"ada@s printed\n.* ada@s \|█+", re.MULTILINE))
        assert "fallback" not in terminal.everything
        assert kernel.count("comm_close") == 0


def test_a_widget_of_others_who_are_hidden_is_known_all_the_same(tmp_path: Path) -> None:
    with paired(tmp_path, "--no-others") as (terminal, _):
        theirs = json.dumps({"msg_id": "x", "session": "somebody"})
        opening = {
            "comm_id": "l",
            "target_name": "jupyter.widget",
            "data": {"state": {"_model_name": "LabelModel", "value": "hid"}},
        }
        terminal.line(f"%fake publish comm_open {json.dumps(opening)} parent={theirs}")
        terminal.wait_for("In [2]:", where="screen")
        run(terminal, '%fake widget l value="sh\\u006fwn" show="x"', "\nshown\n")
