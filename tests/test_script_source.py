"""What is read as code, and what is refused before anything runs."""

import io
import json
import os
import sys
import threading

import pytest

from kconsole.errors import SourceError
from kconsole.script import source
from kconsole.script.source import argument_source, file_source, stream_source


def read(data):
    """The one cell that a stream of bytes is read as."""
    (cell,) = stream_source(io.BytesIO(data), "in").cells
    return cell.source


def refusal(call, *arguments):
    with pytest.raises(SourceError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def notebook(*cells, nbformat=4, **more):
    return json.dumps({"cells": list(cells), "nbformat": nbformat, "metadata": {}, **more})


def code(source, **more):
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, **more}


@pytest.fixture
def sources(tmp_path):
    """Writes a file and reads its cells: (number, source)."""

    def cells(content, name="in.ipynb"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [(cell.number, cell.source) for cell in file_source(str(path)).cells]

    return cells


# --- text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x", "x"),
        (b"x\n", "x\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfx", "x"),
        ("é🎉".encode(), "é🎉"),
    ],
)
def test_line_ends_and_a_byte_order_mark_are_made_plain(data, text):
    assert read(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ab\xff", "not UTF-8 at byte 2"),
        (b"\xef\xbb\xbfab\xff", "not UTF-8 at byte 5"),
        (b"ab\xc3", "not UTF-8 at byte 2"),
        (b"\xed\xa0\x80", "not UTF-8 at byte 0"),
        ("x = 1".encode("utf-16-le"), "a NUL at byte 1"),
        (b"\xffx\0", "a NUL at byte 2"),
        (b"a" * (1 << 20) + b"b\0", "a NUL at byte 1048577"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(data, reason):
    assert refusal(read, data) == f"in: {reason}"


def test_more_code_than_anybody_has_is_refused(monkeypatch):
    monkeypatch.setattr(source, "_LIMIT", 2 << 20)
    assert len(read(b"a" * (2 << 20))) == 2 << 20
    assert refusal(read, b"a" * ((2 << 20) + 1)) == "in: more than 2 MiB of code"


def test_code_of_the_command_line():
    assert argument_source("a\r\nb", "-c").cells[0].source == "a\nb"
    assert argument_source("# %%\na\n# %%\nb", "-c").split("python")[0].source.count("%%") == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [("é\udcff", "not UTF-8 at byte 2"), ("é\0", "a NUL at byte 2")],
)
def test_what_is_no_text_on_the_command_line_is_refused(text, reason):
    assert refusal(argument_source, text, "-c") == f"-c: {reason}"


# --- files


def test_a_file_is_a_cell(sources):
    assert sources(b"# %%\r\na\r\n# %%\r\nb", "a.py") == [(1, "# %%\na\n# %%\nb")]


def test_a_file_is_cut_where_that_is_wanted(tmp_path):
    path = tmp_path / "a.lua"
    path.write_text("-- %%\na\n-- %%\nb")
    found = file_source(str(path)).split("lua")
    assert [(cell.name, cell.source) for cell in found] == [
        (f"{path}, cell 1", "a"),
        (f"{path}, cell 2", "b"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.py", "No such file or directory"), ("", "Is a directory")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, reason):
    path = str(tmp_path / name)
    assert refusal(file_source, path) == f"{path}: {reason}"


def test_a_name_that_would_not_print_is_quoted():
    assert refusal(file_source, "a\x1b[2J\n") == r"'a\x1b[2J\n': No such file or directory"
    assert refusal(file_source, "a\0b") == r"'a\x00b': embedded null byte"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a FIFO")
def test_a_fifo_is_read_to_its_end(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"print(1)\n",))
    writer.start()
    (cell,) = file_source(str(path)).cells
    writer.join()
    assert cell.source == "print(1)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pipe that does not block")
def test_a_stream_that_does_not_block_is_waited_for():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, b"print(1)\n")
    with open(reading, "rb") as stream:
        read_once = threading.Event()

        class Noted:
            """The stream, with a mark when there is nothing in it for the moment."""

            fileno = stream.fileno

            def read(self, size):
                piece = stream.read(size)
                if piece is None:
                    read_once.set()
                return piece

        def write_the_rest():
            read_once.wait(60)
            os.write(writing, b"print(2)\n")
            os.close(writing)

        writer = threading.Thread(target=write_the_rest)
        writer.start()
        (cell,) = stream_source(Noted(), "in").cells
        writer.join()
    assert cell.source == "print(1)\nprint(2)\n"


def test_the_home_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "job.py").write_text("1")
    assert file_source("~/job.py").cells[0].source == "1"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_what_never_ends_is_refused():
    assert refusal(file_source, "/dev/zero") == "/dev/zero: a NUL at byte 0"


# --- notebooks


def test_the_code_cells_of_a_notebook_are_run_in_order(sources):
    text = {"cell_type": "markdown", "source": "# %% no code"}
    raw = {"cell_type": "raw", "source": ["x"]}
    found = sources(notebook(text, code(["a\n", "b"]), raw, code("%%bash\nls"), code("c")))
    assert found == [(2, "a\nb"), (4, "%%bash\nls"), (5, "c")]


def test_a_notebook_of_nbformat_3_has_worksheets(sources):
    cells = [
        {"cell_type": "heading", "level": 1, "source": "title"},
        {"cell_type": "code", "input": ["a\n", "b"], "language": "python", "outputs": []},
    ]
    more = [{"cell_type": "code", "input": "c", "language": "python", "outputs": []}]
    sheets = {"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": more}, {}]}
    assert sources(json.dumps(sheets)) == [(2, "a\nb"), (3, "c")]


def test_odd_cells_of_the_wild_are_no_reason_not_to_run_the_others(sources):
    odd = [None, 3, {}, {"cell_type": "code"}, code(None), code(""), code([]), code(" \n")]
    assert sources(notebook(*odd, code("a\r\nb"))) == [(9, "a\nb")]


def test_a_notebook_is_known_by_its_name_alone(sources):
    assert sources(notebook(code("a")), "a.IPYNB") == [(1, "a")]
    assert sources("{}", "a.json") == [(1, "{}")]


def test_a_notebook_with_a_byte_order_mark(sources):
    assert sources(b"\xef\xbb\xbf" + notebook(code("é")).encode()) == [(1, "é")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not a notebook: Expecting value (line 1, column 1)"),
        (
            "{\n'a'}",
            "not a notebook: Expecting property name enclosed in double quotes (line 2, column 1)",
        ),
        ("[" * 100_000, "not a notebook: nested too deep"),
        ("[]", "not a notebook: it has no nbformat"),
        ("{}", "not a notebook: it has no nbformat"),
        ('{"nbformat": "4"}', "not a notebook: it has no nbformat"),
        ('{"nbformat": 2}', "its nbformat is 2; 3 and 4 can be read"),
        ('{"nbformat": 5}', "its nbformat is 5; 3 and 4 can be read"),
        ('{"nbformat": 4, "cells": {}}', "not a notebook: its cells are no list"),
        ('{"nbformat": 3, "worksheets": 1}', "not a notebook: its cells are no list"),
        ('{"nbformat": 3, "worksheets": [1]}', "not a notebook: its cells are no list"),
    ],
)
def test_what_is_no_notebook_is_refused(sources, tmp_path, content, reason):
    assert refusal(sources, content) == f"{tmp_path / 'in.ipynb'}: {reason}"


def test_a_number_that_is_too_long_is_told(sources, tmp_path):
    text = notebook(code("1", metadata={}), minor=0).replace("0}", "9" * 5000 + "}")
    said = refusal(sources, text)
    assert said == f"{tmp_path / 'in.ipynb'}: not a notebook: a number in it is too long"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (code(3), "its source is no text"),
        (code(["a", 3]), "its source is no text"),
        (code("a\0"), "a NUL in its source"),
        (code("\ud800"), "half a character (a lone surrogate) in its source"),
    ],
)
def test_a_cell_that_is_no_text_is_named(sources, tmp_path, cell, reason):
    name = f"{tmp_path / 'in.ipynb'}, cell 2"
    assert refusal(sources, notebook(code("a"), cell)) == f"{name}: {reason}"
