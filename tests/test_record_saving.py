"""Files of a session: whole, private, and never instead of another one unasked."""

import os
import stat
from pathlib import Path

import pytest
from test_connect_regularfile import size_limit

from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.protocol.events import Parent, Stream
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.record.saving import rendered, save
from kconsole.record.transcript import Transcript

INFO = KernelInfo(language_info=LanguageInfo("python", file_extension=".py"))


@pytest.fixture
def session() -> Transcript:
    transcript = Transcript(INFO)
    run(transcript, "a")
    return transcript


def run(transcript: Transcript, code: str) -> None:
    transcript.input(code, code, len(transcript.cells) + 1)
    transcript.event(Stream("stdout", f"{code}!\n", Parent(code)))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["s.ipynb", "s.py", "s.txt", "S.TXT", "s.md"])
def test_a_new_file_holds_the_session_and_is_the_users_alone(
    session: Transcript, tmp_path: Path, name: str
) -> None:
    path = save(session, tmp_path / name)
    assert path.read_text() == rendered(session, path)[0]
    assert mode_of(path) == 0o600
    assert os.listdir(tmp_path) == [name]


def test_another_file_is_replaced_only_if_that_is_wanted(
    session: Transcript, tmp_path: Path
) -> None:
    path = tmp_path / "s.py"
    path.write_text("precious")
    path.chmod(0o640)
    with pytest.raises(AlreadyThereError) as caught:
        save(session, path)
    assert str(caught.value) == f"{path}: there is such a file"
    assert path.read_text() == "precious"
    save(session, path, overwrite=True)
    assert path.read_text() == "# %%\na\n\n"
    assert mode_of(path) == 0o640
    assert os.listdir(tmp_path) == ["s.py"]


def test_overwriting_needs_no_file(session: Transcript, tmp_path: Path) -> None:
    path = save(session, tmp_path / "s.py", overwrite=True)
    assert mode_of(path) == 0o600


def test_a_link_stays_a_link(session: Transcript, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("real.py")
    assert save(session, tmp_path / "link.py") == tmp_path.resolve() / "real.py"
    with pytest.raises(AlreadyThereError):
        save(session, tmp_path / "link.py")
    save(session, tmp_path / "link.py", overwrite=True)
    assert (tmp_path / "link.py").is_symlink()


def test_the_home_can_be_named(
    session: Transcript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    save(session, "~/s.py")
    assert (tmp_path / "s.py").exists()


def test_a_suffix_that_means_nothing_is_told_with_the_path(
    session: Transcript, tmp_path: Path
) -> None:
    with pytest.raises(KconsoleError) as caught:
        save(session, tmp_path / "s.doc")
    reason = "no kind of file ends in '.doc'; there are .ipynb, .md, .txt, .jsonl and .py"
    assert str(caught.value) == f"{tmp_path / 's.doc'}: {reason}"
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_to_is_told_in_one_line(
    session: Transcript, tmp_path: Path
) -> None:
    (tmp_path / "d.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    cases = {
        "missing/s.py": "No such file or directory",
        "d.py": "is a directory",
        "pipe.py": "is a FIFO, not a regular file",
        f"{'n' * 300}.py": "File name too long",
        "n\0.py": "embedded null byte",
    }
    for name, reason in cases.items():
        with pytest.raises(KconsoleError) as caught:
            save(session, tmp_path / name, overwrite=True)
        assert str(caught.value).endswith(f": cannot be written: {reason}")
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_full_disk_leaves_things_as_they_were(
    session: Transcript, tmp_path: Path, overwrite: bool
) -> None:
    path = tmp_path / "s.txt"
    if overwrite:
        path.write_text("old")
    with size_limit(5), pytest.raises(KconsoleError, match="cannot be written: File too large"):
        save(session, path, overwrite=overwrite)
    assert os.listdir(tmp_path) == (["s.txt"] if overwrite else [])
    assert not overwrite or path.read_text() == "old"
