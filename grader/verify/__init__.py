"""The course checks itself: reference, template, known variants and automatic mutants against every check."""
