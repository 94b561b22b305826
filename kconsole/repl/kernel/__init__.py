"""The kernel beside its cells: its messages, its life, its link, its other clients."""
