"""Sentences of the students' edition of a course."""

from __future__ import annotations

RECORDED = "recorded, judged by your instructor"
RECORDED_DOUBT = "recorded, judged by your instructor; but look at it once more: {why}"
PLAINEST = "the plainest answer is one of: {choices}"
STUDENT_EDITION = "student edition: advisory; your instructor's grade counts"
VERIFY_STUDENT_EDITION = (
    "{path} is the student edition of a course: without keys and solutions there is nothing to verify; "
    "give the instructor's course with --course"
)
PACKED = "{recorded} written answer{s} without keys; {left_out} variant{t} left out"
PACKED_FOR = "students grade with it: grade my-work --course {path}"
PACK_NOT_READ_BACK = "{file} cannot be written as YAML that reads the same: tell the authors of the grader"
