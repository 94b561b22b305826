"""The texts that the view shows around the input: the prompts and the toolbar."""

import time

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding.vi_state import InputMode

from kconsole.client.client import KernelClient
from kconsole.repl.kernel.clients import ACTIVE_S
from kconsole.repl.kernel.turns import waits_for
from kconsole.repl.screen.prompts import continuation
from kconsole.repl.screen.toolbar import Facts, toolbar
from kconsole.repl.state import State

__all__ = ["Face"]


class Face:
    """Reads the state, changes nothing.

    :param state: what to show.
    :param client: where the kernel is, and how it is.
    """

    def __init__(self, state: State, client: KernelClient) -> None:
        self._state = state
        self._client = client

    @property
    def asking(self) -> bool:
        """Whether the keyboard belongs to a question of the kernel."""
        return self._state.answerable and self._state.question is not None

    @property
    def querying(self) -> bool:
        """Whether the keyboard belongs to a question of the console's own."""
        return self._state.answerable and self._state.query is not None

    @property
    def pending(self) -> str:
        """The text of a question that does not have the keyboard yet; "" if there is none."""
        asked = self._state.question or self._state.query
        return "" if asked is None or self._state.answerable else asked.prompt.rstrip()

    @property
    def password(self) -> bool:
        """Whether what is typed must not be shown."""
        question = self._state.question
        return question is not None and question.password and self._state.answerable

    @property
    def watched(self) -> str:
        """An expression that is watched, with its value; "" if none is."""
        return self._state.watched

    @property
    def file_extension(self) -> str:
        """Of a file with code in the kernel's language."""
        extension = self._state.info.language_info.file_extension
        return extension if extension.startswith(".") and extension[1:].isalnum() else ".txt"

    def prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the input's first line, or of the others."""
        text = self._state.prompt(self._state.prompt_number)
        return [("class:prompt", text if first else continuation(text))]

    def question_prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the kernel's question."""
        question = self._state.question
        return [("class:question", question.prompt if first and question is not None else "")]

    def query_prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the console's own question."""
        query = self._state.query
        return [("class:question", query.prompt if first and query is not None else "")]

    def toolbar(self, columns: int) -> StyleAndTextTuples:
        """The line at the bottom, for a screen of that width."""
        state, now = self._state, time.monotonic()
        running = state.cells.running
        abandoned = next(iter(state.cells.abandoned.values()), None)  # it runs before all others
        since = running.cell.started if running else None
        number = running.cell.execution_count if running else None
        if abandoned is not None:
            since, number = abandoned.started, abandoned.number
        behind = abandoned is not None and running is not None
        language = state.info.language_info
        carrier = self._client.carrier
        facts = Facts(
            kernel=self._client.info.kernel_name or state.info.implementation or "kernel",
            language=f"{language.name} {language.version}".strip(),
            info=self._client.info,
            health=self._client.health,
            busy_since=since,
            cell=number,
            queued=len(state.cells) + behind,
            working=state.working,
            asking=state.question is not None,
            answerable=state.answerable,
            notice=state.notice,
            mode=_mode(),
            interrupted=abandoned is None
            and running is not None
            and running.interrupted_at is not None
            and not running.unreached,
            usage=state.usage,
            clients=0 if state.gone else len(state.clients.recent(now, ACTIVE_S)),
            given_up=abandoned is not None,
            waits_for="" if abandoned is not None else waits_for(state),
            host="" if carrier is None else carrier.host,
            link=None if carrier is None else carrier.status,
            obstacle=self._client.obstacle,
        )
        return list(toolbar(facts, now, columns))


def _mode() -> str:
    """The mode of vi that keys are taken in; "" for emacs."""
    app = get_app()
    if app.editing_mode != EditingMode.VI:
        return ""
    return "vi: normal" if app.vi_state.input_mode == InputMode.NAVIGATION else "vi: insert"
