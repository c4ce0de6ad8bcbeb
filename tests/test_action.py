"""CI on students' repositories: the action's steps run as a runner runs them, and what the workflows may do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Graded, write_files
from course_sources import repository
from test_submissions import committed

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
TEMPLATE = ROOT / "student_template" / ".github" / "workflows" / "grade.yml"
GRADE = ROOT / ".github" / "workflows" / "grade.yml"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
WEEKLY = ROOT / ".github" / "workflows" / "weekly.yml"
WORKFLOWS = [GRADE, ROOT / ".github" / "workflows" / "ci.yml", TEMPLATE]
EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.S)
RIGHT = {"ops.py": (ROOT / "reference" / "ops.py").read_text("utf-8")}
WRONG = {"ops.py": RIGHT["ops.py"].replace("grad_b = -grad_output", "grad_b = grad_output")}
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")


def document(path: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads the key `on` as true."""
    read = yaml.safe_load(path.read_text("utf-8"))
    return {("on" if key is True else key): value for key, value in read.items()}


def steps_of(read: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for job in read["jobs"].values():
        yield from job.get("steps", [])


@dataclass(frozen=True)
class Annotation:
    """One `::level file=…,line=…::message` of a log."""

    level: str
    properties: Mapping[str, str]
    message: str


def annotations(log: str) -> list[Annotation]:
    """The commands that a runner obeys: those that stand between stop-commands and its token are text."""
    found: list[Annotation] = []
    waiting_for = ""
    for line in log.splitlines():
        command = re.fullmatch(r"\s*::([A-Za-z-]+)( [^:]*)?::(.*)", line) if "::" in line else None
        if waiting_for:
            if line.strip() == f"::{waiting_for}::":
                waiting_for = ""
        elif command and command[1] == "stop-commands":
            waiting_for = command[3]
        elif command:
            pairs = dict(pair.split("=", 1) for pair in (command[2] or "").strip().split(",") if pair)
            found.append(Annotation(command[1], {k: unescaped(v) for k, v in pairs.items()}, unescaped(command[3])))
    assert not waiting_for, "the log ends with commands stopped"
    return found


def unescaped(text: str) -> str:
    for code, char in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


@dataclass(frozen=True)
class Done:
    """What a run of the action's steps left."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(frozen=True)
class Runner:
    """Runs the `run:` steps in order, each in a bash of its own, as GitHub's runner does for a composite action."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(self.home / "temp")}
        return {**os.environ, "PATH": path, "HOME": str(self.home), **own}

    def __call__(self, workspace: Path, inputs: Mapping[str, str], skip: str = "Install the grader") -> Done:
        given = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()} | dict(inputs)
        output, summary = self.home / "output", self.home / "summary"
        output.write_text("")
        summary.write_text("")
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(workspace)}
        code, log = 0, ""
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or step["name"] == skip or (code and step.get("if") != "always()"):
                continue
            env = {name: filled(value, given) for name, value in step.get("env", {}).items()}
            script = self.home / "step.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script], cwd=workspace,
                env={**self.environment, **files, **env}, capture_output=True, encoding="utf-8", timeout=400,
            )  # fmt: skip
            code = code or done.returncode
            log += done.stdout + done.stderr
        outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
        return Done(code, log, outputs, summary.read_text("utf-8"))


def filled(value: str, inputs: Mapping[str, str]) -> str:
    """A step's `env` value: text, or one input."""
    expression = re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)
    assert expression or not EXPRESSION.search(value), value
    return inputs[expression[1]] if expression else value


# What could get in the way of the grader, were any of it ever imported, read or run.
TRAP = "import pathlib\npathlib.Path(__file__).with_name('SPRUNG').write_text(__name__)\n"
TRAPS = {
    "sitecustomize.py": TRAP,
    "usercustomize.py": TRAP,
    "numpy.py": TRAP,
    "yaml.py": TRAP,
    "json.py": TRAP,
    "conftest.py": TRAP,
    "setup.py": TRAP,
    "pip.py": TRAP,
    "venv.py": TRAP,
    "pyproject.toml": '[build-system]\nrequires = ["no-such-package-anywhere"]\nbuild-backend = "setup"\n',
    "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/simple\n",
    "pyvenv.cfg": "home = /nowhere\n",
    ".python-version": "2.7\n",
    ".env": "PYTHONPATH=.\n",
    "results.json": '{"score": 100, "max_score": 100}',
}


FORGED = ["::error file=ops.py,line=1::forged", "::set-output name=score::100", "::add-mask::e", "::stop-commands::x"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's repository full of files that would shadow the grader, beside a wrong solution that prints."""
    folder = tmp_path_factory.mktemp("hostile") / "work space"
    said = "".join(f"print({line!r})\n" for line in FORGED)
    write_files(folder, {**TRAPS, "ops.py": said + WRONG["ops.py"]})
    write_files(folder / "grader", {"__init__.py": TRAP, "__main__.py": TRAP + "print('100 of 100 points')\n"})
    write_files(folder / "exercises", {"course.yaml": "title: Forged\n"})
    return folder


@pytest.fixture(scope="module")
def runner(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner on which the grader is installed, by the action's own step, from within the hostile repository."""
    home = tmp_path_factory.mktemp("runner")
    (home / "temp").mkdir()
    made = Runner(home)
    done = made(hostile, {}, skip="Grade")
    assert done.code == 0, done.log
    return made


def sprung(folder: Path) -> list[Path]:
    return [*folder.rglob("SPRUNG")]


def test_a_right_submission_is_green(runner: Runner, tmp_path: Path) -> None:
    done = runner(write_files(tmp_path / "repo", RIGHT), {"only": "2.5 2.6"})
    assert done.code == 0, done.log
    assert [found for found in annotations(done.log) if found.level in ("error", "warning")] == []
    assert done.outputs["score"] == done.outputs["max-score"] == "16"
    assert (Path(done.outputs["report"]) / "report.html").is_file()
    assert "Implement division" in done.summary and "16 of 16" in done.summary


def test_a_wrong_submission_is_red_on_the_student_s_line(runner: Runner, tmp_path: Path) -> None:
    done = runner(write_files(tmp_path / "repo", WRONG), {"only": "2.5"})
    assert done.code == 1, done.log
    errors = [found for found in annotations(done.log) if found.level == "error"]
    assert errors and {found.properties["file"] for found in errors} == {"ops.py"}
    lines = WRONG["ops.py"].splitlines()
    assert any("grad_b" in lines[int(found.properties["line"]) - 1] for found in errors)
    assert 0 < float(done.outputs["score"]) < float(done.outputs["max-score"])


def test_annotations_name_files_as_they_stand_in_the_repository(runner: Runner, tmp_path: Path) -> None:
    write_files(tmp_path / "submission" / "week 2", WRONG)
    done = runner(tmp_path, {"repository": "submission", "submission": "week 2", "only": "2.5"})
    assert done.code == 1, done.log
    files = {found.properties["file"] for found in annotations(done.log) if found.level == "error"}
    assert files == {"week 2/ops.py"}


@pytest.mark.parametrize(("bound", "code"), [("10", 0), ("99.5", 1)])
def test_a_bound_decides_between_green_and_red(runner: Runner, tmp_path: Path, bound: str, code: int) -> None:
    done = runner(write_files(tmp_path / "repo", WRONG), {"only": "2.5", "fail-under": bound})
    assert done.code == code, done.log


def test_nothing_in_a_repository_shadows_the_grader(runner: Runner, hostile: Path, tmp_path: Path) -> None:
    plain = runner(write_files(tmp_path / "repo", WRONG), {"only": "2.5"})
    done = runner(hostile, {"only": "2.5"})
    assert done.code == 1, done.log
    assert done.outputs["score"] == plain.outputs["score"]
    found = annotations(done.log)
    assert not [one for one in found if one.level not in ("error", "warning", "notice") or one.message == "forged"]
    assert not sprung(hostile)


def test_a_course_is_looked_for_beside_the_action_and_never_in_the_submission(runner: Runner, hostile: Path) -> None:
    done = runner(hostile, {"course": "exercises", "only": "2.5"})
    assert done.code == 1, done.log
    assert float(done.outputs["max-score"]) == 8


def test_a_course_comes_from_its_own_repository(runner: Runner, hostile: Path, tmp_path: Path) -> None:
    named = f"{repository(tmp_path / 'course')}@v1#autodiff"
    write_files(tmp_path / "repo", {"work.py": "def double(x):\n    return 2 * x\n"})
    write_files(tmp_path / "repo" / "autodiff", {"course.yaml": "title: Forged\n"})
    for _ in range(2):
        done = runner(tmp_path / "repo", {"course": named})
        assert done.code == 1 and (done.outputs["score"], done.outputs["max-score"]) == ("2", "5"), done.log
        assert "course: Sums, git " in done.log and not sprung(tmp_path)
        cached = next((runner.home / "temp" / "grade-courses").rglob("1.yaml"))
        cached.write_text("what an earlier job has left\n")


@pytest.mark.parametrize(
    "inputs",
    [
        {"submission": "$(touch SPRUNG); touch SPRUNG #"},
        {"only": '2.5"; touch SPRUNG; "', "submission": "."},
        {"fail-under": "`touch SPRUNG`"},
        {"course": "'; touch SPRUNG; '"},
        {"submission": "--version"},
        {"repository": "$(touch SPRUNG)"},
    ],
    ids=lambda inputs: next(iter(inputs)),
)
def test_inputs_are_data_and_nothing_else(runner: Runner, tmp_path: Path, inputs: Mapping[str, str]) -> None:
    done = runner(write_files(tmp_path / "repo", RIGHT), inputs)
    assert done.code == 2, done.log
    assert done.outputs == {} and not sprung(tmp_path)


ELSEWHERE = {
    "a-revision": {"submission": ".@main"},
    "a-revision-of-a-folder": {"submission": "work@main"},
    "a-revision-of-the-grader": {"submission": "../grader@HEAD:reference"},
    "a-revision-behind-a-link": {"submission": "link@HEAD"},
    "a-link-to-the-grader": {"submission": "link"},
    "behind-a-link": {"submission": "link/reference"},
    "beside-the-checkout": {"submission": "../grader/reference"},
    "absolute": {"submission": "{grader}/reference"},
    "not-there": {"submission": "nowhere"},
    "nothing": {"submission": ""},
    "another-checkout": {"repository": "..", "submission": "work"},
    "a-checkout-behind-a-link": {"repository": "submission/outside", "submission": "."},
    "a-missing-checkout": {"repository": "nowhere", "submission": "."},
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_action_takes_what_lies_in_the_checkout_alone(name: str, runner: Runner, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    grader = write_files(workspace / "grader" / "reference", RIGHT).parent
    checkout = write_files(workspace / "submission" / "work", WRONG).parent
    for folder in (grader, checkout, checkout / "work"):
        committed(folder)
    (checkout / "link").symlink_to(grader)
    (checkout / "outside").symlink_to(write_files(tmp_path / "outside", RIGHT))
    given = {key: value.format(grader=grader) for key, value in ELSEWHERE[name].items()}
    done = runner(workspace, {"repository": "submission", "only": "2.5", **given})
    assert done.code == 2 and "checkout" in done.log and done.outputs == {}, done.log


def test_a_link_inside_of_the_checkout_is_a_path_in_it(runner: Runner, tmp_path: Path) -> None:
    write_files(tmp_path / "repo" / "week 2", RIGHT)
    (tmp_path / "repo" / "newest").symlink_to("week 2")
    assert runner(tmp_path / "repo", {"submission": "newest", "only": "2.5"}).code == 0
    write_files(tmp_path / "repo" / "a@b", RIGHT)
    assert runner(tmp_path / "repo", {"submission": "a@b", "only": "\n2.5\n2.6"}).outputs["max-score"] == "16"


def test_a_submission_called_like_a_command_is_a_submission(runner: Runner, tmp_path: Path) -> None:
    write_files(tmp_path / "init", RIGHT)
    assert runner(tmp_path, {"submission": "init", "only": "2.5"}).code == 0


def test_the_installed_grader_hands_out_no_workflow_with_a_placeholder(runner: Runner, tmp_path: Path) -> None:
    python = runner.home / "temp" / "autodiff-grader" / "bin" / "python"
    for command in ("init", "pack"):
        done = subprocess.run(
            [python, "-I", "-m", "grader", command, command], cwd=tmp_path, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0 and ".github/workflows/grade.yml is not copied" in done.stdout + done.stderr
        assert not [*(tmp_path / command).rglob("*.yml")] and [*(tmp_path / command).rglob("ops.py")]


@pytest.mark.parametrize(
    ("called", "given"),
    [
        ("YOUR_ORGANISATION/autodiff-grader/.github/workflows/grade.yml@YOUR_VERSION", False),
        ("YOUR_ORGANISATION/autodiff-grader/.github/workflows/grade.yml@a1b2c3", False),
        ("cs-dept/autodiff-grader/.github/workflows/grade.yml@YOUR_VERSION", False),
        ("cs-dept/autodiff-grader/.github/workflows/grade.yml@2026-spring", True),
    ],
)
def test_a_workflow_is_handed_out_once_it_names_somebody_s_code(
    called: str, given: bool, run: Callable[..., Graded], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "course" / "exercises")
    template = shutil.copytree(ROOT / "student_template", tmp_path / "course" / "student_template")
    text = TEMPLATE.read_text("utf-8")
    old = document(TEMPLATE)["jobs"]["grade"]["uses"]
    assert text.count(old) == 1
    write_files(template / ".github" / "workflows", {"grade.yml": text.replace(old, called)})
    graded = run("init", "new", "--course", tmp_path / "course" / "exercises")
    made = tmp_path / "new" / ".github" / "workflows" / "grade.yml"
    assert graded.code == 0 and made.exists() == given and ("not copied" in graded.err) == (not given)
    assert not given or made.read_text("utf-8") == text.replace(old, called)
    assert (tmp_path / "new" / "ops.py").is_file()


def test_init_copies_workflows_and_no_other_hidden_file(run: Callable[..., Graded], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "course" / "exercises")
    template = shutil.copytree(ROOT / "student_template", tmp_path / "course" / "student_template")
    filled_in = TEMPLATE.read_text("utf-8").replace("YOUR_ORGANISATION", "dept").replace("YOUR_VERSION", "2026")
    write_files(
        template / ".github" / "workflows",
        {"grade.yml": filled_in, "other.yaml": "on: push\n", "notes.txt": "mine"},
    )
    write_files(template, {".secret": "mine"})
    course = ("--course", tmp_path / "course" / "exercises")
    assert run("init", "new", *course).code == 0
    hidden = sorted(path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").glob(".*/**/*"))
    assert hidden == [".github/workflows", ".github/workflows/grade.yml", ".github/workflows/other.yaml"]
    graded = run("./new", "--only", "2.5")
    assert graded.score == 0 and graded.exercise("2.5")["status"] == "missing"


def test_a_template_without_workflows_is_copied_as_before(run: Callable[..., Graded], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "course" / "exercises")
    stubs = shutil.ignore_patterns(".github")
    shutil.copytree(ROOT / "student_template", tmp_path / "course" / "student_template", ignore=stubs)
    assert run("init", "new", "--course", tmp_path / "course" / "exercises").code == 0
    assert not (tmp_path / "new" / ".github").exists()


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, RELEASE, WEEKLY, ROOT / "action.yml"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_expression_is_pasted_into_a_script_and_every_action_is_pinned(path: Path) -> None:
    read = document(path)
    steps = read["runs"]["steps"] if "runs" in read else [*steps_of(read)]
    for step in steps:
        assert not EXPRESSION.search(step.get("run", ""))
        used = step.get("uses", "")
        assert not used or PINNED.fullmatch(used) or used == "./grader"
    for line in path.read_text("utf-8").splitlines():
        if re.search(r"uses: \w+/[\w-]+@", line):
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), "say which version a commit is"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_workflows_have_the_least_rights(path: Path) -> None:
    read = document(path)
    assert read["permissions"] in ({}, {"contents": "read"})
    assert all(job.get("permissions", {}) in ({}, {"contents": "read"}) for job in read["jobs"].values())
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & {*read["on"]}
    assert "secrets" not in path.read_text("utf-8")
    for step in steps_of(read):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    assert all("timeout-minutes" in job for job in read["jobs"].values() if "steps" in job)


def test_a_release_is_published_by_one_job_with_one_right() -> None:
    read = document(RELEASE)
    assert {*read["on"]} == {"push"} and {*read["on"]["push"]} == {"tags"}
    assert read["permissions"] == {"contents": "read"} and "secrets" not in RELEASE.read_text("utf-8")
    rights = {name: job.get("permissions") for name, job in read["jobs"].items()}
    attesting = {"attestations": "write", "id-token": "write"}
    assert rights == {"build": None, "test": None, "attest": attesting, "publish": {"id-token": "write"}}
    assert [read["jobs"][name]["needs"] for name in ("test", "attest", "publish")] == ["build", "test", "attest"]
    for step in steps_of(read):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    assert all("timeout-minutes" in job for job in read["jobs"].values())


def test_a_caller_chooses_its_work_the_course_and_the_bound_and_nothing_else() -> None:
    assert {*document(GRADE)["on"]} == {"workflow_call"}
    inputs = {"submission", "course", "fail-under"}
    assert {*document(GRADE)["on"]["workflow_call"]["inputs"]} == inputs
    grade = next(step for step in steps_of(document(GRADE)) if step.get("uses") == "./grader")
    assert {*grade["with"]} <= {*ACTION["inputs"]}
    chosen = {name: value for name, value in grade["with"].items() if "inputs." in value}
    assert chosen == {name: f"${{{{ inputs.{name} }}}}" for name in inputs}


def test_the_grader_comes_from_where_the_workflow_comes_from() -> None:
    steps = [*steps_of(document(GRADE))]
    checkouts = {step["with"]["path"]: step["with"] for step in steps if "checkout@" in step.get("uses", "")}
    assert "repository" not in checkouts["submission"] and "ref" not in checkouts["submission"]
    assert checkouts["grader"]["repository"] == "${{ job.workflow_repository }}"
    assert checkouts["grader"]["ref"] == "${{ job.workflow_sha }}"
    order = [step.get("with", {}).get("path") for step in steps]
    assert order.index("submission") < order.index("grader")


@pytest.mark.parametrize(("repository", "commit", "code"), [("a/b", "c0ffee", 0), ("", "c0ffee", 1), ("a/b", "", 1)])
def test_a_workflow_that_does_not_know_where_it_is_from_stops(repository: str, commit: str, code: int) -> None:
    step = next(steps_of(document(GRADE)))
    known = {"GRADER_REPOSITORY": repository, "GRADER_COMMIT": commit}
    assert {*step["env"]} == {*known}
    done = subprocess.run(["bash", "-e", "-c", step["run"]], env={**os.environ, **known}, capture_output=True)
    assert done.returncode == code


def test_the_student_s_workflow_calls_the_instructor_s() -> None:
    read = document(TEMPLATE)
    called = read["jobs"]["grade"]["uses"]
    assert called.split("/", 2)[2] == f"{GRADE.relative_to(ROOT).as_posix()}@YOUR_VERSION"
    assert {*read["jobs"]["grade"].get("with", {})} <= {*document(GRADE)["on"]["workflow_call"]["inputs"]}
    # No account can have this name, so nobody can offer a workflow under it before it is replaced.
    assert not re.fullmatch(r"[A-Za-z0-9-]+(_[a-z0-9]{3,8})?", called.split("/")[0])


def test_the_gitlab_template_grades_and_keeps_the_report(runner: Runner, hostile: Path, tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text("utf-8"))["grade"]
    assert job["artifacts"]["when"] == "always" and "variables" not in job
    repository = tmp_path / "a repository"
    shutil.copytree(hostile, repository)
    write_files(repository / "grade-report", {"junit.xml": "<testsuites/>"})
    venv = runner.home / "temp" / "autodiff-grader"
    script = "\n".join(["set -eo pipefail", "cd /", *job["script"]]).replace("/opt/autodiff-grader", str(venv))
    script = script.replace("--format junit", "--format junit --only 2.5")
    done = subprocess.run(
        ["bash", "-c", script], env={**runner.environment, "CI_PROJECT_DIR": str(repository)}, capture_output=True
    )
    assert done.returncode == 1, done.stderr
    kept = [repository / name for name in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"])]
    assert all(path.exists() for path in kept)
    assert "<failure" in (repository / "grade-report" / "junit.xml").read_text("utf-8")
    assert not sprung(repository)


def test_the_other_files_take_a_course_from_its_repository(runner: Runner, tmp_path: Path) -> None:
    """GitLab's template, Classroom 50's script and Gradescope's, as their authors fill them in."""
    named = f"{repository(tmp_path / 'course')}@v1#autodiff"
    work = write_files(tmp_path / "work", {"work.py": "def double(x):\n    return 2 * x\n"})
    venv = runner.home / "temp" / "autodiff-grader"
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text("utf-8"))["grade"]["script"]
    assert job[0].startswith('course=""')
    gitlab = "\n".join(["set -e", f"course='{named}'", *job[1:]]).replace("/opt/autodiff-grader", str(venv))
    script = (ROOT / "docs" / "classroom50" / "autograder.py").read_text("utf-8")
    for given, instead in (
        ('COURSE = ""', f"COURSE = {named!r}"),
        ('install(folder / "environment")', f"Path({str(venv / 'bin' / 'python')!r})"),
    ):
        assert script.count(given) == 1
        script = script.replace(given, instead)
    root = write_files(tmp_path / "autograder", {"classroom50.py": script, "source/course": f"{named}\r\n"})
    (root / "venv").symlink_to(venv)
    shutil.copytree(work, root / "submission")
    known = {"CLASSROOM": "autumn", "ASSIGNMENT": "homework", "SUBMISSION_TAG": "submit/1"}
    known |= {"CI_PROJECT_DIR": str(work), "AUTOGRADER": str(root), "GRADER_CACHE": str(root / "cache")}
    gradescope = ROOT / "docs" / "gradescope" / "run_autograder"
    for command in (["sh", "-c", gitlab], ["python3", root / "classroom50.py"], ["bash", gradescope]):
        done = subprocess.run(
            command, cwd=work, env={**runner.environment, **known}, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == (1 if command[0] == "sh" else 0), done.stdout + done.stderr
        assert "course: Sums, git " in done.stdout, done.stdout + done.stderr
    assert json.loads((work / "result.json").read_text("utf-8"))["max-score"] == 500
    assert json.loads((root / "results" / "results.json").read_text("utf-8"))["score"] == 2


@pytest.mark.parametrize("course", ["--only 2.5", "--course nowhere"])
def test_classroom_50_gets_a_result_where_the_grader_has_one(
    runner: Runner, hostile: Path, tmp_path: Path, course: str
) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(hostile, checkout)
    (tmp_path / "precious").write_text("mine")
    (checkout / "result.json").symlink_to(tmp_path / "precious")
    text = (ROOT / "docs" / "classroom50" / "autograder.py").read_text("utf-8")
    venv = runner.home / "temp" / "autodiff-grader" / "bin" / "python"
    for given, instead in (
        ('install(folder / "environment")', f"Path({str(venv)!r})"),
        ('"grader", ', f'"grader", *{course.split()!r}, '),
    ):
        assert text.count(given) == 1
        text = text.replace(given, instead)
    (tmp_path / "autograder.py").write_text(text, "utf-8")
    known = {"CLASSROOM": "autumn", "ASSIGNMENT": "homework", "SUBMISSION_TAG": "submit/1"}
    done = subprocess.run(
        [sys.executable, tmp_path / "autograder.py"], cwd=checkout, env={**runner.environment, **known},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if "nowhere" in course:
        assert done.returncode == 2 and not (checkout / "result.json").exists()
    else:
        assert done.returncode == 0, done.stdout + done.stderr
        result = json.loads((checkout / "result.json").read_text("utf-8"))
        assert (result["classroom"], result["assignment"], result["submission"]) == tuple(known.values())
        assert 0 < result["score"] < result["max-score"] == 800
    assert (tmp_path / "precious").read_text() == "mine" and not sprung(checkout)


def test_the_yaml_of_the_page_is_yaml_and_calls_what_is_there() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.S)
    assert blocks
    for block in blocks:
        yaml.safe_load(block)
        for used in re.findall(r"uses: YOUR_ORGANISATION/autodiff-grader(\S*)@YOUR_VERSION", block):
            path = ROOT / (used.strip("/") or "action.yml")
            known = ACTION if path.name == "action.yml" else document(path)["on"]["workflow_call"]
            for with_ in re.findall(rf"autodiff-grader{used}@YOUR_VERSION\n +with:\n((?: +[\w-]+: .*\n)+)", block):
                assert {*yaml.safe_load(with_)} <= {*known["inputs"]}


def test_nobody_is_told_to_copy_the_grader() -> None:
    assert not re.search(
        r"copy of (this repository|the grader)|your copy", (ROOT / "docs" / "ci.md").read_text("utf-8")
    )


CI_FILES = {
    "action": ROOT / "action.yml",
    "gitlab": ROOT / "docs" / "gitlab-ci.yml",
    "gradescope": ROOT / "docs" / "gradescope" / "run_autograder",
    "gradescope-setup": ROOT / "docs" / "gradescope" / "setup.sh",
    "classroom50": ROOT / "docs" / "classroom50" / "autograder.py",
    "workflow": GRADE,
    "student-workflow": TEMPLATE,
}


@pytest.mark.parametrize("name", CI_FILES)
def test_ci_files_ask_for_a_lock_fail_closed_and_pin_what_they_install(name: str) -> None:
    text = CI_FILES[name].read_text("utf-8")
    assert "|| true" not in text and "--isolation" not in text and "continue-on-error" not in text
    if name in ("action", "gitlab", "gradescope", "classroom50"):
        assert text.count("--require-isolation=lock") == 1
    if "pip" in text and name != "gradescope":
        assert "[pinned]" in text
    for version in re.findall(r"autodiff-grader(?:\.git)?(?:/\S*)?@([\w.]+)", text):
        assert version == "YOUR_VERSION", "no version of the grader is published: its place is to be filled in"


@pytest.mark.parametrize("least", ["plain", "lock"])
@pytest.mark.parametrize("name", ["action", "gitlab", "gradescope", "classroom50"])
def test_where_nothing_confines_student_code_ci_grades_nothing(name: str, least: str, tmp_path: Path) -> None:
    """Shown on the option that the files give, since this machine may have a lock."""
    text = CI_FILES[name].read_text("utf-8")
    option = re.search(r"--require-isolation=\w+", text)
    assert option
    command = [sys.executable, "-I", "-m", "grader", str(ROOT / "reference"), "--only", "2.5", option[0]]
    done = subprocess.run([*command, "--isolation", least], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, "at least `lock`" in done.stderr) == ((2, True) if least == "plain" else (0, False))


def test_what_ci_installs_is_pinned_whole() -> None:
    """Every package that the grader needs, and those that these need, has one version on this Python, which fits."""
    from importlib.metadata import requires

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    extras = [Requirement(text) for text in requires("autodiff-grader") or []]
    pins = [one for one in extras if one.marker and one.marker.evaluate({"extra": "pinned"})]
    pinned = {canonicalize_name(one.name): one for one in pins if not one.marker.evaluate({"extra": ""})}
    todo, seen = ["autodiff-grader"], set()
    while todo:
        for text in requires(todo.pop()) or []:
            need = Requirement(text)
            name = canonicalize_name(need.name)
            if need.marker and not need.marker.evaluate({"extra": ""}):
                continue
            assert name in pinned, f"{name} is not pinned"
            version = str(pinned[name].specifier).removeprefix("==")
            assert need.specifier.contains(version), f"{name} {version} does not fit {need}"
            if name not in seen:
                seen.add(name)
                todo.append(name)
    assert seen == {*pinned}
