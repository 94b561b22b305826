"""What the values of options may be, and how it is told that one is not."""

import math
import os
from collections.abc import Sequence
from typing import Any

import click

__all__ = [
    "Directory",
    "Expression",
    "MimeType",
    "OnOff",
    "Parameter",
    "Seconds",
    "Variable",
    "Whole",
    "WholeNumber",
]


class Whole(click.types.StringParamType):
    """Text that is one value also in the environment, where click would split it at its blanks."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return [rv]


class Variable(Whole):
    """NAME=VALUE, as the system can put it into an environment."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name, sign, _ = str(value).partition("=")
        if not name or not sign or "\0" in value:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return str(value)


class Expression(Whole):
    """NAME=EXPR."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name, sign, expression = str(value).partition("=")
        if not name.strip() or not sign or not expression.strip():
            self.fail(f"{value!r} is not NAME=EXPR", param, ctx)
        from kconsole.protocol.surrogates import has_half_a_character

        if has_half_a_character(value):
            self.fail(f"{value!r} is not UTF-8", param, ctx)
        return str(value)


class Parameter(Whole):
    """NAME=VALUE; what can be a name is for the kernel's language to say."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name, sign, _ = str(value).partition("=")
        if not name or not sign:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return str(value)


class MimeType(Whole):
    """A MIME type, without parameters."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        kind, slash, name = str(value).partition("/")
        if not slash or not kind or not name or any(each in " ;,/*" for each in kind + name):
            self.fail(f"{value!r} is no MIME type, such as text/html", param, ctx)
        return str(value).lower()


class Directory(click.types.StringParamType):
    """A directory that is there; a leading ~ is expanded. One of another computer is taken as it is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if ctx is not None and ctx.params.get("ssh"):
            return str(value)
        path = os.path.expanduser(str(value))
        if not os.path.isdir(path):
            there = os.path.lexists(path)
            self.fail(f"{value!r} {'is no directory' if there else 'is not there'}", param, ctx)
        return path


class OnOff(click.types.BoolParamType):
    """On or off, in all the ways that click knows."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is none of on, off, yes, no, true, false, 1 and 0", param, ctx)


class WholeNumber(click.IntRange):
    """A whole number with a least value, and perhaps a greatest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            end = "on" if self.max is None else f"to {self.max}"
            self.fail(f"{value!r} is no whole number from {self.min} {end}", param, ctx)


class Seconds(click.FloatRange):
    """A number of seconds, or of parts of one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            seconds = super().convert(value, param, ctx)
        except click.BadParameter:
            seconds = math.nan
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds, 0 or more", param, ctx)
        return seconds
