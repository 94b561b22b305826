"""Which texts need the pager, and which pager."""

from pathlib import Path

import pytest

from kconsole.repl.terminal.pager import fits, pager_argv


def test_a_text_fits_if_the_prompt_and_the_toolbar_stay_in_sight() -> None:
    assert fits("line\n" * 21, 24, 80)
    assert not fits("line\n" * 22, 24, 80)


def test_wrapped_lines_count_and_colours_do_not() -> None:
    assert fits("\x1b[31m" + "x" * 80 + "\x1b[0m\n", 4, 80)
    assert not fits("x" * 81 + "\n", 4, 80)
    assert not fits("漢" * 41 + "\n", 4, 80)


def test_pager_is_taken_as_a_command_with_arguments() -> None:
    assert pager_argv("most -s 'a b'") == ["most", "-s", "a b"]


def test_without_one_it_is_less_or_else_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pager_argv(" ") == []
    for name, argv in (("more", ["more"]), ("less", ["less", "-R"])):
        (tmp_path / name).touch(mode=0o755)
        assert pager_argv("") == argv


def test_quotes_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(ValueError, match="quotation"):
        pager_argv("less 'x")
