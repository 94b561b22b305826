import pytest

from kconsole.render.sgr import DEFAULT, ends_line, restyle, serialise


@pytest.mark.parametrize(
    ("parameters", "sequence"),
    [
        ("", "\x1b[0m"),
        ("1;;31", "\x1b[1;0;31m"),
        ("007", "\x1b[7m"),
        ("6", ""),
        ("8", ""),
        ("1;8;28;31", "\x1b[1;31m"),
        ("10;26;50;60;99;108;999999", ""),
        ("38;5;208", "\x1b[38;5;208m"),
        ("48;2;1;2;3;4", "\x1b[48;2;1;2;3;4m"),
        ("38;5;256;1", "\x1b[1m"),
        ("38;2;1;2", ""),
        ("38", ""),
        ("38;7;1;31", ""),
        ("38;5;", "\x1b[38;5;0m"),
        ("38:5:208;1", "\x1b[38;5;208;1m"),
        ("38:2::1:2:3", "\x1b[38;2;1;2;3m"),
        ("48:2:1:2:3", "\x1b[48;2;1;2;3m"),
        ("38:2:1:2", ""),
        ("38;5;1:2", ""),
        ("31:1", ""),
        ("4:3", "\x1b[4m"),
        ("4:0", "\x1b[24m"),
        ("4:2", "\x1b[21m"),
        ("58:5:1", "\x1b[58;5;1m"),
    ],
)
def test_only_allowed_codes_are_written_again(parameters: str, sequence: str) -> None:
    assert restyle(DEFAULT, parameters)[1] == sequence


@pytest.mark.parametrize("parameters", ["58;5;8", "58:2::8:8:8", "58;2;0;8;1"])
def test_a_terminal_without_underline_colours_reads_no_conceal_from_them(parameters: str) -> None:
    assert "8" not in restyle(DEFAULT, parameters)[1].removesuffix("m").split(";")


@pytest.mark.parametrize(
    ("sequences", "style"),
    [
        (["31", "1"], ("1", "31")),
        (["1;2;31", "22"], ("31",)),
        (["31", "38;5;4"], ("38;5;4",)),
        (["38;5;4;48;2;1;2;3", "39"], ("48;2;1;2;3",)),
        (["4", "21"], ("21",)),
        (["1;3;4;5;7;9;53;31;41;58;5;1", "22;23;24;25;27;29;55;39;49;59"], ()),
        (["31", ""], ()),
    ],
)
def test_the_style_is_what_is_in_force(sequences: list[str], style: tuple[str, ...]) -> None:
    current = DEFAULT
    for parameters in sequences:
        current, _ = restyle(current, parameters)
    assert current == style


def test_many_codes_are_written_as_sequences_of_at_most_64_characters() -> None:
    written = serialise(("38;2;255;255;255",) * 7)
    assert [len(part) for part in written.split("m")] == [52, 52, 18, 0]


def test_a_newline_is_seen_through_sequences_behind_it() -> None:
    assert ends_line("a\n\x1b[0m")
    assert not ends_line("a\x1b[0m")
