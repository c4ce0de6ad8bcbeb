"""One file a report: each reads the finished Report and nothing else."""
