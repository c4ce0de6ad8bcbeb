"""The class page: right statistics, hostile names that break nothing, a table that sorts and filters in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from classes import RIGHT, SQUARE, make_class, make_course
from conftest import Graded, write_files

from grader.classroom.page import class_page
from grader.classroom.page.statistics import (
    CheckMark,
    ClassCheck,
    ClassExercise,
    ClassNumbers,
    ClassPage,
    MisconceptionCount,
    Student,
    Tally,
    correlation,
    exercise_verdict,
    spread,
)
from grader.model import Verdict

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EXERCISES = (
    ClassExercise("1.1", "First <b>", (ClassCheck("a", "adds", 2.0), ClassCheck("b", "carries", 3.0)),
                  hints={"sign": "the sign is turned"}),
    ClassExercise("1.2", "Second", (ClassCheck("c", "stops", 5.0), ClassCheck("d", "is tidy", 0.0, advisory=True))),
    ClassExercise("x", "More", (ClassCheck("e", "is fast", 4.0),), bonus=True),
)  # fmt: skip
POINTS = (2.0, 3.0, 5.0, 0.0, 4.0)
NASTY = "</script><script>document.title='caught'</script>\u202e<img src=x onerror=alert(1)>\x00\"'&"
LETTERS = {"c": Verdict.CORRECT, "w": Verdict.WRONG, "m": Verdict.MISSING, "r": Verdict.NEEDS_REVIEW,
           "j": Verdict.JUDGE_ERROR, "s": Verdict.SKIPPED, "p": Verdict.PARTIAL}  # fmt: skip


def student(name: str, letters: str, believes: str = "", late: bool = False, notes: tuple[str, ...] = ()) -> Student:
    """A student with one letter a check; points as a report would count them."""
    marks, score, most, pending = [], 0.0, 0.0, 0.0
    for place, (letter, points) in enumerate(zip(letters, POINTS, strict=True)):
        got = {"c": points, "p": points / 2}.get(letter, 0.0)
        marks.append(CheckMark(LETTERS[letter], got, points, believes if letter == "w" else ""))
        if place < 4:
            score += got
            pending += points * (letter in "rj")
            most += points * (letter not in "rj")
    return Student(name, f"{name}/report.html", score, most, marks[4].score, pending, late, notes, tuple(marks))


def page(students: Any) -> ClassPage:
    return ClassPage("Course & more", EXERCISES, students, "none", "today", "1.0")


def numbers(*students: Student) -> ClassNumbers:
    tally = Tally(EXERCISES)
    for one in students:
        tally.add(one)
    return tally.numbers()


class Tags(HTMLParser):
    """Every tag with its attributes and the text of the elements that cannot hold tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._last = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._last = tag
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self._last, data))

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for tag, attributes in self.seen if tag == "a"]


# Statistics


def test_the_spread_agrees_with_numpy_and_bins_hold_everybody() -> None:
    shares = np.random.default_rng(1).uniform(0, 1, 200)
    shares[:3] = 0.0, 1.0, 0.5
    found = spread(shares)
    assert found.count == sum(found.bins) == 200 and len(found.bins) == 20
    assert found.median == pytest.approx(np.median(shares)) and found.deviation == pytest.approx(np.std(shares, ddof=1))
    assert (found.lowest, found.highest) == (0.0, 1.0)


def test_edges_of_bins_fall_to_the_upper_bin_and_the_top_to_the_last() -> None:
    assert spread(np.array([0.0, 0.1, 0.3, 0.7, 1.0])).bins == (1, 1, 0, 1, 0, 0, 0, 1, 0, 1)


def test_nobody_and_a_single_student_have_no_spread() -> None:
    assert spread(np.array([])) is None
    assert spread(np.array([0.5])).deviation is None
    assert numbers().spread is None and len(numbers().checks) == 5


def test_correlation_is_pearsons_and_absent_without_variance() -> None:
    rng = np.random.default_rng(2)
    item = (rng.uniform(size=50) > 0.4).astype(float)
    rest = item + rng.normal(size=50)
    assert correlation(item, rest) == pytest.approx(np.corrcoef(item, rest)[0, 1])
    passed, failed = rest[item == 1], rest[item == 0]
    share = item.mean()
    point_biserial = (passed.mean() - failed.mean()) / rest.std() * np.sqrt(share * (1 - share))
    assert correlation(item, rest) == pytest.approx(point_biserial)
    assert correlation(np.ones(9), rng.normal(size=9)) is None
    assert correlation(rng.normal(size=9), np.full(9, 0.1 + 0.2)) is None
    assert correlation(np.array([0.0, 1.0]), np.array([0.0, 1.0])) is None


def test_a_check_is_compared_with_the_other_required_points() -> None:
    class_ = [student(str(place), letters) for place, letters in
              enumerate(["ccccw", "cwccc", "wcwcw", "wwwcc", "ccwcw", "wwccw"])]  # fmt: skip
    first, *_, bonus = numbers(*class_).checks
    item = np.array([one.marks[0].score for one in class_])
    rest = np.array([one.score for one in class_]) - item
    assert first.correlation == pytest.approx(np.corrcoef(item, rest)[0, 1])
    extra = np.array([one.bonus for one in class_])
    assert bonus.correlation == pytest.approx(np.corrcoef(extra, rest + item)[0, 1])


def test_undecided_marks_count_neither_way() -> None:
    found = numbers(student("a", "crccc"), student("b", "wwwww"), student("c", "jcccc"))
    first, second = found.checks[:2]
    assert (first.decided, first.earned, first.mean_share) == (2, 1, 0.5)
    assert (second.decided, second.earned) == (2, 1)
    assert found.spread.highest == 1.0 and found.pending
    assert [(item.check.id, item.count, item.first) for item in found.review] == [("b", 1, (0,))]
    assert [(item.check.id, item.count, item.first) for item in found.errors] == [("a", 1, (2,))]


def test_a_check_is_suspect_only_where_somebody_tried() -> None:
    found = numbers(student("a", "wmccc"), student("b", "pscmc")).checks
    assert [check.nobody_passes for check in found] == [True, False, False, False, False]
    assert found[0].mean_share == 0.25
    assert found[1].tried == 0


def test_misconceptions_are_ranked_and_count_a_student_once_an_exercise() -> None:
    found = numbers(
        student("a", "wwcwc", "sign+swap"), student("b", "wcccc", "sign"), student("c", "ccccc")
    ).misconceptions
    assert [(item.exercise.id, item.name, item.count, item.checks, item.lost) for item in found] == [
        ("1.1", "sign", 2, 1.5, 3.5), ("1.1", "swap", 1, 2, 5), ("1.2", "sign", 1, 1, 0), ("1.2", "swap", 1, 1, 0),
    ]  # fmt: skip


def test_a_mistake_of_an_engine_has_its_hint_and_the_courses_own_comes_first() -> None:
    exercise = ClassExercise("value", "Engine", (), False, {"mul-out": "as the course says it"})
    hints = [MisconceptionCount(exercise, name, 1, 1, 1).hint for name in ("mul-assign", "mul-out", "unheard-of")]
    assert hints[0].startswith("In *, a new contribution replaces") and hints[1:] == ["as the course says it", ""]


@pytest.mark.parametrize(
    ("letters", "verdict"),
    [("cc", "correct"), ("cw", "partial"), ("ww", "wrong"), ("sm", "missing"), ("ss", "skipped"),
     ("cr", "needs_review"), ("rj", "judge_error"), ("ccc", "correct")],
)  # fmt: skip
def test_the_most_urgent_verdict_is_the_exercises(letters: str, verdict: str) -> None:
    marks = [CheckMark(LETTERS[letter], float(letter == "c"), 1.0) for letter in letters]
    assert exercise_verdict(marks) == verdict


def test_marks_that_do_not_fit_the_course_are_refused() -> None:
    with pytest.raises(ValueError):
        numbers(Student("a", "a", 0, 0, 0, 0, False, (), (CheckMark(Verdict.CORRECT, 1, 1),)))


# The page


def test_students_are_walked_once_and_may_be_a_generator(tmp_path: Path) -> None:
    def one_by_one() -> Iterator[Student]:
        yield student("a", "ccccc")
        yield student("b", "wcccc")

    assert class_page.write(page(one_by_one()), tmp_path) == tmp_path / "index.html"
    assert "passed by" in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.parametrize("letters", [[], ["ccccc"], ["rjrcc"], ["mmmmm", "wwwww"]])
def test_every_class_has_a_page(letters: list[str]) -> None:
    text = class_page.text(page([student(str(place), marks) for place, marks in enumerate(letters)]))
    assert f"<h1>{len(letters)} " in text and text.rstrip().endswith("</html>")
    assert ("No submission has been graded yet." in text) is (not letters)


def test_hostile_names_are_text_and_stay_below_the_page() -> None:
    names = [NASTY, "a b%41#x?y", "Ñandú 李", "javascript:alert(1)", "//host/x", "\udcff"]
    text = class_page.text(page([student(name, "rwwcc", NASTY, True, (NASTY,)) for name in names]))
    tags = Tags(text)
    assert [tag for tag, _ in tags.seen].count("script") == 2
    assert "img" not in {tag for tag, _ in tags.seen}
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ud800-\udfff]", text)
    for tag, attributes in tags.seen:
        assert not attributes.get("src"), tag
        assert not any(key.startswith("on") or key == "style" for key in attributes), tag
    assert all(link.startswith(("./", "#")) for link in tags.links())
    reports = [unquote(link.split("#")[0], errors="surrogateescape") for link in tags.links() if link.startswith("./")]
    assert {f"./{name}/report.html" for name in names} == set(reports)
    rows = json.loads(next(data for tag, data in tags.texts if tag == "script"))["rows"]
    assert rows[0][0].startswith("</script><script>") and "\\u202e" in rows[0][0] and "\\x00" in rows[0][0]
    assert rows[1][1] == "./a%20b%2541%23x%3Fy/report.html"


def test_the_policy_allows_exactly_the_inline_script_and_style() -> None:
    text = class_page.text(page([student("a", "ccccc")]))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text).group(1)
    policy = policy.replace("&#39;", "'")
    assert "unsafe" not in policy and "default-src 'none'" in policy
    for pattern, name in ((r"<script>(.*?)</script>", "script"), (r"<style>(.*?)</style>", "style")):
        (inline,) = re.findall(pattern, text, re.S)
        found = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{found}'" in policy
    assert "url(" not in text and "@import" not in text and "http://" not in text and "https://" not in text


def test_what_matters_comes_first() -> None:
    text = class_page.text(page([student("a", "jrwcc"), student("b", "ccwcc")]))
    places = [text.index(f'id="{name}"') for name in ("errors", "never", "review", "students", "checks")]
    assert places == sorted(places)
    assert "nobody passes: review the check" in text


def test_a_pending_check_is_not_the_same_as_untried() -> None:
    assert "nobody tried" in class_page.text(page([student("a", "mcccc")]))
    assert "nobody tried" not in class_page.text(page([student("a", "rcccc")]))


def test_who_has_a_pending_check_has_tried_and_who_submitted_nothing_is_no_submission() -> None:
    nothing = Student("nora", "", 0, 0, 0, 0, False, ("nothing handed in",), (), handed_in=False)
    text = class_page.text(page([student("a", "mcccc"), student("b", "rcccc"), nothing]))
    assert "nobody tried" not in text and '<h1>2 <span class="of">of 3 handed in' in text
    assert "submitted nothing</dt><dd>1<" in text and "Nobody passes" not in text
    excused = replace(nothing, people=0, notes=("nothing handed in", "excused"))
    team = replace(student("team", "ccccc"), people=3)
    text = class_page.text(page([team, nothing, excused]))
    assert '<h1>3 <span class="of">of 4 handed in' in text and "<dt>submissions</dt><dd>1<" in text


def test_what_most_students_believe_is_to_re_teach_first() -> None:
    class_ = [student(f"s{place}", "wcccc", "sign") for place in range(3)] + [student("t", "wwccc", "<swap>")]
    text = class_page.text(page(class_))
    section = text[text.index('id="mistakes"') : text.index('id="students"')]
    assert section.index("the sign is turned") < section.index("&lt;swap&gt;")
    assert "<strong>3</strong> of 4" in section and "on average 2 points and 1 check lost" in section
    assert "more mistake" not in section
    many = [student(f"s{place}", "wcccc", f"mistake-{place}") for place in range(7)]
    assert "<summary>2 more mistakes</summary>" in class_page.text(page(many))
    assert "Re-teach" not in class_page.text(page([student("a", "wcccc")]))


def test_advice_is_never_an_alarm() -> None:
    text = class_page.text(page([student(str(place), "cccwm") for place in range(30)]))
    assert "Nobody passes" not in text and "to review" not in text and "nobody passes" not in text
    assert "is tidy" in text and "(advice)" in text
    text = class_page.text(page([student(str(place), "ccwcm") for place in range(30)]))
    assert "Nobody passes" in text and "1 check to review" in text


def test_the_pass_mark_is_compared_with_the_gradebooks_points() -> None:
    class_ = [
        replace(student("exactly", "cccwm"), final=5.0),
        replace(student("late", "ccccm"), penalty=6.0, final=4.0),
        replace(student("bonus", "cwwcc"), final=6.0),
        replace(student("waits", "crwcm"), final=2.0),
        replace(student("too-little", "wrwcm"), final=0.0),
        replace(student("excused", "ccccc"), final=None),
    ]
    text = class_page.text(replace(page(class_), pass_mark=0.5))
    plain = re.search(r"<noscript>(.*)</noscript>", text, re.S).group(1)
    said = dict(re.findall(r'report.html">([^<]*)</a></th>\s*<td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td>', plain))
    assert said == {
        "exactly": "yes", "late": "no", "bonus": "yes", "waits": "open", "too-little": "no", "excused": "–",
    }  # fmt: skip
    assert re.search(r'pass mark of 50 %</dt><dd class="large">2 <span class="of">of 5<', text)
    assert 'depends on marking</dt><dd class="large">1<' in text and ">pass mark</text>" in text
    assert "pass mark" not in class_page.text(page(class_)).split("<script")[0]


def test_a_run_takes_the_pass_mark(run: Callable[..., Graded], tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    work = make_class(tmp_path / "class", {"anna": RIGHT, "ben": {**RIGHT, "work.py": SQUARE}})
    roster = write_files(tmp_path, {"roster.csv": "name,login\nanna,anna\nben,ben\ncarl,carl\n"}) / "roster.csv"
    options = ["--out", tmp_path / "out", "--course", course, "--roster", roster]
    assert run("batch", work, *options, "--pass-mark", "61").code == 0
    text = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert '<h1>2 <span class="of">of 3 handed in' in text
    assert re.search(r'pass mark of 61 %</dt><dd class="large">1 <span class="of">of 2<', text)
    assert "Twice, not squared." in text and "<strong>1</strong> of 2" in text
    assert run("batch", work, *options, "--pass-mark", "60").code == 0
    assert re.search(
        r'pass mark of 60 %</dt><dd class="large">2 <', (tmp_path / "out" / "index.html").read_text("utf-8")
    )
    refused = run("batch", work, *options, "--pass-mark", "101")
    assert refused.code == 2 and "--pass-mark" in refused.err


def test_percentages_are_rounded_down() -> None:
    text = class_page.text(page([replace(student("a", "ccccc"), score=7.999, max_score=10.0)]))
    assert "<td>8 / 10</td><td>80</td>" in text  # shown points and percentage agree
    text = class_page.text(page([replace(student("a", "ccccc"), score=59.99, max_score=100.0)]))
    assert "<td>59.99 / 100</td><td>59</td>" in text


def test_a_histogram_is_told_in_words() -> None:
    text = class_page.text(page([student("a", "ccccc"), student("b", "ccccc"), student("c", "wwwwc")]))
    assert 'aria-label="3 submissions by percentage of points. 0 to 10 %: 1, 90 to 100 %: 2"' in text


def test_penalty_and_final_have_columns_where_there_are_any() -> None:
    late = replace(student("a", "ccccm", late=True), penalty=2.0, final=8.0)
    for students, shown in (
        ([late, student("b", "ccccm")], True),
        ([replace(student("b", "ccccm"), final=10.0)], False),
    ):
        text = class_page.text(page(students))
        assert (">Late<" in text, ">Final<" in text) == (shown, shown)
        assert ("<td>−2</td><td>8</td>" in text) is shown


def test_without_a_script_every_student_is_there() -> None:
    text = class_page.text(page([student(f"s{place}", "cwccm", late=place == 1) for place in range(7)]))
    plain = re.search(r"<noscript>(.*)</noscript>", text, re.S).group(1)
    assert plain.count("<tr>") == 8
    assert Tags(plain).links() == [f"./s{place}/report.html" for place in range(7)]
    assert "7 / 10" in plain and "late" in plain and "Pending" not in plain


def test_without_a_script_a_large_class_says_that_its_table_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_page, "PLAIN", 3)
    for count, shown in ((3, 3), (4, 3)):
        text = class_page.text(page([student(f"s{place}", "ccccc") for place in range(count)]))
        plain = re.search(r"<noscript>(.*)</noscript>", text, re.S).group(1)
        assert plain.count("<tr>") == 1 + shown
        assert ("the first 3 of 4 students" in plain) is (count == 4)
        assert len(json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))["rows"]) == count


def test_a_page_is_written_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_page, "PLAIN", 100)

    def peak(count: int) -> int:
        notes = ("a note that says what was wrong with this one",)
        class_ = page(student(f"s{place}", "cwccm", notes=(*notes, str(place))) for place in range(count))
        tracemalloc.start()
        try:
            class_page.write(class_, tmp_path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert (peak(3000) - peak(1000)) / 2000 < 2048


# In a browser


Seen = Callable[[str], "Browser"]


class Browser:
    """The page after its script has run: the rows in sight, and what the browser complained of."""

    def __init__(self, dom: str, log: str) -> None:
        self.dom, self.log = dom, log
        body = re.search(r"<tbody>(.*?)</tbody>", dom, re.S).group(1)
        self.names = re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', body)
        self.scores = [float(score) for score in re.findall(r'<td class="free">([\d.]+) / ', body)]
        self.shown = re.search(r"<output>(.*?)</output>", dom).group(1)
        self.sorted = re.findall(r'<th[^>]*data-key="([^"]+)"[^>]*aria-sort="([^"]+)"', dom)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """`seen("sort=score")`: the page of 5,000 students, opened from disk with this fragment."""
    if not CHROMIUM:
        pytest.skip("there is no chromium on this machine")
    folder = tmp_path_factory.mktemp("class")
    rng = np.random.default_rng(3)
    first = ["Anna", "Änne", "Bert", "Cem", "Дана", "李雷"]
    class_ = [student(f"{first[place % 6]} {place}", "".join(rng.choice(list("ccwmp"), 5))) for place in range(4999)]
    class_.append(student(NASTY, "rrjcc", notes=(NASTY,)))
    class_.append(replace(student("Without", "ccccc"), link="", notes=("long " * 60,), penalty=1.0, final=9.0))
    class_page.write(page(class_), folder)

    def look(fragment: str) -> Browser:
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000",
             "--dump-dom", f"{(folder / 'index.html').as_uri()}#{fragment}"],
            capture_output=True, encoding="utf-8", timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return Browser(done.stdout, done.stderr)

    return look


def test_a_browser_sorts_and_filters_by_the_address(seen: Seen) -> None:
    found = seen("sort=score&filter=an")
    assert found.shown == "1,667 of 5,001 shown"
    assert found.scores == sorted(found.scores) and found.scores[0] == 0
    assert all(name.startswith(("Anna", "Änne")) for name in found.names)
    assert 10 < len(found.names) < 200
    assert found.sorted == [("score", "ascending")]
    assert "CONSOLE" not in found.log and "Content Security Policy" not in found.log


def test_a_browser_filters_by_the_verdict_on_an_exercise(seen: Seen) -> None:
    found = seen("sort=-ex-1.1&exercise=1.1&status=needs_review")
    assert found.shown == "1 of 5,001 shown" and len(found.names) == 1
    assert found.sorted == [("ex-1.1", "descending")]
    assert "<title>Course" in found.dom and "<img" not in found.dom.split("<noscript>")[0]
    assert "CONSOLE" not in found.log


def test_a_browser_shows_notes_whole_and_links_reports_alone(seen: Seen) -> None:
    found = seen("filter=without&sort=-final")
    assert '<th scope="row"><span title="Without">Without</span></th>' in found.dom and found.names == []
    assert f'<tr class="notes"><td colspan="10"><div>{"long " * 60}</div></td></tr>' in found.dom
    assert found.sorted == [("final", "descending")] and "CONSOLE" not in found.log


def test_a_strange_address_does_no_harm(seen: Seen) -> None:
    found = seen("sort=__proto__&filter=%3Cimg%20src%3Dx&exercise=constructor&status=nonsense&%E0%A4%A=1")
    assert found.shown == "1 of 5,001 shown" and found.sorted == []
    assert "CONSOLE" not in found.log
