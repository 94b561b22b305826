"""iTerm2's inline images, which WezTerm and others have too (https://iterm2.com/documentation-images.html).

The file is sent as it is: the terminal reads PNG, JPEG, GIF and more, and moves what is animated.
"""

from base64 import b64encode

from kconsole.render.image.fit import Layout
from kconsole.render.image.placing import placed

__all__ = ["draw_iterm"]

#: iTerm2 and tmux take sequences of 1,048,576 bytes; wrapped for tmux, this many are below that.
_MOST = 1_000_000
_OSC, _BEL = "\x1b]1337;", "\x07"


def draw_iterm(data: bytes, layout: Layout, *, tmux: bool = False) -> str:
    """Return what draws an image.

    :param data: the image as a file would hold it.
    :param layout: the cells that it may cover; the terminal keeps its shape.
    :param tmux: whether the sequences have to pass through tmux.
    """
    about = (
        f"inline=1;size={len(data)};width={layout.columns};height={layout.rows}"
        ";preserveAspectRatio=1"
    )
    body = b64encode(data).decode("ascii")
    if len(body) <= _MOST:
        commands = [f"File={about}:{body}"]
    else:  # since iTerm2 3.5; what takes no parts took no such sequence either
        parts = [body[start : start + _MOST] for start in range(0, len(body), _MOST)]
        commands = [f"MultipartFile={about}", *(f"FilePart={part}" for part in parts), "FileEnd"]
    return placed([_OSC + command + _BEL for command in commands], layout.rows, tmux=tmux)
