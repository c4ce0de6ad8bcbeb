"""Two runs of the grader side by side: whose score moved, on which check, and what had changed between them."""
