// Draws a lesson's figures with Plotly, and writes the same numbers as a table and as CSV.

import { drawLegend, isNarrow } from "./legend.js";
import { tr, signs, localNumber } from "./words.js";

// Okabe and Ito's colours, each with its own marker and dash: colour never stands alone.
export const LOOKS = [
  { colour: "#0072B2", marker: "circle", dash: "solid" },
  { colour: "#D55E00", marker: "square", dash: "dash" },
  { colour: "#009E73", marker: "diamond", dash: "dot" },
  { colour: "#CC79A7", marker: "triangle-up", dash: "dashdot" },
  { colour: "#E69F00", marker: "star", dash: "longdash" },
  { colour: "#777777", marker: "x", dash: "longdashdot" },
];
const PATTERNS = ["", "/", "x", ".", "-", "\\"];
const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, plotlyServerURL: "" };

export function fade(colour, share) {
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  return `rgba(${r},${g},${b},${share})`;
}

function traces(series, published) {
  const look = LOOKS[series.look % LOOKS.length];
  const base = { name: series.name, x: series.x, y: series.y, legendgroup: series.name };
  if (series.text.length) {
    base.text = series.text;
    base.hovertemplate = "%{text}: %{x}, %{y}<extra></extra>";
  }
  if (series.kind === "points") {
    return [{ ...base, type: "scatter", mode: "markers", marker: {
      color: series.faint ? fade(look.colour, 0.45) : look.colour, symbol: look.marker,
      size: series.faint ? 6 : 10, line: { width: series.faint ? 0 : 1, color: "#fff" } } }];
  }
  if (series.kind === "person") { // where people do not move, their courses
    return [{ ...base, type: "scatter", mode: "lines", legendgroup: "people", showlegend: false,
      line: { width: 1.5, color: fade(look.colour, 0.35) } }];
  }
  if (series.kind === "line") {
    const faint = { width: 1, color: fade(look.colour, 0.18) };
    const full = { width: 3, color: look.colour, dash: look.dash };
    const mode = series.x.length < 3 ? "lines+markers" : "lines"; // one session is a mark, not nothing
    return [{ ...base, type: "scatter", mode, connectgaps: false,
      line: series.faint ? faint : full, hoverinfo: series.faint ? "skip" : "all" }];
  }
  if (series.kind === "band") {
    const edge = { ...base, type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip" };
    return [{ ...edge, y: series.low, showlegend: false },
      { ...edge, y: series.high, fill: "tonexty", fillcolor: fade(look.colour, 0.22) }];
  }
  if (series.kind === "published") { // a grey band behind bars, with a stroke at the value
    const bar = { ...base, type: "bar", offset: -0.48, width: 0.96, legendgroup: "published", hoverinfo: "skip" };
    const first = !published.has(series.name) && published.add(series.name);
    const thick = 0.012 * Math.max(...series.high, 10);
    return [{ ...bar, base: series.low, y: series.high.map((high, k) => high - series.low[k]),
      marker: { color: fade(look.colour, 0.3) }, showlegend: Boolean(first) },
    { ...bar, base: series.y.map((y) => y - thick / 2), y: series.y.map(() => thick),
      marker: { color: fade(look.colour, 0.9) }, showlegend: false }];
  }
  if (series.kind === "bars") {
    return [{ ...base, type: "bar", marker: { color: look.colour,
      pattern: { shape: PATTERNS[series.look % PATTERNS.length], bgcolor: look.colour, fgcolor: "#fff", size: 7 } },
      text: series.y.map((y) => (y === null ? "" : String(Math.round(y)))),
      textposition: series.low.length || published.size ? "none" : "outside", error_y: errors(series, getComputedStyle(document.documentElement).getPropertyValue("--ink").trim()),
      hovertemplate: "%{x}: %{y}<extra>%{fullData.name}</extra>" }];
  }
  return [{ ...base, type: "scatter", mode: "markers", marker: { color: look.colour,
    symbol: look.marker, size: 8 }, error_y: errors(series, fade(look.colour, 0.7)) }];
}

function errors(series, color) {
  return { type: "data", symmetric: false, thickness: 1.5, width: 3, color,
    visible: series.low.some((low, k) => low !== series.high[k]), array: series.high.map((v, k) => v - series.y[k]),
    arrayminus: series.low.map((v, k) => series.y[k] - v) };
}

export async function plotly() {
  // Five megabytes that the first bet does not wait for; a single file carries them inside.
  if (window.Plotly === undefined && document.getElementById("plotly") === null) {
    const script = Object.assign(document.createElement("script"), { id: "plotly", src: "/static/plotly.min.js" });
    document.head.append(script);
  }
  while (window.Plotly === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return window.Plotly;
}

export async function draw(place, figure, size, scale = null, above = false) {
  // `above`: the legend stands in the page, above the plot (a number: at least so high); else in the plot.
  const style = getComputedStyle(document.documentElement);
  const [ink, paper, hair, line] = ["--ink", "--paper", "--hair", "--line"].map((name) => style.getPropertyValue(name).trim());
  const text = { family: "system-ui, 'DejaVu Sans', sans-serif", size, color: ink };
  const axis = { automargin: true, gridcolor: hair, linecolor: line, zerolinecolor: line };
  const range = figure.y_from === null ? {} : figure.y_to === null ? { rangemode: "tozero" }
    : { range: [figure.y_from, figure.y_to] };
  const layout = {
    font: text, margin: { t: 46, r: 14, b: 44, l: 56 }, paper_bgcolor: paper, plot_bgcolor: paper,
    xaxis: { ...axis, title: { text: wrapped(figure.x, Math.max(Math.floor(place.clientWidth / (size * 0.62)), 20)), font: { size: size * 0.95 } } },
    yaxis: { ...axis, ...range, title: { text: wrapped(figure.y, Math.min(Math.max(Math.floor((place.clientHeight - 110) / (size * 0.6)), 18), 40)), font: { size: size * 0.95 } } },
    legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, font: { size: size * 0.88 } },
    separators: signs.join(""), barmode: "group", hovermode: "closest", uirevision: figure.name, dragmode: "zoom",
  };
  const bars = figure.series.find(({ kind }) => kind === "bars");
  if (bars) Object.assign(layout.xaxis, { categoryorder: "array", categoryarray: bars.x });
  if (scale) {
    const room = (ends) => [ends[0] - 0.03 * (ends[1] - ends[0] || 1), ends[1] + 0.03 * (ends[1] - ends[0] || 1)];
    if (scale.x) layout.xaxis.range = room(scale.x);
    if (scale.y && figure.y_to === null) layout.yaxis = { ...layout.yaxis, rangemode: "normal", range: room(figure.y_from === null ? scale.y : [figure.y_from, scale.y[1]]) };
    layout.uirevision = `${figure.name} beside`;
  }
  layout.margin.t = 14 + size * 1.9 * Math.ceil(legendLength(figure) / legendRoom(place, size));
  if (above) {
    layout.showlegend = false;
    if (isNarrow(place)) layout.yaxis.title = { text: "" };
    layout.margin.t = Math.max(drawLegend(place, figure), Number(above)) + size;
  }
  const library = await plotly();
  const published = new Set();
  await library.react(place, figure.series.flatMap((series) => traces(series, published)), layout, CONFIG);
  if (Math.abs(place.clientWidth - place._fullLayout.width) > 2 || Math.abs(place.clientHeight - place._fullLayout.height) > 2) {
    await library.Plots.resize(place); // its place has grown or shrunk since it was first drawn
  }
  return place;
}

function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > most) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines.join("<br>");
}

function legendLength(figure) {
  return figure.series.reduce((sum, { kind, name }) => sum + (kind === "person" ? 0 : name.length + 8), 0);
}

function legendRoom(place, size) {
  return Math.max(place.clientWidth / (size * 0.5), 20);
}

export function rows(figure) {
  const cells = [];
  for (const series of figure.series) {
    if (series.faint && series.kind === "line") continue; // single courses are only in the CSV
    const count = Math.max(series.x.length, series.y.length, series.low.length);
    for (let k = 0; k < count; k += 1) {
      cells.push([series.name, series.x[k], series.y[k] ?? "", series.low[k] ?? "", series.high[k] ?? ""]);
    }
  }
  return cells;
}

export function table(figure) {
  const element = document.createElement("table");
  const caption = element.createCaption();
  caption.textContent = figure.title;
  const head = element.createTHead().insertRow();
  for (const word of [tr("series"), figure.x || tr("item"), figure.y, tr("low"), tr("high")]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = word;
    head.append(cell);
  }
  const body = element.createTBody();
  for (const row of rows(figure)) {
    const line = body.insertRow();
    for (const value of row) {
      line.insertCell().textContent = typeof value === "number" ? localNumber(value) : value ?? "";
    }
  }
  return element;
}

export function csv(result, version) {
  const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const lines = [`# dyadsim ${version}`, `# ${result.command}`, `# ${result.sentence}`];
  for (const [name, value] of Object.entries(result.settings)) lines.push(`# ${name}: ${value}`);
  lines.push("figure,series,x,y,low,high");
  for (const figure of result.figures) {
    for (const series of figure.series) {
      const count = Math.max(series.x.length, series.y.length, series.low.length);
      for (let k = 0; k < count; k += 1) {
        const cells = [figure.name, series.name, series.x[k], series.y[k], series.low[k], series.high[k]];
        lines.push(cells.map((value) => quoted(value ?? "")).join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

export async function images(places, titles, kind) {
  const pictures = [];
  for (const [k, place] of places.entries()) {
    const margin = { ...place.layout.margin, t: 90 };
    const title = { text: titles[k], x: 0.01, xanchor: "left", y: 0.98, yanchor: "top" };
    const figure = { data: place.data, layout: { ...place.layout, margin, title, showlegend: true } };
    pictures.push(await Plotly.toImage(figure, { format: kind, width: 1100, height: 620, scale: 2 }));
  }
  return pictures;
}
