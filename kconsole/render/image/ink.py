"""Keeping thin lines to be seen in a picture of few pixels.

In a mean, a line of two pixels in a block of 16 is an eighth of its colour, which 256 colours have as a
pale grey at best.  Plots are drawn on paper of one colour, and their lines matter more than how
much of the paper they cover: where there is paper in a block, what is most unlike it gets a say.
"""

from kconsole.render.image.lanes import extremes

__all__ = ["inked"]

#: How far a colour may be from the paper's to be taken for it.
_NEAR = 8
#: How much of the way from the mean to the ink is gone, as a fraction.
_WAY = 3, 5


def inked(
    means: bytes, rows: list[bytes], spans: list[tuple[int, int]], paper: tuple[int, int, int]
) -> bytes:
    """Move means of blocks towards the ink that is in them; all pixels are opaque.

    :param means: the blocks' means, four bytes each.
    :param rows: the pixels that they are means of, four bytes each.
    :param spans: where each block's pixels begin and end in the rows.
    :param paper: the background's colour.
    """
    lowest, highest = extremes(rows)
    light = sum(paper) > 3 * 127
    like_paper, like_ink = (highest, lowest) if light else (lowest, highest)
    to_paper, to_ink = (max, min) if light else (min, max)
    part, whole = _WAY
    result = bytearray(means)
    blank = bytes((*paper, 255))
    for first, (start, end) in zip(range(0, len(means), 4), spans, strict=True):
        if means[first : first + 4] == blank:
            continue
        places = [slice(4 * start + channel, 4 * end, 4) for channel in range(3)]
        nearest = [to_paper(like_paper[place]) for place in places]
        if any(abs(value - own) > _NEAR for value, own in zip(nearest, paper, strict=True)):
            continue
        for index, place in enumerate(places, first):
            result[index] += (to_ink(like_ink[place]) - result[index]) * part // whole
    return bytes(result)
