"""Notebooks that are run and written: ``--output``; each file is judged by the nbformat package."""

import io
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from clients import PATIENCE
from fake_kernel import UNMEASURED, FakeKernel
from hypothesis import given
from hypothesis import strategies as st
from leaks import wait_until
from leaping import HOUR_S, Clock
from programs import end, here, run, running
from stories import program
from terminal import Terminal

from kconsole.errors import SourceError
from kconsole.protocol.events import Stream
from kconsole.script.cellprogress import CellProgress
from kconsole.script.notebook import Notebook
from kconsole.script.notebooksink import NotebookSink, NotesSink
from kconsole.script.outputfile import OutputFile
from kconsole.script.parameters import parameter_cell, parse_parameter
from kconsole.script.streams import Streams

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and signals of Unix"),
    pytest.mark.usefixtures("unmeasured"),
]

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture
def fake():
    with FakeKernel(implementation="ipython") as kernel:
        yield kernel


@pytest.fixture
def target(fake, tmp_path):
    """The connection file of the scripted kernel."""
    return str(fake.write_connection_file(tmp_path / "kernel-1.json"))


@pytest.fixture
def source(tmp_path):
    """Writes a notebook of cells, (source, tags) or source; returns its path."""

    def written(*cells, **metadata):
        made = [
            {
                "cell_type": "code",
                "execution_count": 9,
                "id": f"own-{number}",
                "metadata": {"tags": cell[1:]} if isinstance(cell, tuple) else {},
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
                "source": cell[0] if isinstance(cell, tuple) else cell,
            }
            for number, cell in enumerate(cells)
        ]
        path = tmp_path / "in.ipynb"
        notebook = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(notebook))
        return str(path)

    return written


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.ipynb"


def load(path):
    """A notebook, valid as it is in its file: nothing is repaired on the way."""
    notebook = json.loads(path.read_text())
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    return nbformat.from_dict(notebook)


def shown(cell):
    """What a cell shows, in short."""
    return [
        "".join(each.get("text", each.get("ename", each.get("data", {}).get("text/plain", ""))))
        for each in cell.outputs
    ]


def wait_for_line(stream, wanted):
    """Read lines until one is wanted."""
    for line in stream:
        if wanted(line):
            return
    raise AssertionError("it has ended without that line")


# --- what is written


def test_outputs_counts_and_the_kernel_are_in_the_file_and_nothing_comes_out(target, source, out):
    path = source("print('a')\nprint('b')", "6 * 7", "", custom={"kept": 1})
    assert here(target, "-f", path, "--output", str(out)) == (0, "", "")
    notebook = load(out)
    assert [shown(cell) for cell in notebook.cells] == [["a\nb\n"], ["42"], []]
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, None]
    assert [cell.id for cell in notebook.cells] == ["own-0", "own-1", "own-2"]
    assert notebook.metadata.custom == {"kept": 1}
    assert notebook.metadata.language_info.name == "python"
    # The same as nbformat itself would write.
    assert out.read_text() == nbformat.writes(notebook) + "\n"


def test_real_kernels_write_valid_notebooks(kernel, source, out):
    path = source(kernel.code("assign"), kernel.code("read back"), kernel.code("one plus one"))
    outcome = here(str(kernel.connection_file), "-f", path, "--output", str(out))
    assert outcome == (0, "", "")
    notebook = load(out)
    assert "".join(shown(notebook.cells[1])).strip() == kernel.shows("read back")
    assert "".join(shown(notebook.cells[2])).strip() == "2"


def test_an_error_is_in_its_cell_and_the_rest_is_left_without_outputs(target, source, out):
    path = source("1", "1 / 0", "3")
    outcome = here(target, "-f", path, "--output", str(out))
    line = f"kconsole: {out}, cell 2: ZeroDivisionError: division by zero\n"
    assert outcome == (1, "", line)
    assert [shown(cell) for cell in load(out).cells] == [["1"], ["ZeroDivisionError"], []]
    assert here(target, "--keep-going", "-f", path, "--output", str(out)) == (1, "", line)
    assert [shown(cell) for cell in load(out).cells] == [["1"], ["ZeroDivisionError"], ["3"]]


def test_an_error_without_a_name_is_told_by_its_value(target, source, out):
    path = source('%fake publish error {"ename": "", "evalue": "1", "traceback": []}')
    outcome = here(target, "-f", path, "--output", str(out))
    assert outcome.stderr == f"kconsole: {out}, cell 1: 1\n"


def test_the_tags_of_nbclient_count(target, source, out):
    path = source(("1 / 0", "raises-exception"), ("2", "skip-execution"), "3")
    assert here(target, "-f", path, "--output", str(out)) == (0, "", "")
    assert [shown(cell) for cell in load(out).cells] == [["ZeroDivisionError"], [], ["3"]]


def test_a_cell_that_leaves_has_no_error_of_an_earlier_one(target, source, out):
    path = source(("1 / 0", "raises-exception"), "exit", "3")
    note = "kconsole: left; the kernel stays\n"
    assert here(target, "-f", path, "--output", str(out)) == (0, "", note)
    assert [shown(cell) for cell in load(out).cells] == [["ZeroDivisionError"], [], []]


def test_an_update_changes_a_display_in_an_earlier_cell(target, source, out):
    bundle = '"data": {"text/plain": "%s"}, "metadata": {}, "transient": {"display_id": "d"}'
    show = "%%fake publish display_data {%s}" % (bundle % "before")
    update = "%%fake publish update_display_data {%s}" % (bundle % "after")
    path = source(show, update)
    assert here(target, "-f", path, "--output", str(out)).status == 0
    assert [shown(cell) for cell in load(out).cells] == [["after"], []]


def test_a_notebook_can_be_written_in_its_own_place_and_keeps_its_mode(target, source, tmp_path):
    path = tmp_path / "in.ipynb"
    source("1")
    path.chmod(0o640)
    assert here(target, "-f", str(path), "--output", str(path)) == (0, "", "")
    assert shown(load(path).cells[0]) == ["1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".tmp")] == []


def test_the_kernel_that_the_notebook_is_for_is_started(source, out, tmp_path):
    path = source("1", kernelspec={"name": "nosuch", "display_name": "No"})
    outcome = here("-f", path, "--output", str(out))
    assert outcome.status == 3
    assert "nosuch" in outcome.stderr
    assert not out.exists()


# --- what was done is on the disk


def test_what_was_done_survives_a_kill(target, source, out):
    path = source("1", "print('on')\nimport time\ntime.sleep(60)", "3")
    with running(target, "-f", path, "--output", str(out)) as process:
        wait_until(lambda: out.exists() and shown(load(out).cells[0]) == ["1"], PATIENCE)
        process.kill()
        process.wait(PATIENCE)
    assert [shown(cell) for cell in load(out).cells] == [["1"], [], []]


def test_what_a_cell_had_shown_is_written_when_nothing_more_comes(source, out):
    path, nowhere = source("1", "2"), io.StringIO()
    notebook = Notebook(Path(path).read_text(), "job")
    text = NotesSink(Streams(None, nowhere, nowhere), color={"stdout": False, "stderr": False})
    progress = CellProgress(nowhere, "job", 2)
    sink = NotebookSink(notebook, OutputFile(str(out), 0o644), text, progress)
    assert [shown(cell) for cell in load(out).cells] == [[], []]
    sink.begin(notebook.cells("job")[0], "id")
    sink.event(Stream("stdout", "on\n"), None)
    sink.close()
    assert [shown(cell) for cell in load(out).cells] == [["on\n"], []]


def test_a_signal_to_end_leaves_the_cells_that_were_done(target, source, out):
    path = source("1", "import time\ntime.sleep(60)")
    with running(target, "-f", path, "--output", str(out)) as process:
        wait_until(lambda: out.exists() and shown(load(out).cells[0]) == ["1"], PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert end(process) == (128 + signal.SIGTERM, "", "")
    assert [shown(cell) for cell in load(out).cells] == [["1"], []]


def test_what_a_cell_had_shown_is_written_when_the_terminal_is_gone(target, source, out):
    path = source("1", "import sys, time\nprint('on')\nprint('', file=sys.stderr)\ntime.sleep(60)")
    master, slave = os.openpty()
    with running(target, "--json", "-f", path, "--output", str(out), stderr=slave) as process:
        os.close(slave)
        wait_for_line(process.stdout, lambda line: '"stderr"' in line)
        told = b""
        while b"cell 2 of 2" not in told:
            told += os.read(master, 4096)
        os.close(master)
        process.send_signal(signal.SIGHUP)
        wait_for_line(process.stdout, lambda line: '"summary"' in line)
        assert process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert [shown(cell)[0] for cell in load(out).cells] == ["1", "on\n"]


def test_a_cell_that_takes_too_long_is_written_as_it_ended(target, source, out, monkeypatch):
    path = source("print('on')\nimport time\ntime.sleep(60)", "2")
    Clock(monkeypatch, NotebookSink, Stream)
    outcome = here(target, "--timeout", str(HOUR_S / 2), "-f", path, "--output", str(out))
    assert outcome.status == 124
    assert [shown(cell) for cell in load(out).cells] == [["on\n", "KeyboardInterrupt"], []]


@pytest.mark.measured
def test_progress_is_told_on_a_terminal_and_taken_away(target, source, out):
    path = source("1", "import time\ntime.sleep(60)")
    with Terminal(program(target, "-f", path, "--output", str(out))) as terminal:
        terminal.wait_for("cell 2 of 2, ")
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
        assert "of 2, " not in terminal.everything
        assert "KeyboardInterrupt" in terminal.everything


def test_events_come_out_as_json_beside_it(target, source, out):
    path = source("1", "1 / 0")
    outcome = here(target, "--json", "-f", path, "--output", str(out))
    events = [json.loads(line)["event"] for line in outcome.stdout.splitlines()]
    assert (outcome.status, outcome.stderr) == (1, "")
    assert events.count("begin") == events.count("end") == 2
    assert events[-1] == "summary"
    assert [shown(cell) for cell in load(out).cells] == [["1"], ["ZeroDivisionError"]]


# --- what cannot be meant


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-c", "1"), "--output is for one notebook"),
        (("-f", "a.py"), "--output is for one notebook"),
        (("-f", "a.ipynb", "-f", "b.ipynb"), "--output is for one notebook"),
        (("-f", "-"), "--output is for one notebook"),
        (("-f", "a.ipynb", "--mime", "text/html"), "give only one of --output and --mime"),
        (("-f", "a.ipynb", "--output", "-"), "--output needs a file"),
    ],
)
def test_output_is_for_one_notebook(target, fake, out, arguments, reason):
    outcome = here(target, "--output", str(out), *arguments)
    assert (outcome.status, outcome.stderr.startswith(f"kconsole: {reason}")) == (2, True)
    assert not fake.received


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (".", "is a directory"),
        ("./", "is a directory"),
        ("no/out.ipynb", "No such file or directory"),
        ("in.ipynb/out.ipynb", "Not a directory"),
        ("in.ipynb/", "Not a directory"),
        ("results/", "No such file or directory"),
        ("loop", "Too many levels of symbolic links"),
        ("fifo", "is a FIFO, not a regular file"),
        ("/dev/stdout", "is a FIFO, not a regular file"),
        ("/dev/null", "is not a regular file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_where_it_cannot_be_written_nothing_is_run(target, fake, source, tmp_path, place, reason):
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    start = run if place == "/dev/stdout" else here
    outcome = start(target, "-f", source("1"), "--output", place, cwd=tmp_path)
    assert outcome == (2, "", f"kconsole: {place}: cannot be written: {reason}\n")
    assert not fake.received


def limited():
    """No file may be longer, as if the disk were full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))


@pytest.mark.parametrize("as_json", [False, True])
def test_a_disk_that_is_full_halfway_leaves_what_was_written(target, source, out, as_json):
    path = source("1", "print('x' * 8000)", "3")
    arguments = ("-f", path, "--output", str(out), *(["--json"] if as_json else []))
    env = {**os.environ, **UNMEASURED}  # what coverage writes has no room either
    outcome = run(target, *arguments, preexec_fn=limited, env=env)
    said = f"{out}: cannot be written: File too large"
    assert (outcome.status, outcome.stderr) == (1, f"kconsole: {said}\n")
    assert [shown(cell) for cell in load(out).cells] == [["1"], [], []]
    if as_json:
        last = json.loads(outcome.stdout.splitlines()[-1])
        assert (last["event"], last["exit_status"], last["error"]) == ("summary", 1, said)


def test_param_needs_output_and_a_value(target, source, out):
    assert here(target, "-f", source("1"), "--param", "a=1").status == 2
    assert here(target, "-f", source("1"), "--output", str(out), "--param", "a").status == 2


def test_a_name_that_the_language_has_not_is_refused_before_anything_runs(
    target, fake, source, out
):
    outcome = here(target, "-f", source("1"), "--output", str(out), "--param", "a-b=1")
    line = "kconsole: --param: 'a-b' cannot be a name in python\n"
    assert outcome == (2, "", line)
    assert fake.count("execute_request") == 0
    assert not out.exists()


# --- parameters


def test_parameters_come_behind_their_cell_and_replace_those_from_before(target, source, out):
    path = source("0", ("a = 1", "parameters"), "print(a)")
    assert here(target, "-f", path, "--output", str(out), "--param", "a=2") == (0, "", "")
    first = load(out)
    assert [cell.metadata.get("tags") for cell in first.cells] == [
        None,
        ["parameters"],
        ["injected-parameters"],
        None,
    ]
    assert shown(first.cells[3]) == ["2\n"]
    parameters = ("--param", "a=x y", "--param", "aa=1")
    line = f"kconsole: warning: --param aa: not in {out}'s cell of parameters; set all the same\n"
    assert here(target, "-f", str(out), "--output", str(out), *parameters) == (0, "", line)
    second = load(out)
    assert [cell.id for cell in second.cells] == [cell.id for cell in first.cells]
    assert "".join(second.cells[2].source) == '# Parameters\na = "x y"\naa = 1\n'
    assert shown(second.cells[3]) == ["x y\n"]


def test_without_a_tag_the_parameters_come_first(target, source, out):
    assert here(target, "-f", source("a"), "--output", str(out), "--param", "a=2").status == 0
    assert [shown(cell) for cell in load(out).cells] == [[], ["2"]]


def test_a_cell_that_fails_is_named_by_its_number_in_the_file_that_is_named(target, source, out):
    path = source("1", "a / 0")
    outcome = here(target, "-f", path, "--output", str(out), "--param", "a=2")
    assert outcome.stderr == f"kconsole: {out}, cell 3: ZeroDivisionError: division by zero\n"
    assert shown(load(out).cells[2]) == ["ZeroDivisionError"]
    assert here(target, "-f", path).stderr.endswith(f"\nkconsole: {path}, cell 2 has failed\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("007", "007"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("nan", "nan"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("", ""),
        ('"3"', "3"),
        ('"', '"'),
        ("[1, 2]", "[1, 2]"),
        ("a=b", "a=b"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_value_is_what_it_looks_like(text, value):
    read = parse_parameter(f"x={text}")
    assert read == ("x", value)
    assert type(read[1]) is type(value)


def test_a_value_with_half_a_character_is_refused_before_anything_runs(target, fake, source, out):
    outcome = here(target, "-f", source("1"), "--output", str(out), "--param", r'x="\ud800"')
    reason = "half a character (a lone surrogate) in its value"
    assert outcome == (2, "", f"kconsole: --param 'x': {reason}\n")
    assert not fake.received
    assert parse_parameter(r'x="\ud83c\udf89"') == ("x", "🎉")


NASTY = 'it\'s "q" \\ $HOME ${x} `id`\n\té 🎉\x01\x0c'
VALUES = [("t", True), ("n", None), ("i", -3), ("big", 2**40), ("f", 1e16), ("s", NASTY)]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("R", ["t = TRUE", "n = NULL", "i = -3", "big = 1099511627776", "f = 1e+16"]),
        ("julia", ["t = true", "n = nothing", "i = -3", "big = 1099511627776", "f = 1e+16"]),
        ("scala", ["val t = true", "val n = null", "val i = -3", "val big = 1099511627776L"]),
        ("kotlin", ["val t = true", "val n = null", "val i = -3", "val big = 1099511627776L"]),
        ("typescript", ["var t = true;", "var n = null;", "var i = -3;"]),
        ("bash", ["t=true", "n=''", "i=-3", "big=1099511627776"]),
    ],
)
def test_each_language_has_its_literals(language, lines):
    code = parameter_cell(VALUES, language).splitlines()
    assert code[0].endswith(" Parameters")
    assert code[1 : 1 + len(lines)] == lines


def test_a_string_is_the_same_in_python():
    variables = {}
    exec(parameter_cell(VALUES, "python"), variables)
    assert [variables[name] for name, _ in VALUES] == [value for _, value in VALUES]


def test_a_string_is_the_same_in_bash():
    code = parameter_cell([("s", NASTY)], "bash") + 'printf %s "$s"'
    done = subprocess.run(["bash", "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == NASTY


@pytest.mark.parametrize("language", ["julia", "kotlin"])
def test_nothing_is_put_into_a_string_where_a_dollar_would(language):
    assert '"\\$HOME \\${x}"' in parameter_cell([("s", "$HOME ${x}")], language)


def test_a_language_without_known_literals_is_told():
    with pytest.raises(SourceError, match="no way is known to write values in brainfuck"):
        parameter_cell([("a", 1)], "brainfuck")


# --- notebooks of the wild


def written(notebook):
    text = Notebook(json.dumps(notebook), "wild").text()
    read = json.loads(text)
    nbformat.validate(read)
    return read


def test_nbformat_3_is_written_as_4_5():
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Two\n", "lines"], "metadata": {}},
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        {"cell_type": "html", "source": "<b>", "metadata": {}},
        {
            "cell_type": "code",
            "collapsed": True,
            "input": ["1\n", "2"],
            "language": "python",
            "metadata": {},
            "outputs": [],
            "prompt_number": 7,
        },
    ]
    made = written(
        {
            "metadata": {"name": "old", "kept": 1},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    )
    assert made["metadata"] == {"kept": 1}
    assert [(each["cell_type"], "".join(each["source"])) for each in made["cells"]] == [
        ("markdown", "## Two lines"),
        ("markdown", "text"),
        ("markdown", "<b>"),
        ("code", "1\n2"),
    ]
    assert made["cells"][3]["metadata"] == {"collapsed": True}


def test_ids_are_kept_where_they_are_good_and_made_where_not():
    ids = ["cell-4", "same", "same", None, "no blank", "x" * 65]
    cells = [
        {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "id": each}
        for each in ids
    ]
    made = [each["id"] for each in written({"cells": cells, "nbformat": 4})["cells"]]
    assert made == ["cell-4", "same", "cell-3", "cell-4-", "cell-5", "cell-6"]


def test_what_is_odd_is_made_valid_and_what_is_not_is_kept():
    picture = {"a.png": {"image/png": "AAAA"}}
    cells = [
        {"cell_type": "markdown", "source": "![a](attachment:a.png)", "attachments": picture},
        {"cell_type": "raw", "source": None, "metadata": {"format": "text/x-rst"}},
        {"cell_type": "sql", "source": "select", "surplus": 1},
        {"cell_type": "code", "source": ["x"], "metadata": None},
        7,
    ]
    made = written(
        {
            "cells": cells,
            "metadata": {"kernelspec": {"name": "ir"}, "language_info": {}},
            "nbformat": 4,
            "nbformat_minor": 1,
        }
    )
    assert made["cells"][0]["attachments"] == picture
    assert [each["cell_type"] for each in made["cells"]] == [
        "markdown",
        "raw",
        "raw",
        "code",
        "raw",
    ]
    assert made["metadata"] == {"kernelspec": {"name": "ir", "display_name": "ir"}}


def test_metadata_that_the_format_forbids_is_left_out_and_all_else_is_kept():
    good = {"tags": ["a"], "collapsed": True, "scrolled": "auto", "jupyter": {"x": 1}, "name": "n"}
    bad = dict.fromkeys(("collapsed", "scrolled", "jupyter", "name", "execution"), 7)
    odd = {"tags": ["a", "a", "b,c", 7, ""], "own": {"deep": [None, 1.5]}}
    pictures = {"a.png": {"image/png": 7}, "b.png": {"image/png": ["AA", "AA"]}, "c": None}
    cells = [
        {"cell_type": "code", "source": "", "metadata": good},
        {"cell_type": "code", "source": "", "metadata": bad | odd},
        {"cell_type": "raw", "source": "", "metadata": {"format": 7, "collapsed": 7}},
        {"cell_type": "markdown", "source": "", "attachments": pictures},
        {"cell_type": "heading", "level": 10**12, "source": "far down"},
    ]
    metadata = {
        "authors": "Ada",
        "orig_nbformat": 0,
        "title": None,
        "kernelspec": {"name": "ir", "display_name": 7, "own": 1},
        "language_info": {"name": "R", "codemirror_mode": 7, "own": 1},
        "own": {"deep": "\ud800"},
    }
    made = written({"cells": cells, "metadata": metadata, "nbformat": 4})
    assert made["metadata"] == {
        "kernelspec": {"name": "ir", "display_name": "ir", "own": 1},
        "language_info": {"name": "R", "own": 1},
        "own": {"deep": "\ud800"},
    }
    assert [each["metadata"] for each in made["cells"]] == [
        good,
        {"tags": ["a"], "own": odd["own"]},
        {"collapsed": 7},
        {},
        {},
    ]
    assert made["cells"][3]["attachments"] == {"b.png": {"image/png": ["AA", "AA"]}}
    assert made["cells"][4]["source"] == ["###### far down"]


KNOWN = "collapsed scrolled name tags jupyter execution format own kernelspec language_info authors title"
JUNK = st.recursive(
    st.sampled_from([None, True, 0, -1, 2.5, "", "a", "x,y", "\n", "\ud800", 10**30, float("nan")]),
    lambda each: (
        st.lists(each, max_size=2) | st.dictionaries(st.sampled_from(["name", "text/plain"]), each)
    ),
    max_leaves=4,
)
METADATA = st.dictionaries(st.sampled_from(KNOWN.split()), JUNK, max_size=4) | JUNK
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(
            ["code", "markdown", "raw", "heading", "html", "sql", None, 7]
        ),
        "source": st.sampled_from(["a\nb", ["a\n", "b"], [], None, ""]),
        "id": st.sampled_from(["a", "", 1, None, "x y", "q" * 70, "cell-1"]),
        "metadata": METADATA,
        **dict.fromkeys(("attachments", "outputs", "level", "collapsed", "execution_count"), JUNK),
    },
)


@given(st.lists(CELL | JUNK, max_size=3), METADATA, st.booleans())
def test_whatever_a_notebook_holds_what_is_written_is_valid(cells, metadata, is_old):
    held = {"worksheets": [{"cells": cells}]} if is_old else {"cells": cells}
    made = written({**held, "metadata": metadata, "nbformat": 3 if is_old else 4})
    assert len(made["cells"]) == len(cells)
