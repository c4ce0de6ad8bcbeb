"""What runs inside a worker: the standard library and numpy alone, and nothing of the grader above this folder."""
