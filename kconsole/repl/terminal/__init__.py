"""What the terminal can, and its use by other programs: pager, editor, viewer."""
