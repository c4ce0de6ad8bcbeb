"""Every page in a browser: nothing that WCAG 2.2 AA forbids, with a keyboard alone, without JavaScript, on paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from kinds_of_pages import OTHERS, PAGES, REPORTS

from grader.model import Course
from grader.sandbox.source import Sandbox

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install .[browser]`")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed: `pip install .[browser]`")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# The rules that stand for success criteria of WCAG 2.0, 2.1 and 2.2, levels A and AA.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# In the dark and on paper, other colours are all that is new; nobody taps at paper.
RULES: dict[str, list[str]] = {"light": WCAG, "dark": ["color-contrast"], "print": ["color-contrast"]}
WIDTHS = (1280, 360)
A4 = {(595, 842), (842, 595)}  # points, upright and across
# Between the margins of the class page's sheets, at 96 pixels an inch: 186 mm upright, 273 mm across.
UPRIGHT, ACROSS = 703, 1031
REPORT_SHEETS = 4
STOPS = 150  # of the tab key: more than any page here has, but for the links of a large class's table
# Where the keyboard is: whether that is ringed, or covered by something, and its place among the stops so far.
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body || at === document.documentElement) return null;
  const shown = at.labels?.length && getComputedStyle(at).opacity === '0' ? at.labels[0] : at;
  const box = shown.getClientRects()[0] ?? shown.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + Math.min(box.width, innerWidth - box.x) / 2, box.y + box.height / 2);
  const style = getComputedStyle(shown);
  window.stops ??= [];
  if (!window.stops.includes(at)) window.stops.push(at);
  return {
    name: `${at.tagName} ${(at.textContent || at.getAttribute('aria-label') || at.name || '').trim().slice(0, 60)}`,
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, covered: !shown.contains(top),
    place: window.stops.indexOf(at),
  };
}"""
# What a keyboard must reach: what takes a click, and regions that scroll; of radio buttons only the chosen one.
REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button, summary, select, textarea, [tabindex="0"], input:not([type=radio]), input[type=radio]:checked'
)].filter((one) => one.checkVisibility()).length"""
PICTURES = """() => [...document.querySelectorAll('svg, img')].filter((one) => !(
  one.closest('[aria-hidden=true]')
  || one.hasAttribute('alt')
  || one.getAttribute('role') === 'img' && (one.getAttribute('aria-label') || one.querySelector(':scope > title'))
)).map((one) => one.outerHTML.slice(0, 200))"""
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("there is no chromium on this machine")
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        except playwright.Error as error:
            pytest.skip(f"chromium does not start: {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(
    whole_course: Course, warm_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str], str]:
    """`address("class of 60")`: where this page is; what one process of this run has made, the others use, too."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def call(name: str) -> str:
        kept = shared / f"{name.replace(' ', '-')}.html"
        if not kept.exists():
            made = PAGES[name](whole_course, warm_sandbox, tmp_path_factory.mktemp("page"))
            made.replace(kept)
        return kept.as_uri()

    return call


@pytest.fixture(scope="module", params=[*REPORTS, *OTHERS])
def name(request: pytest.FixtureRequest) -> str:
    """Each page in turn: all tests of one page stand together, so that it is made in one process."""
    return request.param


class Visit:
    """Opens pages, each with a width and a look, and notes what they request and complain of."""

    def __init__(self, browser: Any, address: Callable[[str], str]) -> None:
        self._browser, self._address = browser, address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._contexts: list[Any] = []

    def __call__(self, name: str, width: int = 1280, look: str = "light", script: bool = True) -> Any:
        context = self._browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if look == "dark" else "light",
            java_script_enabled=script,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if look == "print":
            page.emulate_media(media="print")
        page.goto(self._address(name))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visit(chromium: Any, address: Callable[[str], str]) -> Iterator[Visit]:
    opened = Visit(chromium, address)
    yield opened
    opened.close()


def violations(page: Any, rules: list[str]) -> list[str]:
    """What axe finds on a page, a line each."""
    found = page.evaluate("(rules) => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found["violations"] for node in rule["nodes"][:3]
    ]  # fmt: skip


def test_nothing_that_wcag_forbids(name: str, visit: Visit) -> None:
    found = {}
    page = visit(name)
    page.evaluate(OPEN_ALL)
    page.evaluate(axe.AXE_SCRIPT)
    for width, (look, rules) in product(WIDTHS, RULES.items()):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(
            media="print" if look == "print" else "screen", color_scheme="dark" if look == "dark" else "light"
        )
        found[width, look] = violations(page, rules)
    assert not {where: what for where, what in found.items() if what}


def test_a_page_is_as_wide_as_the_screen_and_requests_nothing(name: str, visit: Visit) -> None:
    for width in WIDTHS:
        page = visit(name, width)
        assert page.evaluate(TOO_WIDE) <= 0, width
        page.evaluate(OPEN_ALL)
        assert page.evaluate(TOO_WIDE) <= 0, f"{width}, all folds open"
        assert page.title() != "caught"
        assert page.evaluate(PICTURES) == []
    assert len(visit.requests) == len(WIDTHS) and all(one.startswith("file:") for one in visit.requests)
    assert not visit.complaints


def test_a_keyboard_reaches_everything_and_shows_where_it_is(name: str, visit: Visit) -> None:
    page = visit(name)
    due = page.evaluate(REACHABLE)
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.className")
    assert first == "skip", "the first stop skips to what matters"
    assert page.evaluate("() => document.activeElement.getBoundingClientRect().left") >= 0
    stops = []
    while (stop := page.evaluate(FOCUSED)) and stop["place"] == len(stops) and len(stops) < STOPS:
        stops.append(stop)
        page.keyboard.press("Tab")
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert [stop["name"] for stop in stops if stop["covered"]] == []
    assert len(stops) >= min(due, STOPS), [stop["name"] for stop in stops]


def test_the_first_stop_skips_and_folds_open_by_key(name: str, visit: Visit) -> None:
    page = visit(name)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    target = page.evaluate("() => document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    at = f"document.getElementById({target[1:]!r})"
    assert page.evaluate(f"() => {at}.getBoundingClientRect().top < innerHeight")
    page.keyboard.press("Tab")
    assert page.evaluate(f"() => {at}.contains(document.activeElement)")
    fold = page.locator("summary:visible").first
    if fold.count():
        fold.focus()
        before = fold.evaluate("(one) => one.parentElement.open")
        page.keyboard.press("Enter")
        assert fold.evaluate("(one) => one.parentElement.open") is not before


def test_without_a_script_everything_is_there(name: str, visit: Visit) -> None:
    with_script, without = visit(name), visit(name, script=False)
    assert without.locator("h1").inner_text() == with_script.locator("h1").inner_text()
    assert without.locator("details").count() == with_script.locator("details").count()
    for control in without.locator(".scripted").all()[:20]:
        assert not control.is_visible()
    if name == "class of 60":
        assert without.locator("noscript tbody th:visible").count() == 63
        assert without.locator("noscript .notes:visible").count() > 3
    fold = without.locator("summary:visible").first
    if fold.count():
        was = fold.locator("..").get_attribute("open")
        fold.click()
        assert fold.locator("..").get_attribute("open") != was


# The class page


def test_the_table_of_60_fits_and_its_notes_are_read_whole(visit: Visit) -> None:
    page = visit("class of 60")
    fits = "(one) => one.scrollWidth <= one.clientWidth"
    assert page.locator(".window").evaluate(fits)
    cut = """(one) => [...one.querySelectorAll('th, td')].filter((cell) => cell.scrollWidth > cell.clientWidth)
        .map((cell) => cell.textContent)"""
    assert page.locator(".window").evaluate(cut) == []
    page = visit("class of 60", 360)
    assert not page.locator(".window").evaluate(fits)
    name = page.locator(".window tbody th").first
    before = name.bounding_box()["x"]
    page.locator(".window").evaluate("(one) => one.scrollBy(400, 0)")
    assert name.bounding_box()["x"] == before, "the names stay where they are"
    for note in page.locator(".window .notes div").all():
        box = note.bounding_box()
        assert note.evaluate(fits) and box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_a_walk_through_5000_students_goes_on_where_rows_are_built_anew(visit: Visit) -> None:
    page = visit("class of 5000")
    page.locator(".window").focus()
    for _ in range(page.locator(".window thead button").count()):
        page.keyboard.press("Tab")
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seen.append(page.evaluate("() => document.activeElement.closest('tr')?.dataset.row"))
    assert seen == [str(place) for place in range(80)]
    assert page.locator(".window tbody tr").count() < 150


def test_a_large_table_scrolls_to_its_last_row(visit: Visit) -> None:
    page = visit("class of 5000")
    for _ in range(3):  # rows are measured when they are built, so the end may move once or twice
        page.locator(".window").evaluate("(one) => one.scrollTo(0, one.scrollHeight)")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    last = page.locator(".window tbody tr[data-row]").last
    assert last.get_attribute("data-row") == "5039"
    box, frame = last.bounding_box(), page.locator(".window").bounding_box()
    assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_a_mistake_leads_to_its_students(visit: Visit) -> None:
    page = visit("class of 60")
    item = page.locator("#mistakes li").first
    count = int(item.locator("strong").inner_text())
    item.get_by_role("link").press("Enter")
    assert page.locator("output").inner_text() == f"{count} of 63 shown"
    assert page.evaluate("() => document.activeElement.id") == "students"
    page.get_by_label("mistake", exact=True).select_option("")
    passed = int(page.locator("header .large").first.inner_text().split()[0])
    page.get_by_label("pass mark").select_option(label=f"reach the pass mark ({passed})")
    assert page.locator("output").inner_text() == f"{passed} of 63 shown"


def test_a_heading_sorts_by_key(visit: Visit) -> None:
    page = visit("class of 60")
    heading = page.get_by_role("button", name="%", exact=True)
    heading.focus()
    for order in ("descending", "ascending"):
        page.keyboard.press("Enter")
        assert page.locator(f"th[aria-sort={order}]").inner_text().startswith("%")
        shown = [
            int(text) for text in page.locator(".window tbody td:nth-child(3)").all_inner_texts() if text.isdigit()
        ]
        assert shown == sorted(shown, reverse=order == "descending") and len(shown) > 20


# On paper


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """The size of each page of a PDF, in points. Chromium writes the page objects uncompressed."""
    boxes = re.findall(rb"/Type\s*/Page\b.*?/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf, re.S)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def test_a_class_of_60_prints_on_a4(visit: Visit) -> None:
    printed = sheets(visit("class of 60").pdf(prefer_css_page_size=True))
    assert set(printed) == A4 and len(printed) <= 6, printed
    for width in (UPRIGHT, ACROSS):
        page = visit("class of 60", width, "print")
        page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".window tbody th:visible").count() == 63
        part = "#students" if width == ACROSS else "header, section:not(#students)"
        assert page.evaluate(
            """(part) => [...document.querySelectorAll(part)].flatMap((one) => [...one.querySelectorAll('*')])
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML)""", part
        ) == []  # fmt: skip
        assert not page.locator("form").is_visible()


def test_paper_is_white_also_where_the_screen_is_dark(name: str, visit: Visit) -> None:
    page = visit(name, look="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for part, colour in (("backgroundColor", "rgb(255, 255, 255)"), ("color", "rgb(0, 0, 0)")):
        assert page.evaluate(f"() => getComputedStyle(document.body).{part}") == colour


def test_a_report_of_two_mistakes_prints_on_few_sheets(visit: Visit) -> None:
    printed = sheets(visit("report of two mistakes").pdf(format="A4"))
    assert 0 < len(printed) <= REPORT_SHEETS, printed
