"""Who is who: the roster, names of submissions, submission times, identical submissions."""
