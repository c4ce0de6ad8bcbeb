"""A class graded by a Dask cluster: the connection, the worker, and the course as it is sent."""
