"""One file per kind of report: each reads the finished Report and nothing else."""
