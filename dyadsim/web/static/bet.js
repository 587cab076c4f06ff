// A bet by drawing: one handle a number, dragged or moved with the arrow keys, and its score.

import { tr, localNumber } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const PLOT = { width: innerWidth < 500 ? 400 : 640, height: 300, left: 52, right: 12, top: 26, bottom: 46 };

export function shape(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function nearestStep(axis, value) {
  const steps = Math.round((Math.min(Math.max(value, axis.low), axis.high) - axis.low) / axis.step);
  return Number((axis.low + steps * axis.step).toFixed(6));
}

export function shownValue(axis, value) {
  const text = String(axis.step);
  const digits = text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  return localNumber(Number(value).toFixed(digits));
}

function placeY(axis, value) {
  const share = (Math.min(Math.max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low);
  return PLOT.height - PLOT.bottom - share * (PLOT.height - PLOT.bottom - PLOT.top);
}

function placeX(axis, k) {
  const wide = (PLOT.width - PLOT.left - PLOT.right) / axis.handles.length;
  return PLOT.left + (k + 0.5) * wide;
}

function frame(axis) {
  const parts = [shape("text", { x: 4, y: 14, class: "tick" }, axis.unit)];
  for (let k = 0; k <= 4; k += 1) {
    const value = axis.low + (k / 4) * (axis.high - axis.low);
    const y = placeY(axis, value);
    parts.push(shape("line", { x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: y, y2: y, class: "grid" }));
    parts.push(shape("text", { x: PLOT.left - 6, y: y + 5, class: "tick", "text-anchor": "end" }, localNumber(Number(value.toFixed(2)))));
  }
  return parts;
}

function captions(axis) {
  const most = Math.floor(PLOT.width / 9.8 / axis.handles.length);
  return axis.handles.flatMap((handle, k) => {
    const lines = [""];
    for (const word of handle.label.split(" ")) {
      if (lines.at(-1).length + word.length > most && lines.at(-1)) lines.push("");
      lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
    }
    return lines.slice(0, 2).map((line, row) => shape("text", { x: placeX(axis, k),
      y: PLOT.height - PLOT.bottom + 19 + 18 * row, class: "tick", "text-anchor": "middle" }, line));
  });
}

function mark(axis, k, value, kind) {
  // A bar, or a point; what was found is drawn beside what was bet.
  const [x, y] = [placeX(axis, k) + (kind === "truth" ? 34 : 0), placeY(axis, value)];
  if (axis.look === "bars") {
    const base = placeY(axis, Math.max(axis.low, 0));
    return shape("rect", { x: x - 26, width: kind === "truth" ? 26 : 52, y: Math.min(y, base),
      height: Math.max(Math.abs(base - y), 2), class: `mark ${kind}` });
  }
  return shape("circle", { cx: x, cy: y, r: kind === "truth" ? 7 : 12, class: `mark ${kind}` });
}

export function drawBet(home, axis, values, changed) {
  // `values` holds null where nothing has been drawn yet.
  const svg = shape("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, class: "bet-plot", role: "group" });
  const paths = shape("g", {});
  svg.append(...frame(axis), ...captions(axis), paths);
  const middle = nearestStep(axis, (axis.low + axis.high) / 2);
  const handles = axis.handles.map((handle, k) => {
    const wide = (PLOT.width - PLOT.left - PLOT.right) / axis.handles.length;
    const group = shape("g", { role: "slider", tabindex: 0, "aria-label": handle.label,
      "aria-orientation": "vertical", "aria-valuemin": axis.low, "aria-valuemax": axis.high, class: "handle" });
    group.append(shape("rect", { x: placeX(axis, k) - wide / 2, width: wide, y: PLOT.top,
      height: PLOT.height - PLOT.bottom - PLOT.top, class: "area" }), shape("g", {}));
    svg.append(group);
    const set = (value) => { values[k] = nearestStep(axis, value); paint(); changed(); };
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      const y = ((event.clientY - box.top) / box.height) * PLOT.height;
      const share = (PLOT.height - PLOT.bottom - y) / (PLOT.height - PLOT.bottom - PLOT.top);
      set(axis.low + share * (axis.high - axis.low));
    };
    group.addEventListener("pointerdown", (event) => { group.setPointerCapture(event.pointerId); group.focus(); at(event); });
    group.addEventListener("pointermove", (event) => { if (group.hasPointerCapture(event.pointerId)) at(event); });
    group.addEventListener("keydown", (event) => {
      const now = values[k] ?? middle;
      const to = { ArrowUp: now + axis.step, ArrowRight: now + axis.step, ArrowDown: now - axis.step,
        ArrowLeft: now - axis.step, PageUp: now + 10 * axis.step, PageDown: now - 10 * axis.step,
        Home: axis.low, End: axis.high }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      set(to);
    });
    return group;
  });
  function paint() {
    handles.forEach((group, k) => {
      const value = values[k] ?? middle;
      const text = `${shownValue(axis, value)} ${axis.unit}`;
      group.setAttribute("aria-valuenow", value);
      group.setAttribute("aria-valuetext", text);
      group.lastChild.replaceChildren(mark(axis, k, value, values[k] === null ? "open" : "mine"),
        shape("text", { x: placeX(axis, k), y: Math.max(placeY(axis, value) - 16, 12), class: "value",
          "text-anchor": "middle" }, values[k] === null ? tr("drag ↕") : shownValue(axis, value)));
    });
    const points = axis.handles.map((_, k) => `${placeX(axis, k)},${placeY(axis, values[k] ?? middle)}`);
    paths.replaceChildren(...(axis.look === "line" ? [shape("polyline", { points: points.join(" "), class: "join" })] : []));
  }
  paint();
  home.replaceChildren(svg);
}

export function drawScore(home, axis, values, truths) {
  // The bet beside what was found, small: value and range over the seeds.
  const svg = shape("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, class: "bet-plot score", role: "img",
    "aria-label": scoreTexts(axis, values, truths).join(" ") });
  svg.append(...frame(axis), ...captions(axis));
  axis.handles.forEach((_, k) => {
    if (values[k] !== null) svg.append(mark(axis, k, values[k], "mine"));
    if (truths[k] === null) return;
    svg.append(mark(axis, k, truths[k].mean, "truth"));
    const x = placeX(axis, k) + (axis.look === "bars" ? 21 : 34);
    svg.append(shape("line", { x1: x, x2: x, y1: placeY(axis, truths[k].low), y2: placeY(axis, truths[k].high), class: "range" }));
  });
  home.replaceChildren(svg);
}

export function truthsOf(axis, columns) {
  // For each handle: mean and range over the seeds; of counted seeds, the count and its 95 % interval.
  return axis.handles.map((handle, k) => {
    const known = columns[k].filter((value) => value !== null && value !== undefined).map((value) => value * handle.scale);
    if (!known.length) return null;
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    if (axis.counted) {
      const share = mean / handle.scale;
      const half = 1.96 * handle.scale * Math.sqrt((share * (1 - share)) / known.length);
      return { mean, low: Math.max(mean - half, axis.low), high: Math.min(mean + half, axis.high), seeds: known.length };
    }
    return { mean, low: Math.min(...known), high: Math.max(...known), seeds: known.length };
  });
}

export function scoreTexts(axis, values, truths) {
  return axis.handles.map((handle, k) => {
    const mine = shownValue(axis, values[k]);
    const truth = truths[k];
    const label = handle.label.replace(/^\p{Ll}(?=\p{L})/u, (letter) => letter.toUpperCase()); // r stays r
    if (truth === null) return tr("{label}: you drew {mine}; there is no such number here.", { label, mine });
    const far = Math.abs(values[k] - truth.mean);
    const inside = values[k] >= truth.low - 1e-9 && values[k] <= truth.high + 1e-9;
    const by = { far: shownValue(axis, far) };
    const apart = inside ? tr("within the range of chance")
      : values[k] > truth.mean ? tr("{far} too high", by) : tr("{far} too low", by);
    const [found, low, high] = [truth.mean, truth.low, truth.high].map((value) => shownValue(axis, value));
    return tr("{label}: you drew {mine}, found {found} ({low} to {high}): {apart}.", { label, mine, found, low, high, apart });
  });
}
