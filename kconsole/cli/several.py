"""Several kernels at once: which they are, and the same script in all of them."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from kconsole.cli.options.base import option_name
from kconsole.cli.options.scripts import STDIN
from kconsole.cli.progress import Progress
from kconsole.cli.reaching import PATIENCE_S, attach_to, begin_collecting
from kconsole.cli.saying import colored, complain
from kconsole.cli.settings import Settings
from kconsole.cli.statuses import exit_status, worst
from kconsole.cli.targets import find_targets, gaps
from kconsole.cli.voices import JsonVoice, TextVoice, Voice, added
from kconsole.client.leash import Leash
from kconsole.errors import KconsoleError
from kconsole.render.errorlook import ErrorLook
from kconsole.render.mime import is_base64
from kconsole.render.style import paint_one_of
from kconsole.script.answers import Answers, open_answers
from kconsole.script.crew import Crew
from kconsole.script.relayed import RelayedSink
from kconsole.script.runner import Runner
from kconsole.script.streams import SteadyMouth, standard_streams

if TYPE_CHECKING:
    from kconsole.cli.scripting import Script
    from kconsole.client.kernel import Kernel

__all__ = ["check_several", "run_several"]

#: What is done with one kernel only, or with none.
_FOR_ONE = (
    *("interactive", "watch", "output", "pick", "list", "clean", "list_specs"),
    *("complete", "inspect", "ssh"),
)


def check_several(settings: Settings) -> None:
    """Refuse what cannot be meant for several kernels.

    :raise click.UsageError: something was asked for that is done with one kernel.
    """
    values = settings.values
    for name in _FOR_ONE:
        if values[name] is not None and values[name] is not False:
            raise click.UsageError(
                f"{option_name(name)} is not for several kernels: give --existing once"
            )
    if not values["json"] and (bare := [each for each in settings.only_mime if is_base64(each)]):
        raise click.UsageError(
            f"--mime {bare[0]} of several kernels would be mixed: give --existing once, or --json"
        )
    named = values["stdin_file"]
    if named == STDIN or (named and not os.path.isfile(os.path.expanduser(named))):
        raise click.UsageError(
            f"--stdin-file {named}: each of several kernels reads it from its beginning, so it must "
            "be a regular file"
        )


def run_several(settings: Settings, script: "Script") -> int:
    """Run a script in several kernels at once, once all of them are ready.

    :return: the worst exit status of all.
    """
    with ExitStack() as stack:
        return _Several(settings, script, stack).run()


class _Part(NamedTuple):
    """One of the kernels, and what its lines begin with."""

    label: str
    kernel: "Kernel"


class _Several:
    """A script, the kernels that it is run in, and how these have ended."""

    def __init__(self, settings: Settings, script: "Script", stack: ExitStack) -> None:
        self._settings = settings
        self._script = script
        self._stack = stack
        self._report = script.report
        self._parts: list[_Part] = []
        self._statuses: list[int] = []
        self._said: set[int] = set()
        streams = standard_streams()
        self._out = SteadyMouth(streams.stdout, "standard output")
        self._err = SteadyMouth(streams.stderr, "standard error")
        color = settings.values["color"]
        self._color = {
            "stdout": colored(color, streams.stdout),
            "stderr": colored(color, streams.stderr),
        }

    def run(self) -> int:
        """Run it, if all kernels are there, or all the same with --keep-going."""
        self._attach()
        if self._goes_on():
            self._wait()
            if self._goes_on():
                self._run()
        status = worst(self._statuses)
        if self._report is not None:
            self._report.status, self._report.said = status, status in self._said
        return status

    # -- before anything is run --------------------------------------------------------------------

    def _attach(self) -> None:
        for target in find_targets(self._settings.several):
            if target.error is not None:
                self._miss(target.label, target.error, str(target.error))
                continue
            try:
                kernel = attach_to(self._settings._replace(attach_to=str(target.path)))
            except KconsoleError as error:
                self._miss(target.label, error, str(error))
            else:
                self._parts.append(_Part(target.label, self._stack.enter_context(kernel)))

    def _wait(self) -> None:
        """Wait until all are ready, or known not to be."""
        waiting = f"waiting for {len(self._parts)} kernels"
        progress = Progress(waiting, self._hint, lambda: "")
        crew = Crew(lambda: None, lambda: None)

        def job(part: _Part, leash: Leash) -> None:
            part.kernel.wait(PATIENCE_S, lambda _: leash.check())

        jobs = [partial(job, part) for part in self._parts]
        try:
            results = crew.run(jobs, lambda: progress.show(0.0))
        finally:
            progress.clear()
        ready = []
        for part, error in zip(self._parts, results, strict=True):
            if error is None:
                ready.append(part)
            elif isinstance(error, KconsoleError):
                self._miss(part.label, error, f"{part.label}: {error}")
            else:
                raise error
        self._parts = ready
        begin_collecting()

    def _hint(self) -> str:
        hints = ((part.label, part.kernel.hint) for part in self._parts)
        return next((f"{label}: {hint}" for label, hint in hints if hint), "")

    def _miss(self, label: str, error: KconsoleError, text: str) -> None:
        """Tell of a kernel in which nothing can be run."""
        status = complain(text, exit_status(error))
        self._statuses.append(status)
        if self._report is not None:
            self._report.summarise(self._report.lines.of(label), status, {}, error)

    def _goes_on(self) -> bool:
        if not self._statuses or self._settings.values["keep_going"]:
            return bool(self._parts)
        if self._parts:
            complain("nothing was run, in no kernel; --keep-going runs it in the others")
        return False

    # -- running -----------------------------------------------------------------------------------

    def _run(self) -> None:
        crew = Crew(self._hurry, self._interrupted)
        voices = self._voices()
        jobs = [
            self._job(crew, part, voice) for part, voice in zip(self._parts, voices, strict=True)
        ]
        for result in crew.run(jobs):
            if isinstance(result, BaseException):
                raise result
            self._statuses.append(result)

    def _voices(self) -> Sequence[Voice]:
        mime = self._settings.only_mime
        labels = [part.label for part in self._parts]
        if self._report is not None:
            voices = [JsonVoice(self._report, label, self._err, mime) for label in labels]
            self._report.totals = lambda: added(voice.totals for voice in voices)
            return voices
        errors = ErrorLook(self._settings.values["tb"], self._settings.values["style"])
        return [
            TextVoice(
                self._out, self._err, self._prefixes(label, number, gap), self._color, mime, errors
            )
            for number, (label, gap) in enumerate(zip(labels, gaps(labels), strict=True))
        ]

    def _prefixes(self, label: str, number: int, gap: str) -> Mapping[str, str]:
        return {
            stream: paint_one_of(label, number, color) + gap
            for stream, color in self._color.items()
        }

    def _job(self, crew: Crew, part: _Part, voice: Voice) -> Callable[[Leash], int]:
        cells = self._script.cells(part.kernel)
        answers = self._answers()
        voice.begin(part.kernel, len(cells) or int(bool(self._settings.values["expr"])))

        def job(leash: Leash) -> int:
            error: BaseException | None = None
            said = False
            try:
                sink = RelayedSink(self._script.saving(voice.sink, part.label), crew.post)
                runner = Runner(part.kernel, sink, answers, self._script.options, leash)
                totals = runner.run(cells)
                status, said = totals.status, totals.said
                if said:
                    self._said.add(status)
            except (KconsoleError, KeyboardInterrupt, SystemExit) as ended:
                status, error = exit_status(ended), ended
            crew.post(partial(voice.finish, status, error, said=said))
            return status

        return job

    def _answers(self) -> Answers:
        """The lines of the file, from its beginning, for each; nobody at a terminal can answer all."""
        named = None if self._settings.values["no_stdin"] else self._settings.values["stdin_file"]
        stream = None if named is None else self._stack.enter_context(open_answers(named))
        return Answers(stream, self._err.text, allowed=stream is not None)

    def _interrupted(self) -> None:
        """A Ctrl-C: end the line on which the terminal has echoed it."""
        self._hurry()
        if self._err.terminal:
            self._err.text("\n")

    def _hurry(self) -> None:
        for mouth in (self._out, self._err):
            mouth.hurry()
        if self._report is not None:
            self._report.lines.hurry()
