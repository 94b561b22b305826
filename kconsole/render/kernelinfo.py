"""What a kernel says of itself, for people: a line for each thing."""

from kconsole.protocol.replies import KernelInfo
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.sgr import strip_sgr

__all__ = ["info_lines"]


def info_lines(info: KernelInfo) -> list[str]:
    """Return lines of a word and what it is about, then the banner; what is not known is left out."""
    language = info.language_info
    facts = [
        ("implementation", f"{info.implementation} {info.implementation_version}"),
        ("language", f"{language.name} {language.version}"),
        ("mimetype", language.mimetype),
        ("extension", language.file_extension),
        ("protocol", info.protocol_version),
        ("features", ", ".join(sorted(info.supported_features))),
        *(("help", f"{text} {url}" if text != url else url) for text, url in info.help_links),
    ]
    lines = [f"{name:15} {one_line(value.strip())}" for name, value in facts if value.strip()]
    banner = strip_sgr(sanitise(info.banner, "display")).strip("\n")
    return [*lines, *(f"{'banner':15} {line}" for line in banner.split("\n") if banner)]
