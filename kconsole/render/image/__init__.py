"""Pictures for terminals: formats read, pixels scaled, and the protocols that draw them."""
