// The legend of a figure: it flows over the whole width, so that on a phone the figure keeps its room.
import { LOOKS, fade } from "./draw.js";

const NS = "http://www.w3.org/2000/svg";
const DASHES = { solid: "", dash: "8 4", dot: "3 3", dashdot: "8 3 3 3", longdash: "12 4", longdashdot: "12 3 3 3" };
const MARKS = {
  circle: "M8,6a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z", square: "M8.5,1.5h9v9h-9Z", diamond: "M13,0 19,6 13,12 7,6Z",
  "triangle-up": "M13,1 19,11 7,11Z", star: "M13,0 14.8,4.4 19,4.8 15.8,7.7 17,12 13,9.6 9,12 10.2,7.7 7,4.8 11.2,4.4Z",
  x: "M8,2 10,0.5 13,4 16,0.5 18,2 14.8,6 18,10 16,11.5 13,8 10,11.5 8,10 11.2,6Z",
};
const STRIPES = ["", "M4,12 14,0M12,12 22,0M20,12 26,4", "M2,0 14,12M10,0 22,12M14,0 2,12M22,0 10,12", "M6,6h2M12,6h2M18,6h2"];

function part(name, attributes) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function legendKey(series) {
  const look = LOOKS[series.look % LOOKS.length];
  const svg = part("svg", { viewBox: "0 0 26 12", class: "legend-key", "aria-hidden": "true" });
  if (series.kind === "band" || series.kind === "published") {
    svg.append(part("rect", { x: 1, y: 1, width: 24, height: 10, fill: fade(look.colour, 0.35) }));
  } else if (series.kind === "bars") {
    svg.append(part("rect", { x: 1, y: 0, width: 24, height: 12, fill: look.colour }),
      part("path", { d: STRIPES[series.look % STRIPES.length], stroke: "#fff", "stroke-width": 2, fill: "none" }));
  } else if (series.kind === "line") {
    const width = series.faint ? 1 : 3;
    svg.append(part("line", { x1: 0, x2: 26, y1: 6, y2: 6, stroke: look.colour, "stroke-width": width,
      "stroke-dasharray": series.faint ? "" : DASHES[look.dash] }));
  } else {
    svg.append(part("path", { d: MARKS[look.marker], fill: look.colour, opacity: series.faint ? 0.5 : 1 }));
    if (series.kind === "range") svg.append(part("line", { x1: 13, x2: 13, y1: 0, y2: 12, stroke: look.colour }));
  }
  return svg;
}

export function isNarrow(place) {
  return place.clientWidth < 500;
}

export function drawLegend(place, figure) {
  // Stands above the plot inside its place; returns its height. Where it is narrow, with the axis in words.
  const names = new Set();
  const entries = figure.series.filter(({ kind, name }) => kind !== "person" && !names.has(name) && names.add(name));
  let home = place.querySelector(":scope > .legend");
  if (home === null) {
    home = Object.assign(document.createElement("div"), { className: "legend" });
    home.setAttribute("aria-hidden", "true"); // the figure's words say the same
    place.append(home);
  }
  home.replaceChildren(...entries.map((series) => {
    const entry = document.createElement("span");
    entry.append(legendKey(series), ` ${series.name}`);
    return entry;
  }));
  if (isNarrow(place) && figure.y) {
    home.append(Object.assign(document.createElement("span"), { className: "legend-axis", textContent: `↑ ${figure.y}` }));
  }
  return home.offsetHeight;
}
