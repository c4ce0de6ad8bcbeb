"""gradebook.csv, and the points filled into the sheets of Canvas and Moodle."""
