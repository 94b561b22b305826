"""Kernels on other computers: one ssh process for each, that carries their sockets to here."""
