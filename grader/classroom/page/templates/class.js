// The students' table: sorts and filters all rows, builds only those in sight. Text goes in by textContent alone.
(() => {
  "use strict";
  const block = document.getElementById("data");
  if (!block) return;
  const data = JSON.parse(block.textContent);
  const [NAME, LINK, SCORE, MAX_SCORE, BONUS, PENDING, PENALTY, FINAL, LATE, NOTES, POINTS, KINDS] = Array(12).keys();
  const SPARE = 12; // rows built above and below those in sight, so that scrolling by a few shows no gap
  const rows = data.rows;
  const form = document.forms[0];
  const view = document.querySelector(".window");
  const body = view.querySelector("tbody");
  const heads = [...view.querySelectorAll("th[data-key]")];
  const exercises = new Map(data.exercises.map((id, place) => [`ex-${id}`, place]));

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const folded = rows.map((row) => fold(row[NAME]));
  const collator = new Intl.Collator("en", { numeric: true });
  const ranks = (texts) => {
    const rank = new Float64Array(rows.length);
    [...rows.keys()].sort((a, b) => collator.compare(texts[a], texts[b])).forEach((row, place) => { rank[row] = place; });
    return rank;
  };
  const byName = ranks(rows.map((row) => row[NAME]));
  const plain = { bonus: BONUS, pending: PENDING, penalty: PENALTY, final: FINAL };
  const share = (row) => (row[MAX_SCORE] ? row[SCORE] / row[MAX_SCORE] : -1);
  const made = new Map([["name", byName]]);
  const values = (key) => {
    if (!made.has(key)) {
      const place = exercises.get(key);
      made.set(key,
        key === "notes" ? ranks(rows.map((row) => row[NOTES]))
        : Float64Array.from(rows, place !== undefined ? (row) => row[POINTS][place]
          : key === "score" ? share : (row) => row[plain[key] ?? LATE] ?? -1));
    }
    return made.get(key);
  };

  let state = { sort: "", filter: "", exercise: "", status: "" };
  let order = [];
  let built = "";
  let high = 0;

  const cell = (text, kind, hint) => {
    const made = document.createElement("td");
    made.className = kind;
    made.textContent = text;
    if (hint) made.title = hint;
    return made;
  };
  const line = (index) => {
    const row = rows[index];
    const made = document.createElement("tr");
    const name = document.createElement("th");
    const link = document.createElement(row[LINK] ? "a" : "span");
    name.scope = "row";
    if (row[LINK]) link.href = row[LINK];
    link.textContent = link.title = row[NAME];
    name.append(link);
    made.append(name);
    for (const key of data.columns.slice(1)) {
      const place = exercises.get(key);
      if (place !== undefined) {
        const kind = row[KINDS][place];
        made.append(cell(`${data.marks[kind]} ${row[POINTS][place]}`, data.kinds[kind], data.labels[kind]));
      } else if (key === "score") made.append(cell(`${row[SCORE]} / ${row[MAX_SCORE]}`, "free"));
      else if (key === "late") made.append(cell(row[LATE] ? "late" : "", "needs_review"));
      else if (key === "notes") made.append(cell(row[NOTES], "free", row[NOTES]));
      else made.append(cell(row[plain[key]] ?? "", "free"));
    }
    return made;
  };
  const room = (count) => {
    const made = document.createElement("tr");
    const inside = document.createElement("td");
    made.className = "room";
    made.ariaHidden = "true";
    inside.colSpan = data.columns.length;
    inside.style.height = `${count * high}px`;
    made.append(inside);
    return made;
  };
  const build = (whole) => {
    const first = whole ? 0 : Math.max(0, Math.min(order.length, Math.floor(view.scrollTop / high)) - SPARE);
    const last = whole ? order.length : Math.min(order.length, first + Math.ceil(view.clientHeight / high) + 2 * SPARE);
    if (built === `${first} ${last}`) return;
    built = `${first} ${last}`;
    const parts = order.slice(first, last).map(line);
    parts.forEach((part, place) => { part.ariaRowIndex = String(first + place + 2); });
    if (first) parts.unshift(room(first));
    if (last < order.length) parts.push(room(order.length - last));
    body.replaceChildren(...parts);
  };

  const show = () => {
    const wanted = fold(state.filter.trim());
    const place = exercises.get(`ex-${state.exercise}`);
    const kind = data.kinds.indexOf(state.status);
    const fits = (index) => folded[index].includes(wanted)
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
    form.elements.namedItem("exercise").value = place === undefined ? "" : state.exercise;
    form.elements.namedItem("status").value = kind < 0 ? "" : state.status;
    if (form.elements.namedItem("filter").value !== state.filter) form.elements.namedItem("filter").value = state.filter;
    const [shown, all] = [order.length, rows.length].map((count) => count.toLocaleString("en"));
    form.querySelector("output").textContent = `${shown} of ${all} shown`;
    view.scrollTop = 0;
    built = "";
    build(false);
  };
  const change = (part) => {
    state = { ...state, ...part };
    const address = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
    history.replaceState(null, "", `#${address}`);
    show();
  };
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const sort = said.get("sort") ?? "";
    state = {
      sort: data.columns.includes(sort.replace(/^-/, "")) ? sort : "",
      filter: said.get("filter") ?? "", exercise: said.get("exercise") ?? "", status: said.get("status") ?? "",
    };
    show();
  };

  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
  const notes = view.querySelector("col.notes");
  if (notes) notes.style.width = `max(18rem, ${rows.reduce((most, row) => Math.max(most, row[NOTES].length), 0) + 2}ch)`;
  order = [0];
  high = 1;
  build(true);
  high = body.rows[0].getBoundingClientRect().height || 34; // pixels, about one line of text: where nothing is laid out yet
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => change({ [event.target.name]: event.target.value }));
  heads.forEach((head) => head.addEventListener("click", () => {
    const key = head.dataset.key;
    const first = key === "name" || key === "notes" ? key : `-${key}`;
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
  });
  read();
})();
