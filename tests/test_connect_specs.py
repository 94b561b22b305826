"""Kernelspecs (JEP 105): found, checked, and made into command lines."""

import importlib.util
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kconsole.connect.specs import (
    KernelSpec,
    default_kernel_spec,
    find_kernel_specs,
    get_kernel_spec,
    list_kernel_specs,
    load_kernel_spec,
)
from kconsole.errors import KernelSpecError

CONTENT = {
    "argv": ["bash", "{connection_file}"],
    "display_name": "Bash",
    "language": "bash",
}


@pytest.fixture
def no_native(monkeypatch):
    """As if ipykernel could not be imported."""
    monkeypatch.setattr("kconsole.connect.specs.importlib.util.find_spec", lambda name: None)


def install(parent, name, text=None, **changes):
    """Install a kernelspec; a value of ... takes the key out, `text` is the whole file."""
    directory = parent / name
    directory.mkdir(parents=True)
    data = {key: value for key, value in (CONTENT | changes).items() if value is not ...}
    (directory / "kernel.json").write_text(json.dumps(data) if text is None else text)
    return directory


def spec(*argv, resource_dir=Path("/nonexistent/spec")):
    return KernelSpec(name="x", resource_dir=resource_dir, argv=argv, display_name="X")


# -- reading one --------------------------------------------------------------------------------


def test_a_complete_spec_is_taken_over(tmp_path):
    directory = install(
        tmp_path,
        "Bash",
        interrupt_mode="message",
        env={"PS1": "$"},
        metadata={"debugger": True},
        kernel_protocol_version="5.3",
        codemirror_mode="shell",
    )
    assert load_kernel_spec(directory) == KernelSpec(
        name="bash",
        resource_dir=directory,
        argv=("bash", "{connection_file}"),
        display_name="Bash",
        language="bash",
        interrupt_mode="message",
        env={"PS1": "$"},
        metadata={"debugger": True},
        kernel_protocol_version="5.3",
    )


def test_what_is_optional_or_misshapen_has_a_default(tmp_path):
    directory = install(
        tmp_path, "b", display_name=..., language=3, metadata=[], kernel_protocol_version=5
    )
    read = load_kernel_spec(directory)
    assert (read.display_name, read.language, read.metadata) == ("b", "", {})
    assert (read.interrupt_mode, read.env, read.kernel_protocol_version) == ("signal", {}, "")


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("message", "message"),
        ("MESSAGE", "message"),
        ("signal", "signal"),
        ("x", "signal"),
        (None, "signal"),
        (7, "signal"),
    ],
)
def test_an_unknown_interrupt_mode_means_signal(tmp_path, word, mode):
    assert load_kernel_spec(install(tmp_path, "b", interrupt_mode=word)).interrupt_mode == mode


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"argv": ...}, "argv must be a list that begins with a command"),
        ({"argv": []}, "argv must be a list that begins with a command"),
        ({"argv": "bash"}, "argv must be a list that begins with a command"),
        ({"argv": [""]}, "argv must be a list that begins with a command"),
        ({"argv": ["a", 1]}, "argv must hold only strings"),
        ({"argv": ["a\0"]}, "argv must hold only strings"),
        ({"argv": ["\ud800"]}, "argv must hold only strings"),
        ({"env": []}, "env must be an object"),
        ({"env": {"A": 1}}, "env: 'A' must be the name of a string"),
        ({"env": {"A=B": ""}}, "env: 'A=B' must be the name of a string"),
        ({"env": {"A": "\ud800"}}, "env: 'A' must be the name of a string"),
    ],
)
def test_a_broken_spec_says_why(tmp_path, changes, reason):
    directory = install(tmp_path, "b", **changes)
    with pytest.raises(KernelSpecError) as caught:
        load_kernel_spec(directory)
    assert str(caught.value) == f"{directory}/kernel.json: {reason}"


@pytest.mark.parametrize(
    ("text", "reason"), [("", "is empty"), ("{", "is not JSON"), ("[]", "is not a JSON object")]
)
def test_a_file_that_is_no_spec_says_why(tmp_path, text, reason):
    directory = install(tmp_path, "b", text=text)
    with pytest.raises(KernelSpecError, match=reason):
        load_kernel_spec(directory)


def test_a_byte_order_mark_is_tolerated(tmp_path):
    directory = install(tmp_path, "b", text="\ufeff" + json.dumps(CONTENT))
    assert load_kernel_spec(directory).display_name == "Bash"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("curve", True),
        (["x", "Curve"], True),
        (["x"], False),
        (None, False),
        ({}, False),
        (1, False),
    ],
)
def test_curve_is_read_from_the_metadata(tmp_path, value, expected):
    directory = install(tmp_path, "b", metadata={"supported_encryption": value})
    assert load_kernel_spec(directory).curve is expected


# -- finding ------------------------------------------------------------------------------------


def test_the_first_usable_spec_of_a_name_wins(tmp_path, no_native):
    install(tmp_path / "a", "bash", text="{")
    first = install(tmp_path / "b", "Bash")
    install(tmp_path / "c", "bash")
    install(tmp_path / "c", "ir", language="R")
    listing = list_kernel_specs([tmp_path / name for name in ("gone", "a", "b", "c")])
    assert set(listing.specs) == {"bash", "ir"}
    assert listing.specs["bash"].resource_dir == first
    assert [fault.name for fault in listing.faults] == ["bash"]
    assert listing.faults[0].text.startswith(f"{tmp_path}/a/bash/kernel.json: is not JSON")


def test_an_odd_name_is_listed_with_a_warning(tmp_path, no_native):
    install(tmp_path, "my kernel")
    listing = list_kernel_specs([tmp_path])
    assert "my kernel" in listing.specs
    assert "name may have only" in listing.faults[0].text


def test_what_has_no_kernel_json_is_no_spec(tmp_path, no_native):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    assert list_kernel_specs([tmp_path]) == ({}, [])


def test_jupyter_path_is_searched_first(tmp_path, monkeypatch):
    directory = install(tmp_path / "kernels", "only-here")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert find_kernel_specs()["only-here"].resource_dir == directory


def test_names_do_not_depend_on_case(tmp_path, no_native):
    install(tmp_path, "IR")
    assert get_kernel_spec("ir", [tmp_path]) == get_kernel_spec("Ir", [tmp_path])


def test_python_means_python3_unless_there_is_one(tmp_path, no_native):
    install(tmp_path, "python3", display_name="three")
    assert get_kernel_spec("python", [tmp_path]).display_name == "three"
    install(tmp_path, "python", display_name="plain")
    assert get_kernel_spec("python", [tmp_path]).display_name == "plain"


def test_an_unknown_name_lists_the_others(tmp_path, no_native):
    install(tmp_path, "bash")
    install(tmp_path, "julia-1.10")
    with pytest.raises(KernelSpecError) as caught:
        get_kernel_spec("jula-1.10", [tmp_path])
    assert str(caught.value) == (
        "there is no kernelspec 'jula-1.10'; did you mean julia-1.10? (available: bash, julia-1.10)"
    )
    with pytest.raises(KernelSpecError, match=r"'q' \(available: bash, julia-1.10\)$"):
        get_kernel_spec("q", [tmp_path])


def test_without_any_spec_the_hint_is_ipykernel(tmp_path, no_native):
    with pytest.raises(KernelSpecError, match="is ipykernel installed"):
        default_kernel_spec([tmp_path])


def test_a_broken_spec_that_is_asked_for_says_why(tmp_path, no_native):
    install(tmp_path, "Bash", text="[]")
    with pytest.raises(KernelSpecError, match=r"Bash/kernel\.json: is not a JSON object"):
        get_kernel_spec("bash", [tmp_path])


@pytest.mark.skipif(importlib.util.find_spec("ipykernel") is None, reason="needs ipykernel")
def test_ipykernel_makes_a_native_python3_without_being_imported(tmp_path):
    native = default_kernel_spec([tmp_path])
    assert (native.name, native.language) == ("python3", "python")
    assert native.command(tmp_path / "k.json") == [
        sys.executable,
        *["-m", "ipykernel_launcher", "-f"],
        os.path.realpath(tmp_path / "k.json"),
    ]


def test_an_installed_python3_wins_over_the_native_one(tmp_path):
    directory = install(tmp_path, "python3")
    assert default_kernel_spec([tmp_path]).resource_dir == directory


# -- command lines ------------------------------------------------------------------------------


def test_placeholders_are_replaced_and_other_braces_left_alone(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    kernel = spec("{prefix}/R", "f(){x}", "--at={connection_file}", "{resource_dir}/s", "{}{")
    assert kernel.command(tmp_path / "link" / "k.json", ["--more"]) == [
        f"{sys.prefix}/R",
        "f(){x}",
        f"--at={os.path.realpath(tmp_path)}/k.json",
        "/nonexistent/spec/s",
        "{}{",
        "--more",
    ]


def test_what_was_put_in_is_not_replaced_again():
    kernel = spec("x", "{resource_dir}", resource_dir=Path("/{prefix}"))
    assert kernel.command(Path("/k.json"))[1] == "/{prefix}"


def test_a_leading_tilde_is_the_home_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/u")
    command = spec("~/bin/k", "~/x", "~", "a~/b").command(Path("/k"))
    assert command == ["/home/u/bin/k", "/home/u/x", "~", "a~/b"]


@pytest.fixture
def search_path(tmp_path):
    """A PATH with pythons of its own, and a function to put programs there."""
    directory = tmp_path / "bin"
    directory.mkdir()

    def add(*names):
        for name in names:
            (directory / name).touch(mode=0o755)
        return str(directory)

    return add


OWN = f"python3.{sys.version_info.minor}"


@pytest.mark.parametrize("name", ["python", "python3", OWN])
def test_python_is_ours_for_a_spec_of_our_environment(name, search_path):
    kernel = spec(name, resource_dir=Path(sys.prefix) / "share/jupyter/kernels/x")
    assert kernel.command(Path("/k"), (), search_path(name))[0] == sys.executable


@pytest.mark.parametrize("name", ["python", "python3", OWN])
def test_python_is_the_users_for_any_other_spec(name, search_path):
    path = search_path(name)
    assert spec(name).command(Path("/k"), (), path)[0] == f"{path}/{name}"


def test_another_version_is_never_ours(search_path):
    kernel = spec("python3.1", resource_dir=Path(sys.prefix) / "x")
    assert kernel.command(Path("/k"), (), search_path())[0] == "python3.1"


def test_python_may_be_called_python3_only(search_path):
    path = search_path("python3")
    assert spec("python").command(Path("/k"), (), path)[0] == f"{path}/python3"
    assert spec("python3.1").command(Path("/k"), (), path)[0] == "python3.1"


def test_other_commands_are_left_to_the_system():
    assert spec("pythonic", "python").command(Path("/k")) == ["pythonic", "python"]


def test_specs_can_be_values():
    assert len({spec("a"), spec("a"), spec("b")}) == 2


def test_a_spec_asks_for_the_handshake_by_its_protocol_or_its_metadata():
    def asks(version, **metadata):
        made = replace(spec("x"), kernel_protocol_version=version, metadata=metadata)
        return made.handshake

    assert [asks(version) for version in ("5.6", "5.10.1", "6.0")] == [True] * 3
    # ipykernel 7 says 5.5, and does not do it.
    assert [asks(version) for version in ("", "5.5", "5", "5.", "no")] == [False] * 5
    assert asks("", handshake=True)
    assert not asks("5.6", handshake=False)
    assert not asks("", handshake="yes")


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_python_is_that_of_the_environment_that_the_spec_came_with(tmp_path, search_path, mark):
    root = tmp_path / "environment"
    folder = root / "share" / "jupyter" / "kernels" / "x"
    (root / "bin").mkdir(parents=True)
    folder.mkdir(parents=True)
    search_path("python")
    made = spec("python", "{prefix}", resource_dir=folder)
    program = root / "bin" / "python"
    program.touch(mode=0o755)
    assert made.command(Path("c"))[1] == sys.prefix  # as the directory is no environment
    (root / mark).touch()
    assert made.command(Path("c"), search_path="/nowhere") == [str(program), str(root)]
    program.chmod(0o644)
    assert made.command(Path("c"), search_path="/nowhere")[0] == "python"
