"""How a worker is started, confined, asked and ended."""
