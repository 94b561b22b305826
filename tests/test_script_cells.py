"""Where a source file is cut into cells."""

import pytest

from kconsole.script.cells import ScriptCell, comment_sign, split_cells


def cut(text, language="python"):
    """The cells' numbers and sources."""
    return [(cell.number, cell.source) for cell in split_cells(text, "f", language)]


def test_a_file_without_a_marker_is_one_cell():
    assert cut("x = 1\nx\n") == [(1, "x = 1\nx")]


def test_each_marker_begins_a_cell():
    assert cut("# %%\na\n\n# %% title\n\nb\n#%%\nc") == [(1, "a"), (2, "b"), (3, "c")]


def test_code_before_the_first_marker_is_a_cell_too():
    assert cut("import a\n# %%\nb") == [(1, "import a"), (2, "b")]


def test_comments_before_the_first_marker_are_none():
    assert cut("#!/usr/bin/env python\n# ---\n# jupyter: x\n# ---\n\n# %%\nb") == [(1, "b")]


@pytest.mark.parametrize("kind", ["[markdown]", "[md]", "[raw]", "a title [markdown] key=1"])
def test_text_is_not_run_but_counted(kind):
    assert cut(f"# %% {kind}\n# text\n# %%\nb") == [(2, "b")]


@pytest.mark.parametrize("kind", ["a [x]", "{k: '[markdown]'}", "[1] [markdown]", "markdown"])
def test_what_only_looks_like_text_is_run(kind):
    assert cut(f"# %% {kind}\na") == [(1, "a")]


def test_cells_without_code_are_left_out():
    assert cut("# %%\n\n# %%\n  \n# %%\nb\n# %%") == [(3, "b")]


@pytest.mark.parametrize(
    "line", ["# %%time", "x = '# %%'", "# %", "## % %", "%% x", "%%bash", "// %%"]
)
def test_what_is_no_marker_is_code(line):
    assert cut(f"# %%\na\n{line}\nb") == [(1, f"a\n{line}\nb")]


def test_more_percent_signs_and_blanks_before_are_a_marker_too():
    assert cut("# %%% sub\na\n  # %%\nb\n## %% c\nc") == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.parametrize(
    ("language", "marker"),
    [
        ("R", "# %%"),
        ("julia", "# %%"),
        ("bash", "#%%"),
        ("", "# %%"),
        ("no such language", "# %%"),
        ("typescript", "// %%"),
        ("C++17", "// %%"),
        ("Rust", "//%%"),
        ("haskell", "-- %%"),
        ("sqlite3", "-- %%"),
        ("scheme", "; %%"),
        ("racket", ";; %%"),
        ("clojure", ";; %%"),
        ("octave", "% %%"),
        ("octave", "%%"),
        ("matlab", "%% title"),
        ("fortran", "! %%"),
    ],
)
def test_the_marker_is_a_comment_of_the_language(language, marker):
    assert cut(f"{marker}\na\n{marker}\nb", language) == [(1, "a"), (2, "b")]


def test_a_blank_line_or_a_form_feed_inside_a_cell_stays():
    assert cut("# %%\na\n\n\x0cb\x85\u2028c\n") == [(1, "a\n\n\x0cb\x85\u2028c")]


def test_a_languages_name_counts_whatever_its_case_and_version():
    assert (comment_sign("C++ 17"), comment_sign("Lua"), comment_sign("Python")) == (
        "//",
        "--",
        "#",
    )


def test_a_cell_is_named_by_its_origin_and_its_number():
    assert ScriptCell("x", "job.py").name == "job.py"
    assert split_cells("# %%\na\n# %%\nb", "job.py", "python")[1].name == "job.py, cell 2"


def test_a_large_file_is_cut_in_one_go():
    text = "# %%\nx = 1\n" * 100_000
    assert len(split_cells(text, "f", "python")) == 100_000
