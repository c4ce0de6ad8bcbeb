"""Who is who: the roster, names of submissions, times of handing in, copies."""
