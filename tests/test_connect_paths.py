"""Where Jupyter's files are, for each platform and each environment variable."""

from pathlib import Path

import pytest

from kconsole.connect.paths import Installation, data_dir, kernelspec_dirs, runtime_dir, shown

HOME = {"HOME": "/home/u"}
WINDOWS_HOME = {"USERPROFILE": "C:/u"}

SYSTEM_PYTHON = Installation(
    prefix=Path("/opt/py"), base_prefix=Path("/opt/py"), owned=False, user_base=None
)
OWN_VENV = Installation(
    prefix=Path("/home/u/venv"), base_prefix=Path("/usr"), owned=True, user_base=None
)


@pytest.mark.parametrize(
    ("platform", "env", "expected"),
    [
        ("linux", HOME, "/home/u/.local/share/jupyter"),
        ("linux", HOME | {"XDG_DATA_HOME": "/x"}, "/x/jupyter"),
        ("linux", HOME | {"XDG_DATA_HOME": ""}, "/home/u/.local/share/jupyter"),
        ("linux", HOME | {"JUPYTER_DATA_DIR": "/d", "XDG_DATA_HOME": "/x"}, "/d"),
        ("linux", HOME | {"JUPYTER_PLATFORM_DIRS": "1"}, "/home/u/.local/share/jupyter"),
        ("freebsd14", HOME, "/home/u/.local/share/jupyter"),
        ("darwin", HOME, "/home/u/Library/Jupyter"),
        ("darwin", HOME | {"XDG_DATA_HOME": "/x"}, "/home/u/Library/Jupyter"),
        (
            "darwin",
            HOME | {"JUPYTER_PLATFORM_DIRS": "1"},
            "/home/u/Library/Application Support/jupyter",
        ),
        ("darwin", HOME | {"JUPYTER_PLATFORM_DIRS": "0"}, "/home/u/Library/Jupyter"),
        ("darwin", HOME | {"JUPYTER_PLATFORM_DIRS": "False"}, "/home/u/Library/Jupyter"),
        ("win32", WINDOWS_HOME | {"APPDATA": "C:/roaming"}, "C:/roaming/jupyter"),
        ("win32", WINDOWS_HOME, "C:/u/.jupyter/data"),
        ("win32", WINDOWS_HOME | {"JUPYTER_CONFIG_DIR": "C:/c"}, "C:/c/data"),
        (
            "win32",
            WINDOWS_HOME | {"JUPYTER_PLATFORM_DIRS": "yes", "LOCALAPPDATA": "C:/local"},
            "C:/local/jupyter",
        ),
        (
            "win32",
            WINDOWS_HOME | {"JUPYTER_PLATFORM_DIRS": "yes"},
            "C:/u/AppData/Local/jupyter",
        ),
    ],
)
def test_data_dir_follows_the_platform_and_the_environment(platform, env, expected):
    assert data_dir(env, platform) == Path(expected)


def test_without_home_the_user_database_is_asked():
    assert data_dir({}, "linux") == Path.home() / ".local/share/jupyter"


def test_runtime_dir_is_in_the_data_dir():
    assert runtime_dir(HOME, "linux") == Path("/home/u/.local/share/jupyter/runtime")
    assert runtime_dir(HOME, "darwin") == Path("/home/u/Library/Jupyter/runtime")


def test_runtime_dir_can_be_named_and_ignores_xdg_runtime_dir():
    env = HOME | {"XDG_RUNTIME_DIR": "/run/user/1"}
    assert runtime_dir(env, "linux") == Path("/home/u/.local/share/jupyter/runtime")
    assert runtime_dir(env | {"JUPYTER_RUNTIME_DIR": "/r"}, "linux") == Path("/r")
    assert runtime_dir(env | {"JUPYTER_RUNTIME_DIR": ""}, "linux").name == "runtime"


def names(env, platform="linux", installation=SYSTEM_PYTHON):
    """Return the search path as strings, without the "/kernels" at the end of each."""
    found = kernelspec_dirs(env, platform, installation)
    assert all(path.name == "kernels" for path in found)
    return [str(path.parent) for path in found]


def test_a_system_python_prefers_the_users_kernelspecs():
    assert names(HOME) == [
        "/home/u/.local/share/jupyter",
        "/opt/py/share/jupyter",
        "/usr/local/share/jupyter",
        "/usr/share/jupyter",
        "/home/u/.ipython",
    ]


def test_an_owned_virtual_environment_prefers_its_own():
    assert names(HOME, installation=OWN_VENV)[:2] == [
        "/home/u/venv/share/jupyter",
        "/home/u/.local/share/jupyter",
    ]


@pytest.mark.parametrize("word", ["0", "no", "FALSE", "off"])
def test_the_preference_can_be_switched_off(word):
    env = HOME | {"JUPYTER_PREFER_ENV_PATH": word}
    assert names(env, installation=OWN_VENV)[0] == "/home/u/.local/share/jupyter"


def test_the_preference_can_be_switched_on():
    assert names(HOME | {"JUPYTER_PREFER_ENV_PATH": "1"})[0] == "/opt/py/share/jupyter"


@pytest.mark.parametrize(
    ("name", "owned", "first"),
    [
        ("work", True, "/opt/conda/envs/work/share/jupyter"),
        ("base", True, "/home/u/.local/share/jupyter"),
        ("work", False, "/home/u/.local/share/jupyter"),
    ],
)
def test_an_owned_conda_environment_other_than_base_prefers_its_own(name, owned, first):
    prefix = Path("/opt/conda/envs/work")
    here = Installation(prefix=prefix, base_prefix=prefix, owned=owned, user_base=None)
    env = HOME | {"CONDA_PREFIX": str(prefix), "CONDA_DEFAULT_ENV": name}
    assert names(env, installation=here)[0] == first


def test_jupyter_path_comes_first_and_the_user_base_after_the_data_dir():
    here = Installation(
        prefix=Path("/p"), base_prefix=Path("/p"), owned=False, user_base=Path("/base")
    )
    env = HOME | {"JUPYTER_PATH": "/a:/b/:"}
    assert names(env, installation=here)[:5] == [
        "/a",
        "/b",
        "/home/u/.local/share/jupyter",
        "/base/share/jupyter",
        "/p/share/jupyter",
    ]


def test_a_prefix_that_is_a_system_directory_keeps_the_systems_rank():
    here = Installation(prefix=Path("/usr"), base_prefix=Path("/usr"), owned=False, user_base=None)
    assert names(HOME, installation=here) == [
        "/home/u/.local/share/jupyter",
        "/usr/local/share/jupyter",
        "/usr/share/jupyter",
        "/home/u/.ipython",
    ]


def test_windows_splits_at_semicolons_and_reads_programdata_only_when_told_to():
    env = WINDOWS_HOME | {"APPDATA": "C:/r", "PROGRAMDATA": "C:/pd", "JUPYTER_PATH": "C:/a;C:/b"}
    here = Installation(prefix=Path("C:/py"), base_prefix=Path("C:/py"), owned=True, user_base=None)
    expected = ["C:/a", "C:/b", "C:/r/jupyter", "C:/py/share/jupyter", "C:/u/.ipython"]
    assert names(env, "win32", here) == expected
    told = names(env | {"JUPYTER_USE_PROGRAMDATA": "1"}, "win32", here)
    assert told == [*expected[:-1], "C:/pd/jupyter", "C:/u/.ipython"]


def test_platform_dirs_change_the_system_directories():
    env = HOME | {"JUPYTER_PLATFORM_DIRS": "1", "XDG_DATA_DIRS": "/x:/y"}
    assert "/x/jupyter" in names(env) and "/y/jupyter" in names(env)
    assert "/usr/share/jupyter" in names(HOME | {"JUPYTER_PLATFORM_DIRS": "1"})
    assert "/Library/Application Support/jupyter" in names(env, "darwin")


def test_ipythondir_moves_the_last_entry():
    assert names(HOME | {"IPYTHONDIR": "/ipy"})[-1] == "/ipy"


def test_the_current_installation_is_a_search_path_of_distinct_directories():
    found = kernelspec_dirs()
    assert len(found) == len(set(found))
    assert Installation.current().prefix / "share" / "jupyter" / "kernels" in found


def test_a_path_that_does_not_print_is_shown_escaped():
    assert shown(Path("/tmp/a b")) == "/tmp/a b"
    assert shown("/tmp/a\x1b[31m\n") == r"'/tmp/a\x1b[31m\n'"
