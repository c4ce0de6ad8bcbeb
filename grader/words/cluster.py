"""Sentences of `grade batch --scheduler`: a class graded by a Dask cluster."""

from __future__ import annotations

CLUSTER_EXTRA = "--scheduler needs Dask: pip install 'autodiff-grader[cluster]'"
CLUSTER_UNREACHABLE = (
    "no Dask scheduler answers at {address} ({why}): "
    "start one with `dask scheduler`, or mend the address or the firewall"
)
CLUSTER_EMPTY = (
    "the scheduler at {address} has had no worker for {seconds} s: "
    "start some with `dask worker {address} --nthreads 1 --nworkers -1`; what was graded is kept"
)
CLUSTER_DIFFERS = (
    "{who} has {theirs}; this machine has {ours}. Verdicts must not depend on where they are made: "
    "install the same grader, Python and packages on every machine"
)
CLUSTER_UNFIT = "{who} cannot grade: {why}"
CLUSTER_NO_GRADER = "it has no grader like this one ({what}); install the same one there"
CLUSTER_COURSE_CHANGED = "the course did not arrive as it is here"
CLUSTER_GONE = "the scheduler at {address} is gone; what was graded is kept: run again once it is back"
CLUSTER_CANCELLED = "somebody cancelled the tasks at {address}; what was graded is kept: run again to go on"
CLUSTER_WORKER = "the worker {address}"
CLUSTER_SCHEDULER = "the scheduler {address}"
