// The students' table: sorts and filters all rows, builds only those in sight. Text goes in by textContent alone.
(() => {
  "use strict";
  const block = document.getElementById("data");
  if (!block) return;
  const data = JSON.parse(block.textContent);
  const [NAME, LINK, SCORE, MAX_SCORE, PERCENTAGE, BONUS, PENDING, PENALTY, FINAL, LATE, STANDING, NOTES, MISTAKES,
    POINTS, KINDS] = Array(15).keys();
  const SPARE = 12; // rows built above and below those in sight, so that scrolling by a few shows no gap
  const rows = data.rows;
  const form = document.forms[0];
  const view = document.querySelector(".window");
  const body = view.querySelector("tbody");
  const heads = [...view.querySelectorAll("th[data-key]")];
  const exercises = new Map(data.exercises.map((id, place) => [`ex-${id}`, place]));

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const folded = rows.map((row) => fold(row[NOTES] ? `${row[NAME]} ${row[NOTES]}` : row[NAME]));
  const collator = new Intl.Collator("en", { numeric: true });
  const ranks = (texts) => {
    const rank = new Float64Array(rows.length);
    [...rows.keys()].sort((a, b) => collator.compare(texts[a], texts[b])).forEach((row, place) => { rank[row] = place; });
    return rank;
  };
  const byName = ranks(rows.map((row) => row[NAME]));
  const plain = { percentage: PERCENTAGE, bonus: BONUS, pending: PENDING, final: FINAL };
  const share = (row) => (row[MAX_SCORE] ? row[SCORE] / row[MAX_SCORE] : -1);
  const made = new Map([["name", byName]]);
  const values = (key) => {
    if (!made.has(key)) {
      const place = exercises.get(key);
      made.set(key,
        Float64Array.from(rows, place !== undefined ? (row) => row[POINTS][place]
          : key === "score" ? share : key === "pass" ? (row) => -row[STANDING]
            : key === "late" ? (row) => row[LATE] + row[PENALTY] : (row) => row[plain[key]] ?? -1));
    }
    return made.get(key);
  };

  let state = { sort: "", filter: "", exercise: "", status: "", mistake: "", pass: "" };
  let order = [];
  let built = "";
  // Pixels of each row with its notes: about one line each of text, until they are measured where they are built.
  const heights = Float64Array.from(rows, (row) => (row[NOTES] ? 54 : 33));
  let tops = [0];
  const stack = () => {
    tops = new Float64Array(order.length + 1);
    order.forEach((row, place) => { tops[place + 1] = tops[place] + heights[row]; });
  };
  const at = (top) => { // the row that holds this height
    let [low, above] = [0, order.length];
    while (low < above) {
      const middle = (low + above) >> 1;
      if (tops[middle + 1] <= top) low = middle + 1; else above = middle;
    }
    return low;
  };

  const cell = (text, kind, hint) => {
    const made = document.createElement("td");
    made.className = kind;
    made.textContent = text;
    if (hint) made.title = hint;
    return made;
  };
  const noted = (text) => {
    const made = document.createElement("tr");
    const across = document.createElement("td");
    const inside = document.createElement("div");
    made.className = "notes";
    across.colSpan = data.columns.length;
    inside.textContent = text;
    across.append(inside);
    made.append(across);
    return made;
  };
  const line = (index) => {
    const row = rows[index];
    const made = document.createElement("tr");
    const name = document.createElement("th");
    const link = document.createElement(row[LINK] ? "a" : "span");
    made.dataset.row = String(index);
    name.scope = "row";
    if (row[LINK]) link.href = row[LINK];
    link.textContent = link.title = row[NAME];
    name.append(link);
    made.append(name);
    for (const key of data.columns.slice(1)) {
      const place = exercises.get(key);
      if (place !== undefined) {
        const kind = row[KINDS][place];
        const score = row[POINTS][place];
        made.append(cell(score ? `${data.marks[kind]}\u202f${score}` : data.marks[kind], data.kinds[kind], data.labels[kind]));
      } else if (key === "score") made.append(cell(`${row[SCORE]} / ${row[MAX_SCORE]}`, "free"));
      else if (key === "percentage") made.append(cell(row[PERCENTAGE] ?? "–", "free"));
      else if (key === "pass") made.append(cell(data.standings[row[STANDING]], "free"));
      else if (key === "late") made.append(cell(row[PENALTY] ? `−${row[PENALTY]}` : row[LATE] ? "late" : "", "needs_review"));
      else made.append(cell(row[plain[key]] ?? "", "free"));
    }
    if (!row[NOTES]) return [made];
    made.className = "noted";
    return [made, noted(row[NOTES])];
  };
  const room = (pixels) => {
    const made = document.createElement("tr");
    const inside = document.createElement("td");
    made.className = "room";
    made.ariaHidden = "true";
    inside.colSpan = data.columns.length;
    inside.style.height = `${pixels}px`;
    made.append(inside);
    return made;
  };
  const build = (whole) => {
    const first = whole ? 0 : Math.max(0, at(view.scrollTop) - SPARE);
    // The table is as high as its rows up to a part of the screen, and may hold none of them yet.
    const last = whole ? order.length : Math.min(order.length, at(view.scrollTop + innerHeight) + 1 + SPARE);
    if (built === `${first} ${last}`) return;
    built = `${first} ${last}`;
    const parts = order.slice(first, last).flatMap(line);
    if (first) parts.unshift(room(tops[first]));
    if (last < order.length) parts.push(room(tops[order.length] - tops[last]));
    // Rows are replaced while somebody may walk through their links with the keyboard: the walk goes on from there.
    const held = body.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.row : undefined;
    body.replaceChildren(...parts);
    if (held !== undefined) {
      (body.querySelector(`tr[data-row="${held}"] a`) ?? view).focus({ preventScroll: true });
    }
    let moved = false;
    for (const part of body.querySelectorAll("tr[data-row]")) {
      const index = Number(part.dataset.row);
      const under = part.className ? part.nextElementSibling.getBoundingClientRect().height : 0;
      const now = part.getBoundingClientRect().height + under;
      if (now && Math.abs(heights[index] - now) > 0.5) [heights[index], moved] = [now, true];
    }
    if (moved) stack();
  };

  const show = () => {
    const wanted = fold(state.filter.trim());
    const place = exercises.get(`ex-${state.exercise}`);
    const kind = data.kinds.indexOf(state.status);
    const mistake = state.mistake === "" ? -1 : Number(state.mistake);
    const standing = state.pass === "" ? -1 : Number(state.pass);
    const fits = (index) => folded[index].includes(wanted)
      && (mistake < 0 || rows[index][MISTAKES].includes(mistake))
      && (standing < 0 || rows[index][STANDING] === standing)
      && (kind < 0 || (place === undefined ? rows[index][KINDS].includes(kind) : rows[index][KINDS][place] === kind));
    order = [...rows.keys()].filter(fits);
    const down = state.sort.startsWith("-");
    const key = state.sort.replace(/^-/, "");
    if (key) {
      const by = values(key);
      const sign = down ? -1 : 1;
      order.sort((a, b) => sign * (by[a] - by[b]) || byName[a] - byName[b]);
    }
    heads.forEach((head) => {
      if (head.dataset.key === key) head.ariaSort = down ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    });
    for (const name of ["mistake", "pass"]) {
      const choice = form.elements.namedItem(name);
      if (choice) choice.value = state[name];
    }
    form.elements.namedItem("exercise").value = place === undefined ? "" : state.exercise;
    form.elements.namedItem("status").value = kind < 0 ? "" : state.status;
    if (form.elements.namedItem("filter").value !== state.filter) form.elements.namedItem("filter").value = state.filter;
    const [shown, all] = [order.length, rows.length].map((count) => count.toLocaleString("en"));
    form.querySelector("output").textContent = `${shown} of ${all} shown`;
    view.scrollTop = 0;
    built = "";
    stack();
    build(false);
  };
  const change = (part) => {
    state = { ...state, ...part };
    const address = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
    history.replaceState(null, "", `#${address}`);
    show();
  };
  const number = (text) => (/^\d+$/.test(text ?? "") ? text : "");
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const sort = said.get("sort") ?? "";
    state = {
      sort: data.columns.includes(sort.replace(/^-/, "")) ? sort : "",
      filter: said.get("filter") ?? "", exercise: said.get("exercise") ?? "", status: said.get("status") ?? "",
      mistake: number(said.get("mistake")), pass: number(said.get("pass")),
    };
    show();
  };

  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => change({ [event.target.name]: event.target.value }));
  heads.forEach((head) => head.addEventListener("click", () => {
    const key = head.dataset.key;
    const first = key === "name" ? key : `-${key}`;
    change({ sort: state.sort !== first ? first : first === key ? `-${key}` : key });
  }));
  let scheduled = false;
  const later = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; build(false); });
  };
  view.addEventListener("scroll", later);
  addEventListener("resize", later);
  addEventListener("beforeprint", () => build(true));
  addEventListener("afterprint", () => { built = ""; build(false); });
  addEventListener("hashchange", () => {
    if (!location.hash.includes("=")) return;
    read();
    document.getElementById("students").scrollIntoView();
    document.getElementById("students").focus({ preventScroll: true });
  });
  read();
})();
