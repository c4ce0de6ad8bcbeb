"""Sentences of `grade batch --scheduler`: a class graded by a Dask cluster."""

from __future__ import annotations

CLUSTER_NO_GRADER = "it has no grader like this one ({what}); install the same one there"
CLUSTER_GONE = "the scheduler at {address} is gone; what was graded is kept: run again once it is back"
CLUSTER_CANCELLED = "somebody cancelled the tasks at {address}; what was graded is kept: run again to go on"
CLUSTER_WORKER = "the worker {address}"
