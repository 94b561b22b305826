"""Help of kernels, as text."""

from kconsole.render.helptext import help_text
from kconsole.render.page import Page

JULIA = {
    "text/plain": "  sum(f, itr)\n\n  Sum the results of calling f.",
    "text/markdown": "```\nsum(f, itr)\n```\n\nSum the *results* of calling [`f`](@ref).\n",
    "text/html": "<p>Sum</p>",
}


def test_markdown_is_the_help_that_is_shown() -> None:
    assert help_text(JULIA, {}, Page()) == "    sum(f, itr)\n\nSum the results of calling `f`."
    assert help_text(JULIA, {}, Page(width=20, color=True)) == (
        "    sum(f, itr)\n\nSum the \x1b[3mresults\x1b[0m of\ncalling \x1b[36mf\x1b[0m."
    )


def test_where_there_is_none_it_is_plain_text() -> None:
    plain = {"text/plain": "\n_\bA_\br \x1b]0;x\x07\n", "text/html": "<p>Ar</p>"}
    assert help_text(plain, {}, Page()) == "Ar "
    assert help_text(plain, {}, Page(color=True)) == "\x1b[4mAr\x1b[24m "
