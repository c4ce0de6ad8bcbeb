"""The students' edition of a course: what stays in it, how it is written, and the folder that it becomes."""
