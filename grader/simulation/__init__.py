"""A simulated student's engine: which style and which mistake reproduce the answers of a real one."""
