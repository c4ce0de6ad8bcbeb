"""How a worker is started, confined, sent requests and ended."""
