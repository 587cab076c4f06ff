// Fifty clients as dots that move from session to session; each opens to its course and its twins.
import { shape } from "./bet.js";
import { tr, localNumber } from "./words.js";

const PACE = 1100; // ms a session while it plays
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
// What has become of a client by the score so far: words of the lesson, and a mark of its own.
const STATES = [
  [tr("recovered"), "recovered", "M0,-7 7,0 0,7 -7,0Z"],
  [tr("improved"), "improved", "M0,-7 6.5,5 -6.5,5Z"],
  [tr("no reliable change"), "same", "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z"],
  [tr("reliably worse"), "worse", "M-6,-6H6V6H-6Z"],
];
const view = { step: 0, open: null, playing: 0, key: "", at: 0 }; // stays while settings move

export function isPeople(figure) {
  return figure.series[0]?.kind === "person";
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function persons(figure) {
  return figure.series.filter(({ kind }) => kind === "person");
}

function known(person, step) {
  // The place of the last score up to a session.
  let last = 0;
  person.x.forEach((x, k) => { if (x <= step) last = k; });
  return last;
}

function stateOf(text) {
  return STATES.find(([words]) => words === text) ?? STATES[2];
}

function scaleOf(figure, place) {
  const [width, height] = [Math.max(place.clientWidth, 200), Math.max(place.clientHeight, 120)];
  const [left, right, top, bottom] = [38, 10, 10, 34];
  const [low, high] = [figure.y_from ?? 0, figure.y_to ?? 27];
  return { width, height, left, right, top, bottom, low, high,
    y: (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom),
    x: (share) => left + share * (width - left - right) };
}

function axes(scale, figure, below) {
  const parts = [];
  for (let value = scale.low; value <= scale.high; value += 9) {
    const y = scale.y(value);
    parts.push(shape("line", { x1: scale.left, x2: scale.width - scale.right, y1: y, y2: y, class: "grid" }));
    parts.push(shape("text", { x: scale.left - 6, y: y + 4, "text-anchor": "end" }, localNumber(value)));
  }
  for (const line of figure.series.filter(({ kind }) => kind === "line")) {
    const y = scale.y(line.y[0]);
    parts.push(shape("line", { x1: scale.left, x2: scale.width - scale.right, y1: y, y2: y, class: "cut" }));
    parts.push(shape("text", { x: scale.width - scale.right, y: y - 4, "text-anchor": "end", class: "small" }, line.name));
  }
  parts.push(shape("text", { x: scale.x(0.5), y: scale.height - 4, "text-anchor": "middle", class: "small" }, below));
  return parts;
}

// --- the dots -------------------------------------------------------------------------------------

function dots(place, world, open) {
  const people = persons(world.figure);
  const scale = scaleOf(world.figure, place);
  const svg = shape("svg", { viewBox: `0 0 ${scale.width} ${scale.height}`, class: "people-dots", role: "group",
    "aria-label": world.figure.about });
  svg.append(...axes(scale, world.figure, tr("PHQ-9 of {n} clients, by their first score", { n: people.length })));
  const order = people.map((_, k) => k).sort((a, b) => people[a].y[0] - people[b].y[0] || a - b);
  const marks = [];
  order.forEach((k, rank) => {
    const dot = shape("g", { class: "dot", role: "button", tabindex: rank === view.at ? 0 : -1 });
    const x = scale.x((rank + 0.5) / people.length);
    dot.append(shape("path", {}), shape("circle", { r: 11, class: "touch" }));
    dot.addEventListener("keydown", (event) => {
      const to = { ArrowRight: rank + 1, ArrowLeft: rank - 1, Home: 0, End: people.length - 1 }[event.key];
      if (to !== undefined && marks[to]) {
        event.preventDefault();
        focusOn(to);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(people[k].name);
      }
    });
    marks.push({ dot, x, person: people[k] });
    svg.append(dot);
  });
  function focusOn(to) {
    marks[view.at]?.dot.setAttribute("tabindex", -1);
    view.at = to;
    marks[to].dot.setAttribute("tabindex", 0);
    marks[to].dot.focus();
  }
  svg.addEventListener("click", (event) => { // the nearest dot, so that a thumb can hit it
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((part) => part * (scale.width / box.width));
    const near = marks.map(({ x: at, person }) => (at - x) ** 2 + (scale.y(person.y[known(person, view.step)]) - y) ** 2);
    const k = near.indexOf(Math.min(...near));
    if (near[k] > 40 ** 2) return;
    marks[view.at]?.dot.setAttribute("tabindex", -1);
    view.at = k;
    marks[k].dot.setAttribute("tabindex", 0);
    open(marks[k].person.name);
  });
  place.replaceChildren(svg);
  return () => {
    for (const { dot, x, person } of marks) {
      const k = known(person, view.step);
      const gone = person.x[k] < view.step;
      const [words, name, path] = stateOf(person.text[k]);
      dot.style.transform = `translate(${x}px, ${scale.y(person.y[k])}px)`;
      dot.setAttribute("class", `dot ${name}${gone ? " gone" : ""}${person.name === view.open ? " opened" : ""}`);
      dot.firstChild.setAttribute("d", path);
      dot.setAttribute("aria-label", `${person.name}: ${tr("{start} points at the start, now {now}", {
        start: localNumber(person.y[0]), now: localNumber(person.y[k]) })}, ${words}${gone ? `, ${tr("no longer in care")}` : ""}`);
    }
  };
}

function countsOf(people) {
  // How many there are of each kind, with its mark; hollow marks have left care.
  const now = people.map((person) => person.text[known(person, view.step)]);
  const kinds = STATES.map(([words, name, path]) => {
    const mark = shape("svg", { viewBox: "-9 -9 18 18", class: "key", "aria-hidden": "true" });
    const dot = shape("g", { class: `dot ${name}` });
    dot.append(shape("path", { d: path }));
    mark.append(dot);
    const count = now.filter((text) => stateOf(text)[0] === words).length;
    return element("span", {}, mark, ` ${count} ${words}`);
  });
  return [...kinds, element("span", { textContent: tr("hollow: no longer in care") })];
}

// --- one client -----------------------------------------------------------------------------------

function course(place, name, worlds) {
  const first = worlds[0].figure;
  const scale = scaleOf(first, place);
  const svg = shape("svg", { viewBox: `0 0 ${scale.width} ${scale.height}`, class: "people-course", role: "img" });
  svg.append(...axes(scale, first, first.x));
  const last = Math.max(...persons(first).map(({ x }) => x.at(-1)), 1);
  const across = (x) => scale.x((x / last) * 0.97 + 0.01);
  for (const x of [0, Math.round(last / 2), last]) {
    svg.append(shape("text", { x: across(x), y: scale.height - 20, "text-anchor": "middle", class: "small" }, x));
  }
  const told = worlds.map((world, look) => {
    const person = persons(world.figure).find((candidate) => candidate.name === name);
    if (person === undefined) return "";
    const points = person.x.map((x, k) => `${across(x)},${scale.y(person.y[k])}`);
    svg.append(shape("polyline", { points: points.join(" "), class: `twin look-${look}` }));
    const [x, y] = points.at(-1).split(",").map(Number);
    svg.append(shape("circle", { cx: x, cy: y, r: 4, class: `end look-${look}` }));
    return tr("{world}: {start} to {end} points, {state}", { world: world.name, start: localNumber(person.y[0]),
      end: localNumber(person.y.at(-1)), state: stateOf(person.text.at(-1))[0] });
  });
  svg.setAttribute("aria-label", `${name}. ${told.filter(Boolean).join(". ")}`);
  const list = element("ul", { className: "people-worlds" });
  told.forEach((text, look) => {
    if (!text) return;
    const line = shape("svg", { viewBox: "0 0 34 10", class: "key", "aria-hidden": "true" });
    line.append(shape("line", { x1: 0, x2: 34, y1: 5, y2: 5, class: `twin look-${look}` }));
    list.append(element("li", {}, line, ` ${text}${look ? "" : ` ${tr("(this world)")}`}`));
  });
  place.replaceChildren(svg);
  return list;
}

// --- all of it ------------------------------------------------------------------------------------

export function showPeople(home, { worlds, key, twins }) {
  // `home` holds the places of the world in view and of the one beside it.
  const [place, second] = [home.querySelector(".plot"), home.querySelector(".beside")];
  if (place.data) window.Plotly.purge(place);
  place.setAttribute("role", "group");
  if (second) second.setAttribute("role", "group");
  const people = persons(worlds[0].figure);
  const weeks = Math.max(...people.map(({ x }) => x.at(-1)));
  view.step = Math.min(view.step, weeks);
  view.at = Math.min(view.at, people.length - 1);
  if (!people.some(({ name }) => name === view.open)) view.open = null;
  if (view.key !== key) stop();
  view.key = key;
  const play = element("button", { type: "button", className: "people-play" });
  const back = element("button", { type: "button", textContent: "◀" });
  const on = element("button", { type: "button", textContent: "▶" });
  back.setAttribute("aria-label", tr("One session back"));
  on.setAttribute("aria-label", tr("One session on"));
  const range = element("input", { type: "range", min: 0, max: weeks, step: 1, id: "people-step" });
  const label = element("label", { htmlFor: "people-step" });
  const counts = element("p", { className: "people-counts" });
  counts.setAttribute("role", "status");
  const bar = element("div", { className: "people-bar" }, play, back, range, on, label);
  const field = element("div", { className: "people-field" });
  const one = element("section", { className: "people-one", hidden: view.open === null });
  const about = element("div", { className: "people-about" });
  const curve = element("div", { className: "people-curve" });
  one.append(about, curve);
  place.replaceChildren(element("div", { className: "people" }, bar, counts, element("div", { className: "people-stage" }, field, one)));
  let painters = [];

  function stop() {
    clearInterval(view.playing);
    view.playing = 0;
  }
  function paint() {
    label.textContent = tr("session {n}", { n: view.step });
    range.value = view.step;
    range.setAttribute("aria-label", tr("Session"));
    play.hidden = STILL.matches;
    play.textContent = view.playing ? tr("Pause") : tr("Play");
    back.disabled = view.step <= 0;
    on.disabled = view.step >= weeks;
    counts.replaceChildren(...countsOf(people));
    for (const painter of painters) painter();
  }
  function go(step) {
    view.step = Math.min(Math.max(step, 0), weeks);
    if (view.step >= weeks) stop();
    paint();
  }
  function layout() {
    const focused = field.contains(document.activeElement);
    painters = [dots(field, worlds[0], open)];
    if (worlds[1]) painters.push(dots(second, worlds[1], open));
    paint();
    if (focused) field.querySelector('.dot[tabindex="0"]')?.focus({ preventScroll: true });
  }
  async function open(name) {
    stop();
    view.open = name;
    one.hidden = false;
    const close = element("button", { type: "button", textContent: tr("Close") });
    close.addEventListener("click", shut);
    const heading = element("h2", { textContent: tr("{client} in every world, by the same draws", { client: name }) });
    about.replaceChildren(element("div", { className: "people-head" }, heading, close));
    layout();
    const list = course(curve, name, worlds.slice(0, 1));
    about.append(list);
    close.focus({ preventScroll: true });
    const others = await twins();
    if (view.open !== name || !one.isConnected) return;
    list.replaceWith(course(curve, name, [worlds[0], ...others.filter(({ figure }) => figure !== undefined)]));
    one.dataset.twins = others.length;
  }
  function shut() {
    view.open = null;
    one.hidden = true;
    layout();
    field.querySelector('.dot[tabindex="0"]')?.focus({ preventScroll: true });
  }
  one.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  play.addEventListener("click", () => {
    if (view.playing) stop();
    else {
      if (view.step >= weeks) view.step = 0;
      view.playing = setInterval(() => { if (one.isConnected) go(view.step + 1); else stop(); }, PACE);
    }
    paint();
  });
  back.addEventListener("click", () => { stop(); go(view.step - 1); });
  on.addEventListener("click", () => { stop(); go(view.step + 1); });
  range.addEventListener("input", () => { stop(); go(Number(range.value)); });
  layout();
  let width = field.clientWidth;
  new ResizeObserver(() => {
    if (field.clientWidth !== width && field.isConnected) { width = field.clientWidth; layout(); }
  }).observe(field);
  if (view.open !== null) open(view.open);
}
