"""One file a way to confine a worker; each hands the judge a line to it."""
